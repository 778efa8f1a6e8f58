package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// Each query of tables is asked once a database, whatever the number of tables, and joined here by OID.

// sqlTables has two versions: WITH OIDS ended with 12. reltuples is -1 for never analysed since 14; before, 0 means that or empty, and only a vacuum or
// analyse on record makes it empty.
const (
	sqlTables   = sqlTablesHead + `false` + sqlTablesTail
	sqlTables11 = sqlTablesHead + `c.relhasoids` + sqlTablesTail

	sqlTablesHead pgread.SQL = `
SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relpersistence = 'u', c.relreplident::text,
       CASE WHEN c.reltuples > 0 THEN c.reltuples::int8
            WHEN c.reltuples = 0 AND (c.relpages > 0 OR current_setting('server_version_num')::int >= 140000
                 OR coalesce(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid),
                             pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) IS NOT NULL) THEN 0
            ELSE -1 END,
       coalesce(obj_description(c.oid, 'pg_class'), ''),
       CASE WHEN c.relkind IN ('r', 'm') THEN age(c.relfrozenxid)::int8 ELSE 0 END, c.relispartition, NOT c.relispopulated, c.relrowsecurity,
       coalesce((SELECT s.srvname::text FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid), ''), `
	sqlTablesTail pgread.SQL = `
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 2, 3`
)

func tablesQuery(major int) pgread.SQL {
	if major < 12 {
		return sqlTables11
	}
	return sqlTables
}

// sqlColumns has two versions: generated columns came with 12.
const (
	sqlColumns   = sqlColumnsHead + `a.attgenerated <> ''` + sqlColumnsTail
	sqlColumns11 = sqlColumnsHead + `false` + sqlColumnsTail

	sqlColumnsHead pgread.SQL = `
SELECT a.attrelid::int8, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, `
	sqlColumnsTail pgread.SQL = `
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum`
)

func columnsQuery(major int) pgread.SQL {
	if major < 12 {
		return sqlColumns11
	}
	return sqlColumns
}

const sqlKeys pgread.SQL = `
SELECT i.indrelid::int8, i.indisprimary, i.indisreplident, i.indimmediate,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(attnum, place)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
             WHERE u.place <= coalesce((to_jsonb(i) ->> 'indnkeyatts')::int, i.indnatts) ORDER BY u.place)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY i.indrelid, x.relname`

const sqlReferences pgread.SQL = `
SELECT k.conrelid::int8, fn.nspname || '.' || f.relname,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(attnum, place) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum ORDER BY u.place),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(attnum, place) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum ORDER BY u.place)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
WHERE k.contype = 'f' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.conname`

// kindOf is relkind in words.
func kindOf(relkind string) string {
	switch relkind {
	case "r":
		return "table"
	case "p":
		return "partitioned"
	case "v":
		return "view"
	case "m":
		return "materialized view"
	}
	return "foreign"
}

// identityOf is relreplident in words.
func identityOf(relreplident string) string {
	switch relreplident {
	case "n":
		return "nothing"
	case "f":
		return "full"
	case "i":
		return "index"
	}
	return "default"
}

// tables reads all tables of a database. Sizes of partitioned tables are those of their partitions, which are
// tables of their own, so theirs is 0.
func (r *reading) tables(ctx context.Context) estate.Section[[]estate.Table] {
	const source = "pg_class, pg_attribute, pg_index, pg_constraint"
	places := map[int64]int{} // OID → index
	tables, err := list(ctx, r, tablesQuery(r.major()), func(row pgread.Row, t *estate.Table) error {
		var oid int64
		var kind, identity string
		err := row.Scan(&oid, &t.Schema, &t.Name, &kind, &t.Unlogged, &identity, &t.RowEstimate, &t.Comment,
			&t.XIDAge, &t.Partition, &t.Unpopulated, &t.RowSecurity, &t.ForeignServer, &t.WithOIDs)
		t.Schema, t.Name, t.Comment, t.ForeignServer = clean(t.Schema), clean(t.Name), clean(t.Comment), clean(t.ForeignServer)
		t.Kind = kindOf(kind)
		if kind == "r" || kind == "p" {
			t.ReplicaIdentity = identityOf(identity)
		}
		places[oid] = len(places)
		return err
	})
	if err == nil {
		err = r.details(ctx, tables, places)
	}
	if err != nil {
		return section[[]estate.Table](source, nil, err)
	}
	result := estate.Know(source, tables)
	estimated, err := r.sizes(ctx, tables, places)
	switch {
	case err != nil:
		return section[[]estate.Table](source, nil, err)
	case estimated:
		result.Problem = "a table was locked, so some sizes are those of the last vacuum or analyse"
	}
	return result
}

// Tables reads the tables of the collector's own database, and nothing else of the cluster.
func (c Collector) Tables(ctx context.Context) (estate.Section[[]estate.Table], pgread.Server, error) {
	config := bounded(c.Config)
	session, err := pgread.Open(ctx, config)
	if err != nil {
		return estate.Section[[]estate.Table]{}, pgread.Server{}, err
	}
	r := &reading{session: session, config: config, left: &allowance{bytes: mostBytes, connections: mostReopened}}
	defer func() { r.session.Close(ctx) }()
	return r.tables(ctx), session.Server(), nil
}

// details adds columns, keys and references. A table that was made between two queries is not in places, and
// left for the next time.
func (r *reading) details(ctx context.Context, tables []estate.Table, places map[int64]int) error {
	types := map[string]string{} // one copy of each type's name, whatever the number of columns
	return r.read(ctx, func(reader *pgread.Reader) error {
		err := reader.Each(columnsQuery(r.major()), nil, func(row pgread.Row) error {
			var oid int64
			var c estate.Column
			err := row.Scan(&oid, &c.Name, &c.Type, &c.NotNull, &c.Generated)
			if types[c.Type] == "" {
				types[c.Type] = clean(c.Type)
			}
			c.Name, c.Type = clean(c.Name), types[c.Type]
			if i, known := places[oid]; known {
				tables[i].Columns = append(tables[i].Columns, c)
			}
			return err
		})
		if err != nil {
			return err
		}
		if err = reader.Each(sqlKeys, nil, keysInto(tables, places)); err != nil {
			return err
		}
		return reader.Each(sqlReferences, nil, func(row pgread.Row) error {
			var oid int64
			var f estate.ForeignKey
			err := row.Scan(&oid, &f.Table, &f.Columns, &f.RefColumns)
			if i, known := places[oid]; known {
				f.Table, f.Columns, f.RefColumns = clean(f.Table), cleanAll(f.Columns), cleanAll(f.RefColumns)
				tables[i].References = append(tables[i].References, f)
			}
			return err
		})
	})
}

// keysInto adds each key to its table. One that is checked late cannot identify a row to replication.
func keysInto(tables []estate.Table, places map[int64]int) func(pgread.Row) error {
	return func(row pgread.Row) error {
		var oid int64
		var primary, identity, immediate bool
		var names []string
		err := row.Scan(&oid, &primary, &identity, &immediate, &names)
		i, known := places[oid]
		if err != nil || !known {
			return err
		}
		t := &tables[i]
		names = cleanAll(names)
		switch {
		case primary:
			t.PrimaryKey, t.Deferrable = names, !immediate
		default:
			t.UniqueKeys = append(t.UniqueKeys, names)
		}
		if identity {
			t.IdentityKey = names
		}
		return nil
	}
}

package validate

import (
	"context"
	"strings"

	"nightferry/internal/evidence"
	"nightferry/internal/pgread"
)

// side is one database as its catalogue describes it.
type side struct {
	name      string // "legacy" or "target"
	config    pgread.Config
	server    pgread.Server
	relations map[string]*relation // by schema.name
	types     map[int64]*typeInfo  // by OID, those that columns use and what they are made of
	sequences map[string]*sequence // by schema.name
}

// relation is a table.
type relation struct {
	oid      int64
	schema   string
	name     string
	kind     string // as relkind: r, p, m, f
	readable bool
	pages    int64 // the planner's idea of its size; 0 when it has none
	columns  []*column
	keys     []key
}

type column struct {
	name   string
	format string // as format_type
	typ    int64  // OID
}

// key is a set of columns that no two rows share and that is never NULL.
type key struct {
	primary bool
	columns []string
}

func (r *relation) qualified() string { return r.schema + "." + r.name }

func (r *relation) column(name string) *column {
	for _, c := range r.columns {
		if c.name == name {
			return c
		}
	}
	return nil
}

// from names the relation in a FROM clause. An ordinary table is read without those that inherit from it,
// which are compared as tables of their own.
func (r *relation) from() string {
	if r.kind == "r" {
		return "ONLY " + pgread.Ident(r.schema, r.name)
	}
	return pgread.Ident(r.schema, r.name)
}

// bestKey is the primary key, else the shortest unique key.
func (r *relation) bestKey() []string {
	var best *key
	for i, k := range r.keys {
		if best == nil || k.primary && !best.primary || k.primary == best.primary && len(k.columns) < len(best.columns) {
			best = &r.keys[i]
		}
	}
	if best == nil {
		return nil
	}
	return best.columns
}

// qualified puts a bare name into schema public.
func qualified(name string) string {
	if strings.Contains(name, ".") {
		return name
	}
	return "public." + name
}

func (s *side) evidence() evidence.Side {
	return evidence.Side{Address: s.config.Address(), Database: s.server.Database, Role: s.server.Role,
		Version: s.server.Version, Encoding: s.server.Encoding}
}

// sqlRelations lists what holds rows. Partitions are read through the table they are part of.
const sqlRelations pgread.SQL = `
SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relpages::int8,
       has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 2, 3`

const sqlColumns pgread.SQL = `
SELECT a.attrelid::int8, a.attname::text, format_type(a.atttypid, a.atttypmod), a.atttypid::int8
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum`

// sqlKeys lists unique keys whose columns are all NOT NULL. INCLUDE columns are no part of a key; to_jsonb
// asks for their number also where the server is too old to know it.
const sqlKeys pgread.SQL = `
SELECT i.indrelid::int8, i.indisprimary, k.names
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT array_agg(a.attname::text ORDER BY u.place) AS names, bool_and(a.attnotnull) AS filled
  FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(attnum, place)
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
  WHERE u.place <= coalesce((to_jsonb(i) ->> 'indnkeyatts')::int, i.indnatts)) k
WHERE i.indisunique AND i.indisvalid AND i.indisready AND i.indpred IS NULL AND i.indexprs IS NULL AND k.filled
  AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY i.indrelid, i.indisprimary DESC, x.relname`

func readSide(ctx context.Context, c *connector) (*side, error) {
	s := &side{name: c.name, relations: map[string]*relation{}, types: map[int64]*typeInfo{}}
	err := c.read(ctx, func(r *pgread.Reader) error {
		s.server = r.Server()
		byOID := map[int64]*relation{}
		err := r.Each(sqlRelations, nil, func(row pgread.Row) error {
			t := &relation{}
			err := row.Scan(&t.oid, &t.schema, &t.name, &t.kind, &t.pages, &t.readable)
			s.relations[t.qualified()], byOID[t.oid] = t, t
			return err
		})
		if err != nil {
			return err
		}
		if err := s.readColumns(r, byOID); err != nil {
			return err
		}
		if err := s.readTypes(r); err != nil {
			return err
		}
		s.sequences, err = readSequences(r)
		return err
	})
	if c.session != nil {
		s.config = c.session.Config()
	}
	return s, err
}

func (s *side) readColumns(r *pgread.Reader, byOID map[int64]*relation) error {
	err := r.Each(sqlColumns, nil, func(row pgread.Row) error {
		var oid int64
		c := &column{}
		err := row.Scan(&oid, &c.name, &c.format, &c.typ)
		if t := byOID[oid]; t != nil {
			t.columns = append(t.columns, c)
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Each(sqlKeys, nil, func(row pgread.Row) error {
		var oid int64
		var k key
		err := row.Scan(&oid, &k.primary, &k.columns)
		if t := byOID[oid]; t != nil {
			t.keys = append(t.keys, k)
		}
		return err
	})
}

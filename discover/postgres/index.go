package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlIndexes lists those that are invalid, or not used though they enforce nothing. An index on a partitioned table is
// never scanned itself.
const sqlIndexes pgread.SQL = `
SELECT n.nspname::text, x.relname::text, c.relname::text, current_setting('block_size')::int8 * x.relpages, NOT i.indisvalid
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE x.relkind = 'i' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND (NOT i.indisvalid OR pg_stat_get_numscans(x.oid) = 0 AND NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisreplident)
ORDER BY 1, 2`

const sqlIndexCount pgread.SQL = `
SELECT (SELECT count(*) FROM pg_class x JOIN pg_namespace n ON n.oid = x.relnamespace
        WHERE x.relkind = 'i' AND x.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')::int,
       extract(epoch FROM pg_stat_get_db_stat_reset_time(d.oid))::int8
FROM pg_database d WHERE d.datname = current_database()`

func (r *reading) indexes(ctx context.Context) estate.Section[estate.Indexes] {
	const source = "pg_index, pg_stat_get_numscans"
	result := one(ctx, r, source, sqlIndexCount, func(row pgread.Row, i *estate.Indexes) error {
		var reset *int64
		err := row.Scan(&i.Count, &reset)
		i.StatsReset = timeOf(reset)
		return err
	})
	if !result.Coverage.IsKnown() {
		return result
	}
	_, err := list(ctx, r, sqlIndexes, func(row pgread.Row, i *estate.Index) error {
		var invalid bool
		err := row.Scan(&i.Schema, &i.Name, &i.Table, &i.Bytes, &invalid)
		i.Schema, i.Name, i.Table = clean(i.Schema), clean(i.Name), clean(i.Table)
		if invalid {
			result.Value.Invalid = append(result.Value.Invalid, *i)
		} else {
			result.Value.Unused = append(result.Value.Unused, *i)
		}
		return err
	})
	if err != nil {
		return section(source, estate.Indexes{}, err)
	}
	return result
}

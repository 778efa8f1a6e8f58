package postgres

import (
	"context"
	"maps"
	"slices"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlSizes reads file sizes of the tables $1, for which it takes a lock: a table that is being altered makes all of it
// time out. One that is dropped meanwhile has none. The size of a table is with TOAST; of its own are three files.
const sqlSizes pgread.SQL = `
SELECT c.oid::int8, pg_table_size(c.oid), pg_indexes_size(c.oid),
       pg_relation_size(c.oid) + pg_relation_size(c.oid, 'fsm') + pg_relation_size(c.oid, 'vm')
FROM pg_class c WHERE c.oid = ANY ($1::int8[]::oid[])`

// sqlSizesEstimated takes no lock: pages as of the last vacuum or analyse.
const sqlSizesEstimated pgread.SQL = `
SELECT c.oid::int8, b.size * (c.relpages + coalesce(t.relpages, 0)
         + coalesce((SELECT sum(x.relpages) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.reltoastrelid AND c.reltoastrelid <> 0), 0))::int8,
       b.size * coalesce((SELECT sum(x.relpages) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid), 0)::int8,
       b.size * c.relpages
FROM pg_class c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid, (SELECT current_setting('block_size')::int8 AS size) b
WHERE c.oid = ANY ($1::int8[]::oid[])`

// sizedAtOnce keeps a query of many tables well within the time that a statement gets: 2,000 take half a second,
// and three times that on a busy server.
const sizedAtOnce = 2000

// sizes adds the bytes of each table that has files, estimated where a lock is in the way.
func (r *reading) sizes(ctx context.Context, tables []estate.Table, places map[int64]int) (estimated bool, err error) {
	withFiles := slices.DeleteFunc(slices.Sorted(maps.Keys(places)), func(oid int64) bool {
		kind := tables[places[oid]].Kind
		return kind != "table" && kind != "materialized view"
	})
	for some := range slices.Chunk(withFiles, sizedAtOnce) {
		err := r.sizesOf(ctx, sqlSizes, some, tables, places)
		if pgread.KindOf(err) == pgread.TimedOut && ctx.Err() == nil {
			estimated = true
			err = r.sizesOf(ctx, sqlSizesEstimated, some, tables, places)
		}
		if err != nil {
			return estimated, err
		}
	}
	return estimated, nil
}

func (r *reading) sizesOf(ctx context.Context, query pgread.SQL, some []int64, tables []estate.Table, places map[int64]int) error {
	return r.read(ctx, func(reader *pgread.Reader) error {
		return reader.Each(query, []any{some}, func(row pgread.Row) error {
			var oid int64
			var whole, indexes, heap *int64 // NULL for what was dropped meanwhile
			err := row.Scan(&oid, &whole, &indexes, &heap)
			if i, known := places[oid]; known && whole != nil && indexes != nil && heap != nil {
				t := &tables[i]
				t.TotalBytes, t.IndexBytes = *whole+*indexes, *indexes
				t.HeapBytes, t.ToastBytes = *heap, max(0, *whole-*heap)
			}
			return err
		})
	})
}

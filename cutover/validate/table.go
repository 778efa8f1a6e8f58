package validate

import (
	"context"
	"errors"
	"slices"

	"nightferry/internal/evidence"
	"nightferry/internal/pgread"
)

// comparison is one table under way. Index 0 is the legacy side, 1 the target.
type comparison struct {
	run     *run
	worker  *worker
	queries [2]queries
	table   evidence.Table
	differs bool // rows were seen to differ
	found   []evidence.Row
	show    func(key string) string
}

// sums is what one server says of some rows.
type sums struct {
	count       int64
	hash, hash2 string
}

func (r *run) compareTable(ctx context.Context, w *worker, p pair) evidence.Table {
	table, done := r.settled(p)
	if done {
		return table
	}
	table.Columns, table.Key = diffColumns(p), keyOf(p)
	columns := shared(p)
	if len(table.Key) == 0 {
		table.Notes = append(table.Notes, "no usable key: rows are compared as a whole, and a changed row counts as one missing and one extra")
	}
	c := &comparison{run: r, worker: w, table: table, show: r.showKey(p, table.Key)}
	c.queries[0] = r.hash.queriesFor(r.legacy, r.target, p.legacy, p.target, columns, table.Key)
	c.queries[1] = r.hash.queriesFor(r.target, r.legacy, p.target, p.legacy, columns, table.Key)
	if err := c.compare(ctx, p); err != nil {
		return c.failed(err)
	}
	return c.judge()
}

// judge turns what was found into the verdict.
func (c *comparison) judge() evidence.Table {
	t := c.table
	t.Verdict = evidence.Same
	for _, column := range t.Columns {
		if column.IsMissing() {
			t.Verdict, t.Problem = evidence.Different, "columns are missing on one side"
		}
	}
	if c.differs {
		t.Verdict, t.Problem = evidence.Different, "rows differ"
	}
	slices.SortFunc(c.found, compareRows)
	t.Rows = slices.Clone(c.found[:min(len(c.found), c.run.options.RowsShown)])
	for i := range t.Rows {
		t.Rows[i].Key = c.show(t.Rows[i].Key)
	}
	return t
}

func (c *comparison) failed(err error) evidence.Table {
	t := evidence.Table{Name: c.table.Name, Key: c.table.Key, Columns: c.table.Columns, LegacyRows: -1, TargetRows: -1,
		Verdict: evidence.Failed, Problem: err.Error()}
	switch pgread.KindOf(err) {
	case pgread.Denied:
		t.Verdict = evidence.Denied
	case pgread.TimedOut:
		t.Verdict = evidence.TimedOut
	}
	var mends interface{ Mend() string }
	if errors.As(err, &mends) {
		t.Mend = mends.Mend()
	}
	return t
}

// compare reads the table span by span.
func (c *comparison) compare(ctx context.Context, p pair) error {
	spans, err := c.spans(ctx, p)
	if err != nil {
		return err
	}
	c.table.LegacyRows, c.table.TargetRows, c.table.Chunks = 0, 0, len(spans)
	for _, s := range spans {
		found, err := c.ask(ctx, func(q queries) (pgread.SQL, []any) { return q.sums(s, c.run.hash.seed) })
		if err != nil {
			return err
		}
		legacy, target := found[0][0], found[1][0]
		c.table.LegacyRows += legacy.count
		c.table.TargetRows += target.count
		c.run.advance(c.table.Name, legacy.count)
		if legacy == target {
			continue
		}
		c.differs = true
		if c.full() {
			c.table.AtLeast = true
			continue
		}
		if err := c.drill(ctx, s, max(legacy.count, target.count)); err != nil {
			return err
		}
	}
	return nil
}

// full tells whether enough differing rows were counted.
func (c *comparison) full() bool {
	return c.table.Missing+c.table.Extra+c.table.Changed >= c.run.options.CountBound
}

// ask runs the same query on both sides at once; the answers are by bucket.
func (c *comparison) ask(ctx context.Context, query func(queries) (pgread.SQL, []any)) (found [2]map[int64]sums, err error) {
	err = c.each(ctx, func(ctx context.Context, side int, read *connector) error {
		found[side] = map[int64]sums{}
		sql, args := query(c.queries[side])
		return read.read(ctx, func(r *pgread.Reader) error {
			return r.Each(sql, args, func(row pgread.Row) error {
				var bucket int64
				var s sums
				err := row.Scan(&bucket, &s.count, &s.hash, &s.hash2)
				found[side][bucket] = s
				return err
			})
		})
	})
	return found, err
}

func (c *comparison) each(ctx context.Context, do func(ctx context.Context, side int, read *connector) error) error {
	return c.worker.both(ctx, func(ctx context.Context, read *connector, isTarget bool) error {
		if isTarget {
			return do(ctx, 1, read)
		}
		return do(ctx, 0, read)
	})
}

// textSpans bounds the spans of a table whose key is text: no index has its order, so each span reads the
// whole table.
const textSpans = 8

// sqlSize gives the bytes of a table with its partitions, without indexes and TOAST.
const sqlSize pgread.SQL = `
WITH RECURSIVE parts(oid) AS (
  SELECT $1::oid UNION ALL SELECT i.inhrelid FROM parts p JOIN pg_class c ON c.oid = p.oid AND c.relkind = 'p' JOIN pg_inherits i ON i.inhparent = p.oid)
SELECT coalesce(sum(pg_relation_size(oid)), 0)::int8 FROM parts`

// spans cuts the table into ranges of its key, by a sample of the legacy side; one span where it is small or
// its key has no order that both sides share.
func (c *comparison) spans(ctx context.Context, p pair) ([]span, error) {
	whole := []span{{}}
	q := c.queries[0]
	if pages := p.legacy.pages; len(q.ranges) == 0 || pages > 0 && pages*8192 < c.run.options.ChunkBytes/4 {
		return whole, nil // the planner's idea of a small table saves asking
	}
	var bounds [][]string
	err := c.worker.legacy.read(ctx, func(r *pgread.Reader) error {
		var size int64
		if err := r.Row(sqlSize, []any{p.legacy.oid}, &size); err != nil {
			return err
		}
		parts := int(min(size/c.run.options.ChunkBytes+1, 100_000))
		if q.types[0] == "pg_catalog.text" {
			parts = min(parts, textSpans)
		}
		if parts == 1 {
			return nil
		}
		const sampled = 64 // blocks for each part
		percent := min(100, 100*float64(sampled*parts)/float64(max(1, size/8192)))
		sql, args := q.bounds(percent, parts)
		return r.Each(sql, args, func(row pgread.Row) error {
			var bound []string
			err := row.Scan(&bound)
			if len(bounds) == 0 || !slices.Equal(bounds[len(bounds)-1], bound) {
				bounds = append(bounds, bound)
			}
			return err
		})
	})
	if err != nil || len(bounds) == 0 {
		return whole, err
	}
	spans := make([]span, 0, len(bounds)+1)
	var lower []string
	for _, bound := range bounds {
		spans = append(spans, span{lower, bound})
		lower = bound
	}
	return append(spans, span{lower, nil}), nil
}

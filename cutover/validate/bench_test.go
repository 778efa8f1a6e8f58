package validate_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover/validate"
	"nightferry/internal/evidence"
	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

const benchRows = 500_000

// columnsOf are those of the shapes, for the bare aggregate.
var columnsOf = map[string]string{"narrow": "id, b, balance, filler", "wide": "id, a, b, c, d, e, f, g, t.h, i, j, k, l, m, n, o, p, q, r, s"}

// shapes are a narrow table as pgbench makes it and a wide one as Odoo has them.
var shapes = map[string]string{
	"narrow": `CREATE TABLE t AS SELECT i AS id, i %% 100 AS b, 0 AS balance, repeat(' ', 80) AS filler FROM generate_series(1, %d) i`,
	"wide": `CREATE TABLE t AS SELECT i AS id, i / 100.0 AS a, timestamp '2026-01-01' + i * interval '1 s' AS b, timestamp '2026-01-01' AS c, 'text ' || i AS d,
		i AS e, i AS f, i %% 7 AS g, true AS h, NULL::text AS i, NULL::int AS j, i::numeric AS k, NULL::date AS l, 'posted' AS m, i %% 3 AS n, i * 1.21 AS o,
		NULL::numeric AS p, 'INV/2026/' || i AS q, i AS r, i AS s FROM generate_series(1, %d) i`,
}

// BenchmarkCompare measures a comparison that finds nothing, beside the bare aggregate it is made of: the
// hash of every row as it is, summed, on both sides at once. "overhead" is the first divided by the second.
func BenchmarkCompare(b *testing.B) {
	c := pgtest.Shared(b)
	for name, statement := range shapes {
		legacy, target := c.Database(b, ""), c.Database(b, "")
		for _, database := range []string{legacy, target} {
			c.Exec(b, database, "SET max_parallel_workers = 0", fmt.Sprintf(statement, benchRows), `ALTER TABLE t ADD PRIMARY KEY (id)`, `VACUUM ANALYZE t`)
		}
		sides := [2]pgread.Config{c.Config(legacy, "postgres"), c.Config(target, "postgres")}
		for i := range sides {
			sides[i].AllowSuperuser, sides[i].Limits.Statement = true, time.Minute
		}
		for _, hash := range hashings {
			for _, chunks := range []int64{1, 10} {
				b.Run(fmt.Sprintf("%s/%s/chunks=%d", name, hash, chunks), func(b *testing.B) {
					o := forced(options(), hash)
					o.Now = time.Now
					if chunks > 1 {
						o.ChunkBytes = benchRows * 128 / chunks
					}
					bare := bareAggregate(b, sides, columnsOf[name]) // warms the cache too
					bare = min(bare, bareAggregate(b, sides, columnsOf[name]))
					var took time.Duration
					for b.Loop() {
						got, err := validate.Compare(b.Context(), sides[0], sides[1], o)
						require.NoError(b, err)
						require.Equal(b, evidence.Same, got.Verdict())
						took += got.Tables[0].Took
					}
					b.ReportMetric(float64(benchRows*b.N)/took.Seconds(), "rows/s")
					b.ReportMetric(took.Seconds()/float64(b.N)/bare.Seconds(), "overhead")
				})
			}
		}
	}
}

// bareAggregate times the cheapest query that hashes every row, on both sides at once.
func bareAggregate(b *testing.B, sides [2]pgread.Config, columns string) time.Duration {
	b.Helper()
	done := make(chan error, 2)
	start := time.Now()
	for _, config := range sides {
		go func() {
			session, err := pgread.Open(b.Context(), config)
			if err != nil {
				done <- err
				return
			}
			defer session.Close(context.WithoutCancel(b.Context()))
			var sum string
			done <- session.Read(b.Context(), func(r *pgread.Reader) error {
				return r.Row(pgread.SQL("SELECT sum(hash_record_extended(ROW("+columns+"), 1))::text FROM public.t"), nil, &sum)
			})
		}()
	}
	require.NoError(b, <-done)
	require.NoError(b, <-done)
	return time.Since(start)
}

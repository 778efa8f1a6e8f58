package postgres_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover/postgres"
	"nightferry/internal/estate"
	"nightferry/internal/pgread/pgtest"
)

// peak watches how much memory the process takes from the system while work runs.
func peak(work func()) (bytes uint64) {
	runtime.GC()
	done, watched := make(chan struct{}), make(chan uint64)
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		var most uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse+m.StackInuse)
			select {
			case <-tick.C:
			case <-done:
				watched <- most
				return
			}
		}
	}()
	work()
	close(done)
	return <-watched
}

// BenchmarkTables reads a database of 20,000 tables, as some estates have them; 15 s and 256 MB are its bounds.
func BenchmarkTables(b *testing.B) {
	c := pgtest.Shared(b)
	name := c.Database(b, "")
	const tables, batch = 20_000, 500
	for first := 0; first < tables; first += batch {
		var statements strings.Builder
		for i := first; i < first+batch; i++ {
			fmt.Fprintf(&statements, "CREATE TABLE t%d (id serial PRIMARY KEY, a text, b numeric, c timestamp, d int, e jsonb, f bool, g date, h text, i int);", i)
		}
		c.Exec(b, name, statements.String())
	}
	config := c.Config(name, "postgres")
	config.AllowSuperuser = true
	collector := postgres.Collector{Name: "db", Config: config, Now: clock}
	var most uint64
	b.ReportAllocs()
	for b.Loop() {
		var server estate.PostgresServer
		most = max(most, peak(func() { server = collector.Collect(b.Context(), func(string) {}) }))
		require.Equal(b, estate.Known, server.Databases.Coverage)
		require.Empty(b, missed(server, name))
	}
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(seconds, "s/20000tables")
	b.ReportMetric(float64(most)/(1<<20), "peak-MB")
	require.Less(b, most, uint64(256<<20))
	require.LessOrEqual(b, seconds, 15.0)
}

// BenchmarkDatabases reads a cluster of 200 databases: two connections at most, and each database once.
func BenchmarkDatabases(b *testing.B) {
	c := pgtest.Shared(b)
	const databases = 200
	names := make([]string, databases)
	for i := range names {
		names[i] = c.Database(b, "")
	}
	tap := newTap(b, c)
	config := tap.config("postgres", "postgres")
	config.AllowSuperuser = true
	collector := postgres.Collector{Name: "db", Config: config, Now: clock}
	rounds := 0
	for b.Loop() {
		rounds++
		server := collector.Collect(b.Context(), func(string) {})
		require.GreaterOrEqual(b, len(server.Databases.Value), databases)
		for _, d := range server.Databases.Value {
			require.Equal(b, estate.Known, d.Features.Coverage, d.Name)
		}
	}
	for _, name := range names {
		require.Equal(b, rounds, count(tap.databases, name), name)
	}
	require.LessOrEqual(b, tap.most, 2)
	b.ReportMetric(float64(tap.most), "connections")
	b.ReportMetric(b.Elapsed().Seconds()/float64(rounds), "s/200databases")
}

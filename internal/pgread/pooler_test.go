package pgread_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

// TestPooler reads through a real pgbouncer, by session and by transaction: what is pinned holds within each unit of
// work, and nothing of it is left on the connection that the next client gets.
func TestPooler(t *testing.T) {
	t.Parallel()
	for _, pooling := range []string{"session", "transaction"} {
		t.Run(pooling, func(t *testing.T) {
			t.Parallel()
			c := pgtest.Shared(t)
			database := c.Database(t, "")
			role := "pooled_" + pooling
			c.Exec(t, database, `CREATE ROLE `+role+` LOGIN`, `CREATE TABLE t (a int)`, `GRANT ALL ON t TO `+role)
			t.Cleanup(func() { c.Exec(t, database, `DROP OWNED BY `+role, `DROP ROLE `+role) })
			config := c.Bouncer(t, pooling, database, role)
			s, err := pgread.Open(t.Context(), config)
			require.NoError(t, err)
			defer s.Close(context.WithoutCancel(t.Context()))
			require.True(t, s.Server().Pooled)
			for range 3 {
				var timeout, path, readOnly string
				require.NoError(t, s.Read(t.Context(), func(r *pgread.Reader) error {
					return r.Row("SELECT current_setting('statement_timeout'), current_setting('search_path'), current_setting('transaction_read_only')", nil, &timeout, &path, &readOnly)
				}))
				require.Equal(t, []string{"5s", "pg_catalog, pg_temp", "on"}, []string{timeout, path, readOnly})
			}
			err = s.Read(t.Context(), func(r *pgread.Reader) error { return r.Each("INSERT INTO public.t VALUES (1)", nil, nil) })
			var own *pgread.Error
			require.ErrorAs(t, err, &own)
			require.Equal(t, "25006", own.SQLState)
			next, err := pgread.Open(t.Context(), config) // by transaction, it shares the server connection
			require.NoError(t, err)
			next.Close(t.Context())
		})
	}
}

// TestPoolerRefused: where it could not be read-only, or is not the server at all, it is not read, and says why.
func TestPoolerRefused(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	database := c.Database(t, "")
	c.Exec(t, database, `CREATE ROLE pooled_refused LOGIN`)
	t.Cleanup(func() { c.Exec(t, database, `DROP ROLE pooled_refused`) })
	config := c.Bouncer(t, "statement", database, "pooled_refused")
	_, err := pgread.Open(t.Context(), config)
	require.Error(t, err)
	require.Contains(t, err.Error(), "pools by statement")
	console := config
	console.Database = "pgbouncer"
	_, err = pgread.Open(t.Context(), console)
	require.Error(t, err)
	require.Contains(t, err.Error(), "pgbouncer's own console")
	unknown := config
	unknown.Database = "no_such_database"
	_, err = pgread.Open(t.Context(), unknown)
	require.Error(t, err)
	if pgread.KindOf(err) != pgread.NoDatabase { // newer ones say so
		require.Contains(t, err.Error(), "does not pass this database on")
	}
}

// TestNoPooler: the server itself is not taken for one.
func TestNoPooler(t *testing.T) {
	t.Parallel()
	require.False(t, open(t, nil).Server().Pooled)
}

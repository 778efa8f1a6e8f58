package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/pgread/pgtest"
)

// TestAnyVersion asks a server of whatever version is installed for everything, in words that PostgreSQL knows since 10:
// no section fails, as superuser and without any right. It was run on 10, 12, 14, 15, 16 and 17.
func TestAnyVersion(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	name := c.Database(t, "")
	c.Exec(t, name, `CREATE TABLE ward (id serial PRIMARY KEY, name text)`,
		`CREATE TABLE bed (ward int REFERENCES ward, number int, note text)`, `CREATE INDEX ON bed (ward)`, `CREATE VIEW beds AS SELECT number FROM bed`,
		`CREATE MATERIALIZED VIEW counted AS SELECT ward, count(*) AS n FROM bed GROUP BY ward`, `CREATE ROLE any_version LOGIN`)
	t.Cleanup(func() { c.Exec(t, "postgres", `DROP ROLE any_version`) })
	for _, role := range []string{"postgres", "any_version"} {
		config := c.Config(name, role)
		config.AllowSuperuser = role == "postgres"
		server := collect(t, config)
		for _, gap := range (estate.Inventory{Postgres: []estate.PostgresServer{server}}).Gaps() {
			require.NotEqual(t, estate.Failed, gap.Coverage, "as %s on %s: %v", role, server.Version.Value.Text, gap)
			require.NotEqual(t, estate.Timeout, gap.Coverage, "as %s on %s: %v", role, server.Version.Value.Text, gap)
		}
		require.Len(t, database(t, server, name).Tables.Value, 4, "two tables, a view, a materialised view")
	}
}

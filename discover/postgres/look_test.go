package postgres_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/discover/postgres"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

// lookAt takes looks at a cluster of the tests.
func lookAt(t *testing.T, config pgread.Config) func() estate.PostgresLook {
	t.Helper()
	target := postgres.Collector{Name: "db", Config: config, Now: clock}.LookTarget()
	require.Equal(t, "postgres/db", target.ID())
	require.True(t, target.Light)
	return func() estate.PostgresLook { return *target.Collect(t.Context(), func(string) {}).PostgresLook }
}

// TestLook: a client that connects is seen, by what makes it known and not by its numbers, and its work is counted.
func TestLook(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	name := c.Database(t, "")
	config := c.Config(name, "postgres")
	config.AllowSuperuser = true
	var dialled atomic.Int64
	dial := &net.Dialer{}
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		dialled.Add(1)
		return dial.DialContext(ctx, network, address)
	}
	look := lookAt(t, config)
	here := func(l estate.PostgresLook) []estate.SeenClient {
		require.Equal(t, estate.Known, l.Collected.Coverage, l.Collected.Problem)
		require.True(t, l.ClientsRead)
		return slices.DeleteFunc(slices.Clone(l.Clients), func(c estate.SeenClient) bool { return c.Database != name })
	}
	before := look()
	require.Empty(t, here(before), "our own session is no client")
	for _, application := range []string{"odoo-4711", "odoo-12"} {
		conn := c.Connect(t, name, "postgres")
		_, err := conn.Exec(t.Context(), "SET application_name = '"+application+"'")
		require.NoError(t, err)
	}
	after := look()
	clients := here(after)
	require.Len(t, clients, 1, "%v", clients)
	require.Equal(t, "odoo-#", clients[0].Application)
	require.Equal(t, 2, clients[0].Sessions)
	require.False(t, clients[0].Hidden)
	require.EqualValues(t, 1, dialled.Load(), "one session for all looks")
	require.GreaterOrEqual(t, after.Counters.Sessions, int64(2))
	require.Greater(t, after.Counters.Uptime, before.Counters.Uptime)
	require.Positive(t, after.Counters.Transactions) // of all databases: less where another test has dropped one
	require.GreaterOrEqual(t, after.Counters.Active, int64(0))
	require.Positive(t, after.Counters.WALBytes)

	// The session is ended from outside; the next look makes a new one.
	c.Exec(t, name, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'nightferry'")
	again := look()
	if again.Collected.Coverage != estate.Known { // it may have found out only by asking
		again = look()
	}
	require.Equal(t, estate.Known, again.Collected.Coverage, again.Collected.Problem)
	require.LessOrEqual(t, dialled.Load(), int64(3), "each look dials once at most")
}

// TestLookWithoutRights: what a role may not see is hidden, and neither none nor zero.
func TestLookWithoutRights(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	name := c.Database(t, "")
	role := "look_" + name
	c.Exec(t, name, "CREATE ROLE "+role+" LOGIN")
	t.Cleanup(func() { c.Exec(t, "postgres", "DROP ROLE "+role) })
	c.Connect(t, name, "postgres")
	target := postgres.Collector{Name: "db", Config: c.Config(name, role), Now: clock}.LookTarget()
	l := target.Collect(t.Context(), func(string) {}).PostgresLook
	require.Equal(t, estate.Known, l.Collected.Coverage, l.Collected.Problem)
	i := slices.IndexFunc(l.Clients, func(c estate.SeenClient) bool { return c.Database == name })
	require.GreaterOrEqual(t, i, 0, "%v", l)
	require.True(t, l.Clients[i].Hidden)
	require.Empty(t, l.Clients[i].Address)
	require.Equal(t, int64(-1), l.Counters.Active)
	c.Exec(t, name, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"+role+"'")
}

func TestLookAtNobody(t *testing.T) {
	t.Parallel()
	l := lookAt(t, pgread.Config{Host: "127.0.0.1", Port: 1, User: "reader"})()
	require.Equal(t, estate.Failed, l.Collected.Coverage)
	require.NotEmpty(t, l.Collected.Problem)
	require.Nil(t, l.Counters)
	require.False(t, l.ClientsRead)
}

func TestExplainLook(t *testing.T) {
	t.Parallel()
	text := postgres.ExplainLook()
	require.Contains(t, text, "(10 to 13)")
	require.Equal(t, 1, strings.Count(text, "sum(d.sessions)"), "sessions are counted since 14")
	require.NotContains(t, text, "query", "never what a session asks")
}

package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/pgread/pgtest"
)

// TestThroughPooler: everything of the database that the pooler passes on is read, and of the others it is said why not.
func TestThroughPooler(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	name, other := c.Database(t, ""), c.Database(t, "")
	c.Exec(t, name, `CREATE TABLE a (id serial PRIMARY KEY)`, `CREATE ROLE through_pooler LOGIN`)
	t.Cleanup(func() { c.Exec(t, name, `DROP ROLE through_pooler`) })
	server := collect(t, c.Bouncer(t, "transaction", name, "through_pooler"))
	require.Equal(t, estate.Known, server.Collected.Coverage, server.Collected.Problem)
	require.True(t, slices.ContainsFunc(server.Collected.Warnings, func(text string) bool { return strings.Contains(text, "pooler") }))
	require.Empty(t, missed(server, name))
	require.Len(t, database(t, server, name).Tables.Value, 1)
	closed := database(t, server, other).Tables
	require.False(t, closed.Coverage.IsKnown())
	require.NotEmpty(t, closed.Problem)
	require.NotEmpty(t, closed.Grant)
}

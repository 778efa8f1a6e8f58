package action_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/cutover/action"
	"nightferry/internal/expr"
	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
	"nightferry/internal/runbook"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// onCluster finds every database of the engagement in one database of the tests' cluster.
type onCluster pgread.Config

func (c onCluster) Postgres(string) (pgread.Config, error) { return pgread.Config(c), nil }

// readBy makes a role without any grant, as whom the step looks.
func readBy(t *testing.T, cluster *pgtest.Cluster, database string) onCluster {
	t.Helper()
	role := "looks_at_" + database
	cluster.Exec(t, "postgres", "CREATE ROLE "+pgread.Ident(role)+" LOGIN")
	t.Cleanup(func() { cluster.Exec(t, "postgres", "DROP ROLE "+pgread.Ident(role)) })
	return onCluster(cluster.Config(database, role))
}

// line is what a step says, for a test to wait for.
type line chan string

func (l line) Write(p []byte) (int, error) {
	select {
	case l <- string(p):
	default:
	}
	return len(p), nil
}

func catchingUp(t *testing.T, databases action.Databases, slot string) cutover.Action {
	t.Helper()
	act, err := (&action.Registry{Databases: databases}).Action(runbook.Step{ID: "catchup", Kind: "postgres.catchup", With: map[string]any{"database": "erp/clinic", "slot": slot}})
	require.NoError(t, err)
	return act
}

// TestCatchup replicates between two databases of a real server: the step waits while nobody subscribes, says how far
// behind it is, and ends once the subscriber has confirmed everything.
func TestCatchup(t *testing.T) {
	t.Parallel()
	cluster := pgtest.Shared(t)
	legacy, target := cluster.Database(t, ""), cluster.Database(t, "")
	slot := "s_" + legacy[max(0, len(legacy)-20):]
	table := "CREATE TABLE visit (id int PRIMARY KEY)"
	cluster.Exec(t, legacy, table, "CREATE PUBLICATION move FOR TABLE visit", "SELECT pg_create_logical_replication_slot('"+slot+"', 'pgoutput')",
		"INSERT INTO visit SELECT generate_series(1, 1000)")
	cluster.Exec(t, target, table)
	t.Cleanup(func() { cluster.Exec(t, target, "DROP SUBSCRIPTION IF EXISTS move") }) // with its slot
	act := catchingUp(t, readBy(t, cluster, legacy), slot)
	_, err := act.Check(t.Context(), cutover.Attempt{})
	require.NoError(t, err)

	short, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer cancel()
	_, err = act.Do(short, cutover.Attempt{Output: make(line, 1)})
	require.ErrorContains(t, err, "bytes behind, and nobody reads from it")

	said, ended := make(line, 1), make(chan error, 1)
	var result cutover.Result
	go func() {
		var err error
		result, err = act.Do(t.Context(), cutover.Attempt{Output: said})
		ended <- err
	}()
	require.Contains(t, <-said, "bytes behind")
	cluster.Exec(t, target, fmt.Sprintf("CREATE SUBSCRIPTION move CONNECTION '%s' PUBLICATION move WITH (create_slot = false, slot_name = '%s', copy_data = false)",
		cluster.DSN(legacy, "postgres"), slot))
	require.NoError(t, <-ended)
	require.Equal(t, expr.Int(0), result.Facts["behind"])
	require.Equal(t, expr.TypeDuration, result.Facts["waited"].Type())
	var rows int
	require.NoError(t, cluster.Connect(t, target, "postgres").QueryRow(t.Context(), "SELECT count(*) FROM visit").Scan(&rows))
	require.Equal(t, 1000, rows, "caught up means that it is there")
}

func TestCatchupWithoutASlot(t *testing.T) {
	t.Parallel()
	cluster := pgtest.Shared(t)
	act := catchingUp(t, readBy(t, cluster, cluster.Database(t, "")), "nobody_made_this")
	_, err := act.Check(t.Context(), cutover.Attempt{})
	require.ErrorContains(t, err, "erp/clinic has no logical replication slot nobody_made_this")
	require.False(t, act.Reversible())
}

package sample

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/pgread/pgtest"
)

// TestByPlaceReadsNoOtherPage: the server goes to the places asked for, and never through the table.
func TestByPlaceReadsNoOtherPage(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	database := c.Database(t, "")
	c.Exec(t, database, `CREATE TABLE t (a text, b text)`, `INSERT INTO t SELECT i, i FROM generate_series(1, 10000) i`, `ANALYZE t`)
	conn := c.Connect(t, database, "postgres")
	defer conn.Close(context.WithoutCancel(t.Context()))
	table := &table{schema: "public", name: "t"}
	a, b := &column{Column: estate.Column{Name: "a"}}, &column{Column: estate.Column{Name: "b"}}
	for sql, args := range map[string][]any{
		string(table.byPlace([]bundle{{columns: []*column{a}}, {columns: []*column{b}}})): {tids([]place{{1, 1}}), tids([]place{{2, 2}})},
		string(table.probe()): {"{0,5}"},
	} {
		rows, err := conn.Query(t.Context(), "EXPLAIN "+sql, args...)
		require.NoError(t, err)
		var plan strings.Builder
		for rows.Next() {
			var line string
			require.NoError(t, rows.Scan(&line))
			plan.WriteString(line + "\n")
		}
		require.NoError(t, rows.Err())
		require.Contains(t, plan.String(), "Tid Scan on t")
		require.NotContains(t, plan.String(), "Seq Scan")
	}
}

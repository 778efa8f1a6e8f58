package sample_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// TestViews: what has no places is read all over as far as it is looked at, and the result says where that ends.
func TestViews(t *testing.T) {
	t.Parallel()
	for rows, want := range map[int]struct {
		least, latest int // values, and the number of a row among the last ones read
		note          string
	}{
		3:     {3, 3, ""},
		511:   {255, 510, ""},
		3000:  {250, 3000, ""},
		20000: {256, 8192, "its rows have no places to choose: 256 of the first 8192 were read, and none of those after"},
	} {
		d := newDatabase(t, fmt.Sprintf(`CREATE VIEW v AS SELECT i::text AS n, 'x' || i AS nn FROM generate_series(1, %d) i`, rows))
		result, tallies := d.collect(t, 0, columns("v", "n text", "nn text"))
		table := tableOf(t, result, "v")
		require.Equal(t, estate.Known, table.Coverage)
		require.Equal(t, want.note, table.Problem, rows)
		values := tallies["n"].values
		require.GreaterOrEqual(t, len(values), want.least, rows)
		require.LessOrEqual(t, len(values), 256, rows)
		require.Len(t, tallies["nn"].values, len(values))
		require.Equal(t, len(values), distinct(values), "each row once")
		last, err := strconv.Atoi(values[len(values)-1])
		require.NoError(t, err)
		require.GreaterOrEqual(t, last, want.latest, rows)
		require.Equal(t, values[0], strings.TrimPrefix(tallies["nn"].values[0], "x"), "the columns are of one row")
	}
}

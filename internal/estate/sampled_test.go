package estate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// TestAfter: a second reading of other columns keeps what the first one counted.
func TestAfter(t *testing.T) {
	t.Parallel()
	first := estate.SampledDatabase{Database: "d", Account: "old", Tables: []estate.SampledTable{
		{Schema: "s", Table: "a", Rows: 5, Columns: []estate.ColumnCounts{{Column: "x", Rows: 5}, {Column: "z", Rows: 5}}},
		{Schema: "s", Table: "c", Rows: 7}}}
	second := estate.SampledDatabase{Database: "d", Account: "new", Tables: []estate.SampledTable{
		{Schema: "s", Table: "a", Rows: 2, Columns: []estate.ColumnCounts{{Column: "y", Rows: 2}, {Column: "z", Rows: 2}}},
		{Schema: "s", Table: "b", Rows: 1}}}
	require.Equal(t, estate.SampledDatabase{Database: "d", Account: "new", Tables: []estate.SampledTable{
		{Schema: "s", Table: "a", Rows: 7, Columns: []estate.ColumnCounts{{Column: "x", Rows: 5}, {Column: "y", Rows: 2}, {Column: "z", Rows: 2}}},
		{Schema: "s", Table: "b", Rows: 1}, {Schema: "s", Table: "c", Rows: 7}}}, second.After(first))
}

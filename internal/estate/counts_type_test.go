package estate_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// TestCountsHoldNoValue walks every type that row sampling saves. What is not a number, a truth or a time is on this list,
// and nothing on it comes from a row: names from the catalogue, words of engagement.yaml, our own words, words of a closed
// set. A new field that could hold a value fails here.
func TestCountsHoldNoValue(t *testing.T) {
	t.Parallel()
	texts := []string{
		"SampledServer.Server",
		"SampledServer.Databases.Database", "SampledServer.Databases.Coverage", "SampledServer.Databases.Problem", "SampledServer.Databases.Account",
		"SampledServer.Databases.AuthorisedBy", "SampledServer.Databases.Basis", "SampledServer.Databases.Date",
		"SampledServer.Databases.Tables.Schema", "SampledServer.Databases.Tables.Table", "SampledServer.Databases.Tables.Coverage", "SampledServer.Databases.Tables.Problem",
		"SampledServer.Databases.Tables.Columns.Column",
	}
	var seen []string
	var walk func(path string, v reflect.Type)
	walk = func(path string, v reflect.Type) {
		switch v.Kind() {
		case reflect.Struct:
			if v.String() == "time.Time" {
				return
			}
			for field := range v.Fields() {
				walk(path+"."+field.Name, field.Type)
			}
		case reflect.Slice, reflect.Array:
			require.NotEqual(t, reflect.Uint8, v.Elem().Kind(), "%s holds bytes", path)
			walk(path, v.Elem())
		case reflect.Map:
			require.Equal(t, reflect.TypeFor[estate.Kind](), v.Key(), "%s has keys that are not of the closed set", path)
			walk(path, v.Elem())
		case reflect.Int, reflect.Bool:
		case reflect.String:
			seen = append(seen, path)
		default:
			require.Fail(t, "a value could hide here", "%s is a %s", path, v)
		}
	}
	walk("SampledServer", reflect.TypeFor[estate.SampledServer]())
	slices.Sort(texts)
	slices.Sort(seen)
	require.Equal(t, texts, seen)
}

// TestKindsAreClosed: no other word comes out of a file, nor goes into one, and the error does not repeat it.
func TestKindsAreClosed(t *testing.T) {
	t.Parallel()
	var counts estate.ColumnCounts
	err := json.Unmarshal([]byte(`{"whole": {"Testmann": {"matched": 1}}}`), &counts)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "Testmann")
	for kind := range estate.KindCount {
		word := estate.Kind(kind).String()
		known, ok := estate.KindOf(word)
		require.Equal(t, kind != int(estate.KindNone), ok, word)
		require.Equal(t, ok, known == estate.Kind(kind) && word != "")
	}
}

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

package odoorpc

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRowReadsFalseAsNothing(t *testing.T) {
	t.Parallel()
	row := newRow("res.users", map[string]any{"f": false, "nil": nil})
	for _, field := range []string{"f", "nil", "missing"} {
		require.Empty(t, row.Text(field))
		require.Zero(t, row.Int(field))
		require.Zero(t, row.Float(field))
		require.False(t, row.Bool(field))
		require.True(t, row.Time(field).IsZero())
		id, name := row.Ref(field)
		require.Zero(t, id)
		require.Empty(t, name)
	}
	require.NoError(t, row.Err())
}

func TestRowReadsValues(t *testing.T) {
	t.Parallel()
	row := newRow("res.users", map[string]any{
		"text": "a\x1b[2J\nb\u202ec\u0000", "int": int64(-3), "whole": 7.0, "half": 0.5, "yes": true,
		"date": "2026-02-03", "time": "2026-02-03 04:05:06", "typed": time.Date(2026, 2, 3, 4, 5, 6, 7, time.UTC),
		"ref": []any{int64(9), "Settings"}, "nameless": []any{int64(9), nil}, "long": strings.Repeat("é", 900),
	})
	require.Equal(t, "a[2J bc", row.Text("text"))
	require.Equal(t, strings.Repeat("é", 500)+"…", row.Text("long"))
	require.EqualValues(t, -3, row.Int("int"))
	require.EqualValues(t, 7, row.Int("whole"))
	require.InDelta(t, 0.5, row.Float("half"), 0)
	require.True(t, row.Bool("yes"))
	at := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	require.Equal(t, at.Truncate(24*time.Hour), row.Time("date"))
	require.Equal(t, at, row.Time("time"))
	require.Equal(t, at, row.Time("typed"))
	id, name := row.Ref("ref")
	require.EqualValues(t, 9, id)
	require.Equal(t, "Settings", name)
	id, name = row.Ref("nameless")
	require.EqualValues(t, 9, id)
	require.Empty(t, name)
	require.NoError(t, row.Err())
}

func TestRowRemembersWrongTypes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value any
		read  func(Row)
	}{
		"text":      {int64(1), func(r Row) { r.Text("f") }},
		"true text": {true, func(r Row) { r.Text("f") }},
		"int":       {"1", func(r Row) { r.Int("f") }},
		"huge":      {1e300, func(r Row) { r.Int("f") }},
		"nan":       {math.NaN(), func(r Row) { r.Float("f") }},
		"bool":      {int64(1), func(r Row) { r.Bool("f") }},
		"time":      {"yesterday", func(r Row) { r.Time("f") }},
		"ref":       {int64(1), func(r Row) { r.Ref("f") }},
		"half ref":  {[]any{"x", "y"}, func(r Row) { r.Ref("f") }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row := newRow("res.users", map[string]any{"f": tt.value})
			tt.read(row)
			require.ErrorContains(t, row.Err(), "field f of res.users is not a")
		})
	}
}

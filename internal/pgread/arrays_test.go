package pgread_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread"
)

func TestArrays(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	var got [][]string
	read := func(sql pgread.SQL, args ...string) error {
		got = nil
		return s.Read(t.Context(), func(r *pgread.Reader) error {
			return r.Arrays(sql, args, func(columns []pgread.Array) error {
				for i := range columns {
					list := []string{}
					for value, ok := columns[i].Next(); ok; value, ok = columns[i].Next() {
						if value == nil {
							list = append(list, "NULL")
							continue
						}
						list = append(list, "="+string(value))
					}
					got = append(got, list)
				}
				return nil
			})
		})
	}
	require.NoError(t, read(`SELECT array_agg(left(v, 3)), array_agg(nullif(v, '')) FILTER (WHERE v < 'b'), array_agg(v) FILTER (WHERE false), '{}'::text[]
		FROM unnest($1::text[]) v`, `{abcd,"",x}`))
	require.Equal(t, [][]string{{"=abc", "=", "=x"}, {"=abcd", "NULL"}, {}, {}}, got)

	require.Equal(t, pgread.ServerError, pgread.KindOf(read(`SELECT ARRAY[ARRAY['a'], ARRAY['b']]`)), "two dimensions")
	require.Equal(t, pgread.ServerError, pgread.KindOf(read(`SELECT 'no array'::text`)))
	err := read(`SELECT array_agg((v || '`+canary+`')::int::text) FROM unnest($1::text[]) v`, `{1}`)
	require.Error(t, err)
	require.NotContains(t, err.Error(), canary)
	require.False(t, s.IsClosed(), "an error of a statement leaves the session usable")
}

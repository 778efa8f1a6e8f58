package sample

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// TestWalkVisitsEachPlaceOnce, from any start.
func TestWalkVisitsEachPlaceOnce(t *testing.T) {
	t.Parallel()
	for _, w := range []walk{{0, 0}, {1, 1}, {1, 7}, {3, 5}, {16, 64}, {1000, 61}, {4096, 1}} {
		for _, start := range []uint64{0, 1, w.steps() / 3} {
			s, seen := stretch{start: start}, map[place]bool{}
			for {
				places := s.take(w, 97)
				if len(places) == 0 {
					break
				}
				for _, p := range places {
					require.False(t, seen[p])
					require.Less(t, p.page, w.pages)
					require.GreaterOrEqual(t, p.line, uint64(1))
					require.LessOrEqual(t, p.line, w.lines)
					seen[p] = true
				}
			}
			require.Len(t, seen, int(w.pages*w.lines))
			require.True(t, s.ended(w))
		}
	}
}

// TestWalkIsSpread: of 64 places in a row anywhere on the walk, each tenth of the table gets its share.
func TestWalkIsSpread(t *testing.T) {
	t.Parallel()
	for _, w := range []walk{{100, 60}, {1000, 1}, {123456, 75}, {1 << 31, 291}} {
		for _, start := range []uint64{0, 1000, w.steps() / 12, w.steps() / 12 * 7} {
			s, tenths := stretch{start: start}, [10]int{}
			for _, p := range s.take(w, 64) {
				tenths[p.page*10/w.pages]++
			}
			for tenth, n := range tenths {
				require.InDelta(t, 6.4, n, 4.5, "tenth %d of %v from %d: %v", tenth, w, start, tenths)
			}
		}
	}
}

func TestTIDs(t *testing.T) {
	t.Parallel()
	require.Equal(t, `{"(0,1)","(4294967294,291)"}`, tids([]place{{0, 1}, {4294967294, 291}}))
	require.Equal(t, `{}`, tids(nil))
}

// TestPartlySearched: a table that is too large to be searched to its end says so.
func TestPartlySearched(t *testing.T) {
	t.Parallel()
	thin := []*column{{Column: estate.Column{Name: "a"}}, {Column: estate.Column{Name: "b"}}}
	require.Empty(t, partlySearched(thin, sparsePages))
	require.Empty(t, partlySearched(nil, 2*sparsePages))
	require.Equal(t, `columns "a", "b": hardly a row holds anything, and 25000 of 50000 pages were searched for more`, partlySearched(thin, 2*sparsePages))
}

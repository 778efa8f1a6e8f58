package pgread

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzArray: whatever a server sends for an array, nothing is read beyond it, and a whole one gives what it announces.
func FuzzArray(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25})
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 'a', 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, whole := arrayOf(bytes.Clone(raw))
		if !whole {
			require.Zero(t, a.Len())
			return
		}
		want, got := a.Len(), 0
		for _, ok := a.Next(); ok; _, ok = a.Next() {
			got++
		}
		require.Equal(t, want, got)
	})
}

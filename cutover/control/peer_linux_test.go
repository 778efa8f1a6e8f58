package control

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyOursAndRootAreLetIn(t *testing.T) {
	t.Parallel()
	require.NoError(t, allow(1000, 1000))
	require.NoError(t, allow(0, 1000))
	require.Error(t, allow(1001, 1000))
	require.Error(t, allow(1000, 0), "root's engine is root's")
}

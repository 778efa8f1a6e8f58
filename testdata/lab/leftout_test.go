package lab

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLeftOutIsRecorded(t *testing.T) { // not parallel: it sets the environment
	record := filepath.Join(t.TempDir(), "left-out")
	t.Setenv(envLab, "")
	t.Setenv(envLeftOut, record)
	for _, take := range map[string]func(testing.TB) *Lab{"shared": Shared, "exclusive": Exclusive} {
		t.Run("needs the lab", func(t *testing.T) {
			take(t)
			t.Error("went on without a lab")
		})
	}
	text, err := os.ReadFile(record)
	require.NoError(t, err)
	require.Equal(t, "TestLeftOutIsRecorded/needs_the_lab\nTestLeftOutIsRecorded/needs_the_lab#01\n", string(text))
}

func TestPartIsNeeded(t *testing.T) { // not parallel: it sets the environment
	record := filepath.Join(t.TempDir(), "left-out")
	t.Setenv(envLeftOut, record)
	l := &Lab{missing: []TruePart{{Part: "platform"}}}
	t.Run("has it", func(t *testing.T) { l.Needs(t, "traefik") })
	require.NoFileExists(t, record)
	t.Run("needs it", func(t *testing.T) {
		l.Needs(t, "platform")
		t.Error("went on without it")
	})
	text, err := os.ReadFile(record)
	require.NoError(t, err)
	require.Equal(t, "TestPartIsNeeded/needs_it\n", string(text))
}

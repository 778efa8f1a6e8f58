package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/plan/edits"
)

// TestNoEditGoesWhereItCannotStand moves two services to each other's night while one of the runbooks is broken.
func TestNoEditGoesWhereItCannotStand(t *testing.T) {
	t.Parallel()
	book := func(wave, service, expected string) []byte {
		return []byte("wave: " + wave + "\nsteps:\n  - id: " + service + "-stop\n    expected: " + expected + "\n")
	}
	books := func(broken []byte) []bookOf {
		return []bookOf{
			{edits.Book{Name: "wave-1", Written: book("wave-1", "erp", "10s"), Edited: book("wave-1", "erp", "30s")}, "wave-1", book("wave-1", "lab", "10s")},
			{edits.Book{Name: "wave-2", Written: book("wave-2", "lab", "10s"), Edited: broken}, "wave-2", book("wave-2", "erp", "10s")},
		}
	}
	sound := mergeBooks(books(book("wave-2", "lab", "10s")))
	require.NoError(t, sound[0].err)
	require.NotContains(t, string(sound[0].Text), "erp-stop")
	require.Contains(t, string(sound[1].Text), "expected: 30s", "the edit went along")

	stuck := mergeBooks(books([]byte("steps: [")))
	require.Error(t, stuck[1].err)
	require.Contains(t, string(stuck[0].Text), "expected: 30s", "the edit stays where it was")
	require.Len(t, stuck[0].Conflicts, 1)
	require.True(t, strings.HasSuffix(stuck[0].Conflicts[0].Path, "erp-stop"))
}

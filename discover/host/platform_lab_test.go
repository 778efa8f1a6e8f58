package host_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// TestLabPlatform compares how the machines are kept with what is planted.
func TestLabPlatform(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	found := readLab(t, l)
	for _, truth := range l.Truth().Machines {
		t.Run(truth.Name, func(t *testing.T) {
			h := found[truth.Name]
			requireNoCanary(t, l.Canaries(), text(t, h))
			for _, want := range truth.Folders {
				requireFolder(t, want, h)
			}
			t.Logf("%s", show(t, h))
		})
	}
}

// requireFolder: the planted files are counted, and no more than that is told of them.
func requireFolder(t *testing.T, want lab.TrueFolder, h *estate.Host) {
	t.Helper()
	require.Equal(t, estate.Known, h.Folders.Coverage, h.Folders.Problem)
	i := slices.IndexFunc(h.Folders.Value, func(f estate.DataFolder) bool { return f.Path == want.Path })
	require.GreaterOrEqual(t, i, 0, "no %s in %v", want.Path, h.Folders.Value)
	j := slices.IndexFunc(h.Folders.Value[i].Patterns, func(p estate.FilePattern) bool { return p.Pattern == want.Pattern })
	require.GreaterOrEqual(t, j, 0, "no %s in %v", want.Pattern, h.Folders.Value[i])
	require.Equal(t, want.Files, h.Folders.Value[i].Patterns[j].Count)
}

func show(t *testing.T, h *estate.Host) string {
	return string(text(t, &estate.Host{Folders: h.Folders, Disks: h.Disks, Network: h.Network, Updates: h.Updates, Safeguards: h.Safeguards,
		Load: h.Load, Backups: h.Backups, SudoRules: h.SudoRules, Files: h.Files, Changed: h.Changed}))
}

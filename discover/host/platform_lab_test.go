package host_test

import (
	"slices"
	"strings"
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
			require.NotEmpty(t, h.Disks.Value)
			require.True(t, slices.ContainsFunc(h.Network.Value.Routes, func(r estate.Route) bool { return r.Destination == "default" && r.Gateway != "" }))
			require.Len(t, h.Safeguards.Value, 6)
			require.Positive(t, h.Load.Value.Seconds)
			require.Len(t, h.Load.Value.LoadAverage, 3)
			require.Positive(t, h.Load.Value.AvailableBytes)
			require.NotEqual(t, estate.Known, h.Updates.Coverage, "the lab keeps no lists of packages")
			require.NotEmpty(t, h.Updates.Problem)
			require.NotEmpty(t, h.Files.Value)
			require.Equal(t, estate.Known, h.Changed.Coverage, h.Changed.Problem)
			if h.SudoRules.Coverage == estate.Denied {
				require.Contains(t, h.SudoRules.Grant, "/etc/sudoers")
			}
		})
	}
	requireBackups(t, found)
	for _, kind := range []string{"time", "log-forwarding", "monitoring"} {
		require.Equal(t, "none", guard(t, found["erp-db"], kind).State, kind)
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

// requireBackups: what lies in closed folders is denied with the right that would show it, never "no backup".
func requireBackups(t *testing.T, found shelf) {
	t.Helper()
	for _, name := range []string{"erp-db", "cloud-db"} {
		b := found[name].Backups
		require.Equal(t, estate.Denied, b.Coverage, name)
		for _, folder := range []string{"/var/backups/pg", "/var/lib/postgresql/wal_archive"} {
			require.Contains(t, b.Grant, "/ls -lnR --full-time "+folder, name)
			require.True(t, slices.ContainsFunc(b.Value, func(b estate.Backup) bool {
				return b.Where == folder && strings.HasPrefix(b.Problem, "closed to this account; a file was last added or removed there on ") && b.Newest.IsZero()
			}), "%s: %v", name, b.Value)
		}
	}
	tool := func(name, where string) string {
		i := slices.IndexFunc(found[name].Backups.Value, func(b estate.Backup) bool { return b.Where == where })
		require.GreaterOrEqual(t, i, 0, "%s: no %s in %v", name, where, found[name].Backups.Value)
		return found[name].Backups.Value[i].Tool
	}
	require.Equal(t, "pg_dump", tool("erp-db", "/etc/cron.d/pg_dump"))
	require.Contains(t, found["erp-db"].Backups.Grant, "/tail -n 2000 /var/log/pg_dump_clinic.log")
	require.Equal(t, "pg_basebackup", tool("cloud-db", "pg-base-backup.timer"))
	for _, name := range []string{"erp-app", "stg", "old-crm"} {
		require.Equal(t, estate.Known, found[name].Backups.Coverage, name)
		require.Empty(t, found[name].Backups.Value, name)
	}
}

func guard(t *testing.T, h *estate.Host, kind string) estate.Safeguard {
	t.Helper()
	i := slices.IndexFunc(h.Safeguards.Value, func(g estate.Safeguard) bool { return g.Kind == kind })
	require.GreaterOrEqual(t, i, 0)
	return h.Safeguards.Value[i]
}

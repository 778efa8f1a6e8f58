package xlsx

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/outcome"
)

// mounted gives a small file system of its own: a full disk and a read-only one cannot be had otherwise by
// root, whom permissions do not stop.
func mounted(t *testing.T, options string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting a file system needs root")
	}
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, options); err != nil {
		t.Skipf("a file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(folder, 0)) })
	return folder
}

func TestSaveOnAFullDisk(t *testing.T) {
	t.Parallel()
	path := oldWorkbook(t, mounted(t, "size=16k"))
	err := Save(path, clinic())
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.Contains(t, outcome.Mends(err)[0], "make room")
	leftAlone(t, path)
}

func TestSaveInAReadOnlyFolder(t *testing.T) {
	t.Parallel()
	folder := mounted(t, "size=1m")
	path := oldWorkbook(t, folder)
	require.NoError(t, syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=1m"))
	err := Save(path, clinic())
	require.ErrorIs(t, err, syscall.EROFS)
	require.Contains(t, outcome.Mends(err)[0], "yours to write")
	leftAlone(t, path)
}

func TestSaveWithoutRights(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	folder := t.TempDir()
	path := oldWorkbook(t, folder)
	require.NoError(t, os.Chmod(folder, 0o500))
	t.Cleanup(func() { require.NoError(t, os.Chmod(folder, 0o700)) })
	err := Save(path, clinic())
	require.ErrorIs(t, err, os.ErrPermission)
	require.Contains(t, outcome.Mends(err)[0], "yours to write")
	leftAlone(t, path)
}

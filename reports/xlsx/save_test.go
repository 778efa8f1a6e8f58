package xlsx

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/outcome"
	"nightferry/reports"
	"nightferry/reports/reportstest"
)

func clinic() reports.Document { return reports.Build(reportstest.Clinic()) }

// leftAlone requires that the folder holds the old workbook, as it was, and nothing else but what is named.
func leftAlone(t *testing.T, path string, others ...string) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "the old workbook", string(content))
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	require.ElementsMatch(t, append(others, filepath.Base(path)), names)
}

func oldWorkbook(t *testing.T, folder string) string {
	t.Helper()
	path := filepath.Join(folder, "assessment.xlsx")
	require.NoError(t, os.WriteFile(path, []byte("the old workbook"), 0o644))
	return path
}

func TestSave(t *testing.T) {
	t.Parallel()
	path := oldWorkbook(t, t.TempDir())
	require.NoError(t, Save(path, clinic()))
	saved, err := os.ReadFile(path)
	require.NoError(t, err)
	want, err := Render(clinic())
	require.NoError(t, err)
	require.Equal(t, want, saved)
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestSaveLeavesOpenWorkbooks(t *testing.T) {
	t.Parallel()
	for _, lock := range []string{"~$assessment.xlsx", ".~lock.assessment.xlsx#"} {
		path := oldWorkbook(t, t.TempDir())
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), lock), nil, 0o600))
		err := Save(path, clinic())
		require.ErrorContains(t, err, "open in another program")
		require.Contains(t, outcome.Mends(err)[0], "close it, or write to another file")
		leftAlone(t, path, lock)
	}
}

func TestSaveSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	err := Save(filepath.Join(folder, "none", "a.xlsx"), clinic())
	require.ErrorContains(t, err, "no such file or directory")
	require.NotContains(t, err.Error(), ".tmp")
	require.Contains(t, outcome.Mends(err)[0], "make the folder")

	require.NoError(t, os.Mkdir(filepath.Join(folder, "a.xlsx"), 0o700))
	err = Save(filepath.Join(folder, "a.xlsx"), clinic())
	require.Contains(t, outcome.Mends(err)[0], "there is a folder of this name")
}

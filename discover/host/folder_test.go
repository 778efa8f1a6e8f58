package host

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// awks are the kinds of awk of this machine.
func awks(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, awk := range [][]string{{"mawk"}, {"gawk", "--posix"}, {"busybox", "awk"}, {"original-awk"}} {
		if _, err := exec.LookPath(awk[0]); err == nil {
			found[awk[0]] = awk
		}
	}
	return found
}

// TestFolderPatterns runs the program that makes patterns, in each awk there is.
func TestFolderPatterns(t *testing.T) {
	t.Parallel()
	in := strings.Join([]string{
		"w\todoo", "w\tferry", "w\tmeddata", "w\tQuarzling",
		"f\t10\t1700000000.5\t/srv/scans/2024\tscan_Quarzling.pdf",
		"f\t20\t1700000100.25\t/srv/scans/2024\tx.PDF",
		"f\t5\t1700000050\t/srv/scans/2024\tnotes.quarzling",
		"f\t7\t1700000000\t/srv/interfaces/scans/Quarzling_Nemi\tone.hl7",
		"f\t7\t1700000000\t/srv/interfaces/scans/quarzling-nemi/in\tone.hl7",
		"f\t7\t1700000000\t/srv/quarzling/1950-03-12\tone.dcm",
		"f\t7\t1700000000\t/home/ferry/exports\ta.csv",
		"f\t7\t1700000000\t/home/quarzling/exports\ta.csv",
		"f\t7\t1700000000\t/opt/odoo/etc\tmanifest.xml", // of a program, no data
		"f\t9999999999\t1700000000\t/var/backups/pg/base-2026-11-24\tbase.tar.gz",
		"f\t16777216\t1700000000\t/var/lib/postgresql/wal_archive\t00000001000000000000002A",
		"f\t300\t1700000000\t/var/lib/postgresql/wal_archive\t00000001000000000000002A.00000028.backup",
		"f\t1\t1700000000\t/var/backups\tdpkg.status.1.gz",
		"f\t1\t1700000000\t/srv/dump\tclinic.sql.gz",
		"f\t1\t1700000000\t/srv/dump\tMüller.quarzling.gz",
		"f\t1\t1700000000\t/srv/Müller ä/in\ta.hl7",
		"f\t1\t1700000000\t/data/hl7/x\tforged\t/srv/quarzling\ta.hl7",
		"f\t1\t1700000000\t/data/meddata/odoo14\ta.zip",
		"f\t3\t1600000000\t/srv/interfaces/hl7/in/ADT.hl7", // of stat
		"Quarzling.pdf",
		"d\t1700000000.1\t/var/backups/pg",
		"d\t1700000000\t/home/quarzling/x", "d\t1700000000\t/var/lib/postgresql/13/main", "d\t1700000000\t/srv/Quarzling",
		"e\t1",
		"l\t/srv/closed", "/srv/closed:", "total 4", "drwxr-xr-x 2 0 0 4096 2024-02-29 00:00:00.000000000 +0000 Quarzling dir",
		"-rw-r--r-- 1 0 0 42 2024-02-29 01:00:00.000000000 +0100 Quarz ling.dump", "", "/srv/closed/Quarzling:",
		"-rw-r----- 1 0 0 8 1999-12-31 23:59:59 +0000 a.dump",
	}, "\n") + "\n"
	for name, awk := range awks(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append(slices.Clone(awk[1:]), "-F", `\t`, "-v", "words="+plainWords(folderWords), "-v", "common="+plainWords(commonEndings), "-v", "data="+plainWords(dataEndings), folderPatterns)
			cmd := exec.CommandContext(t.Context(), awk[0], args...)
			cmd.Stdin = strings.NewReader(in)
			out, err := cmd.Output()
			require.NoError(t, err)
			lower := strings.ToLower(string(out))
			for _, piece := range []string{"quarz", "nemi", "ling", "1950", "ller", "forged"} {
				require.NotContains(t, lower, piece)
			}
			w := parseWalk(string(out))
			require.False(t, w.cut)
			got := map[string]files{}
			for _, f := range w.files {
				got[f.folder+" "+f.pattern.Pattern] = f
			}
			at := func(s int64) time.Time { return time.Unix(s, 0).UTC() }
			require.Equal(t, files{"/srv/scans/2024", estate.FilePattern{Pattern: "*.pdf", Count: 2, Bytes: 30, Oldest: at(1700000000), Newest: at(1700000100)}, 20}, got["/srv/scans/2024 *.pdf"])
			require.Equal(t, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), got["/srv/* *.dump"].pattern.Newest)
			require.Equal(t, int64(9999999999), got["/var/backups/pg/base-* *.tar.gz"].last)
			keys := make([]string, 0, len(got))
			for key := range got {
				keys = append(keys, key)
			}
			require.ElementsMatch(t, []string{"/srv/scans/2024 *.pdf", "/srv/scans/2024 *", "/srv/interfaces/scans/* *.hl7", "/srv/interfaces/scans/*/in *.hl7", "/srv/* *.dcm", "/home/ferry/exports *.csv",
				"/home/*/exports *.csv", "/var/backups/pg/base-* *.tar.gz", "/var/lib/postgresql/wal_archive WAL segments", "/var/lib/postgresql/wal_archive *.backup", "/srv/dump *.sql.gz", "/srv/dump *.gz",
				"/srv/*/in *.hl7", "/data/meddata/odoo14 *.zip", "/srv/interfaces/hl7/in *.hl7", "/srv/* *.dump"}, keys)
			require.Equal(t, []string{"/srv/*", "/var/backups/pg"}, []string{w.closed[0].path, w.closed[1].path})
			require.Equal(t, at(1700000000), w.closed[1].changed)
			require.Equal(t, 1, w.others)
		})
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	body := "f\t8\t136\t1700000000\t1700000100\t17\t/srv/scans/2024\t*.pdf\nf\t1\t5\t1700000000\t1700000000\t5\t/srv/scans/2024\t*\nf\t-1\t5\t1\t1\t5\t/srv\t*\nf\t1\t5\t1\t1\t5\tsrv\t*\n" +
		"d\t1700000000\t/var/backups/pg\nd\t1700000000\t/srv/*\nn\t3\ne\t9\t1\n"
	read := transcript{frames: map[string]frame{"folders": {body: body}, "identity": {body: "me=assess"}, "programs": {body: "ls=/bin/ls\n"}}}
	s, _ := folders(read)
	require.Equal(t, estate.Known, s.Coverage)
	require.Len(t, s.Value, 1)
	require.Len(t, s.Value[0].Patterns, 2)
	require.Equal(t, "closed to this account: /srv/*, /var/backups/pg; 3 folders of people and programs are closed, too", s.Problem)
	require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /bin/ls -lnR --full-time /var/backups/pg", s.Grant, "a star is never granted")
	require.False(t, s.Truncated)
	s, _ = folders(transcript{frames: map[string]frame{"folders": {body: strings.Replace(body, "e\t9\t1\n", "e\t9\t124\n", 1)}}})
	require.True(t, s.Truncated, "its time was up")
	s, _ = folders(transcript{frames: map[string]frame{"folders": {body: ""}}})
	require.True(t, s.Truncated, "no last line: too many files")
}

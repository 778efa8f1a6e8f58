package journal_test

import (
	"bytes"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/cutover/journal"
)

var at = time.Date(2027, 1, 16, 22, 0, 0, 0, time.UTC)

func events() []cutover.Event {
	return []cutover.Event{
		cutover.RunStarted{Version: cutover.Version, Run: "run-1", Wave: "wave-1", Runbook: strings.Repeat("ab", 32), By: "Testa", Host: "bastion.example"},
		cutover.StepStarted{Step: "stop", Attempt: 1, Memo: cutover.Memo{"active": "true"}},
		cutover.StepSucceeded{Step: "stop"},
		cutover.NoteAdded{By: "Testa", Text: "quiet <so far> & \u2028 ünïcode", Command: "c1"},
	}
}

// write makes a journal of all events and returns its path and text.
func write(t testing.TB) (string, []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run-1.jsonl")
	j, err := journal.Open(path, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	for i, e := range events() {
		r, err := j.Append(at.Add(time.Duration(i)*time.Second), e)
		require.NoError(t, err)
		require.EqualValues(t, i+1, r.Seq)
	}
	require.NoError(t, j.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return path, text
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	path, text := write(t)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())

	records, err := journal.Read(path)
	require.NoError(t, err)
	for i, e := range events() {
		require.Equal(t, e, records[i].Event)
	}
	summary, err := journal.Verify(path)
	require.NoError(t, err)
	require.Equal(t, 4, summary.Lines)
	require.Len(t, summary.Last, 64)
	require.Equal(t, cutover.StatusDone, summary.State.Step("stop").Status)

	j, err := journal.Open(path, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, records, j.Records())
	r, err := j.Append(at.Add(time.Hour), cutover.Held{By: "Testa", Command: "c2"})
	require.NoError(t, err)
	require.Equal(t, summary.Last, r.Prev)
	require.NoError(t, j.Close())
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(after, text), "what stands is never touched")
	_, err = j.Append(at, cutover.Released{By: "Testa", Command: "c3"})
	require.ErrorContains(t, err, "closed")
}

// TestTornAnywhere cuts the file at every byte of its last line, as a crash would.
func TestTornAnywhere(t *testing.T) {
	t.Parallel()
	_, text := write(t)
	whole := bytes.LastIndexByte(text[:len(text)-1], '\n') + 1
	for cut := whole + 1; cut < len(text); cut++ {
		path := filepath.Join(t.TempDir(), "run-1.jsonl")
		require.NoError(t, os.WriteFile(path, text[:cut], 0o600))
		summary, err := journal.Verify(path)
		require.NoError(t, err)
		require.Equal(t, cut-whole, summary.Torn)

		var said bytes.Buffer
		j, err := journal.Open(path, slog.New(slog.NewTextHandler(&said, nil)))
		require.NoError(t, err)
		require.Len(t, j.Records(), 3)
		require.Contains(t, said.String(), "torn")
		_, err = j.Append(at.Add(time.Minute), events()[3])
		require.NoError(t, err)
		require.NoError(t, j.Close())
		broken, err := os.ReadFile(path + ".broken")
		require.NoError(t, err)
		require.Equal(t, text[:cut], broken)
		_, err = journal.Verify(path)
		require.NoError(t, err)
	}
}

func TestDamageIsRefused(t *testing.T) {
	t.Parallel()
	_, text := write(t)
	lines := strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	join := func(l ...string) string { return strings.Join(l, "") }
	tests := map[string]struct {
		text string
		line int
	}{
		"a word changed":         {strings.Replace(string(text), "wave-1", "wave-2", 1), 2},
		"in the last line":       {strings.Replace(string(text), `"seq":4`, `"seq":5`, 1), 4},
		"a line lost":            {join(lines[0], lines[2], lines[3]), 2},
		"the first line lost":    {join(lines[1:]...), 1},
		"a line twice":           {join(lines[0], lines[1], lines[1], lines[2]), 3},
		"lines swapped":          {join(lines[0], lines[2], lines[1], lines[3]), 2},
		"an empty line":          {join(lines[0], "\n", lines[1]), 2},
		"zeros in the middle":    {join(lines[0], strings.Repeat("\x00", 40), "\n", lines[1]), 2},
		"spaces added":           {strings.Replace(string(text), `"seq":1,`, `"seq": 1,`, 1), 1},
		"an unknown field":       {strings.Replace(string(text), `"seq":1,`, `"seq":1,"more":1,`, 1), 1},
		"an unknown type":        {strings.Replace(string(text), "run-started", "run-begun", 1), 1},
		"a newer format":         {strings.Replace(string(text), `"version":1`, `"version":2`, 1), 1},
		"a field repeated":       {strings.Replace(string(text), `"seq":1,`, `"seq":9,"seq":1,`, 1), 1},
		"something else":         {"GIF89a\n", 1},
		"a whole line then more": {join(lines...) + "{}\n", 5},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "run-1.jsonl")
			require.NoError(t, os.WriteFile(path, []byte(tt.text), 0o600))
			for _, open := range []func() error{
				func() error { _, err := journal.Verify(path); return err },
				func() error { _, err := journal.Open(path, slog.New(slog.DiscardHandler)); return err },
			} {
				err := open()
				var damage *journal.DamageError
				require.ErrorAs(t, err, &damage)
				require.Equal(t, tt.line, damage.Line, "%v", err)
				require.Contains(t, err.Error(), path)
			}
			now, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, tt.text, string(now), "a damaged journal is left as it is")
		})
	}
}

func TestOneEngineAtATime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "run-1.jsonl")
	j, err := journal.Open(path, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	_, err = journal.Open(path, slog.New(slog.DiscardHandler))
	var locked *journal.LockedError
	require.ErrorAs(t, err, &locked)
	require.NoError(t, j.Close())
	// A program that another test starts at this moment holds what is open until it has begun.
	require.Eventually(t, func() bool {
		j, err = journal.Open(path, slog.New(slog.DiscardHandler))
		return err == nil
	}, 10*time.Second, time.Millisecond)
	require.NoError(t, j.Close())
}

// TestFullDisk fills a real, small file system under the journal.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("mounting a small file system needs root")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("mounting is not allowed here: %s", out)
	}
	t.Cleanup(func() { require.NoError(t, exec.Command("umount", dir).Run()) })
	path := filepath.Join(dir, "run-1.jsonl")
	j, err := journal.Open(path, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	_, err = j.Append(at, events()[0])
	require.NoError(t, err)
	written := 1
	for err == nil {
		_, err = j.Append(at, cutover.NoteAdded{By: "Testa", Text: strings.Repeat("x", 1000), Command: string(rune('a' + written))})
		written++
		require.Less(t, written, 100)
	}
	require.ErrorContains(t, err, "no space left")
	require.Len(t, j.Records(), written-1)
	_, again := j.Append(at, events()[1])
	require.Equal(t, err, again, "after an error nothing more is taken")
	require.NoError(t, j.Close())

	require.NoError(t, os.WriteFile(filepath.Join(t.TempDir(), "room"), nil, 0o600))
	records, err := journal.Read(path)
	require.NoError(t, err)
	require.Len(t, records, written-1, "what was acknowledged is there")
}

func BenchmarkAppend(b *testing.B) {
	path := filepath.Join(b.TempDir(), "run-1.jsonl")
	j, err := journal.Open(path, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	defer j.Close()
	for b.Loop() {
		_, err := j.Append(at, events()[1])
		require.NoError(b, err)
	}
}

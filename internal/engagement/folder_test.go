package engagement

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/yamlfile"
)

const (
	testDeadline = 30 * time.Second
	testTick     = 5 * time.Millisecond
	envHold      = "NIGHTFERRY_TEST_HOLD" // a child process of the tests takes the lock of this folder
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(envHold); dir != "" {
		os.Exit(hold(dir))
	}
	os.Exit(m.Run())
}

// hold takes a folder's lock, says so, and keeps it until its stdin ends or it is killed.
func hold(dir string) int {
	f, err := Create(dir)
	if err == nil {
		_, err = f.Lock("discover, process 4711")
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("locked")
	_, _ = os.Stdin.Read(make([]byte, 1))
	return 0
}

func problemsOf(t *testing.T, err error) yamlfile.Problems {
	t.Helper()
	var problems yamlfile.Problems
	require.ErrorAs(t, err, &problems)
	return problems
}

func newFolder(t *testing.T) *Folder {
	t.Helper()
	f, err := Create(filepath.Join(t.TempDir(), "clinic"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

// names lists every file below the folder.
func names(t *testing.T, f *Folder) []string {
	t.Helper()
	var list []string
	require.NoError(t, fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, name)
		}
		return err
	}))
	return list
}

func TestWrite(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	for _, text := range []string{"first", "second, longer", ""} {
		require.NoError(t, f.Write("inventory/hosts/a.json", []byte(text)))
		got, err := f.Read("inventory/hosts/a.json")
		require.NoError(t, err)
		require.Equal(t, text, string(got))
	}
	require.Equal(t, []string{"inventory/hosts/a.json"}, names(t, f))
	if runtime.GOOS != "windows" {
		for _, name := range []string{"", "inventory", "inventory/hosts", "inventory/hosts/a.json"} {
			info, err := os.Stat(f.Path(name))
			require.NoError(t, err)
			require.Zero(t, info.Mode().Perm()&0o077, "%s is open to others", name)
		}
	}
}

func TestAddNeverOverwrites(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	require.NoError(t, f.Add("a/b", []byte("mine")))
	require.ErrorIs(t, f.Add("a/b", []byte("theirs")), fs.ErrExist)
	got, err := f.Read("a/b")
	require.NoError(t, err)
	require.Equal(t, "mine", string(got))
}

func TestRemove(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	require.NoError(t, f.Write("runbooks/wave-1.yaml", []byte("x")))
	require.NoError(t, f.Remove("runbooks/wave-1.yaml"))
	require.False(t, f.Has("runbooks/wave-1.yaml"))
	require.NoError(t, f.Remove("runbooks/wave-1.yaml"), "gone is gone")
	require.Error(t, f.Remove("../elsewhere.yaml"), "nothing outside")
}

func TestNothingOutsideIsReached(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	outside := filepath.Join(filepath.Dir(f.dir), "outside")
	require.NoError(t, os.Mkdir(outside, 0o700))
	require.NoError(t, os.Symlink(outside, f.Path("link")))
	for _, name := range []string{"../outside/x", "link/x", "/etc/x"} {
		require.Error(t, f.Write(name, []byte("x")), name)
		require.Error(t, f.Add(name, []byte("x")), name)
		_, err := f.Read(name)
		require.Error(t, err, name)
	}
	require.Error(t, f.SaveHost(estate.Host{Name: "../../outside/x"}))
	require.Error(t, f.SaveOdoo(estate.OdooServer{Name: "nul"}))
	entries, err := os.ReadDir(outside)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// TestReadersSeeOldOrNew reads while another writes.
func TestReadersSeeOldOrNew(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	texts := []string{strings.Repeat("old", 50_000), strings.Repeat("new", 80_000)}
	require.NoError(t, f.Write("x", []byte(texts[0])))
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range 50 {
			if err := f.Write("x", []byte(texts[i%2])); err != nil {
				t.Error(err)
			}
		}
	})
	for range 200 {
		got, err := f.Read("x")
		require.NoError(t, err)
		require.True(t, string(got) == texts[0] || string(got) == texts[1], "%d bytes", len(got))
	}
	writer.Wait()
}

func TestFullDiskLeavesTheOldFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("no small disk can be mounted here: %s", out)
	}
	t.Cleanup(func() { require.NoError(t, exec.Command("umount", dir).Run()) })
	f, err := Create(filepath.Join(dir, "clinic"))
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, f.Write("plan.yaml", []byte("old")))
	err = f.Write("plan.yaml", make([]byte, 1<<20))
	var failed *FileError
	require.ErrorAs(t, err, &failed)
	require.Contains(t, err.Error(), "no space left on device; what was there before is untouched")
	require.Contains(t, failed.Mend(), "make room on the disk")
	got, err := f.Read("plan.yaml")
	require.NoError(t, err)
	require.Equal(t, "old", string(got))
	require.Equal(t, []string{"plan.yaml"}, names(t, f), "nothing half-written is left")
}

func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := Create(dir)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, f.Write("plan.yaml", []byte("old")))
	if os.Geteuid() == 0 { // root is not held by modes
		if out, err := exec.Command("mount", "--bind", "-o", "ro", dir, dir).CombinedOutput(); err != nil {
			t.Skipf("no read-only mount is to be had here: %s", out)
		}
		t.Cleanup(func() { require.NoError(t, exec.Command("umount", dir).Run()) })
		f, err = Create(dir)
		require.NoError(t, err)
		defer f.Close()
	} else {
		require.NoError(t, os.Chmod(dir, 0o500))
		t.Cleanup(func() { require.NoError(t, os.Chmod(dir, 0o700)) })
	}
	for name, try := range map[string]func() error{
		"write": func() error { return f.Write("plan.yaml", []byte("new")) },
		"save":  func() error { return f.SaveHost(estate.Host{Name: "a"}) },
		"log":   func() error { return f.LogAccess(Access{Who: "me"}) },
		"lock":  func() error { _, err := f.Lock("me"); return err },
	} {
		err := try()
		var failed *FileError
		require.ErrorAs(t, err, &failed, name)
		require.Contains(t, failed.Mend(), "make the folder writable", name)
	}
	got, err := f.Read("plan.yaml")
	require.NoError(t, err)
	require.Equal(t, "old", string(got))
}

func TestLock(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	require.NoError(t, f.Write("plan.yaml", []byte("x")))
	leftover := temporaryName("plan.yaml")
	require.NoError(t, f.root.WriteFile(leftover, []byte("half"), 0o600))

	holder := exec.CommandContext(t.Context(), os.Args[0])
	holder.Env = append(os.Environ(), envHold+"="+f.dir)
	_, err := holder.StdinPipe()
	require.NoError(t, err)
	out, err := holder.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, holder.Start())
	said := make([]byte, 100)
	n, err := out.Read(said)
	require.NoError(t, err)
	require.Equal(t, "locked\n", string(said[:n]))
	require.False(t, f.Has(filepath.ToSlash(leftover)), "the leftover of a killed run is swept away")

	_, err = f.Lock("classify, process 4712")
	require.ErrorIs(t, err, ErrLocked)
	require.ErrorContains(t, err, "(discover, process 4711)")

	require.NoError(t, holder.Process.Kill()) // a lock dies with its process
	_ = holder.Wait()
	lock, err := f.Lock("classify, process 4712")
	require.NoError(t, err)
	require.NoError(t, lock.Release())
}

func TestInventory(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	empty, err := f.Inventory()
	require.NoError(t, err)
	require.Zero(t, empty)

	want := estate.Inventory{
		Hosts: []estate.Host{
			{Name: "a", Environment: estate.Production, Processes: estate.Miss[[]estate.Process](estate.Denied, "ps", "hidden", "ptrace"),
				Listeners: estate.Know("ss", []estate.Listener{{Protocol: "tcp", Address: "<&>", Port: 1}})},
			{Name: "b.c"},
		},
		Postgres: []estate.PostgresServer{{Name: "erp", Collected: estate.Collection{Coverage: estate.Timeout}}},
		Odoo:     []estate.OdooServer{{Name: "clinic", Database: "clinic"}},
	}
	require.NoError(t, f.SaveHost(want.Hosts[1]))
	require.NoError(t, f.SaveHost(want.Hosts[0]))
	require.NoError(t, f.SavePostgres(want.Postgres[0]))
	require.NoError(t, f.SaveOdoo(want.Odoo[0]))
	got, err := f.Inventory()
	require.NoError(t, err)
	require.Equal(t, want, got)

	text, err := f.Read(HostFile("a"))
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(string(text), "}\n"))
	require.Contains(t, string(text), `"address": "<&>"`)
}

// TestDamagedFiles are told all at once, by place, and stay as they are.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	damage := map[string]string{
		"a": "{\n  \"name\": \"a\",\n  \"environment\": \"prod",
		"b": "{\n  \"name\": \"b\",,\n}",
		"c": "{\n  \"name\": 7\n}",
		"d": "{\"name\": \"d\", \"colour\": \"Quarzlinghoff\"}",
		"e": "{\"name\": \"x\"}",
		"f": "{\"name\": \"f\"} {}",
		"g": "",
		"h": "{\"name\": \"h\", \"collected\": {\"at\": \"Quarzlinghoff\"}}",
	}
	for name, text := range damage {
		require.NoError(t, f.Write(HostFile(name), []byte(text)))
	}
	_, err := f.Inventory()
	require.Error(t, err)
	var told []string
	for line := range strings.Lines(err.Error()) {
		told = append(told, strings.TrimSpace(strings.ReplaceAll(filepath.ToSlash(line), filepath.ToSlash(f.dir)+"/inventory/hosts/", "")))
	}
	require.Equal(t, []string{
		"a.json:3:22: damaged: it ends too early",
		"b.json:2:15: damaged: this is not JSON",
		"c.json:2:11: damaged: name should be a string",
		"d.json:1:15: it has a key that this nightferry does not know",
		"e.json: it holds the facts of \"x\"",
		"f.json:1:15: something stands behind its end",
		"g.json:1:1: damaged: it ends too early",
		"h.json:1:51: damaged: a value cannot be read",
	}, told)
	for name, text := range damage {
		got, err := f.Read(HostFile(name))
		require.NoError(t, err)
		require.Equal(t, text, string(got))
	}
}

func TestYAMLComesBackAsItWent(t *testing.T) {
	t.Parallel()
	type wave struct {
		Name  string         `yaml:"name"`
		Lasts time.Duration  `yaml:"lasts"`
		Notes []string       `yaml:"notes,omitempty"`
		With  map[string]any `yaml:"with,omitempty"`
	}
	f := newFolder(t)
	want := wave{"yes: 1.0", 90 * time.Minute, []string{"a\nb\n", "#", "22:00", "", "null", "ümlaut"}, map[string]any{"x": "7", "y": []any{true}}}
	require.NoError(t, f.WriteYAML("plan.yaml", want))
	var got wave
	require.NoError(t, f.ReadYAML("plan.yaml", &got))
	require.Equal(t, want, got)

	require.NoError(t, f.Write("plan.yaml", []byte("nmae: x\n")))
	require.ErrorContains(t, f.ReadYAML("plan.yaml", &got), "plan.yaml:1:1: unknown key \"nmae\"")
}

func TestAccessLog(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	none, err := f.Accesses()
	require.NoError(t, err)
	require.Empty(t, none)

	var writers sync.WaitGroup
	at := time.Date(2026, 1, 31, 2, 10, 0, 0, time.UTC)
	for i := range 20 {
		writers.Go(func() {
			if err := f.LogAccess(Access{At: at, Who: "testmann", Role: "assess", System: fmt.Sprintf("host/h%d", i), What: "line\nend"}); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	list, err := f.Accesses()
	require.NoError(t, err)
	require.Len(t, list, 20)
	require.Equal(t, at, list[0].At)

	// A run is killed in the middle of a line: the others count, and the next line is not lost with it.
	file, err := os.OpenFile(f.Path(AccessFile), os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = file.WriteString(`{"at":"2026`)
	require.NoError(t, errors.Join(err, file.Close()))
	require.NoError(t, f.LogAccess(Access{At: at, System: "host/last"}))
	list, err = f.Accesses()
	require.ErrorContains(t, err, AccessFile+":21:11: damaged: it ends too early")
	require.Len(t, list, 21)
	require.Equal(t, "host/last", list[20].System)
}

func TestOpenNeedsAnEngagement(t *testing.T) {
	t.Parallel()
	_, err := Open(t.TempDir())
	var failed *FileError
	require.ErrorAs(t, err, &failed)
	require.Contains(t, failed.Mend(), "nightferry init DIR")
}

func FuzzReadJSON(f *testing.F) {
	host, err := json.Marshal(estate.Host{Name: "a", Listeners: estate.Know("ss", []estate.Listener{{Port: 1}})})
	require.NoError(f, err)
	f.Add(string(host))
	f.Add("{\"name\": 7}\n{}")
	f.Add("[[[[")
	f.Fuzz(func(t *testing.T, text string) {
		var h estate.Host
		if err := decodeJSON("x", []byte(text), &h); err != nil {
			require.GreaterOrEqual(t, err.Line, 1)
			require.GreaterOrEqual(t, err.Column, 0)
			require.LessOrEqual(t, err.Line, strings.Count(text, "\n")+1)
		}
	})
}

func FuzzAccesses(f *testing.F) {
	f.Add("{\"at\":\"2026-01-31T02:10:00Z\",\"who\":\"x\"}\n{\"at\":\n\n")
	f.Fuzz(func(_ *testing.T, text string) { _, _ = parseAccesses("access.jsonl", []byte(text)) })
}

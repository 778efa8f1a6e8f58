package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/testdata/lab"
)

// theNight is an engagement folder of the lab with a planned staging wave.
type theNight struct {
	t   testing.TB
	lab *lab.Lab
	dir string
	env []string
}

// newNight takes the lab, plans the staging wave from the recorded inventory, and gives the lab back as it was.
func newNight(t testing.TB) *theNight {
	t.Helper()
	l := lab.Exclusive(t)
	_, err := exec.LookPath("tmux")
	require.NoError(t, err)
	giveBack(t, l) // of a test that was killed
	t.Cleanup(func() { giveBack(t, l) })
	runtime, err := os.MkdirTemp("", "nf-night-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(runtime)) })
	n := &theNight{t: t, lab: l, dir: filepath.Join(t.TempDir(), "clinic"), env: append(os.Environ(), "XDG_RUNTIME_DIR="+runtime, "LC_ALL=C.UTF-8")}
	for account, password := range l.Canaries().Passwords {
		n.env = append(n.env, "NF_LAB_"+strings.ToUpper(account)+"="+password)
	}
	n.run(0, "init", "--sample", n.dir)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(l.Program(t)), "engagement.yaml"))
	require.NoError(t, err)
	text = []byte(strings.ReplaceAll(string(text), "~/.cache/nightferry/lab", l.Dir))
	require.NoError(t, os.WriteFile(filepath.Join(n.dir, "engagement.yaml"), text, 0o600))
	n.run(0, "-C", n.dir, "classify")
	n.run(0, "-C", n.dir, "plan")
	t.Cleanup(n.stop)
	return n
}

// giveBack makes the lab what it was: `lab up` boots anew what the night changed. Files alone it does not see.
func giveBack(t testing.TB, l *lab.Lab) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 3*time.Minute)
	defer cancel()
	for _, args := range [][]string{{"sh", "cloud-app", "find", "/var/lib/odoo/filestore", "-mindepth", "1", "-delete"}, {"up"}} {
		out, err := exec.CommandContext(ctx, l.Program(t), args...).CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
	}
}

// run runs nightferry to its end and gives what it printed to stdout.
func (n *theNight) run(code int, args ...string) string {
	n.t.Helper()
	return n.runWithin(time.Minute, code, args...)
}

// runWithin is run with a limit of its own.
func (n *theNight) runWithin(limit time.Duration, code int, args ...string) string {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(n.t.Context()), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "nightferry", args...)
	cmd.Env = n.env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NotNil(n.t, cmd.ProcessState, "%v: %v", args, err)
	require.Equal(n.t, code, cmd.ProcessState.ExitCode(), "%v: %s%s", args, out, stderr.String())
	return string(out)
}

// step is a step's status, from the journal.
func (n *theNight) step(id string) string {
	n.t.Helper()
	var s standing
	require.NoError(n.t, json.Unmarshal([]byte(n.run(5, "-C", n.dir, "cutover", "status", "--json")), &s))
	for _, step := range s.Steps {
		if step.ID == id {
			return string(step.Status)
		}
	}
	require.Fail(n.t, "no such step", id)
	return ""
}

// engines are the processes that engines of this night ever were, from their logs.
func (n *theNight) engines() []int {
	n.t.Helper()
	logs, err := filepath.Glob(filepath.Join(n.dir, "journal", "*.log"))
	require.NoError(n.t, err)
	var all []int
	for _, log := range logs {
		text, err := os.ReadFile(log)
		require.NoError(n.t, err)
		for _, found := range regexp.MustCompile(`process=(\d+)`).FindAllStringSubmatch(string(text), -1) {
			pid, err := strconv.Atoi(found[1])
			require.NoError(n.t, err)
			all = append(all, pid)
		}
	}
	return all
}

// stop leaves no engine behind when a test fails half way. A number is the engine's only while its command line says so.
func (n *theNight) stop() {
	for _, pid := range n.engines() {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err == nil && strings.Contains(string(line), n.dir) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// TestNightByKeys moves staging on screen. The terminal dies in the middle; the engine does not.
func TestNightByKeys(t *testing.T) {
	n := newNight(t)
	nightferry := "nightferry -C '" + n.dir + "' "
	w := newWindow(t, n.env)
	w.open(120, 40, nightferry+"cutover run wave-1 --despite test")
	w.shows("type the engagement's name")
	w.line("clinic-north")
	w.shows("CONDUCTOR, GO ON? Stop Odoo on stg", "y: yes · n: no-go")
	w.yes()
	w.shows("now: Copy the database clinic_stg to cloud")
	w.tmux("kill-pane")
	within(t, time.Minute, func() bool { return n.step("erp-staging-decide") == "asking" }, func() string { return "the engine did not go on without its viewer" })
	require.Len(t, n.engines(), 1)

	w.open(80, 24, nightferry+"cutover attach wave-1")
	w.shows("APPROVER, GO ON? Go or no-go", "different 0", "unproven 0")
	w.tmux("resize-window", "-x", "120", "-y", "40")
	w.shows("PHASE", "APPROVER, GO ON? Go or no-go")
	w.yes()
	w.shows("GO ON? Open https://erp.cloud.example to its users", "AFTER A YES there is no way back")
	w.yes()
	w.shows("✓ COMMITTED", "8 of 8 done", "the journal is ")
	w.tmux("send-keys", "q")
	w.given(0, "committed; the journal is ")

	require.Contains(t, n.run(0, "-C", n.dir, "cutover", "journal", "verify"), "✓ wave-1.")
	require.Contains(t, n.run(0, "-C", n.dir, "cutover", "status"), "committed")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://erp.cloud.example/web/login", nil)
	require.NoError(t, err)
	response, err := n.lab.HTTPClient(t).Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	_, err = n.lab.Try(t, "stg", "systemctl", "is-active", "odoo")
	require.Error(t, err, "the legacy side is still")
}

// TestNightTurnedBack kills the engine with -9 in the middle of a copy, goes on, and says no.
func TestNightTurnedBack(t *testing.T) {
	n := newNight(t)
	nightferry := "nightferry -C '" + n.dir + "' "
	w := newWindow(t, n.env)
	w.open(120, 40, nightferry+"cutover run wave-1 --confirm clinic-north --despite test")
	w.shows("GO ON? Stop Odoo on stg")
	w.yes()
	w.shows("now: Copy the database clinic_stg to cloud")
	engine := n.engines()
	require.Len(t, engine, 1)
	require.NoError(t, syscall.Kill(engine[0], syscall.SIGKILL))
	w.shows("NO CONNECTION to the engine", "was running")
	w.tmux("send-keys", "q")
	w.given(5, "the connection to the engine is lost", "go on with: nightferry")
	require.Equal(t, "running", n.step("erp-staging-database"), "nobody knows better yet")

	w.line("clear; " + nightferry + "cutover run wave-1; echo ended with $?")
	w.shows("APPROVER, GO ON? Go or no-go")
	w.tmux("send-keys", "n")
	w.shows("NO-GO at “Go or no-go”")
	w.line("the ward needs it back")
	w.shows("↺ ROLLED BACK", "the ward needs it back", "undone")
	w.tmux("send-keys", "q")
	w.given(4, "was rolled back")

	require.Equal(t, "active\n", n.lab.Exec(t, "stg", "systemctl", "is-active", "odoo"))
	require.Equal(t, "0\n", n.lab.Exec(t, "cloud-db", "runuser", "-u", "postgres", "--", "psql", "-Atc", "SELECT count(*) FROM pg_database WHERE datname = 'clinic_stg'"))
	require.Empty(t, n.lab.Exec(t, "cloud-app", "find", "/var/lib/odoo/filestore", "-type", "f"))
	require.Contains(t, n.run(0, "-C", n.dir, "cutover", "journal", "verify"), "✓ wave-1.")
}

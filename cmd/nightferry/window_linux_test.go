package main

import (
	"context"
	"fmt"
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
)

// window is a real terminal: a tmux server of its own with one window.
type window struct {
	t      testing.TB
	socket string
	env    []string
}

// newWindow prepares a terminal. The socket lies in a short path, since socket paths end at 107 bytes.
func newWindow(t testing.TB, env []string) *window {
	t.Helper()
	dir, err := os.MkdirTemp("", "nf-window-")
	require.NoError(t, err)
	w := &window{t: t, socket: filepath.Join(dir, "s"), env: env}
	t.Cleanup(func() {
		_, _ = w.try("kill-server") // it may have ended with its last window
		require.NoError(t, os.RemoveAll(dir))
	})
	return w
}

func (w *window) try(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.t.Context()), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-S", w.socket, "-f", "/dev/null"}, args...)...)
	cmd.Env = w.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (w *window) tmux(args ...string) string {
	w.t.Helper()
	out, err := w.try(args...)
	require.NoError(w.t, err, "tmux %s: %s", strings.Join(args, " "), out)
	return out
}

// open starts a shell in a terminal of that size and types a command line there. What it ends with is shown.
func (w *window) open(columns, rows int, line string) {
	w.t.Helper()
	var out string
	within(w.t, 10*time.Second, func() (opened bool) { // a server whose last window was killed takes a moment to go
		var err error
		out, err = w.try("new-session", "-d", "-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows), "PS1='ready> ' sh")
		return err == nil
	}, func() string { return out })
	w.shows("ready>")
	w.line(line + "; echo ended with $?")
}

// line types a line and Enter.
func (w *window) line(text string) {
	w.t.Helper()
	w.tmux("send-keys", "-l", text)
	w.tmux("send-keys", "Enter")
}

// yes answers the open question as a person does.
func (w *window) yes() {
	w.t.Helper()
	w.tmux("send-keys", "y")
	w.shows("Type yes to: ")
	w.line("yes")
}

// shows waits until the terminal shows all texts.
func (w *window) shows(texts ...string) {
	w.t.Helper()
	var screen string
	within(w.t, time.Minute, func() bool {
		var err error
		screen, err = w.try("capture-pane", "-p")
		for _, text := range texts {
			if err != nil || !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	}, func() string { return fmt.Sprintf("%q is not shown, but:\n%s", texts, screen) })
	if dir := os.Getenv("NIGHT_SCREENS"); dir != "" { // for the eyes of whoever works on the screen
		name := regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(w.t.Name()+"-"+time.Now().Format("150405.000")+"-"+texts[0], "-")
		require.NoError(w.t, os.WriteFile(filepath.Join(dir, name), []byte(w.tmux("capture-pane", "-p", "-e")), 0o600))
	}
}

// within polls until it is so.
func within(t testing.TB, limit time.Duration, so func() bool, otherwise func() string) {
	t.Helper()
	end := time.NewTimer(limit)
	defer end.Stop()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for !so() {
		select {
		case <-again.C:
		case <-end.C:
			require.FailNow(t, "it did not come to it", otherwise())
		}
	}
}

// program is the process that the window's shell waits for.
func (w *window) program() int {
	w.t.Helper()
	shell := strings.TrimSpace(w.tmux("display-message", "-p", "#{pane_pid}"))
	children, err := os.ReadFile("/proc/" + shell + "/task/" + shell + "/children")
	require.NoError(w.t, err)
	child := strings.Fields(string(children))
	require.Len(w.t, child, 1)
	pid, err := strconv.Atoi(child[0])
	require.NoError(w.t, err)
	return pid
}

// given says that the shell has its terminal back, and how the command before ended.
func (w *window) given(code int, texts ...string) {
	w.t.Helper()
	w.shows(append(texts, fmt.Sprintf("ended with %d", code))...)
	require.Equal(w.t, "0\n", w.tmux("display-message", "-p", "#{alternate_on}"), "the terminal is given back")
	w.line("echo it is $((6*7))")
	w.shows("it is 42")
}

const nobodyMoves = `version: 1
wave: wave-1
title: Nothing moves
environment: non-production
services: [erp]
steps:
  - {id: go, title: Go or no-go, phase: decide, owner: approver, kind: decision, confirm: true, expected: 1s, deadline: 1m}
`

// TestScreenInATerminal shows the screen to two people in real terminals, and takes one's away.
func TestScreenInATerminal(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("needs tmux: make test installs it")
	}
	dir := filepath.Join(t.TempDir(), "clinic")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "runbooks"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "runbooks", "wave-1.yaml"), []byte(nobodyMoves), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "engagement.yaml"), []byte("name: clinic-north\nauthorisations:\n"+
		"  - {for: cutover, authorised_by: \"Testmann, head of administration\", basis: \"contract, annex 3\", date: 2020-01-31}\n"), 0o600))
	runtime, err := os.MkdirTemp("", "nf-night-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(runtime)) })
	n := &theNight{t: t, dir: dir, env: append(os.Environ(), "XDG_RUNTIME_DIR="+runtime, "LC_ALL=C.UTF-8")}
	t.Cleanup(n.stop)

	one, two := newWindow(t, n.env), newWindow(t, n.env)
	one.open(100, 30, "nightferry -C "+dir+" cutover run wave-1 --confirm clinic-north")
	one.shows("APPROVER, GO ON? Go or no-go")
	two.open(80, 24, "nightferry -C "+dir+" cutover attach")
	two.shows("APPROVER, GO ON? Go or no-go")
	one.tmux("send-keys", "h")
	two.shows("‖ HELD", "h release")
	two.tmux("send-keys", "h")
	one.shows("▶ RUNNING")

	two.tmux("resize-window", "-x", "30", "-y", "8")
	two.shows("▶ RUNNING 0 of 1 done\n? APPROVER, GO ON?")
	two.tmux("resize-window", "-x", "110", "-y", "40")
	two.shows("PHASE")
	two.tmux("set-buffer", "yes\nR hold everything")
	two.tmux("paste-buffer", "-p")
	two.shows("pasted, or typed in one go: nothing was done")

	require.NoError(t, syscall.Kill(one.program(), syscall.SIGTERM))
	one.given(130, "the engine goes on; come back with: nightferry -C "+dir[:10])
	two.yes()
	two.shows("✓ COMMITTED")
	two.tmux("send-keys", "q")
	two.given(0, "committed; the journal is")
}

package control_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/cutover/control"
	"nightferry/cutover/journal"
	"nightferry/internal/runbook"
)

const book = `version: 1
wave: wave-1
title: A night
environment: staging
services: [erp]
steps:
  - {id: talk, title: Talk, phase: copy, owner: ops, kind: act, expected: 1s, deadline: 1m}
  - {id: go, title: Go or no-go, phase: decide, owner: approver, kind: act, confirm: true, expected: 1s, deadline: 1m}
`

// talker prints a lot and has no other effect.
type talker struct{ lines int }

func (a talker) Action(runbook.Step) (cutover.Action, error) { return a, nil }
func (talker) Reversible() bool                              { return true }
func (talker) Undo(context.Context, cutover.Attempt) error   { return nil }
func (talker) Verify(context.Context, cutover.Attempt) error { return nil }
func (talker) Check(context.Context, cutover.Attempt) (cutover.Memo, error) {
	return nil, nil
}
func (talker) Probe(context.Context, cutover.Attempt) (cutover.Answer, error) {
	return cutover.ProbeNotDone, nil
}
func (a talker) Do(_ context.Context, at cutover.Attempt) (cutover.Result, error) {
	for i := range a.lines {
		fmt.Fprintln(at.Output, "line", i)
	}
	return cutover.Result{}, nil
}

// night is a running engine behind a socket.
type night struct {
	socket string
	engine *cutover.Engine
	done   chan error // of the engine
}

// begin starts an engine over a real journal and a real socket.
func begin(t *testing.T, lines int) *night {
	t.Helper()
	file, err := runbook.Parse("night.yaml", []byte(book), nil)
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "nf") // the test's own folder has too long a name for a socket
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	quiet := slog.New(slog.DiscardHandler)
	j, err := journal.Open(filepath.Join(dir, "run-1.jsonl"), quiet)
	require.NoError(t, err)
	e, err := cutover.New(cutover.Options{
		File: file, Run: "run-1", By: "Testa Conductora", Host: "bastion.example", Journal: j, Actions: talker{lines}, Now: time.Now,
	})
	require.NoError(t, err)
	n := &night{socket: filepath.Join(dir, "s.sock"), engine: e, done: make(chan error, 1)}
	server, err := control.Listen(t.Context(), n.socket, quiet)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, e) }()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		n.done <- e.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		require.NoError(t, <-served)
		require.NoFileExists(t, n.socket)
		require.NoError(t, j.Close())
	})
	return n
}

func (n *night) dial(t *testing.T, after int64) *control.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, err := control.Dial(ctx, n.socket, after)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// watch folds what the client gets until the question is asked or the run ends.
func watch(t *testing.T, c *control.Client, s *cutover.State) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for s.Step("go").Status != cutover.StatusAsking {
		u, err := c.Next(ctx)
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		if u.Record != nil {
			require.NoError(t, s.Apply(*u.Record))
		}
	}
}

func confirm(id string, s *cutover.State) cutover.Command {
	return cutover.Command{ID: id, Kind: cutover.OrderConfirm, Step: "go", Asked: s.Step("go").Asked, By: "Testa Approvera"}
}

func TestTwoViewersOneNight(t *testing.T) {
	t.Parallel()
	n := begin(t, 20_000)
	first, second := n.dial(t, 0), n.dial(t, 0)
	require.Equal(t, []byte(book), first.Hello().Runbook)
	require.Equal(t, n.engine.Runbook().SHA256, first.Runbook().SHA256)

	a, b := cutover.NewState(), cutover.NewState()
	watch(t, first, a)
	watch(t, second, b)
	require.Equal(t, a, b)

	stale := confirm("c0", a)
	stale.Asked--
	_, err := first.Command(t.Context(), stale)
	var refused *cutover.RefusedError
	require.ErrorAs(t, err, &refused)

	seq, err := first.Command(t.Context(), confirm("c1", a))
	require.NoError(t, err)
	again, err := second.Command(t.Context(), confirm("c1", b))
	require.NoError(t, err)
	require.Equal(t, seq, again, "the same command leads to the same record")
	_, err = second.Command(t.Context(), confirm("c2", b))
	require.ErrorAs(t, err, &refused)

	require.NoError(t, <-n.done)
	drain(t, first, a)
	drain(t, second, b)
	require.Equal(t, cutover.Committed, a.Outcome)
	require.Equal(t, n.engine.State(), b)
}

// drain folds to the end.
func drain(t *testing.T, c *control.Client, s *cutover.State) {
	t.Helper()
	for {
		u, err := c.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		if u.Record != nil {
			require.NoError(t, s.Apply(*u.Record))
		}
	}
}

func TestAViewerMayLeaveAndComeBack(t *testing.T) {
	t.Parallel()
	n := begin(t, 1)
	s := cutover.NewState()
	c := n.dial(t, 0)
	watch(t, c, s)
	require.NoError(t, c.Close())
	_, err := c.Command(t.Context(), confirm("c1", s))
	require.Error(t, err)

	back := n.dial(t, s.Seq)
	require.Equal(t, s.Seq, back.Hello().Live)
	_, err = back.Command(t.Context(), confirm("c1", s))
	require.NoError(t, err)
	drain(t, back, s)
	require.NoError(t, <-n.done)
	require.Equal(t, n.engine.State(), s, "nothing was missed, nothing came twice")
}

func TestScriptedThroughTheSocket(t *testing.T) {
	t.Parallel()
	n := begin(t, 100)
	c := n.dial(t, 0)
	err := cutover.Drive(t.Context(), c, c, c.Hello().Live, []cutover.Scripted{{Step: "go", Order: cutover.OrderNoGo, By: "Testa Approvera", Reason: "rain"}})
	require.NoError(t, err)
	var end *cutover.EndError
	require.ErrorAs(t, <-n.done, &end)
	require.Equal(t, 4, end.ExitCode())
}

func TestStoppingIsAnswered(t *testing.T) {
	t.Parallel()
	n := begin(t, 1)
	s := cutover.NewState()
	c := n.dial(t, 0)
	watch(t, c, s)
	_, err := c.Command(t.Context(), cutover.Command{ID: "s", Kind: cutover.OrderStop, By: "Testa Conductora"})
	require.NoError(t, err)
	drain(t, c, s)
	require.Equal(t, cutover.ModeRunning, s.Mode, "the run itself has not ended")
	var stopped *cutover.StoppedError
	require.ErrorAs(t, <-n.done, &stopped)
	require.ErrorContains(t, stopped, "ordered by Testa Conductora")
}

// TestHostileClients says strange things to the engine, which goes on.
func TestHostileClients(t *testing.T) {
	t.Parallel()
	n := begin(t, 1)
	tests := map[string]string{
		"nothing":           "",
		"no JSON":           "GET / HTTP/1.1\r\n\r\n",
		"no attach":         `{"command":{"id":"1","kind":"rollback","by":"x","reason":"x"}}` + "\n",
		"another version":   `{"attach":{"version":99,"after":0}}` + "\n",
		"the future":        `{"attach":{"version":1,"after":99}}` + "\n",
		"the past":          `{"attach":{"version":1,"after":-1}}` + "\n",
		"unknown fields":    `{"attach":{"version":1,"after":0,"more":1}}` + "\n",
		"a long line":       `{"attach":{"version":1,"after":0}}` + "\n" + strings.Repeat("x", 100<<10) + "\n",
		"attached twice":    strings.Repeat(`{"attach":{"version":1,"after":0}}`+"\n", 2),
		"endless reason":    `{"attach":{"version":1,"after":0}}` + "\n" + `{"command":{"id":"9","kind":"rollback","by":"x","reason":"` + strings.Repeat("x", 100<<10) + `"}}` + "\n",
		"deeply nested":     strings.Repeat("[", 60<<10) + "\n",
		"a command of none": `{"attach":{"version":1,"after":0}}` + "\n" + `{}` + "\n",
	}
	for name, sent := range tests {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("unix", n.socket)
			require.NoError(t, err)
			defer conn.Close()
			require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
			_, _ = io.WriteString(conn, sent) // the engine may hang up in the middle
			if sent == "" {
				return
			}
			for lines := bufio.NewReader(conn); err == nil; {
				_, err = lines.ReadString('\n')
			}
			require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "it is not let go")
		})
	}
	s := cutover.NewState()
	watch(t, n.dial(t, 0), s)
	require.Equal(t, cutover.ModeRunning, s.Mode, "nobody rolled it back")
}

func TestManyRefusedOrders(t *testing.T) {
	t.Parallel()
	n := begin(t, 1)
	s := cutover.NewState()
	c := n.dial(t, 0)
	watch(t, c, s)
	for name, order := range map[string]cutover.Command{
		"no id":        {Kind: cutover.OrderNote, By: "x", Reason: "x"},
		"nobody":       {ID: "a", Kind: cutover.OrderNote, Reason: "x"},
		"no reason":    {ID: "b", Kind: cutover.OrderRollback, By: "x"},
		"no such step": {ID: "c", Kind: cutover.OrderRetry, Step: "nix", By: "x"},
		"not failed":   {ID: "d", Kind: cutover.OrderRetry, Step: "talk", By: "x"},
		"no order":     {ID: "e", Kind: "dance", By: "x"},
		"not held":     {ID: "f", Kind: cutover.OrderRelease, By: "x"},
		"too long":     {ID: "g", Kind: cutover.OrderNote, By: "x", Reason: strings.Repeat("x", 5000)},
	} {
		_, err := c.Command(t.Context(), order)
		var refused *cutover.RefusedError
		require.ErrorAs(t, err, &refused, name)
	}
	require.Equal(t, s, n.engine.State())
}

func TestListen(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "nf")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	quiet := slog.New(slog.DiscardHandler)
	socket := filepath.Join(dir, "s.sock")

	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	require.NoError(t, err)
	dead.SetUnlinkOnClose(false)
	require.NoError(t, dead.Close())
	require.FileExists(t, socket, "what a killed engine leaves")
	_, err = control.Dial(t.Context(), socket, 0)
	require.ErrorContains(t, err, "no engine answers")
	s, err := control.Listen(t.Context(), socket, quiet)
	require.NoError(t, err)
	info, err := os.Stat(socket)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, s.Serve(ctx, nil))

	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, []byte("mine"), 0o600))
	_, err = control.Listen(t.Context(), file, quiet)
	require.ErrorContains(t, err, "is no socket")
	require.FileExists(t, file)
}

func TestSocket(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "nf")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	in := func(folder string) func(string) (string, bool) {
		return func(name string) (string, bool) { return folder, name == "XDG_RUNTIME_DIR" }
	}
	a, err := control.Socket(in(dir), "journal/run-1.jsonl")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "nightferry"), filepath.Dir(a))
	again, err := control.Socket(in(dir), "./journal/run-1.jsonl")
	require.NoError(t, err)
	require.Equal(t, a, again)
	b, err := control.Socket(in(dir), "journal/run-2.jsonl")
	require.NoError(t, err)
	require.NotEqual(t, a, b)
	long, err := control.Socket(in("/run/"+strings.Repeat("long/", 30)), "run-1.jsonl")
	require.NoError(t, err)
	require.Less(t, len(long), 104, "a folder that is too deep is passed over")

	require.NoError(t, os.Chmod(filepath.Join(dir, "nightferry"), 0o755))
	_, err = control.Socket(in(dir), "run-1.jsonl")
	var folder *control.FolderError
	require.ErrorAs(t, err, &folder)
	require.NoError(t, os.Remove(filepath.Join(dir, "nightferry")))
	require.NoError(t, os.Symlink("/tmp", filepath.Join(dir, "nightferry")))
	_, err = control.Socket(in(dir), "run-1.jsonl")
	require.ErrorAs(t, err, &folder)
}

package tui_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/internal/runbook"
	"nightferry/tui"
)

// feed gives updates that a test puts in, and then how it ended.
type feed struct {
	updates chan cutover.Update
	end     error
}

func (f *feed) Next(ctx context.Context) (cutover.Update, error) {
	select {
	case u, open := <-f.updates:
		if !open {
			return cutover.Update{}, f.end
		}
		return u, nil
	case <-ctx.Done():
		return cutover.Update{}, ctx.Err()
	}
}

// ear takes commands and tells them.
type ear chan cutover.Command

func (e ear) Command(_ context.Context, c cutover.Command) (int64, error) {
	e <- c
	return 3, nil
}

// paper is a terminal's output that can be waited on.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, err := p.text.Write(b)
	select {
	case p.more <- struct{}{}:
	default:
	}
	return n, err
}

func (p *paper) shows(t *testing.T, text string) {
	t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for {
		p.mu.Lock()
		found := bytes.Contains(p.text.Bytes(), []byte(text))
		p.mu.Unlock()
		if found {
			return
		}
		select {
		case <-p.more:
		case <-late.C:
			require.Fail(t, "not shown", "%q in %q", text, p.text.String())
		}
	}
}

// sitting is a person before the screen.
type sitting struct {
	t    *testing.T
	keys *io.PipeWriter
	out  *paper
	feed *feed
	ear  ear
	done chan struct{}
	seen tui.Seen
	err  error
}

func sit(ctx context.Context, t *testing.T) *sitting {
	t.Helper()
	in, keys := io.Pipe()
	s := &sitting{t: t, keys: keys, out: &paper{more: make(chan struct{}, 1)}, feed: &feed{updates: make(chan cutover.Update), end: io.EOF}, ear: make(ear, 1), done: make(chan struct{})}
	book := runbook.Runbook{Wave: "wave-1", Steps: []runbook.Step{{ID: "go", Title: "Go or no-go", Phase: runbook.PhaseDecide, Owner: "approver"}}}
	go func() {
		defer close(s.done)
		s.seen, s.err = tui.Run(ctx, tui.Options{Book: book, Feed: s.feed, Commander: s.ear, By: "conductor", Journal: "journal/x.jsonl", Resume: "nightferry cutover run wave-1",
			WindowEnd: func(time.Time) time.Time { return time.Time{} }, NewID: func() string { return "id-1" }, Now: time.Now, In: in, Out: s.out})
	}()
	t.Cleanup(func() { keys.Close() })
	return s
}

func (s *sitting) types(text string) {
	s.t.Helper()
	_, err := s.keys.Write([]byte(text))
	require.NoError(s.t, err)
}

func (s *sitting) told(seq int64, event cutover.Event) {
	s.feed.updates <- cutover.Update{Record: &cutover.Record{Seq: seq, At: time.Now(), Event: event}}
}

func (s *sitting) leaves() {
	s.t.Helper()
	select {
	case <-s.done:
	case <-time.After(20 * time.Second):
		require.Fail(s.t, "the screen does not close")
	}
}

func started() cutover.Event {
	return cutover.RunStarted{Version: 1, Run: "wave-1.a", Wave: "wave-1", Runbook: "ab", By: "x", Host: "laptop"}
}

func TestAnswerAndLeave(t *testing.T) {
	t.Parallel()
	s := sit(t.Context(), t)
	s.told(1, started())
	s.told(2, cutover.ConfirmAsked{Step: "go", Facts: "ab"})
	s.out.shows(t, "APPROVER, GO ON? Go or no-go")
	s.types("y")
	s.out.shows(t, "Type yes to: Go or no-go")
	s.types("yes")
	s.out.shows(t, "yes ")
	s.types("\r")
	require.Equal(t, cutover.Command{ID: "id-1", Kind: cutover.OrderConfirm, Step: "go", Asked: 2, By: "conductor"}, <-s.ear)
	s.types("q")
	s.leaves()
	require.NoError(t, s.err)
	require.False(t, s.seen.Ended)
	require.EqualValues(t, 2, s.seen.State.Seq)
	s.out.shows(t, "\x1b[?1049l") // the terminal is given back
}

func TestTheEngineEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		end  error
		want string
	}{{io.EOF, "THE ENGINE STOPPED"}, {errors.New("the connection to the engine is lost"), "NO CONNECTION"}} {
		s := sit(t.Context(), t)
		s.told(1, started())
		s.feed.end = c.end
		close(s.feed.updates)
		s.out.shows(t, c.want)
		s.types("q")
		s.leaves()
		require.NoError(t, s.err)
		require.True(t, s.seen.Ended)
		require.Equal(t, !errors.Is(c.end, io.EOF), s.seen.Lost != nil)
	}
}

func TestTheProcessIsToldToEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := sit(ctx, t)
	s.told(1, started())
	s.out.shows(t, "RUNNING")
	cancel()
	s.leaves()
	require.ErrorIs(t, s.err, context.Canceled)
	s.out.shows(t, "\x1b[?1049l")
}

package cutover_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
)

// crew is an engine under test with a person who acts when a state is reached.
func crew(t *testing.T, steps string, w *world, act func(e *cutover.Engine, s *cutover.State) bool) (*cutover.State, error) {
	t.Helper()
	e, err := cutover.New(options(parse(t, steps), w, &memory{left: -1}))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	feed := e.Subscribe(0)
	defer feed.Close()
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	s := cutover.NewState()
	for {
		u, err := feed.Next(ctx)
		if err != nil {
			return e.State(), <-done
		}
		if u.Record == nil {
			continue
		}
		require.NoError(t, s.Apply(*u.Record))
		if act(e, s) {
			cancel()
			return e.State(), <-done
		}
	}
}

func send(t *testing.T, e *cutover.Engine, id string, o cutover.Order, step string, asked int64) error {
	t.Helper()
	_, err := e.Command(t.Context(), cutover.Command{ID: id, Kind: o, Step: step, Asked: asked, By: "Testa Conductora", Reason: "as agreed"})
	return err
}

func TestNoWayBackAfterTheCommit(t *testing.T) {
	t.Parallel()
	steps := step("a", "switch", "") + step("burn", "commit", "") + step("last", "commit", ", needs: [burn], confirm: true")
	s, err := crew(t, steps, newWorld(), func(e *cutover.Engine, s *cutover.State) bool {
		if s.Step("last").Status != cutover.StatusAsking {
			return false
		}
		asked := s.Step("last").Asked
		require.ErrorContains(t, send(t, e, "1", cutover.OrderRollback, "", 0), "the point of no return has passed with step burn")
		require.ErrorContains(t, send(t, e, "2", cutover.OrderNoGo, "last", asked), "the point of no return")
		require.NoError(t, send(t, e, "3", cutover.OrderConfirm, "last", asked))
		return false
	})
	require.NoError(t, err)
	require.Equal(t, cutover.Committed, s.Outcome)
}

func TestHeldBeginsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	steps := step("a", "copy", ", confirm: true") + step("b", "copy", ", needs: [a]")
	held := false
	s, err := crew(t, steps, w, func(e *cutover.Engine, s *cutover.State) bool {
		if p := s.Step("a"); p.Status == cutover.StatusAsking && !held {
			held = true
			require.NoError(t, send(t, e, "1", cutover.OrderHold, "", 0))
			require.NoError(t, send(t, e, "2", cutover.OrderConfirm, "a", p.Asked))
			require.Error(t, send(t, e, "3", cutover.OrderHold, "", 0), "it is held already")
			require.NoError(t, send(t, e, "4", cutover.OrderNote, "", 0))
		}
		if len(s.Notes) == 1 && s.Mode == cutover.ModeHeld {
			require.Empty(t, w.told())
			require.NoError(t, send(t, e, "5", cutover.OrderRelease, "", 0))
		}
		return false
	})
	require.NoError(t, err)
	require.Equal(t, cutover.Committed, s.Outcome)
	require.Equal(t, []string{"do a", "do b"}, w.told())
}

func TestRollbackBreaksOffWhatRuns(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.does["b"] = func(ctx context.Context, _ cutover.Attempt) (cutover.Result, error) {
		w.mu.Lock()
		w.there["b"] = true // half of it
		w.mu.Unlock()
		<-ctx.Done()
		return cutover.Result{}, errors.New("broken off")
	}
	s, err := crew(t, step("a", "freeze", "")+step("b", "copy", ""), w, func(e *cutover.Engine, s *cutover.State) bool {
		if s.Mode == cutover.ModeRunning && s.Step("b").Status == cutover.StatusRunning {
			require.NoError(t, send(t, e, "1", cutover.OrderRollback, "", 0))
		}
		return false
	})
	require.Equal(t, 4, code(err))
	require.Equal(t, "stopped for the rollback: broken off", s.Step("b").Reason)
	require.Equal(t, []string{"do a", "do b", "undo b", "undo a"}, w.told())
	require.Equal(t, "as agreed", s.Turn.Reason)
	require.False(t, w.there["a"] || w.there["b"])
}

func TestRetryThatCannotHelpIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.does["a"] = func(context.Context, cutover.Attempt) (cutover.Result, error) { return cutover.Result{}, final{} }
	_, err := crew(t, step("a", "copy", ""), w, func(e *cutover.Engine, s *cutover.State) bool {
		if s.Step("a").Status != cutover.StatusFailed {
			return false
		}
		require.Equal(t, "ask the vendor", s.Step("a").Mend)
		require.ErrorContains(t, send(t, e, "1", cutover.OrderRetry, "a", 0), "another attempt cannot help")
		return true
	})
	require.Equal(t, 5, code(err))
}

type final struct{}

func (final) Error() string   { return "the licence has ended" }
func (final) Retryable() bool { return false }
func (final) Mend() string    { return "ask the vendor" }

// TestEveryEventIsReadBack writes a night with nearly every kind of event and reads each record back.
func TestEveryEventIsReadBack(t *testing.T) {
	t.Parallel()
	seen := map[cutover.Type]bool{}
	for _, story := range crashNights() {
		w, j := smallWorld(), &memory{left: 3}
		if story.prepare != nil {
			story.prepare(w)
		}
		file := parse(t, story.steps)
		_, _, _ = night(t, options(file, w, j), story.answers...)
		j.left = -1
		_, _, _ = night(t, options(file, w, j), story.answers...)
		for _, r := range j.Records() {
			raw, err := json.Marshal(r)
			require.NoError(t, err)
			var back cutover.Record
			require.NoError(t, json.Unmarshal(raw, &back))
			again, err := json.Marshal(back)
			require.NoError(t, err)
			require.Equal(t, string(raw), string(again))
			seen[r.Event.Type()] = true
		}
	}
	require.GreaterOrEqual(t, len(seen), 14, "%v", seen)
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"seq":1,"at":"2027-01-16T22:00:00Z","type":"run-started","data":{"version":1,"run":"r","wave":"w","runbook":"a","by":"b","host":"h"}}`))
	f.Add([]byte(`{"seq":2,"at":"2027-01-16T22:00:00Z","type":"step-failed","data":{"step":"a","stage":"do","reason":"no","retryable":true,"printed":{"bytes":0},"facts":{"x":{"coverage":"denied"}}}}`))
	f.Add([]byte(`{"seq":3,"type":"step-started","data":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var r cutover.Record
		if json.Unmarshal(raw, &r) != nil {
			return
		}
		once, err := json.Marshal(r)
		require.NoError(t, err)
		var back cutover.Record
		require.NoError(t, json.Unmarshal(once, &back))
		_ = cutover.NewState().Apply(r) // must not panic
	})
}

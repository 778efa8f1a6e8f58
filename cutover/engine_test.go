package cutover_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/internal/expr"
)

// small is a night in five steps with a gate and a question.
func small() string {
	return step("stop", "freeze", "") + step("dump", "copy", "") + step("files", "copy", "") +
		step("proof", "verify", ", pass: 'proof.different == 0 and elapsed < 3h'") + step("go", "decide", ", confirm: true") + step("open", "switch", "")
}

func found(different int64) func(context.Context, cutover.Attempt) (cutover.Result, error) {
	return func(context.Context, cutover.Attempt) (cutover.Result, error) {
		return cutover.Result{Facts: expr.Facts{"different": expr.Int(different)}}, nil
	}
}

func smallWorld() *world {
	w := newWorld()
	w.does["proof"], w.oneway["proof"] = found(0), true
	return w
}

func TestANightIsCommitted(t *testing.T) {
	t.Parallel()
	w, j := smallWorld(), &memory{left: -1}
	s, err, scripted := night(t, options(parse(t, small()), w, j), yes("go"))
	require.NoError(t, err)
	require.NoError(t, scripted)
	require.Equal(t, cutover.Committed, s.Outcome)
	require.Equal(t, []string{"do proof", "do go", "do open"}, w.told()[3:], "dump and files may go side by side, phases may not")
	require.Equal(t, "Testa Approvera", s.Step("go").Confirmed)
	gate := s.Step("proof").Gate
	require.Equal(t, expr.Pass, gate.Verdict)
	require.Contains(t, gate.Facts, "elapsed")
	again, err := cutover.Fold(j.Records())
	require.NoError(t, err)
	require.Equal(t, s, again, "the state is the fold of the journal")
}

func TestIntentStandsBeforeTheEffect(t *testing.T) {
	t.Parallel()
	w, j := newWorld(), &memory{left: -1}
	w.does["a"] = func(_ context.Context, a cutover.Attempt) (cutover.Result, error) {
		last := j.Records()[len(j.Records())-1]
		if last.Event.Type() != "step-started" {
			return cutover.Result{}, fmt.Errorf("the journal ends with %s", last.Event.Type())
		}
		return cutover.Result{}, nil
	}
	_, err, _ := night(t, options(parse(t, step("a", "copy", "")), w, j))
	require.NoError(t, err)
}

func TestWaysToEnd(t *testing.T) {
	t.Parallel()
	broken := func(context.Context, cutover.Attempt) (cutover.Result, error) {
		return cutover.Result{}, errors.New("the unit did not stop")
	}
	tests := map[string]struct {
		prepare func(*world)
		answers []cutover.Scripted
		outcome cutover.Outcome
		status  map[string]cutover.Status
		tail    []string // of what was done
		code    int
	}{
		"no-go": {
			answers: []cutover.Scripted{order("go", cutover.OrderNoGo)}, outcome: cutover.RolledBack, code: 4,
			status: map[string]cutover.Status{"stop": cutover.StatusUndone, "proof": cutover.StatusDone, "go": cutover.StatusPending, "open": cutover.StatusPending},
			tail:   []string{"undo stop"},
		},
		"a failed step, rolled back": {
			prepare: func(w *world) { w.does["stop"] = broken },
			answers: []cutover.Scripted{order("*", cutover.OrderRollback)}, outcome: cutover.RolledBack, code: 4,
			status: map[string]cutover.Status{"stop": cutover.StatusUndone, "dump": cutover.StatusPending},
			tail:   []string{"do stop", "undo stop"},
		},
		"a failed step, skipped": {
			prepare: func(w *world) { w.does["stop"] = broken },
			answers: []cutover.Scripted{order("stop", cutover.OrderSkip), yes("go")}, outcome: cutover.Committed,
			status: map[string]cutover.Status{"stop": cutover.StatusSkipped, "open": cutover.StatusDone},
		},
		"a failed undo, tried again": {
			prepare: func(w *world) { w.undo["stop"] = []error{errors.New("the host is away")} },
			answers: []cutover.Scripted{order("go", cutover.OrderNoGo), order("stop", cutover.OrderRetry)}, outcome: cutover.RolledBack, code: 4,
			status: map[string]cutover.Status{"stop": cutover.StatusUndone},
			tail:   []string{"undo stop", "undo stop"},
		},
		"a failed undo, left": {
			prepare: func(w *world) { w.undo["files"] = []error{errors.New("the host is away")} },
			answers: []cutover.Scripted{order("go", cutover.OrderNoGo), order("files", cutover.OrderSkip)}, outcome: cutover.RolledBack, code: 4,
			status: map[string]cutover.Status{"files": cutover.StatusLeft, "stop": cutover.StatusUndone},
		},
		"a gate that fails": {
			prepare: func(w *world) { w.does["proof"] = found(3) },
			answers: []cutover.Scripted{order("proof", cutover.OrderRetry), order("proof", cutover.OrderRollback)}, outcome: cutover.RolledBack, code: 4,
			status: map[string]cutover.Status{"proof": cutover.StatusFailed, "go": cutover.StatusPending},
		},
		"a gate without data": {
			prepare: func(w *world) { delete(w.does, "proof") },
			answers: []cutover.Scripted{order("proof", cutover.OrderRollback)}, outcome: cutover.RolledBack, code: 4,
			status: map[string]cutover.Status{"proof": cutover.StatusFailed},
		},
		"nobody answers": {code: 5, status: map[string]cutover.Status{"go": cutover.StatusAsking}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := smallWorld()
			if tt.prepare != nil {
				tt.prepare(w)
			}
			s, err, scripted := night(t, options(parse(t, small()), w, &memory{left: -1}), tt.answers...)
			require.Equal(t, tt.outcome, s.Outcome)
			require.Equal(t, tt.code, code(err), "%v", err)
			if tt.outcome == "" {
				require.Equal(t, tt.code, code(scripted))
			}
			for id, want := range tt.status {
				require.Equal(t, want, s.Step(id).Status, id)
			}
			if tt.tail != nil {
				require.Equal(t, tt.tail, w.told()[len(w.told())-len(tt.tail):])
			}
			if tt.outcome == cutover.RolledBack && name != "a failed undo, left" {
				for id, there := range w.there {
					require.False(t, there && !w.oneway[id], "%s is still there", id)
				}
			}
		})
	}
}

func code(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 0
}

func TestRetryProbesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.does["a"] = func(context.Context, cutover.Attempt) (cutover.Result, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.there["a"] = true // the effect came, the answer was lost
		return cutover.Result{}, errors.New("the connection broke")
	}
	s, err, _ := night(t, options(parse(t, step("a", "copy", "")), w, &memory{left: -1}), order("a", cutover.OrderRetry))
	require.NoError(t, err)
	require.Equal(t, []string{"do a", "probe a"}, w.told())
	require.Equal(t, cutover.StatusDone, s.Step("a").Status)
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	hang := func(stop bool) func(context.Context, cutover.Attempt) (cutover.Result, error) {
		return func(ctx context.Context, _ cutover.Attempt) (cutover.Result, error) {
			<-ctx.Done()
			if stop {
				return cutover.Result{}, ctx.Err()
			}
			<-t.Context().Done()
			return cutover.Result{}, nil
		}
	}
	for name, stops := range map[string]bool{"an action that stops": true, "one that does not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.does["a"] = hang(stops)
			o := options(parse(t, strings.Replace(step("a", "copy", ""), "1m}", "5ms}", 1)), w, &memory{left: -1})
			o.Grace = 5 * time.Millisecond
			s, err, scripted := night(t, o)
			require.Equal(t, 5, code(err))
			require.Equal(t, 5, code(scripted))
			require.Equal(t, cutover.StageDo, s.Step("a").Stage)
			require.Contains(t, s.Step("a").Reason, "the deadline passed")
			require.True(t, s.Step("a").Doubt)
		})
	}
}

func TestAPanicTellsNothingOfItsData(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.does["a"] = func(context.Context, cutover.Attempt) (cutover.Result, error) { panic("row of Zztest Patientova") }
	s, _, _ := night(t, options(parse(t, step("a", "copy", "")), w, &memory{left: -1}))
	require.Equal(t, "a bug: panic of type string in do", s.Step("a").Reason)
}

func TestOutputIsCountedNotKept(t *testing.T) {
	t.Parallel()
	w, j := newWorld(), &memory{left: -1}
	exit := 0
	w.does["a"] = func(_ context.Context, a cutover.Attempt) (cutover.Result, error) {
		fmt.Fprint(a.Output, "12 tables\nZztest Patientova\x1b[2J\n", strings.Repeat("x", 9000), "\n7 tables")
		return cutover.Result{Exit: &exit}, nil
	}
	e, err := cutover.New(options(parse(t, step("a", "copy", ", show: '^[0-9]+ tables$'")), w, j))
	require.NoError(t, err)
	feed := e.Subscribe(0)
	defer feed.Close()
	require.NoError(t, e.Run(t.Context()))
	var lines []string
	for {
		u, err := feed.Next(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if u.Tick != nil && u.Tick.Line != "" {
			lines = append(lines, u.Tick.Line)
		}
	}
	require.Len(t, lines, 4)
	require.Equal(t, "Zztest Patientova[2J", lines[1])
	require.Less(t, len(lines[2]), 5000)
	p := e.State().Step("a").Printed
	require.Equal(t, []string{"12 tables", "7 tables"}, p.Shown)
	require.EqualValues(t, 10+22+9000+1+8, p.Bytes)
	require.Len(t, p.SHA256, 64)
	for _, r := range j.Records() {
		raw, err := r.MarshalJSON()
		require.NoError(t, err)
		require.NotContains(t, string(raw), "Patientova")
	}
}

func TestASlowViewerLosesTicksOnly(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.does["a"] = func(_ context.Context, a cutover.Attempt) (cutover.Result, error) {
		for i := range 2000 {
			fmt.Fprintln(a.Output, i)
		}
		return cutover.Result{}, nil
	}
	j := &memory{left: -1}
	e, err := cutover.New(options(parse(t, step("a", "copy", "")), w, j))
	require.NoError(t, err)
	feed := e.Subscribe(0)
	defer feed.Close()
	require.NoError(t, e.Run(t.Context()))
	records, ticks, told := 0, 0, int64(0)
	for {
		u, err := feed.Next(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if u.Record != nil {
			records++
			require.EqualValues(t, records, u.Record.Seq)
		} else {
			ticks++
			told += u.Tick.Lost
		}
	}
	require.Equal(t, feed.Lost(), told, "what is lost is told in its place")
	require.Equal(t, len(j.Records()), records)
	require.Less(t, ticks, 2000)
	require.EqualValues(t, 2003, int64(ticks)+feed.Lost(), "check, do, verify and 2000 lines")
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	book := parse(t, step("a", "copy", ""))
	j := &memory{left: -1}
	_, err, _ := night(t, options(book, newWorld(), j))
	require.NoError(t, err)
	_, err = cutover.New(options(book, newWorld(), j))
	var end *cutover.EndError
	require.ErrorAs(t, err, &end)

	half := &memory{left: 2}
	_, err, _ = night(t, options(book, newWorld(), half))
	require.ErrorIs(t, err, errKilled)
	half.left = -1
	other := parse(t, step("a", "copy", ", reason: edited in the middle of the night"))
	_, err = cutover.New(options(other, newWorld(), half))
	var changed *cutover.ChangedError
	require.ErrorAs(t, err, &changed)

	impossible := parse(t, strings.Replace(step("a", "copy", ""), "kind: act", "kind: impossible", 1))
	_, err = cutover.New(options(impossible, newWorld(), &memory{left: -1}))
	require.ErrorContains(t, err, "step a: nobody can do this")
}

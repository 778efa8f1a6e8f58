package cutover_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
)

// crashNights are the stories that are killed at every point.
func crashNights() map[string]struct {
	steps   string
	prepare func(*world)
	answers []cutover.Scripted
	outcome cutover.Outcome
} {
	chain := step("stop", "freeze", "") + step("dump", "copy", "") + step("load", "copy", ", needs: [dump]") +
		step("proof", "verify", ", pass: 'proof.different == 0'") + step("go", "decide", ", confirm: true") + step("open", "switch", "")
	return map[string]struct {
		steps   string
		prepare func(*world)
		answers []cutover.Scripted
		outcome cutover.Outcome
	}{
		"committed":   {chain, nil, []cutover.Scripted{yes("go")}, cutover.Committed},
		"rolled back": {chain, nil, []cutover.Scripted{order("go", cutover.OrderNoGo)}, cutover.RolledBack},
		"side by side": {
			step("a", "copy", "") + step("b", "copy", "") + step("c", "copy", ", needs: [a]") + step("d", "verify", ""), nil, nil, cutover.Committed,
		},
		"failed, retried, undo failed, retried": {
			chain, func(w *world) {
				w.verify["load"] = errors.New("a table is missing")
				w.undo["dump"] = []error{errors.New("the host is away")}
			},
			[]cutover.Scripted{order("load", cutover.OrderRetry), order("load", cutover.OrderRollback), order("dump", cutover.OrderRetry), order("dump", cutover.OrderRetry)},
			cutover.RolledBack,
		},
	}
}

// TestKilledAnywhere kills the engine after, and just before, every record it writes; the next one goes on.
// However often that happens, the night ends as it would have, and nothing is done twice without a look.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	for name, story := range crashNights() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := parse(t, story.steps)
			run := func(dieAt int, swallow, again bool) int {
				w, j := smallWorld(), &memory{left: dieAt, swallow: swallow}
				if story.prepare != nil {
					story.prepare(w)
				}
				_, err, _ := night(t, options(file, w, j), story.answers...)
				for deaths := 0; errors.Is(err, errKilled) && j.mode(t) != cutover.ModeFinished; deaths++ {
					require.Less(t, deaths, 200, "it gets nowhere")
					tellDoubts(t, w, j)
					j.left = -1
					if again {
						j.left = 3 + deaths%4 // and killed again soon, at another place each time
					}
					_, err, _ = night(t, options(file, w, j), story.answers...)
				}
				s, foldErr := cutover.Fold(j.Records())
				require.NoError(t, foldErr)
				require.Equal(t, story.outcome, s.Outcome, "died at %d: %v\n%s", dieAt, err, strings.Join(w.told(), "\n"))
				requireLooksBetween(t, w.told())
				requireWorld(t, w, s, file.Runbook.Steps[0].ID)
				return len(j.records)
			}
			whole := run(-1, false, false)
			for dieAt := 1; dieAt <= whole; dieAt++ {
				for _, swallow := range []bool{false, true} {
					run(dieAt, swallow, false)
					run(dieAt, swallow, true)
				}
			}
		})
	}
}

func (m *memory) mode(t *testing.T) cutover.Mode {
	t.Helper()
	s, err := cutover.Fold(m.Records())
	require.NoError(t, err)
	return s.Mode
}

// tellDoubts notes a death, and the steps whose intent the journal holds and neither outcome nor probe.
func tellDoubts(t *testing.T, w *world, j *memory) {
	t.Helper()
	s, err := cutover.Fold(j.Records())
	require.NoError(t, err)
	w.tell("killed")
	for _, id := range s.Begun() {
		if p := s.Step(id); p.Status == cutover.StatusRunning && p.Answer == "" {
			w.tell("doubt " + id)
		}
	}
}

// requireLooksBetween holds that no step in doubt is done again before it was probed.
func requireLooksBetween(t *testing.T, history []string) {
	t.Helper()
	doubt := map[string]bool{}
	for i, what := range history {
		verb, id, _ := strings.Cut(what, " ")
		switch verb {
		case "doubt":
			doubt[id] = true
		case "probe":
			delete(doubt, id)
		case "do":
			require.False(t, doubt[id], "%s was done again without a probe:\n%s", id, strings.Join(history[:i+1], "\n"))
		}
	}
}

// requireWorld holds that the effects are what the state says.
func requireWorld(t *testing.T, w *world, s *cutover.State, first string) {
	t.Helper()
	require.Equal(t, s.Outcome == cutover.Committed, w.there[first])
	for id, there := range w.there {
		switch s.Step(id).Status {
		case cutover.StatusDone:
			require.True(t, there, "%s is done and not there", id)
		case cutover.StatusUndone, cutover.StatusPending:
			require.False(t, there, "%s is undone and there", id)
		}
	}
}

func TestDoubtAfterACrashWaitsForAPerson(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answers []cutover.Scripted
		told    []string
		outcome cutover.Outcome
	}{
		"retried":     {[]cutover.Scripted{order("a", cutover.OrderRetry)}, []string{"probe a", "probe a", "do a"}, cutover.Committed},
		"skipped":     {[]cutover.Scripted{order("a", cutover.OrderSkip)}, []string{"probe a"}, cutover.Committed},
		"rolled back": {[]cutover.Scripted{order("a", cutover.OrderRollback)}, []string{"probe a", "undo a"}, cutover.RolledBack},
		"nobody":      {nil, []string{"probe a"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, j := newWorld(), &memory{left: 2}
			file := parse(t, step("a", "copy", ""))
			_, err, _ := night(t, options(file, w, j))
			require.ErrorIs(t, err, errKilled)
			require.Empty(t, w.told(), "the intent could not be written for sure, so nothing was done")
			j.left = -1
			w.probe["a"] = []cutover.Answer{cutover.ProbeUnknown, cutover.ProbeUnknown}
			s, _, _ := night(t, options(file, w, j), tt.answers...)
			require.Equal(t, tt.told, w.told())
			require.Equal(t, tt.outcome, s.Outcome)
		})
	}
}

func TestStoppedEngineGoesOn(t *testing.T) {
	t.Parallel()
	w, j := newWorld(), &memory{left: -1}
	file := parse(t, step("a", "copy", "")+step("b", "copy", ", needs: [a]"))
	ctx, cancel := context.WithCancel(t.Context())
	w.does["a"] = func(ctx context.Context, _ cutover.Attempt) (cutover.Result, error) {
		cancel()
		<-ctx.Done()
		return cutover.Result{}, ctx.Err()
	}
	e, err := cutover.New(options(file, w, j))
	require.NoError(t, err)
	var stopped *cutover.StoppedError
	require.ErrorAs(t, e.Run(ctx), &stopped)
	require.Equal(t, cutover.StatusRunning, e.State().Step("a").Status, "what it did is not known")
	_, err = e.Command(t.Context(), cutover.Command{ID: "1", Kind: cutover.OrderNote, By: "Testa", Reason: "late"})
	require.Error(t, err, "an engine that stopped takes no orders")

	delete(w.does, "a")
	_, err, _ = night(t, options(file, w, j))
	require.NoError(t, err)
	require.Equal(t, []string{"do a", "probe a", "do a", "do b"}, w.told())
}

func ExampleState() {
	s := cutover.NewState()
	fmt.Println(s.Step("stop-odoo").Status)
	// Output: pending
}

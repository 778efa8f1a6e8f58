package cutover_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/internal/expr"
	"nightferry/internal/runbook"
)

// world is what the fake actions act upon. It outlives engines, as real machines do.
type world struct {
	mu      sync.Mutex
	there   map[string]bool // effects by step
	history []string        // "do a", "undo a", "probe a": in order
	does    map[string]func(ctx context.Context, a cutover.Attempt) (cutover.Result, error)
	check   map[string]func(ctx context.Context) (cutover.Memo, error)
	verify  map[string]error
	undo    map[string][]error // one a call, then nil
	probe   map[string][]cutover.Answer
	oneway  map[string]bool
}

func newWorld() *world {
	return &world{
		there: map[string]bool{}, verify: map[string]error{}, undo: map[string][]error{}, oneway: map[string]bool{}, probe: map[string][]cutover.Answer{},
		does:  map[string]func(context.Context, cutover.Attempt) (cutover.Result, error){},
		check: map[string]func(context.Context) (cutover.Memo, error){},
	}
}

func (w *world) Action(step runbook.Step) (cutover.Action, error) {
	if step.Kind == "impossible" {
		return nil, errors.New("nobody can do this")
	}
	return &fake{w, step.ID}, nil
}

func (w *world) told() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.history...)
}

func (w *world) tell(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.history = append(w.history, what)
}

type fake struct {
	w  *world
	id string
}

func (f *fake) Check(ctx context.Context, _ cutover.Attempt) (cutover.Memo, error) {
	f.w.mu.Lock()
	check := f.w.check[f.id]
	was := fmt.Sprint(f.w.there[f.id])
	f.w.mu.Unlock()
	if check != nil {
		return check(ctx)
	}
	return cutover.Memo{"was": was}, nil
}

func (f *fake) Do(ctx context.Context, a cutover.Attempt) (cutover.Result, error) {
	f.w.tell("do " + f.id)
	if do := f.w.does[f.id]; do != nil {
		return do(ctx, a)
	}
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	f.w.there[f.id] = true
	return cutover.Result{}, nil
}

func (f *fake) Verify(context.Context, cutover.Attempt) error {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	return f.w.verify[f.id]
}

func (f *fake) Undo(_ context.Context, a cutover.Attempt) error {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	f.w.history = append(f.w.history, "undo "+f.id)
	if a.Memo["was"] != "false" {
		return fmt.Errorf("the memo says %q, not how it was before the first effect", a.Memo["was"])
	}
	if errs := f.w.undo[f.id]; len(errs) > 0 {
		f.w.undo[f.id] = errs[1:]
		if errs[0] != nil {
			return errs[0]
		}
	}
	f.w.there[f.id] = false
	return nil
}

func (f *fake) Probe(context.Context, cutover.Attempt) (cutover.Answer, error) {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	f.w.history = append(f.w.history, "probe "+f.id)
	if answers := f.w.probe[f.id]; len(answers) > 0 {
		f.w.probe[f.id] = answers[1:]
		return answers[0], nil
	}
	if f.w.there[f.id] {
		return cutover.ProbeDone, nil
	}
	return cutover.ProbeNotDone, nil
}

func (f *fake) Reversible() bool { return !f.w.oneway[f.id] }

// memory is a journal that can die: after dieAt appends it takes nothing more. With swallow, the last of them is
// lost as well, as when the machine dies between the effect and the write.
type memory struct {
	mu      sync.Mutex
	records []cutover.Record
	left    int // appends until death; negative is never
	swallow bool
}

var errKilled = errors.New("killed")

func (m *memory) Append(at time.Time, e cutover.Event) (cutover.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left == 0 {
		return cutover.Record{}, errKilled
	}
	m.left--
	r := cutover.Record{Seq: int64(len(m.records)) + 1, At: at, Event: e}
	if m.left == 0 && m.swallow {
		return cutover.Record{}, errKilled
	}
	m.records = append(m.records, r)
	if m.left == 0 {
		return cutover.Record{}, errKilled
	}
	return r, nil
}

func (m *memory) Records() []cutover.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clip(m.records)
}

// tickingClock moves a second a look, so that times differ and tests do not wait.
func tickingClock() func() time.Time {
	var mu sync.Mutex
	now := time.Date(2027, 1, 16, 22, 0, 0, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
}

func kinds() runbook.Kinds {
	return runbook.Kinds{"act": {Facts: expr.Schema{"different": expr.TypeInt}}, "impossible": {}}
}

func parse(t testing.TB, steps string) *runbook.File {
	t.Helper()
	file, err := runbook.Parse("night.yaml", []byte("version: 1\nwave: wave-1\ntitle: A night\nenvironment: staging\nservices: [erp]\nsteps:\n"+steps), kinds())
	require.NoError(t, err)
	return file
}

// step is one line of a runbook.
func step(id, phase, more string) string {
	return fmt.Sprintf("  - {id: %s, title: Do it, phase: %s, owner: ops, kind: act, expected: 1ms, deadline: 1m%s}\n", id, phase, more)
}

func options(file *runbook.File, w *world, j cutover.Journal) cutover.Options {
	return cutover.Options{File: file, Run: "run-1", By: "Testa Conductora", Host: "bastion.example", Journal: j, Actions: w, Now: tickingClock(), Grace: time.Second}
}

// night runs an engine with scripted answers to its end and returns the engine's and the script's errors.
func night(t testing.TB, o cutover.Options, answers ...cutover.Scripted) (*cutover.State, error, error) {
	t.Helper()
	e, err := cutover.New(o)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	feed := e.Subscribe(0)
	defer feed.Close()
	live := e.State().Seq + 1
	scripted := make(chan error, 1)
	go func() {
		err := cutover.Drive(ctx, e, feed, live, answers)
		if err != nil {
			cancel()
		}
		scripted <- err
	}()
	err = e.Run(ctx)
	return e.State(), err, <-scripted
}

func yes(step string) cutover.Scripted {
	return cutover.Scripted{Step: step, Order: cutover.OrderConfirm, By: "Testa Approvera"}
}

func order(step string, o cutover.Order) cutover.Scripted {
	return cutover.Scripted{Step: step, Order: o, By: "Testa Approvera", Reason: "as agreed"}
}

package cutover

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"nightferry/internal/runbook"
)

// Options are what an engine is made of. All but Parallel and Grace must be set.
type Options struct {
	File     *runbook.File // the runbook that is run
	Run      string        // id of the run
	By       string        // who started this engine
	Host     string        // the machine it runs on
	Journal  Journal
	Actions  Actions
	Now      func() time.Time
	Parallel int           // steps at a time; 0 is 2
	Grace    time.Duration // how long an action may outlive its context before it is given up; 0 is 10 s
}

// Engine drives one run. Its methods may be called from many goroutines.
type Engine struct {
	opts    Options
	steps   map[string]runbook.Step
	actions map[string]Action
	wake    chan struct{} // something changed: look for what can begin
	jobs    sync.WaitGroup

	mu     sync.Mutex
	state  *State
	busy   map[string]context.CancelCauseFunc // steps that a goroutine works on
	stuck  map[string]bool                    // steps whose action was given up and has not returned
	stop   context.CancelCauseFunc            // ends Run; nil before it
	broken error                              // why nothing can be journaled any more
	ended  bool                               // Run has returned
	subs   map[*Subscription]struct{}
}

// New prepares an engine over a journal, which is empty for a new run. It writes nothing and has no effect.
// It fails when the journal is of another run or runbook, is finished, or a step has no action.
func New(o Options) (*Engine, error) {
	if o.Parallel == 0 {
		o.Parallel = 2
	}
	if o.Grace == 0 {
		o.Grace = 10 * time.Second
	}
	state, err := Fold(o.Journal.Records())
	if err != nil {
		return nil, fmt.Errorf("journal of run %s: %w", o.Run, err)
	}
	switch {
	case state.Mode == ModeFinished:
		return nil, &EndError{Run: o.Run, Outcome: state.Outcome, Already: true}
	case state.Mode != ModeNew && state.Run != o.Run:
		return nil, fmt.Errorf("the journal is of run %s, not %s", state.Run, o.Run)
	case state.Mode != ModeNew && state.Runbook != o.File.SHA256:
		return nil, &ChangedError{Run: o.Run, Was: state.Runbook, Is: o.File.SHA256}
	}
	e := &Engine{
		opts: o, state: state, wake: make(chan struct{}, 1),
		steps: map[string]runbook.Step{}, actions: map[string]Action{},
		busy: map[string]context.CancelCauseFunc{}, stuck: map[string]bool{}, subs: map[*Subscription]struct{}{},
	}
	for _, step := range o.File.Runbook.Steps {
		action, err := o.Actions.Action(step)
		if err != nil {
			return nil, fmt.Errorf("step %s: %w", step.ID, err)
		}
		e.steps[step.ID], e.actions[step.ID] = step, action
	}
	return e, nil
}

// Name is the id of the run.
func (e *Engine) Name() string { return e.opts.Run }

// Runbook is what is run.
func (e *Engine) Runbook() *runbook.File { return e.opts.File }

// State is where the run stands, as a copy.
func (e *Engine) State() *State {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state.Clone()
}

// Run drives the run to its end and returns nil when it was committed. It blocks while people think.
// Rolled back, it returns an [EndError]; when ctx ends first, a [StoppedError]: the journal holds all that is needed
// to go on, and what was under way is probed then.
func (e *Engine) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer e.close()
	if err := e.open(stop); err != nil {
		return err
	}
	for {
		if finished, err := e.advance(ctx, stop); finished || err != nil {
			stop(err)
			e.jobs.Wait()
			return err
		}
		select {
		case <-e.wake:
		case <-ctx.Done():
			e.jobs.Wait()
			return e.stopped(ctx)
		}
	}
}

func (e *Engine) open(stop context.CancelCauseFunc) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stop = stop
	var first Event = RunResumed{By: e.opts.By, Host: e.opts.Host}
	if e.state.Mode == ModeNew {
		book := e.opts.File
		first = RunStarted{Version: Version, Run: e.opts.Run, Wave: book.Runbook.Wave, Runbook: book.SHA256, By: e.opts.By, Host: e.opts.Host}
	}
	_, err := e.record(first)
	return err
}

func (e *Engine) stopped(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.broken != nil {
		return e.broken
	}
	return &StoppedError{Run: e.opts.Run, Wave: e.opts.File.Runbook.Wave, Cause: context.Cause(ctx)}
}

func (e *Engine) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
	e.notify()
}

// record journals an event and takes it into the state. The caller holds the lock.
// An event that cannot follow is refused before it is written; a journal that cannot be written ends the engine.
func (e *Engine) record(event Event) (Record, error) {
	if e.broken != nil {
		return Record{}, e.broken
	}
	at := e.opts.Now().UTC().Truncate(time.Millisecond)
	if at.Before(e.state.Changed) {
		at = e.state.Changed // clocks are set back during nights; the story is not
	}
	next := e.state.Clone()
	if err := next.Apply(Record{Seq: e.state.Seq + 1, At: at, Event: event}); err != nil {
		return Record{}, err
	}
	r, err := e.opts.Journal.Append(at, event)
	if err == nil && r.Seq != next.Seq {
		err = fmt.Errorf("it was numbered %d instead of %d", r.Seq, next.Seq)
	}
	if err != nil {
		e.broken = &JournalError{Run: e.opts.Run, Event: event.Type(), Cause: err}
		e.nudge()
		return Record{}, e.broken
	}
	e.state = next
	e.notify()
	e.nudge()
	return r, nil
}

// nudge makes Run look again. One nudge that was not yet seen stands for all.
func (e *Engine) nudge() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// errTurnBack is the cause of contexts that end because the run is rolled back.
var errTurnBack = errors.New("stopped for the rollback")

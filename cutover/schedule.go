package cutover

import (
	"context"
	"slices"

	"nightferry/internal/runbook"
)

// job is what the engine does for a step outside its lock.
type job func(ctx context.Context, id string)

// advance begins all that can begin, and says whether the run is at its end.
func (e *Engine) advance(ctx context.Context, stop context.CancelCauseFunc) (finished bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.broken != nil:
		stop(e.broken)
		return false, e.broken
	case ctx.Err() != nil:
		return false, nil // Run sees it next
	case e.state.Mode == ModeRollingBack:
		return e.backward(ctx)
	}
	return e.forward(ctx)
}

// forward looks into steps in doubt, asks the open questions, begins what is ready and ends the run.
func (e *Engine) forward(ctx context.Context) (finished bool, err error) {
	settled := 0
	for _, step := range e.opts.File.Runbook.Steps {
		p := e.state.Step(step.ID)
		if p.Status.Settled() {
			settled++
		}
		job := e.next(step, p)
		switch {
		case job == nil || e.busy[step.ID] != nil:
		case p.Status == StatusPending && step.Confirm && p.Confirmed == "":
			if _, err := e.record(ConfirmAsked{Step: step.ID, Facts: digest(e.state.Facts())}); err != nil {
				return false, err
			}
		case len(e.busy) < e.opts.Parallel:
			e.launch(ctx, step.ID, job)
		}
	}
	if settled < len(e.steps) || len(e.busy) > 0 || e.state.Mode != ModeRunning {
		return false, nil
	}
	_, err = e.record(RunFinished{Outcome: Committed})
	return err == nil, err
}

// next is what can be done for a step now; nil is nothing.
func (e *Engine) next(step runbook.Step, p Step) job {
	switch {
	case p.Status == StatusRunning && p.Answer == ProbeDone:
		return e.prove
	case p.Status == StatusRunning:
		return e.probe // an engine that is gone left it so: while this one works on it, it is busy
	case p.Status != StatusPending || e.state.Mode != ModeRunning || e.blocked() || !e.ready(step):
		return nil
	case p.Doubt:
		return e.probe
	}
	return e.attempt
}

// blocked says that a person must decide before anything new begins.
func (e *Engine) blocked() bool {
	for _, id := range e.state.Waiting() {
		if e.state.Step(id).Status != StatusAsking {
			return true
		}
	}
	return false
}

// ready says that all a step needs is settled, and every step of an earlier phase: the phases are barriers,
// so that no forgotten need lets the switch begin before the proof.
func (e *Engine) ready(step runbook.Step) bool {
	for _, other := range e.opts.File.Runbook.Steps {
		needed := slices.Contains(step.Needs, other.ID) || other.Phase.Before(step.Phase)
		if needed && !e.state.Step(other.ID).Status.Settled() {
			return false
		}
	}
	return true
}

// backward undoes, last first, one at a time.
func (e *Engine) backward(ctx context.Context) (finished bool, err error) {
	if len(e.busy) > 0 {
		return false, nil
	}
	for _, id := range slices.Backward(e.state.begun) {
		p := e.state.Step(id)
		if !p.Effect || p.Status == StatusLeft || !e.actions[id].Reversible() {
			continue
		}
		if p.Status != StatusUndoFailed {
			e.launch(ctx, id, e.undo)
		}
		return false, nil
	}
	if _, err := e.record(RunFinished{Outcome: RolledBack}); err != nil {
		return false, err
	}
	return true, &EndError{Run: e.opts.Run, Outcome: RolledBack}
}

// launch gives a step to a goroutine of its own. The caller holds the lock.
func (e *Engine) launch(ctx context.Context, id string, work job) {
	ctx, cancel := context.WithCancelCause(ctx)
	e.busy[id] = cancel
	e.jobs.Go(func() {
		work(ctx, id)
		cancel(nil)
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.busy, id)
		e.nudge()
	})
}

package cutover

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"nightferry/internal/expr"
)

// attempt does a step: check, intent, do, verify, gate, outcome.
func (e *Engine) attempt(ctx context.Context, id string) {
	out := e.output(id)
	memo, checked := e.look(ctx, id, out)
	if !checked {
		return
	}
	occasion, begun := e.intend(ctx, id, memo, out)
	if !begun {
		return
	}
	ctx, cancel := e.deadline(ctx, id)
	defer cancel()
	result, err := within(ctx, e, id, "do", func(ctx context.Context) (Result, error) {
		return e.actions[id].Do(ctx, occasion)
	})
	if err != nil {
		e.fail(ctx, id, StageDo, err, out, result, nil)
		return
	}
	e.finish(ctx, id, occasion, out, result)
}

// look checks a step before anything is journaled of the attempt. What Check prints is shown and does not count.
func (e *Engine) look(ctx context.Context, id string, out *output) (Memo, bool) {
	ctx, cancel := e.deadline(ctx, id)
	defer cancel()
	occasion := e.occasion(id, e.output(id))
	occasion.Number++
	memo, err := within(ctx, e, id, "check", func(ctx context.Context) (Memo, error) {
		return e.actions[id].Check(ctx, occasion)
	})
	if err == nil {
		err = memo.check()
	}
	if err != nil && !errors.Is(context.Cause(ctx), errTurnBack) {
		e.fail(ctx, id, StageCheck, err, out, Result{}, nil)
	}
	return memo, err == nil
}

// intend journals the intent. The run may have been turned or held while the step was checked: then nothing begins.
func (e *Engine) intend(ctx context.Context, id string, memo Memo, out *output) (Attempt, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.state.Step(id)
	if ctx.Err() != nil || e.state.Mode != ModeRunning || e.blocked() {
		return Attempt{}, false
	}
	if _, err := e.record(StepStarted{Step: id, Attempt: p.Attempt + 1, Memo: memo}); err != nil {
		e.halt(err)
		return Attempt{}, false
	}
	p = e.state.Step(id)
	return Attempt{Run: e.opts.Run, Number: p.Attempt, Memo: p.Memo, Output: out}, true
}

// prove finishes a step whose effect a probe found.
func (e *Engine) prove(ctx context.Context, id string) {
	out := e.output(id)
	ctx, cancel := e.deadline(ctx, id)
	defer cancel()
	e.finish(ctx, id, e.occasion(id, out), out, Result{})
}

// finish verifies, judges the gate and journals the outcome.
func (e *Engine) finish(ctx context.Context, id string, occasion Attempt, out *output, result Result) {
	_, err := within(ctx, e, id, "verify", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, e.actions[id].Verify(ctx, occasion)
	})
	if err != nil {
		e.fail(ctx, id, StageVerify, err, out, result, nil)
		return
	}
	gate := e.judge(id, result.Facts)
	if gate.blocked() {
		e.fail(ctx, id, StageGate, fmt.Errorf("%s: %s", gate.Verdict, gate.Pass), out, result, gate)
		return
	}
	e.settle(StepSucceeded{Step: id, Printed: out.printed(result.Exit), Facts: result.Facts, Evidence: result.Evidence, Gate: gate})
}

// judge evaluates the step's pass expression over all recorded facts and its own; nil when it has none.
func (e *Engine) judge(id string, own expr.Facts) *Gate {
	program := e.opts.File.Passes[id]
	if program == nil {
		return nil
	}
	e.mu.Lock()
	facts := e.state.Facts()
	facts[expr.Elapsed] = expr.Duration(e.opts.Now().Sub(e.state.Started).Truncate(time.Millisecond))
	e.mu.Unlock()
	for name, value := range own {
		facts[expr.Name(id, name)] = value
	}
	used := expr.Facts{}
	for _, leaf := range program.Leaves() {
		used[leaf] = facts[leaf]
	}
	return &Gate{Pass: program.String(), Verdict: program.Judge(used), Facts: used}
}

// probe looks at a step in doubt.
func (e *Engine) probe(ctx context.Context, id string) {
	bounded, cancel := e.deadline(ctx, id)
	defer cancel()
	occasion := e.occasion(id, e.output(id))
	answer, err := within(bounded, e, id, "probe", func(ctx context.Context) (Answer, error) {
		return e.actions[id].Probe(ctx, occasion)
	})
	if err != nil && ctx.Err() != nil {
		return // nobody waits for the answer any more: it is still in doubt
	}
	event := StepProbed{Step: id, Answer: answer}
	if err != nil || event.check() != nil {
		event = StepProbed{Step: id, Answer: ProbeUnknown, Reason: clip(words(bounded, err, "the probe gave no answer"))}
	}
	e.settle(event)
}

// undo takes a step back.
func (e *Engine) undo(ctx context.Context, id string) {
	if !e.settle(UndoStarted{Step: id}) {
		return
	}
	out := e.output(id)
	occasion := e.occasion(id, out)
	bounded, cancel := e.deadline(ctx, id)
	defer cancel()
	_, err := within(bounded, e, id, "undo", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, e.actions[id].Undo(ctx, occasion)
	})
	switch {
	case err == nil:
		e.settle(UndoDone{Step: id, Printed: out.printed(nil)})
	case ctx.Err() == nil:
		e.settle(UndoFailed{Step: id, Reason: clip(words(bounded, err, "")), Mend: mendOf(err), Printed: out.printed(nil)})
	}
	// Else the engine stops: the intent stands, and the next engine undoes it again, which does no harm.
}

// fail journals that a step failed, unless the engine is stopping: then its outcome is not known.
func (e *Engine) fail(ctx context.Context, id string, stage Stage, err error, out *output, r Result, gate *Gate) {
	cause := context.Cause(ctx)
	stopping := cause != nil && !errors.Is(cause, errTurnBack) && !errors.Is(cause, context.DeadlineExceeded)
	if stopping {
		return
	}
	e.settle(StepFailed{
		Step: id, Stage: stage, Reason: clip(words(ctx, err, "")), Mend: mendOf(err), Retryable: retryable(err),
		Printed: out.printed(r.Exit), Facts: r.Facts, Evidence: r.Evidence, Gate: gate,
	})
}

// settle journals what a job has to say. What cannot be journaled halts the engine.
func (e *Engine) settle(event Event) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, err := e.record(event); err != nil {
		e.halt(err)
		return false
	}
	return true
}

// halt ends the engine at its next look: nothing more is journaled, so nothing more is done.
func (e *Engine) halt(err error) {
	if e.broken == nil {
		e.broken = err
	}
	for _, cancel := range e.busy {
		cancel(e.broken)
	}
	e.nudge()
}

func (e *Engine) occasion(id string, out *output) Attempt {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.state.Step(id)
	return Attempt{Run: e.opts.Run, Number: p.Attempt, Memo: p.Memo, Output: out}
}

func (e *Engine) deadline(ctx context.Context, id string) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, e.steps[id].Deadline)
}

// digest is the SHA-256 of facts as JSON, whose keys are in order.
func digest(facts expr.Facts) string {
	raw, err := json.Marshal(facts)
	if err != nil {
		panic(err) // facts are numbers, truths and durations
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

package cutover

import (
	"context"
	"fmt"

	"nightferry/internal/runbook"
)

var _ Commander = (*Engine)(nil)

// Command carries out a person's order and returns the number of the record it led to, once that is on disk.
// The same id leads to the same record. It fails with a [RefusedError] when the run does not allow it.
func (e *Engine) Command(_ context.Context, c Command) (int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if seq, done := e.state.Handled(c.ID); done {
		return seq, nil
	}
	if c.Kind == OrderStop && e.stop != nil {
		e.stop(fmt.Errorf("ordered by %s", printable(c.By)))
		return 0, nil
	}
	event, why := e.answer(c)
	if why != "" {
		return 0, &RefusedError{c, why}
	}
	if err := event.check(); err != nil {
		return 0, &RefusedError{c, err.Error()}
	}
	r, err := e.record(event)
	if err != nil {
		return 0, err
	}
	if e.state.Mode == ModeRollingBack {
		for _, cancel := range e.busy {
			cancel(errTurnBack)
		}
	}
	return r.Seq, nil
}

// answer turns an order into its event, or says why it cannot be carried out now.
func (e *Engine) answer(c Command) (event Event, why string) {
	switch {
	case e.ended || e.state.Mode == ModeFinished:
		return nil, "the run is not driven any more"
	case e.state.Mode == ModeNew:
		return nil, "the run has not begun"
	}
	if _, known := e.steps[c.Step]; c.Step != "" && !known {
		return nil, "the runbook has no such step"
	}
	c.Reason, c.By = printable(c.Reason), printable(c.By)
	switch c.Kind {
	case OrderConfirm:
		return Confirmed{c.Step, c.Asked, c.By, c.Reason, c.ID}, e.asked(c)
	case OrderNoGo:
		return NoGo{c.Step, c.Asked, c.By, c.Reason, c.ID}, first(e.asked(c), e.returnable())
	case OrderRetry:
		return Retried{c.Step, c.By, c.Reason, c.ID}, first(e.waits(c), e.retryable(c.Step))
	case OrderSkip:
		return Skipped{c.Step, c.By, c.Reason, c.ID}, e.waits(c)
	case OrderHold:
		return Held{c.By, c.Reason, c.ID}, e.in(ModeRunning)
	case OrderRelease:
		return Released{c.By, c.ID}, e.in(ModeHeld)
	case OrderRollback:
		return RollbackStarted{c.By, c.Reason, c.ID}, e.returnable()
	case OrderNote:
		return NoteAdded{c.Step, c.By, c.Reason, c.ID}, ""
	}
	return nil, "there is no such order"
}

func first(whys ...string) string {
	for _, why := range whys {
		if why != "" {
			return why
		}
	}
	return ""
}

func (e *Engine) in(mode Mode) string {
	if e.state.Mode != mode {
		return fmt.Sprintf("the run is %s, not %s", e.state.Mode, mode)
	}
	return ""
}

// asked refuses an answer to a question that is not open: the other operator may have been quicker,
// or the step may have been asked about anew, with other facts.
func (e *Engine) asked(c Command) string {
	p := e.state.Step(c.Step)
	switch {
	case p.Status != StatusAsking && p.Confirmed != "":
		return p.Confirmed + " has confirmed it already"
	case p.Status != StatusAsking:
		return "no question is open there"
	case p.Asked != c.Asked:
		return fmt.Sprintf("the open question is record %d, this answers %d", p.Asked, c.Asked)
	}
	return ""
}

// waits refuses a decision where none is due.
func (e *Engine) waits(c Command) string {
	p := e.state.Step(c.Step)
	switch p.Status {
	case StatusUndoFailed:
		return ""
	case StatusFailed, StatusDoubtful:
		if e.state.Mode != ModeRollingBack {
			return ""
		}
		return "the run is rolled back"
	}
	return fmt.Sprintf("it is %s: there is nothing to decide", p.Status)
}

func (e *Engine) retryable(id string) string {
	if p := e.state.Step(id); !p.Retryable {
		return "another attempt cannot help: " + p.Reason
	}
	return ""
}

// returnable refuses to go back once a step of the last phase may have had an effect: by then the new side holds
// data that the old one does not, and the way back is a fall-back, planned like a cutover.
func (e *Engine) returnable() string {
	if e.state.Mode == ModeRollingBack {
		return "it is rolled back already"
	}
	for _, id := range e.state.begun {
		if e.state.Step(id).Effect && e.steps[id].Phase == runbook.PhaseCommit {
			return "the point of no return has passed with step " + id
		}
	}
	return ""
}

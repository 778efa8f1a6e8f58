package cutover

import (
	"fmt"
	"maps"
	"slices"
)

// Apply takes the next record. A record that cannot follow is refused and leaves the state as it was:
// a journal that tells an impossible story is damaged, and nobody may act on it.
func (s *State) Apply(r Record) error {
	next := s.Clone()
	if err := next.apply(r); err != nil {
		return fmt.Errorf("record %d: %w", r.Seq, err)
	}
	*s = *next
	return nil
}

func (s *State) apply(r Record) error {
	if r.Event == nil {
		return fmt.Errorf("it has no event")
	}
	if err := r.Event.check(); err != nil {
		return fmt.Errorf("%s: %w", r.Event.Type(), err)
	}
	if r.Seq != s.Seq+1 {
		return fmt.Errorf("it should have the number %d", s.Seq+1)
	}
	if _, first := r.Event.(RunStarted); first != (s.Mode == ModeNew) {
		return fmt.Errorf("%s may stand first, and only there", RunStarted{}.Type())
	}
	if s.Mode == ModeFinished {
		return fmt.Errorf("%s after the end of the run", r.Event.Type())
	}
	if id := commandOf(r.Event); id != "" {
		if at, done := s.handled[id]; done {
			return fmt.Errorf("%s carries out command %s again, after record %d", r.Event.Type(), id, at)
		}
		s.handled[id] = r.Seq
	}
	if err := s.turn(r); err != nil {
		return fmt.Errorf("%s: %w", r.Event.Type(), err)
	}
	s.Seq, s.Changed = r.Seq, r.At
	return nil
}

// turn does what is particular to each event.
func (s *State) turn(r Record) error {
	switch e := r.Event.(type) {
	case RunStarted:
		s.Run, s.Wave, s.Runbook, s.By, s.Host = e.Run, e.Wave, e.Runbook, e.By, e.Host
		s.Started, s.Mode = r.At, ModeRunning
	case RunResumed:
		s.Host = e.Host
	case Held:
		return s.switchMode(ModeRunning, ModeHeld)
	case Released:
		return s.switchMode(ModeHeld, ModeRunning)
	case NoteAdded:
		s.Notes = append(s.Notes, Note{r.At, e.By, e.Step, e.Text})
	case RollbackStarted:
		return s.turnBack(Turn{At: r.At, By: e.By, Reason: e.Reason})
	case NoGo:
		if err := s.answered(e.Step, e.Asked); err != nil {
			return err
		}
		return s.turnBack(Turn{At: r.At, By: e.By, Reason: e.Reason, NoGo: e.Step})
	case RunFinished:
		return s.finish(e.Outcome)
	default:
		return s.stepTurn(r)
	}
	return nil
}

func (s *State) switchMode(from, to Mode) error {
	if s.Mode != from {
		return fmt.Errorf("the run is %s, not %s", s.Mode, from)
	}
	s.Mode = to
	return nil
}

func (s *State) finish(o Outcome) error {
	if o == RolledBack {
		s.Outcome = o
		return s.switchMode(ModeRollingBack, ModeFinished)
	}
	s.Outcome = o
	return s.switchMode(ModeRunning, ModeFinished)
}

// turnBack closes all open questions: there is nothing left to say yes to.
func (s *State) turnBack(t Turn) error {
	if s.Mode == ModeRollingBack {
		return fmt.Errorf("it is rolled back already")
	}
	s.Mode, s.Turn = ModeRollingBack, t
	for _, step := range s.steps {
		if step.Status == StatusAsking {
			step.Status, step.Asked = StatusPending, 0
		}
	}
	return nil
}

func (s *State) answered(id string, asked int64) error {
	step := s.Step(id)
	if step.Status != StatusAsking || step.Asked != asked {
		return fmt.Errorf("step %s has no open question %d", id, asked)
	}
	return nil
}

// stepTurn does what is particular to the events of one step.
func (s *State) stepTurn(r Record) error {
	var id string
	var from []Status
	var change func(*Step)
	switch e := r.Event.(type) {
	case ConfirmAsked:
		id, from = e.Step, []Status{StatusPending}
		change = func(p *Step) { p.Status, p.Asked, p.AskedAt = StatusAsking, r.Seq, r.At }
	case Confirmed:
		if err := s.answered(e.Step, e.Asked); err != nil {
			return err
		}
		id, from = e.Step, []Status{StatusAsking}
		change = func(p *Step) { p.Status, p.Asked, p.Confirmed = StatusPending, 0, e.By }
	case StepStarted:
		if s.Mode != ModeRunning {
			return fmt.Errorf("no step begins while the run is %s", s.Mode)
		}
		if want := s.Step(e.Step).Attempt + 1; e.Attempt != want {
			return fmt.Errorf("attempt %d of step %s should be %d", e.Attempt, e.Step, want)
		}
		id, from = e.Step, []Status{StatusPending}
		change = func(p *Step) { s.started(p, e, r) }
	case StepSucceeded:
		id, from = e.Step, []Status{StatusRunning}
		change = func(p *Step) { p.succeeded(e, r) }
	case StepFailed:
		id, from = e.Step, []Status{StatusRunning}
		if e.Stage == StageCheck {
			from = []Status{StatusPending}
		}
		change = func(p *Step) { p.failed(e, r) }
	case StepProbed:
		id, from = e.Step, []Status{StatusRunning, StatusPending}
		change = func(p *Step) { p.probed(e) }
	default:
		return s.undoTurn(r)
	}
	return s.change(id, from, change)
}

// undoTurn does what is particular to people's decisions on a step, and to its undo.
func (s *State) undoTurn(r Record) error {
	stuck := []Status{StatusFailed, StatusDoubtful, StatusUndoFailed}
	switch e := r.Event.(type) {
	case Retried:
		return s.change(e.Step, stuck, func(p *Step) { p.Status, p.Reason, p.Mend = StatusPending, "", "" })
	case Skipped:
		return s.change(e.Step, stuck, func(p *Step) { p.skipped(e, r) })
	case UndoStarted:
		if step := s.Step(e.Step); s.Mode != ModeRollingBack || !step.Effect || step.Status == StatusLeft {
			return fmt.Errorf("step %s is not to be undone", e.Step)
		}
		return s.change(e.Step, nil, func(p *Step) { p.Status, p.Started, p.Doubt = StatusUndoing, r.At, false })
	case UndoDone:
		return s.change(e.Step, []Status{StatusUndoing}, func(p *Step) {
			p.Status, p.Ended, p.Effect, p.Printed = StatusUndone, r.At, false, e.Printed
		})
	case UndoFailed:
		return s.change(e.Step, []Status{StatusUndoing}, func(p *Step) {
			p.Status, p.Ended, p.Reason, p.Mend, p.Printed = StatusUndoFailed, r.At, e.Reason, e.Mend, e.Printed
			p.Retryable = true
		})
	}
	return fmt.Errorf("this event is not understood")
}

// change alters a step that has one of the statuses; nil allows all.
func (s *State) change(id string, from []Status, change func(*Step)) error {
	step := s.Step(id)
	if from != nil && !slices.Contains(from, step.Status) {
		return fmt.Errorf("step %s is %s", id, step.Status)
	}
	change(&step)
	s.steps[id] = &step
	return nil
}

func (s *State) started(p *Step, e StepStarted, r Record) {
	if !slices.Contains(s.begun, p.ID) {
		s.begun = append(s.begun, p.ID)
	}
	// What was remembered before the first effect wins: a second look already sees the first attempt's traces.
	memo := Memo{}
	maps.Copy(memo, e.Memo)
	maps.Copy(memo, p.Memo)
	p.Status, p.Attempt, p.Memo, p.Started, p.Effect, p.Doubt = StatusRunning, e.Attempt, memo, r.At, true, true
	p.Answer, p.Stage, p.Reason, p.Mend = "", "", "", ""
}

func (p *Step) succeeded(e StepSucceeded, r Record) {
	p.Status, p.Ended, p.Doubt = StatusDone, r.At, false
	p.Printed, p.Facts, p.Evidence, p.Gate = e.Printed, e.Facts, e.Evidence, e.Gate
}

func (p *Step) failed(e StepFailed, r Record) {
	p.Status, p.Ended = StatusFailed, r.At
	p.Stage, p.Reason, p.Mend, p.Retryable = e.Stage, e.Reason, e.Mend, e.Retryable
	if e.Stage == StageVerify || e.Stage == StageGate {
		p.Doubt = false // it ran to its end, so another attempt does it anew
	}
	if e.Stage != StageCheck {
		p.Printed, p.Facts, p.Evidence, p.Gate = e.Printed, e.Facts, e.Evidence, e.Gate
	}
}

func (p *Step) probed(e StepProbed) {
	p.Answer = e.Answer
	switch {
	case e.Answer == ProbeDone:
		p.Status = StatusRunning // still to be verified
	case e.Answer == ProbeNotDone:
		p.Status, p.Doubt = StatusPending, false
	case p.Status == StatusRunning:
		p.Status, p.Reason, p.Retryable = StatusDoubtful, e.Reason, true
	default:
		p.Doubt = false // a person asked for another attempt, and it still cannot be known: the attempt is made
	}
}

func (p *Step) skipped(e Skipped, r Record) {
	p.SkippedBy, p.Reason, p.Mend, p.Ended = e.By, e.Reason, "", r.At
	if p.Status == StatusUndoFailed {
		p.Status = StatusLeft
		return
	}
	p.Status = StatusSkipped
}

// commandOf is the id of the command that the event carries out, or empty.
func commandOf(e Event) string {
	switch e := e.(type) {
	case Confirmed:
		return e.Command
	case NoGo:
		return e.Command
	case Retried:
		return e.Command
	case Skipped:
		return e.Command
	case Held:
		return e.Command
	case Released:
		return e.Command
	case RollbackStarted:
		return e.Command
	case NoteAdded:
		return e.Command
	}
	return ""
}

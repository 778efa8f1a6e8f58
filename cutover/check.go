package cutover

import (
	"encoding/json"
	"errors"
	"fmt"

	"nightferry/internal/expr"
)

// Limits of what one record may hold.
const (
	maxMemo  = 4 << 10 // bytes as JSON
	maxText  = 4 << 10 // bytes of a reason, mend or note
	maxShown = 200     // lines of output that are journaled
)

// text is one field of an event by its name, for [need] and [bound].
type text struct{ name, value string }

// need refuses an event that lacks what gives it its meaning, or says more than a record may hold.
func need(fields ...text) error {
	for _, f := range fields {
		if f.value == "" {
			return fmt.Errorf("%s is missing", f.name)
		}
	}
	return bound(fields...)
}

func bound(fields ...text) error {
	for _, f := range fields {
		if len(f.value) > maxText {
			return fmt.Errorf("%s is longer than %d bytes", f.name, maxText)
		}
	}
	return nil
}

func step(id string) text     { return text{"step", id} }
func by(who string) text      { return text{"by", who} }
func reason(why string) text  { return text{"reason", why} }
func command(id string) text  { return text{"command", id} }
func (g *Gate) passed() bool  { return g == nil || g.Verdict == expr.Pass }
func (g *Gate) blocked() bool { return g != nil && g.Verdict != expr.Pass }

func (e RunStarted) check() error {
	if e.Version != Version {
		return fmt.Errorf("journal format %d is unknown: this nightferry reads format %d", e.Version, Version)
	}
	return need(text{"run", e.Run}, text{"wave", e.Wave}, text{"runbook", e.Runbook}, by(e.By), text{"host", e.Host})
}

func (e RunResumed) check() error   { return need(by(e.By), text{"host", e.Host}) }
func (e ConfirmAsked) check() error { return need(step(e.Step), text{"facts", e.Facts}) }

func (e Confirmed) check() error {
	if e.Asked < 1 {
		return errors.New("the question it answers is missing")
	}
	return errors.Join(need(step(e.Step), by(e.By), command(e.Command)), bound(reason(e.Reason)))
}

func (e NoGo) check() error {
	if e.Asked < 1 {
		return errors.New("the question it answers is missing")
	}
	return need(step(e.Step), by(e.By), reason(e.Reason), command(e.Command))
}

func (e StepStarted) check() error {
	if e.Attempt < 1 {
		return errors.New("the attempt is missing")
	}
	return errors.Join(need(step(e.Step)), e.Memo.check())
}

func (m Memo) check() error {
	raw, err := json.Marshal(m)
	if err == nil && len(raw) > maxMemo {
		err = fmt.Errorf("the memo is longer than %d bytes", maxMemo)
	}
	return err
}

func (e StepSucceeded) check() error {
	if !e.Gate.passed() {
		return errors.New("its gate did not pass")
	}
	return errors.Join(need(step(e.Step)), e.Printed.check())
}

func (e StepFailed) check() error {
	switch e.Stage {
	case StageCheck, StageDo, StageVerify:
	case StageGate:
		if !e.Gate.blocked() {
			return errors.New("it failed at a gate that did not block")
		}
	default:
		return fmt.Errorf("stage %q is unknown", e.Stage)
	}
	return errors.Join(need(step(e.Step), reason(e.Reason)), bound(text{"mend", e.Mend}), e.Printed.check())
}

func (p Printed) check() error {
	if len(p.Shown) > maxShown {
		return fmt.Errorf("more than %d lines are shown", maxShown)
	}
	return nil
}

func (e StepProbed) check() error {
	switch e.Answer {
	case ProbeDone, ProbeNotDone, ProbeUnknown:
		return errors.Join(need(step(e.Step)), bound(reason(e.Reason)))
	}
	return fmt.Errorf("answer %q is unknown", e.Answer)
}

func (e Retried) check() error {
	return errors.Join(need(step(e.Step), by(e.By), command(e.Command)), bound(reason(e.Reason)))
}

func (e Skipped) check() error {
	return need(step(e.Step), by(e.By), reason(e.Reason), command(e.Command))
}

func (e Held) check() error {
	return errors.Join(need(by(e.By), command(e.Command)), bound(reason(e.Reason)))
}

func (e Released) check() error { return need(by(e.By), command(e.Command)) }

func (e RollbackStarted) check() error {
	return need(by(e.By), reason(e.Reason), command(e.Command))
}

func (e UndoStarted) check() error { return need(step(e.Step)) }
func (e UndoDone) check() error    { return errors.Join(need(step(e.Step)), e.Printed.check()) }

func (e UndoFailed) check() error {
	return errors.Join(need(step(e.Step), reason(e.Reason)), bound(text{"mend", e.Mend}), e.Printed.check())
}

func (e NoteAdded) check() error {
	return errors.Join(need(by(e.By), text{"text", e.Text}, command(e.Command)), bound(step(e.Step)))
}

func (e RunFinished) check() error {
	if e.Outcome != Committed && e.Outcome != RolledBack {
		return fmt.Errorf("outcome %q is unknown", e.Outcome)
	}
	return nil
}

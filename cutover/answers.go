package cutover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Scripted is one answer that a person gave before the night, for a run without people. Each is used once.
type Scripted struct {
	Step   string `yaml:"step"` // "*" fits any step
	Order  Order  `yaml:"order"`
	By     string `yaml:"by"`
	Reason string `yaml:"reason"`
}

// Check tells what is wrong with the answer, or nothing.
func (a Scripted) Check() error {
	switch {
	case a.Step == "":
		return errors.New("the step is missing")
	case a.By == "":
		return errors.New("who answers is missing")
	case a.Reason == "" && (a.Order == OrderNoGo || a.Order == OrderRollback || a.Order == OrderSkip):
		return fmt.Errorf("%s needs a reason", a.Order)
	}
	for _, status := range []Status{StatusAsking, StatusFailed} {
		if a.fits(Step{ID: a.Step, Status: status}) {
			return nil
		}
	}
	return fmt.Errorf("%q answers nothing: use confirm, no-go, retry, skip or rollback", a.Order)
}

// fits says whether this answers what the step waits for.
func (a Scripted) fits(p Step) bool {
	if a.Step != "*" && a.Step != p.ID {
		return false
	}
	switch a.Order {
	case OrderConfirm, OrderNoGo:
		return p.Status == StatusAsking
	case OrderRetry, OrderSkip:
		return p.Status == StatusFailed || p.Status == StatusDoubtful || p.Status == StatusUndoFailed
	case OrderRollback:
		return p.Status == StatusFailed || p.Status == StatusDoubtful
	}
	return false
}

// UnansweredError is a question for which no scripted answer is left.
type UnansweredError struct {
	Step   string
	Status Status
	Reason string // why the step waits
}

// Error names the step and what it waits for.
func (e *UnansweredError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("step %s is %s, and no answer is left for it", e.Step, e.Status)
	}
	return fmt.Sprintf("step %s is %s (%s), and no answer is left for it", e.Step, e.Status, e.Reason)
}

// ExitCode is 5: a person must act.
func (e *UnansweredError) ExitCode() int { return exitStopped }

// Feed is a sequence of updates: a [Subscription], or the client end of the engine's socket.
type Feed interface {
	// Next returns io.EOF once the engine has ended and everything was seen.
	Next(ctx context.Context) (Update, error)
}

// Drive answers for the crew from a script until the run ends. It shares the interface that people use, so the engine
// knows no headless mode. live is the run's last record when the feed began: what was asked before is history.
// It returns an [UnansweredError] once nothing runs and a step waits that no answer fits.
func Drive(ctx context.Context, to Commander, feed Feed, live int64, answers []Scripted) error {
	d := driver{to: to, answers: answers, used: make([]bool, len(answers)), state: NewState(), live: live}
	for {
		update, err := feed.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case update.Record == nil:
			continue
		}
		d.remember(update.Record.Event)
		if err := d.state.Apply(*update.Record); err != nil {
			return err
		}
		if d.state.Seq < d.live {
			continue
		}
		if err := d.answer(ctx); err != nil {
			return err
		}
	}
}

type driver struct {
	to      Commander
	answers []Scripted
	used    []bool
	state   *State
	live    int64 // look no further before this record: history, or what a command of ours led to
}

// The id of a scripted command tells which answer it used, so that a later engine does not use it again.
const scriptedID = "scripted-%d-for-%d"

func (d *driver) remember(e Event) {
	var index, seq int
	if n, _ := fmt.Sscanf(commandOf(e), scriptedID, &index, &seq); n == 2 && index >= 0 && index < len(d.used) {
		d.used[index] = true
	}
}

func (d *driver) answer(ctx context.Context) error {
	var open *UnansweredError
	for _, id := range d.state.Waiting() {
		p := d.state.Step(id)
		sent, err := d.send(ctx, p)
		if sent || err != nil {
			return err // the record it led to comes, and with it the next look
		}
		open = &UnansweredError{id, p.Status, p.Reason}
	}
	if open == nil || d.running() {
		return nil
	}
	return open
}

// send uses the first answer that fits and is not refused.
func (d *driver) send(ctx context.Context, p Step) (bool, error) {
	for i, a := range d.answers {
		if d.used[i] || !a.fits(p) {
			continue
		}
		d.used[i] = true
		c := Command{ID: fmt.Sprintf(scriptedID, i, d.state.Seq), Kind: a.Order, Step: p.ID, Asked: p.Asked, By: a.By, Reason: a.Reason}
		if a.Order == OrderRollback {
			c.Step, c.Reason = "", strings.TrimSpace(a.Reason+" (step "+p.ID+" "+string(p.Status)+")")
		}
		seq, err := d.to.Command(ctx, c)
		d.live = max(d.live, seq)
		if _, refused := errors.AsType[*RefusedError](err); !refused {
			return true, err
		}
	}
	return false, nil
}

func (d *driver) running() bool {
	for _, p := range d.state.steps {
		if p.Status == StatusRunning || p.Status == StatusUndoing {
			return true
		}
	}
	return false
}

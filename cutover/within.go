package cutover

import (
	"context"
	"errors"
	"fmt"
)

// errStuck is an action that did not return although its context had ended.
var errStuck = errors.New("an attempt does not come to an end: what it does is not known")

// within calls one method of an action. It comes back soon after ctx ends even if the action does not: a night must
// not hang on one connection. Until the lost call returns, no other is made for that step.
// A panic becomes an error that tells its type and nothing of what it held.
func within[T any](ctx context.Context, e *Engine, id, doing string, call func(context.Context) (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	var none T
	if e.isStuck(id) {
		return none, errStuck
	}
	e.tick(Tick{Step: id, Doing: doing})
	answers := make(chan answer, 1)
	go func() {
		defer func() {
			if broken := recover(); broken != nil {
				answers <- answer{err: fmt.Errorf("a bug: panic of type %T in %s", broken, doing)}
			}
		}()
		value, err := call(ctx)
		answers <- answer{value, err}
	}()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.opts.Grace)
	defer cancel()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-grace.Done():
		e.setStuck(id, true)
		go func() {
			<-answers
			e.setStuck(id, false)
		}()
		return none, errStuck
	}
}

func (e *Engine) isStuck(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stuck[id]
}

func (e *Engine) setStuck(id string, stuck bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stuck[id] = stuck
}

// words is why a call failed: the engine's reason first, where it had one, then the action's own.
func words(ctx context.Context, err error, otherwise string) string {
	cause := context.Cause(ctx)
	switch {
	case err == nil:
		return otherwise
	case errors.Is(cause, context.DeadlineExceeded):
		return "the deadline passed: " + err.Error()
	case errors.Is(cause, errTurnBack):
		return errTurnBack.Error() + ": " + err.Error()
	}
	return err.Error()
}

func mendOf(err error) string {
	var m interface{ Mend() string }
	if errors.As(err, &m) {
		return clip(m.Mend())
	}
	return ""
}

// retryable is what the error says of itself; most things may be tried again.
func retryable(err error) bool {
	var r interface{ Retryable() bool }
	return !errors.As(err, &r) || r.Retryable()
}

// clip keeps a text within what a record may hold, without control characters and broken UTF-8.
func clip(s string) string {
	s = printable(s)
	if len(s) <= maxText {
		return s
	}
	return printable(s[:maxText-3]) + "…"
}

package cutover

import (
	"context"
	"io"
)

// maxTicks is how many ticks wait for a viewer before the oldest are lost.
const maxTicks = 256

// Tick is something to be seen now and never again: it is not journaled.
type Tick struct {
	Step  string `json:"step"`
	Doing string `json:"doing,omitempty"` // "check", "do", "verify", "probe", "undo": what begins
	Line  string `json:"line,omitempty"`  // a line of live output, without control characters
	Lost  int64  `json:"lost,omitempty"`  // ticks before this one that this viewer was too slow for
}

// Update is what a viewer gets: a record or a tick.
type Update struct {
	Record *Record `json:"record,omitempty"`
	Tick   *Tick   `json:"tick,omitempty"`
}

// Subscription is one viewer's view of the run. Records come complete and in order; ticks may be lost.
// It costs nothing while nobody calls Next, and must be closed.
type Subscription struct {
	engine *Engine
	wake   chan struct{}
	// All below is guarded by the engine's lock.
	next  int // index of the next record
	ticks []Tick
	lost  int64
}

// Subscribe shows the run from the record after seq on: 0 shows all of it.
func (e *Engine) Subscribe(seq int64) *Subscription {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := &Subscription{engine: e, wake: make(chan struct{}, 1), next: int(max(seq, 0))}
	e.subs[s] = struct{}{}
	return s
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	delete(s.engine.subs, s)
}

// Next waits for the next update: records first. It returns io.EOF when the engine has ended and all records were
// seen, and the context's error when that ends first.
func (s *Subscription) Next(ctx context.Context) (Update, error) {
	for {
		update, ready, ended := s.take()
		switch {
		case ready:
			return update, nil
		case ended:
			return Update{}, io.EOF
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return Update{}, ctx.Err()
		}
	}
}

func (s *Subscription) take() (update Update, ready, ended bool) {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	if records := s.engine.opts.Journal.Records(); s.next < len(records) {
		r := records[s.next]
		s.next++
		return Update{Record: &r}, true, false
	}
	if len(s.ticks) > 0 {
		t := s.ticks[0]
		s.ticks = s.ticks[1:]
		return Update{Tick: &t}, true, false
	}
	return Update{}, false, s.engine.ended
}

// Lost is how many ticks were lost because the viewer was slow.
func (s *Subscription) Lost() int64 {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	return s.lost
}

// notify wakes all viewers. The caller holds the lock.
func (e *Engine) notify() {
	for s := range e.subs {
		s.nudge()
	}
}

func (s *Subscription) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (e *Engine) tick(t Tick) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for s := range e.subs {
		if len(s.ticks) == maxTicks {
			dropped := s.ticks[0].Lost + 1
			s.ticks, s.lost = s.ticks[1:], s.lost+1
			s.ticks[0].Lost += dropped
		}
		s.ticks = append(s.ticks, t)
		s.nudge()
	}
}

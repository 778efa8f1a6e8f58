package discover

import (
	"context"
	"math"
	"time"

	"nightferry/internal/estate"
)

// Schedule is when a watch looks: at Began, and from then on every Every, until For is over. It does not drift: a round
// that takes long, or a computer that sleeps, leaves rounds out and shifts none.
//
// From each day to the next it moves by a part of Every, for else it would look at the same times every night, and a
// partner who calls between two of them would never be found. The part is the golden ratio's, which spreads any number
// of days evenly: after three days no gap between looks, all days laid over another, is longer than 0.39 of Every, and
// after seven none than 0.24.
type Schedule struct {
	Began time.Time     // whole seconds
	Every time.Duration // whole seconds, above zero
	For   time.Duration // at least Every
}

const (
	day         = 24 * time.Hour
	goldenRatio = 0.6180339887498949
)

// Rounds is how many times the watch looks.
func (s Schedule) Rounds() int { return int(s.For / s.Every) }

// Due is when a round is due; the first is 0.
func (s Schedule) Due(round int) time.Time {
	since := time.Duration(round) * s.Every
	_, part := math.Modf(float64(since/day) * goldenRatio)
	shift := time.Duration(part * float64(s.Every)).Truncate(time.Second)
	return s.Began.Add(since + shift)
}

// After is the first round that is due at a time or later. It may lie behind the last.
func (s Schedule) After(now time.Time) int {
	round := max(int(now.Sub(s.Began)/s.Every)-1, 0)
	for s.Due(round).Before(now) {
		round++
	}
	return round
}

// Watch looks at the targets, which are light ones, again and again. Each round is a [Run] whose assets carry the time
// at which it was due. It ends with the schedule, or with an error of Run's; the summary counts looks.
func Watch(ctx context.Context, targets []Target, schedule Schedule, options Options, sink Sink, events func(Event)) (Summary, error) {
	options.Fresh = true
	if options.Deadline <= 0 {
		options.Deadline = defaultDeadline
	}
	options.Deadline = min(options.Deadline, schedule.Every*9/10) // a round has to be over when the next is due
	w := &watch{schedule: schedule, events: events, coverage: map[string]estate.Coverage{}}
	began := options.Clock()
	w.tell(Event{Kind: Begun, At: began.UTC(), Targets: len(targets), Rounds: schedule.Rounds()})
	last := schedule.After(began) - 1
	for {
		round, err := next(ctx, schedule, last+1, options.Clock)
		if err != nil {
			return w.total, err
		}
		if round >= schedule.Rounds() {
			break
		}
		w.round, w.late = round, max(round-last-1, 0)
		_, err = Run(ctx, targets, options, dated{sink, schedule.Due(round)}, w.hear)
		if err != nil {
			return w.total, err
		}
		last = round
	}
	ended := options.Clock()
	w.tell(Event{Kind: Done, At: ended.UTC(), Elapsed: ended.Sub(began).Milliseconds(), Rounds: schedule.Rounds(), Summary: &w.total})
	return w.total, nil
}

// next waits for the next round, which is least or later, and is never late by a whole interval: a computer that slept
// meanwhile looks at its clock again.
func next(ctx context.Context, s Schedule, least int, clock func() time.Time) (int, error) {
	for {
		round := max(s.After(clock()), least)
		if round >= s.Rounds() {
			return round, ctx.Err()
		}
		timer := time.NewTimer(s.Due(round).Sub(clock()))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return round, ctx.Err()
		}
		if late := clock().Sub(s.Due(round)); late >= 0 && late < s.Every {
			return round, nil
		}
	}
}

// watch turns the events of rounds into those of a watch.
type watch struct {
	schedule Schedule
	events   func(Event)
	total    Summary
	round    int
	late     int
	coverage map[string]estate.Coverage // of each target in its last round
}

func (w *watch) tell(e Event) {
	if w.events != nil {
		w.events(e)
	}
}

func (w *watch) hear(e Event) {
	switch e.Kind {
	case Finished:
		was, asked := w.coverage[e.Target]
		w.coverage[e.Target] = e.Coverage
		if was == e.Coverage || !asked && e.Coverage.IsKnown() {
			return
		}
		e.Round = w.round + 1
		w.tell(e)
	case Done:
		w.total.Read, w.total.Missing = w.total.Read+e.Summary.Read, w.total.Missing+e.Summary.Missing
		e.Kind, e.Round, e.Rounds, e.Late = Sampled, w.round+1, w.schedule.Rounds(), w.late
		if due := w.round + 1; due < w.schedule.Rounds() {
			e.Next = w.schedule.Due(max(due, w.schedule.After(e.At))).UTC()
		}
		w.tell(e)
	case Begun, Skipped, Started, Noted, Stopped, Sampled:
	}
}

// dated is a sink of a round: its looks carry the time at which they were due.
type dated struct {
	Sink
	due time.Time
}

func (d dated) Save(a Asset) error {
	switch {
	case a.HostLook != nil:
		a.HostLook.Collected.At = d.due
	case a.PostgresLook != nil:
		a.PostgresLook.Collected.At = d.due
	}
	return d.Sink.Save(a)
}

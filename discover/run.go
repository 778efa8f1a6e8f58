package discover

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"nightferry/internal/estate"
)

// Sink keeps what was found. Its methods are called by one goroutine at a time.
type Sink interface {
	// Has tells whether an earlier run has read the target to its end.
	Has(t Target) bool
	// Save keeps an asset, whole or not at all.
	Save(a Asset) error
}

// Options of a run.
type Options struct {
	Parallel int              // targets at once; 0 for 8: more gains nothing where machines share a hypervisor
	Deadline time.Duration    // for one target; 0 for 3 minutes
	Fresh    bool             // ask again what an earlier run has read
	Clock    func() time.Time // the time; required
}

// The defaults of Options, and how long past its deadline a collector is waited for.
const (
	defaultParallel = 8
	defaultDeadline = 3 * time.Minute
	overrun         = time.Second
)

// Run reads the targets, many at once, and saves each asset as soon as it is there. What cannot be read is an
// asset, too, whose coverage says why. When ctx is cancelled the targets under way are given up and not saved.
// events is told of everything, one call at a time; it may be nil.
//
// The error is the sink's, since there is no use in reading what cannot be kept, or the context's.
func Run(ctx context.Context, targets []Target, options Options, sink Sink, events func(Event)) (Summary, error) {
	if options.Parallel <= 0 {
		options.Parallel = defaultParallel
	}
	if options.Deadline <= 0 {
		options.Deadline = defaultDeadline
	}
	r := &run{options: options, sink: sink, events: events}
	began := options.Clock()
	r.tell(Event{Kind: Begun, Targets: len(targets)})
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(options.Parallel)
	for _, t := range targets {
		if !options.Fresh && r.has(t) {
			continue
		}
		group.Go(func() error { return r.read(groupCtx, t) })
	}
	err := group.Wait()
	if err == nil {
		err = ctx.Err()
	}
	slices.SortStableFunc(r.summary.Gaps, func(a, b estate.Gap) int { return cmp.Compare(a.Asset, b.Asset) })
	r.tell(Event{Kind: Done, Elapsed: options.Clock().Sub(began).Milliseconds(), Summary: &r.summary})
	return r.summary, err
}

type run struct {
	options Options
	events  func(Event)

	mu      sync.Mutex // guards the sink, the listener and the summary
	sink    Sink
	summary Summary
}

func (r *run) tell(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tellLocked(e)
}

func (r *run) tellLocked(e Event) {
	if r.events != nil {
		e.At = r.options.Clock().UTC()
		r.events(e)
	}
}

func (r *run) has(t Target) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.sink.Has(t) {
		return false
	}
	r.summary.Skipped++
	r.tellLocked(Event{Kind: Skipped, Target: t.ID()})
	return true
}

// read reads one target and saves what it found.
func (r *run) read(ctx context.Context, t Target) error {
	if ctx.Err() != nil {
		r.stopped(t)
		return nil
	}
	began := r.options.Clock()
	r.tell(Event{Kind: Started, Target: t.ID(), Address: t.Address})
	asset := r.collect(ctx, t, began)
	if ctx.Err() != nil {
		r.stopped(t)
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.sink.Save(asset); err != nil {
		return fmt.Errorf("saving %s: %w", t.ID(), err)
	}
	collected := asset.Collected()
	gaps := asset.gaps()
	r.summary.Gaps = append(r.summary.Gaps, gaps...)
	if collected.Coverage.IsKnown() {
		r.summary.Read++
	} else {
		r.summary.Missing++
	}
	r.tellLocked(Event{Kind: Finished, Target: t.ID(), Coverage: collected.Coverage, Problem: collected.Problem,
		Mend: collected.Mend, Gaps: len(gaps), Elapsed: r.options.Clock().Sub(began).Milliseconds()})
	return nil
}

func (r *run) stopped(t Target) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Stopped++
	r.tellLocked(Event{Kind: Stopped, Target: t.ID()})
}

// collect calls the collector, and answers in its place when it panics, returns nothing or overruns its deadline.
func (r *run) collect(ctx context.Context, t Target, began time.Time) Asset {
	ctx, cancel := context.WithTimeout(ctx, r.options.Deadline)
	defer cancel()
	failed := func(coverage estate.Coverage, problem, mend string) Asset {
		return unread(t, estate.Collection{At: began.UTC().Truncate(time.Second), Address: t.Address,
			Coverage: coverage, Problem: problem, Mend: mend})
	}
	answer := make(chan Asset, 1)
	go func() {
		defer func() {
			if recover() != nil { // its text can quote what was read
				answer <- failed(estate.Failed, "the collector broke off: a fault of nightferry, not of the target",
					"report it, with the target's kind and version")
			}
		}()
		answer <- t.Collect(ctx, func(step string) {
			if ctx.Err() == nil {
				r.tell(Event{Kind: Noted, Target: t.ID(), Note: step})
			}
		})
	}()
	select {
	case asset := <-answer:
		if asset == (Asset{}) {
			return failed(estate.Failed, "the collector returned nothing", "report it, with the target's kind and version")
		}
		return asset
	case <-overdue(ctx):
		return failed(estate.Timeout, "it took longer than "+r.options.Deadline.String(), "try again when it is less busy, or allow more time")
	}
}

// overdue is closed some time after ctx has ended: a collector that minds its context keeps what it has.
func overdue(ctx context.Context) <-chan struct{} {
	late := make(chan struct{})
	context.AfterFunc(ctx, func() { time.AfterFunc(overrun, func() { close(late) }) })
	return late
}

// unread is the asset of a target of which nothing is known.
func unread(t Target, c estate.Collection) Asset {
	switch {
	case t.Light && t.Kind == KindPostgres:
		return Asset{PostgresLook: &estate.PostgresLook{Name: t.Name, Collected: c}}
	case t.Light:
		return Asset{HostLook: &estate.HostLook{Name: t.Name, Collected: c}}
	}
	switch t.Kind {
	case KindPostgres:
		server := estate.UnreadPostgres(t.Name, t.Environment, c)
		return Asset{Postgres: &server}
	case KindOdoo:
		server := estate.UnreadOdoo(t.Name, t.Environment, c)
		return Asset{Odoo: &server}
	}
	host := estate.UnreadHost(t.Name, t.Environment, c)
	return Asset{Host: &host}
}

// gaps lists what is not known of the asset.
func (a Asset) gaps() []estate.Gap {
	var inventory estate.Inventory
	switch {
	case a.Host != nil:
		inventory.Hosts = []estate.Host{*a.Host}
	case a.Postgres != nil:
		inventory.Postgres = []estate.PostgresServer{*a.Postgres}
	case a.Odoo != nil:
		inventory.Odoo = []estate.OdooServer{*a.Odoo}
	}
	return inventory.Gaps()
}

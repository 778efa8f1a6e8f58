package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"nightferry/discover"
	"nightferry/discover/host"
	"nightferry/discover/postgres"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
)

// The limits of a watch: closer than shortestEvery it would be load, and beyond mostRounds nobody reads it.
const (
	shortestEvery = 10 * time.Second
	mostRounds    = 100_000
)

// watchFile is what is kept of a watch, so that the same command goes on after a stop: samples/watch.json.
type watchFile struct {
	Version int       `json:"version"`
	Began   time.Time `json:"began"`
	Every   int       `json:"every_seconds"`
	For     int       `json:"for_seconds"`
}

func (a *app) watch(ctx context.Context, o discoverOptions) (err error) {
	if err := checkSchedule(time.Duration(o.watch), time.Duration(o.every)); err != nil {
		return err
	}
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	holder := fmt.Sprintf("discover --watch, process %d, since %s", os.Getpid(), a.now().Format(time.DateTime))
	if d.lock, err = d.LockSamples(holder); err != nil {
		return err
	}
	if err := d.e.CheckSecrets(ctx, a.env, engagement.ForDiscovery); err != nil {
		return outcome.Misused(err)
	}
	ways, err := newReach(ctx, d.e, a.env, engagement.ForDiscovery)
	if err != nil {
		return outcome.Misused(err)
	}
	defer closing(ways, &err)
	all, roles := a.lookTargets(d, ways, o)
	targets, err := choose(all, o.only)
	if err != nil {
		return err
	}
	schedule, err := a.schedule(d, o)
	if err != nil {
		return err
	}
	if left := schedule.Rounds() - schedule.After(a.now()); left > 0 {
		purpose := fmt.Sprintf("watch: connections, sessions and load every %s until %s at the latest; no rows; each look is in samples/",
			inDays(schedule.Every), schedule.Due(schedule.Rounds()-1).UTC().Format(time.RFC3339))
		if err := a.noteAccesses(d, targets, roles, purpose, o); err != nil {
			return err
		}
		a.remark("%d of %d rounds to go, every %s, the last at %s", left, schedule.Rounds(), inDays(schedule.Every),
			schedule.Due(schedule.Rounds()-1).UTC().Format("2006-01-02 15:04:05Z"))
	} else {
		a.remark("this watch is over since %s. A longer --watch goes on with it; --fresh begins a new one", schedule.Due(schedule.Rounds()-1).UTC().Format("2006-01-02 15:04:05Z"))
	}
	_, err = discover.Watch(ctx, targets, schedule, o.Options, samplesSink{d.RecordSamples(schedule.Every)}, a.progress(o.asJSON))
	if err != nil {
		if ctx.Err() != nil {
			a.remark("stopped; the samples so far are kept. Go on with: nightferry discover -C %s --watch %s --every %s", a.dir, inDays(schedule.For), inDays(schedule.Every))
		}
		return err
	}
	return a.watched(d, targets)
}

func checkSchedule(length, every time.Duration) error {
	switch {
	case every < shortestEvery || every%time.Second != 0:
		return outcome.Misused(fmt.Errorf("--every must be whole seconds, and %s at least", shortestEvery))
	case length < every:
		return outcome.Misused(errors.New("--watch must be as long as --every at least"))
	case length/every > mostRounds:
		return outcome.Misused(fmt.Errorf("that would be %d samples of each system; %d are enough", length/every, mostRounds))
	}
	return nil
}

// firstIn is how far off a watch begins, less a part of a second: nothing that comes before its first round takes so long.
const firstIn = 3 * time.Second

// schedule goes on with the watch that was begun, as long and as closely as asked for now, or begins one.
func (a *app) schedule(d *desk, o discoverOptions) (discover.Schedule, error) {
	now := a.now().UTC().Truncate(time.Second).Add(firstIn) // so that the first round is yet to come, on a slow machine too
	was := watchFile{}
	err := d.ReadJSON(engagement.WatchFile, &was)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		was.Began = now
	case err != nil:
		return discover.Schedule{}, err
	case was.Version != 1:
		return discover.Schedule{}, outcome.Mend(fmt.Errorf("%s is of form %d, and this nightferry knows form 1", d.Path(engagement.WatchFile), was.Version), "use the nightferry that wrote it, or begin anew with --fresh")
	case o.Fresh:
		if err := d.SetSamplesAside("before-" + now.Format("20060102T150405Z")); err != nil {
			return discover.Schedule{}, err
		}
		was.Began = now
	}
	schedule := discover.Schedule{Began: was.Began, Every: time.Duration(o.every), For: time.Duration(o.watch)}
	is := watchFile{Version: 1, Began: was.Began, Every: int(schedule.Every / time.Second), For: int(schedule.For / time.Second)}
	if is == was {
		return schedule, nil
	}
	return schedule, d.WriteJSON(engagement.WatchFile, is)
}

// lookTargets lists what can be watched, and by whom it is. Databases come first: what of the connections on a machine
// is ours is known when they have answered.
func (a *app) lookTargets(d *desk, ways *reach, o discoverOptions) (all []discover.Target, roles map[string]string) {
	roles = map[string]string{}
	ours := discover.NewOurs(a.now(), hops(d.e)...)
	for _, s := range d.e.Databases {
		config := ways.postgres(s, "")
		config.AllowSuperuser = o.super
		collector := postgres.Collector{Name: s.Name, Environment: s.Environment, Host: s.Host, Via: ways.hops(s.Via), Config: config, Now: a.now, Ours: ours}
		t := collector.LookTarget()
		all, roles[t.ID()] = append(all, t), s.User
	}
	options := host.Options{Clock: a.now, Nonce: rand.Text, Sudo: o.sudo, Ours: ours}
	for _, h := range d.e.Hosts {
		e := ways.endpoint(h)
		t := host.LookTarget(ways.dialer, e, options)
		all, roles[t.ID()] = append(all, t), e.User
	}
	return all, roles
}

// hops names the hosts through which others are reached.
func hops(e *engagement.Engagement) []string {
	var names []string
	for _, h := range e.Hosts {
		names = append(names, h.Via)
	}
	for _, s := range e.Databases {
		names = append(names, s.Via)
	}
	for _, o := range e.Odoo {
		names = append(names, o.Via)
	}
	return names
}

// watched tells who never answered.
func (a *app) watched(d *desk, targets []discover.Target) error {
	inventory, err := d.Inventory()
	if err != nil {
		return err
	}
	a.remark("written: %s", d.Path("samples"))
	var silent []error
	for _, t := range targets {
		var sampling estate.Sampling
		switch s := inventory.Samples; t.Kind {
		case discover.KindPostgres:
			found, _ := s.PostgresServer(t.Name)
			sampling = found.Sampling
		default:
			found, _ := s.Host(t.Name)
			sampling = found.Sampling
		}
		if sampling.Taken == 0 {
			silent = append(silent, fmt.Errorf("%s never answered: %s", t.ID(), sampling.Problem))
		}
	}
	if len(silent) == 0 {
		return nil
	}
	return outcome.Found(errors.Join(silent...))
}

// samplesSink adds looks to the engagement's samples.
type samplesSink struct{ record *engagement.SampleRecord }

// Has is never asked for: each round looks anew.
func (samplesSink) Has(discover.Target) bool { return false }

// Save adds the one look that is set.
func (s samplesSink) Save(a discover.Asset) error {
	if a.PostgresLook != nil {
		return s.record.AddPostgres(*a.PostgresLook)
	}
	return s.record.AddHost(*a.HostLook)
}

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nightferry/discover"
	"nightferry/discover/host"
	"nightferry/discover/odoo"
	"nightferry/discover/postgres"
	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
)

// discoverOptions are the flags of discover.
type discoverOptions struct {
	discover.Options
	only    []string
	explain bool
	grants  bool
	sudo    bool
	super   bool
	asJSON  bool
	watch   days // how long to watch; 0 for one reading
	every   days // between two samples
}

func newDiscover(a *app) *cobra.Command {
	o := discoverOptions{}
	cmd := &cobra.Command{
		Use:   "discover",
		Short: "Read the estate: hosts over SSH, PostgreSQL, Odoo",
		Long: `discover reads the hosts, PostgreSQL servers and Odoo servers that
engagement.yaml names, and writes what it found to inventory/. It changes
nothing there, and reads no row of a customer's table.

A target that cannot be read is a fact, too: the run goes on, ends with exit
code 3 and a table of what is missing and what would mend it. A run that was
stopped or killed goes on where it was; --fresh asks everything again. Every
access is a line in access.jsonl.

No right beyond the account's own is used. --sudo also tries sudo -n on hosts, for
the commands that --explain --grants prints and no other. A PostgreSQL role that is a
superuser could write, and is refused unless --allow-superuser is given.

--watch looks again and again instead: who is connected to hosts and databases,
and how busy they are. It finds the partner who speaks two minutes a night, and
gives load as percentiles with the number of samples behind them. The samples
are added to samples/, and classify, plan and report use them. A look costs a host
some hundredths of a second; Odoo is not asked. Stop it as you like: the same command
goes on, and the period counts from the first sample. Other commands can be used
meanwhile.

No connection is missed that lasts as long as --every. Linux remembers one that has
ended for another 60 seconds, on the side that ended it. From day to day the looks
move by a part of --every, so that a partner who is there for two minutes every night,
at the same time, is found within three nights every 5 minutes.`,
		Example: `  nightferry discover
  nightferry discover --explain | less            what would be run and read
  nightferry discover --explain --grants          which rights would show more
  nightferry discover --fresh --only host/erp-db --only postgres/erp
  nightferry discover --json > events.jsonl
  nightferry discover --watch 7d                  a week, every 5 minutes
  nightferry discover --watch 12h --every 30s     one night, closely
  nightferry discover --watch 7d --fresh          begin anew; the samples so far are set aside`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case o.explain && o.grants:
				return a.explainGrants()
			case o.explain:
				return explainDiscovery(a.stdout, o.sudo)
			case o.grants:
				return outcome.Mend(outcome.Misused(errors.New("--grants belongs to --explain")), "nightferry discover --explain --grants")
			}
			if o.Parallel < 1 || o.Deadline <= 0 {
				return outcome.Misused(errors.New("--parallel and --deadline must be above zero"))
			}
			o.Clock = a.now
			if o.watch != 0 {
				return a.watch(cmd.Context(), o)
			}
			if cmd.Flags().Changed("every") {
				return outcome.Mend(outcome.Misused(errors.New("--every belongs to --watch")), "nightferry discover --watch 7d --every "+o.every.String())
			}
			return a.discover(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.Fresh, "fresh", false, "ask again what an earlier run has read; with --watch, begin a new one")
	flags.StringSliceVar(&o.only, "only", nil, "read only `TARGET`, such as host/erp-db; may be given again")
	flags.IntVar(&o.Parallel, "parallel", 8, "targets at once")
	flags.DurationVar(&o.Deadline, "deadline", 3*time.Minute, "give up on a target after `TIME`")
	flags.BoolVar(&o.explain, "explain", false, "print what would be run and read on every kind of target, and stop")
	flags.BoolVar(&o.grants, "grants", false, "with --explain: print the rights that would show more, and what each would add")
	flags.BoolVar(&o.sudo, "sudo", false, "on hosts, also try sudo -n for the commands that --explain --grants prints")
	flags.BoolVar(&o.super, "allow-superuser", false, "read PostgreSQL also where the role is a superuser, who could write")
	flags.BoolVar(&o.asJSON, "json", false, "print what happens as JSON lines")
	flags.Var(&o.watch, "watch", "take light samples for `TIME`, such as 7d or 12h, instead of one reading")
	o.every = days(5 * time.Minute)
	flags.Var(&o.every, "every", "with --watch: `TIME` between two samples, 10s or more")
	cmd.AddCommand(newDiscoverDiff(a))
	return cmd
}

func (a *app) discover(ctx context.Context, o discoverOptions) (err error) {
	d, err := a.openToWrite("discover")
	if err != nil {
		return err
	}
	defer closing(d, &err)
	if err := d.e.CheckSecrets(ctx, a.env, engagement.ForDiscovery); err != nil {
		return outcome.Misused(err)
	}
	ways, err := newReach(ctx, d.e, a.env, engagement.ForDiscovery)
	if err != nil {
		return outcome.Misused(err)
	}
	defer closing(ways, &err)
	all, roles, err := a.targets(ctx, d, ways, o)
	if err != nil {
		return err
	}
	targets, err := choose(all, o.only)
	if err != nil {
		return err
	}
	shelf, err := newSink(d)
	if err != nil {
		return err
	}
	if o.Fresh {
		clear(shelf.read)
	}
	due := slices.DeleteFunc(slices.Clone(targets), shelf.Has)
	if err := a.noteAccesses(d, due, roles, "discovery: configuration, catalogues and counts; no rows", o); err != nil {
		return err
	}
	summary, err := discover.Run(ctx, targets, o.Options, shelf, a.progress(o.asJSON))
	if err != nil {
		if ctx.Err() != nil {
			a.remark("stopped; what was read is kept. Go on with: nightferry discover -C %s", a.dir)
		}
		return err
	}
	if err := d.WriteJSON(engagement.SummaryFile, summary); err != nil {
		return err
	}
	return a.discovered(d, o.asJSON)
}

// progress chooses how a run is shown: JSON lines on stdout, a live picture on a terminal, else plain lines.
func (a *app) progress(asJSON bool) func(discover.Event) {
	switch {
	case asJSON:
		return discover.JSONLines(a.stdout)
	case a.quiet:
		return nil
	case a.err.terminal && a.err.color:
		return discover.NewLive(a.stderr, a.err.width, 10).Tell
	}
	return discover.Plain(a.stderr)
}

// discovered tells what is missing. Gaps are news, not failure.
func (a *app) discovered(d *desk, asJSON bool) error {
	inventory, err := d.Inventory()
	if err != nil {
		return err
	}
	gaps := inventory.Gaps()
	if !asJSON {
		printGaps(a.stdout, gaps)
	}
	a.remark("written: %s", d.Path("inventory"))
	if len(gaps) == 0 {
		return nil
	}
	assets := 0
	for _, gap := range gaps {
		if gap.Section == "" {
			assets++
		}
	}
	return outcome.Found(fmt.Errorf("%d targets could not be read; %d facts of the others are missing or known in part", assets, len(gaps)-assets))
}

// targets lists what is in scope, and by whom it is read.
func (a *app) targets(ctx context.Context, d *desk, ways *reach, o discoverOptions) (all []discover.Target, roles map[string]string, err error) {
	roles = map[string]string{}
	add := func(t discover.Target, role string) {
		all = append(all, t)
		roles[t.ID()] = role
	}
	options := host.Options{Clock: a.now, Nonce: rand.Text, Sudo: o.sudo}
	for _, h := range d.e.Hosts {
		e := ways.endpoint(h)
		add(host.Target(ways.dialer, e, h.Environment, options), e.User)
	}
	for _, s := range d.e.Databases {
		config := ways.postgres(s, "")
		config.AllowSuperuser = o.super
		collector := postgres.Collector{Name: s.Name, Environment: s.Environment, Host: s.Host, Via: ways.hops(s.Via), Config: config, Now: a.now}
		add(collector.Target(), s.User)
	}
	for _, server := range d.e.Odoo {
		rpc, err := ways.odoo(ctx, server)
		if err != nil {
			return nil, nil, err
		}
		add(odoo.Target(odoo.Server{Name: server.Name, Environment: server.Environment, Host: server.Host, Via: ways.hops(server.Via), RPC: rpc}, a.now), server.User)
	}
	return all, roles, nil
}

// choose keeps the targets that --only names.
func choose(all []discover.Target, only []string) ([]discover.Target, error) {
	if len(only) == 0 {
		return all, nil
	}
	byID := map[string]discover.Target{}
	var ids []string
	for _, t := range all {
		byID[t.ID()] = t
		ids = append(ids, t.ID())
	}
	var chosen []discover.Target
	for _, id := range only {
		t, known := byID[id]
		if !known {
			return nil, outcome.Mend(outcome.Misused(fmt.Errorf("there is no target %q", id)), "the targets are: "+strings.Join(ids, ", "))
		}
		chosen = append(chosen, t)
	}
	return chosen, nil
}

// noteAccesses writes down which systems are about to be read, and as whom: no access without its line.
func (a *app) noteAccesses(d *desk, targets []discover.Target, roles map[string]string, purpose string, o discoverOptions) error {
	for _, t := range targets {
		what := purpose
		switch {
		case o.sudo && t.Kind == discover.KindHost:
			what += "; with sudo -n where it is allowed"
		case o.super && t.Kind == discover.KindPostgres:
			what += "; also if the role is a superuser (--allow-superuser)"
		}
		access := engagement.Access{At: a.now(), Who: who(), Role: roles[t.ID()], System: t.ID(), What: what}
		if err := d.LogAccess(access); err != nil {
			return err
		}
	}
	return nil
}

// sink saves assets in the engagement's folder.
type sink struct {
	d    *desk
	read map[string]bool // what an earlier run has read, by id
}

// newSink looks at what is there. A target that could not be read is asked again.
func newSink(d *desk) (sink, error) {
	inventory, err := d.Inventory()
	s := sink{d, map[string]bool{}}
	note := func(asset discover.Asset, kind discover.Kind, name string) {
		s.read[discover.Target{Kind: kind, Name: name}.ID()] = asset.Collected().Coverage.IsKnown()
	}
	for _, h := range inventory.Hosts {
		note(discover.Asset{Host: &h}, discover.KindHost, h.Name)
	}
	for _, p := range inventory.Postgres {
		note(discover.Asset{Postgres: &p}, discover.KindPostgres, p.Name)
	}
	for _, o := range inventory.Odoo {
		note(discover.Asset{Odoo: &o}, discover.KindOdoo, o.Name)
	}
	return s, err
}

// Has tells whether an earlier run has read the target.
func (s sink) Has(t discover.Target) bool { return s.read[t.ID()] }

// Save writes the one asset that is set.
func (s sink) Save(a discover.Asset) error {
	switch {
	case a.Host != nil:
		return s.d.SaveHost(*a.Host)
	case a.Postgres != nil:
		return s.d.SavePostgres(*a.Postgres)
	}
	return s.d.SaveOdoo(*a.Odoo)
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightferry/classify"
	"nightferry/discover"
	"nightferry/discover/sample"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
)

// rowSample is one database of which rows are to be read, and by whose leave.
type rowSample struct {
	server   engagement.Server
	database string
	leave    engagement.Sampling
	columns  []estate.Undecided
}

// name is SERVER/DATABASE.
func (s rowSample) name() string { return s.server.Name + "/" + s.database }

// tables counts the tables of the columns.
func (s rowSample) tables() []engagement.AccessTable {
	var tables []engagement.AccessTable
	seen := map[string]bool{}
	for _, c := range s.columns {
		if name := c.Schema + "." + c.Table; !seen[name] {
			seen[name] = true
			tables = append(tables, engagement.AccessTable{Table: name})
		}
	}
	return tables
}

// sampleRows reads rows of the columns that are undecided, where engagement.yaml states a leave, and saves the counts. It
// returns how many tables or databases could not be read as they should have been.
func (a *app) sampleRows(ctx context.Context, d *desk, classifier *classify.Classifier, inventory *estate.Inventory, o classifyOptions) (troubles int, err error) {
	due := a.rowSamples(d, classifier, *inventory, o.fresh)
	if len(due) == 0 {
		return 0, nil
	}
	ways, err := newReach(ctx, d.e, a.env, engagement.ForSampling)
	if err != nil {
		return 0, outcome.Misused(err)
	}
	defer closing(ways, &err)
	tell := a.progress(false)
	if tell == nil {
		tell = func(discover.Event) {}
	}
	for _, s := range due {
		config := ways.postgres(s.server, s.database)
		config.AllowSuperuser = o.super
		a.remark("%s: reading rows of %d columns of %d tables as %s, authorised by %s (%s, %s)", s.name(), len(s.columns), len(s.tables()),
			config.User, s.leave.AuthorisedBy, s.leave.Basis, s.leave.Date)
		collector := sample.Collector{Config: config, Now: a.now, Tally: sample.Accumulators(classifier.Knowledge())}
		sampled, err := a.sampleDatabase(ctx, d, collector, s, tell)
		if err != nil {
			return troubles, err
		}
		if ctx.Err() == nil || len(sampled.Tables) > 0 {
			if err := d.SaveColumns(keep(inventory, s, sampled, o.fresh && ctx.Err() == nil && sampled.Coverage.IsKnown())); err != nil {
				return troubles, err
			}
		}
		troubles += a.tellTroubles(s, sampled)
		if ctx.Err() != nil {
			a.remark("stopped; what was counted is kept. Go on with: nightferry classify -C %s", a.dir)
			return troubles, ctx.Err()
		}
	}
	return troubles, nil
}

// rowSamples lists the databases whose rows may be read today, with the columns that no earlier run has read.
func (a *app) rowSamples(d *desk, classifier *classify.Classifier, inventory estate.Inventory, fresh bool) []rowSample {
	var due []rowSample
	at := map[[2]string]int{}
	for _, u := range classifier.Undecided(inventory) {
		if !fresh && wasRead(inventory, u) {
			continue
		}
		key := [2]string{u.Server, u.Database}
		i, known := at[key]
		if !known {
			server, inScope := d.e.Server(u.Server)
			leave, authorised := server.Authorised(u.Database, a.now())
			i = -1
			if inScope && authorised {
				i = len(due)
				due = append(due, rowSample{server: server, database: u.Database, leave: leave})
			}
			at[key] = i
		}
		if i >= 0 {
			due[i].columns = append(due[i].columns, u)
		}
	}
	slices.SortFunc(due, func(a, b rowSample) int { return cmp.Compare(a.name(), b.name()) })
	return due
}

// wasRead tells whether an earlier run has read the column, or found that its table cannot be read.
func wasRead(inventory estate.Inventory, u estate.Undecided) bool {
	table := inventory.Counts(u.Server, u.Database, u.Schema, u.Table)
	return table != nil && (!table.Coverage.IsKnown() || table.Problem != "" ||
		slices.ContainsFunc(table.Columns, func(c estate.ColumnCounts) bool { return c.Column == u.Column.Name }))
}

// sampleDatabase reads one database between its two lines of the access log: what is about to be read, and what was.
func (a *app) sampleDatabase(ctx context.Context, d *desk, collector sample.Collector, s rowSample, tell func(discover.Event)) (estate.SampledDatabase, error) {
	access := engagement.Access{At: a.now(), Who: who(), Role: collector.Config.User, System: "postgres/" + s.server.Name,
		What:         fmt.Sprintf("row sampling of database %s begins: %d undecided columns; counts are kept, no value", s.database, len(s.columns)),
		AuthorisedBy: s.leave.AuthorisedBy, Basis: s.leave.Basis, Tables: s.tables()}
	if err := d.LogAccess(access); err != nil {
		return estate.SampledDatabase{}, err
	}
	began := a.now()
	tell(discover.Event{Kind: discover.Begun, At: began, Targets: 1})
	tell(discover.Event{Kind: discover.Started, At: began, Target: s.name(), Address: collector.Config.Address()})
	sampled, mend := a.collect(ctx, collector, s, func(e sample.Event) {
		a.log.Debug("reading rows", "database", s.name(), "table", e.Table)
		tell(discover.Event{Kind: discover.Noted, At: a.now(), Target: s.name(), Note: fmt.Sprintf("%s (%d of %d)", e.Table, e.Number, e.Tables)})
	})
	sampled.Database, sampled.AuthorisedBy, sampled.Basis, sampled.Date = s.database, s.leave.AuthorisedBy, s.leave.Basis, string(s.leave.Date)
	access.At = a.now()
	access.Tables, access.Rows = accessed(sampled)
	access.What = fmt.Sprintf("row sampling of database %s ended: %d rows of %d tables", s.database, access.Rows, len(access.Tables))
	tell(discover.Event{Kind: discover.Finished, At: a.now(), Target: s.name(), Coverage: sampled.Coverage, Problem: sampled.Problem, Mend: mend,
		Gaps: len(unreadTables(sampled)), Elapsed: a.now().Sub(began).Milliseconds()})
	return sampled, d.LogAccess(access)
}

// accessed lists the tables whose rows were asked for, and how many were read.
func accessed(d estate.SampledDatabase) (tables []engagement.AccessTable, rows int) {
	tables = []engagement.AccessTable{}
	for _, t := range d.Tables {
		tables = append(tables, engagement.AccessTable{Table: t.Schema + "." + t.Table, Rows: t.Rows})
		rows += t.Rows
	}
	return tables, rows
}

// collect reads the rows, unless the password is not where engagement.yaml says. Sources that may ask a person are asked once,
// by the connection.
func (a *app) collect(ctx context.Context, collector sample.Collector, s rowSample, tell func(sample.Event)) (sampled estate.SampledDatabase, mend string) {
	if secret := s.server.Validation.Password; secret.Env != "" || secret.File != "" {
		if _, err := secret.Resolve(ctx, a.env); err != nil {
			return estate.SampledDatabase{Coverage: estate.Failed, Problem: err.Error(), At: a.now().UTC().Truncate(time.Second), Account: collector.Config.User},
				strings.Join(outcome.Mends(err), "; ")
		}
	}
	return collector.Collect(ctx, s.columns, tell), ""
}

// keep puts what was counted beside what is saved already. A fresh reading replaces it.
func keep(inventory *estate.Inventory, s rowSample, sampled estate.SampledDatabase, fresh bool) estate.SampledServer {
	i := slices.IndexFunc(inventory.Columns, func(c estate.SampledServer) bool { return c.Server == s.server.Name })
	if i < 0 {
		i = len(inventory.Columns)
		inventory.Columns = append(inventory.Columns, estate.SampledServer{Server: s.server.Name})
	}
	server := &inventory.Columns[i]
	at := slices.IndexFunc(server.Databases, func(d estate.SampledDatabase) bool { return d.Database == s.database })
	switch {
	case at < 0:
		server.Databases = append(server.Databases, sampled)
		slices.SortFunc(server.Databases, func(a, b estate.SampledDatabase) int { return cmp.Compare(a.Database, b.Database) })
	case fresh:
		server.Databases[at] = sampled
	default:
		server.Databases[at] = sampled.After(server.Databases[at])
	}
	return *server
}

// unreadTables lists the tables that could not be read, or not in full.
func unreadTables(d estate.SampledDatabase) []estate.SampledTable {
	return slices.DeleteFunc(slices.Clone(d.Tables), func(t estate.SampledTable) bool { return t.Problem == "" })
}

// tellTroubles writes a note for each table that could not be read as it should have been, and counts them, and the database
// where it was that, which progress has told.
func (a *app) tellTroubles(s rowSample, sampled estate.SampledDatabase) int {
	const shown = 20
	tables := unreadTables(sampled)
	for i, t := range tables {
		if i == shown {
			a.remark("! %s: and %d more tables: see %s", s.name(), len(tables)-i, engagement.ColumnsFile(s.server.Name))
			break
		}
		a.remark("! %s %s.%s: %s", s.name(), t.Schema, t.Table, t.Problem)
	}
	if sampled.Problem != "" {
		return len(tables) + 1
	}
	return len(tables)
}

// notesOf says what could not be read: of the database, and of each table.
func notesOf(sampled estate.SampledDatabase) []string {
	var notes []string
	if sampled.Problem != "" {
		notes = append(notes, "rows: "+sampled.Problem)
	}
	for _, t := range unreadTables(sampled) {
		notes = append(notes, t.Schema+"."+t.Table+": "+t.Problem)
	}
	return notes
}

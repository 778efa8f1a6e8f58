package night

import (
	"fmt"
	"strings"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
	"nightferry/internal/runbook"
	"nightferry/plan/method"
)

// fact is how expressions speak of a step's fact.
func fact(step, name string) string { return expr.Name(step, name) }

// freezeAndCopy stops the legacy side and brings one move's data over.
func (o of) freezeAndCopy(i int, move estate.Move) {
	stop := runbook.Step{ID: o.id("stop", i), Title: "Stop Odoo on " + move.From.Host, Phase: runbook.PhaseFreeze, Owner: conductor, Kind: "service.stop", Confirm: true,
		Expected: 10 * time.Second, With: map[string]any{"host": move.From.Host, "unit": move.From.Unit},
		Reason: "nothing may change while the data is copied"}
	if o.production {
		stop = needing(stop, o.id("message-begin", 0), o.id("downtime", 0), o.id("lists", 0), o.id("drain", 0))
	}
	o.add(stop)
	for _, step := range o.database(i, move) {
		o.add(step)
	}
	expected, deadline := o.lasting(method.Filestore, move.From.Host+":"+move.From.Filestore)
	o.add(runbook.Step{ID: o.id("filestore", i), Title: "Copy the filestore to " + move.To.Host, Phase: runbook.PhaseCopy, Owner: dba, Kind: "files.copy",
		Needs: []string{o.id("stop", i)}, Expected: expected, Deadline: deadline,
		With: map[string]any{"from_host": move.From.Host, "from_path": move.From.Filestore, "to_host": move.To.Host, "to_path": move.To.Filestore,
			"owner": move.To.FileOwner},
		Reason: "Odoo reads a missing file as an empty one and only logs it: files move with their database"})
	o.add(o.validation(i, move))
}

// lasting finds how long the copy of a piece takes.
func (o of) lasting(kind method.Kind, name string) (expected, deadline time.Duration) {
	for _, p := range o.m.Choice.Pieces {
		if p.Kind == kind && p.Name == name {
			return lasting(p.Copy)
		}
	}
	return lasting(method.Range{Unbounded: true})
}

// database brings a database over by its method. What nightferry does itself is a step of its own kind; what a person must
// do at the servers is stated, word for word, and confirmed.
func (o of) database(i int, move estate.Move) []runbook.Step {
	from := move.From.Server + "/" + move.From.Database
	expected, deadline := o.lasting(method.Database, from)
	step := runbook.Step{ID: o.id("database", i), Title: fmt.Sprintf("Copy the database %s to %s", move.From.Database, move.To.Server), Phase: runbook.PhaseCopy, Owner: dba,
		Kind: "postgres.copy", Needs: []string{o.id("stop", i)}, Expected: expected, Deadline: deadline,
		With: map[string]any{"from": from, "from_host": move.From.DatabaseHost,
			"to": move.To.Server + "/" + move.To.Database, "to_host": move.To.DatabaseHost, "owner": move.To.Owner},
		Reason: "dump and restore: the way that works between any two versions, forward"}
	piece, chosen := o.methodOf(move.From.Server, move.From.Database)
	var statement string
	var items []string
	switch chosen {
	case estate.LogicalReplication:
		step.Title = "End the replication of " + from
		step.Needs = []string{o.id("catchup", i)}
		statement = "the subscription on " + move.To.Server + " is disabled, and the target has what replication leaves out"
		items = []string{"ALTER SUBSCRIPTION … DISABLE on the target; forward replication is never enabled again once the target has taken a write",
			"each sequence set on the target at or above its value on the legacy server",
			"materialised views refreshed; what is not replicated copied by hand; ANALYZE"}
	case estate.PhysicalReplication:
		step.Title = "Let the standby of " + move.From.Server + " catch up, and promote it"
		statement = "the standby has replayed everything that was committed before the freeze, and has taken over"
		items = []string{"pg_last_wal_replay_lsn() of the standby is not behind pg_current_wal_lsn() of the legacy server after the freeze", "pg_promote() and a write that succeeds"}
		if piece.Upgrades() {
			items = append(items, "pg_upgrade --check, then pg_upgrade, and vacuumdb --analyze-in-stages: from here on only the legacy side as it was frozen is left to fall back on")
		}
	default:
		return []runbook.Step{step}
	}
	step.Kind, step.Confirm, step.Reason = "attest", true, piece.Why
	step.With = map[string]any{"by": o.nameOf(dba), "statement": statement, "items": items}
	if chosen == estate.LogicalReplication {
		return []runbook.Step{o.catchup(i, from), step}
	}
	return []runbook.Step{step}
}

// catchup waits until the target has everything that was written before the freeze.
func (o of) catchup(i int, database string) runbook.Step {
	return runbook.Step{ID: o.id("catchup", i), Title: "Wait until the target has all of " + database, Phase: runbook.PhaseCopy, Owner: dba, Kind: "postgres.catchup",
		Needs: []string{o.id("stop", i)}, Expected: 2 * time.Minute, Deadline: 15 * time.Minute, With: map[string]any{"database": database, "slot": method.Slot(database)},
		Reason: "what has not arrived when replication ends never arrives"}
}

func (o of) nameOf(role string) string {
	if c := o.contact(role); c != nil {
		return c.Name
	}
	return role
}

// validation compares both sides; tables with health or financial data are counted apart.
func (o of) validation(i int, move estate.Move) runbook.Step {
	from := move.From.Server + "/" + move.From.Database
	id := o.id("validate", i)
	expected, deadline := lasting(o.m.Choice.Spans[method.SpanCompare])
	with := map[string]any{"legacy": from, "target": move.To.Server + "/" + move.To.Database}
	if tables := o.m.Sensitive[from]; o.production && len(tables) > 0 && len(tables) <= listed {
		with["sensitive"] = tables
	}
	return runbook.Step{ID: id, Title: "Compare every row, legacy against target", Phase: runbook.PhaseVerify, Owner: dba, Kind: "validate",
		Needs: []string{o.id("database", i)}, Expected: expected, Deadline: deadline, Assures: estate.RowsCompared,
		With: with, Pass: fact(id, "different") + " == 0 && " + fact(id, "unproven") + " == 0",
		Reason: "a copy counts once it is proved"}
}

// decide is the roll call and the decision.
func (o of) decide() {
	var same []string
	for _, id := range o.each("validate") {
		same = append(same, fact(id, "different")+" == 0")
	}
	proved := append(o.each("validate"), o.each("filestore")...)
	decision := runbook.Step{ID: o.id("decide", 0), Title: "Go or no-go", Phase: runbook.PhaseDecide, Owner: approver, Kind: "decision", Confirm: true,
		Needs: proved, Expected: 5 * time.Minute, Deadline: time.Hour, Pass: strings.Join(same, " && "),
		Reason: "last moment at which nothing but time is lost by going back"}
	if o.production {
		for _, call := range []struct {
			verb    string
			duty    estate.Duty
			assures estate.Assurance
			asks    string
		}{
			{"call-clinical", estate.ClinicalLead, estate.RollCallClinical, "the wards can stay on paper until the end of the night, and no patient is at risk by going on"},
			{"call-business", estate.BusinessOwner, estate.RollCallBusiness, "the business accepts the state that was shown, and what would be lost by falling back later"},
			{"call-security", estate.SecurityLead, estate.RollCallSecurity, "access, encryption and logging of the landing zone are as agreed, and nothing was opened that is not closed again"},
			{"call-vendor", estate.VendorLead, estate.RollCallVendor, "whoever keeps the software sees nothing against it, and is there until users are let in"},
		} {
			step := o.attest(runbook.PhaseDecide, call.verb, call.assures, call.duty, "Roll call: "+string(call.duty)+" says go", call.asks, 2*time.Minute, nil)
			decision = needing(decision, step.ID)
			o.add(needing(step, proved...))
		}
		decision.Title = "Go or no-go for " + o.m.Service.Name
		stop, _ := o.m.Service.Person(estate.ClinicalStop)
		decision.Reason += "; " + stop.Name + " may say no alone, for the patients' sake"
	}
	o.add(decision)
}

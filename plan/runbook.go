package plan

import (
	"fmt"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
	"nightferry/internal/runbook"
)

// Assumed rates, used until a rehearsal has measured better ones. They are low on purpose: a night that ends
// early harms nobody.
const (
	copyBytesPerSecond  = 10 << 20 // dump and restore of a database over the network
	checkBytesPerSecond = 40 << 20 // comparison of rows by hashes on both servers
	patience            = 4        // a step has failed after so many times its expected duration
)

// Runbook writes the night of one wave: freeze, copy, verify, decide, switch, prove, commit, for each of its
// services that has a move. It names the services for which it could not, and why.
func Runbook(wave Wave, moves []estate.Move, services []estate.Service) (runbook.Runbook, []string) {
	book := runbook.Runbook{Version: runbook.Version, Wave: wave.Name, Title: wave.Title, Environment: string(wave.Phase)}
	var missing []string
	for _, member := range wave.Members {
		book.Services = append(book.Services, member.Service)
		found := false
		for _, move := range moves {
			if move.Service == member.Service {
				book.Steps = append(book.Steps, night(member, move)...)
				found = true
			}
		}
		if !found {
			missing = append(missing, fmt.Sprintf("service %s has no entry under target.moves in engagement.yaml: no steps are written for it", member.Service))
		}
		for _, s := range services {
			if s.Name == member.Service && s.Owner != "" {
				book.Contacts = append(book.Contacts, runbook.Contact{Role: "owner of " + s.Name, Name: s.Owner, How: s.Contact})
			}
		}
	}
	return book, missing
}

// night is the steps of one service. Ids carry the service's name, so that several can share a wave.
func night(member Placement, move estate.Move) []runbook.Step {
	id := func(verb string) string { return member.Service + "-" + verb }
	copying, checking := lasting(member.SizeBytes, copyBytesPerSecond), lasting(member.SizeBytes, checkBytesPerSecond)
	steps := []runbook.Step{
		{ID: id("stop"), Title: "Stop Odoo on " + move.From.Host, Phase: runbook.PhaseFreeze, Owner: "conductor", Kind: "service.stop", Confirm: true,
			Expected: 10 * time.Second, With: map[string]any{"host": move.From.Host, "unit": move.From.Unit},
			Reason: "nothing may change while the data is copied"},
		{ID: id("database"), Title: fmt.Sprintf("Copy the database %s to %s", move.From.Database, move.To.Server), Phase: runbook.PhaseCopy, Owner: "dba",
			Kind: "postgres.copy", Needs: []string{id("stop")}, Expected: copying,
			With: map[string]any{"from": move.From.Server + "/" + move.From.Database, "from_host": move.From.DatabaseHost,
				"to": move.To.Server + "/" + move.To.Database, "to_host": move.To.DatabaseHost, "owner": move.To.Owner},
			Reason: "dump and restore: the way that works between any two versions, forward"},
		{ID: id("filestore"), Title: "Copy the filestore to " + move.To.Host, Phase: runbook.PhaseCopy, Owner: "dba", Kind: "files.copy",
			Needs: []string{id("stop")}, Expected: time.Minute,
			With: map[string]any{"from_host": move.From.Host, "from_path": move.From.Filestore, "to_host": move.To.Host, "to_path": move.To.Filestore,
				"owner": move.To.FileOwner},
			Reason: "Odoo reads a missing file as an empty one and only logs it: files move with their database"},
		{ID: id("validate"), Title: "Compare every row, legacy against target", Phase: runbook.PhaseVerify, Owner: "dba", Kind: "validate",
			Needs: []string{id("database")}, Expected: checking,
			With:   map[string]any{"legacy": move.From.Server + "/" + move.From.Database, "target": move.To.Server + "/" + move.To.Database},
			Pass:   expr.Name(id("validate"), "different") + " == 0 && " + expr.Name(id("validate"), "unproven") + " == 0",
			Reason: "a copy counts once it is proved"},
		{ID: id("decide"), Title: "Go or no-go", Phase: runbook.PhaseDecide, Owner: "approver", Kind: "decision", Confirm: true,
			Needs: []string{id("validate"), id("filestore")}, Expected: 5 * time.Minute, Deadline: time.Hour,
			Pass:   expr.Name(id("validate"), "different") + " == 0",
			Reason: "last moment at which nothing but time is lost by going back"},
		{ID: id("start"), Title: "Start Odoo on " + move.To.Host, Phase: runbook.PhaseSwitch, Owner: "conductor", Kind: "service.start",
			Needs: []string{id("decide")}, Expected: 20 * time.Second, With: map[string]any{"host": move.To.Host, "unit": move.To.Unit}},
		{ID: id("probe"), Title: "Reach " + move.To.URL, Phase: runbook.PhaseProve, Owner: "conductor", Kind: "https.probe",
			Needs: []string{id("start")}, Expected: 20 * time.Second, Deadline: 3 * time.Minute,
			With: map[string]any{"url": move.To.URL + "/web/login", "contains": "login"}},
	}
	if len(move.To.Open) > 0 {
		steps = append(steps, runbook.Step{ID: id("open"), Title: "Open " + move.To.URL + " to its users", Phase: runbook.PhaseCommit, Owner: "conductor",
			Kind: "command", Confirm: true, Needs: []string{id("probe")}, Expected: 10 * time.Second,
			With:   map[string]any{"host": move.To.Host, "do": move.To.Open, "undo": move.To.Close},
			Reason: "from here on, going back loses what users write"})
	}
	for i := range steps {
		if steps[i].Deadline == 0 {
			steps[i].Deadline = max(patience*steps[i].Expected, time.Minute)
		}
	}
	return steps
}

// lasting estimates a duration from bytes, in whole seconds and never under a minute. A size that is not known takes an hour.
func lasting(bytes, perSecond int64) time.Duration {
	if bytes < 0 {
		return time.Hour
	}
	return max(time.Duration(bytes/perSecond)*time.Second, time.Minute)
}

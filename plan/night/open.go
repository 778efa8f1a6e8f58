package night

import (
	"fmt"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/runbook"
)

// switchOver brings the target up.
func (o of) switchOver() {
	s := o.m.Service
	decided := o.id("decide", 0)
	before := []string{decided}
	if o.production {
		o.add(needing(o.notice(runbook.PhaseSwitch, "message-decided", estate.MessageDecided, "Tell everybody that "+s.Name+" goes on in the landing zone",
			fmt.Sprintf("It was decided: %s moves tonight. Stay on paper. The next message comes when it is open.", s.Name), "users of "+s.Name, "partners with an interface", "service desk"), decided))
		o.add(because(needing(o.attest(runbook.PhaseSwitch, "redirect", estate.InterfacesRedirected, estate.InterfaceLead, "Interfaces of "+s.Name+" point to the landing zone",
			"every interface has its new address, route and credentials, and is still held", 15*time.Minute, map[string]any{"items": o.interfaces()}), decided),
			"released to the old side, a message would be in two places or in none"))
		if o.m.Choice.FallBack.Promised == estate.Yes {
			o.add(because(needing(o.crew(runbook.PhaseSwitch, "reverse", "", dba, "Replication back to the legacy server stands ready",
				"what is written in the landing zone will reach the legacy server, and no change runs in a circle", 20*time.Minute, map[string]any{"items": []string{
					"forward replication is disabled, where there was one: both at once would run changes in a circle before version 16",
					"the slot on the target was made before the first write; the subscription on the legacy side has create_slot = false, copy_data = false",
					"a row that was written into a table of our own on the target has arrived on the legacy side"}}), decided),
				"it is what makes falling back possible without loss once users are in"))
			before = append(before, o.id("reverse", 0))
		}
	}
	for i, move := range o.m.Moves {
		o.add(runbook.Step{ID: o.id("start", i), Title: "Start Odoo on " + move.To.Host, Phase: runbook.PhaseSwitch, Owner: conductor, Kind: "service.start",
			Needs: before, Expected: 20 * time.Second, With: map[string]any{"host": move.To.Host, "unit": move.To.Unit}})
	}
}

// prove shows that the target is fit for people.
func (o of) prove() {
	s := o.m.Service
	started := o.each("start")
	for i, move := range o.m.Moves {
		if move.To.URL == "" {
			o.warnings = append(o.warnings, fmt.Sprintf("service %s: its move states no to.url, so nothing is asked over HTTPS", s.Name))
			continue
		}
		o.add(runbook.Step{ID: o.id("probe", i), Title: "Reach " + move.To.URL, Phase: runbook.PhaseProve, Owner: conductor, Kind: "https.probe",
			Needs: []string{o.id("start", i)}, Expected: 20 * time.Second, Deadline: 3 * time.Minute,
			With: map[string]any{"url": move.To.URL + "/web/login", "contains": "login"}})
	}
	if !o.production {
		return
	}
	o.baseline("baseline-after", runbook.PhaseProve, estate.BaselineAfter, func(m estate.Move) string { return m.To.URL }, "target")
	o.add(because(needing(o.attest(runbook.PhaseProve, "smoke", estate.SmokeTest, estate.KeyUser, "Smoke test of "+s.Name+", signed by its key user",
		"each of these was done in the landing zone and looked right", 20*time.Minute, map[string]any{"items": []string{
			"log in as an ordinary user, and as one with few rights: what must not be seen is not seen", "open a record of today and its attachments",
			"write a record, change it, and find it again", "print one document", "run one report whose result is known, and compare"}}), append(started, o.each("probe")...)...),
		"a probe sees a page; a person sees whether it is right"))
	o.add(because(needing(o.crew(runbook.PhaseProve, "monitoring", estate.MonitoringAlerts, conductor, "Monitoring of the landing zone was seen to alert",
		"an alert was raised on purpose for "+s.Name+", and it reached the person on call", 10*time.Minute, map[string]any{"counts": []string{"minutes until it arrived"}}), started...),
		"monitoring that was never seen to alert is a hope"))
	o.add(needing(o.attest(runbook.PhaseProve, "logs", estate.LogsArrive, estate.SecurityLead, "Logs of "+s.Name+" arrive where they are kept",
		"a login and a refused login of tonight were found in the central log, with time and account", 10*time.Minute, nil), started...))
	o.add(because(needing(o.crew(runbook.PhaseProve, "target-backup", estate.TargetBackup, dba, "First backup of the landing zone's "+s.Name+" taken, and recovered",
		"the first backup of database and filestore in the landing zone was taken, recovered on another machine, and opened", 40*time.Minute,
		map[string]any{"counts": []string{"tables recovered", "minutes of the recovery"}}), started...),
		"from the moment users are let in, this is the only copy of what they write"))
}

// open lets users in: the point of no return.
func (o of) open() {
	s := o.m.Service
	var proved []string
	for _, step := range o.book.Steps {
		if step.Phase == runbook.PhaseProve && (step.Service == s.Name || !o.production && mine(step.ID, o)) {
			proved = append(proved, step.ID)
		}
	}
	for i, move := range o.m.Moves {
		step := runbook.Step{ID: o.id("open", i), Title: "Open " + move.To.URL + " to its users", Phase: runbook.PhaseCommit, Owner: conductor,
			Kind: "command", Confirm: true, Needs: proved, Expected: 10 * time.Second,
			With:   map[string]any{"host": move.To.Host, "do": move.To.Open, "undo": move.To.Close},
			Reason: "from here on, going back loses what users write"}
		if len(move.To.Close) == 0 {
			delete(step.With, "undo")
		}
		if o.production && o.m.Choice.FallBack.Promised == estate.Yes {
			step.Reason = "from here on, only falling back is left: " + o.m.Choice.FallBack.DataLoss
		}
		if len(move.To.Open) == 0 {
			if !o.production {
				continue
			}
			step = needing(o.crew(runbook.PhaseCommit, "open", "", conductor, "Let users into "+s.Name, "users reach "+s.Name+" in the landing zone, and nowhere else", 10*time.Minute, nil), proved...)
			step.ID = o.id("open", i)
		}
		o.add(step)
	}
}

// mine tells the steps of this service, where steps do not name one.
func mine(id string, o of) bool {
	for i := range o.m.Moves {
		if id == o.id("probe", i) {
			return true
		}
	}
	return false
}

// after is what makes the night complete once users are in.
func (o of) after() {
	s := o.m.Service
	opened := o.each("open")
	o.add(needing(o.attest(runbook.PhaseCommit, "release", estate.InterfacesReleased, estate.InterfaceLead, "Interfaces of "+s.Name+" are released",
		"every interface delivers to the landing zone, and what had waited has arrived once and in order", 20*time.Minute,
		map[string]any{"items": o.interfaces(), "counts": []string{"messages delivered, by interface", "messages in error, by interface"}}), opened...))
	o.add(needing(o.notice(runbook.PhaseCommit, "message-done", estate.MessageDone, "Tell everybody that "+s.Name+" is open",
		fmt.Sprintf("%s is open again, in its new place. Enter what you kept on paper, and report what looks wrong to the service desk.", s.Name),
		"users of "+s.Name, "partners with an interface", "service desk"), opened...))
	o.add(because(needing(o.attest(runbook.PhaseCommit, "back-entry", estate.BackEntry, estate.ClinicalLead, "Paper records of the downtime are entered",
		"everything that was kept on paper was entered, and a second person has compared the counts", 2*time.Hour,
		map[string]any{"counts": []string{"forms collected, by ward", "forms entered, by ward", "forms set aside, with the reason"}}), o.id("message-done", 0)),
		"a record that stays on paper is a record that is missing at the bedside"))
	o.add(needing(o.attest(runbook.PhaseCommit, "hypercare", estate.HypercareBegun, estate.Hypercare, "Hypercare of "+s.Name+" has begun",
		"somebody who knows the service is there for the next shifts, with a number that the wards have", 10*time.Minute,
		map[string]any{"items": []string{"who is there, on which shift, until when", "what is looked at each shift: errors, interfaces, backups, the slowest screens"}}), opened...))
	o.add(needing(o.attest(runbook.PhaseCommit, "handover", estate.Handover, estate.Hypercare, s.Name+" is handed over to operation",
		"operation has what it needs, and has said so", 20*time.Minute, map[string]any{"items": []string{
			"journal, runbook and this night's open points", "how long the legacy side stays as it was frozen, and who may touch it", "when falling back ends to be possible, and who ends it"}}),
		o.id("hypercare", 0), o.id("back-entry", 0)))
}

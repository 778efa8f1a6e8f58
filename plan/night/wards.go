package night

import (
	"cmp"
	"fmt"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/runbook"
	"nightferry/plan/method"
)

// prepare is what is proved before anything is touched.
func (o of) prepare() {
	s := o.m.Service
	var backups, ahead []string
	for _, p := range o.m.Choice.Pieces {
		backups = append(backups, fmt.Sprintf("%s %s: the backup's name, where it was restored, and that what was restored equals the source", p.Kind, p.Name))
		for _, option := range p.Options {
			if option.Method == p.Method {
				for _, a := range option.Ahead {
					ahead = append(ahead, fmt.Sprintf("%s. Undo: %s", a.What, a.Undo))
				}
			}
		}
	}
	if len(backups) == 0 {
		backups = []string{"everything that the service keeps: the backup's name, where it was restored, and that what was restored equals the source"}
	}
	if len(ahead) > 0 {
		o.add(because(o.crew(runbook.PhasePrepare, "ahead", "", dba, "Done in an earlier window: what "+s.Name+" needs before its night",
			"each of these was done in a window of its own, users were told, and the service has run since", 5*time.Minute, map[string]any{"items": ahead}),
			"a legacy server is never restarted on the night itself: one that does not come back would end it"))
	}
	o.add(because(o.crew(runbook.PhasePrepare, "backup", estate.FreshBackup, dba, "Backup of "+s.Name+" taken today, restored elsewhere and compared",
		"a backup of every database and filestore was taken today, restored on another machine, and compared with its source", time.Hour,
		map[string]any{"items": backups, "counts": []string{"tables compared", "files compared", "differences"}}),
		"a backup counts once it was restored: if both sides are lost tonight, this is what is left"))
	o.baseline("baseline", runbook.PhasePrepare, estate.BaselineBefore, func(m estate.Move) string { return m.From.URL }, "legacy")
}

// baseline measures the critical path of each move; where no address is known, a key user does it with a watch.
func (o of) baseline(verb string, phase runbook.Phase, assures estate.Assurance, address func(estate.Move) string, side string) {
	for i, move := range o.m.Moves {
		id := o.id(verb, i)
		if address(move) == "" {
			step := o.attest(phase, verb, assures, estate.KeyUser, "Time the critical path of "+o.m.Service.Name+" by hand, "+side+" side",
				"the three screens that people wait for were opened ten times each, and the times noted", 15*time.Minute, map[string]any{"counts": []string{"median seconds of each screen"}})
			step.ID = id
			o.add(because(step, "engagement.yaml names no address of this side, so it cannot be measured from here"))
			continue
		}
		o.add(runbook.Step{ID: id, Title: "Measure " + address(move) + ", " + side + " side", Phase: phase, Owner: conductor, Kind: "https.measure", Assures: assures,
			Needs: o.probed(phase, i), Expected: time.Minute, Deadline: 10 * time.Minute, With: map[string]any{"url": address(move) + "/web/login", "contains": "login", "samples": 40},
			Pass: fact(id, "samples") + " >= 20 && " + fact(id, "failed") + " == 0", Reason: "slower than before is a reason to go back, and only a number tells"})
	}
}

// probed is the probe that a measurement of the target waits for.
func (o of) probed(phase runbook.Phase, move int) []string {
	if phase == runbook.PhaseProve && o.m.Moves[move].To.URL != "" {
		return []string{o.id("probe", move)}
	}
	return nil
}

// handOffWards brings the wards onto paper and the interfaces to rest, before the service is stopped.
func (o of) handOffWards() {
	s := o.m.Service
	o.add(needing(o.notice(runbook.PhaseFreeze, "message-begin", estate.MessageBegin, "Tell users, partners and the service desk that "+s.Name+" goes down now",
		fmt.Sprintf("%s is not available from now on. Expected length: %s. Work by your downtime procedure. The next message comes when it is decided.", s.Name, o.m.Choice.Downtime.Range),
		"users of "+s.Name, "partners with an interface", "service desk")))
	workaround := cmp.Or(s.Workaround, "none is stated in engagement.yaml: agree on one before the night")
	if s.Workaround == "" {
		o.warnings = append(o.warnings, "service "+s.Name+" states no workaround: the wards need one before its night")
	}
	o.add(because(needing(o.attest(runbook.PhaseFreeze, "downtime", estate.DowntimeProcedures, estate.ClinicalLead, "Downtime procedures are running on every ward",
		"every ward that uses "+s.Name+" has started its downtime procedure and has what it needs for it", 15*time.Minute,
		map[string]any{"items": []string{workaround}}), o.id("message-begin", 0)), "patients are cared for while the service is away"))
	o.add(because(needing(o.attest(runbook.PhaseFreeze, "lists", estate.PrintedLists, estate.ClinicalLead, "Census and worklists are printed and on the wards",
		"today's census, medication and worklists were printed after the last entry and are in hand on every ward", 15*time.Minute,
		map[string]any{"counts": []string{"wards that confirmed"}}), o.id("message-begin", 0)), "what is on paper can be read when nothing else can"))
	names := o.interfaces()
	lead := func(verb string, a estate.Assurance, phase runbook.Phase, title, statement string, more map[string]any) runbook.Step {
		return o.attest(phase, verb, a, estate.InterfaceLead, title, statement, 10*time.Minute, more)
	}
	o.add(because(needing(lead("hold", estate.InterfacesHeld, runbook.PhaseFreeze, "Interfaces of "+s.Name+" are held", "every interface keeps its messages at the sender or in a queue, and none is lost",
		map[string]any{"items": names}), o.id("message-begin", 0)), "a message that meets a stopped system may be lost without a word"))
	o.add(needing(lead("drain", estate.InterfacesDrained, runbook.PhaseFreeze, "Interfaces of "+s.Name+" are drained", "everything that was on its way has arrived or is back in its queue",
		map[string]any{"items": names, "counts": []string{"messages waiting, by interface", "messages in error, by interface"}}), o.id("hold", 0)))
}

// interfaces lists what crosses the service's boundary. None is said only where somebody must confirm it.
func (o of) interfaces() []string {
	var names []string
	for _, i := range o.m.Interfaces {
		words := fmt.Sprintf("%s → %s by %s", i.From, i.To, i.Protocol)
		if i.Port > 0 {
			words += fmt.Sprintf(" on port %d", i.Port)
		}
		if i.Owner != "" {
			words += " (" + i.Owner + ")"
		}
		names = append(names, words)
	}
	if names = unique(names); len(names) == 0 {
		return []string{"none was configured, seen or declared: confirm that there is none"}
	}
	return names
}

// methodOf is the chosen way of a database.
func (o of) methodOf(server, database string) (method.Piece, estate.MoveMethod) {
	for _, p := range o.m.Choice.Pieces {
		if p.Kind == method.Database && p.Name == server+"/"+database {
			return p, p.Method
		}
	}
	return method.Piece{SizeBytes: -1}, estate.DumpRestore
}

package night

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/runbook"
	"nightferry/plan/method"
)

// Roles of the crew, as they stand under contacts.
const (
	conductor = "conductor"
	dba       = "dba"
	approver  = "approver"
)

// writer gathers the steps of a night.
type writer struct {
	in         Input
	book       *runbook.Runbook
	production bool
	slugs      map[string]string // by service: the beginning of its steps' ids
	warnings   []string
}

// slugs makes of each service's name the beginning of step ids: lower-case letters, digits and dashes, each its own.
func slugs(members []Member) map[string]string {
	bad := regexp.MustCompile(`[^a-z0-9]+`)
	taken, given := map[string]bool{}, map[string]string{}
	for _, m := range members {
		slug := strings.Trim(bad.ReplaceAllString(m.Service.Name, "-"), "-")
		if slug == "" || slug[0] < 'a' || slug[0] > 'z' {
			slug = strings.TrimSuffix("s-"+slug, "-")
		}
		slug = strings.Trim(slug[:min(len(slug), 34)], "-")
		for n := 2; taken[slug]; n++ {
			slug = fmt.Sprintf("%s-%d", strings.TrimSuffix(slug, fmt.Sprintf("-%d", n-1)), n)
		}
		taken[slug] = true
		given[m.Service.Name] = slug
	}
	return given
}

func (w *writer) contact(role string) *runbook.Contact {
	for i, c := range w.in.Contacts {
		if c.Role == role {
			return &w.in.Contacts[i]
		}
	}
	return nil
}

// people adds who is needed for a service to the contacts.
func (w *writer) people(m Member) {
	s := m.Service
	if s.Owner != "" {
		w.book.Contacts = append(w.book.Contacts, runbook.Contact{Role: "owner of " + s.Name, Name: s.Owner, How: s.Contact})
	}
	for _, duty := range estate.Duties() {
		if p, found := s.Person(duty); found && p.Name != s.Owner {
			w.book.Contacts = append(w.book.Contacts, runbook.Contact{Role: string(duty) + " of " + s.Name, Name: p.Name, How: p.Contact})
		}
	}
}

// of is the writer at work on one service.
type of struct {
	*writer

	m    Member
	slug string
}

func (w *writer) member(m Member) {
	o := of{w, m, w.slugs[m.Service.Name]}
	if w.production {
		o.prepare()
		o.handOffWards()
	}
	for i, move := range m.Moves {
		o.freezeAndCopy(i, move)
	}
	o.decide()
	o.switchOver()
	o.prove()
	o.open()
	if w.production {
		o.after()
	}
}

// id is a step's id: the service's slug and a verb, with the number of the move where there are several.
func (o of) id(verb string, move int) string {
	if move > 0 {
		verb = fmt.Sprintf("%s-%d", verb, move+1)
	}
	return o.slug + "-" + verb
}

// each gives the ids of a verb for all moves.
func (o of) each(verb string) []string {
	ids := make([]string, len(o.m.Moves))
	for i := range o.m.Moves {
		ids[i] = o.id(verb, i)
	}
	return ids
}

// add appends a step, unless two people have waived what it is there for.
func (o of) add(s runbook.Step) {
	if s.Assures != "" {
		if given, waived := waiver(o.m.Service, s.Assures); waived {
			given.Service = o.m.Service.Name
			if !slices.ContainsFunc(o.book.Waivers, func(w estate.Waiver) bool { return w.Service == given.Service && w.Assurance == given.Assurance }) {
				o.book.Waivers = append(o.book.Waivers, given)
			}
			if s.Kind == "attest" || s.Kind == "notice" {
				return
			}
			s.Assures = "" // what a machine does anyway stays, and nothing rests on it
		}
	}
	if o.production {
		s.Service = o.m.Service.Name
	} else {
		s.Assures = ""
	}
	o.book.Steps = append(o.book.Steps, s)
}

// attest is a step that somebody's word makes.
func (o of) attest(phase runbook.Phase, verb string, assures estate.Assurance, duty estate.Duty, title, statement string, expected time.Duration, more map[string]any) runbook.Step {
	p, _ := o.m.Service.Person(duty)
	return o.stated(phase, verb, assures, string(duty), cmp.Or(p.Name, string(duty)), title, statement, expected, more)
}

// crew is an attestation by one of the crew.
func (o of) crew(phase runbook.Phase, verb string, assures estate.Assurance, role, title, statement string, expected time.Duration, more map[string]any) runbook.Step {
	name := role
	if c := o.contact(role); c != nil {
		name = c.Name
	}
	return o.stated(phase, verb, assures, role, name, title, statement, expected, more)
}

func (o of) stated(phase runbook.Phase, verb string, assures estate.Assurance, owner, by, title, statement string, expected time.Duration, more map[string]any) runbook.Step {
	with := map[string]any{"by": by, "statement": statement}
	maps.Copy(with, more)
	return runbook.Step{ID: o.id(verb, 0), Title: title, Phase: phase, Owner: owner, Kind: "attest", Assures: assures, Confirm: true, Expected: expected, With: with}
}

func (o of) notice(phase runbook.Phase, verb string, assures estate.Assurance, title, text string, to ...string) runbook.Step {
	p, _ := o.m.Service.Person(estate.ServiceDesk)
	return runbook.Step{ID: o.id(verb, 0), Title: title, Phase: phase, Owner: string(estate.ServiceDesk), Kind: "notice", Assures: assures, Confirm: true, Expected: 5 * time.Minute,
		With: map[string]any{"to": to, "by": cmp.Or(p.Name, string(estate.ServiceDesk)), "text": text}}
}

// needing adds needs to a step.
func needing(s runbook.Step, ids ...string) runbook.Step {
	s.Needs = append(s.Needs, ids...)
	return s
}

// because adds the reason.
func because(s runbook.Step, reason string) runbook.Step {
	s.Reason = reason
	return s
}

// patience is how many times its expected duration a step may take before it has failed.
const patience = 4

// settle takes out needs of steps that were waived, gives every step a deadline, and puts the phases of several services
// in order.
func (w *writer) settle() {
	there := map[string]bool{}
	for _, s := range w.book.Steps {
		there[s.ID] = true
	}
	for i := range w.book.Steps {
		s := &w.book.Steps[i]
		s.Needs = slices.DeleteFunc(s.Needs, func(id string) bool { return !there[id] })
		if s.Deadline == 0 {
			s.Deadline = max(patience*s.Expected, time.Minute)
		}
	}
	slices.SortStableFunc(w.book.Steps, func(a, b runbook.Step) int {
		return cmp.Compare(slices.Index(runbook.Phases(), a.Phase), slices.Index(runbook.Phases(), b.Phase))
	})
}

// lasting is a step's expected duration, in the middle of its range, and its deadline, well behind its end. Where nothing
// bounds it, an hour is expected and a night is waited.
func lasting(r method.Range) (expected, deadline time.Duration) {
	if r.Unbounded {
		return max(r.Low, time.Hour), max(2*r.Low, 8*time.Hour)
	}
	return max(((r.Low + r.High) / 2).Round(10*time.Second), time.Minute), max(2*r.High, patience*time.Minute).Round(time.Minute)
}

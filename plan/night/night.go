// Package night writes the runbook of one wave: the whole night as steps with owner, expected time, deadline, check and
// way back, from the notice to the wards to the handover. It is pure.
//
// A non-production night is short: freeze, copy, verify, decide, switch, prove, commit. A production night holds every
// assurance of estate.Assurances beside them, and is not written at all while nobody is named for one of its duties.
package night

import (
	"fmt"
	"strings"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/runbook"
	"nightferry/plan/method"
)

// Input is all that a night is made of.
type Input struct {
	Wave        string
	Title       string
	Environment estate.Environment
	Window      time.Duration // for which services may be down; 0 where none is known
	Members     []Member      // in order of name
	Contacts    []runbook.Contact
}

// Member is one service of the wave.
type Member struct {
	Service    estate.Service
	Moves      []estate.Move
	Choice     method.Choice
	Interfaces []estate.Integration // that cross the service's boundary
	Sensitive  map[string][]string  // by SERVER/DATABASE: tables, schema.table, with health or financial data; no entry where that is not known
}

// Write gives the runbook, and why it is not whole. A production night with anything missing has no steps: half a night is
// worse than none.
func Write(in Input) (runbook.Runbook, []string) {
	book := runbook.Runbook{Version: runbook.Version, Wave: in.Wave, Title: in.Title, Environment: string(in.Environment), Contacts: in.Contacts}
	w := writer{in: in, book: &book, production: in.Environment == estate.Production, slugs: slugs(in.Members)}
	missing := w.missing()
	if w.production && len(missing) > 0 {
		return book, missing
	}
	for _, m := range in.Members {
		if len(m.Moves) > 0 {
			book.Services = append(book.Services, m.Service.Name)
			w.people(m)
			w.member(m)
		}
	}
	if len(book.Steps) == 0 {
		return book, missing
	}
	w.settle()
	book.Rollback = w.rollback()
	return book, append(missing, w.warnings...)
}

// missing names what a night cannot be written without.
func (w *writer) missing() []string {
	var missing []string
	for _, m := range w.in.Members {
		if len(m.Moves) == 0 {
			missing = append(missing, fmt.Sprintf("service %s has no entry under target.moves in engagement.yaml: no steps are written for it", m.Service.Name))
		}
		if !w.production {
			continue
		}
		if w.contact("approver") == nil {
			missing = append(missing, "nobody decides go or no-go: name an approver under contacts in engagement.yaml")
		}
		missing = append(missing, unmanned(m.Service)...)
	}
	return unique(missing)
}

// unmanned tells the duties of a production service that nobody has, and that its waivers do not make needless.
func unmanned(s estate.Service) []string {
	var missing []string
	for _, duty := range estate.Duties() {
		if _, found := s.Person(duty); !found && !needless(s, duty) {
			missing = append(missing, string(duty))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("service %s has nobody for %s: no night is written until they stand under people in engagement.yaml, or two people waive what needs them",
		s.Name, strings.Join(missing, ", "))}
}

// needs says which assurances a duty is there for. The clinical stop is there for the patients: it cannot be waived.
func needs(duty estate.Duty) []estate.Assurance {
	return map[estate.Duty][]estate.Assurance{
		estate.ClinicalLead:  {estate.DowntimeProcedures, estate.PrintedLists, estate.RollCallClinical, estate.BackEntry},
		estate.BusinessOwner: {estate.RollCallBusiness},
		estate.SecurityLead:  {estate.RollCallSecurity, estate.LogsArrive},
		estate.VendorLead:    {estate.RollCallVendor},
		estate.KeyUser:       {estate.SmokeTest},
		estate.ServiceDesk:   {estate.MessageBegin, estate.MessageDecided, estate.MessageDone},
		estate.InterfaceLead: {estate.InterfacesHeld, estate.InterfacesDrained, estate.InterfacesRedirected, estate.InterfacesReleased},
		estate.Hypercare:     {estate.HypercareBegun, estate.Handover},
	}[duty]
}

func needless(s estate.Service, duty estate.Duty) bool {
	wanted := needs(duty)
	for _, a := range wanted {
		if _, waived := waiver(s, a); !waived {
			return false
		}
	}
	return len(wanted) > 0
}

func waiver(s estate.Service, a estate.Assurance) (estate.Waiver, bool) {
	for _, w := range s.Waivers {
		if w.Assurance == a && w.HasTwo() {
			return w, true
		}
	}
	return estate.Waiver{}, false
}

func unique(list []string) []string {
	seen := map[string]bool{}
	var once []string
	for _, text := range list {
		if !seen[text] {
			seen[text] = true
			once = append(once, text)
		}
	}
	return once
}

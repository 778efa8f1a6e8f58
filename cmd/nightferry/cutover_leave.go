package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
	"nightferry/internal/runbook"
)

// touched is what a runbook's steps name of the estate, each with the step that names it first.
type touched struct {
	hosts   map[string]string
	servers map[string]string
}

func touchedBy(book runbook.Runbook) touched {
	t := touched{hosts: map[string]string{}, servers: map[string]string{}}
	note := func(into map[string]string, name, step string) {
		if _, known := into[name]; !known && name != "" {
			into[name] = step
		}
	}
	for _, step := range book.Steps {
		for _, field := range []string{"host", "from_host", "to_host"} {
			name, _ := step.With[field].(string)
			note(t.hosts, name, step.ID)
		}
		for _, field := range []string{"from", "to", "legacy", "target", "database"} {
			name, _ := step.With[field].(string)
			server, _, _ := strings.Cut(name, "/")
			note(t.servers, server, step.ID)
		}
	}
	return t
}

// known refuses a runbook that names what engagement.yaml does not: the night is no time to find out.
func (t touched) known(e *engagement.Engagement) error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(t.hosts)) {
		if _, found := e.Host(name); !found {
			faults = append(faults, fmt.Errorf("step %s: engagement.yaml names no host %q", t.hosts[name], name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.servers)) {
		if _, found := e.Server(name); !found {
			faults = append(faults, fmt.Errorf("step %s: engagement.yaml names no PostgreSQL server %q", t.servers[name], name))
		}
	}
	return outcome.Mend(outcome.Misused(errors.Join(faults...)), "correct the runbook, or add what is missing to engagement.yaml")
}

// admitted refuses a runbook that calls itself something else than what it touches: one that says non-production is not
// held against what a production night holds.
func (t touched) admitted(e *engagement.Engagement, book runbook.Runbook) error {
	if book.Environment == string(estate.Production) {
		return nil
	}
	var found []string
	for _, s := range e.Services {
		if s.Environment == estate.Production && slices.Contains(book.Services, s.Name) {
			found = append(found, "service "+s.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.hosts)) {
		if h, _ := e.Host(name); h.Environment == estate.Production {
			found = append(found, "host "+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.servers)) {
		if s, _ := e.Server(name); s.Environment == estate.Production {
			found = append(found, "PostgreSQL server "+name)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return outcome.Mend(outcome.Misused(fmt.Errorf("the runbook says environment: %s, and engagement.yaml calls production: %s", book.Environment, strings.Join(found, ", "))),
		"write environment: production: then the night must hold what a production night holds")
}

// authorised refuses a night that touches a system for which the engagement gives no leave today. A database server is
// also covered by the leave for its host.
func (t touched) authorised(e *engagement.Engagement, now time.Time) error {
	today := engagement.Day(now.Format(time.DateOnly))
	covered := func(names ...string) bool {
		return slices.ContainsFunc(e.Authorisations, func(leave engagement.Authorisation) bool {
			return leave.For == "cutover" && leave.Holds(today) && (len(leave.Systems) == 0 || slices.ContainsFunc(names, func(n string) bool { return slices.Contains(leave.Systems, n) }))
		})
	}
	mend := "add it under authorisations: {for: cutover, authorised_by: …, basis: …, date: …, systems: […]}"
	if !slices.ContainsFunc(e.Authorisations, func(leave engagement.Authorisation) bool { return leave.For == "cutover" && leave.Holds(today) }) {
		return outcome.Mend(outcome.Misused(errors.New("engagement.yaml does not authorise a cutover today")), mend)
	}
	var without []string
	for _, name := range slices.Sorted(maps.Keys(t.hosts)) {
		if !covered(name) {
			without = append(without, "host "+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.servers)) {
		if server, _ := e.Server(name); !covered(name, server.Host) {
			without = append(without, "PostgreSQL server "+name)
		}
	}
	if len(without) == 0 {
		return nil
	}
	return outcome.Mend(outcome.Misused(fmt.Errorf("engagement.yaml does not authorise a cutover of %s today", strings.Join(without, ", "))), mend)
}

// inSeason refuses a night within a freeze, or outside every window that the calendar states.
func inSeason(e *engagement.Engagement, now time.Time) error {
	dates := e.Dates()
	problem := ""
	for _, freeze := range dates.Freezes {
		if !now.Before(freeze.From) && !now.After(freeze.To) {
			problem = fmt.Sprintf("changes are frozen until %s (%s)", freeze.To.Format("2006-01-02 15:04 MST"), freeze.Reason)
		}
	}
	if problem == "" && len(dates.Windows) > 0 && windowEnd(dates, now).IsZero() {
		problem = "this is outside every maintenance window of engagement.yaml"
	}
	if problem == "" {
		return nil
	}
	return outcome.Mend(outcome.Misused(errors.New(problem)), "wait for a window; or begin all the same, on your own name, with: --despite REASON, which is kept in the journal")
}

package problem

import (
	"errors"
	"fmt"

	"nightferry/internal/estate"
)

// Check says all that keeps the problem from being read: names that are unknown or used twice, slots out of
// order, negative numbers. Each fault names the entry, and its source where it has one.
func (p Problem) Check() error {
	c := checker{names: map[string]bool{}}
	c.workloads(p.Workloads)
	c.slots(p.Slots)
	c.dependencies(p.Dependencies)
	for _, proof := range p.Proofs {
		c.known(string(proof.ID()), "", proof.NonProduction, proof.Production)
		c.refuse(proof.Days < 0, "%s: days are %d, want 0 or more", proof.ID(), proof.Days)
	}
	closures := map[ID]bool{}
	for _, closure := range p.Closures {
		c.known(string(closure.ID()), closure.Source, closure.Workloads...)
		c.refuse(closures[closure.ID()], "%s%s is there twice", at(closure.Source), closure.ID())
		c.refuse(closure.Kind != Freeze && closure.Kind != Calendar, "%sclosure %s is a %q, want %s or %s", at(closure.Source), closure.Name, closure.Kind, Freeze, Calendar)
		closures[closure.ID()] = true
	}
	for _, pin := range p.Pins {
		c.known(string(pin.ID()), pin.Source, pin.Workload)
		c.refuse(pin.NotBefore.IsZero() && pin.NotAfter.IsZero(), "%spin of %s binds nothing: it has neither a first nor a last date", at(pin.Source), pin.Workload)
	}
	l := p.Limits
	c.refuse(l.Workloads < 0 || l.Bytes < 0 || l.Crews < 0 || l.UnknownBytes < 0, "limits: a negative number: %+v", l)
	c.waivers(p)
	return errors.Join(c.faults...)
}

type checker struct {
	names  map[string]bool
	faults []error
}

func (c *checker) refuse(wrong bool, format string, args ...any) {
	if wrong {
		c.faults = append(c.faults, fmt.Errorf(format, args...))
	}
}

// at puts the source in front of a fault.
func at(source string) string {
	if source == "" {
		return ""
	}
	return source + ": "
}

func (c *checker) known(what, source string, workloads ...string) {
	for _, name := range workloads {
		c.refuse(!c.names[name], "%s%s names the workload %q, which is not in the plan", at(source), what, name)
	}
}

func (c *checker) workloads(all []Workload) {
	for _, w := range all {
		c.refuse(w.Name == "", "a workload of service %q has no name", w.Service)
		c.refuse(c.names[w.Name], "workload %s is there twice", w.Name)
		c.refuse(w.Environment != estate.Production && w.Environment != estate.NonProduction,
			"workload %s is of environment %q: only %s and %s move in waves", w.Name, w.Environment, estate.Production, estate.NonProduction)
		c.refuse(w.SizeBytes < -1 || w.Downtime.High < -1 || w.RTOMinutes < 0 || w.Crews < 0 || w.Risk < 0, "workload %s has a negative number", w.Name)
		c.names[w.Name] = true
	}
}

func (c *checker) slots(all []Slot) {
	names := map[string]bool{}
	for i, s := range all {
		c.refuse(names[s.Name], "slot %s is there twice", s.Name)
		c.refuse(!s.Start.Before(s.End), "slot %s ends before it starts", s.Name)
		if i > 0 {
			before := all[i-1]
			c.refuse(s.Start.Before(before.End) || s.Day < before.Day, "slot %s starts before %s ends: slots are in order and never overlap", s.Name, before.Name)
		}
		names[s.Name] = true
	}
}

func (c *checker) dependencies(all []Dependency) {
	type pair struct{ from, to string }
	seen := map[pair]bool{}
	for _, d := range all {
		c.known("dependency "+d.From+"→"+d.To, d.Source, d.From, d.To)
		c.refuse(d.From == d.To, "%sworkload %s depends on itself", at(d.Source), d.From)
		c.refuse(d.Weight < 0, "%sdependency %s→%s weighs %d, want 0 or more", at(d.Source), d.From, d.To, d.Weight)
		c.refuse(seen[pair{d.From, d.To}], "%sdependency %s→%s is there twice", at(d.Source), d.From, d.To)
		seen[pair{d.From, d.To}] = true
	}
}

// waivers of constraints that do not exist are mistakes: what they were meant for still binds.
func (c *checker) waivers(p Problem) {
	if len(p.Waivers) == 0 {
		return
	}
	ids := map[ID]bool{}
	for _, id := range p.IDs() {
		ids[id] = true
	}
	for _, w := range p.Waivers {
		c.refuse(!ids[w.Constraint], "%sa waiver names the constraint %q, which this plan does not have", at(w.Source), w.Constraint)
		c.refuse(w.By == "" || w.Reason == "", "%sthe waiver of %s needs a person and a reason", at(w.Source), w.Constraint)
	}
}

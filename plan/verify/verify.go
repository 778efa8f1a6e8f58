// Package verify checks an assignment of workloads to nights against every constraint of its problem, one at a time
// and from scratch. It shares nothing with the solver but the nouns of plan/problem, so that a fault of the one is not
// a fault of the other. It is pure.
package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/plan/problem"
)

// Report is what was found.
type Report struct {
	Checked    int               `json:"checked"` // constraints
	Violations []Violation       `json:"violations"`
	Objective  problem.Objective `json:"objective"`
}

// Violation is one constraint that does not hold.
type Violation struct {
	Constraint problem.ID `json:"constraint"`
	Workloads  []string   `json:"workloads"` // that break it
	Text       string     `json:"text"`
	Waived     string     `json:"waived,omitempty"` // by whom; empty where nobody did
}

// Unplaced is the constraint that every workload has a night.
const Unplaced problem.ID = "placed"

// Check judges an assignment. Violations are in order of their constraint.
func Check(p problem.Problem, a problem.Assignment) Report {
	c := checker{p: p, at: a, byName: map[string]problem.Workload{}, members: map[int][]problem.Workload{}}
	for _, w := range p.Workloads {
		c.byName[w.Name] = w
	}
	c.placed()
	c.nights()
	c.order()
	c.first()
	c.closed()
	c.pinned()
	slices.SortFunc(c.found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Constraint, b.Constraint), cmp.Compare(a.Text, b.Text))
	})
	for i := range c.found {
		for _, w := range p.Waivers {
			if w.Constraint == c.found[i].Constraint {
				c.found[i].Waived = w.By
			}
		}
	}
	return Report{Checked: c.checked, Violations: c.found, Objective: c.objective()}
}

type checker struct {
	p       problem.Problem
	at      problem.Assignment
	byName  map[string]problem.Workload
	members map[int][]problem.Workload // by slot
	checked int
	found   []Violation
}

// hold notes a constraint, and its violation where it does not hold.
func (c *checker) hold(ok bool, id problem.ID, workloads []string, format string, args ...any) {
	c.checked++
	if !ok {
		slices.Sort(workloads)
		c.found = append(c.found, Violation{Constraint: id, Workloads: workloads, Text: fmt.Sprintf(format, args...)})
	}
}

// slot is the night of a workload, where it has one that exists.
func (c *checker) slot(name string) (problem.Slot, int, bool) {
	at, placed := c.at[name]
	if !placed || at < 0 || at >= len(c.p.Slots) {
		return problem.Slot{}, 0, false
	}
	return c.p.Slots[at], at, true
}

func (c *checker) placed() {
	for _, w := range c.p.Workloads {
		_, at, placed := c.slot(w.Name)
		c.hold(placed, Unplaced, []string{w.Name}, "%s has no night", w.Name)
		if placed {
			c.members[at] = append(c.members[at], w)
		}
	}
	for name := range c.at {
		if _, known := c.byName[name]; !known {
			c.hold(false, Unplaced, []string{name}, "%s has a night, and is no workload that moves", name)
		}
	}
}

// nights checks what concerns one night: who shares it, how much it holds, and whether it is long enough.
func (c *checker) nights() {
	for at := range c.p.Slots {
		if len(c.members[at]) > 0 {
			c.night(c.p.Slots[at], c.members[at])
		}
	}
	groups := map[string][]problem.Workload{}
	for _, w := range c.p.Workloads {
		slot, _, placed := c.slot(w.Name)
		if w.Group != "" {
			groups[w.Group] = append(groups[w.Group], w)
		}
		if !placed {
			continue
		}
		if len(w.Windows) > 0 {
			c.hold(slices.Contains(w.Windows, slot.Window), problem.Of(problem.Window, w.Name), []string{w.Name},
				"%s moves in the window %s, and may only in %s", w.Name, slot.Window, strings.Join(w.Windows, ", "))
		}
		if w.Downtime.High < 0 {
			continue // nobody can tell; the plan lists it as unproven
		}
		c.hold(w.Downtime.High <= slot.Minutes(), problem.Of(problem.Downtime, w.Name), []string{w.Name},
			"%s may be down for %d minutes, and the night of %s has %d", w.Name, w.Downtime.High, slot.Name, slot.Minutes())
		if w.RTOMinutes > 0 {
			c.hold(w.Downtime.High <= w.RTOMinutes, problem.Of(problem.RTO, w.Name), []string{w.Name},
				"%s may be down for %d minutes, and its RTO is %d", w.Name, w.Downtime.High, w.RTOMinutes)
		}
	}
	for name, members := range groups {
		nights := map[int]bool{}
		for _, w := range members {
			nights[c.at[w.Name]] = true
		}
		c.hold(len(nights) == 1, problem.Of(problem.Grouped, name), names(members), "the group %s moves on %d nights", name, len(nights))
	}
}

func names(workloads []problem.Workload) []string {
	var list []string
	for _, w := range workloads {
		list = append(list, w.Name)
	}
	return list
}

func (c *checker) night(slot problem.Slot, members []problem.Workload) {
	environments := map[estate.Environment]bool{}
	bytes, crews := int64(0), 0
	for _, w := range members {
		environments[w.Environment] = true
		size := w.SizeBytes
		if size < 0 {
			size = c.p.Limits.UnknownBytes
		}
		bytes += size
		crews += w.Crews
	}
	who := names(members)
	c.hold(len(environments) == 1, problem.Environments, who, "%s holds production and non-production", slot.Name)
	if most := c.p.Limits.Workloads; most > 0 {
		c.hold(len(members) <= most, problem.LimitWorkloads, who, "%s holds %d workloads of at most %d", slot.Name, len(members), most)
	}
	if most := c.p.Limits.Bytes; most > 0 {
		c.hold(bytes <= most, problem.LimitBytes, who, "%s holds %d bytes of at most %d", slot.Name, bytes, most)
	}
	if most := c.p.Limits.Crews; most > 0 {
		c.hold(crews <= most, problem.LimitCrews, who, "%s takes %d crews of at most %d", slot.Name, crews, most)
	}
}

// order checks what has to come before what.
func (c *checker) order() {
	for _, d := range c.p.Dependencies {
		_, from, known := c.slot(d.From)
		_, to, both := c.slot(d.To)
		if d.MayCross || !known || !both {
			continue
		}
		c.hold(to <= from, d.ID(), []string{d.From, d.To}, "%s needs %s, which moves later", d.From, d.To)
	}
	for _, proof := range c.p.Proofs {
		rehearsal, _, known := c.slot(proof.NonProduction)
		night, _, both := c.slot(proof.Production)
		if known && both {
			days := night.Day - rehearsal.Day
			c.hold(days >= proof.Days, proof.ID(), []string{proof.NonProduction, proof.Production},
				"%s is proven for %d days before %s, of %d", proof.NonProduction, days, proof.Production, proof.Days)
		}
	}
}

// first checks that regulated production waits for those that go first.
func (c *checker) first() {
	v := c.p.Vanguard()
	last := -1
	for _, name := range v.First {
		if _, at, placed := c.slot(name); placed {
			last = max(last, at)
		}
	}
	for _, name := range v.Behind {
		if _, at, placed := c.slot(name); placed {
			c.hold(at > last, problem.Of(v.Rule, name), []string{name}, "%s holds regulated data and moves before the first of production are done", name)
		}
	}
}

func (c *checker) closed() {
	for _, closure := range c.p.Closures {
		var inside []string
		for _, w := range c.p.Workloads {
			slot, _, placed := c.slot(w.Name)
			if !placed || len(closure.Workloads) > 0 && !slices.Contains(closure.Workloads, w.Name) {
				continue
			}
			if slices.ContainsFunc(closure.Spans, func(s problem.Span) bool { return slot.Start.Before(s.End) && s.Start.Before(slot.End) }) {
				inside = append(inside, w.Name)
			}
		}
		c.hold(len(inside) == 0, closure.ID(), inside, "%s move while it is closed: %s", strings.Join(inside, ", "), closure.Name)
	}
}

func (c *checker) pinned() {
	for _, pin := range c.p.Pins {
		slot, _, placed := c.slot(pin.Workload)
		if !placed {
			continue
		}
		early := !pin.NotBefore.IsZero() && slot.Start.Before(pin.NotBefore)
		late := !pin.NotAfter.IsZero() && slot.Start.After(pin.NotAfter)
		c.hold(!early && !late, pin.ID(), []string{pin.Workload}, "%s moves on %s, against the pin of %s", pin.Workload, slot.Name, pin.By)
	}
}

// objective adds the goals up.
func (c *checker) objective() problem.Objective {
	var o problem.Objective
	if len(c.p.Slots) == 0 {
		return o
	}
	first, end := c.p.Slots[0].Day, c.p.Slots[len(c.p.Slots)-1].Day
	for _, d := range c.p.Dependencies {
		from, _, known := c.slot(d.From)
		to, _, both := c.slot(d.To)
		if known && both {
			o.Crossing += int64(d.Weight) * int64(max(from.Day-to.Day, to.Day-from.Day))
		}
	}
	for _, w := range c.p.Workloads {
		if slot, _, placed := c.slot(w.Name); placed {
			o.Finish = max(o.Finish, int64(slot.Day-first))
			o.Risk += int64(w.Risk) * int64(end-slot.Day)
		}
	}
	return o
}

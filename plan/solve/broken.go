package solve

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"nightferry/plan/problem"
)

func unknown(workload string) error {
	return fmt.Errorf("workload %q is not in the plan", workload)
}

// assigned reads an assignment of people's or of a saved plan.
func assigned(p problem.Problem, a problem.Assignment) (*explainer, map[string]int, error) {
	if err := p.Check(); err != nil {
		return nil, nil, err
	}
	x := newIndex(p)
	active := x.unwaived()
	m := x.model(active)
	m.link()
	f := found{model: m, at: slices.Repeat([]int{nowhere}, len(m.units))}
	names := map[string]int{}
	for w, workload := range x.problem.Workloads {
		names[workload.Name] = w
		slot, placed := a[workload.Name]
		if !placed || slot < 0 || slot >= len(p.Slots) {
			return nil, nil, fmt.Errorf("workload %s has no slot", workload.Name)
		}
		if at := f.at[m.unit[w]]; at != nowhere && at != slot {
			return nil, nil, fmt.Errorf("workload %s is not in the slot of those it has to move with: %w", workload.Name, errApart)
		}
		f.at[m.unit[w]] = slot
	}
	return newExplainer(f), names, nil
}

var errApart = errors.New("the assignment is not valid")

// breach is a waived constraint that does not hold.
type breach struct {
	workloads []int
	cost      string
}

// broken lists the waived constraints that the assignment breaks, and how far.
func (x *index) broken(f found) []problem.Broken {
	if len(x.problem.Waivers) == 0 {
		return nil
	}
	b := breaches{found: f, by: map[int]breach{}}
	b.orders()
	b.rules()
	b.ranks()
	b.slots()
	var all []problem.Broken
	for _, w := range x.problem.Waivers {
		if breach, is := b.by[x.number(w.Constraint)]; is {
			all = append(all, problem.Broken{Constraint: w.Constraint, Waiver: w, Workloads: x.names(breach.workloads), Cost: breach.cost})
		}
	}
	return all
}

func (x *index) names(workloads []int) []string {
	slices.Sort(workloads)
	var names []string
	for _, w := range slices.Compact(workloads) {
		names = append(names, x.problem.Workloads[w].Name)
	}
	return names
}

type breaches struct {
	found
	by map[int]breach
}

func (b *breaches) slot(w int) int { return b.at[b.unit[w]] }

// note a breach; workloads of the same constraint come together.
func (b *breaches) note(id int, cost string, workloads ...int) {
	if b.active[id] {
		return
	}
	was := b.by[id]
	if was.cost != "" && was.cost != cost {
		cost = was.cost + "; " + cost
	}
	b.by[id] = breach{append(was.workloads, workloads...), cost}
}

func (b *breaches) orders() {
	for _, e := range b.edges {
		if from, to := b.slot(e.from), b.slot(e.to); e.id >= 0 && to > from {
			b.note(e.id, fmt.Sprintf("moves %d days before what it needs", b.days[to]-b.days[from]), e.from, e.to)
		}
	}
	for _, p := range b.proofs {
		if got := b.days[b.slot(p.after)] - b.days[b.slot(p.before)]; got < p.days {
			b.note(p.id, fmt.Sprintf("%d of %d days short", p.days-got, p.days), p.before, p.after)
		}
	}
	for _, g := range b.groups {
		used := map[int]bool{}
		for _, w := range g.members {
			used[b.slot(w)] = true
		}
		if len(used) > 1 {
			b.note(g.id, fmt.Sprintf("in %d waves", len(used)), g.members...)
		}
	}
}

func (b *breaches) rules() {
	for w, work := range b.work {
		for _, r := range work.rules {
			if !r.allowed.has(b.slot(w)) {
				b.note(r.id, b.outside(w, r), w)
			}
		}
	}
}

// outside says how a workload breaks a rule of its own.
func (b *breaches) outside(w int, r rule) string {
	workload, slot := b.problem.Workloads[w], b.problem.Slots[b.slot(w)]
	switch b.ids[r.id].Kind() {
	case problem.Downtime:
		return fmt.Sprintf("%d minutes longer than slot %s", workload.Downtime.High-slot.Minutes(), slot.Name)
	case problem.RTO:
		return fmt.Sprintf("%d minutes over an RTO of %d", workload.Downtime.High-workload.RTOMinutes, workload.RTOMinutes)
	default:
		return fmt.Sprintf("%s in slot %s", workload.Name, slot.Name)
	}
}

func (b *breaches) ranks() {
	latest := nowhere
	for _, w := range b.index.first {
		latest = max(latest, b.slot(w))
	}
	for _, r := range b.index.behind {
		if slot := b.slot(r.workload); slot <= latest {
			b.note(r.id, fmt.Sprintf("%d days before the last of the vanguard", b.days[latest]-b.days[slot]), r.workload)
		}
	}
}

// slots looks at what each slot holds.
func (b *breaches) slots() {
	in := map[int][]int{}
	for w := range b.work {
		in[b.slot(w)] = append(in[b.slot(w)], w)
	}
	for _, slot := range slices.Sorted(maps.Keys(in)) {
		var used load
		var sides [2]bool
		for _, w := range in[slot] {
			used.add(b.work[w].load)
			if b.work[w].production {
				sides[1] = true
			} else {
				sides[0] = true
			}
		}
		name := b.problem.Slots[slot].Name
		for i, limit := range b.index.limit {
			if limit > 0 && used[i] > limit {
				b.note(b.limits[i], fmt.Sprintf("%d over %d in slot %s", used[i]-limit, limit, name), in[slot]...)
			}
		}
		if sides[0] && sides[1] {
			b.note(b.mixing, "both in slot "+name, in[slot]...)
		}
	}
}

// unproven lists what cannot be judged for want of a figure.
func (x *index) unproven() []problem.Unproven {
	var all []problem.Unproven
	for _, w := range x.problem.Workloads {
		if w.Downtime.High < 0 {
			all = append(all, problem.Unproven{Constraint: problem.Of(problem.Downtime, w.Name), Workload: w.Name, Missing: "an estimate of its downtime"})
			if w.RTOMinutes > 0 {
				all = append(all, problem.Unproven{Constraint: problem.Of(problem.RTO, w.Name), Workload: w.Name, Missing: "an estimate of its downtime"})
			}
		}
		if w.SizeBytes < 0 && x.problem.Limits.Bytes > 0 {
			all = append(all, problem.Unproven{Constraint: problem.LimitBytes, Workload: w.Name, Missing: "its size"})
		}
	}
	return all
}

package solve

import (
	"cmp"
	"slices"

	"nightferry/internal/estate"
	"nightferry/plan/problem"
)

// index is a problem with numbers for names, in an order that does not depend on how it was written down.
type index struct {
	problem  problem.Problem // workloads, dependencies, proofs and pins sorted
	ids      []problem.ID    // sorted; constraints are known by their place here
	work     []workload      // in order of problem.Workloads
	edges    []edge
	groups   []group
	proofs   []proof
	first    []int      // the vanguard's workloads
	behind   []follower // workloads that follow all of them
	vanguard problem.Vanguard
	days     []int64 // of each slot, from the first one's
	limit    load    // 0: none
	limits   [3]int  // their constraints; -1 where there is no limit
	mixing   int     // the constraint that keeps environments apart
}

// load is what workloads take of a slot: their number, bytes and crews.
type load [3]int64

func (l *load) add(other load) {
	for i := range l {
		l[i] += other[i]
	}
}

func (l *load) take(other load) {
	for i := range l {
		l[i] -= other[i]
	}
}

type workload struct {
	production bool
	load       load
	risk       int64
	rules      []rule
}

// rule allows some slots to one workload.
type rule struct {
	id      int
	allowed slots
}

type edge struct {
	from, to int
	weight   int64
	id       int // -1 where the edge may cross
}

type group struct {
	id      int
	members []int
}

type proof struct {
	before, after int
	days          int64
	id            int
}

type follower struct{ workload, id int }

func newIndex(p problem.Problem) *index {
	x := &index{problem: sorted(p), ids: p.IDs(), vanguard: p.Vanguard(), limits: [3]int{-1, -1, -1}}
	if len(p.Slots) > 0 {
		for _, s := range p.Slots {
			x.days = append(x.days, int64(s.Day-p.Slots[0].Day))
		}
	}
	x.mixing = x.number(problem.Environments)
	x.limit = load{int64(p.Limits.Workloads), p.Limits.Bytes, int64(p.Limits.Crews)}
	for i, id := range []problem.ID{problem.LimitWorkloads, problem.LimitBytes, problem.LimitCrews} {
		if x.limit[i] > 0 {
			x.limits[i] = x.number(id)
		}
	}
	names := x.workloads()
	for _, d := range x.problem.Dependencies {
		e := edge{from: names[d.From], to: names[d.To], weight: int64(d.Weight), id: -1}
		if !d.MayCross {
			e.id = x.number(d.ID())
		}
		x.edges = append(x.edges, e)
	}
	for _, pr := range x.problem.Proofs {
		x.proofs = append(x.proofs, proof{names[pr.NonProduction], names[pr.Production], int64(pr.Days), x.number(pr.ID())})
	}
	for _, name := range x.vanguard.First {
		x.first = append(x.first, names[name])
	}
	for _, name := range x.vanguard.Behind {
		x.behind = append(x.behind, follower{names[name], x.number(problem.Of(x.vanguard.Rule, name))})
	}
	x.closures(names)
	for _, pin := range x.problem.Pins {
		x.allow(names[pin.Workload], pin.ID(), func(s problem.Slot) bool {
			return !s.Start.Before(pin.NotBefore) && (pin.NotAfter.IsZero() || !s.Start.After(pin.NotAfter))
		})
	}
	return x
}

// sorted copies the problem with its lists in an order of their own; slots are in order of time already.
func sorted(p problem.Problem) problem.Problem {
	p.Workloads = slices.SortedFunc(slices.Values(p.Workloads), func(a, b problem.Workload) int { return cmp.Compare(a.Name, b.Name) })
	p.Dependencies = slices.SortedFunc(slices.Values(p.Dependencies), func(a, b problem.Dependency) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	p.Proofs = slices.SortedFunc(slices.Values(p.Proofs), func(a, b problem.Proof) int {
		return cmp.Or(cmp.Compare(a.NonProduction, b.NonProduction), cmp.Compare(a.Production, b.Production), cmp.Compare(a.Days, b.Days))
	})
	p.Pins = slices.SortedFunc(slices.Values(p.Pins), func(a, b problem.Pin) int {
		return cmp.Or(cmp.Compare(a.ID(), b.ID()), cmp.Compare(a.Source, b.Source))
	})
	p.Closures = slices.SortedFunc(slices.Values(p.Closures), func(a, b problem.Closure) int { return cmp.Compare(a.ID(), b.ID()) })
	p.Waivers = slices.SortedFunc(slices.Values(p.Waivers), func(a, b problem.Waiver) int {
		return cmp.Or(cmp.Compare(a.Constraint, b.Constraint), cmp.Compare(a.Source, b.Source), cmp.Compare(a.By, b.By))
	})
	return p
}

func (x *index) number(id problem.ID) int {
	i, _ := slices.BinarySearch(x.ids, id)
	return i
}

// workloads fills in what each workload is and asks by itself, and returns their numbers.
func (x *index) workloads() map[string]int {
	names, groups := map[string]int{}, map[string]int{}
	for i, w := range x.problem.Workloads {
		names[w.Name] = i
		x.work = append(x.work, workload{
			production: w.Environment == estate.Production,
			load:       load{1, x.problem.Bytes(w), int64(w.Crews)},
			risk:       int64(w.Risk),
		})
		if len(w.Windows) > 0 {
			x.allow(i, problem.Of(problem.Window, w.Name), func(s problem.Slot) bool { return slices.Contains(w.Windows, s.Window) })
		}
		if w.Downtime.High >= 0 {
			x.allow(i, problem.Of(problem.Downtime, w.Name), func(s problem.Slot) bool { return w.Downtime.High <= s.Minutes() })
			if w.RTOMinutes > 0 {
				x.allow(i, problem.Of(problem.RTO, w.Name), func(problem.Slot) bool { return w.Downtime.High <= w.RTOMinutes })
			}
		}
		if w.Group == "" {
			continue
		}
		g, known := groups[w.Group]
		if !known {
			g = len(x.groups)
			groups[w.Group] = g
			x.groups = append(x.groups, group{id: x.number(problem.Of(problem.Grouped, w.Group))})
		}
		x.groups[g].members = append(x.groups[g].members, i)
	}
	return names
}

func (x *index) closures(names map[string]int) {
	for _, c := range x.problem.Closures {
		r := x.rule(c.ID(), func(s problem.Slot) bool {
			return !slices.ContainsFunc(c.Spans, func(span problem.Span) bool { return span.Overlaps(s) })
		})
		bound := c.Workloads
		if len(bound) == 0 {
			for i := range x.work {
				x.work[i].rules = append(x.work[i].rules, r)
			}
		}
		for _, name := range bound {
			w := &x.work[names[name]]
			w.rules = append(w.rules, r)
		}
	}
}

// allow adds a rule to a workload, unless it allows everything.
func (x *index) allow(w int, id problem.ID, allowed func(problem.Slot) bool) {
	r := x.rule(id, allowed)
	if r.allowed.count() < len(x.days) {
		x.work[w].rules = append(x.work[w].rules, r)
	}
}

func (x *index) rule(id problem.ID, allowed func(problem.Slot) bool) rule {
	r := rule{x.number(id), noSlots(len(x.days))}
	for i, s := range x.problem.Slots {
		if allowed(s) {
			r.allowed.add(i)
		}
	}
	return r
}

// onOrAfter is the first slot on the day or later; the number of slots where there is none.
func (x *index) onOrAfter(day int64) int {
	i, _ := slices.BinarySearch(x.days, day)
	return i
}

// onOrBefore is the last slot on the day or earlier; -1 where there is none.
func (x *index) onOrBefore(day int64) int {
	i, _ := slices.BinarySearch(x.days, day+1)
	return i - 1
}

package solve

import (
	"slices"
	"time"

	"nightferry/plan/problem"
)

// explain finds a smallest set of the active constraints that cannot hold together, and tries what giving up
// each would buy. What was not proven impossible is said to be so.
func (x *index) explain(active []bool, proven bool, steps int) *problem.Conflict {
	c := &problem.Conflict{Proven: proven, MoreSlots: x.moreSlots(steps / 8)}
	meanings := x.problem.Meanings()
	var members []int
	if proven {
		members = x.minimal(active, steps)
	} else {
		members = x.suspects(active)
	}
	for _, id := range members {
		r := problem.Relaxation{Constraint: x.ids[id], Meaning: meanings[x.ids[id]]}
		without := slices.Clone(active)
		without[id] = false
		if f := x.model(without).solve(steps / (len(members) + 1)); f.at != nil {
			r.Objective = &f.score
			r.Finish = x.start(f.at)
		}
		if proven || r.Objective != nil {
			c.Relaxations = append(c.Relaxations, r)
		}
	}
	return c
}

// start of the last wave of an assignment.
func (x *index) start(at []int) time.Time {
	if len(at) == 0 {
		return time.Time{}
	}
	return x.problem.Slots[slices.Max(at)].Start
}

// minimal reduces a set of constraints that cannot all hold to one of which none can be left out. What
// propagation alone refutes is reduced by it first, since that is quick; what is left is then few.
func (x *index) minimal(active []bool, steps int) []int {
	refuted := func(some []bool) bool { return x.model(some).refuted }
	ruledOut := func(some []bool) bool { return x.model(some).judge(steps/64) == impossible }
	oracle := ruledOut
	if refuted(active) {
		oracle = refuted
	}
	var all []int
	for id, on := range active {
		if on {
			all = append(all, id)
		}
	}
	slices.SortStableFunc(all, func(a, b int) int { return rank(x.ids[a].Kind()) - rank(x.ids[b].Kind()) })
	members := reduce(make([]bool, len(active)), false, all, oracle)
	slices.Sort(members)
	for i := 0; i < len(members); {
		rest := slices.Delete(slices.Clone(members), i, i+1)
		if ruledOut(only(rest, len(active))) {
			members = rest
		} else {
			i++
		}
	}
	return members
}

// rank of a kind of constraint: where there is a choice, a conflict is told by those of a lower rank, which are
// fewer and of which each says more.
func rank(k problem.Kind) int {
	switch k {
	case problem.Limit, problem.Environment, problem.Freeze, problem.Calendar:
		return 0
	case problem.Depends:
		return 2
	default:
		return 1
	}
}

func only(ids []int, n int) []bool {
	active := make([]bool, n)
	for _, id := range ids {
		active[id] = true
	}
	return active
}

// reduce gives a minimal part of the candidates that, with the ground, is impossible (QuickXplain, Junker 2004).
// Grown says that something was added to the ground since it was last asked about.
func reduce(ground []bool, grown bool, candidates []int, impossible func([]bool) bool) []int {
	if grown && impossible(ground) {
		return nil
	}
	if len(candidates) < 2 {
		return candidates
	}
	left, right := candidates[:len(candidates)/2], candidates[len(candidates)/2:]
	fromRight := reduce(with(ground, left), true, right, impossible)
	fromLeft := reduce(with(ground, fromRight), len(fromRight) > 0, left, impossible)
	return append(slices.Clone(fromLeft), fromRight...)
}

func with(ground []bool, ids []int) []bool {
	grown := slices.Clone(ground)
	for _, id := range ids {
		grown[id] = true
	}
	return grown
}

// suspects are the constraints that bind many at once, and people's pins: what is tried where nothing is proven.
func (x *index) suspects(active []bool) []int {
	var ids []int
	for i, id := range x.ids {
		switch id.Kind() {
		case problem.Limit, problem.Freeze, problem.Calendar, problem.Environment, problem.Pinned:
			if active[i] && len(ids) < mostSuspects {
				ids = append(ids, i)
			}
		}
	}
	return ids
}

// mostSuspects bounds how many are tried.
const mostSuspects = 16

// mostMoreSlots bounds how many slots are tried after the last.
const mostMoreSlots = 64

// moreSlots is how many slots after the last one, repeating the calendar week by week, would make a plan possible; -1 where
// as many as are tried would not.
func (x *index) moreSlots(steps int) int {
	if len(x.problem.Slots) == 0 {
		return -1
	}
	enough := func(n int) bool {
		longer := newIndex(extended(x.problem, n))
		return longer.model(longer.unwaived()).judge(steps/8) == possible
	}
	if !enough(mostMoreSlots) {
		return -1
	}
	lo, hi := 0, mostMoreSlots // too few, enough
	for hi-lo > 1 {
		if middle := (lo + hi) / 2; enough(middle) {
			hi = middle
		} else {
			lo = middle
		}
	}
	return hi
}

// extended repeats the slots of the problem after its last one, a whole number of weeks later, n of them.
func extended(p problem.Problem, n int) problem.Problem {
	first, last := p.Slots[0], p.Slots[len(p.Slots)-1]
	weeks := 1 + (last.Day-first.Day)/7
	slots := slices.Clone(p.Slots)
	for i := range n {
		s := p.Slots[i%len(p.Slots)]
		days := 7 * weeks * (1 + i/len(p.Slots))
		s.Name = s.Name + "+" + time.Duration(days*24*int(time.Hour)).String()
		s.Start, s.End, s.Day = s.Start.AddDate(0, 0, days), s.End.AddDate(0, 0, days), s.Day+days
		slots = append(slots, s)
	}
	p.Slots = slots
	return p
}

package solve

import (
	"maps"
	"slices"

	"nightferry/plan/problem"
)

// solution dresses what was found with waves, bound and reasons.
func (x *index) solution(f found) *problem.Solution {
	out := &problem.Solution{Objective: f.score, Bound: f.score, Optimal: f.optimal, Vanguard: x.vanguard}
	if !f.optimal {
		out.Bound = f.bound()
	}
	members := map[int][]string{}
	for w, u := range f.unit {
		members[f.at[u]] = append(members[f.at[u]], x.problem.Workloads[w].Name)
	}
	for i, slot := range slices.Sorted(maps.Keys(members)) {
		out.Waves = append(out.Waves, problem.Wave{Number: i + 1, Slot: slot, Members: members[slot]})
	}
	out.Broken = x.broken(f)
	out.Unproven = x.unproven()
	e := newExplainer(f)
	for w := range x.work {
		out.Reasons = append(out.Reasons, e.reason(w))
	}
	return out
}

// Alternatives says for every slot but its own what stands against moving a workload there, with those that
// have to move with it. The assignment gives a slot to each workload of the problem.
func Alternatives(p problem.Problem, a problem.Assignment, workload string) ([]problem.Refusal, error) {
	e, names, err := assigned(p, a)
	if err != nil {
		return nil, err
	}
	w, known := names[workload]
	if !known {
		return nil, unknown(workload)
	}
	var all []problem.Refusal
	for slot := range e.days {
		if slot != e.at[e.unit[w]] {
			all = append(all, *e.refusal(e.unit[w], slot))
		}
	}
	return all, nil
}

// explainer knows a solved state and the constraints around each workload.
type explainer struct {
	*state
	edges  [][]edge // by workload, those that bind its order
	proofs [][]proof
}

func newExplainer(f found) *explainer {
	steps := 0
	e := &explainer{state: newState(f.model, &steps), edges: make([][]edge, len(f.work)), proofs: make([][]proof, len(f.work))}
	e.restore(f.at)
	for _, d := range f.edges {
		if d.id >= 0 && f.active[d.id] {
			e.edges[d.from] = append(e.edges[d.from], d)
			e.edges[d.to] = append(e.edges[d.to], d)
		}
	}
	for _, p := range f.proofs {
		if f.active[p.id] {
			e.proofs[p.before] = append(e.proofs[p.before], p)
			e.proofs[p.after] = append(e.proofs[p.after], p)
		}
	}
	return e
}

// reason of a workload: its circle or group, and the slots around its own.
func (e *explainer) reason(w int) problem.Reason {
	u := e.unit[w]
	r := problem.Reason{Workload: e.problem.Workloads[w].Name}
	for _, other := range e.units[u].members {
		if other != w {
			r.With = append(r.With, e.problem.Workloads[other].Name)
		}
	}
	slot := e.at[u]
	earlier := slot - 1
	for earlier >= 0 && len(e.in[earlier]) == 0 {
		earlier--
	}
	if earlier < 0 {
		earlier = slot - 1 // it is in the first wave: the slot before it is free
	}
	if earlier >= 0 {
		r.Earlier = e.refusal(u, earlier)
	}
	for later := slot + 1; later < len(e.in); later++ {
		if len(e.in[later]) > 0 {
			r.Later = e.refusal(u, later)
			break
		}
	}
	return r
}

// refusal of a slot for a unit.
func (e *explainer) refusal(u, slot int) *problem.Refusal {
	was, before := e.at[u], e.score().objective
	e.lift(u)
	r := &problem.Refusal{Slot: slot, Breaks: e.breaks(u, slot)}
	e.put(u, slot)
	r.Costs = e.score().objective.Minus(before)
	e.lift(u)
	e.put(u, was)
	return r
}

// breaks lists the constraints that keep a unit, which is lifted, from a slot.
func (e *explainer) breaks(u, slot int) []problem.ID {
	var ids []int
	for _, w := range e.units[u].members {
		for _, r := range e.work[w].rules {
			if e.active[r.id] && !r.allowed.has(slot) {
				ids = append(ids, r.id)
			}
		}
		for _, d := range e.edges[w] {
			from, to := e.slot(d.from, slot), e.slot(d.to, slot)
			if to > from {
				ids = append(ids, d.id)
			}
		}
		for _, p := range e.proofs[w] {
			if e.days[e.slot(p.after, slot)]-e.days[e.slot(p.before, slot)] < p.days {
				ids = append(ids, p.id)
			}
		}
	}
	ids = append(ids, e.ranks(u, slot)...)
	for i, limit := range e.limit {
		if limit > 0 && e.used[slot][i]+e.units[u].load[i] > limit {
			ids = append(ids, e.limits[i])
		}
	}
	if e.sides[slot][1-e.side(&e.units[u])] > 0 {
		ids = append(ids, e.mixing)
	}
	slices.Sort(ids)
	var named []problem.ID
	for _, id := range slices.Compact(ids) {
		named = append(named, e.ids[id])
	}
	return named
}

// slot of a workload, with the lifted unit in the slot given.
func (e *explainer) slot(w, lifted int) int {
	if at := e.at[e.unit[w]]; at != nowhere {
		return at
	}
	return lifted
}

// ranks lists the constraints of the vanguard that a unit would break in a slot.
func (e *explainer) ranks(u, slot int) []int {
	if !e.units[u].vanguard && !e.units[u].rear {
		return nil
	}
	var ids []int
	latest := nowhere // of the vanguard
	for _, w := range e.index.first {
		latest = max(latest, e.slot(w, slot))
	}
	for _, r := range e.index.behind {
		if e.active[r.id] && e.slot(r.workload, slot) <= latest {
			ids = append(ids, r.id)
		}
	}
	return ids
}

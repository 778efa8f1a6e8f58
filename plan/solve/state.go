package solve

import (
	"slices"

	"nightferry/plan/problem"
)

// nowhere is the slot of a unit that has none yet.
const nowhere = -1

// state is an assignment in the making, with what it costs so far.
type state struct {
	*model
	at       []int    // slot of each unit
	in       [][]int  // units of each slot
	place    []int    // of each unit in its slot's list
	used     []load   // of each slot
	sides    [][2]int // units of each environment in each slot
	fronts   []int    // vanguard's units in each slot
	rears    []int    // units behind it in each slot
	unplaced int
	crossing int64
	risk     int64
	steps    *int // of work left
}

func newState(m *model, steps *int) *state {
	n := len(m.days)
	s := &state{model: m, at: make([]int, len(m.units)), in: make([][]int, n), place: make([]int, len(m.units)),
		used: make([]load, n), sides: make([][2]int, n), fronts: make([]int, n), rears: make([]int, n),
		unplaced: len(m.units), steps: steps}
	for i := range s.at {
		s.at[i] = nowhere
	}
	return s
}

// distance between two slots in days.
func (m *model) distance(a, b int) int64 {
	return max(m.days[a]-m.days[b], m.days[b]-m.days[a])
}

// put places a unit that has no slot.
func (s *state) put(u, slot int) {
	unit := &s.units[u]
	s.at[u], s.place[u] = slot, len(s.in[slot])
	s.in[slot] = append(s.in[slot], u)
	s.used[slot].add(unit.load)
	s.count(unit, slot, 1)
	s.unplaced--
	s.crossing += s.pull(u, slot)
	s.risk += unit.risk * (s.days[len(s.days)-1] - s.days[slot])
}

// lift takes a unit out of its slot.
func (s *state) lift(u int) {
	unit, slot := &s.units[u], s.at[u]
	list := s.in[slot]
	last := list[len(list)-1]
	list[s.place[u]], s.place[last] = last, s.place[u]
	s.in[slot] = list[:len(list)-1]
	s.used[slot].take(unit.load)
	s.count(unit, slot, -1)
	s.unplaced++
	s.crossing -= s.pull(u, slot)
	s.risk -= unit.risk * (s.days[len(s.days)-1] - s.days[slot])
	s.at[u] = nowhere
}

func (s *state) count(u *unit, slot, by int) {
	s.sides[slot][s.side(u)] += by
	if u.vanguard {
		s.fronts[slot] += by
	}
	if u.rear {
		s.rears[slot] += by
	}
}

// pull is what the dependencies of a unit cost if it is in the slot, to those that are placed.
func (s *state) pull(u, slot int) int64 {
	cost, day := int64(0), s.days[slot]
	for _, l := range s.units[u].links {
		if at := s.at[l.other]; at != nowhere {
			cost += l.weight * max(day-s.days[at], s.days[at]-day)
		}
	}
	*s.steps -= 1 + len(s.units[u].links)
	return cost
}

// span is the slots that the units placed around it leave to a unit, from lo to hi; none where lo > hi.
func (s *state) span(u int) (lo, hi int) {
	unit := &s.units[u]
	lo, hi = s.domain(u).from(0), s.domain(u).upTo(len(s.days)-1)
	for _, l := range unit.before {
		if at := s.at[l.other]; at != nowhere {
			lo = max(lo, s.earliest(l, at))
		}
	}
	for _, l := range unit.after {
		if at := s.at[l.other]; at != nowhere {
			hi = min(hi, s.latest(l, at))
		}
	}
	*s.steps -= 1 + len(unit.before) + len(unit.after)
	if unit.rear {
		for i := len(s.days) - 1; i >= lo; i-- {
			if s.fronts[i] > 0 {
				lo = i + 1
			}
		}
	}
	if unit.vanguard {
		for i := 0; i <= hi; i++ {
			if s.rears[i] > 0 {
				hi = i - 1
			}
		}
	}
	return lo, hi
}

// holds says whether the slot has room for a unit that its span allows there.
func (s *state) holds(u, slot int) bool {
	unit := &s.units[u]
	if !s.domain(u).has(slot) || s.sides[slot][1-s.side(unit)] > 0 {
		return false
	}
	for i, limit := range s.limit {
		if limit > 0 && s.used[slot][i]+unit.load[i] > limit {
			return false
		}
	}
	return true
}

// fits says whether the unit may be put into the slot now.
func (s *state) fits(u, slot int) bool {
	if !s.holds(u, slot) {
		return false
	}
	lo, hi := s.span(u)
	return lo <= slot && slot <= hi
}

// score is what the assignment costs; less placed is worse than anything.
type score struct {
	unplaced  int
	objective problem.Objective
}

func (a score) better(b score) bool {
	if a.unplaced != b.unplaced {
		return a.unplaced < b.unplaced
	}
	return a.objective.Compare(b.objective) < 0
}

func (s *state) score() score {
	finish := int64(0)
	for i, in := range slices.Backward(s.in) {
		if len(in) > 0 {
			finish = s.days[i]
			break
		}
	}
	return score{s.unplaced, problem.Objective{Crossing: s.crossing, Finish: finish, Risk: s.risk}}
}

// restore puts every unit where an assignment has it.
func (s *state) restore(at []int) {
	for u := range s.at {
		if s.at[u] != nowhere {
			s.lift(u)
		}
	}
	for u, slot := range at {
		if slot != nowhere {
			s.put(u, slot)
		}
	}
}

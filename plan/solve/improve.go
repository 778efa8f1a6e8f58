package solve

import "slices"

// stages in which the tolerance falls; in the last there is none.
const stages = 40

// improve looks for better assignments for so many steps, and leaves the best it found. Heat, in eighths, is how
// far it may first go astray.
//
// It moves single units, mostly to where their neighbours are, exchanges units of two slots, and moves all of a
// slot. While the tolerance lasts, a move may make crossing worse by so much: this leads out of dead ends
// (threshold accepting, Dueck and Scheuer 1990), and in whole numbers is the same on every machine.
func (s *state) improve(steps int, seed uint64, heat int64) {
	r, stage, left := random(seed), -1, *s.steps
	*s.steps = steps
	best, bestScore := slices.Clone(s.at), s.score()
	most := s.tolerance(&r) * heat / 8
	for *s.steps > 0 {
		if now := (steps - *s.steps) * stages / steps; now > stage {
			stage = now
			s.tighten()
		}
		s.try(&r, most*int64(stages-1-stage)/stages)
		if now := s.score(); now.better(bestScore) {
			bestScore = now
			copy(best, s.at)
		}
	}
	s.restore(best)
	s.tighten()
	*s.steps = left - steps
}

// tolerance to begin with: what a move at random costs on average.
func (s *state) tolerance(r *random) int64 {
	sum, n := int64(0), int64(1)
	for range 200 {
		u := r.below(len(s.units))
		slot := r.below(len(s.days))
		if s.at[u] == nowhere || !s.domain(u).has(slot) {
			continue
		}
		sum += max(s.pull(u, slot)-s.pull(u, s.at[u]), 0)
		n++
	}
	return sum / n
}

// try one move at random.
func (s *state) try(r *random, tolerance int64) {
	*s.steps--
	u := r.below(len(s.units))
	if r.below(64) == 0 {
		s.exchangeSlots(r.below(len(s.days)), r.below(len(s.days)), tolerance)
		return
	}
	if s.at[u] == nowhere {
		s.force(u, r)
		return
	}
	lo, hi := s.span(u)
	if lo > hi {
		return
	}
	slot := s.target(u, lo, hi, r)
	if slot == s.at[u] || !s.domain(u).has(slot) {
		return
	}
	if s.holds(u, slot) {
		if s.pull(u, slot)-s.pull(u, s.at[u]) <= tolerance {
			s.attempt([]int{u}, []int{slot}, tolerance)
		}
		return
	}
	if others := s.in[slot]; len(others) > 0 && s.side(&s.units[others[0]]) == s.side(&s.units[u]) {
		v := others[r.below(len(others))]
		if s.pull(u, slot)-s.pull(u, s.at[u])+s.pull(v, s.at[u])-s.pull(v, slot) > tolerance {
			return // the cost of dependencies between the two would come on top
		}
		s.attempt([]int{u, v}, []int{slot, s.at[u]}, tolerance)
	}
}

// target is where a unit might be better: with a neighbour, or anywhere that it may be.
func (s *state) target(u, lo, hi int, r *random) int {
	if links := s.units[u].links; len(links) > 0 && r.below(4) > 0 {
		if at := s.at[links[r.below(len(links))].other]; at != nowhere {
			return min(max(at, lo), hi)
		}
	}
	return lo + r.below(hi-lo+1)
}

// attempt moves units to slots and takes it back if that is not possible or costs too much.
func (s *state) attempt(units, to []int, tolerance int64) bool {
	was := make([]int, len(units))
	before := s.score()
	for i, u := range units {
		was[i] = s.at[u]
		if was[i] != nowhere {
			s.lift(u)
		}
	}
	placed := 0
	for placed < len(units) && s.fits(units[placed], to[placed]) {
		s.put(units[placed], to[placed])
		placed++
	}
	if placed == len(units) && s.accepts(before, tolerance) {
		return true
	}
	for _, u := range units[:placed] {
		s.lift(u)
	}
	for i, u := range units {
		if was[i] != nowhere {
			s.put(u, was[i])
		}
	}
	return false
}

func (s *state) accepts(before score, tolerance int64) bool {
	now := s.score()
	if tolerance > 0 && now.unplaced == before.unplaced {
		return now.objective.Crossing-before.objective.Crossing <= tolerance
	}
	return !before.better(now)
}

// exchangeSlots moves all of each slot to the other.
func (s *state) exchangeSlots(a, b int, tolerance int64) {
	if a == b || len(s.in[a])+len(s.in[b]) == 0 {
		return
	}
	var units, to []int
	for _, u := range s.in[a] {
		units, to = append(units, u), append(to, b)
	}
	for _, u := range s.in[b] {
		units, to = append(units, u), append(to, a)
	}
	s.attempt(units, to, tolerance)
}

// tighten closes gaps between waves for as long as that makes the whole better: all waves from some one on move
// a slot earlier, or all up to it a slot later.
func (s *state) tighten() {
	for again := true; again; {
		again = false
		for slot := range s.days {
			again = s.shift(slot, len(s.days)-1, -1) || again
			again = s.shift(0, slot, 1) || again
		}
	}
}

// shift moves all waves in the slots to the next slot before or behind that anybody may use, if there is a gap.
func (s *state) shift(from, to, by int) bool {
	edge := from
	if by > 0 {
		edge = to
	}
	if next := s.beside(edge, by); len(s.in[edge]) == 0 || next < 0 || len(s.in[next]) > 0 {
		return false
	}
	var units, slots []int
	for slot := from; slot <= to; slot++ {
		if len(s.in[slot]) == 0 {
			continue
		}
		next := s.beside(slot, by)
		for _, u := range s.in[slot] {
			units, slots = append(units, u), append(slots, next)
		}
	}
	before := s.score()
	return s.attempt(units, slots, 0) && s.score().better(before)
}

// beside is the next slot before or behind that anybody may use; -1 where there is none. Behind another slot
// than the last used one there is one, since a wave can only be in one.
func (s *state) beside(slot, by int) int {
	if by < 0 {
		return s.open.upTo(slot - 1)
	}
	if slot+1 >= len(s.days) {
		return -1
	}
	return s.open.from(slot + 1)
}

// force puts a unit that has no slot into one, and what is in its way elsewhere, or nowhere.
func (s *state) force(u int, r *random) {
	lo, hi := s.domain(u).from(0), s.domain(u).upTo(len(s.days)-1)
	slot := s.domain(u).from(lo + r.below(hi-lo+1))
	before, was := s.score(), slices.Clone(s.at)
	var moved []int
	for !s.fits(u, slot) {
		v := s.hindrance(u, slot, r)
		if v < 0 {
			break
		}
		s.lift(v)
		moved = append(moved, v)
	}
	if s.fits(u, slot) {
		s.put(u, slot)
	}
	for _, v := range moved {
		s.settle(v)
	}
	if s.unplaced > before.unplaced+r.below(2) {
		s.restore(was)
	}
}

// settle puts a unit where it costs least, if it can be anywhere.
func (s *state) settle(u int) {
	best, least := nowhere, int64(0)
	lo, hi := s.span(u)
	for slot := lo; slot <= hi; slot++ {
		if s.holds(u, slot) {
			if cost := s.pull(u, slot); best == nowhere || cost < least {
				best, least = slot, cost
			}
		}
	}
	if best != nowhere {
		s.put(u, best)
	}
}

// hindrance is a unit that keeps another out of a slot: one that has to be on the other side of it, or takes its
// room; -1 where there is none that could be moved.
func (s *state) hindrance(u, slot int, r *random) int {
	for _, l := range s.units[u].before {
		if at := s.at[l.other]; at != nowhere && s.earliest(l, at) > slot {
			return l.other
		}
	}
	for _, l := range s.units[u].after {
		if at := s.at[l.other]; at != nowhere && s.latest(l, at) < slot {
			return l.other
		}
	}
	for other := range s.days {
		for _, v := range s.in[other] {
			if s.units[u].rear && s.units[v].vanguard && other >= slot || s.units[u].vanguard && s.units[v].rear && other <= slot {
				return v
			}
		}
	}
	if in := s.in[slot]; len(in) > 0 && !s.holds(u, slot) {
		return in[r.below(len(in))]
	}
	return -1
}

package solve

import (
	"cmp"
	"slices"
)

// manner is one way to fill slots from the first to the last.
type manner struct {
	urgent bool // what has to move soonest first, else what depends most on what moves in the same slot
	fuller bool // of two environments that could move in a slot the one with more to move, else non-production
}

// manners are tried in this order.
func manners() []manner {
	return []manner{{false, true}, {true, true}, {false, false}, {true, false}}
}

// construct fills the slots in order of time.
func (s *state) construct(how manner) {
	gain := make([]int64, len(s.units)) // weight to units in the slot at hand
	for slot := range s.days {
		clear(gain)
		ready := s.turn(slot, how)
		for len(ready) > 0 {
			i := s.pick(ready, slot, how, gain)
			u := ready[i]
			ready[i] = ready[len(ready)-1]
			ready = ready[:len(ready)-1]
			if !s.holds(u, slot) { // what came since took its room
				ready = slices.DeleteFunc(ready, func(other int) bool { return !s.holds(other, slot) })
				continue
			}
			s.put(u, slot)
			for _, l := range s.units[u].links {
				gain[l.other] += l.weight
			}
			for i, l := range s.units[u].after {
				if (i == 0 || s.units[u].after[i-1].other != l.other) && s.at[l.other] == nowhere && s.ready(l.other, slot) {
					ready = append(ready, l.other)
				}
			}
		}
	}
}

// turn decides whose slot it is and gives the units that may go: those of the environment with a unit whose last
// chance it is, else of the one that the manner prefers and that has something ready.
func (s *state) turn(slot int, how manner) []int {
	var ready [2][]int
	var last [2]bool
	for u := range s.units {
		if s.at[u] == nowhere && s.ready(u, slot) {
			side := s.side(&s.units[u])
			ready[side] = append(ready[side], u)
			last[side] = last[side] || s.domain(u).upTo(len(s.days)-1) == slot
		}
	}
	preferred := 0
	if how.fuller && len(ready[1]) > len(ready[0]) {
		preferred = 1
	}
	if last[preferred] || len(ready[preferred]) > 0 && !last[1-preferred] || len(ready[1-preferred]) == 0 {
		return ready[preferred]
	}
	return ready[1-preferred]
}

// ready says whether all that comes before a unit is placed, in time for the slot.
func (s *state) ready(u, slot int) bool {
	if !s.holds(u, slot) {
		return false
	}
	for _, l := range s.units[u].before {
		if s.at[l.other] == nowhere {
			return false
		}
	}
	if s.units[u].rear {
		for _, v := range s.model.first {
			if s.at[v] == nowhere {
				return false
			}
		}
	}
	lo, hi := s.span(u)
	return lo <= slot && slot <= hi
}

// pick chooses the next of the units that may go.
func (s *state) pick(ready []int, slot int, how manner, gain []int64) int {
	best, bestEnd := -1, 0
	for i, u := range ready {
		end := s.domain(u).upTo(len(s.days) - 1)
		if best < 0 || s.sooner(u, end, ready[best], bestEnd, slot, how, gain) {
			best, bestEnd = i, end
		}
	}
	return best
}

// sooner says whether a unit that has to move by some slot is picked before another.
func (s *state) sooner(u, end, other, otherEnd, slot int, how manner, gain []int64) bool {
	if (end == slot) != (otherEnd == slot) {
		return end == slot
	}
	if how.urgent && end != otherEnd {
		return end < otherEnd
	}
	return cmp.Or(cmp.Compare(gain[other], gain[u]), cmp.Compare(end, otherEnd), cmp.Compare(u, other)) < 0
}

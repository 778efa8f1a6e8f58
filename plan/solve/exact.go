package solve

import (
	"cmp"
	"slices"

	"nightferry/plan/problem"
)

// search is a complete search: it tries every slot of every unit, but for what propagation rules out and what
// cannot be better than the best found.
type search struct {
	model    *model
	cost     [][]int64 // of each unit in each slot: to the units that are placed
	done     []bool    // units placed
	left     int       // those that are not
	spent    int64     // crossing between units that are placed
	best     []int     // nil while none is found
	least    problem.Objective
	any      bool // stop at the first
	thorough bool // look at what spans of slots hold, at every turn
	steps    *int
	spare    []*model // one for each depth
}

// exact looks for the best assignment, better than the one given (nil for none). It says whether it looked
// everywhere before the steps were used up: what it returns is the best then, and nil says that there is none.
func (m *model) exact(best []int, least problem.Objective, first bool, steps *int) (_ []int, complete bool) {
	s := m.search(steps)
	s.best, s.least, s.any, s.thorough = best, least, first, true
	s.descend(m.copy(), 0)
	return s.best, *steps > 0
}

// around looks for the best assignment that differs from the one given, which is valid, in the free units only.
func (m *model) around(at []int, least problem.Objective, free []int, steps *int) []int {
	s, c := m.search(steps), m.copy()
	s.best, s.least = at, least
	for u, slot := range at {
		if !slices.Contains(free, u) {
			s.mark(u, slot, 1)
			clear(c.domain(u))
			c.domain(u).add(slot)
		}
	}
	for slot := range m.days {
		s.exclude(c, slot, nil)
	}
	if c.propagate(c.all()); !c.refuted {
		s.descend(c, 0)
	}
	return s.best
}

func (m *model) search(steps *int) *search {
	s := &search{model: m, done: make([]bool, len(m.units)), left: len(m.units), steps: steps}
	cells := make([]int64, len(m.units)*len(m.days))
	for u := range m.units {
		s.cost = append(s.cost, cells[u*len(m.days):(u+1)*len(m.days)])
	}
	return s
}

// copy of the model whose domains are its own.
func (m *model) copy() *model {
	c := *m
	c.domains = slices.Clone(m.domains)
	return &c
}

// child is a copy that is used again for every slot that is tried at the same depth.
func (s *search) child(m *model, depth int) *model {
	if depth == len(s.spare) {
		s.spare = append(s.spare, m.copy())
	}
	c := s.spare[depth]
	copy(c.domains, m.domains)
	c.refuted = false
	return c
}

// descend places the next unit in each slot it may be in, the cheapest first.
func (s *search) descend(m *model, depth int) {
	*s.steps -= 4 * (2*len(m.units) + s.left*len(m.days))
	u := s.next(m)
	if u < 0 {
		s.best = make([]int, len(m.units))
		for i := range m.units {
			s.best[i] = m.domain(i).from(0)
		}
		s.least = s.bound(m)
		return
	}
	var order []int
	for slot := m.domain(u).from(0); slot >= 0; slot = m.domain(u).from(slot + 1) {
		order = append(order, slot)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.cost[u][a], s.cost[u][b]) })
	for _, slot := range order {
		if *s.steps <= 0 || s.any && s.best != nil {
			return
		}
		child := s.child(m, depth)
		s.mark(u, slot, 1)
		if s.settle(child, u, slot) && (s.best == nil || s.bound(child).Compare(s.least) < 0) {
			s.descend(child, depth+1)
		}
		s.mark(u, slot, -1)
	}
}

// next is the unit with the fewest slots left, of those the one with the most links; -1 where all are placed.
func (s *search) next(m *model) int {
	best, fewest := -1, 0
	for u := range m.units {
		if s.done[u] {
			continue
		}
		n := m.domain(u).count()
		if best < 0 || n < fewest || n == fewest && len(m.units[u].links) > len(m.units[best].links) {
			best, fewest = u, n
		}
	}
	return best
}

// mark notes a unit as placed in a slot, or takes it back.
func (s *search) mark(u, slot int, by int64) {
	s.done[u] = by > 0
	s.left -= int(by)
	s.spent += by * s.cost[u][slot]
	for _, l := range s.model.units[u].links {
		if !s.done[l.other] {
			for i := range s.cost[l.other] {
				s.cost[l.other][i] += by * l.weight * s.model.distance(i, slot)
			}
		}
	}
}

// settle gives a unit its slot, takes the slot from those that no longer fit, and says whether the rest may.
func (s *search) settle(m *model, u, slot int) bool {
	clear(m.domain(u))
	m.domain(u).add(slot)
	changed := s.exclude(m, slot, []int{u})
	m.propagate(changed)
	return !m.refuted && (!s.thorough || !m.crowded())
}

// exclude takes a slot from those that do not fit beside the units placed in it, and adds them to the changed.
func (s *search) exclude(m *model, slot int, changed []int) []int {
	var used load
	sides := [2]bool{}
	for i := range m.units {
		if s.done[i] && m.domain(i).has(slot) {
			used.add(m.units[i].load)
			sides[m.side(&m.units[i])] = true
		}
	}
	for i := range m.units {
		u := &m.units[i]
		if !s.done[i] && m.domain(i).has(slot) && (sides[1-m.side(u)] || m.over(used, u.load)) {
			m.domain(i).drop(slot)
			changed = append(changed, i)
		}
	}
	return changed
}

// over says whether a slot with so much in it has no room for more.
func (m *model) over(used, more load) bool {
	for i, limit := range m.limit {
		if limit > 0 && used[i]+more[i] > limit {
			return true
		}
	}
	return false
}

// bound is an objective that no assignment within the domains can better, goal by goal.
func (s *search) bound(m *model) problem.Objective {
	o := problem.Objective{Crossing: s.spent}
	last := m.days[len(m.days)-1]
	for u := range m.units {
		unit := &m.units[u]
		lo, hi := m.domain(u).from(0), m.domain(u).upTo(len(m.days)-1)
		o.Finish = max(o.Finish, m.days[lo])
		o.Risk += unit.risk * (last - m.days[hi])
		if s.done[u] {
			continue
		}
		least := s.cost[u][lo]
		for slot := lo; slot >= 0; slot = m.domain(u).from(slot + 1) {
			least = min(least, s.cost[u][slot])
		}
		o.Crossing += least
		for _, l := range unit.links {
			if l.other > u && !s.done[l.other] {
				o.Crossing += l.weight * m.apart(u, l.other)
			}
		}
	}
	return o
}

// apart is how many days two units are apart at the least.
func (m *model) apart(a, b int) int64 {
	x, y := &m.units[a], &m.units[b]
	before, after, n := m.domain(a), m.domain(b), len(m.days)-1
	days := max(0, m.days[before.from(0)]-m.days[after.upTo(n)], m.days[after.from(0)]-m.days[before.upTo(n)])
	if m.side(x) != m.side(y) || x.vanguard && y.rear || y.vanguard && x.rear {
		days = max(days, m.near)
	}
	return days
}

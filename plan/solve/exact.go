package solve

import (
	"cmp"
	"slices"

	"nightferry/plan/problem"
)

// search is a complete search: it tries every slot of every unit, but for what propagation rules out and what
// cannot be better than the best found.
type search struct {
	model *model
	cost  [][]int64 // of each unit in each slot: to the units that are placed
	done  []bool    // units placed
	spent int64     // crossing between units that are placed
	best  []int     // nil while none is found
	least problem.Objective
	any   bool // stop at the first
	steps *int
}

// exact looks for the best assignment, better than the one given (nil for none). It says whether it looked
// everywhere before the steps were used up: what it returns is the best then, and nil says that there is none.
func (m *model) exact(best []int, least problem.Objective, first bool, steps *int) (_ []int, complete bool) {
	s := &search{model: m, done: make([]bool, len(m.units)), best: best, least: least, any: first, steps: steps}
	for range m.units {
		s.cost = append(s.cost, make([]int64, len(m.days)))
	}
	s.descend(m.copy())
	return s.best, *steps > 0
}

// copy of the model whose domains are its own.
func (m *model) copy() *model {
	c := *m
	c.units = slices.Clone(m.units)
	for i := range c.units {
		c.units[i].domain = slices.Clone(c.units[i].domain)
	}
	return &c
}

// descend places the next unit in each slot it may be in, the cheapest first.
func (s *search) descend(m *model) {
	*s.steps -= len(m.units) * len(m.days)
	u := s.next(m)
	if u < 0 {
		s.best = make([]int, len(m.units))
		for i := range m.units {
			s.best[i] = m.units[i].domain.from(0)
		}
		s.least = s.bound(m)
		return
	}
	var order []int
	for slot := m.units[u].domain.from(0); slot >= 0; slot = m.units[u].domain.from(slot + 1) {
		order = append(order, slot)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.cost[u][a], s.cost[u][b]) })
	for _, slot := range order {
		if *s.steps <= 0 || s.any && s.best != nil {
			return
		}
		child := m.copy()
		s.mark(u, slot, 1)
		if s.settle(child, u, slot) && (s.best == nil || s.bound(child).Compare(s.least) < 0) {
			s.descend(child)
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
		n := m.units[u].domain.count()
		if best < 0 || n < fewest || n == fewest && len(m.units[u].links) > len(m.units[best].links) {
			best, fewest = u, n
		}
	}
	return best
}

// mark notes a unit as placed in a slot, or takes it back.
func (s *search) mark(u, slot int, by int64) {
	s.done[u] = by > 0
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
	only := noSlots(len(m.days))
	only.add(slot)
	m.units[u].domain = only
	var used load
	for i := range m.units {
		if s.done[i] && m.units[i].domain.has(slot) {
			used.add(m.units[i].load)
		}
	}
	for i := range m.units {
		if s.done[i] || !m.units[i].domain.has(slot) {
			continue
		}
		if m.side(m.units[i]) != m.side(m.units[u]) || m.over(used, m.units[i].load) {
			m.units[i].domain.drop(slot)
		}
	}
	m.propagate()
	return !m.refuted
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
		lo, hi := unit.domain.from(0), unit.domain.upTo(len(m.days)-1)
		o.Finish = max(o.Finish, m.days[lo])
		o.Risk += unit.risk * (last - m.days[hi])
		if s.done[u] {
			continue
		}
		least := s.cost[u][lo]
		for slot := lo; slot >= 0; slot = unit.domain.from(slot + 1) {
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
	n := len(m.days) - 1
	days := max(0, m.days[x.domain.from(0)]-m.days[y.domain.upTo(n)], m.days[y.domain.from(0)]-m.days[x.domain.upTo(n)])
	if m.side(*x) != m.side(*y) || x.vanguard && y.rear || y.vanguard && x.rear {
		days = max(days, m.near)
	}
	return days
}

package solve

import (
	"cmp"
	"slices"

	"nightferry/plan/problem"
)

// bound is an objective that no valid assignment betters in any goal.
//
// Crossing: around each unit, only so many neighbours fit into its slot; the others are a slot away or more, as
// many again on each side. An edge lies around two units, so half of the sum is a bound. Finish: no fewer slots
// than the loads fill.
func (m *model) bound() problem.Objective {
	steps := 0
	o := m.search(&steps).bound(m)
	gaps, stars := m.gaps(), int64(0)
	for u := range m.units {
		stars += m.star(u, gaps)
	}
	o.Crossing = max(o.Crossing, (stars+1)/2)
	o.Finish = max(o.Finish, m.fill())
	return o
}

// gaps is how many days two slots are apart at the least that have so many steps between them: gaps[1] is of
// neighbouring slots.
func (m *model) gaps() []int64 {
	gaps := make([]int64, len(m.days))
	for k := range gaps {
		gaps[k] = m.days[len(m.days)-1]
		for i := k; i < len(m.days); i++ {
			gaps[k] = min(gaps[k], m.days[i]-m.days[i-k])
		}
	}
	return gaps
}

// star is the least that the dependencies of one unit cost.
func (m *model) star(u int, gaps []int64) int64 {
	unit := &m.units[u]
	known := int64(0) // what domains and environments ask
	for _, l := range unit.links {
		known += l.weight * m.apart(u, l.other)
	}
	if m.limit[0] == 0 {
		return known
	}
	links := slices.SortedFunc(slices.Values(unit.links), func(a, b link) int { return cmp.Compare(b.weight, a.weight) })
	room := m.limit[0] - unit.load[0]
	crowded := int64(0)
	for i := room; i < int64(len(links)); i++ {
		k := 1 + (i-room)/(2*m.limit[0])
		crowded += links[i].weight * gaps[min(k, int64(len(gaps)-1))]
	}
	return max(known, crowded)
}

// fill is the day of the last slot if all loads filled the first slots that may be used.
func (m *model) fill() int64 {
	var loads [2]load
	for _, u := range m.units {
		loads[m.side(&u)].add(u.load)
	}
	slot := -1
	for range m.nights(loads[0]) + m.nights(loads[1]) {
		slot = m.open.from(slot + 1)
	}
	return m.days[max(slot, 0)]
}

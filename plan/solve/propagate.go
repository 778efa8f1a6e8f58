package solve

import "slices"

// all units of the model.
func (m *model) all() []int {
	units := make([]int, len(m.units))
	for i := range units {
		units[i] = i
	}
	return units
}

// propagate narrows every unit's domain to what its neighbours in order leave it, beginning with those around
// the units that changed, and refutes the model where a domain runs empty.
func (m *model) propagate(changed []int) {
	queue, waiting := slices.Clone(changed), make([]bool, len(m.units))
	for _, u := range queue {
		waiting[u] = true
	}
	push := func(u int) {
		if !waiting[u] {
			waiting[u] = true
			queue = append(queue, u)
		}
	}
	for !m.refuted && len(queue) > 0 {
		u := queue[0]
		queue = queue[1:]
		waiting[u] = false
		m.narrow(u, push)
		if len(queue) == 0 && !m.refuted {
			m.part(push)
		}
	}
}

// narrow tells the units around u what its domain leaves them.
func (m *model) narrow(u int, push func(int)) {
	unit := &m.units[u]
	lo, hi := m.domain(u).from(0), m.domain(u).upTo(len(m.days)-1)
	if lo < 0 {
		m.refuted = true
		return
	}
	for _, l := range unit.after {
		m.clip(l.other, m.earliest(l, lo), len(m.days), push)
	}
	for _, l := range unit.before {
		m.clip(l.other, 0, m.latest(l, hi), push)
	}
}

// earliest slot of a unit that comes after another in the slot.
func (m *model) earliest(l lag, slot int) int {
	if l.days < 0 {
		return slot
	}
	return m.onOrAfter(m.days[slot] + l.days)
}

// latest slot of a unit that comes before another in the slot.
func (m *model) latest(l lag, slot int) int {
	if l.days < 0 {
		return slot
	}
	return m.onOrBefore(m.days[slot] - l.days)
}

func (m *model) clip(u, lo, hi int, push func(int)) {
	domain := m.domain(u)
	if first := domain.from(0); first < 0 || first >= lo && domain.upTo(len(m.days)-1) <= hi {
		return
	}
	domain.clip(lo, hi)
	push(u)
}

// part keeps the vanguard in front of those behind it.
func (m *model) part(push func(int)) {
	if len(m.first) == 0 || len(m.behind) == 0 {
		return
	}
	lo, hi := -1, len(m.days)
	for _, u := range m.first {
		lo = max(lo, m.domain(u).from(0))
	}
	for _, u := range m.behind {
		hi = min(hi, m.domain(u).upTo(len(m.days)-1))
	}
	for _, u := range m.first {
		m.clip(u, 0, hi-1, push)
	}
	for _, u := range m.behind {
		m.clip(u, lo+1, len(m.days), push)
	}
}

// crowded says whether some span of slots has to hold more than it can: what may only be within it takes more
// slots, of each environment and of both together, than any of it may use.
func (m *model) crowded() bool {
	n := len(m.days)
	usable := [2]slots{noSlots(n), noSlots(n)} // by environment
	for u := range m.units {
		usable[m.side(&m.units[u])].join(m.domain(u))
	}
	either := noSlots(n)
	either.join(usable[0])
	either.join(usable[1])
	m.open = either
	byEnd := make([][]int, n) // units by the last slot they may be in
	for i := range m.units {
		hi := m.domain(i).upTo(n - 1)
		byEnd[hi] = append(byEnd[hi], i)
	}
	for from := range n {
		var loads [2]load
		var open [3]int
		for to := from; to < n; to++ {
			for i, set := range []slots{usable[0], usable[1], either} {
				if set.has(to) {
					open[i]++
				}
			}
			for _, u := range byEnd[to] {
				if m.domain(u).from(0) >= from {
					loads[m.side(&m.units[u])].add(m.units[u].load)
				}
			}
			a, b := m.nights(loads[0]), m.nights(loads[1])
			if a > open[0] || b > open[1] || a+b > open[2] {
				return true
			}
		}
	}
	return false
}

// side is a unit's environment as a number. Where environments may share a slot, all are of one.
func (m *model) side(u *unit) int {
	if u.production && !m.mixed {
		return 1
	}
	return 0
}

// nights is how many slots a load takes at the least.
func (m *model) nights(l load) int {
	if l[0] == 0 {
		return 0
	}
	nights := int64(1)
	for i, limit := range m.limit {
		if limit > 0 {
			nights = max(nights, (l[i]+limit-1)/limit)
		}
	}
	return int(nights)
}

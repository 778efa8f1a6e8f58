package solve

import "slices"

// model is an index under those of its constraints that are active: workloads that have to move together are
// one unit, and each unit knows the slots it may be in.
type model struct {
	*index
	active  []bool // by constraint
	unit    []int  // of each workload
	units   []unit
	domains slots // where each unit may be, one after the other
	first   []int // units of the vanguard
	behind  []int // units that follow all of it
	limit   load  // 0: none
	open    slots // those that any unit may be in
	near    int64 // days between neighbouring slots, at the least
	mixed   bool  // environments may share a slot
	refuted bool  // no assignment can be valid
}

// unit is the workloads of a circle of dependencies, or of a group, or of both.
type unit struct {
	members        []int
	production     bool
	vanguard, rear bool
	load           load
	risk           int64
	links          []link // to other units, each once, in their order
	before         []lag  // units that come before it
	after          []lag  // units that come after it
}

// link is the weight of all dependencies between two units.
type link struct {
	other  int
	weight int64
}

// lag says that two units are in order: in slots, with the same one allowed, where days is negative; else so
// many days apart.
type lag struct {
	other int
	days  int64
}

// model of the constraints. Bundles are workloads that move together besides, for the sake of the search.
func (x *index) model(active []bool, bundles ...[]int) *model {
	m := &model{index: x, active: active, mixed: !active[x.mixing]}
	for i, id := range x.limits {
		if id >= 0 && active[id] {
			m.limit[i] = x.limit[i]
		}
	}
	m.gather(bundles)
	if !m.refuted {
		m.arrange()
	}
	if !m.refuted {
		m.propagate(m.all())
		m.refuted = m.refuted || m.crowded()
	}
	return m
}

// unwaived is all constraints but those that are waived.
func (x *index) unwaived() []bool {
	active := slices.Repeat([]bool{true}, len(x.ids))
	for _, w := range x.problem.Waivers {
		active[x.number(w.Constraint)] = false
	}
	return active
}

// domain is where a unit may be.
func (m *model) domain(u int) slots {
	n := (len(m.days) + 63) / 64
	return m.domains[u*n : (u+1)*n]
}

// gather makes the units.
func (m *model) gather(bundles [][]int) {
	arrows := make([][]int, len(m.work))
	for _, e := range m.edges {
		if e.id >= 0 && m.active[e.id] {
			arrows[e.from] = append(arrows[e.from], e.to)
		}
	}
	for _, g := range m.groups {
		if m.active[g.id] {
			bundles = append(bundles, g.members)
		}
	}
	for _, bundle := range bundles {
		for i, w := range bundle {
			arrows[w] = append(arrows[w], bundle[(i+1)%len(bundle)])
		}
	}
	together := components(arrows)
	slices.SortFunc(together, func(a, b []int) int { return a[0] - b[0] })
	m.unit = make([]int, len(m.work))
	m.domains = slices.Repeat(allSlots(len(m.days)), len(together))
	for i, members := range together {
		u := unit{members: members, production: m.work[members[0]].production}
		for _, w := range members {
			m.unit[w] = i
			u.load.add(m.work[w].load)
			u.risk += m.work[w].risk
			for _, r := range m.work[w].rules {
				if m.active[r.id] {
					m.domain(i).keep(r.allowed)
				}
			}
			m.refuted = m.refuted || !m.mixed && m.work[w].production != u.production
		}
		for i, limit := range m.limit {
			m.refuted = m.refuted || limit > 0 && u.load[i] > limit
		}
		m.units = append(m.units, u)
	}
}

// arrange sets units before and after each other.
func (m *model) arrange() {
	order := func(before, after int, days int64) {
		b, a := m.unit[before], m.unit[after]
		if b == a {
			m.refuted = m.refuted || days > 0
			return
		}
		m.units[b].after = append(m.units[b].after, lag{a, days})
		m.units[a].before = append(m.units[a].before, lag{b, days})
	}
	for _, e := range m.edges {
		if e.id >= 0 && m.active[e.id] {
			order(e.to, e.from, -1)
		}
	}
	for _, p := range m.proofs {
		if m.active[p.id] {
			order(p.before, p.after, p.days)
		}
	}
	for _, w := range m.index.first {
		m.units[m.unit[w]].vanguard = true
	}
	for _, r := range m.index.behind {
		if m.active[r.id] {
			m.units[m.unit[r.workload]].rear = true
		}
	}
	for i, u := range m.units {
		if u.vanguard {
			m.first = append(m.first, i)
		}
		if u.rear {
			m.behind = append(m.behind, i)
		}
		m.refuted = m.refuted || u.vanguard && u.rear
		for _, lags := range []*[]lag{&m.units[i].before, &m.units[i].after} {
			slices.SortFunc(*lags, func(a, b lag) int {
				if a.other != b.other {
					return a.other - b.other
				}
				return int(a.days - b.days)
			})
			*lags = slices.Compact(*lags)
		}
	}
}

// link adds up the weights between units, which only a search for good assignments has to know.
func (m *model) link() {
	if len(m.days) > 1 {
		m.near = m.gaps()[1]
	}
	for _, e := range m.edges {
		a, b := m.unit[e.from], m.unit[e.to]
		if a != b && e.weight > 0 {
			m.units[a].links = append(m.units[a].links, link{b, e.weight})
			m.units[b].links = append(m.units[b].links, link{a, e.weight})
		}
	}
	for i := range m.units {
		links := m.units[i].links
		slices.SortFunc(links, func(a, b link) int { return a.other - b.other })
		kept := links[:0]
		for _, l := range links {
			if n := len(kept); n > 0 && kept[n-1].other == l.other {
				kept[n-1].weight += l.weight
			} else {
				kept = append(kept, l)
			}
		}
		m.units[i].links = kept
	}
}

// components gives the strongly connected components of a graph, members in order: Tarjan's algorithm with a
// stack of its own, since a chain of dependencies can be as long as the estate.
func components(arrows [][]int) [][]int {
	t := tarjan{arrows: arrows, number: make([]int, len(arrows)), low: make([]int, len(arrows)), next: make([]int, len(arrows))}
	for v := range arrows {
		if t.number[v] == 0 {
			t.visit(v)
		}
	}
	return t.found
}

type tarjan struct {
	arrows        [][]int
	number, low   []int // 0: not seen; low is out of reach once the component is found
	next          []int // arrow to follow next
	count         int
	path, waiting []int
	found         [][]int
}

func (t *tarjan) enter(v int) {
	t.count++
	t.number[v], t.low[v] = t.count, t.count
	t.path, t.waiting = append(t.path, v), append(t.waiting, v)
}

func (t *tarjan) visit(start int) {
	t.enter(start)
	for len(t.path) > 0 {
		v := t.path[len(t.path)-1]
		if t.next[v] < len(t.arrows[v]) {
			to := t.arrows[v][t.next[v]]
			t.next[v]++
			if t.number[to] == 0 {
				t.enter(to)
			} else {
				t.low[v] = min(t.low[v], t.low[to])
			}
			continue
		}
		t.path = t.path[:len(t.path)-1]
		if t.low[v] == t.number[v] {
			t.found = append(t.found, t.close(v))
		} else {
			parent := t.path[len(t.path)-1]
			t.low[parent] = min(t.low[parent], t.low[v])
		}
	}
}

// close takes the component of v off the stack.
func (t *tarjan) close(v int) []int {
	i := slices.Index(t.waiting, v)
	members := slices.Clone(t.waiting[i:])
	t.waiting = t.waiting[:i]
	slices.Sort(members)
	for _, w := range members {
		t.low[w] = len(t.arrows) + 1
	}
	return members
}

package solve

import "slices"

// rounds improves an assignment in three ways by turns until so many steps are used up: unit by unit, wave by
// wave, and a few units at a time completely.
func (s *state) rounds(budget int, seed uint64) {
	end, part := *s.steps-budget, max(budget/12, 1)
	r := random(seed)
	for *s.steps > end {
		s.waves(part, r.next())
		if len(s.units) <= mostUnits && s.unplaced == 0 {
			s.corners(part, &r)
		}
		s.improve(part, r.next(), int64(1+r.below(8)))
	}
}

// mostUnits is up to how many of them a few are searched completely: each step of it walks over all.
const mostUnits = 500

// waves takes each wave for one unit and looks for better slots for them, in which two may join.
func (s *state) waves(budget int, seed uint64) {
	if s.unplaced > 0 {
		return
	}
	var bundles [][]int
	for _, units := range s.in {
		var bundle []int
		for _, u := range units {
			bundle = append(bundle, s.units[u].members...)
		}
		if len(bundle) > 0 {
			slices.Sort(bundle)
			bundles = append(bundles, bundle)
		}
	}
	m := s.index.model(s.active, bundles...)
	*s.steps -= 4 * (len(s.work) + len(s.edges)) // building it
	m.link()
	coarse := newState(m, s.steps)
	for _, bundle := range bundles {
		coarse.put(m.unit[bundle[0]], s.at[s.unit[bundle[0]]])
	}
	left := budget / 2
	if len(m.units)*len(m.days) <= mostCells {
		at, _ := m.exact(slices.Clone(coarse.at), coarse.score().objective, false, &left)
		coarse.restore(at)
	} else {
		coarse.improve(left, seed, 8)
	}
	*s.steps -= budget/2 - left
	if !coarse.score().better(s.score()) {
		return
	}
	at := make([]int, len(s.units))
	for u := range s.units {
		at[u] = coarse.at[m.unit[s.units[u].members[0]]]
	}
	s.restore(at)
}

// corners searches, again and again, all places of a few units that lie near each other, the others left where
// they are.
func (s *state) corners(budget int, r *random) {
	for end := *s.steps - budget; *s.steps > end; {
		free := s.corner(r, 4+r.below(6))
		left := budget / 16
		at := s.around(slices.Clone(s.at), s.score().objective, free, &left)
		*s.steps -= budget/16 - left + len(s.units)
		if !slices.Equal(at, s.at) {
			s.restore(at)
		}
	}
}

// corner is some units around one: those that depend on each other, or that move in slots beside each other.
func (s *state) corner(r *random, n int) []int {
	free := []int{r.below(len(s.units))}
	for tries := 0; len(free) < n && tries < 4*n; tries++ {
		from := free[r.below(len(free))]
		next := from
		if links := s.units[from].links; len(links) > 0 && r.below(2) == 0 {
			next = links[r.below(len(links))].other
		} else if in := s.in[min(max(s.at[from]+r.below(3)-1, 0), len(s.in)-1)]; len(in) > 0 {
			next = in[r.below(len(in))]
		}
		if !slices.Contains(free, next) {
			free = append(free, next)
		}
	}
	return free
}

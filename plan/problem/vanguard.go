package problem

import (
	"cmp"
	"maps"
	"slices"

	"nightferry/internal/estate"
)

// Vanguard is who moves first in production, and which rule says so.
type Vanguard struct {
	Rule    Kind     // Regulated: unregulated workloads exist and go first. Smallest: none do, so the smallest regulated service does
	Service string   // under Smallest, that service
	First   []string // workloads, sorted, with all that they need
	Behind  []string // the regulated workloads that move in later slots than all of First, sorted
}

// Vanguard derives who moves first. A workload needs what it depends on in production, unless that may cross,
// what is in its group, and what those need. Unregulated workloads that need no regulated one go first. Where
// there is none, that regulated service goes first which is smallest with all that it needs (in bytes, then in
// workloads, then by name). Waivers change nothing here: they are of the constraints that follow.
func (p Problem) Vanguard() Vanguard {
	members := map[string][]string{} // regulated service → its production workloads
	var unregulated, regulated []string
	for _, w := range p.Workloads {
		switch {
		case w.Environment != estate.Production:
		case w.Regulated:
			regulated = append(regulated, w.Name)
			members[w.Service] = nil
		default:
			unregulated = append(unregulated, w.Name)
		}
	}
	slices.Sort(regulated)
	needs, needed := p.needs()
	v := Vanguard{Rule: Regulated}
	bound := reach(needed, regulated)
	for _, name := range unregulated {
		if !bound[name] {
			v.First = append(v.First, name)
		}
	}
	if len(v.First) == 0 {
		v = p.smallest(members, needs)
	}
	slices.Sort(v.First)
	for _, name := range regulated {
		if _, first := slices.BinarySearch(v.First, name); !first {
			v.Behind = append(v.Behind, name)
		}
	}
	return v
}

// smallest chooses the regulated service that is smallest with all that it needs.
func (p Problem) smallest(services, needs map[string][]string) Vanguard {
	bytes := map[string]int64{}
	for _, w := range p.Workloads {
		bytes[w.Name] = p.Bytes(w)
		if _, candidate := services[w.Service]; candidate && w.Environment == estate.Production {
			services[w.Service] = append(services[w.Service], w.Name)
		}
	}
	best, least := Vanguard{Rule: Smallest}, int64(0)
	for _, service := range slices.Sorted(maps.Keys(services)) {
		first := slices.Collect(maps.Keys(reach(needs, services[service])))
		total := int64(0)
		for _, name := range first {
			total += bytes[name]
		}
		if best.Service == "" || cmp.Or(cmp.Compare(total, least), cmp.Compare(len(first), len(best.First))) < 0 {
			best.Service, best.First, least = service, first, total
		}
	}
	return best
}

// needs gives, for production workloads, what each directly needs and what needs it.
func (p Problem) needs() (needs, needed map[string][]string) {
	needs, needed = map[string][]string{}, map[string][]string{}
	production, latest := map[string]bool{}, map[string]string{}
	add := func(from, to string) {
		needs[from] = append(needs[from], to)
		needed[to] = append(needed[to], from)
	}
	for _, w := range p.Workloads {
		if w.Environment != estate.Production {
			continue
		}
		production[w.Name] = true
		if other := latest[w.Group]; w.Group != "" && other != "" {
			add(w.Name, other)
			add(other, w.Name)
		}
		latest[w.Group] = w.Name
	}
	for _, d := range p.Dependencies {
		if !d.MayCross && production[d.From] && production[d.To] {
			add(d.From, d.To)
		}
	}
	return needs, needed
}

// reach returns the starts and all that the arrows lead to.
func reach(arrows map[string][]string, starts []string) map[string]bool {
	seen := map[string]bool{}
	for rest := slices.Clone(starts); len(rest) > 0; {
		name := rest[len(rest)-1]
		rest = rest[:len(rest)-1]
		if !seen[name] {
			seen[name] = true
			rest = append(rest, arrows[name]...)
		}
	}
	return seen
}

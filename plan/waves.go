package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

func waveName(n int) string { return fmt.Sprintf("wave-%d", n) }

func title(phase Phase, members []Placement) string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.Service
	}
	return string(phase) + ": " + strings.Join(names, ", ")
}

// waves orders the move groups of one phase: a group goes when all that it needs went before; among those that
// could go, unregulated data before regulated, then the smaller before the larger, then by name.
func (g *serviceGraph) waves(phase Phase, policy estate.Policy) [][]Placement {
	remaining := g.groups(estate.Environment(phase))
	placed := map[int64]bool{}
	var waves [][]Placement
	for len(remaining) > 0 {
		ready, later := g.split(remaining, placed)
		slices.SortFunc(ready, g.before)
		var wave []Placement
		taken := 0
		for _, group := range ready {
			if taken > 0 && (policy.MaxServicesPerWave > 0 && taken+len(group) > policy.MaxServicesPerWave || g.regulated(group) != g.regulated(ready[0])) {
				later = append(later, group)
				continue
			}
			taken += len(group)
			for _, id := range group {
				wave = append(wave, g.place(id, group, phase))
				placed[id] = true
			}
		}
		if n := policy.MaxServicesPerWave; n > 0 && taken > n {
			g.warnings = append(g.warnings, fmt.Sprintf("%s: %d services need each other in a circle and move together, over the limit of %d a wave",
				title(phase, wave), taken, n))
		}
		waves = append(waves, wave)
		remaining = later
	}
	return waves
}

// split tells groups whose needs within the phase are placed from those that wait. Groups are free of circles
// among each other, so at least one is always ready.
func (g *serviceGraph) split(groups [][]int64, placed map[int64]bool) (ready, later [][]int64) {
	pending := map[int64]int{}
	for i, group := range groups {
		for _, id := range group {
			pending[id] = i + 1
		}
	}
	for i, group := range groups {
		waits := false
		for _, id := range group {
			for to := range g.needs[id] {
				waits = waits || pending[to] != 0 && pending[to] != i+1 && !placed[to]
			}
		}
		if waits {
			later = append(later, group)
		} else {
			ready = append(ready, group)
		}
	}
	return ready, later
}

func (g *serviceGraph) regulated(group []int64) bool {
	return slices.ContainsFunc(group, func(id int64) bool { return isRegulated(g.classOf(id)) })
}

// isRegulated counts what nobody could judge as regulated: the cautious reading.
func isRegulated(class estate.DataClass) bool {
	return class.IsSensitive() || class == estate.NotAssessed
}

func (g *serviceGraph) classOf(id int64) estate.DataClass {
	return cmp.Or(g.class[g.services[id].Name], estate.NotAssessed)
}

// before orders two groups that could go now.
func (g *serviceGraph) before(a, b []int64) int {
	if ra, rb := g.regulated(a), g.regulated(b); ra != rb {
		if rb {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(g.weight(a), g.weight(b)), cmp.Compare(a[0], b[0]))
}

// weight is a group's size in bytes; one that is not known weighs most.
func (g *serviceGraph) weight(group []int64) int64 {
	total := int64(0)
	for _, id := range group {
		size := g.size[g.services[id].Name]
		if size < 0 {
			return 1 << 62
		}
		total += size
	}
	return total
}

func (g *serviceGraph) place(id int64, group []int64, phase Phase) Placement {
	s := g.services[id]
	p := Placement{Service: s.Name, Environment: s.Environment, Class: g.classOf(id), SizeBytes: g.size[s.Name]}
	p.Reasons = append(p.Reasons, Reason{"environment", fmt.Sprintf("its environment is %s, and environments are never mixed in a wave", phase)})
	for _, to := range sortedKeys(g.needs[id]) {
		d := g.needs[id][to]
		switch {
		case slices.Contains(group, to):
			p.Reasons = append(p.Reasons, Reason{"circle", g.describe(d) + ", and is needed by it: they move together"})
		case g.services[to].Environment == s.Environment:
			p.Reasons = append(p.Reasons, Reason{"dependency", g.describe(d) + ": not before it"})
		default:
			p.Reasons = append(p.Reasons, Reason{"stays", fmt.Sprintf("%s, which does not move with this environment (%s)", g.describe(d), g.services[to].Environment)})
		}
	}
	if isRegulated(p.Class) {
		p.Reasons = append(p.Reasons, Reason{"regulated", fmt.Sprintf("holds %s: after services without regulated data, the smallest first", p.Class)})
	} else {
		p.Reasons = append(p.Reasons, Reason{"unregulated", fmt.Sprintf("holds %s only: before services with regulated data", p.Class)})
	}
	if p.SizeBytes < 0 {
		p.Reasons = append(p.Reasons, Reason{"size", "its size is not known: placed as if it were the largest"})
	}
	return p
}

func sortedKeys(m map[int64]Dependency) []int64 {
	keys := make([]int64, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// retained lists the services that no wave takes.
func (g *serviceGraph) retained() []Placement {
	var stay []Placement
	for id, s := range g.services {
		if s.Environment == estate.Production || s.Environment == estate.NonProduction {
			continue
		}
		reason := Reason{"shared", "serves several environments: it stays, and what needs it keeps a path to it"}
		switch s.Environment {
		case estate.Target:
			reason = Reason{"target", "is part of the landing zone"}
		case estate.UnknownEnv, "":
			reason = Reason{"unknown-environment", "its environment is not stated in engagement.yaml: it cannot be placed"}
			g.warnings = append(g.warnings, "service "+s.Name+" has no environment and is in no wave")
		}
		stay = append(stay, Placement{Service: s.Name, Environment: s.Environment, Class: g.classOf(int64(id)), SizeBytes: g.size[s.Name], Reasons: []Reason{reason}})
	}
	return stay
}

// crossings notes, after each wave, the dependencies with one end moved and the other not.
func (g *serviceGraph) crossings(waves []Wave) {
	moved := map[string]bool{}
	for i := range waves {
		for _, m := range waves[i].Members {
			moved[m.Service] = true
		}
		for _, d := range g.dependencies {
			if moved[d.From] != moved[d.To] {
				waves[i].Crossing = append(waves[i].Crossing, g.describe(d))
			}
		}
	}
}

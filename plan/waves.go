package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"

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

// isRegulated counts what nobody could judge as regulated: the cautious reading.
func isRegulated(class estate.DataClass) bool {
	return class.IsSensitive() || class == estate.NotAssessed
}

func (g *serviceGraph) classOf(id int64) estate.DataClass {
	return cmp.Or(g.class[g.services[id].Name], estate.NotAssessed)
}

// place describes a service's place, with those of its group, by what holds wherever the wave is.
func (g *serviceGraph) place(id int64, group []int64, phase Phase) Placement {
	s := g.services[id]
	p := Placement{Service: s.Name, Environment: s.Environment, Class: g.classOf(id), Disposition: s.Disposition, SizeBytes: g.size[s.Name]}
	p.Reasons = append(p.Reasons, Reason{"environment", fmt.Sprintf("its environment is %s, and environments are never mixed in a wave", phase)})
	for _, to := range sortedKeys(g.needs[id]) {
		d := g.needs[id][to]
		switch {
		case slices.Contains(group, to):
			p.Reasons = append(p.Reasons, Reason{"circle", g.describe(d) + ", and is needed by it: they move together"})
		case g.services[to].moves() && g.services[to].Environment == s.Environment:
			p.Reasons = append(p.Reasons, Reason{"dependency", g.describe(d) + ": not before it"})
		default:
			p.Reasons = append(p.Reasons, Reason{"stays", fmt.Sprintf("%s, which does not move with it (%s)", g.describe(d), g.services[to].stance())})
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

// stance is why a service does not move with others: what becomes of it, else its environment.
func (s movable) stance() string {
	if s.Disposition == estate.Retain || s.Disposition == estate.Retire {
		return string(s.Disposition)
	}
	return string(s.Environment)
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
		if s.moves() {
			continue
		}
		reason := Reason{"shared", "serves several environments: it stays, and what needs it keeps a path to it"}
		switch {
		case s.Disposition == estate.Retain:
			reason = Reason{"retained", "engagement.yaml says that it stays: what needs it keeps a path to it"}
		case s.Disposition == estate.Retire:
			reason = Reason{"retired", "engagement.yaml says that it ends: what needs it must do without"}
		case s.Environment == estate.Target:
			reason = Reason{"target", "is part of the landing zone"}
		case s.Environment == estate.UnknownEnv, s.Environment == "":
			reason = Reason{"unknown-environment", "its environment is not stated in engagement.yaml: it cannot be placed"}
			g.warnings = append(g.warnings, "service "+s.Name+" has no environment and is in no wave")
		}
		stay = append(stay, Placement{Service: s.Name, Environment: s.Environment, Class: g.classOf(int64(id)), Disposition: s.Disposition, SizeBytes: g.size[s.Name], Reasons: []Reason{reason}})
	}
	return stay
}

// circles warns of services that need each other across environments: they never share a night, so that the edges between
// them cross sites.
func (g *serviceGraph) circles() {
	directed := simple.NewDirectedGraph()
	for i := range g.services {
		directed.AddNode(simple.Node(i))
	}
	for from, targets := range g.needs {
		for to := range targets {
			if g.services[from].moves() && g.services[to].moves() {
				directed.SetEdge(directed.NewEdge(directed.Node(from), directed.Node(to)))
			}
		}
	}
	for _, component := range topo.TarjanSCC(directed) {
		in := map[int64]bool{}
		for _, node := range component {
			in[node.ID()] = true
		}
		var edges []string
		for _, from := range slices.Sorted(maps.Keys(in)) {
			for _, to := range sortedKeys(g.needs[from]) {
				if in[to] && g.services[from].Environment != g.services[to].Environment {
					edges = append(edges, g.describe(g.needs[from][to]))
				}
			}
		}
		if len(edges) > 0 {
			g.warnings = append(g.warnings, "a circle across environments, which never share a night: "+strings.Join(edges, "; ")+" must cross sites meanwhile, or be cut before")
		}
	}
	slices.Sort(g.warnings)
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

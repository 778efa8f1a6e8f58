package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// serviceGraph is the services with who needs whom. Services are numbered in order of name, which makes every
// walk over them the same on every machine.
type serviceGraph struct {
	services     []movable
	index        map[string]int64 // name → number
	byAsset      map[string][]int64
	dependencies []Dependency
	needs        map[int64]map[int64]Dependency
	class        map[string]estate.DataClass
	size         map[string]int64
	warnings     []string
}

func newGraph(in Input) *serviceGraph {
	g := &serviceGraph{index: map[string]int64{}, byAsset: map[string][]int64{},
		needs: map[int64]map[int64]Dependency{}, class: map[string]estate.DataClass{}, size: map[string]int64{}}
	for _, s := range in.Services {
		g.services = append(g.services, movable{s})
	}
	slices.SortFunc(g.services, func(a, b movable) int { return cmp.Compare(a.Name, b.Name) })
	for i, s := range g.services {
		g.index[s.Name] = int64(i)
		for _, asset := range assetsOf(s.Service, in.Inventory) {
			g.byAsset[asset] = append(g.byAsset[asset], int64(i))
		}
		g.size[s.Name] = sizeOf(s.Service, in.Inventory)
	}
	for _, result := range in.Classification.Services {
		g.class[result.Service] = result.Class
	}
	for _, integration := range in.Assessment.Integrations {
		g.connect(integration)
	}
	slices.SortFunc(g.dependencies, func(a, b Dependency) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Protocol, b.Protocol))
	})
	return g
}

// assetsOf lists the hosts a service lives on, as endpoints of integrations.
func assetsOf(s estate.Service, inventory estate.Inventory) []string {
	var hosts []string
	for _, name := range s.Hosts {
		hosts = append(hosts, "host/"+name)
	}
	for _, name := range s.Databases {
		server, _, _ := strings.Cut(name, "/")
		for _, p := range inventory.Postgres {
			if p.Name == server && p.Host != "" {
				hosts = append(hosts, "host/"+p.Host)
			}
		}
	}
	for _, name := range s.Odoo {
		for _, o := range inventory.Odoo {
			if o.Name == name && o.Host != "" {
				hosts = append(hosts, "host/"+o.Host)
			}
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// connect makes an integration between two services' hosts into a dependency.
func (g *serviceGraph) connect(integration estate.Integration) {
	reached := g.owners(integration, integration.To)
	for _, from := range g.owners(integration, integration.From) {
		for _, to := range reached {
			if from == to || slices.Contains(reached, from) {
				continue // a service talking to its own parts
			}
			d := Dependency{From: g.services[from].Name, To: g.services[to].Name, Protocol: integration.Protocol, Seen: seen(integration)}
			if slices.Contains(g.dependencies, d) {
				continue
			}
			g.dependencies = append(g.dependencies, d)
			if g.needs[from] == nil {
				g.needs[from] = map[int64]Dependency{}
			}
			if _, known := g.needs[from][to]; !known {
				g.needs[from][to] = d
			}
		}
	}
}

// owners lists the services of an end; of an address that hosts share, those of each: any of them may be meant.
func (g *serviceGraph) owners(integration estate.Integration, end string) []int64 {
	var owners []int64
	for _, host := range integration.Hosts(end) {
		for _, service := range g.byAsset[host] {
			if !slices.Contains(owners, service) {
				owners = append(owners, service)
			}
		}
	}
	return owners
}

func seen(i estate.Integration) string {
	var by []string
	for _, v := range []struct {
		name string
		list []string
	}{{"configured", i.Configured}, {"observed", i.Observed}, {"declared", i.Declared}} {
		if len(v.list) > 0 {
			by = append(by, v.name)
		}
	}
	return strings.Join(by, ", ")
}

// sizeOf sums a service's databases; -1 where one is not known, or none is named: a missing size is not a small one.
func sizeOf(s estate.Service, inventory estate.Inventory) int64 {
	if len(s.Databases) == 0 {
		return -1
	}
	total := int64(0)
	for _, wanted := range s.Databases {
		server, name, one := strings.Cut(wanted, "/")
		found := false
		for _, p := range inventory.Postgres {
			if p.Name != server {
				continue
			}
			for _, d := range p.Databases.Value {
				if one && d.Name != name {
					continue
				}
				if d.SizeBytes < 0 {
					return -1
				}
				total += d.SizeBytes
				found = true
			}
		}
		if !found {
			return -1
		}
	}
	return total
}

func (g *serviceGraph) describe(d Dependency) string {
	return fmt.Sprintf("%s needs %s by %s (%s)", d.From, d.To, d.Protocol, d.Seen)
}

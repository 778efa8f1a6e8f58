package workload

import (
	"cmp"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// Gather makes the workloads of an estate, in order of name. The landing zone is none: it is where they go.
func Gather(in Input) []Workload {
	g := gatherer{in: in, taken: map[string]bool{}, by: map[string][]int{}, named: map[string]bool{}}
	g.index()
	for i := range in.Services {
		g.service(&in.Services[i])
	}
	g.leftHosts()
	g.leftServers()
	for i := range in.Inventory.Odoo {
		if o := &in.Inventory.Odoo[i]; !g.taken["odoo/"+o.Name] && o.Environment != estate.Target {
			g.add(Workload{Name: "odoo/" + o.Name, Environment: o.Environment, Odoo: []string{o.Name}, parts: parts{odoo: []*estate.OdooServer{o}}})
		}
	}
	slices.SortFunc(g.list, func(a, b Workload) int { return cmp.Compare(a.Name, b.Name) })
	for i := range g.list {
		for _, asset := range g.list[i].Assets() {
			g.by[asset] = append(g.by[asset], i)
		}
	}
	g.judge()
	return g.list
}

type gatherer struct {
	in      Input
	list    []Workload
	taken   map[string]bool // assets that a workload holds
	hosts   map[string]*estate.Host
	servers map[string]*estate.PostgresServer
	odoo    map[string]*estate.OdooServer
	on      map[string][]*estate.PostgresServer // by host
	runs    map[string][]*estate.OdooServer     // by host
	by      map[string][]int                    // workloads by asset
	named   map[string]bool                     // PostgreSQL servers that a service names, or a database of
}

func (g *gatherer) index() {
	g.hosts, g.servers, g.odoo = map[string]*estate.Host{}, map[string]*estate.PostgresServer{}, map[string]*estate.OdooServer{}
	g.on, g.runs = map[string][]*estate.PostgresServer{}, map[string][]*estate.OdooServer{}
	for i := range g.in.Inventory.Hosts {
		g.hosts[g.in.Inventory.Hosts[i].Name] = &g.in.Inventory.Hosts[i]
	}
	for i := range g.in.Inventory.Postgres {
		p := &g.in.Inventory.Postgres[i]
		g.servers[p.Name] = p
		g.on[p.Host] = append(g.on[p.Host], p)
	}
	for i := range g.in.Inventory.Odoo {
		o := &g.in.Inventory.Odoo[i]
		g.odoo[o.Name] = o
		g.runs[o.Host] = append(g.runs[o.Host], o)
	}
	for _, s := range g.in.Services {
		for _, name := range s.Databases {
			server, _, _ := strings.Cut(name, "/")
			g.named[server] = true
		}
	}
}

// add puts a workload in order and notes what it holds.
func (g *gatherer) add(w Workload) {
	for _, names := range []*[]string{&w.Hosts, &w.Servers, &w.Databases, &w.Odoo} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	for _, name := range w.Hosts {
		if h := g.hosts[name]; h != nil {
			w.parts.hosts = append(w.parts.hosts, h)
		}
	}
	w.parts.servers, w.parts.odoo = nil, nil
	for _, name := range w.Servers {
		if p := g.servers[name]; p != nil {
			w.parts.servers = append(w.parts.servers, p)
		}
	}
	for _, name := range w.Odoo {
		if o := g.odoo[name]; o != nil {
			w.parts.odoo = append(w.parts.odoo, o)
		}
	}
	for _, asset := range w.Assets() {
		g.taken[asset] = true
	}
	g.list = append(g.list, w)
}

// service takes what a service names, and what its machines run that no service names more exactly.
func (g *gatherer) service(s *estate.Service) {
	w := Workload{Name: "service/" + s.Name, Environment: s.Environment, Criticality: s.Criticality, Owner: s.Owner,
		Hosts: slices.Clone(s.Hosts), Odoo: slices.Clone(s.Odoo), parts: parts{service: s}}
	for _, name := range s.Databases {
		server, _, exact := strings.Cut(name, "/")
		w.Servers = append(w.Servers, server)
		if exact {
			w.Databases = append(w.Databases, name)
		} else {
			w.Databases = append(w.Databases, databasesOf(g.servers[server])...)
		}
		if p := g.servers[server]; p != nil && p.Host != "" {
			w.Hosts = append(w.Hosts, p.Host)
		}
	}
	for _, name := range s.Odoo {
		if o := g.odoo[name]; o != nil && o.Host != "" {
			w.Hosts = append(w.Hosts, o.Host)
		}
	}
	for _, host := range s.Hosts {
		for _, p := range g.on[host] {
			if !g.named[p.Name] {
				w.Servers = append(w.Servers, p.Name)
				w.Databases = append(w.Databases, databasesOf(p)...)
			}
		}
	}
	g.add(w)
}

// databasesOf lists the databases of a server that people use.
func databasesOf(p *estate.PostgresServer) []string {
	var names []string
	if p == nil {
		return nil
	}
	for _, d := range p.Databases.Value {
		if !d.Template && d.Name != "postgres" {
			names = append(names, p.Name+"/"+d.Name)
		}
	}
	return names
}

// leftHosts makes a workload of each machine that no service needs, with what runs there.
func (g *gatherer) leftHosts() {
	for i := range g.in.Inventory.Hosts {
		h := &g.in.Inventory.Hosts[i]
		if g.taken["host/"+h.Name] || h.Environment == estate.Target {
			continue
		}
		w := Workload{Name: "host/" + h.Name, Environment: h.Environment, Hosts: []string{h.Name}}
		for _, p := range g.on[h.Name] {
			if !g.taken["postgres/"+p.Name] {
				w.Servers, w.Databases = append(w.Servers, p.Name), append(w.Databases, databasesOf(p)...)
			}
		}
		for _, o := range g.runs[h.Name] {
			if !g.taken["odoo/"+o.Name] {
				w.Odoo = append(w.Odoo, o.Name)
			}
		}
		g.add(w)
	}
}

// leftServers makes workloads of database servers that nobody needs, and of single databases beside those that somebody
// needs: what was forgotten there holds data, too.
func (g *gatherer) leftServers() {
	for i := range g.in.Inventory.Postgres {
		p := &g.in.Inventory.Postgres[i]
		if p.Environment == estate.Target {
			continue
		}
		var host []string
		if p.Host != "" {
			host = []string{p.Host}
		}
		if !g.taken["postgres/"+p.Name] {
			g.add(Workload{Name: "postgres/" + p.Name, Environment: p.Environment, Hosts: host, Servers: []string{p.Name}, Databases: databasesOf(p)})
			continue
		}
		for _, name := range databasesOf(p) {
			if !g.taken["postgres/"+name] {
				g.add(Workload{Name: "postgres/" + name, Environment: p.Environment, Hosts: host, Servers: []string{p.Name}, Databases: []string{name}})
			}
		}
	}
}

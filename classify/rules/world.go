package rules

import (
	"iter"
	"slices"
	"strings"
	"time"

	"nightferry/internal/drift"
	"nightferry/internal/estate"
)

// Estate is what rules are held against.
type Estate struct {
	Inventory    estate.Inventory
	Services     []estate.Service
	Integrations []estate.Integration
	Classes      map[string]estate.DataClass // of databases, by "SERVER/DATABASE"; those that nobody judged are not in it
	Word         estate.Word                 // of people
	Drift        *drift.Report               // since an earlier discovery; nil where none was compared with
	Today        string                      // 2026-01-31, by which evidence ages
	Copies       []estate.Copy               // what people say of databases that were made from others, held against rows
	Restores     []estate.Restore            // that people tried
}

// world is an estate with its parts tied together.
type world struct {
	Estate

	machines []*machine
	servers  []*server
	erps     []*erp
	byHost   map[string]*machine
	byServer map[string]*server
}

// machine is a host with what it is for.
type machine struct {
	*estate.Host

	asset     string
	stake     stake
	services  []*estate.Service
	servers   []*server
	erps      []*erp
	ends      lifecycle
	settings  map[string]string // of sshd, in force
	sshd      bool              // its configuration could be read
	neighbour string            // a production machine in the same network
	restored  bool              // somebody states a restore of its files or databases that is not older than a year
}

// server is a PostgreSQL server with what it is for.
type server struct {
	*estate.PostgresServer

	asset    string
	stake    stake
	services []*estate.Service
	host     *machine
	settings map[string]string
}

// erp is an Odoo server with what it is for.
type erp struct {
	*estate.OdooServer

	asset string
	stake stake
	host  *machine
	ends  lifecycle
}

// newWorld ties an estate together.
func newWorld(e Estate) *world {
	w := &world{Estate: e, byHost: map[string]*machine{}, byServer: map[string]*server{}}
	ends := loadLifecycle()
	for i := range e.Inventory.Hosts {
		m := &machine{ends: ends, Host: &e.Inventory.Hosts[i], asset: "host/" + e.Inventory.Hosts[i].Name}
		m.settings, m.sshd = sshSettings(m.Configurations)
		w.machines = append(w.machines, m)
		w.byHost[m.Name] = m
	}
	for i := range e.Inventory.Postgres {
		p := &server{PostgresServer: &e.Inventory.Postgres[i], asset: "postgres/" + e.Inventory.Postgres[i].Name, settings: map[string]string{}}
		for _, s := range p.Settings.Value {
			p.settings[s.Name] = s.Value
		}
		if p.host = w.byHost[p.Host]; p.host != nil {
			p.host.servers = append(p.host.servers, p)
		}
		w.servers = append(w.servers, p)
		w.byServer[p.Name] = p
	}
	for i := range e.Inventory.Odoo {
		o := &erp{ends: ends, OdooServer: &e.Inventory.Odoo[i], asset: "odoo/" + e.Inventory.Odoo[i].Name}
		if o.host = w.byHost[o.Host]; o.host != nil {
			o.host.erps = append(o.host.erps, o)
		}
		w.erps = append(w.erps, o)
	}
	w.weigh()
	w.neighbours()
	for _, r := range e.Restores {
		server, _, _ := strings.Cut(r.Database, "/")
		m := w.byHost[r.Host]
		if p := w.byServer[server]; p != nil {
			m = p.host
		}
		if m != nil && r.Date >= m.Collected.At.AddDate(-1, 0, 0).Format(time.DateOnly) {
			m.restored = true
		}
	}
	return w
}

// weigh says what is at stake where, from the classes of the data and the criticality of the services.
func (w *world) weigh() {
	for name, class := range w.Classes {
		serverName, _, _ := strings.Cut(name, "/")
		if p := w.byServer[serverName]; p != nil {
			p.stake.hold(class)
			if p.host != nil {
				p.host.stake.hold(class)
			}
		}
	}
	for i := range w.Services {
		s := &w.Services[i]
		classes := w.classesOf(s)
		serve := func(m *machine) {
			if m == nil || slices.Contains(m.services, s) {
				return
			}
			m.services = append(m.services, s)
			m.stake.serve(s.Criticality)
			for _, class := range classes {
				m.stake.hold(class)
			}
		}
		for _, name := range s.Hosts {
			serve(w.byHost[name])
		}
		for _, name := range s.Databases {
			serverName, _, _ := strings.Cut(name, "/")
			if p := w.byServer[serverName]; p != nil {
				p.services = append(p.services, s)
				p.stake.serve(s.Criticality)
				serve(p.host)
			}
		}
		for _, o := range w.erps {
			if slices.Contains(s.Odoo, o.Name) {
				o.stake.serve(s.Criticality)
				for _, class := range classes {
					o.stake.hold(class)
				}
				serve(o.host)
			}
		}
	}
}

// classesOf lists the classes of a service's databases.
func (w *world) classesOf(s *estate.Service) []estate.DataClass {
	var classes []estate.DataClass
	for name, class := range w.Classes {
		serverName, _, _ := strings.Cut(name, "/")
		if slices.Contains(s.Databases, name) || slices.Contains(s.Databases, serverName) {
			classes = append(classes, class)
		}
	}
	return classes
}

// Provenance says by which way and when something was seen, so that a person can look it up.
func provenance(c estate.Collection, source string) string {
	text := "read " + c.At.UTC().Format(time.DateTime) + " UTC"
	if c.Account != "" {
		text += " as " + c.Account
	}
	if source != "" {
		text += " from " + short(source, 120)
	}
	return text
}

func short(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	return string(letters[:most-1]) + "…"
}

// on makes the group of a section of a machine.
func on[T any](m *machine, name string, s estate.Section[[]T], wanted func(*T) bool) group {
	g := group{asset: m.asset, stake: m.stake, seen: provenance(m.Collected, s.Source)}
	g.gap, g.gapped = partial(name, s)
	if !m.Collected.Coverage.IsKnown() {
		g.gap, g.gapped = unread(m.Collected), true
	}
	for i := range s.Value {
		if wanted == nil || wanted(&s.Value[i]) {
			g.subjects = append(g.subjects, subject{host: m, item: &s.Value[i]})
		}
	}
	return g
}

// entries makes the groups of a section of all machines.
func entries[T any](name string, of func(*machine) estate.Section[[]T], wanted func(*T) bool) func(*world) iter.Seq[group] {
	return func(w *world) iter.Seq[group] {
		return func(yield func(group) bool) {
			for _, m := range w.machines {
				if !yield(on(m, name, of(m), wanted)) {
					return
				}
			}
		}
	}
}

// unread is the gap of an asset of which nothing could be read.
func unread(c estate.Collection) estate.Gap {
	return estate.Gap{Coverage: c.Coverage, Problem: c.Problem, Mend: c.Mend}
}

package classify

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// terms knows what services and classes say of integrations: whose they are, and what crosses them.
type terms struct {
	entries  map[key]*entry
	services map[string][]estate.Service // by "host/NAME"
	classes  map[string]ServiceResult    // by service
	servers  map[string][]string         // databases of the servers on a host, "SERVER/DATABASE"
	tied     map[string]found            // by "SERVER/DATABASE" and "SERVER/DATABASE/SCHEMA.TABLE"
}

// found is what a database or a table holds.
type found struct {
	coverage estate.Coverage
	columns  map[estate.DataClass]int
}

func newTerms(in Input, l *ledger) *terms {
	t := &terms{entries: l.byKey, services: map[string][]estate.Service{}, classes: map[string]ServiceResult{}, servers: map[string][]string{}, tied: map[string]found{}}
	hostOf := map[string]string{}
	for _, s := range in.Inventory.Postgres {
		if s.Host == "" {
			continue
		}
		hostOf["postgres/"+s.Name] = s.Host
		for _, d := range s.Databases.Value {
			t.servers["host/"+s.Host] = append(t.servers["host/"+s.Host], s.Name+"/"+d.Name)
		}
	}
	for _, o := range in.Inventory.Odoo {
		hostOf["odoo/"+o.Name] = o.Host
	}
	for _, s := range in.Services {
		hosts := slices.Clone(s.Hosts)
		for _, name := range s.Databases {
			server, _, _ := strings.Cut(name, "/")
			include(&hosts, hostOf["postgres/"+server])
		}
		for _, name := range s.Odoo {
			include(&hosts, hostOf["odoo/"+name])
		}
		for _, host := range hosts {
			t.services["host/"+host] = append(t.services["host/"+host], s)
		}
	}
	for _, list := range t.services {
		slices.SortFunc(list, func(a, b estate.Service) int { return cmp.Compare(a.Name, b.Name) })
	}
	for _, result := range in.Classification.Services {
		t.classes[result.Service] = result
	}
	for _, d := range in.Classification.Databases {
		name := d.Server + "/" + d.Database
		t.tied[name] = found{d.Coverage, d.Columns}
		for _, table := range d.Tables {
			columns := map[estate.DataClass]int{estate.NotAssessed: len(table.NotAssessed)}
			for _, column := range table.Sensitive {
				columns[column.Class]++
			}
			t.tied[name+"/"+table.Schema+"."+table.Table] = found{estate.Known, columns}
		}
	}
	return t
}

// settle adds owner and classes.
func (t *terms) settle(i *estate.Integration) {
	for _, side := range [...]string{i.From, i.To} {
		if i.Owner != "" {
			break
		}
		var owners []string
		for _, host := range i.Hosts(side) {
			for _, service := range t.services[host] {
				include(&owners, service.Owner)
			}
		}
		slices.Sort(owners)
		i.Owner = strings.Join(owners, "; ")
	}
	e := t.entries[key{i.From, i.To, familyOf(i.Protocol)}]
	i.Classes = t.crossings(i, e)
}

// crossings lists what crosses, by the surest that says anything: people, the protocol, tables, databases, services.
func (t *terms) crossings(i *estate.Integration, e *entry) []estate.Crossing {
	var list []estate.Crossing
	if e != nil {
		for _, class := range e.classes {
			list = append(list, estate.Crossing{Class: class, By: estate.ByDeclaration, Why: "declared in engagement.yaml"})
		}
		list = append(list, byKind(i)...)
		for _, name := range e.tied {
			list = append(list, t.crossing(name)...)
		}
	}
	if e != nil && i.Protocol == "postgresql" && len(e.tied) == 0 {
		for _, name := range t.servers[i.To] {
			list = append(list, t.crossing(name)...)
		}
	}
	if len(list) == 0 {
		list = t.byServices(i)
	}
	if len(list) == 0 {
		list = []estate.Crossing{{Class: estate.NotAssessed, By: estate.ByNothing, Why: "no database, model or service is tied to it"}}
	}
	slices.SortFunc(list, func(a, b estate.Crossing) int {
		return cmp.Or(cmp.Compare(a.Class.Rank(), b.Class.Rank()), cmp.Compare(a.By, b.By), cmp.Compare(a.Why, b.Why))
	})
	return slices.CompactFunc(list, func(a, b estate.Crossing) bool { return a == b })
}

// byKind is what crosses by the very nature of an integration.
func byKind(i *estate.Integration) []estate.Crossing {
	one := func(class estate.DataClass, why string) []estate.Crossing {
		return []estate.Crossing{{Class: class, By: estate.ByProtocol, Why: why}}
	}
	switch i.Kind {
	case estate.KindEHR:
		return one(estate.PHI, "health records are what "+i.Protocol+" of this kind carries")
	case estate.KindIdentity:
		return one(estate.Credential, "people's logins cross it")
	case estate.KindFinance:
		return one(estate.Financial, "payments or bills cross it")
	case estate.KindTime, estate.KindNames, estate.KindSoftware, estate.KindMonitoring:
		return one(estate.Operational, "it keeps machines running")
	}
	return nil
}

// crossing is what a database or a table that is tied to an integration holds.
func (t *terms) crossing(name string) []estate.Crossing {
	by, what := estate.ByDatabase, "the database "
	if strings.Count(name, "/") == 2 {
		by, what = estate.ByModel, "the table "
	}
	is, known := t.tied[name]
	if !known || !is.coverage.IsKnown() {
		return []estate.Crossing{{Class: estate.NotAssessed, By: by, Why: what + name + " is not known"}}
	}
	return sensitiveIn(is.columns, by, what+name+" holds it")
}

// byServices is the most that can cross: what the services hold that the data comes from.
func (t *terms) byServices(i *estate.Integration) []estate.Crossing {
	sides := []string{i.From, i.To}
	switch i.Direction {
	case estate.Push:
		sides = sides[:1]
	case estate.Pull:
		sides = sides[1:]
	}
	var list []estate.Crossing
	for _, side := range sides {
		for _, host := range i.Hosts(side) {
			for _, service := range t.services[host] {
				holds := sensitiveIn(t.classes[service.Name].Columns, estate.ByService, "at most: the service "+service.Name+" holds it")
				if holds == nil {
					holds = []estate.Crossing{{Class: estate.NotAssessed, By: estate.ByService, Why: "of the service " + service.Name + " nobody can say what it holds"}}
				}
				list = append(list, holds...)
			}
		}
	}
	return list
}

// sensitiveIn lists the classes that need protection among columns, or that there are none; what nobody could judge is
// told where nothing else is.
func sensitiveIn(columns map[estate.DataClass]int, by estate.CrossingBasis, why string) []estate.Crossing {
	var list []estate.Crossing
	for _, class := range estate.DataClasses() {
		if class.IsSensitive() && columns[class] > 0 {
			list = append(list, estate.Crossing{Class: class, By: by, Why: why})
		}
	}
	switch {
	case len(list) > 0:
		return list
	case columns[estate.NotAssessed] > 0:
		return []estate.Crossing{{Class: estate.NotAssessed, By: by, Why: strings.TrimSuffix(why, " holds it") + " has columns that nobody could judge"}}
	case columns[estate.Operational]+columns[estate.Public] > 0:
		return []estate.Crossing{{Class: estate.Operational, By: by, Why: why}}
	}
	return nil
}

func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

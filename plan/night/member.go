package night

import (
	"cmp"
	"slices"
	"strings"

	"nightferry/classify"
	"nightferry/internal/estate"
	"nightferry/plan/method"
)

// Sources is what is known of the estate when a night is written.
type Sources struct {
	Services       []estate.Service
	Moves          []estate.Move
	Inventory      estate.Inventory
	Classification classify.Classification
	Integrations   []estate.Integration // as reconciled
	Choices        []method.Choice
}

// Members gathers what a night must know of each of the named services, in order of name.
func (s Sources) Members(names []string) []Member {
	var members []Member
	for _, service := range s.Services {
		if !slices.Contains(names, service.Name) {
			continue
		}
		m := Member{Service: service, Sensitive: map[string][]string{}}
		for _, move := range s.Moves {
			if move.Service == service.Name {
				m.Moves = append(m.Moves, move)
			}
		}
		for _, choice := range s.Choices {
			if choice.Service == service.Name {
				m.Choice = choice
			}
		}
		m.Interfaces = s.crossing(service, m.Moves)
		for _, move := range m.Moves {
			if tables, known := s.sensitive(move.From.Server, move.From.Database); known {
				m.Sensitive[move.From.Server+"/"+move.From.Database] = tables
			}
		}
		members = append(members, m)
	}
	slices.SortFunc(members, func(a, b Member) int { return cmp.Compare(a.Service.Name, b.Service.Name) })
	return members
}

// crossing lists the integrations that leave or enter the service. What only serves the machines is not held on a night.
func (s Sources) crossing(service estate.Service, moves []estate.Move) []estate.Integration {
	own := s.hostsOf(service, moves)
	mine := func(i estate.Integration, end string) bool {
		return slices.ContainsFunc(i.Hosts(end), func(host string) bool { return own[host] })
	}
	var crossing []estate.Integration
	for _, i := range s.Integrations {
		if mine(i, i.From) != mine(i, i.To) && !i.Planned && !servesMachines(i.Kind) {
			crossing = append(crossing, i)
		}
	}
	slices.SortFunc(crossing, func(a, b estate.Integration) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port))
	})
	return crossing
}

func servesMachines(kind estate.IntegrationKind) bool {
	return slices.Contains([]estate.IntegrationKind{"backup", "access", "logging", "monitoring", "time", "names", "software"}, kind)
}

// hostsOf gives the hosts that a service lives on, as ends of integrations.
func (s Sources) hostsOf(service estate.Service, moves []estate.Move) map[string]bool {
	own := map[string]bool{}
	for _, host := range service.Hosts {
		own["host/"+host] = true
	}
	for _, name := range service.Databases {
		server, _, _ := strings.Cut(name, "/")
		for _, p := range s.Inventory.Postgres {
			if p.Name == server && p.Host != "" {
				own["host/"+p.Host] = true
			}
		}
	}
	for _, o := range s.Inventory.Odoo {
		if slices.Contains(service.Odoo, o.Name) && o.Host != "" {
			own["host/"+o.Host] = true
		}
	}
	for _, m := range moves {
		for _, host := range []string{m.From.Host, m.From.DatabaseHost} {
			if host != "" {
				own["host/"+host] = true
			}
		}
	}
	return own
}

// sensitive lists the tables of a database with health or financial data. A table that nobody could judge counts among them;
// of a database that was not judged nothing is known.
func (s Sources) sensitive(server, database string) (tables []string, known bool) {
	for _, d := range s.Classification.Databases {
		if d.Server != server || d.Database != database || !d.Coverage.IsKnown() {
			continue
		}
		for _, t := range d.Tables {
			if t.Class == estate.PHI || t.Class == estate.Financial || t.Class == estate.NotAssessed {
				tables = append(tables, t.Schema+"."+t.Table)
			}
		}
		slices.Sort(tables)
		return tables, true
	}
	return nil, false
}

package after

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"nightferry/classify/modules"
	"nightferry/internal/estate"
)

// hoursPerDay turns hours into person-days.
const hoursPerDay = 8

// Effort is the people's work that a service's move takes. All of it is assumed: each work says from what.
type Effort struct {
	Service   string   `yaml:"service" json:"service"`
	Wave      string   `yaml:"wave,omitempty" json:"wave,omitempty"`
	Automatic Days     `yaml:"automatic" json:"automatic"`
	Assisted  Days     `yaml:"assisted" json:"assisted"`
	Manual    Days     `yaml:"manual" json:"manual"`
	Works     []Work   `yaml:"works" json:"works"`
	Unknown   []string `yaml:"unknown,omitempty" json:"unknown,omitempty"` // what is in no figure: the sums are then the least
}

// Days is a range of person-days of eight hours.
type Days struct {
	Low  float64 `yaml:"low" json:"low"`
	High float64 `yaml:"high" json:"high"`
}

// Work is one part of the effort.
type Work struct {
	Name  string `yaml:"name" json:"name"`
	Kind  Kind   `yaml:"kind" json:"kind"`
	Count int    `yaml:"count" json:"count"`
	Days  Days   `yaml:"days" json:"days"`
	Basis string `yaml:"basis" json:"basis"`
}

// Kind is who does a work.
type Kind string

// The kinds of work.
const (
	Automatic Kind = "automatic" // a program does it, a person reads what came out
	Assisted  Kind = "assisted"  // a program prepares it, a person decides or finishes
	Manual    Kind = "manual"    // people do it
)

// hours of one unit. They are assumptions of this program, from no measurement, and each figure says so.
type hours struct{ low, high float64 }

const assumption = "assumed, not measured: "

// Efforts lists the work of each service that moves or ends, in order of service.
func Efforts(in Input) []Effort {
	var all []Effort
	for _, m := range in.byName() {
		e := Effort{Service: m.Service.Name, Wave: m.Wave}
		if m.Wave != "" && m.Service.Disposition != estate.Replace {
			e.move(in, m)
		}
		if m.Service.Disposition == estate.MoveAndUpgrade {
			e.upgrade(in.Assessment.Modules, m.Service.Odoo)
		}
		if m.Wave != "" {
			e.night(m)
			e.add("partners brought to readiness", Manual, len(in.leaving(m.Service.Name)), hours{4, 16}, "each integration that leaves the estate")
			for _, why := range in.unwatched(m.Service.Name) {
				e.Unknown = append(e.Unknown, "partners: "+why)
			}
		}
		e.add("legacy ended", Manual, 1, hours{4, 16}, "each service")
		all = append(all, e)
	}
	return all
}

// move is the work that its parts take.
func (e *Effort) move(in Input, m Move) {
	e.add("hosts read and their findings looked through", Automatic, len(in.hosts(m.Service.Name)), hours{0.5, 2}, "each host")
	databases, unread := in.databases(m.Service)
	e.Unknown = append(e.Unknown, unread...)
	e.add("databases copied and compared", Automatic, databases, hours{0.5, 2}, "each database, in the rehearsal and in the night")
	e.add("databases brought over in rehearsal", Assisted, databases, hours{4, 16}, "each database")
	e.add("Odoo servers set up and tried", Assisted, len(m.Service.Odoo), hours{4, 16}, "each Odoo server")
	e.add("runbook read, completed and rehearsed", Assisted, 1, hours{8, 24}, "each service")
	e.add("acceptance by the people who use it", Manual, 1, hours{8, 24}, "each service")
}

// databases counts a service's databases. A server whose list could not be read counts for none, and is told.
func (in Input) databases(s estate.Service) (n int, unread []string) {
	for _, wanted := range s.Databases {
		server, _, one := strings.Cut(wanted, "/")
		if one {
			n++
			continue
		}
		at := slices.IndexFunc(in.Inventory.Postgres, func(p estate.PostgresServer) bool { return p.Name == server })
		if at < 0 {
			unread = append(unread, server+": not in the inventory")
			continue
		}
		r := Revocation{}
		take(&r, server, "databases", in.Inventory.Postgres[at].Databases, func(d estate.Database) []string {
			if d.Template {
				return nil
			}
			return []string{d.Name}
		})
		n, unread = n+len(r.Names), append(unread, r.Unknown...)
	}
	return n, unread
}

// night is the people's time in it.
func (e *Effort) night(m Move) {
	long := m.To.Sub(m.From).Hours()
	people, basis := len(m.Service.People), "those named for the night, for part of it up to all of it"
	if people == 0 {
		people, basis = 4, "nobody is named for the night: four people"
	}
	e.add("the night", Manual, people, hours{long / 2, long}, fmt.Sprintf("%s, of %.4g hours", basis, long))
}

// upgrade takes the hours that the assessment of modules reckoned for the service's Odoo servers.
func (e *Effort) upgrade(report *modules.Report, servers []string) {
	if len(servers) == 0 {
		e.Unknown = append(e.Unknown, "upgrade: no Odoo server is named, and of other software no hours are known")
	}
	for _, name := range servers {
		server, judged := judgement(report, name)
		if !judged || server.Coverage != estate.Known {
			e.Unknown = append(e.Unknown, fmt.Sprintf("upgrade of %s: its modules are not judged (%s)", name, cmp.Or(server.Problem, string(server.Coverage), "not in the assessment")))
			continue
		}
		e.Unknown = append(e.Unknown, unreckoned(server)...)
		basis := fmt.Sprintf("custom code of %s for Odoo %s, by the table of hours %s", name, report.Target, report.Policy)
		for _, part := range []struct {
			kind Kind
			is   modules.Hours
		}{{Automatic, server.Effort.Automatic}, {Assisted, server.Effort.Assisted}, {Manual, server.Effort.Manual}} {
			e.add("upgrade of custom code", part.kind, 1, hours{part.is.Low, part.is.High}, basis)
		}
	}
}

// unreckoned tells what a server's hours do not hold.
func unreckoned(server modules.Server) []string {
	var unknown, names []string
	at := "upgrade of " + server.Odoo + ": "
	if server.Problem != "" {
		unknown = append(unknown, at+server.Problem)
	}
	for _, j := range server.Modules {
		if j.Effort != nil {
			continue
		}
		switch j.Verdict {
		case modules.Custom, modules.Unknown, modules.Removed, modules.Replaced:
			names = append(names, j.Name)
		case modules.Kept, modules.Renamed, modules.Merged, modules.Unused:
		}
	}
	if len(names) > 0 {
		unknown = append(unknown, at+"no hours are known of "+strings.Join(names, ", "))
	}
	switch {
	case server.Database == nil:
		unknown = append(unknown, at+"what people made in its database could not be read")
	case len(server.Database.Unread) > 0:
		unknown = append(unknown, at+"what people made in its database was read only in part: "+strings.Join(server.Database.Unread, ", "))
	}
	return unknown
}

func judgement(report *modules.Report, name string) (modules.Server, bool) {
	if report == nil {
		return modules.Server{}, false
	}
	at := slices.IndexFunc(report.Servers, func(s modules.Server) bool { return s.Odoo == name })
	if at < 0 {
		return modules.Server{}, false
	}
	return report.Servers[at], true
}

// add puts a work to the effort; one that there is nothing of is left out.
func (e *Effort) add(name string, kind Kind, count int, each hours, basis string) {
	if count == 0 || each.high == 0 {
		return
	}
	w := Work{Name: name, Kind: kind, Count: count, Days: Days{tenth(float64(count) * each.low / hoursPerDay), tenth(float64(count) * each.high / hoursPerDay)},
		Basis: fmt.Sprintf("%s%s, %.4g to %.4g hours", assumption, basis, each.low, each.high)}
	e.Works = append(e.Works, w)
	sum := map[Kind]*Days{Automatic: &e.Automatic, Assisted: &e.Assisted, Manual: &e.Manual}[kind]
	sum.Low, sum.High = tenth(sum.Low+w.Days.Low), tenth(sum.High+w.Days.High)
}

// tenth rounds to what such figures can tell.
func tenth(days float64) float64 { return math.Round(days*10) / 10 }

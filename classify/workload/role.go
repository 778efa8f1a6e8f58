package workload

import (
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// mostEvidence is how many signs of a class are named.
const mostEvidence = 4

// byHarm lists the classes that need protection, what harms people most first.
func byHarm() []estate.DataClass {
	return []estate.DataClass{estate.PHI, estate.HR, estate.Financial, estate.PII, estate.Credential}
}

// isRegulated tells whether a law protects the class.
func isRegulated(class estate.DataClass) bool {
	return class.IsSensitive() && class != estate.Credential
}

// view is what is known of one workload while its role is judged.
type view struct {
	w        *Workload
	signs    map[estate.DataClass][]string
	reduced  []string // copies that are said to name nobody, and do not as far as rows show
	unmasked bool     // a copy is said to name nobody, and does
	open     []string // what is not known
}

func (v *view) sign(class estate.DataClass, text string) {
	if !slices.Contains(v.signs[class], text) {
		v.signs[class] = append(v.signs[class], text)
	}
}

func (v *view) doubt(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(v.open, text) {
		v.open = append(v.open, text)
	}
}

// judge says of each workload which role it has, and gathers its facts.
func (g *gatherer) judge() {
	copies := map[string]estate.Copy{}
	for _, c := range g.in.Copies {
		copies[c.Database] = c
	}
	views := make([]view, len(g.list))
	for i := range g.list {
		w := &g.list[i]
		views[i] = view{w: w, signs: map[estate.DataClass][]string{}}
		for _, name := range w.Databases {
			views[i].database(name, g.in.Databases[name], copies[name])
		}
		views[i].assets()
	}
	for _, f := range g.in.Files {
		for _, at := range g.by[f.Asset] {
			switch {
			case f.Class.IsSensitive() && f.Sure:
				views[at].sign(f.Class, f.Asset+" "+f.What)
			case f.Class == estate.NotAssessed || f.Class.IsSensitive():
				views[at].doubt("%s %s: what these files hold was not read", f.Asset, f.What)
			}
		}
	}
	for i := range g.in.Integrations {
		g.crossings(views, &g.in.Integrations[i])
	}
	g.weigh(views)
}

// database takes what classification says of a database, and what people say of it as a copy.
func (v *view) database(name string, d Database, c estate.Copy) {
	if !d.Coverage.IsKnown() {
		v.doubt("%s: its tables could not be read", name)
		return
	}
	said := fmt.Sprintf("%s is said to be %s (%s, %s on %s)", name, c.Content, c.Where, c.By, c.Date)
	switch {
	case c.IsUnmasked():
		v.unmasked = true
		v.sign(worst(d), fmt.Sprintf("%s, and values of %d columns tell people apart, such as %s", said, len(c.Identifiers), strings.Join(c.Identifiers[:min(3, len(c.Identifiers))], ", ")))
	case c.IsReduced() && !c.Sampled:
		v.doubt("%s, and no row was read to see whether it is", said)
		return
	case c.IsReduced():
		v.reduced = append(v.reduced, said+", and no value that was read tells people apart")
		return
	}
	for _, class := range byHarm() {
		if n := d.Classes[class]; n > 0 {
			v.sign(class, fmt.Sprintf("%s: %d %s columns", name, n, class))
		}
	}
	if n := d.Classes[estate.NotAssessed]; n > 0 {
		v.doubt("%s: %d columns could not be judged", name, n)
	}
}

// worst is the class that an unmasked copy holds.
func worst(d Database) estate.DataClass {
	for _, class := range byHarm() {
		if d.Classes[class] > 0 && isRegulated(class) {
			return class
		}
	}
	return estate.PII
}

// stores are programs that hold or pass on data which classification does not look into.
func stores() []string {
	return []string{"mysql", "redis", "mongodb", "slapd", "hl7-listener", "mirth", "dicom", "elasticsearch", "rabbitmq", "samba", "nfs", "vsftpd", "smtp", "smtp-sink"}
}

// assets notes where machines, database servers and Odoo servers keep the whole from being known.
func (v *view) assets() {
	for _, h := range v.w.parts.hosts {
		switch {
		case !h.Collected.Coverage.IsKnown():
			v.doubt("host/%s could not be read", h.Name)
			continue
		case !h.Applications.Coverage.IsKnown():
			v.doubt("host/%s: what runs there is not known", h.Name)
		}
		for _, a := range h.Applications.Value {
			if a.Running && slices.Contains(stores(), a.Kind) {
				v.doubt("host/%s: %s runs there, and what it holds was not assessed", h.Name, a.Kind)
			}
			if a.Running && a.Kind == "odoo" && len(v.w.Databases) == 0 {
				v.doubt("host/%s: Odoo runs there, and which database it uses is not known", h.Name)
			}
			if a.Running && a.Kind == "postgresql" && !slices.ContainsFunc(v.w.parts.servers, func(p *estate.PostgresServer) bool { return p.Host == h.Name }) {
				v.doubt("host/%s: a PostgreSQL server runs there that was not looked into for it", h.Name)
			}
		}
	}
	if len(v.w.Databases) == 0 {
		for _, o := range v.w.parts.odoo {
			v.doubt("odoo/%s: its database was not looked into", o.Name)
		}
	}
	for _, p := range v.w.parts.servers {
		if !p.Collected.Coverage.IsKnown() || !p.Databases.Coverage.IsKnown() {
			v.doubt("postgres/%s could not be read", p.Name)
		}
	}
	if len(v.w.parts.hosts) < len(v.w.Hosts) || len(v.w.parts.servers) < len(v.w.Servers) || len(v.w.parts.odoo) < len(v.w.Odoo) {
		v.doubt("not all of its assets are in the inventory")
	}
	if len(v.w.parts.hosts)+len(v.w.parts.servers)+len(v.w.parts.odoo) == 0 {
		v.doubt("nothing of it is in the inventory")
	}
}

// crossings notes the classes that an integration carries for the workloads at its ends.
func (g *gatherer) crossings(views []view, in *estate.Integration) {
	ends := slices.Concat(in.Hosts(in.From), in.Hosts(in.To))
	slices.Sort(ends)
	for _, host := range slices.Compact(ends) {
		for _, at := range g.by[host] {
			if strings.HasPrefix(g.list[at].Name, "postgres/") {
				continue // a database beside others: what its machine speaks is theirs as well
			}
			for _, c := range in.Classes {
				switch {
				case c.Class.IsSensitive() && c.By != estate.ByService && c.By != estate.ByNothing:
					views[at].sign(c.Class, fmt.Sprintf("%s to %s by %s: %s", in.From, in.To, in.Protocol, c.Why))
				case c.Class == estate.NotAssessed && !isHousekeeping(in.Kind):
					views[at].doubt("%s to %s by %s: what crosses it is not known", in.From, in.To, in.Protocol)
				}
			}
		}
	}
}

// isHousekeeping tells whether an integration is of a kind that carries no records.
func isHousekeeping(k estate.IntegrationKind) bool {
	return slices.Contains([]estate.IntegrationKind{estate.KindTime, estate.KindNames, estate.KindSoftware, estate.KindMonitoring, estate.KindAccess}, k)
}

// settle decides the role.
func (v *view) settle() {
	w := v.w
	for _, class := range byHarm() {
		signs := v.signs[class]
		if len(signs) == 0 {
			continue
		}
		shown := signs[:min(mostEvidence, len(signs))]
		w.Classes = append(w.Classes, Holds{Class: class, Evidence: shown})
		if isRegulated(class) {
			w.Role = Processes
			w.Evidence = append(w.Evidence, shown[0])
		}
	}
	w.Unknowns = v.open
	switch {
	case w.Role == Processes:
		w.Evidence = w.Evidence[:min(mostEvidence, len(w.Evidence))]
	case len(v.open) > 0:
		w.Role, w.Evidence = Unknown, []string{"nothing regulated was seen, and not all could be looked into"}
	case len(v.reduced) > 0:
		w.Role, w.Evidence = Consumes, v.reduced
	default:
		w.Role, w.Evidence = Neither, []string{"all of it was looked into, and holds no regulated data"}
	}
}

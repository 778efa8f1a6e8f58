package engagement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// scope checks what is said about the estate as a whole: services, integrations, dates, moves, leave.
func (c *checker) scope() {
	for i, s := range c.e.Services {
		c.service(fmt.Sprintf("services[%d]", i), s)
	}
	for i, d := range c.e.Integrations {
		path := fmt.Sprintf("integrations[%d]", i)
		c.party(path+".from", d.From)
		c.party(path+".to", d.To)
		c.port(path+".port", d.Port)
		c.required(path+".protocol", d.Protocol, "an integration without a protocol", "add protocol: hl7, https, sftp, smtp, postgresql, …")
		choice(c, path+".kind", d.Kind, estate.IntegrationKinds()...)
		choice(c, path+".direction", d.Direction, estate.Push, estate.Pull, estate.Both)
		choice(c, path+".encryption", d.Encryption, estate.TLSEncryption, estate.StartTLS, estate.SSHEncryption, estate.PlainText)
		choice(c, path+".authentication", d.Authentication, estate.PasswordProof, estate.KeyProof, estate.CertProof, estate.TokenProof, estate.NoProof)
		for j, class := range d.Data {
			choice(c, fmt.Sprintf("%s.data[%d]", path, j), class, estate.DataClasses()...)
		}
	}
	for i, p := range c.e.Contacts {
		path := fmt.Sprintf("contacts[%d]", i)
		c.required(path+".role", p.Role, "a contact without a role", "add role: conductor, dba, approver, …")
		c.required(path+".name", p.Name, "a contact without a name", "add name:")
	}
	c.calendar()
	c.duties()
	c.restores()
	c.policy()
	choice(c, "target.odoo", c.e.Target.Odoo, estate.OdooTargets()...)
	c.rates(c.e.Target.Rates)
	for i, m := range c.e.Target.Moves {
		c.move(fmt.Sprintf("target.moves[%d]", i), m)
	}
	for i, a := range c.e.Authorisations {
		path := fmt.Sprintf("authorisations[%d]", i)
		c.required(path+".for", a.For, "it does not say what is authorised", "add for: discovery, validation or cutover")
		choice(c, path+".for", a.For, "discovery", "validation", "cutover")
		c.leave(path, a.AuthorisedBy, a.Basis, a.Date, a.Until)
		for j, name := range a.Systems {
			c.known(fmt.Sprintf("%s.systems[%d]", path, j), "host, PostgreSQL server, Odoo server or Kubernetes cluster", name, slices.Concat(c.hosts, c.servers, c.odoos, c.clusters))
		}
	}
}

func (c *checker) service(path string, s estate.Service) {
	choice(c, path+".disposition", s.Disposition, estate.Dispositions()...)
	for i, name := range s.Proves {
		at := fmt.Sprintf("%s.proves[%d]", path, i)
		c.known(at, "service", name, c.services)
		if s.Environment != estate.NonProduction {
			c.f.Fault(at, "only a non-production service proves another", "write environment: non-production, or remove proves:")
		}
	}
	choice(c, path+".criticality", s.Criticality, estate.LifeCritical, estate.BusinessCritical, estate.Important, estate.Deferrable)
	c.environment(path, s.Environment)
	for _, target := range []struct {
		key    string
		length time.Duration
	}{{"rto", s.RTO}, {"rpo", s.RPO}} {
		if at := path + "." + target.key; target.length == 0 && c.f.Has(at) {
			c.f.Fault(at, "nothing at all cannot be told from nothing stated", "write the shortest time you mean, such as 1s, or leave the line out")
		}
	}
	for i, name := range s.Hosts {
		c.known(fmt.Sprintf("%s.hosts[%d]", path, i), "host", name, c.hosts)
	}
	for i, name := range s.Databases {
		server, _, _ := strings.Cut(name, "/")
		c.known(fmt.Sprintf("%s.databases[%d]", path, i), "PostgreSQL server", server, c.servers)
	}
	for i, name := range s.Odoo {
		c.known(fmt.Sprintf("%s.odoo[%d]", path, i), "Odoo server", name, c.odoos)
	}
	c.people(path, s.People)
	for i, w := range s.Waivers {
		c.waiver(fmt.Sprintf("%s.waivers[%d]", path, i), w)
	}
}

// party is an end of an integration: a host of the estate, or somebody outside it.
func (c *checker) party(path, party string) {
	kind, name, _ := strings.Cut(party, "/")
	switch {
	case party == "":
		c.f.Fault(path, "an integration with one end", "add from: and to:, each host/NAME or outside/NAME")
	case kind == "host" && name != "":
		c.known(path, "host", name, c.hosts)
	case kind == "outside" && name != "":
		c.name(path, name)
	default:
		mend := "write host/NAME for a host of the estate, outside/NAME for another party"
		if slices.Contains(c.hosts, party) {
			mend = "write host/" + party
		}
		c.f.Fault(path, fmt.Sprintf("%.70q is neither a host nor a party outside", party), mend)
	}
}

func (c *checker) calendar() {
	c.timezone()
	for i, f := range c.e.Calendar.Freezes {
		path := fmt.Sprintf("calendar.freezes[%d]", i)
		c.required(path+".from", string(f.From), "a freeze without a first day", "add from: 2026-12-20")
		c.required(path+".to", string(f.To), "a freeze without a last day", "add to: 2027-01-06")
		c.required(path+".reason", f.Reason, "a freeze without a reason", "add reason:")
		if f.From != "" && f.To != "" && f.To < f.From {
			c.f.Fault(path+".to", "the freeze ends before it begins", "")
		}
	}
	for i, w := range c.e.Calendar.Windows {
		path := fmt.Sprintf("calendar.windows[%d]", i)
		if len(w.Days) == 0 {
			c.f.Fault(path+".days", "a window on no day", "add days: [sat, sun]")
		}
		for j, day := range w.Days {
			choice(c, fmt.Sprintf("%s.days[%d]", path, j), day, "mon", "tue", "wed", "thu", "fri", "sat", "sun")
		}
		c.clock(path+".from", w.From)
		c.clock(path+".to", w.To)
	}
}

func (c *checker) clock(path, text string) {
	if !clockForm.MatchString(text) {
		c.f.Fault(path, fmt.Sprintf("%.20q is not a time of day", text), "write it like 22:00")
	}
}

// move checks that both ends exist, and that a move goes into the landing zone and not elsewhere.
func (c *checker) move(path string, m estate.Move) {
	c.required(path+".service", m.Service, "a move of no service", "add service: NAME")
	c.known(path+".service", "service", m.Service, c.services)
	c.end(path+".from", m.From)
	c.end(path+".to", m.To)
	for _, piece := range []struct {
		key, name string
		env       estate.Environment
	}{
		{"host", m.To.Host, c.hostEnvironment(m.To.Host)},
		{"server", m.To.Server, c.serverEnvironment(m.To.Server)},
	} {
		if piece.name != "" && piece.env != "" && piece.env != estate.Target {
			c.f.Fault(path+".to."+piece.key, fmt.Sprintf("%q is not part of the landing zone", piece.name), "name a piece with environment: target, or give it that environment")
		}
	}
}

func (c *checker) end(path string, end estate.MoveEnd) {
	for _, need := range []struct{ key, value string }{
		{"host", end.Host}, {"unit", end.Unit}, {"filestore", end.Filestore}, {"server", end.Server}, {"database", end.Database},
	} {
		c.required(path+"."+need.key, need.value, "an end of a move without "+need.key, "add "+need.key+":")
	}
	c.known(path+".host", "host", end.Host, c.hosts)
	c.known(path+".database_host", "host", end.DatabaseHost, c.hosts)
	c.known(path+".server", "PostgreSQL server", end.Server, c.servers)
	c.known(path+".odoo", "Odoo server", end.Odoo, c.odoos)
	if end.Filestore != "" && !strings.HasPrefix(end.Filestore, "/") {
		c.f.Fault(path+".filestore", "the filestore is not an absolute path", "start it with /")
	}
	if end.URL != "" && !strings.HasPrefix(end.URL, "https://") {
		c.f.Fault(path+".url", "people's way to a service must be https", "write it like https://erp.clinic.example")
	}
}

func (c *checker) hostEnvironment(name string) estate.Environment {
	h, _ := c.e.Host(name)
	return h.Environment
}

func (c *checker) serverEnvironment(name string) estate.Environment {
	s, _ := c.e.Server(name)
	return s.Environment
}

package classify

import (
	"cmp"
	"strings"

	"nightferry/internal/estate"
)

// application is an Odoo server of which integrations are read.
type application struct {
	*ledger
	view

	estate.OdooServer

	database string // "SERVER/DATABASE" of its own, where one can be told
}

// applications reads what Odoo's own configuration and code say.
func (l *ledger) applications(names *atlas, inventory estate.Inventory, classes Classification) {
	for _, server := range inventory.Odoo {
		v := names.named(inventory, server.Host)
		if server.Host == "" {
			address, number := splitEndpoint(server.Collected.Address)
			v = view{atlas: names, me: view{atlas: names}.end(address, number).name}
		}
		a := application{l, v, server, databaseOf(server, inventory, classes)}
		a.mail()
		a.providers()
		a.code()
	}
}

// databaseOf finds the classified database of an Odoo server: the one of its name, in its environment where there are
// several.
func databaseOf(server estate.OdooServer, inventory estate.Inventory, classes Classification) string {
	environment := map[string]estate.Environment{}
	for _, s := range inventory.Postgres {
		environment[s.Name] = s.Environment
	}
	var all, near []string
	for _, d := range classes.Databases {
		if d.Database != server.Database {
			continue
		}
		all = append(all, d.Server+"/"+d.Database)
		if environment[d.Server] == server.Environment {
			near = append(near, d.Server+"/"+d.Database)
		}
	}
	switch {
	case len(near) == 1:
		return near[0]
	case len(all) == 1:
		return all[0]
	}
	return ""
}

func (a application) put(e edge) {
	e.from = end{name: a.me}
	a.add(configured, e)
}

// mail reads the servers for outgoing and incoming mail that are in use.
func (a application) mail() {
	for _, out := range a.MailServers.Value {
		if out.Active {
			proof := proofOfLogin(out.Login, a.MailServers.Grant == "")
			a.put(edge{to: a.end(out.Host, out.Port), protocol: "smtp", port: out.Port, direction: estate.Push, encryption: encryptionOfMail(out.Encryption), proof: proof,
				evidence: "mail server in Odoo " + a.Name})
		}
	}
	fetched := ""
	for _, c := range a.Crons.Value {
		if c.Active && c.Model == "fetchmail.server" {
			fetched = "every " + c.Interval + " (Odoo " + a.Name + ")"
		}
	}
	for _, in := range a.Inbound.Value {
		if in.Active {
			proof := proofOfLogin(in.Login, a.Inbound.Grant == "")
			a.put(edge{to: a.end(in.Host, in.Port), protocol: cmp.Or(in.Kind, "imap"), port: in.Port, direction: estate.Pull, encryption: encryptionOfMail(in.Encryption), proof: proof,
				schedule: fetched, evidence: "mail server in Odoo " + a.Name})
		}
	}
}

// proofOfLogin: where nobody could see whether a login is stored, none is no word for it.
func proofOfLogin(login, shown bool) estate.Authentication {
	switch {
	case login:
		return estate.PasswordProof
	case shown:
		return estate.NoProof
	}
	return ""
}

func encryptionOfMail(word string) estate.Encryption {
	switch word {
	case "ssl":
		return estate.TLSEncryption
	case "starttls":
		return estate.StartTLS
	case "none":
		return estate.PlainText
	}
	return ""
}

// providers reads the outside parties that are enabled. Odoo ships many that nobody uses, and some that ask nobody
// outside.
func (a application) providers() {
	for _, p := range a.Providers.Value {
		if !p.Enabled || p.Manual {
			continue
		}
		e := edge{to: a.end(p.Host, p.Port), protocol: "https", port: p.Port, kind: kindOfProvider(p.Kind), evidence: p.Kind + " provider in Odoo " + a.Name}
		if p.Host == "" {
			e.to = outside(p.Name)
		}
		switch p.Kind {
		case "ldap":
			e.protocol, e.direction, e.encryption = "ldap", estate.Pull, estate.PlainText
			if p.TLS {
				e.encryption = estate.StartTLS
			}
			if p.Port == 636 {
				e.protocol, e.encryption = "ldaps", estate.TLSEncryption
			}
		case "oauth":
			e.direction, e.proof = estate.Pull, estate.TokenProof
			if !p.TLS {
				e.protocol = "http"
			}
		case "iap", "edi", "delivery", "payment":
			e.direction = estate.Both
			if p.Kind == "iap" {
				e.proof = estate.TokenProof // an account of bought services has one
			}
		}
		a.put(e)
	}
	for _, p := range a.Parameters.Value {
		if p.Name == "sms.provider" && p.Value != "" && p.Value != "iap" {
			a.put(edge{to: outside(p.Value), protocol: "https", kind: estate.KindPartner, direction: estate.Push, evidence: "parameter sms.provider in Odoo " + a.Name})
		}
	}
}

// code reads the hosts that program texts in the database name, and what others call from outside.
func (a application) code() {
	for _, action := range a.Actions.Value {
		if action.Code != nil {
			a.hosts(action.Code.Hosts, edge{tied: a.table(action.Model), evidence: "code of the server action “" + action.Name + "” in Odoo " + a.Name})
		}
		a.hosts(action.Hosts, edge{tied: a.table(action.Model), direction: estate.Push, evidence: "webhook “" + action.Name + "” in Odoo " + a.Name})
	}
	for _, cron := range a.Crons.Value {
		if cron.Active && cron.Code != nil {
			a.hosts(cron.Code.Hosts, edge{tied: a.table(cron.Model), schedule: "every " + cron.Interval + " (Odoo " + a.Name + ")",
				evidence: "code of the scheduled action “" + cron.Name + "” in Odoo " + a.Name})
		}
	}
	for _, field := range a.Fields.Value.Custom {
		if field.Code != nil {
			a.hosts(field.Code.Hosts, edge{tied: a.table(field.Model), direction: estate.Pull, evidence: "code of the field " + field.Model + "." + field.Name + " in Odoo " + a.Name})
		}
	}
	for _, rule := range a.Automations.Value {
		if rule.Active && rule.Trigger == "on_webhook" {
			e := edge{from: outside("callers of webhooks of " + a.Name), to: end{name: a.me}, protocol: "https", kind: estate.KindPartner, direction: estate.Push,
				proof: estate.TokenProof, tied: a.table(rule.Model), evidence: "automation “" + rule.Name + "” in Odoo " + a.Name + " waits to be called"}
			a.add(configured, e)
		}
	}
}

func (a application) hosts(hosts []estate.CodeHost, e edge) {
	for _, h := range hosts {
		one := e
		one.protocol = schemeProtocol(h.Protocol)
		one.encryption = schemeEncryption(h.Protocol)
		one.port = cmp.Or(h.Port, portOf(h.Protocol), portOf(one.protocol))
		one.to = a.end(h.Host, one.port)
		a.put(one)
	}
}

// table is that of a model, in the database that is classified.
func (a application) table(model string) []string {
	if model == "" || a.database == "" {
		return nil
	}
	return []string{a.database + "/public." + strings.ReplaceAll(model, ".", "_")}
}

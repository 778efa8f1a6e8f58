package classify

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// portNumber is where a PostgreSQL server listens.
func portNumber(server estate.PostgresServer) int {
	_, number := splitEndpoint(server.Collected.Address)
	for _, s := range server.Settings.Value {
		if s.Name == "port" {
			number = portIn(s.Value)
		}
	}
	if number == 0 {
		return 5432
	}
	return number
}

// serverView is the view from the host of a PostgreSQL server.
func serverView(names *atlas, inventory estate.Inventory, server estate.PostgresServer) view {
	if server.Host != "" {
		return names.named(inventory, server.Host)
	}
	address, number := splitEndpoint(server.Collected.Address)
	return view{atlas: names, me: view{atlas: names}.end(address, number).name}
}

// databases reads what database servers are configured to speak to: who may connect by an address of its own, other
// servers that queries reach into, and what is taken from others as it changes. Publications name nobody: who takes
// them is known by the subscription, or by the reader that is seen. A slot without its reader names nobody either.
func (l *ledger) databases(names *atlas, inventory estate.Inventory) {
	for _, server := range inventory.Postgres {
		v := serverView(names, inventory, server)
		l.accessRules(v, server)
		for _, d := range server.Databases.Value {
			l.foreignServers(v, server, d)
			for _, s := range d.Subscriptions.Value {
				l.subscription(names, inventory, v, server.Name+"/"+d.Name, s)
			}
		}
	}
}

// accessRules takes the rules that let one address in. A range of addresses names no system.
func (l *ledger) accessRules(v view, server estate.PostgresServer) {
	for _, rule := range server.Access.Value {
		single, isOne := oneAddress(rule)
		if !isOne || rule.Method == "reject" || rule.Broken {
			continue
		}
		e := edge{from: v.end(single, 0), to: end{name: v.me}, protocol: "postgresql", port: portNumber(server), proof: proofOfMethod(rule.Method),
			evidence: fmt.Sprintf("line %d of the access rules of %s", rule.Line, server.Name)}
		switch rule.Type {
		case "hostssl":
			e.encryption = estate.TLSEncryption
		case "hostnossl":
			e.encryption = estate.PlainText
		}
		for _, name := range rule.Databases {
			if slices.ContainsFunc(server.Databases.Value, func(d estate.Database) bool { return d.Name == name }) {
				e.tied = append(e.tied, server.Name+"/"+name)
			}
		}
		if slices.Contains(rule.Databases, "replication") {
			e.direction = estate.Pull
		}
		l.add(configured, e)
	}
}

// oneAddress is the single address, or the host name, that a rule is about.
func oneAddress(rule estate.AccessRule) (string, bool) {
	if prefix, err := netip.ParsePrefix(rule.Address); err == nil {
		return prefix.Addr().String(), prefix.IsSingleIP() && !prefix.Addr().IsLoopback()
	}
	if address, err := netip.ParseAddr(rule.Address); err == nil {
		mask, err := netip.ParseAddr(rule.Netmask)
		full := err == nil && strings.Trim(mask.StringExpanded(), "f:") == "" || rule.Netmask == "255.255.255.255"
		return address.String(), full && !address.IsLoopback()
	}
	switch rule.Address {
	case "", "all", "samehost", "samenet":
		return "", false
	}
	return rule.Address, !strings.HasPrefix(rule.Address, ".") && rule.Address != "localhost"
}

func proofOfMethod(method string) estate.Authentication {
	switch method {
	case "scram-sha-256", "md5", "password", "ldap", "pam", "radius", "bsd":
		return estate.PasswordProof
	case "cert":
		return estate.CertProof
	case "gss", "sspi", "oauth":
		return estate.TokenProof
	case "trust":
		return estate.NoProof
	}
	return ""
}

func (l *ledger) foreignServers(v view, server estate.PostgresServer, d estate.Database) {
	for _, f := range d.ForeignServers.Value {
		protocol := protocolOfWrapper(f.Wrapper)
		if protocol == "" {
			continue // it reads files, or something else of the machine itself
		}
		e := edge{from: end{name: v.me}, to: v.end(f.Host, portIn(f.Port)), protocol: protocol, port: portIn(f.Port), kind: estate.KindDatabase,
			evidence: fmt.Sprintf("foreign server %s in %s/%s", f.Name, server.Name, d.Name)}
		if f.Host == "" {
			e.to = outside("foreign server " + f.Name)
			if protocol == "postgresql" {
				e.to = end{name: v.me} // libpq's default is the machine itself
			}
		}
		for _, t := range d.Tables.Value {
			if t.ForeignServer == f.Name {
				e.tied = append(e.tied, server.Name+"/"+d.Name+"/"+t.QualifiedName())
			}
		}
		l.add(configured, e)
	}
}

// protocolOfWrapper names what a foreign data wrapper speaks; empty for those that speak to no other system.
func protocolOfWrapper(wrapper string) string {
	switch wrapper {
	case "postgres_fdw", "dblink_fdw", "pgspider_core_fdw":
		return "postgresql"
	case "oracle_fdw":
		return "oracle"
	case "mysql_fdw":
		return "mysql"
	case "tds_fdw":
		return "mssql"
	case "mongo_fdw":
		return "mongodb"
	case "redis_fdw":
		return "redis"
	case "ldap_fdw":
		return "ldap"
	case "file_fdw", "cstore_fdw", "sqlite_fdw", "columnar", "plpgsql", "":
		return ""
	}
	return "unknown"
}

// subscription finds the publisher by what its server knows: a publication of that name, and a logical slot of that
// name. Where it connects to holds a password and is not read, so another publisher stays without a name.
func (l *ledger) subscription(names *atlas, inventory estate.Inventory, v view, database string, s estate.Subscription) {
	e := edge{from: end{name: v.me}, to: outside("publisher of " + s.Name), protocol: "postgresql", port: 5432, direction: estate.Pull, kind: estate.KindDatabase,
		tied: []string{database}, evidence: "subscription " + s.Name + " in " + database}
	if !s.Enabled {
		e.evidence += ", which is not enabled"
	}
	var publishers []string
	for _, other := range inventory.Postgres {
		slot := slices.ContainsFunc(other.Slots.Value, func(r estate.ReplicationSlot) bool { return r.Kind == "logical" && r.Name == s.Slot && s.Slot != "" })
		published := slices.ContainsFunc(other.Databases.Value, func(d estate.Database) bool {
			return slices.ContainsFunc(d.Publications.Value, func(p estate.Publication) bool { return slices.Contains(s.Publications, p.Name) })
		})
		if slot && published {
			include(&publishers, serverView(names, inventory, other).me)
			e.port = portNumber(other)
		}
	}
	if len(publishers) == 1 {
		e.to = end{name: publishers[0]}
	}
	l.add(configured, e)
}

// sessions is a database server to which others are connected.
type sessions struct {
	view

	number int
}

func newSessions(names *atlas, inventory estate.Inventory, server estate.PostgresServer) sessions {
	return sessions{serverView(names, inventory, server), portNumber(server)}
}

// add takes a session that comes from an address. Ours are no integration.
func (s sessions) add(l *ledger, address, application string, tls bool, e edge) {
	e.from, e.to = s.end(address, 0), end{name: s.me}
	if address == "" || application == "nightferry" {
		return
	}
	e.protocol, e.port, e.kind = "postgresql", s.number, kindOfProgram(application)
	e.encryption = estate.PlainText
	if tls {
		e.encryption = estate.TLSEncryption
	}
	l.add(observed, e)
}

// sessions reads who is connected to database servers, and who reads their streams of changes.
func (l *ledger) sessions(names *atlas, inventory estate.Inventory) {
	for _, server := range inventory.Postgres {
		s := newSessions(names, inventory, server)
		for _, c := range server.Clients.Value {
			s.add(l, c.Address, c.Application, c.TLS, edge{tied: []string{server.Name + "/" + c.Database}, proof: proofOfSession(server, c), seen: 1,
				evidence: fmt.Sprintf("session of %s on %s/%s", c.Role, server.Name, c.Database)})
		}
		for _, r := range server.Standbys.Value {
			s.add(l, r.Address, r.Application, r.TLS, edge{direction: estate.Pull, seen: 1, evidence: fmt.Sprintf("replication to %s, as %s on %s", r.Application, r.Role, server.Name)})
		}
	}
}

// proofOfSession is the method of the first access rule that lets a session in, as the server itself decides. A rule
// about groups of roles or databases cannot be decided here, and ends the search.
func proofOfSession(server estate.PostgresServer, c estate.DatabaseClient) estate.Authentication {
	address, err := netip.ParseAddr(c.Address)
	if err != nil || !server.Access.Coverage.IsKnown() {
		return ""
	}
	for _, rule := range server.Access.Value {
		if rule.Type == "local" || rule.Type == "hostssl" && !c.TLS || rule.Type == "hostnossl" && c.TLS {
			continue
		}
		prefix, err := netip.ParsePrefix(rule.Address)
		anyAddress := rule.Address == "all"
		if err != nil && !anyAddress || hasGroups(rule.Roles) || hasGroups(rule.Databases) || rule.Broken {
			return ""
		}
		if (anyAddress || prefix.Contains(address.Unmap())) && lists(rule.Roles, c.Role) && lists(rule.Databases, c.Database) {
			return proofOfMethod(rule.Method)
		}
	}
	return ""
}

func lists(list []string, name string) bool {
	return slices.Contains(list, "all") || slices.Contains(list, name)
}

func hasGroups(list []string) bool {
	return slices.ContainsFunc(list, func(name string) bool {
		return strings.HasPrefix(name, "+") || strings.HasPrefix(name, "@") || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "same")
	})
}

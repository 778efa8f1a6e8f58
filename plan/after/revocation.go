package after

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// revocations names what the inventory knows of each kind, and what it does not know.
func (in Input) revocations(m Move) []Revocation {
	credentials := Revocation{Kind: "credentials", Unknown: []string{"accounts in directories and secrets in programs' settings are not listed"}}
	certificates := Revocation{Kind: "certificates"}
	names := Revocation{Kind: "dns-names", Unknown: []string{"zones of name servers are not collected: the names are those of certificates and web routes"}}
	backups := Revocation{Kind: "backups", Unknown: []string{"copies kept off the hosts (snapshots, tapes, other sites) are not collected"}}
	hosts := in.hosts(m.Service.Name)
	if len(hosts) == 0 {
		for _, r := range []*Revocation{&credentials, &certificates, &names, &backups} {
			r.miss("no host of the service is known")
		}
	}
	for _, name := range hosts {
		at := slices.IndexFunc(in.Inventory.Hosts, func(h estate.Host) bool { return h.Name == name })
		if at < 0 {
			for _, r := range []*Revocation{&credentials, &certificates, &names, &backups} {
				r.miss(name + ": not in the inventory")
			}
			continue
		}
		h := &in.Inventory.Hosts[at]
		take(&credentials, name, "accounts", h.Accounts, account)
		take(&certificates, name, "certificates", h.Certificates, func(c estate.Certificate) []string {
			return []string{fmt.Sprintf("%s, until %s", cmp.Or(c.Subject, c.Where), c.NotAfter.UTC().Format(time.DateOnly))}
		})
		take(&names, name, "certificates", h.Certificates, func(c estate.Certificate) []string { return c.Names })
		take(&names, name, "routes", h.Routes, func(r estate.WebRoute) []string { return r.Names })
		take(&backups, name, "backups", h.Backups, func(b estate.Backup) []string { return []string{b.Tool + " " + b.Where} })
	}
	in.databaseCredentials(&credentials, m.Service)
	all := []Revocation{credentials, certificates, names, in.paths(m.Service.Name), backups, in.accountsOutside(m.Service.Name)}
	for i := range all {
		slices.Sort(all[i].Names)
		all[i].Names = slices.Compact(all[i].Names)
		slices.Sort(all[i].Unknown)
		all[i].Unknown = slices.Compact(all[i].Unknown)
	}
	return all
}

func (r *Revocation) miss(why string) { r.Unknown = append(r.Unknown, why) }

// take adds what a section names. Only a section that was read in full, or whose subject is absent, leaves nothing unknown.
func take[T any](r *Revocation, where, what string, s estate.Section[[]T], names func(T) []string) {
	for _, v := range s.Value {
		for _, name := range names(v) {
			r.Names = append(r.Names, where+": "+name)
		}
	}
	coverage := cmp.Or(s.Coverage, estate.NotAsked)
	switch {
	case coverage != estate.Known && coverage != estate.Absent:
		r.miss(fmt.Sprintf("%s: %s %s%s", where, what, coverage, because(s.Problem)))
	case s.Truncated:
		r.miss(fmt.Sprintf("%s: %s cut by a limit", where, what))
	}
}

func because(problem string) string {
	if problem == "" {
		return ""
	}
	return " (" + problem + ")"
}

// account keeps those that somebody can come in by: a shell, or keys, or keys that nobody could count.
func account(a estate.Account) []string {
	closed := strings.HasSuffix(a.Shell, "nologin") || strings.HasSuffix(a.Shell, "/false")
	switch {
	case closed && a.Keys == 0:
		return nil
	case a.Keys < 0:
		return []string{"account " + a.Name + " (keys not known)"}
	}
	return []string{fmt.Sprintf("account %s (%d keys)", a.Name, a.Keys)}
}

// databaseCredentials are the roles that may log in to the service's servers, and its Odoo's keys. Keys are counted: who
// has one is in the inventory.
func (in Input) databaseCredentials(r *Revocation, s estate.Service) {
	for _, wanted := range s.Databases {
		server, _, _ := strings.Cut(wanted, "/")
		at := slices.IndexFunc(in.Inventory.Postgres, func(p estate.PostgresServer) bool { return p.Name == server })
		if at < 0 {
			r.miss(server + ": not in the inventory")
			continue
		}
		take(r, server, "roles", in.Inventory.Postgres[at].Roles, func(role estate.Role) []string {
			if !role.Login {
				return nil
			}
			return []string{"role " + role.Name}
		})
	}
	for _, name := range s.Odoo {
		at := slices.IndexFunc(in.Inventory.Odoo, func(o estate.OdooServer) bool { return o.Name == name })
		if at < 0 {
			r.miss(name + ": not in the inventory")
			continue
		}
		keys := in.Inventory.Odoo[at].APIKeys
		take(r, name, "API keys", keys, func(estate.APIKey) []string { return nil })
		if len(keys.Value) > 0 {
			r.Names = append(r.Names, fmt.Sprintf("%s: %d API keys", name, len(keys.Value)))
		}
	}
}

// paths stand for the firewall rules, which no look at hosts can list.
func (in Input) paths(service string) Revocation {
	r := Revocation{Kind: "firewall-rules"}
	r.Unknown = append(in.unwatched(service), "rules of the network's firewalls are not collected: the names are the paths that they let through")
	for _, i := range in.Assessment.Integrations {
		if i.IsInside() || !slices.ContainsFunc(slices.Concat(i.Hosts(i.From), i.Hosts(i.To)), func(end string) bool { return slices.Contains(in.Hosts[service], end) }) {
			continue
		}
		path := fmt.Sprintf("%s to %s by %s", i.From, i.To, i.Protocol)
		if i.Port > 0 {
			path += fmt.Sprintf(" (port %d)", i.Port)
		}
		r.Names = append(r.Names, path)
	}
	return r
}

// accountsOutside are those that partners keep for the legacy.
func (in Input) accountsOutside(service string) Revocation {
	r := Revocation{Kind: "partner-accounts", Unknown: in.unwatched(service)}
	for _, i := range in.leaving(service) {
		name, _ := outsider(i)
		switch i.Authentication {
		case estate.NoProof:
		case estate.UnknownProof, "":
			r.miss(fmt.Sprintf("%s by %s: how it is authenticated is not known", name, i.Protocol))
		default:
			r.Names = append(r.Names, fmt.Sprintf("%s by %s (%s)", name, i.Protocol, i.Authentication))
		}
	}
	return r
}

package rules

import (
	"iter"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

func odooKind() kind {
	return kind{name: "odoo", doc: "an Odoo database as a user of it saw it", within: "host", fields: odooFields(),
		groups: func(w *world) iter.Seq[group] {
			return func(yield func(group) bool) {
				for _, o := range w.erps {
					g := group{asset: o.asset, stake: o.stake, seen: provenance(o.Collected, ""), subjects: []subject{{odoo: o, host: o.host}}}
					if !o.Collected.Coverage.IsKnown() {
						g.gap, g.gapped, g.subjects = unread(o.Collected), true, nil
					}
					if !yield(g) {
						return
					}
				}
			}
		}}
}

// inside makes the groups of a section of all Odoo servers.
func inside[T any](name string, of func(*erp) estate.Section[[]T]) func(*world) iter.Seq[group] {
	return func(w *world) iter.Seq[group] {
		return func(yield func(group) bool) {
			for _, o := range w.erps {
				s := of(o)
				g := group{asset: o.asset, stake: o.stake, seen: provenance(o.Collected, s.Source)}
				g.gap, g.gapped = partial(name, s)
				if !o.Collected.Coverage.IsKnown() {
					g.gap, g.gapped = unread(o.Collected), true
				}
				for i := range s.Value {
					g.subjects = append(g.subjects, subject{odoo: o, host: o.host, item: &s.Value[i]})
				}
				if !yield(g) {
					return
				}
			}
		}
	}
}

// whole takes a section's list for all there is, where what is hidden is a field of its entries and no entry.
func whole[T any](s estate.Section[[]T]) estate.Section[[]T] {
	if s.Coverage.IsKnown() {
		s.Grant, s.Problem = "", ""
	}
	return s
}

func ofOdoo(name string, t expr.Type, doc string, of func(*erp) Fact) Field {
	return Field{name, t, doc, func(s *subject) Fact { return of(s.odoo) }}
}

func odooFields() []Field {
	parameter := func(field, name, doc string) Field {
		return ofOdoo(field, expr.TypeText, doc, func(o *erp) Fact {
			return told("parameters", o.Parameters, func(list []estate.Parameter) Fact {
				for _, p := range list {
					if p.Name == name {
						return word(p.Value)
					}
				}
				return word("")
			})
		})
	}
	return []Field{
		ofOdoo("odoo.environment", expr.TypeText, "production, non-production, target, shared or unknown", func(o *erp) Fact { return word(o.Environment) }),
		ofOdoo("odoo.database", expr.TypeText, "its database", func(o *erp) Fact { return word(o.Database) }),
		ofOdoo("odoo.version", expr.TypeText, "its version", func(o *erp) Fact {
			return told("version", o.Version, word[string])
		}),
		ofOdoo("odoo.days_left", expr.TypeInt, "days until its makers end support of this version; negative when past", func(o *erp) Fact {
			return told("version", o.Version, func(v string) Fact { return o.ends.daysLeft("odoo", v, o.Collected.At, "version") })
		}),
		ofOdoo("odoo.administrators", expr.TypeInt, "active users in Settings or Access Rights", func(o *erp) Fact {
			return count("users", o.Users, func(u *estate.OdooUser) bool { return u.Active && u.Administrator })
		}),
		ofOdoo("odoo.internal_users", expr.TypeInt, "active users of the staff", func(o *erp) Fact {
			return count("users", o.Users, func(u *estate.OdooUser) bool { return u.Active && u.Internal })
		}),
		ofOdoo("odoo.changed_views", expr.TypeInt, "views of modules that were changed in the database", func(o *erp) Fact {
			return told("views", o.Views, func(list []estate.ViewSum) Fact {
				n := 0
				for _, v := range list {
					n += v.Changed
				}
				return number(n)
			})
		}),
		ofOdoo("odoo.custom_fields", expr.TypeText, "fields that were made in the database", func(o *erp) Fact {
			return told("fields", o.Fields, func(f estate.FieldSums) Fact {
				var names []string
				for _, c := range f.Custom {
					names = append(names, c.Model+"."+c.Name)
				}
				return word(firstOf(names))
			})
		}),
		ofOdoo("odoo.files_in_table", expr.TypeInt, "attachments that lie in the database and not in the filestore", func(o *erp) Fact {
			return told("attachments", o.Attachments, func(a estate.AttachmentSums) Fact { return number(a.InTable) })
		}),
		ofOdoo("odoo.live_copy", expr.TypeText, "of a copy outside production: something of production's that it still calls; empty where nothing is", liveCopy),
		parameter("odoo.base_url", "web.base.url", "the address by which it says it is reached"),
		parameter("odoo.sign_up", "auth_signup.invitation_scope", "b2c: anybody may make an account; b2b: by invitation"),
		parameter("odoo.cooldown_after", "base.login_cooldown_after", "failed logins after which an address must wait; 0 for never, empty for the default"),
	}
}

// liveCopy finds in a copy outside production what would reach real people or parties.
func liveCopy(o *erp) Fact {
	if o.Environment != estate.NonProduction {
		return word("")
	}
	for _, m := range o.MailServers.Value {
		if m.Active {
			return word("outgoing mail by " + m.Host)
		}
	}
	for _, m := range o.Inbound.Value {
		if m.Active {
			return word("mailbox at " + m.Host)
		}
	}
	for _, p := range o.Providers.Value {
		if p.Enabled && p.Kind == "payment" && !p.Manual {
			return word("payments by " + p.Name)
		}
	}
	for _, s := range []struct {
		name string
		gap  estate.Gap
		open bool
	}{hidden("mail servers", o.MailServers), hidden("providers", o.Providers)} {
		if s.open {
			return missing(s.gap)
		}
	}
	return word("")
}

func hidden[T any](name string, s estate.Section[[]T]) (found struct {
	name string
	gap  estate.Gap
	open bool
}) {
	found.name, found.open = name, !s.Coverage.IsKnown() && s.Coverage != estate.Absent
	found.gap = gapOf(name, s)
	return found
}

func odooUserKind() kind {
	return kind{name: "odoo-user", doc: "a user of the staff in Odoo", within: "odoo",
		groups: inside("users", func(o *erp) estate.Section[[]estate.OdooUser] { return o.Users }),
		fields: []Field{
			about("user.login", expr.TypeText, "the login", func(u *estate.OdooUser) Fact { return word(u.Login) }),
			about("user.active", expr.TypeBool, "it may log in", func(u *estate.OdooUser) Fact { return truth(u.Active) }),
			about("user.internal", expr.TypeBool, "it is of the staff", func(u *estate.OdooUser) Fact { return truth(u.Internal) }),
			about("user.administrator", expr.TypeBool, "it is in Settings or Access Rights", func(u *estate.OdooUser) Fact { return truth(u.Administrator) }),
			about("user.built_in", expr.TypeBool, "Odoo brought it and nobody logs in by it", func(u *estate.OdooUser) Fact {
				return truth(slices.Contains([]string{"__system__", "default", "public", "portaltemplate"}, u.Login))
			}),
			about("user.never_logged_in", expr.TypeBool, "no login of it is recorded", func(u *estate.OdooUser) Fact { return truth(u.LastLogin.IsZero()) }),
			about("user.shared_name", expr.TypeBool, "its login is that of a role or a team", func(u *estate.OdooUser) Fact { return truth(isSharedName(u.Login)) }),
			about("user.two_factor", expr.TypeBool, "a second factor is asked for", func(u *estate.OdooUser) Fact {
				if u.TwoFactor == nil {
					return missing(estate.Gap{Section: "users", Coverage: estate.Denied, Problem: "whether a second factor is asked for does not show", Mend: "membership in Administration/Access Rights"})
				}
				return truth(*u.TwoFactor)
			}),
			{"user.idle_days", expr.TypeInt, "days since the last login", func(s *subject) Fact {
				u, _ := s.item.(*estate.OdooUser)
				return days(u.LastLogin, s.odoo.Collected.At, "users")
			}},
		}}
}

func mailKind() kind {
	return kind{name: "mail", doc: "a mail server in Odoo's configuration, outgoing or incoming", within: "odoo",
		groups: inside("mail servers", func(o *erp) estate.Section[[]estate.MailServer] {
			s := whole(o.MailServers)
			if in := whole(o.Inbound); in.Coverage.IsKnown() {
				s.Value = slices.Concat(s.Value, in.Value)
			} else if s.Coverage.IsKnown() && in.Coverage != estate.Absent {
				s.Grant, s.Problem = in.Grant, in.Problem
				s.Truncated = true
			}
			return s
		}),
		fields: []Field{
			about("mail.name", expr.TypeText, "its name in Odoo", func(m *estate.MailServer) Fact { return word(m.Name) }),
			about("mail.host", expr.TypeText, "its host", func(m *estate.MailServer) Fact { return word(m.Host) }),
			about("mail.port", expr.TypeInt, "its port", func(m *estate.MailServer) Fact { return number(m.Port) }),
			about("mail.kind", expr.TypeText, "smtp, imap or pop", func(m *estate.MailServer) Fact { return word(m.Kind) }),
			about("mail.encryption", expr.TypeText, "none, starttls or ssl", func(m *estate.MailServer) Fact { return word(m.Encryption) }),
			about("mail.active", expr.TypeBool, "it is in use", func(m *estate.MailServer) Fact { return truth(m.Active) }),
			about("mail.loopback", expr.TypeBool, "it is on the same machine", func(m *estate.MailServer) Fact { return truth(isLoopback(m.Host)) }),
		}}
}

func providerKind() kind {
	return kind{name: "provider", doc: "an outside party in Odoo's configuration", within: "odoo",
		groups: inside("providers", func(o *erp) estate.Section[[]estate.Provider] { return o.Providers }),
		fields: []Field{
			about("provider.kind", expr.TypeText, "payment, ldap, oauth, iap, delivery or edi", func(p *estate.Provider) Fact { return word(p.Kind) }),
			about("provider.name", expr.TypeText, "its name in Odoo", func(p *estate.Provider) Fact { return word(p.Name) }),
			about("provider.host", expr.TypeText, "its host; empty where none is named", func(p *estate.Provider) Fact { return word(p.Host) }),
			about("provider.enabled", expr.TypeBool, "it is in use", func(p *estate.Provider) Fact { return truth(p.Enabled) }),
			about("provider.tls", expr.TypeBool, "it is spoken to by TLS", func(p *estate.Provider) Fact { return truth(p.TLS) }),
			about("provider.manual", expr.TypeBool, "no outside party is asked", func(p *estate.Provider) Fact { return truth(p.Manual) }),
			about("provider.anybody", expr.TypeBool, "it signs in people who are not the hospital's", func(p *estate.Provider) Fact {
				return truth(p.Kind == "oauth" && slices.Contains([]string{"accounts.odoo.com", "www.facebook.com", "accounts.google.com"}, p.Host))
			}),
		}}
}

func parameterKind() kind {
	return kind{name: "parameter", doc: "a configuration parameter of Odoo", within: "odoo",
		groups: inside("parameters", func(o *erp) estate.Section[[]estate.Parameter] { return o.Parameters }),
		fields: []Field{
			about("parameter.name", expr.TypeText, "its name; values of secrets are never read", func(p *estate.Parameter) Fact { return word(p.Name) }),
			about("parameter.secret", expr.TypeBool, "it is named like a secret, and is none of Odoo's own", func(p *estate.Parameter) Fact { return truth(isSecretName(p.Name)) }),
		}}
}

func isSecretName(name string) bool {
	if strings.HasPrefix(name, "database.") || strings.HasSuffix(name, "reset_password") {
		return false // made and kept by Odoo; a switch
	}
	for _, word := range []string{"secret", "password", "passwd", "api_key", "apikey", "token", "private_key"} {
		if strings.HasSuffix(strings.ToLower(name), word) {
			return true
		}
	}
	return false
}

func apiKeyKind() kind {
	return kind{name: "api-key", doc: "a key by which a program logs in to Odoo as a user", within: "odoo",
		groups: inside("api keys", func(o *erp) estate.Section[[]estate.APIKey] { return o.APIKeys }),
		fields: []Field{
			about("key.login", expr.TypeText, "the user that it logs in as", func(k *estate.APIKey) Fact { return word(k.Login) }),
			about("key.expires", expr.TypeBool, "it ends by itself", func(k *estate.APIKey) Fact { return truth(!k.Expires.IsZero()) }),
			{"key.days", expr.TypeInt, "its age", func(s *subject) Fact {
				k, _ := s.item.(*estate.APIKey)
				return days(k.Created, s.odoo.Collected.At, "api keys")
			}},
			{"key.administrator", expr.TypeBool, "its user is an administrator", func(s *subject) Fact {
				k, _ := s.item.(*estate.APIKey)
				return has("users", s.odoo.Users, func(u *estate.OdooUser) bool { return u.Login == k.Login && u.Administrator })
			}},
		}}
}

func actionKind() kind {
	hostsOf := func(a *estate.ServerAction) []estate.CodeHost {
		hosts := slices.Clone(a.Hosts)
		if a.Code != nil {
			hosts = append(hosts, a.Code.Hosts...)
		}
		return hosts
	}
	return kind{name: "action", doc: "a server action of Odoo", within: "odoo",
		groups: inside("server actions", func(o *erp) estate.Section[[]estate.ServerAction] { return whole(o.Actions) }),
		fields: []Field{
			about("action.name", expr.TypeText, "its name", func(a *estate.ServerAction) Fact { return word(a.Name) }),
			about("action.model", expr.TypeText, "what it acts on", func(a *estate.ServerAction) Fact { return word(a.Model) }),
			about("action.kind", expr.TypeText, "code, webhook, object_write, ...", func(a *estate.ServerAction) Fact { return word(a.Kind) }),
			about("action.made", expr.TypeBool, "it was made in the database, not by a module", func(a *estate.ServerAction) Fact { return truth(a.Made) }),
			{"action.calls", expr.TypeText, "hosts that its code names; empty where none is", func(s *subject) Fact {
				a, _ := s.item.(*estate.ServerAction)
				if a.Kind == "code" && a.Code == nil {
					gap := gapOf("server actions", s.odoo.Actions)
					gap.Coverage = estate.Denied
					return missing(gap)
				}
				var names []string
				for _, h := range hostsOf(a) {
					names = append(names, h.Host)
				}
				return word(firstOf(names))
			}},
			about("action.calls_in_clear", expr.TypeBool, "its code names an address without TLS", func(a *estate.ServerAction) Fact {
				return truth(slices.ContainsFunc(hostsOf(a), func(h estate.CodeHost) bool {
					return (h.Protocol == "http" || h.Protocol == "ftp") && !isLoopback(h.Host)
				}))
			}),
		}}
}

// moduleKind lays the modules of a database beside the code on its machine.
func moduleKind() kind {
	return kind{name: "module", doc: "an Odoo module of others than Odoo, in the database and on disk", within: "odoo",
		groups: inside("odoo modules", func(o *erp) estate.Section[[]estate.ModuleMatch] {
			if o.host == nil {
				return estate.Miss[[]estate.ModuleMatch](estate.NotAsked, "", "on which machine it runs is not known", "name its host in engagement.yaml")
			}
			return o.MatchModules(o.host.Code)
		}),
		fields: []Field{
			about("module.name", expr.TypeText, "its name", func(m *estate.ModuleMatch) Fact { return word(m.Name) }),
			about("module.verdict", expr.TypeText, "in place, other version, without code, left on disk or cannot be told", func(m *estate.ModuleMatch) Fact { return word(m.Verdict) }),
			about("module.installed", expr.TypeText, "its version in the database", func(m *estate.ModuleMatch) Fact { return word(m.Installed) }),
			about("module.on_disk", expr.TypeText, "its version on disk", func(m *estate.ModuleMatch) Fact { return word(m.OnDisk) }),
			about("module.path", expr.TypeText, "its folder", func(m *estate.ModuleMatch) Fact { return word(m.Path) }),
			{"module.used_elsewhere", expr.TypeBool, "another database of the same machine uses it", func(s *subject) Fact {
				m, _ := s.item.(*estate.ModuleMatch)
				for _, other := range s.host.erps {
					if other != s.odoo && slices.ContainsFunc(other.Modules.Value, func(o estate.Module) bool { return o.Name == m.Name && o.State == "installed" }) {
						return truth(true)
					}
				}
				return truth(false)
			}},
			{"module.untested", expr.TypeBool, "it has no tests of its own", func(s *subject) Fact {
				m, _ := s.item.(*estate.ModuleMatch)
				for _, c := range s.host.Code.Value {
					if c.Name == m.Name {
						return truth(!c.Tests)
					}
				}
				return missing(gapOf("odoo modules", s.host.Code))
			}},
		}}
}

func queueKind() kind {
	states := func(field string, doc string, names ...string) Field {
		return about(field, expr.TypeInt, doc, func(q *estate.Queue) Fact {
			n := 0
			for _, name := range names {
				n += q.States[name]
			}
			return number(n)
		})
	}
	return kind{name: "queue", doc: "jobs or documents that Odoo sends or works off", within: "odoo",
		groups: inside("queues", func(o *erp) estate.Section[[]estate.Queue] { return o.Queues }),
		fields: []Field{
			about("queue.model", expr.TypeText, "its model", func(q *estate.Queue) Fact { return word(q.Model) }),
			states("queue.failed", "entries that failed", "failed", "error", "cancelled_error", "output_error_on_send", "input_processed_error", "exception"),
			states("queue.waiting", "entries that wait", "pending", "enqueued", "wait_dependencies", "to_send", "new", "in_queue"),
		}}
}

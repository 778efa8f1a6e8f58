package rules

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

func postgresKind() kind {
	return kind{name: "postgres", doc: "a PostgreSQL server", within: "host", fields: slices.Concat(postgresFields(), settingFields()),
		groups: func(w *world) iter.Seq[group] {
			return func(yield func(group) bool) {
				for _, p := range w.servers {
					g := group{asset: p.asset, stake: p.stake, seen: provenance(p.Collected, ""), subjects: []subject{{server: p, host: p.host}}}
					if !p.Collected.Coverage.IsKnown() {
						g.gap, g.gapped, g.subjects = unread(p.Collected), true, nil
					}
					if !yield(g) {
						return
					}
				}
			}
		}}
}

// within makes the groups of a section of all PostgreSQL servers.
func within[T any](name string, of func(*server) estate.Section[[]T]) func(*world) iter.Seq[group] {
	return func(w *world) iter.Seq[group] {
		return func(yield func(group) bool) {
			for _, p := range w.servers {
				s := of(p)
				g := group{asset: p.asset, stake: p.stake, seen: provenance(p.Collected, s.Source)}
				g.gap, g.gapped = partial(name, s)
				if !p.Collected.Coverage.IsKnown() {
					g.gap, g.gapped = unread(p.Collected), true
				}
				for i := range s.Value {
					g.subjects = append(g.subjects, subject{server: p, host: p.host, item: &s.Value[i]})
				}
				if !yield(g) {
					return
				}
			}
		}
	}
}

// ofServer makes a field of a server, which rules about its parts can ask for, too.
func ofServer(name string, t expr.Type, doc string, of func(*server) Fact) Field {
	return Field{name, t, doc, func(s *subject) Fact { return of(s.server) }}
}

func postgresFields() []Field {
	return []Field{
		ofServer("postgres.environment", expr.TypeText, "production, non-production, target, shared or unknown", func(p *server) Fact { return word(p.Environment) }),
		ofServer("postgres.version", expr.TypeText, "its version", func(p *server) Fact {
			return told("version", p.Version, func(v estate.PostgresVersion) Fact { return word(v.Text) })
		}),
		ofServer("postgres.days_left", expr.TypeInt, "days until the last release of its major version; negative when past", func(p *server) Fact {
			return told("version", p.Version, func(v estate.PostgresVersion) Fact { return days(p.Collected.At, v.EndOfLife, "version") })
		}),
		ofServer("postgres.services", expr.TypeInt, "business services that need it", func(p *server) Fact { return number(len(p.services)) }),
		ofServer("postgres.critical", expr.TypeBool, "a life-critical or business-critical service needs it", func(p *server) Fact { return truth(p.stake.critical) }),
		ofServer("postgres.standbys", expr.TypeInt, "standbys that follow it", func(p *server) Fact {
			return count("standbys", p.Standbys, func(s *estate.Standby) bool { return s.State != "backup" })
		}),
		ofServer("postgres.standby", expr.TypeBool, "it follows another server", func(p *server) Fact {
			return told("state", p.State, func(s estate.ClusterState) Fact { return truth(s.Standby) })
		}),
		ofServer("postgres.checksums", expr.TypeBool, "its pages have checksums", func(p *server) Fact {
			return told("state", p.State, func(s estate.ClusterState) Fact { return truth(s.Checksums) })
		}),
		ofServer("postgres.waits_for_restart", expr.TypeText, "settings that wait for a restart", func(p *server) Fact {
			return told("state", p.State, func(s estate.ClusterState) Fact { return word(strings.Join(s.Restarts, ", ")) })
		}),
		ofServer("postgres.exposed", expr.TypeBool, "it listens beyond the machine itself", func(p *server) Fact {
			return setting(p, "listen_addresses", "localhost", func(v string) Fact {
				return truth(slices.ContainsFunc(strings.Split(v, ","), func(a string) bool { a = strings.TrimSpace(a); return a != "" && !isLoopback(a) }))
			})
		}),
		ofServer("postgres.archive_failing", expr.TypeBool, "its last try to archive write-ahead logs failed", func(p *server) Fact {
			return told("archiver", p.Archiver, func(a estate.Archiver) Fact {
				return truth(!a.LastFailed.IsZero() && a.LastFailed.After(a.LastArchived))
			})
		}),
		ofServer("postgres.archived", expr.TypeInt, "write-ahead logs that were archived since its statistics began", func(p *server) Fact {
			return told("archiver", p.Archiver, func(a estate.Archiver) Fact { return number(a.Archived) })
		}),
		ofServer("postgres.clear_sessions", expr.TypeText, "an address that it has a session with over the network without TLS; empty where none was seen", func(p *server) Fact {
			return told("clients", p.Clients, func(list []estate.DatabaseClient) Fact {
				for _, c := range list {
					if c.Address != "" && !c.TLS && !isLoopback(c.Address) {
						return word(c.Address)
					}
				}
				return word("")
			})
		}),
		ofServer("postgres.connections_percent", expr.TypeInt, "sessions that were seen, of those allowed", func(p *server) Fact {
			return setting(p, "max_connections", "100", func(v string) Fact {
				most, err := strconv.Atoi(v)
				if err != nil || most == 0 {
					return missing(estate.Gap{Section: "settings", Coverage: estate.Failed, Problem: "max_connections is no number"})
				}
				return told("clients", p.Clients, func(list []estate.DatabaseClient) Fact {
					n := 0
					for _, c := range list {
						n += c.Count
					}
					return number(100 * n / most)
				})
			})
		}),
		ofServer("postgres.prepared_days", expr.TypeInt, "age of its oldest prepared transaction; -1 without any", func(p *server) Fact {
			return told("prepared transactions", p.Prepared, func(list []estate.PreparedTransaction) Fact {
				if len(list) == 0 {
					return number(-1)
				}
				oldest := slices.MinFunc(list, func(a, b estate.PreparedTransaction) int { return a.Prepared.Compare(b.Prepared) })
				return days(oldest.Prepared, p.Collected.At, "prepared transactions")
			})
		}),
		ofServer("postgres.pooled", expr.TypeBool, "a pooler runs on its machine", func(p *server) Fact {
			if p.host == nil {
				return missing(estate.Gap{Section: "host", Coverage: estate.NotAsked, Problem: "on which machine it runs is not known"})
			}
			return runs(p.host, "pgbouncer", "pgpool")
		}),
		ofServer("postgres.audited", expr.TypeBool, "statements are logged, by log_statement or pgaudit", func(p *server) Fact {
			return setting(p, "log_statement", "none", func(v string) Fact {
				return truth(v == "all" || v == "mod" || strings.Contains(p.settings["shared_preload_libraries"], "pgaudit"))
			})
		}),
	}
}

// setting is a setting of the server. Settings that keep their default are not all listed: then the default holds.
// A role without rights does not see all settings; then nobody can tell.
func setting(p *server, name, unstated string, of func(string) Fact) Fact {
	if value, stated := p.settings[name]; stated {
		return of(value)
	}
	if gap, partial := partial("settings", p.Settings); partial {
		return missing(gap)
	}
	return of(unstated)
}

func settingFields() []Field {
	var fields []Field
	for _, s := range []struct{ name, unstated, doc string }{
		{"fsync", "on", "writes reach the disk before they are called done"},
		{"full_page_writes", "on", "torn pages are mended after a crash"},
		{"synchronous_commit", "on", "what is committed is on the disk"},
		{"ssl", "off", "it offers TLS"},
		{"ssl_min_protocol_version", "TLSv1.2", "the oldest version of TLS that it takes"},
		{"log_connections", "off", "who connects is logged"},
		{"log_disconnections", "off", "who leaves is logged"},
		{"log_line_prefix", "%m [%p] ", "what stands before each line of its log"},
		{"logging_collector", "off", "it keeps its log itself"},
		{"password_encryption", "", "how new passwords are kept"},
		{"archive_mode", "off", "write-ahead logs are archived"},
		{"wal_level", "replica", "how much the write-ahead log holds"},
		{"autovacuum", "on", "dead rows are removed by themselves"},
		{"idle_in_transaction_session_timeout", "0", "sessions that idle within a transaction are ended"},
		{"shared_preload_libraries", "", "libraries that are loaded at its start"},
	} {
		fields = append(fields, ofServer("postgres."+s.name, expr.TypeText, "the setting: "+s.doc, func(p *server) Fact {
			return setting(p, s.name, s.unstated, func(v string) Fact { return word(strings.ToLower(v)) })
		}))
	}
	return fields
}

func roleKind() kind {
	connected := func(s *subject) Fact {
		r, _ := s.item.(*estate.Role)
		return has("clients", s.server.Clients, func(c *estate.DatabaseClient) bool { return c.Role == r.Name })
	}
	return kind{name: "role", doc: "a role of a PostgreSQL server", within: "postgres",
		groups: within("roles", func(p *server) estate.Section[[]estate.Role] { return p.Roles }),
		fields: []Field{
			about("role.name", expr.TypeText, "its name", func(r *estate.Role) Fact { return word(r.Name) }),
			about("role.superuser", expr.TypeBool, "it may do everything", func(r *estate.Role) Fact { return truth(r.Superuser) }),
			about("role.logs_in", expr.TypeBool, "it may log in", func(r *estate.Role) Fact { return truth(r.Login) }),
			about("role.create_role", expr.TypeBool, "it may make roles", func(r *estate.Role) Fact { return truth(r.CreateRole) }),
			about("role.replication", expr.TypeBool, "it may copy the whole cluster", func(r *estate.Role) Fact { return truth(r.Replication) }),
			about("role.bypass_rls", expr.TypeBool, "row policies do not bind it", func(r *estate.Role) Fact { return truth(r.BypassRLS) }),
			about("role.reaches_files", expr.TypeText, "a right of it to files or programs of the server; empty where none is", func(r *estate.Role) Fact {
				for _, group := range r.MemberOf {
					if slices.Contains([]string{"pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"}, group) {
						return word(group)
					}
				}
				return word("")
			}),
			{"role.expired", expr.TypeBool, "its password has expired", func(s *subject) Fact {
				r, _ := s.item.(*estate.Role)
				return truth(!r.ValidUntil.IsZero() && r.ValidUntil.Before(s.server.Collected.At))
			}},
			{"role.connected", expr.TypeBool, "a session of it was seen", connected},
			{"role.used", expr.TypeBool, "a session of it was seen in any look, of discovery or of a watch", func(s *subject) Fact {
				r, _ := s.item.(*estate.Role)
				for _, p := range s.world.Inventory.Samples.Postgres {
					if p.Name == s.server.Name && slices.ContainsFunc(p.Clients, func(c estate.SampledClient) bool { return c.Role == r.Name }) {
						return truth(true)
					}
				}
				return connected(s)
			}},
			{"role.password", expr.TypeText, "how its password is kept: scram-sha-256, md5, none or other", func(s *subject) Fact {
				r, _ := s.item.(*estate.Role)
				return told("password forms", s.server.PasswordForms, func(list []estate.PasswordForm) Fact {
					for _, f := range list {
						if f.Role == r.Name {
							return word(f.Form)
						}
					}
					return word("none")
				})
			}},
		}}
}

func slotKind() kind {
	return kind{name: "slot", doc: "a replication slot", within: "postgres",
		groups: within("replication slots", func(p *server) estate.Section[[]estate.ReplicationSlot] { return p.Slots }),
		fields: []Field{
			about("slot.name", expr.TypeText, "its name", func(s *estate.ReplicationSlot) Fact { return word(s.Name) }),
			about("slot.active", expr.TypeBool, "somebody reads it", func(s *estate.ReplicationSlot) Fact { return truth(s.Active) }),
			about("slot.retained_bytes", expr.TypeInt, "write-ahead log that it holds back", func(s *estate.ReplicationSlot) Fact { return number(s.RetainedBytes) }),
			about("slot.status", expr.TypeText, "reserved, extended, unreserved or lost; empty before 13", func(s *estate.ReplicationSlot) Fact { return word(s.Status) }),
		}}
}

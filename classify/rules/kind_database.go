package rules

import (
	"iter"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// databaseKind is about databases that people made; templates and the server's own hold nothing.
func databaseKind() kind {
	return kind{name: "database", doc: "a database of a PostgreSQL server", within: "postgres", fields: slices.Concat(databaseFields(), contentFields()),
		groups: func(w *world) iter.Seq[group] {
			return func(yield func(group) bool) {
				for _, p := range w.servers {
					for _, g := range databasesOf(w, p) {
						if !yield(g) {
							return
						}
					}
				}
			}
		}}
}

func databasesOf(w *world, p *server) []group {
	all := group{asset: p.asset, stake: p.stake, seen: provenance(p.Collected, p.Databases.Source)}
	all.gap, all.gapped = partial("databases", p.Databases)
	if !p.Collected.Coverage.IsKnown() {
		all.gap, all.gapped = unread(p.Collected), true
	}
	if all.gapped {
		return []group{all}
	}
	var groups []group
	for i := range p.Databases.Value {
		d := &p.Databases.Value[i]
		if d.Template || d.Name == "postgres" {
			continue
		}
		own := stake{critical: p.stake.critical, served: p.stake.served}
		if class := w.Classes[p.Name+"/"+d.Name]; class != "" {
			own.hold(class)
		}
		groups = append(groups, group{asset: p.asset + "/" + d.Name, stake: own, seen: provenance(p.Collected, p.Databases.Source),
			subjects: []subject{{server: p, host: p.host, database: d, item: d}}})
	}
	return groups
}

func databaseFields() []Field {
	return []Field{
		about("database.name", expr.TypeText, "its name", func(d *estate.Database) Fact { return word(d.Name) }),
		about("database.owner", expr.TypeText, "the role that owns it", func(d *estate.Database) Fact { return word(d.Owner) }),
		{"database.class", expr.TypeText, "its class of data, by classification", func(s *subject) Fact {
			class := s.world.Classes[s.server.Name+"/"+s.database.Name]
			if class == "" || class == estate.NotAssessed {
				return missing(estate.Gap{Section: "classification", Coverage: estate.NotAsked, Problem: "its data is not assessed", Mend: s.database.Tables.Grant})
			}
			return word(class)
		}},
		{"database.regulated", expr.TypeBool, "it holds data that a law protects, by classification", func(s *subject) Fact {
			class := s.world.Classes[s.server.Name+"/"+s.database.Name]
			if class == "" || class == estate.NotAssessed {
				return missing(estate.Gap{Section: "classification", Coverage: estate.NotAsked, Problem: "its data is not assessed", Mend: s.database.Tables.Grant})
			}
			return truth(isRegulated(class))
		}},
		{"database.copy", expr.TypeText, "what people say that it holds of its origin: masked, summarised, full; empty where nobody says that it is a copy", func(s *subject) Fact {
			return word(copyOf(s).Content)
		}},
		{"database.copy_word", expr.TypeText, "who says so, when and where", func(s *subject) Fact {
			c := copyOf(s)
			return word(strings.Trim(c.By+" on "+c.Date+", "+c.Where, " ,"))
		}},
		{"database.identifiers", expr.TypeText, "columns of a copy whose values have the form of numbers that tell people apart, as far as rows were read", func(s *subject) Fact {
			c := copyOf(s)
			if c.Database != "" && !c.Sampled {
				return missing(estate.Gap{Section: "columns", Coverage: estate.NotAsked, Problem: "no row of the copy was read", Mend: "state sampling: for it in engagement.yaml, then run: nightferry classify"})
			}
			return word(firstOf(c.Identifiers))
		}},
		{"database.named", expr.TypeBool, "a business service or an Odoo server names it", func(s *subject) Fact {
			for _, service := range s.world.Services {
				if slices.Contains(service.Databases, s.server.Name+"/"+s.database.Name) || slices.Contains(service.Databases, s.server.Name) {
					return truth(true)
				}
			}
			for _, o := range s.world.erps {
				if o.Database == s.database.Name && (s.host == nil || o.host == s.host || o.Environment == s.server.Environment) {
					return truth(true)
				}
			}
			return truth(false)
		}},
		{"database.connected", expr.TypeBool, "a session to it was seen", func(s *subject) Fact {
			return has("clients", s.server.Clients, func(c *estate.DatabaseClient) bool { return c.Database == s.database.Name })
		}},
		about("database.open_to_all", expr.TypeBool, "every role may connect", func(d *estate.Database) Fact { return truth(slices.Contains(d.PublicRights, "CONNECT")) }),
		about("database.xid_millions", expr.TypeInt, "millions of transactions since its oldest row was frozen; at 2,000 it stops", func(d *estate.Database) Fact { return number(d.XIDAge / 1_000_000) }),
	}
}

// copyOf is what people say of a database as a copy; the zero value where they say nothing.
func copyOf(s *subject) estate.Copy {
	for _, c := range s.world.Copies {
		if c.Database == s.server.Name+"/"+s.database.Name {
			return c
		}
	}
	return estate.Copy{}
}

func contentFields() []Field {
	names := func(name string, tables func(estate.Database) estate.Section[[]estate.Table], test func(*estate.Table) bool) func(*estate.Database) Fact {
		return func(d *estate.Database) Fact {
			return told(name, tables(*d), func(list []estate.Table) Fact {
				var found []string
				for i := range list {
					if test(&list[i]) {
						found = append(found, list[i].QualifiedName())
					}
				}
				return word(firstOf(found))
			})
		}
	}
	tables := func(d estate.Database) estate.Section[[]estate.Table] { return d.Tables }
	return []Field{
		about("database.filled_tables", expr.TypeInt, "tables with rows, by the planner's estimate", func(d *estate.Database) Fact {
			return count("tables", d.Tables, func(t *estate.Table) bool { return t.Kind == "table" && t.RowEstimate > 0 })
		}),
		about("database.without_key", expr.TypeText, "tables without a primary key or another identity of their rows", names("tables", tables, func(t *estate.Table) bool {
			usable, _ := t.Identity()
			return t.Kind == "table" && !usable
		})),
		about("database.unlogged", expr.TypeText, "tables that a crash empties", names("tables", tables, func(t *estate.Table) bool { return t.Unlogged })),
		about("database.open_schema", expr.TypeText, "schemas in which every role may make things", func(d *estate.Database) Fact {
			return grants(*d, func(g estate.PublicGrant) bool { return g.Kind == "schema" && slices.Contains(g.Rights, "CREATE") })
		}),
		about("database.public_tables", expr.TypeText, "tables and views that every role may read or change", func(d *estate.Database) Fact {
			return grants(*d, func(g estate.PublicGrant) bool { return g.Kind == "table" || g.Kind == "view" })
		}),
		about("database.exhausted_sequences", expr.TypeText, "sequences of which more than 70 % is used up", func(d *estate.Database) Fact {
			return told("sequences", d.Sequences, func(list []estate.Sequence) Fact {
				var found []string
				for _, s := range list {
					if used, known := s.Used(); known && used > 0.7 {
						found = append(found, s.Schema+"."+s.Name)
					}
				}
				return word(firstOf(found))
			})
		}),
		about("database.invalid_indexes", expr.TypeText, "indexes that a failed build left behind", func(d *estate.Database) Fact {
			return told("indexes", d.Indexes, func(i estate.Indexes) Fact {
				var found []string
				for _, index := range i.Invalid {
					found = append(found, index.Schema+"."+index.Name)
				}
				return word(firstOf(found))
			})
		}),
		about("database.collation_differs", expr.TypeBool, "it sorts by another version of the library than its indexes were made with", func(d *estate.Database) Fact {
			return told("locale", d.Locale, func(l estate.Locale) Fact {
				return truth(l.Recorded != "" && l.Actual != "" && l.Recorded != l.Actual || len(l.Differing) > 0)
			})
		}),
		about("database.foreign_servers", expr.TypeText, "other systems that its queries reach into", func(d *estate.Database) Fact {
			return told("foreign servers", d.ForeignServers, func(list []estate.ForeignServer) Fact {
				var found []string
				for _, s := range list {
					found = append(found, s.Name)
				}
				return word(firstOf(found))
			})
		}),
		about("database.untrusted_code", expr.TypeText, "languages of functions that may do everything on the machine", func(d *estate.Database) Fact {
			return told("routines", d.Routines, func(list []estate.RoutineGroup) Fact {
				var found []string
				for _, r := range list {
					if !r.Trusted && r.Language != "c" && r.Language != "internal" && r.Language != "sql" {
						found = append(found, r.Language)
					}
				}
				return word(firstOf(found))
			})
		}),
		{"database.backed_up", expr.TypeBool, "there is any trace of a backup of databases on its machine", func(s *subject) Fact {
			if s.host == nil {
				return missing(estate.Gap{Section: "host", Coverage: estate.NotAsked, Problem: "on which machine it runs is not known"})
			}
			return has("backups", s.host.Backups, func(b *estate.Backup) bool {
				return slices.Contains([]string{"pg_dump", "pg_dumpall", "pg_basebackup", "pgbackrest", "barman", "wal-g", "wal-e", "wal-archive", "backup", "veeam", "bacula", "bareos"}, b.Tool)
			})
		}},
	}
}

func grants(d estate.Database, test func(estate.PublicGrant) bool) Fact {
	return told("grants to all", d.PublicGrants, func(list []estate.PublicGrant) Fact {
		var found []string
		for _, g := range list {
			if test(g) {
				found = append(found, g.Name)
			}
		}
		return word(firstOf(found))
	})
}

// firstOf names the first of a list and says how many more there are.
func firstOf(names []string) string {
	const shown = 5
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:shown], ", ") + " and " + number(len(names)-shown).Value.String() + " more"
}

package rules

import (
	"iter"
	"slices"
	"strings"

	"nightferry/internal/drift"
	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// isGuarded tells a section whose change says who may do what, what is reached, or how things are set. Sections of a
// thing within another have its name before theirs.
func isGuarded(section string) bool {
	return slices.Contains([]string{"accounts", "sudo_rules", "listeners", "configurations", "units", "schedules", "roles", "access_rules", "settings", "users", "groups", "api_keys", "modules",
		"mail_servers", "inbound_mail", "providers", "server_actions", "parameters", "network_policies", "admission_policies", "role_bindings", "workloads", "ingresses"}, section[strings.LastIndexByte(section, ' ')+1:])
}

// driftKind is about what is not as an earlier discovery saw it.
func driftKind() kind {
	return kind{name: "drift", doc: "what changed since an earlier discovery (nightferry classify --since)",
		groups: func(w *world) iter.Seq[group] {
			return func(yield func(group) bool) {
				if w.Drift == nil {
					yield(group{asset: "estate", gapped: true, gap: estate.Gap{Section: "drift", Coverage: estate.NotAsked,
						Problem: "no earlier discovery was compared with", Mend: "nightferry classify --since COMMIT-OR-FOLDER"}})
					return
				}
				for i := 0; i < len(w.Drift.Changes); {
					g := group{asset: w.Drift.Changes[i].Asset, seen: "compared with the discovery of " + w.Drift.Before}
					for ; i < len(w.Drift.Changes) && w.Drift.Changes[i].Asset == g.asset; i++ {
						g.subjects = append(g.subjects, subject{item: &w.Drift.Changes[i]})
					}
					if !yield(g) {
						return
					}
				}
			}
		},
		fields: []Field{
			about("drift.section", expr.TypeText, "kind of fact that changed; empty for an asset as a whole", func(c *drift.Change) Fact { return word(c.Section) }),
			about("drift.change", expr.TypeText, "added, removed, changed, no longer known, known now", func(c *drift.Change) Fact { return word(c.Kind) }),
			about("drift.thing", expr.TypeText, "what changed within the section", func(c *drift.Change) Fact { return word(short(c.Thing, 80)) }),
			about("drift.guarded", expr.TypeBool, "it says who may do what, what is reached, or how something is set", func(c *drift.Change) Fact { return truth(isGuarded(c.Section)) }),
			{"drift.stated", expr.TypeBool, "engagement.yaml states a change of the asset between the two discoveries", func(s *subject) Fact {
				c, _ := s.item.(*drift.Change)
				return truth(slices.ContainsFunc(s.world.Word.Changes, func(stated estate.StatedChange) bool {
					return stated.Asset == c.Asset && s.world.Drift.Before <= stated.Date && stated.Date <= s.world.Drift.After
				}))
			}},
		}}
}

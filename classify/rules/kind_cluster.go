package rules

import (
	"iter"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// clusterAsset names a cluster, or a namespace of it. Classification does not reach into a cluster, so nothing there is known to be mild.
func clusterAsset(c *estate.Cluster, namespace string) string {
	if namespace == "" {
		return "cluster/" + c.Name
	}
	return "cluster/" + c.Name + "/" + namespace
}

// ofClusters makes the groups of a section of all clusters, by the namespace of each entry: what lies in the namespaces
// that Kubernetes keeps for itself is its maker's.
func ofClusters[T any](name string, of func(*estate.Cluster) estate.Section[[]T], namespace func(*T) string) func(*world) iter.Seq[group] {
	return func(w *world) iter.Seq[group] {
		return func(yield func(group) bool) {
			for i := range w.Inventory.Clusters {
				for _, g := range clusterGroups(name, &w.Inventory.Clusters[i], of(&w.Inventory.Clusters[i]), namespace) {
					if !yield(g) {
						return
					}
				}
			}
		}
	}
}

func clusterGroups[T any](name string, c *estate.Cluster, s estate.Section[[]T], namespace func(*T) string) []group {
	gap, gapped := partial(name, s)
	if !c.Collected.Coverage.IsKnown() {
		gap, gapped = unread(c.Collected), true
	}
	seen := provenance(c.Collected, s.Source)
	byAsset := map[string]*group{}
	var order []string
	if gapped {
		order = []string{clusterAsset(c, "")}
		byAsset[order[0]] = &group{asset: order[0], seen: seen, gap: gap, gapped: true}
	}
	for i := range s.Value {
		item := &s.Value[i]
		if strings.HasPrefix(namespace(item), "kube-") {
			continue
		}
		asset := clusterAsset(c, namespace(item))
		if byAsset[asset] == nil {
			byAsset[asset] = &group{asset: asset, seen: seen}
			order = append(order, asset)
		}
		byAsset[asset].subjects = append(byAsset[asset].subjects, subject{cluster: c, item: item})
	}
	groups := make([]group, len(order))
	for i, asset := range order {
		groups[i] = *byAsset[asset]
	}
	return groups
}

// clusterFact makes a field of a cluster.
func clusterFact(name string, t expr.Type, doc string, of func(*estate.Cluster) Fact) Field {
	return Field{name, t, doc, func(s *subject) Fact { return of(s.cluster) }}
}

func clusterKind() kind {
	return kind{name: "cluster", doc: "a Kubernetes cluster",
		groups: func(w *world) iter.Seq[group] {
			return func(yield func(group) bool) {
				for i := range w.Inventory.Clusters {
					c := &w.Inventory.Clusters[i]
					g := group{asset: clusterAsset(c, ""), seen: provenance(c.Collected, ""), subjects: []subject{{cluster: c}}}
					if !c.Collected.Coverage.IsKnown() {
						g.gap, g.gapped, g.subjects = unread(c.Collected), true, nil
					}
					if !yield(g) {
						return
					}
				}
			}
		},
		fields: slices.Concat(clusterFields(), clusterKeepFields())}
}

func clusterFields() []Field {
	ends := loadLifecycle()
	return []Field{
		clusterFact("cluster.name", expr.TypeText, "its name in engagement.yaml", func(c *estate.Cluster) Fact { return word(c.Name) }),
		clusterFact("cluster.version", expr.TypeText, "version of its API server", func(c *estate.Cluster) Fact {
			return told("version", c.Version, func(v estate.ClusterVersion) Fact { return word(v.Version) })
		}),
		clusterFact("cluster.version_days_left", expr.TypeInt, "days until its makers end support of that version; negative when past", func(c *estate.Cluster) Fact {
			return told("version", c.Version, func(v estate.ClusterVersion) Fact {
				parts := strings.Split(strings.TrimPrefix(v.Version, "v"), ".")
				return ends.daysLeft("kubernetes", strings.Join(parts[:min(2, len(parts))], "."), c.Collected.At, "version")
			})
		}),
		clusterFact("cluster.api_safe", expr.TypeBool, "its API is encrypted, and proved who it is", func(c *estate.Cluster) Fact {
			return told("api", c.API, func(a estate.ClusterAPI) Fact { return truth(a.Encrypted && a.Verified) })
		}),
		clusterFact("cluster.api_server", expr.TypeText, "URL of its API", func(c *estate.Cluster) Fact {
			return told("api", c.API, func(a estate.ClusterAPI) Fact { return word(a.Server) })
		}),
		clusterFact("cluster.admits", expr.TypeBool, "a policy of admission is in force: bound and denying, or enforced", func(c *estate.Cluster) Fact {
			return has("admission policies", c.Admission, func(p *estate.AdmissionPolicy) bool { // a webhook may be for anything
				action := strings.ToLower(p.Action) // several are joined
				return p.Kind == "ConstraintTemplate" || strings.Contains(action, "deny") || strings.Contains(action, "enforce")
			})
		}),
		clusterFact("cluster.checks_signatures", expr.TypeBool, "a policy refuses images whose signature it cannot verify", func(c *estate.Cluster) Fact {
			return has("admission policies", c.Admission, func(p *estate.AdmissionPolicy) bool { return p.Images && !strings.EqualFold(p.Action, "audit") })
		}),
		clusterFact("cluster.zones", expr.TypeInt, "zones that its nodes are in; nodes that state none count as one", func(c *estate.Cluster) Fact {
			if gap, open := partial("nodes", c.Nodes); open {
				return missing(gap)
			}
			zones := map[string]bool{}
			for _, n := range c.Nodes.Value {
				zones[n.Zone] = true
			}
			return number(len(zones))
		}),
		clusterFact("cluster.nodes", expr.TypeInt, "its nodes", func(c *estate.Cluster) Fact {
			return count("nodes", c.Nodes, func(*estate.Node) bool { return true })
		}),
		clusterFact("cluster.nodes_not_ready", expr.TypeInt, "nodes that are not ready", func(c *estate.Cluster) Fact {
			return count("nodes", c.Nodes, func(n *estate.Node) bool { return !n.Ready })
		}),
	}
}

// clusterKeepFields are about how a cluster's things are saved, delivered and watched.
func clusterKeepFields() []Field {
	return []Field{
		clusterFact("cluster.backups_failed", expr.TypeText, "backups of the last run of each schedule that did not complete", func(c *estate.Cluster) Fact {
			return told("backup runs", c.Backups, func(list []estate.ClusterBackup) Fact { return word(firstOf(failedBackups(list))) })
		}),
		clusterFact("cluster.locations_down", expr.TypeText, "places for backups that are not available", func(c *estate.Cluster) Fact {
			return told("backup locations", c.Locations, func(list []estate.BackupLocation) Fact {
				var down []string
				for _, l := range list {
					if l.Phase == "Unavailable" {
						down = append(down, l.Name)
					}
				}
				return word(firstOf(down))
			})
		}),
		clusterFact("cluster.databases_unsaved", expr.TypeText, "databases of an operator for which no backup is stated", func(c *estate.Cluster) Fact {
			return told("databases", c.Databases, func(list []estate.ClusterDatabase) Fact {
				return word(firstOf(databasesWhere(list, func(d estate.ClusterDatabase) bool { return d.Backup == "" })))
			})
		}),
		clusterFact("cluster.databases_single", expr.TypeText, "databases of an operator with one instance", func(c *estate.Cluster) Fact {
			return told("databases", c.Databases, func(list []estate.ClusterDatabase) Fact {
				return word(firstOf(databasesWhere(list, func(d estate.ClusterDatabase) bool { return d.Instances < 2 })))
			})
		}),
		clusterFact("cluster.outer_secrets", expr.TypeBool, "secrets come from a store outside the cluster", func(c *estate.Cluster) Fact {
			return has("secret stores", c.Secrets, func(*estate.SecretStore) bool { return true })
		}),
		clusterFact("cluster.workloads", expr.TypeInt, "workloads beside Kubernetes' own", func(c *estate.Cluster) Fact {
			return count("workloads", c.Workloads, func(w *estate.ClusterWorkload) bool { return !strings.HasPrefix(w.Namespace, "kube-") })
		}),
	}
}

// failedBackups names the schedules whose newest run did not complete.
func failedBackups(list []estate.ClusterBackup) []string {
	newest := map[string]estate.ClusterBackup{}
	for _, b := range list {
		of := b.Schedule
		if of == "" {
			of = b.Name
		}
		if last, seen := newest[of]; !seen || b.Started.After(last.Started) {
			newest[of] = b
		}
	}
	var failed []string
	for of, b := range newest {
		if slices.Contains([]string{"Failed", "PartiallyFailed", "FailedValidation", "failed"}, b.Phase) {
			failed = append(failed, of+" ("+b.Phase+")")
		}
	}
	slices.Sort(failed)
	return failed
}

func databasesWhere(list []estate.ClusterDatabase, test func(estate.ClusterDatabase) bool) []string {
	var names []string
	for _, d := range list {
		if test(d) {
			names = append(names, d.Namespace+"/"+d.Name)
		}
	}
	return names
}

// bindingKind is about roles of RBAC that somebody gave; those that Kubernetes brings are its maker's.
func bindingKind() kind {
	powers := func(s *subject) Fact {
		b, _ := s.item.(*estate.RoleBinding)
		if gap, open := partial("roles", s.cluster.Roles); open {
			return missing(gap)
		}
		var all []string
		for _, r := range s.cluster.Roles.Value {
			if r.Name == b.Role && (b.RoleKind == "ClusterRole" && r.Namespace == "" || b.RoleKind == "Role" && r.Namespace == b.Namespace) {
				all = append(all, r.Powers...)
			}
		}
		return word(strings.Join(all, ", "))
	}
	return kind{name: "binding", doc: "a role of a Kubernetes cluster that somebody was given", within: "cluster",
		groups: ofClusters("role bindings", func(c *estate.Cluster) estate.Section[[]estate.RoleBinding] { return c.RoleBindings }, func(b *estate.RoleBinding) string { return b.Namespace }),
		fields: []Field{
			about("binding.name", expr.TypeText, "its name", func(b *estate.RoleBinding) Fact { return word(b.Name) }),
			about("binding.role", expr.TypeText, "the role", func(b *estate.RoleBinding) Fact { return word(b.Role) }),
			about("binding.subjects", expr.TypeText, "to whom", func(b *estate.RoleBinding) Fact { return word(strings.Join(b.Subjects, ", ")) }),
			about("binding.built_in", expr.TypeBool, "Kubernetes brings it", func(b *estate.RoleBinding) Fact { return truth(b.BuiltIn) }),
			about("binding.everywhere", expr.TypeBool, "it holds in every namespace", func(b *estate.RoleBinding) Fact { return truth(b.Namespace == "") }),
			about("binding.to_program", expr.TypeBool, "an account of programs is among its subjects", func(b *estate.RoleBinding) Fact {
				return truth(slices.ContainsFunc(b.Subjects, func(s string) bool { return strings.HasPrefix(s, "ServiceAccount ") }))
			}),
			about("binding.to_everybody", expr.TypeBool, "whoever reaches the API, or is logged in there at all, is among its subjects", func(b *estate.RoleBinding) Fact {
				return truth(slices.ContainsFunc(b.Subjects, func(s string) bool {
					return slices.Contains([]string{"User system:anonymous", "Group system:unauthenticated", "Group system:authenticated", "Group system:serviceaccounts"}, s)
				}))
			}),
			{"binding.powers", expr.TypeText, "what the role lets do that others should not", powers},
		}}
}

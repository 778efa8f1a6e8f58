package reports

import (
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// landing shows how each namespace of each Kubernetes cluster is kept.
func landing(in Input) Sheet {
	s := Sheet{Name: "Landing zone", Purpose: "Each namespace of each Kubernetes cluster: what guards it, what runs there, and whether it is saved. Target hosts and databases have sheets of their own.",
		Columns: []Column{{"Cluster", 16}, {"Namespace", 20}, {"Environment", 14}, {"Version", 12}, {"Pod security enforced", 14}, {"Incoming denied by default", 12},
			{"Outgoing denied by default", 12}, {"Workloads", 11}, {"On the node", 10}, {"Containers", 11}, {"May run as root", 10}, {"Without limits", 10}, {"Without probes", 10}, {"Passwords in clear", 10},
			{"Images", 9}, {"Pinned by digest", 10}, {"Signature verified", 11}, {"Accounts with power over all", 14}, {"Ways in", 9}, {"Ways in without TLS", 11},
			{"Next certificate end (UTC)", 17}, {"Disks", 9}, {"Saved by", 22}, {"Last backup (UTC)", 17}, {"Kept by GitOps", 12}, {"Quotas", 9}, {"Alarms", 9}, {"Read as", 12}, {"Read at (UTC)", 17}}}
	for _, c := range in.Inventory.Clusters {
		s.Rows = append(s.Rows, clusterRows(c, in.Made)...)
	}
	if len(s.Rows) == 0 {
		row := make([]Cell, len(s.Columns))
		for i := range row {
			row[i] = Unknown(estate.NotAsked)
		}
		row[0] = Cell{Kind: Missing, Text: "no Kubernetes cluster was read"}
		s.Rows = [][]Cell{row}
	}
	return s
}

// clusterRows is a row for each namespace; one for a cluster whose namespaces are not known.
func clusterRows(c estate.Cluster, now time.Time) [][]Cell {
	if !c.Namespaces.Coverage.IsKnown() {
		reason := c.Namespaces.Coverage
		if !c.Collected.Coverage.IsKnown() {
			reason = c.Collected.Coverage
		}
		return [][]Cell{namespaceRow(c, estate.Namespace{}, now, Unknown(reason), Unknown(reason))}
	}
	var rows [][]Cell
	for _, n := range c.Namespaces.Value {
		enforced := Cell{Kind: Missing, Text: "not stated"}
		if n.Enforce != "" {
			enforced = Text(n.Enforce)
		}
		rows = append(rows, namespaceRow(c, n, now, Text(n.Name), enforced))
	}
	return rows
}

func namespaceRow(c estate.Cluster, n estate.Namespace, now time.Time, name, enforced Cell) []Cell {
	in := func(namespace string) bool { return n.Name == "" || namespace == n.Name }
	policies := only(c.NetworkPolicies, func(p estate.NetworkPolicy) bool { return in(p.Namespace) })
	workloads := only(c.Workloads, func(w estate.ClusterWorkload) bool { return in(w.Namespace) })
	containers := members(workloads)
	images := imagesOf(c, workloads)
	ingresses := only(c.Ingresses, func(i estate.Ingress) bool { return in(i.Namespace) })
	denied := func(test func(estate.NetworkPolicy) bool) Cell {
		return told(policies, func(list []estate.NetworkPolicy) Cell { return YesNo(slices.ContainsFunc(list, test)) })
	}
	return []Cell{
		Text(c.Name), name, Text(string(c.Environment)), told(c.Version, func(v estate.ClusterVersion) Cell { return Text(v.Version) }), enforced,
		denied(estate.NetworkPolicy.DeniesIngress), denied(estate.NetworkPolicy.DeniesEgress),
		length(workloads), counting(workloads, onNode),
		length(containers), counting(containers, func(p estate.PodContainer) bool { return p.Root || p.Privileged }),
		counting(containers, func(p estate.PodContainer) bool { return len(p.Limits) == 0 }),
		counting(containers, func(p estate.PodContainer) bool { return !p.Init && !p.Liveness && !p.Readiness }),
		counting(containers, secretInClear),
		length(images), counting(images, estate.Image.Pinned),
		counting(images, func(i estate.Image) bool { return strings.HasPrefix(i.Verified, "pass") }),
		powerful(c, n), length(ingresses), counting(ingresses, func(i estate.Ingress) bool { return !i.TLS }),
		told(only(c.Certificates, func(o estate.ClusterCertificate) bool { return in(o.Namespace) }), func(list []estate.ClusterCertificate) Cell { return clusterCertificateEnd(list, now) }),
		length(only(c.Volumes, func(v estate.VolumeClaim) bool { return in(v.Namespace) })),
		savedBy(c, n), lastSaved(c, n),
		counting(workloads, func(w estate.ClusterWorkload) bool {
			return slices.Contains(w.Managers, "argocd") || slices.Contains(w.Managers, "flux")
		}),
		length(only(c.Quotas, func(q estate.Quota) bool { return in(q.Namespace) })),
		alarms(only(c.Monitoring, func(m estate.Monitor) bool { return in(m.Namespace) })),
		Text(c.Collected.Account), At(c.Collected.At, "not read"),
	}
}

// only keeps those of a section's list for which keep holds; how well it is known stays.
func only[T any](s estate.Section[[]T], keep func(T) bool) estate.Section[[]T] {
	s.Value = slices.DeleteFunc(slices.Clone(s.Value), func(v T) bool { return !keep(v) })
	return s
}

// members are the containers of workloads.
func members(s estate.Section[[]estate.ClusterWorkload]) estate.Section[[]estate.PodContainer] {
	all := estate.Section[[]estate.PodContainer]{Coverage: s.Coverage, Truncated: s.Truncated}
	for _, w := range s.Value {
		all.Value = append(all.Value, w.Containers...)
	}
	return all
}

// imagesOf are the images that workloads of one namespace name.
func imagesOf(c estate.Cluster, s estate.Section[[]estate.ClusterWorkload]) estate.Section[[]estate.Image] {
	named := map[string]bool{}
	for _, p := range members(s).Value {
		named[p.Image] = true
	}
	return only(c.Images, func(i estate.Image) bool { return named[i.Reference] })
}

// onNode tells a workload that reaches beyond its containers into the node.
func onNode(w estate.ClusterWorkload) bool {
	return w.HostNetwork || w.HostPID || w.HostIPC || len(w.HostPaths) > 0 || slices.ContainsFunc(w.Containers, func(p estate.PodContainer) bool { return p.Privileged })
}

// secretInClear tells a container with a variable whose name says that it is a secret, and whose value stands in the
// workload.
func secretInClear(p estate.PodContainer) bool {
	return slices.ContainsFunc(p.Environment, func(e estate.EnvVar) bool {
		name := strings.ToLower(e.Name)
		return e.From == "value" && slices.ContainsFunc([]string{"password", "passwd", "secret", "token", "api_key", "apikey", "private_key"},
			func(word string) bool { return strings.Contains(name, word) })
	})
}

// powerful counts service accounts of the namespace that hold a role over everything in the whole cluster.
func powerful(c estate.Cluster, n estate.Namespace) Cell {
	if !c.Roles.Coverage.IsKnown() {
		return Unknown(c.Roles.Coverage)
	}
	mighty := map[string]bool{}
	for _, r := range c.Roles.Value {
		mighty[r.Name] = mighty[r.Name] || r.Namespace == "" && slices.Contains(r.Powers, "everything")
	}
	return told(c.RoleBindings, func(list []estate.RoleBinding) Cell {
		holders := map[string]bool{}
		for _, b := range list {
			for _, subject := range b.Subjects {
				owner, isAccount := strings.CutPrefix(subject, "ServiceAccount ")
				if b.Namespace == "" && isAccount && mighty[b.Role] && (n.Name == "" || strings.HasPrefix(owner, n.Name+"/")) {
					holders[owner] = true
				}
			}
		}
		cell := Count(len(holders))
		if len(holders) > 0 {
			return cell.Toned(Bad)
		}
		return cell
	})
}

func clusterCertificateEnd(list []estate.ClusterCertificate, now time.Time) Cell {
	all := make([]estate.Certificate, 0, len(list))
	for _, c := range list {
		if !c.NotAfter.IsZero() {
			all = append(all, estate.Certificate{NotAfter: c.NotAfter})
		}
	}
	return nextEnd(all, now)
}

// savedBy names the schedules that save the namespace.
func savedBy(c estate.Cluster, n estate.Namespace) Cell {
	return told(c.Schedules, func(list []estate.BackupSchedule) Cell {
		var names []string
		for _, s := range list {
			switch {
			case s.Saves(n.Name) || n.Name == "" && !s.Paused:
				names = append(names, s.Name)
			case s.Of != "" && s.Namespace == n.Name && !s.Paused:
				names = append(names, s.Name+" (database)")
			}
		}
		if len(names) == 0 {
			return Text("nothing").Toned(Bad)
		}
		return Text(strings.Join(names, ", "))
	})
}

// lastSaved is when a schedule that saves the namespace last ran to its end.
func lastSaved(c estate.Cluster, n estate.Namespace) Cell {
	if !c.Schedules.Coverage.IsKnown() {
		return Unknown(c.Schedules.Coverage)
	}
	return told(c.Backups, func(list []estate.ClusterBackup) Cell {
		var last time.Time
		for _, b := range list {
			saves := slices.ContainsFunc(c.Schedules.Value, func(s estate.BackupSchedule) bool { return s.Name == b.Schedule && (n.Name == "" || s.Saves(n.Name)) })
			if saves && strings.EqualFold(b.Phase, "completed") && b.Ended.After(last) {
				last = b.Ended
			}
		}
		return At(last, "never")
	})
}

// alarms counts the rules that alarm.
func alarms(s estate.Section[[]estate.Monitor]) Cell {
	return told(s, func(list []estate.Monitor) Cell {
		rules := 0
		for _, m := range list {
			rules += m.Rules
		}
		return Count(rules)
	})
}

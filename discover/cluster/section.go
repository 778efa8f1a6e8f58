package cluster

import (
	"cmp"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// sections turns what was read into the sections of the cluster, each in order of namespace and name.
func (r *reading) sections() {
	c, f := r.found, r.facts
	c.Nodes = section(r, f.nodes, func(n estate.Node) string { return n.Name }, nodes)
	c.Namespaces = section(r, f.namespaces, func(n estate.Namespace) string { return n.Name }, namespaces)
	c.NetworkPolicies = section(r, f.networkPolicies, func(p estate.NetworkPolicy) string { return p.Namespace + "/" + p.Name }, networkPolicies)
	for i := range f.admission {
		f.admission[i].Bound = f.admission[i].Kind == "ValidatingAdmissionPolicy" && f.bound[f.admission[i].Name]
	}
	c.Admission = section(r, f.admission, func(p estate.AdmissionPolicy) string { return p.Kind + " " + p.Namespace + "/" + p.Name }, admission)
	c.Roles = section(r, f.roles, func(o estate.RBACRole) string { return o.Namespace + "/" + o.Name }, roles)
	c.RoleBindings = section(r, f.bindings, func(b estate.RoleBinding) string { return b.Namespace + "/" + b.Name }, bindings)
	c.ServiceAccounts = section(r, f.accounts, func(a estate.ServiceAccount) string { return a.Namespace + "/" + a.Name }, accounts)
	c.Quotas = section(r, f.quotas, func(q estate.Quota) string { return q.Kind + " " + q.Namespace + "/" + q.Name }, quotas)
	all := slices.Concat(f.workloads, f.bare)
	c.Workloads = section(r, all, func(w estate.ClusterWorkload) string { return w.Namespace + "/" + w.Name + " " + w.Kind }, workloads, pods)
	c.Images = section(r, f.images(all), func(i estate.Image) string { return i.Reference }, workloads, pods)
	c.Disruptions = section(r, f.disruptions, func(d estate.DisruptionBudget) string { return d.Namespace + "/" + d.Name }, disruptions)
	c.Services = section(r, f.services, func(s estate.ClusterService) string { return s.Namespace + "/" + s.Name }, services)
	c.Ingresses = section(r, f.ingresses, func(i estate.Ingress) string { return i.Namespace + "/" + i.Name + " " + i.Host }, ingresses)
	c.Certificates = section(r, f.certificates, func(o estate.ClusterCertificate) string { return o.Namespace + "/" + o.Name }, certificates)
	c.Issuers = section(r, f.issuers, func(i estate.CertificateIssuer) string { return i.Kind + " " + i.Namespace + "/" + i.Name }, issuers)
	c.StorageClasses = section(r, f.storageClasses, func(s estate.StorageClass) string { return s.Name }, storageClasses)
	c.Volumes = section(r, f.volumes, func(v estate.VolumeClaim) string { return v.Namespace + "/" + v.Name }, volumes)
	c.Schedules = section(r, f.schedules, func(s estate.BackupSchedule) string { return s.Kind + " " + s.Namespace + "/" + s.Name }, schedules)
	c.Backups = section(r, f.backups, func(b estate.ClusterBackup) string { return b.Kind + " " + b.Namespace + "/" + b.Name }, backups)
	c.Locations = section(r, f.locations, func(l estate.BackupLocation) string { return l.Namespace + "/" + l.Name }, locations)
	c.Databases = section(r, f.databases, func(d estate.ClusterDatabase) string { return d.Namespace + "/" + d.Name }, databases)
	c.GitOps = section(r, f.gitops, func(g estate.GitOps) string { return g.Kind + " " + g.Namespace + "/" + g.Name }, gitops)
	c.Secrets = section(r, f.secretStores, func(s estate.SecretStore) string { return s.Kind + " " + s.Namespace + "/" + s.Name }, secretStores)
	c.Monitoring = section(r, f.monitoring, func(m estate.Monitor) string { return m.Kind + " " + m.Namespace + "/" + m.Name }, monitoring)
}

// section joins what the kinds of a section gave. It is known where each kind was read or is not installed, and
// absent where none is installed. Where one of several could not be read, what the others gave stays.
func section[T any](r *reading, value []T, key func(T) string, names ...string) estate.Section[[]T] {
	s := estate.Section[[]T]{Coverage: estate.Absent}
	var sources, problems, closed, missing []string
	var denied []kind
	for _, k := range kinds() {
		if !slices.Contains(names, k.section) {
			continue
		}
		result, asked := r.results[k.title()]
		if !asked {
			result.coverage = estate.NotAsked
		}
		if rank(result.coverage) > rank(s.Coverage) {
			s.Coverage = result.coverage
		}
		s.Truncated = s.Truncated || result.cut
		if result.source != "" && !slices.Contains(sources, result.source) {
			sources = append(sources, result.source)
		}
		if result.problem != "" && !slices.Contains(problems, result.problem) {
			problems = append(problems, result.problem)
		}
		if result.denied {
			denied, closed = append(denied, k), append(closed, k.title())
		}
		if result.missing {
			missing = append(missing, k.title())
		}
	}
	if len(denied) > 0 {
		problems = append(problems, "the account may not list "+strings.Join(closed, ", "))
		s.Grant = "in the rules of a ClusterRole: " + strings.Join(rules(denied), ", ")
	}
	if len(missing) > 0 {
		problems = append(problems, "no file has "+strings.Join(missing, ", "))
		list := strings.Join(missing, ",")
		s.Grant = "kubectl get " + list + " --all-namespaces -o json > " + list + ".json"
	}
	s.Source, s.Problem = strings.Join(sources, ", "), strings.Join(problems, "; ")
	slices.SortStableFunc(value, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	s.Value = value
	if s.Coverage.IsKnown() && value == nil {
		s.Value = []T{}
	}
	return s
}

// rank orders coverages: what a section with several kinds is called is the highest.
func rank(c estate.Coverage) int {
	return slices.Index([]estate.Coverage{estate.Absent, estate.Known, estate.NotAsked, estate.Denied, estate.Timeout, estate.Failed}, c)
}

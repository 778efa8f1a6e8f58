package rules

import (
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// namespaceKind is about namespaces, each an asset of its own.
func namespaceKind() kind {
	return kind{name: "namespace", doc: "a namespace of a Kubernetes cluster", within: "cluster",
		groups: ofClusters("namespaces", func(c *estate.Cluster) estate.Section[[]estate.Namespace] { return c.Namespaces }, func(n *estate.Namespace) string { return n.Name }),
		fields: []Field{
			about("namespace.name", expr.TypeText, "its name", func(n *estate.Namespace) Fact { return word(n.Name) }),
			about("namespace.enforces", expr.TypeText, "the level of Pod Security that is enforced; empty where no label states one", func(n *estate.Namespace) Fact { return word(n.Enforce) }),
			ofNamespace("namespace.workloads", expr.TypeInt, "what runs there", func(c *estate.Cluster, n string) Fact {
				return count("workloads", c.Workloads, func(w *estate.ClusterWorkload) bool { return w.Namespace == n })
			}),
			ofNamespace("namespace.denies_in", expr.TypeBool, "what comes in is denied unless a policy allows it", func(c *estate.Cluster, n string) Fact {
				return has("network policies", c.NetworkPolicies, func(p *estate.NetworkPolicy) bool { return p.Namespace == n && p.DeniesIngress() })
			}),
			ofNamespace("namespace.denies_out", expr.TypeBool, "what goes out is denied unless a policy allows it", func(c *estate.Cluster, n string) Fact {
				return has("network policies", c.NetworkPolicies, func(p *estate.NetworkPolicy) bool { return p.Namespace == n && p.DeniesEgress() })
			}),
			ofNamespace("namespace.bounded", expr.TypeBool, "a quota limits it", func(c *estate.Cluster, n string) Fact {
				return has("quotas", c.Quotas, func(q *estate.Quota) bool { return q.Namespace == n && q.Kind == "ResourceQuota" })
			}),
			ofNamespace("namespace.declared", expr.TypeBool, "a source in git fills it", func(c *estate.Cluster, n string) Fact {
				return has("gitops", c.GitOps, func(g *estate.GitOps) bool { return g.Target == n || g.Target == "" && g.Namespace == n })
			}),
			ofNamespace("namespace.watched", expr.TypeBool, "rules that alarm are kept there", func(c *estate.Cluster, n string) Fact {
				return has("monitoring", c.Monitoring, func(m *estate.Monitor) bool { return m.Namespace == n && m.Kind == "PrometheusRule" })
			}),
			ofNamespace("namespace.disks", expr.TypeInt, "disks that its workloads asked for", func(c *estate.Cluster, n string) Fact {
				return count("volumes", c.Volumes, func(v *estate.VolumeClaim) bool { return v.Namespace == n })
			}),
			ofNamespace("namespace.saved", expr.TypeBool, "a schedule that is not paused saves it", func(c *estate.Cluster, n string) Fact {
				return has("backup schedules", c.Schedules, func(s *estate.BackupSchedule) bool { return s.Saves(n) })
			}),
		}}
}

// ofNamespace makes a field of a namespace by what the cluster keeps in it.
func ofNamespace(name string, t expr.Type, doc string, of func(c *estate.Cluster, namespace string) Fact) Field {
	return Field{name, t, doc, func(s *subject) Fact {
		n, _ := s.item.(*estate.Namespace)
		return of(s.cluster, n.Name)
	}}
}

// imageKind is about images of containers in use. One image is a subject in each namespace that uses it.
func imageKind() kind {
	return kind{name: "image", doc: "an image of containers that a Kubernetes cluster runs", within: "cluster",
		groups: ofClusters("images", func(c *estate.Cluster) estate.Section[[]estate.Image] { return perNamespace(c.Images) }, namespaceOf),
		fields: []Field{
			about("image.reference", expr.TypeText, "as workloads name it", func(i *estate.Image) Fact { return word(i.Reference) }),
			about("image.registry", expr.TypeText, "where it comes from", func(i *estate.Image) Fact { return word(i.Registry) }),
			about("image.pinned", expr.TypeBool, "it is named by its digest", func(i *estate.Image) Fact { return truth(i.Pinned()) }),
			about("image.floating", expr.TypeBool, "its tag moves by habit: latest, or none stated", func(i *estate.Image) Fact {
				return truth(!i.Pinned() && slices.Contains([]string{"latest", "stable", "main", "master"}, i.Tag))
			}),
			about("image.moved", expr.TypeBool, "nodes run several images under its one name", func(i *estate.Image) Fact { return truth(len(i.Running) > 1) }),
			about("image.public", expr.TypeBool, "it comes from a registry that is open to the world", func(i *estate.Image) Fact {
				return truth(slices.Contains([]string{"docker.io", "quay.io", "ghcr.io", "gcr.io", "registry.k8s.io", "mcr.microsoft.com", "public.ecr.aws"}, i.Registry))
			}),
			about("image.used_by", expr.TypeText, "what runs it", func(i *estate.Image) Fact { return word(strings.Join(i.UsedBy, ", ")) }),
		}}
}

// namespaceOf is the namespace of an image's first user, "KIND NAMESPACE/NAME".
func namespaceOf(i *estate.Image) string {
	if len(i.UsedBy) == 0 {
		return ""
	}
	_, place, _ := strings.Cut(i.UsedBy[0], " ")
	namespace, _, _ := strings.Cut(place, "/")
	return namespace
}

// perNamespace splits images by the namespaces of their users.
func perNamespace(s estate.Section[[]estate.Image]) estate.Section[[]estate.Image] {
	var list []estate.Image
	for _, image := range s.Value {
		at := map[string]int{}
		for _, user := range image.UsedBy {
			one := image
			one.UsedBy = []string{user}
			namespace := namespaceOf(&one)
			if i, seen := at[namespace]; seen {
				list[i].UsedBy = append(list[i].UsedBy, user)
				continue
			}
			at[namespace] = len(list)
			list = append(list, one)
		}
	}
	s.Value = list
	return s
}

// wayInKind is about ways into a cluster: names that are served, and services that nodes or balancers open.
func wayInKind() kind {
	return kind{name: "ingress", doc: "a way into a Kubernetes cluster from outside", within: "cluster",
		groups: ofClusters("ingresses", func(c *estate.Cluster) estate.Section[[]estate.Ingress] { return c.Ingresses }, func(i *estate.Ingress) string { return i.Namespace }),
		fields: []Field{
			about("ingress.name", expr.TypeText, "its name", func(i *estate.Ingress) Fact { return word(i.Name) }),
			about("ingress.host", expr.TypeText, "the name that it serves; * for every one", func(i *estate.Ingress) Fact { return word(i.Host) }),
			about("ingress.tls", expr.TypeBool, "it is served by TLS", func(i *estate.Ingress) Fact { return truth(i.TLS) }),
			{"ingress.automatic", expr.TypeBool, "cert-manager keeps its certificate", func(s *subject) Fact {
				i, _ := s.item.(*estate.Ingress)
				return has("TLS certificates", s.cluster.Certificates, func(c *estate.ClusterCertificate) bool { return c.Namespace == i.Namespace && c.Secret == i.Secret })
			}},
			{"ingress.certificate_days_left", expr.TypeInt, "days until the certificate that cert-manager keeps for it expires", func(s *subject) Fact {
				i, _ := s.item.(*estate.Ingress)
				for _, c := range s.cluster.Certificates.Value {
					if c.Namespace == i.Namespace && c.Secret == i.Secret {
						return days(s.cluster.Collected.At, c.NotAfter, "TLS certificates")
					}
				}
				if gap, open := partial("TLS certificates", s.cluster.Certificates); open {
					return missing(gap)
				}
				return missing(estate.Gap{Section: "TLS certificates", Coverage: estate.Absent, Problem: "no date is known"})
			}},
		}}
}

// openingKind is about names under which pods are reached.
func openingKind() kind {
	return kind{name: "opening", doc: "a service of a Kubernetes cluster: a name under which pods are reached", within: "cluster",
		groups: ofClusters("services", func(c *estate.Cluster) estate.Section[[]estate.ClusterService] { return c.Services }, func(s *estate.ClusterService) string { return s.Namespace }),
		fields: []Field{
			about("opening.name", expr.TypeText, "its name", func(s *estate.ClusterService) Fact { return word(s.Name) }),
			about("opening.type", expr.TypeText, "ClusterIP, NodePort, LoadBalancer, ExternalName", func(s *estate.ClusterService) Fact { return word(s.Type) }),
			about("opening.ports", expr.TypeText, "its ports", func(s *estate.ClusterService) Fact { return word(strings.Join(s.Ports, ", ")) }),
			about("opening.sources", expr.TypeText, "ranges that alone may reach a balancer; empty for everybody", func(s *estate.ClusterService) Fact { return word(strings.Join(s.Sources, ", ")) }),
		}}
}

// volumeKind is about disks that workloads asked for.
func volumeKind() kind {
	class := func(name string, t expr.Type, doc string, of func(estate.StorageClass) Fact) Field {
		return Field{name, t, doc, func(s *subject) Fact {
			v, _ := s.item.(*estate.VolumeClaim)
			for _, c := range s.cluster.StorageClasses.Value {
				if c.Name == v.Class {
					return of(c)
				}
			}
			if gap, open := partial("storage classes", s.cluster.StorageClasses); open {
				return missing(gap)
			}
			return missing(estate.Gap{Section: "storage classes", Coverage: estate.NotAsked, Problem: "of which class its disk is does not show", Mend: "state storageClassName: in the claim"})
		}}
	}
	return kind{name: "volume", doc: "a disk that a workload of a Kubernetes cluster asked for", within: "cluster",
		groups: ofClusters("volumes", func(c *estate.Cluster) estate.Section[[]estate.VolumeClaim] { return c.Volumes }, func(v *estate.VolumeClaim) string { return v.Namespace }),
		fields: []Field{
			about("volume.name", expr.TypeText, "its name", func(v *estate.VolumeClaim) Fact { return word(v.Name) }),
			about("volume.class", expr.TypeText, "its class", func(v *estate.VolumeClaim) Fact { return word(v.Class) }),
			class("volume.encrypted", expr.TypeBool, "the parameters of its class say that it is encrypted", func(c estate.StorageClass) Fact {
				if c.Encrypted == "" {
					return missing(estate.Gap{Section: "storage classes", Coverage: estate.NotAsked, Problem: "class " + c.Name + " does not say whether its disks are encrypted", Mend: "ask the platform's provider, and state it in the parameters"})
				}
				return truth(strings.EqualFold(c.Encrypted, "true"))
			}),
			class("volume.reclaim", expr.TypeText, "what becomes of the disk whose claim is gone: Delete or Retain", func(c estate.StorageClass) Fact { return word(c.Reclaim) }),
		}}
}

// gitOpsKind is about sources of what should run, and whether the cluster follows them.
func gitOpsKind() kind {
	follows := []string{"Application", "Kustomization", "HelmRelease"}
	return kind{name: "gitops", doc: "what a Kubernetes cluster should run, by a source in git", within: "cluster",
		groups: ofClusters("gitops", func(c *estate.Cluster) estate.Section[[]estate.GitOps] { return c.GitOps }, func(g *estate.GitOps) string { return g.Namespace }),
		fields: []Field{
			about("gitops.name", expr.TypeText, "its name", func(g *estate.GitOps) Fact { return word(g.Name) }),
			about("gitops.follows", expr.TypeBool, "it makes the cluster as its source says", func(g *estate.GitOps) Fact { return truth(slices.Contains(follows, g.Kind)) }),
			about("gitops.state", expr.TypeText, "what its controller says: Synced, OutOfSync, ready, not ready", func(g *estate.GitOps) Fact { return word(g.State) }),
			about("gitops.drifted", expr.TypeBool, "the cluster is not as the source says", func(g *estate.GitOps) Fact {
				return truth(strings.Contains(g.State, "OutOfSync") || g.State == "not ready")
			}),
			about("gitops.suspended", expr.TypeBool, "it is stopped", func(g *estate.GitOps) Fact { return truth(g.Suspended) }),
			about("gitops.heals", expr.TypeBool, "what was changed by hand is put back", func(g *estate.GitOps) Fact { return truth(g.Heals || g.Controller == "flux") }),
			about("gitops.revision", expr.TypeText, "branch, tag or commit that is asked for; empty where the source names none", func(g *estate.GitOps) Fact { return word(g.Revision) }),
		}}
}

package rules

import (
	"iter"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// pod is a container of a workload's pods.
type pod struct {
	*estate.PodContainer

	workload *estate.ClusterWorkload
}

func workloads(c *estate.Cluster) estate.Section[[]estate.ClusterWorkload] { return c.Workloads }

func workloadKind() kind {
	return kind{name: "workload", doc: "what keeps pods running in a Kubernetes cluster, or a pod that nothing keeps", within: "cluster",
		groups: ofClusters("workloads", workloads, func(w *estate.ClusterWorkload) string { return w.Namespace }),
		fields: []Field{
			about("workload.name", expr.TypeText, "kind and name", func(w *estate.ClusterWorkload) Fact { return word(w.Kind + " " + w.Name) }),
			about("workload.kind", expr.TypeText, "Deployment, StatefulSet, DaemonSet, CronJob, Job or Pod", func(w *estate.ClusterWorkload) Fact { return word(w.Kind) }),
			about("workload.wanted", expr.TypeInt, "pods that should run", func(w *estate.ClusterWorkload) Fact { return number(w.Wanted) }),
			about("workload.lacking", expr.TypeInt, "pods that should be ready and are not", func(w *estate.ClusterWorkload) Fact { return number(max(0, w.Wanted-w.Ready)) }),
			about("workload.reaches", expr.TypeText, "what of its node it reaches: network, processes, folders; empty where nothing", func(w *estate.ClusterWorkload) Fact { return word(reaches(w)) }),
			about("workload.account", expr.TypeText, "its account", func(w *estate.ClusterWorkload) Fact { return word(w.ServiceAccount) }),
			about("workload.shared_account", expr.TypeBool, "it has no account of its own, but the default one of its namespace", func(w *estate.ClusterWorkload) Fact {
				return truth(w.ServiceAccount == "" || w.ServiceAccount == "default")
			}),
			{"workload.token", expr.TypeBool, "its pods are given a token for the cluster's API", func(s *subject) Fact {
				w, _ := s.item.(*estate.ClusterWorkload)
				if w.NoAutomount {
					return truth(false)
				}
				for _, a := range s.cluster.ServiceAccounts.Value {
					if a.Namespace == w.Namespace && a.Name == w.ServiceAccount {
						return truth(!a.NoAutomount)
					}
				}
				if gap, open := partial("service accounts", s.cluster.ServiceAccounts); open {
					return missing(gap)
				}
				return truth(true)
			}},
			{"workload.kept_up", expr.TypeBool, "a disruption budget in its namespace keeps pods while nodes are emptied", func(s *subject) Fact {
				w, _ := s.item.(*estate.ClusterWorkload)
				return has("disruption budgets", s.cluster.Disruptions, func(d *estate.DisruptionBudget) bool { return d.Namespace == w.Namespace })
			}},
		}}
}

// reaches tells which of the walls between a workload and its node are open.
func reaches(w *estate.ClusterWorkload) string {
	var open []string
	for _, wall := range []struct {
		open bool
		name string
	}{{w.HostNetwork, "network"}, {w.HostPID, "processes"}, {w.HostIPC, "shared memory"}, {len(w.HostPaths) > 0, "folders " + strings.Join(w.HostPaths, " ")}} {
		if wall.open {
			open = append(open, wall.name)
		}
	}
	return strings.Join(open, ", ")
}

func podKind() kind {
	return kind{name: "pod", doc: "a container of the pods of a workload in a Kubernetes cluster", within: "cluster", groups: podGroups,
		fields: []Field{
			about("pod.name", expr.TypeText, "workload and container", func(p *pod) Fact { return word(p.workload.Kind + " " + p.workload.Name + ", " + p.Name) }),
			about("pod.passing", expr.TypeBool, "it runs to its end: of a job, or before the others", func(p *pod) Fact {
				return truth(p.Init || p.workload.Kind == "Job" || p.workload.Kind == "CronJob")
			}),
			about("pod.privileged", expr.TypeBool, "it has all rights of its node's root", func(p *pod) Fact { return truth(p.Privileged) }),
			about("pod.root", expr.TypeBool, "it may run as root", func(p *pod) Fact { return truth(p.Root) }),
			about("pod.escalates", expr.TypeBool, "its programs may gain rights", func(p *pod) Fact { return truth(p.Escalation) }),
			about("pod.writable", expr.TypeBool, "its own programs and settings can be written", func(p *pod) Fact { return truth(p.WritableRoot) }),
			about("pod.confined", expr.TypeBool, "a filter of system calls is stated", func(p *pod) Fact { return truth(p.Seccomp == "RuntimeDefault" || p.Seccomp == "Localhost") }),
			about("pod.capabilities", expr.TypeText, "what it keeps of root's powers: those added, or the usual ones", func(p *pod) Fact {
				switch {
				case len(p.Added) > 0:
					return word(strings.Join(p.Added, " "))
				case p.DropsAll:
					return word("")
				}
				return word("the usual ones")
			}),
			about("pod.limited", expr.TypeBool, "what it may take of memory is limited", func(p *pod) Fact { return truth(states(p.Limits, "memory")) }),
			about("pod.requested", expr.TypeBool, "what it needs of processor and memory is stated", func(p *pod) Fact { return truth(states(p.Requests, "memory") && states(p.Requests, "cpu")) }),
			about("pod.probed", expr.TypeBool, "it is asked whether it lives or is ready", func(p *pod) Fact { return truth(p.Liveness || p.Readiness) }),
			about("pod.clear_secrets", expr.TypeText, "variables whose name says secret and whose value stands in the workload", func(p *pod) Fact { return word(firstOf(clearSecrets(p.PodContainer))) }),
			about("pod.node_ports", expr.TypeInt, "ports of the node that it takes", func(p *pod) Fact { return number(len(p.HostPorts)) }),
		}}
}

func states(amounts []string, what string) bool {
	return slices.ContainsFunc(amounts, func(a string) bool { return strings.HasPrefix(a, what+" ") })
}

// clearSecrets names the variables that hold a secret in clear, by their names.
func clearSecrets(p *estate.PodContainer) []string {
	var names []string
	for _, e := range p.Environment {
		lower := strings.ToLower(e.Name)
		if e.From == "value" && slices.ContainsFunc([]string{"password", "passwd", "secret", "token", "api_key", "apikey", "private_key"}, func(word string) bool { return strings.Contains(lower, word) }) {
			names = append(names, e.Name)
		}
	}
	return names
}

// podGroups makes the groups of workloads into those of their containers.
func podGroups(w *world) iter.Seq[group] {
	return func(yield func(group) bool) {
		for g := range workloadKind().groups(w) {
			var containers []subject
			for _, s := range g.subjects {
				workload, _ := s.item.(*estate.ClusterWorkload)
				for i := range workload.Containers {
					containers = append(containers, subject{cluster: s.cluster, item: &pod{&workload.Containers[i], workload}})
				}
			}
			g.subjects = containers
			if !yield(g) {
				return
			}
		}
	}
}

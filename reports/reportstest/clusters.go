package reportstest

import (
	"time"

	"nightferry/internal/estate"
)

// clusters are one that could be read, with a namespace done well and one done badly, and one that could not.
func clusters() []estate.Cluster {
	c := estate.UnreadCluster("landing", estate.Target, read("assess"))
	c.Version = estate.Know("GET /version", estate.ClusterVersion{Version: "v1.37.2"})
	c.Namespaces = estate.Know("namespaces", []estate.Namespace{{Name: "erp", Enforce: "restricted"}, {Name: "portal"}})
	c.NetworkPolicies = estate.Know("networkpolicies", []estate.NetworkPolicy{{Namespace: "erp", Name: "deny", AllPods: true, Ingress: true, Egress: true}})
	c.Roles = estate.Know("clusterroles", []estate.RBACRole{{Name: "do-anything", Powers: []string{"everything"}}, {Namespace: "erp", Name: "do-anything"}})
	c.RoleBindings = estate.Know("clusterrolebindings", []estate.RoleBinding{{Name: "b", Role: "do-anything", Subjects: []string{"ServiceAccount portal/default", "User root"}}})
	c.Workloads = estate.Know("deployments", []estate.ClusterWorkload{
		{Kind: "Deployment", Namespace: "erp", Name: "web", Managers: []string{"argocd"}, Containers: []estate.PodContainer{{Name: "web", Image: "r.example/web@sha256:1", Limits: []string{"cpu 1"}, Liveness: true}}},
		{Kind: "DaemonSet", Namespace: "portal", Name: "tools", HostPaths: []string{"/"}, Containers: []estate.PodContainer{{Name: "=cmd()", Image: "tools:1", Root: true,
			Environment: []estate.EnvVar{{Name: "DB_PASSWORD", From: "value"}, {Name: "API_TOKEN", From: "secret"}, {Name: "MODE", From: "value"}}}}},
	})
	c.Images = estate.Know("pods", []estate.Image{{Reference: "r.example/web@sha256:1", Digest: "sha256:1", Verified: "pass by kyverno"}, {Reference: "tools:1"}})
	c.Ingresses = estate.Know("ingresses", []estate.Ingress{{Namespace: "erp", Host: "erp.example", TLS: true}, {Namespace: "portal", Host: "portal.example"}})
	c.Certificates = estate.Know("certificates", []estate.ClusterCertificate{{Namespace: "erp", NotAfter: Made().Add(30 * 24 * time.Hour)}, {Namespace: "erp", Name: "not yet"}})
	c.Volumes = estate.Know("persistentvolumeclaims", []estate.VolumeClaim{{Namespace: "erp", Bytes: 5}})
	c.Schedules = estate.Know("schedules", []estate.BackupSchedule{{Kind: "Schedule", Name: "nightly", Namespaces: []string{"erp"}}, {Kind: "ScheduledBackup", Namespace: "erp", Name: "db", Of: "db"}})
	c.Backups = estate.Know("backups", []estate.ClusterBackup{{Name: "n1", Schedule: "nightly", Phase: "Completed", Ended: Made().Add(-10 * time.Hour)}, {Name: "n2", Schedule: "nightly", Phase: "Failed", Ended: Made()}})
	c.Quotas = estate.Miss[[]estate.Quota](estate.Denied, "resourcequotas", "the account may not list resourcequotas", "in the rules of a ClusterRole: …")
	c.Monitoring = estate.Miss[[]estate.Monitor](estate.Absent, "", "", "")
	recovery := estate.UnreadCluster("recovery", estate.Target, estate.Collection{At: Made(), Coverage: estate.Denied, Problem: "the API refused the credential", Mend: "take a new credential: a token may have expired"})
	return []estate.Cluster{c, recovery}
}

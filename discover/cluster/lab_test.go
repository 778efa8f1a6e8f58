package cluster_test

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover/cluster"
	"nightferry/internal/estate"
	"nightferry/internal/remote"
	"nightferry/testdata/lab"
)

// platform takes the lab, and the way to its Kubernetes through the bastion.
func platform(t *testing.T) (*lab.Lab, lab.TrueKubernetes, func(user string) cluster.Collector) {
	t.Helper()
	l := lab.Shared(t)
	l.Needs(t, "platform")
	dialer, err := remote.New([]remote.Endpoint{{Name: "bastion", Address: l.Machine(t, "bastion").Front, User: "assess", Auth: remote.Auth{Keys: []remote.Key{{Path: l.Key("assess")}}}}},
		remote.Options{KnownHosts: []string{l.KnownHosts()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, dialer.Close()) })
	return l, l.Truth().Kubernetes[0], func(user string) cluster.Collector {
		return cluster.Collector{Name: "landing", Environment: estate.Target, Now: time.Now, Via: []string{"bastion"},
			Kubeconfig: filepath.Join(l.Dir, "keys", "kubeconfig-"+user),
			Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				return dialer.DialContext(ctx, "bastion", network, address)
			}}
	}
}

// requireNoCanary: nothing planted in the lab is in an asset.
func requireNoCanary(t *testing.T, l *lab.Lab, c estate.Cluster) {
	t.Helper()
	text, err := json.Marshal(c)
	require.NoError(t, err)
	for _, value := range l.Canaries().Values() {
		require.NotContains(t, string(text), value)
	}
}

// TestLabCanaries: what must not come through is really there to be found.
func TestLabCanaries(t *testing.T) {
	t.Parallel()
	l, _, _ := platform(t)
	everything := l.Exec(t, "cloud-k8s", "/bin/sh", "-c",
		"KUBECONFIG=/etc/kubernetes/admin.conf kubectl get secrets,configmaps,deployments,storageclasses,applications.argoproj.io --all-namespaces -o json")
	planted := 0
	for _, canary := range l.Canaries().Secrets {
		if strings.HasPrefix(canary.Name, "k8s_") {
			require.Contains(t, everything, canary.Value, canary.Name)
			planted++
		}
	}
	require.Equal(t, 7, planted)
}

// TestLabCluster compares what a reader with the rights of Grants finds with what is planted.
func TestLabCluster(t *testing.T) {
	t.Parallel()
	l, truth, as := platform(t)
	c := collect(t, as("assess"), time.Minute)
	requireNoCanary(t, l, c)
	require.Equal(t, estate.Known, c.Collected.Coverage, c.Collected.Problem)
	require.Empty(t, estate.Inventory{Clusters: []estate.Cluster{c}}.Gaps())
	require.Equal(t, "assess", c.Collected.Account)
	require.Equal(t, truth.Version, c.Version.Value.Version)
	require.True(t, c.API.Value.Verified)
	require.Equal(t, []string{"api.cloud.example"}, c.API.Value.Certificate.Names)
	require.Equal(t, truth.Nodes, each(c.Nodes.Value, func(n estate.Node) string { return n.Name }))
	for _, n := range c.Nodes.Value {
		require.True(t, n.Ready, n.Name)
		require.Equal(t, int64(8000), n.CPUMillis)
		require.Equal(t, int64(32<<30), n.MemoryBytes)
	}
	require.Equal(t, truth.Admission, each(c.Admission.Value, func(p estate.AdmissionPolicy) string { return p.Kind + " " + p.Name }))
	require.True(t, c.Admission.Value[0].Images)
	require.True(t, c.Admission.Value[1].Bound)
	require.Equal(t, truth.Powerful, powerful(c))
	classes := map[string]string{}
	for _, s := range c.StorageClasses.Value {
		classes[s.Name] = s.Encrypted
	}
	require.Equal(t, truth.StorageClasses, classes)
	require.Equal(t, truth.GitOps, each(c.GitOps.Value, func(g estate.GitOps) string { return g.Kind + " " + g.Namespace + "/" + g.Name }))
	require.Equal(t, "https://git.cloud.example/landing/erp.git", c.GitOps.Value[0].Source)
	require.Equal(t, "Completed", c.Backups.Value[0].Phase)
	require.WithinDuration(t, time.Now(), c.Backups.Value[0].Ended, 36*time.Hour)
	for _, namespace := range truth.Namespaces {
		t.Run(namespace.Name, func(t *testing.T) { requireNamespace(t, namespace, c) })
	}
}

// requireNamespace compares how one namespace is kept.
func requireNamespace(t *testing.T, want lab.TrueNamespace, c estate.Cluster) {
	t.Helper()
	i := slices.IndexFunc(c.Namespaces.Value, func(n estate.Namespace) bool { return n.Name == want.Name })
	require.GreaterOrEqual(t, i, 0)
	got := lab.TrueNamespace{Name: want.Name, Enforce: c.Namespaces.Value[i].Enforce}
	deniesIn, deniesOut := false, false
	for _, p := range c.NetworkPolicies.Value {
		deniesIn = deniesIn || p.Namespace == want.Name && p.DeniesIngress()
		deniesOut = deniesOut || p.Namespace == want.Name && p.DeniesEgress()
	}
	got.DefaultDeny = deniesIn && deniesOut
	images := map[string]bool{}
	for _, w := range c.Workloads.Value {
		if w.Namespace != want.Name {
			continue
		}
		got.Workloads = append(got.Workloads, w.Kind+" "+w.Name)
		require.Equal(t, w.Wanted, w.Ready, w.Name)
		if w.HostPID && w.HostNetwork && slices.Equal(w.HostPaths, []string{"/"}) && w.Containers[0].Privileged {
			got.OnNode = append(got.OnNode, w.Name)
		}
		for _, m := range w.Containers {
			images[m.Image] = true
			if m.Root {
				got.Root = append(got.Root, m.Name)
			}
			if len(m.Limits) == 0 {
				got.Unlimited = append(got.Unlimited, m.Name)
			}
			for _, e := range m.Environment {
				if strings.Contains(e.Name, "PASSWORD") && e.From == "value" {
					got.ClearSecrets = append(got.ClearSecrets, e.Name)
				}
			}
		}
	}
	for _, image := range c.Images.Value {
		switch {
		case !images[image.Reference]:
		case image.Pinned():
			got.Pinned++
			require.NotEmpty(t, image.Signature)
		default:
			got.Unpinned++
		}
		if images[image.Reference] && image.Verified == "pass by kyverno" {
			got.Verified++
			require.Equal(t, []string{image.Digest}, image.Running)
		}
	}
	requireEdge(t, want, &got, c)
	slices.Sort(got.Workloads)
	slices.Sort(got.Root)
	slices.Sort(got.Unlimited)
	require.Equal(t, want, got)
}

// requireEdge reads how a namespace is reached and saved.
func requireEdge(t *testing.T, want lab.TrueNamespace, got *lab.TrueNamespace, c estate.Cluster) {
	t.Helper()
	for _, i := range c.Ingresses.Value {
		switch {
		case i.Namespace != want.Name:
		case i.TLS:
			got.TLS = append(got.TLS, i.Host)
		default:
			got.Plain = append(got.Plain, i.Host)
		}
	}
	for _, certificate := range c.Certificates.Value {
		if certificate.Namespace == want.Name && certificate.Ready {
			left := time.Until(certificate.NotAfter)
			require.InDelta(t, want.CertificateDays, left.Hours()/24, 2)
			got.CertificateDays = want.CertificateDays
		}
	}
	for _, s := range c.Schedules.Value {
		if s.Saves(want.Name) || s.Of != "" && s.Namespace == want.Name {
			got.SavedBy = append(got.SavedBy, s.Name)
		}
	}
	slices.Sort(got.SavedBy)
	for _, v := range c.Volumes.Value {
		i := slices.IndexFunc(c.StorageClasses.Value, func(s estate.StorageClass) bool { return s.Name == v.Class })
		if v.Namespace == want.Name && c.StorageClasses.Value[i].Encrypted == "true" {
			got.Encrypted = append(got.Encrypted, v.Name)
		}
	}
	for _, d := range c.Databases.Value {
		if d.Namespace == want.Name {
			got.Databases = append(got.Databases, d.Name)
		}
	}
	for _, m := range c.Monitoring.Value {
		if m.Namespace == want.Name {
			got.Alarms += m.Rules
		}
	}
}

func each[T any](list []T, name func(T) string) []string {
	names := []string{}
	for _, entry := range list {
		names = append(names, name(entry))
	}
	return names
}

// powerful are the service accounts that may do everything.
func powerful(c estate.Cluster) []string {
	var names []string
	for _, r := range c.Roles.Value {
		for _, b := range c.RoleBindings.Value {
			for _, subject := range b.Subjects {
				if account, ok := strings.CutPrefix(subject, "ServiceAccount "); ok && b.Role == r.Name && slices.Contains(r.Powers, "everything") {
					names = append(names, account)
				}
			}
		}
	}
	return names
}

// TestLabViewer: the built-in role view shows workloads, and neither rights nor what operators brought. Each is denied
// with the rule that would show it, and no list is empty for it.
func TestLabViewer(t *testing.T) {
	t.Parallel()
	l, _, as := platform(t)
	c := collect(t, as("viewer"), time.Minute)
	requireNoCanary(t, l, c)
	require.Equal(t, estate.Known, c.Collected.Coverage, c.Collected.Problem)
	for name, coverage := range map[string]estate.Coverage{"nodes": c.Nodes.Coverage, "roles": c.Roles.Coverage, "bindings": c.RoleBindings.Coverage,
		"storage": c.StorageClasses.Coverage, "schedules": c.Schedules.Coverage, "gitops": c.GitOps.Coverage, "certificates": c.Certificates.Coverage} {
		require.Equal(t, estate.Denied, coverage, name)
	}
	require.Equal(t, `in the rules of a ClusterRole: {apiGroups: ["rbac.authorization.k8s.io"], resources: [clusterroles, roles], verbs: [list]}`, c.Roles.Grant)
	require.Equal(t, estate.Known, c.Workloads.Coverage)
	require.Len(t, c.Workloads.Value, 5)
	require.Equal(t, estate.Known, c.NetworkPolicies.Coverage)
}

// TestLabGrants: the printed ClusterRole is one that the real API takes, and a reader with it knows everything.
func TestLabGrants(t *testing.T) {
	t.Parallel()
	l, _, as := platform(t)
	program := exec.CommandContext(t.Context(), l.Program(t), "sh", "cloud-k8s", "/bin/sh", "-c",
		"KUBECONFIG=/etc/kubernetes/admin.conf kubectl apply --dry-run=server -f -")
	program.Stdin = strings.NewReader(cluster.Grants("somebody"))
	out, err := program.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "clusterrole.rbac.authorization.k8s.io/nightferry-read created (server dry run)")
	// assess-read of the lab gives less, by the kinds that it has not; and that is enough there.
	require.Empty(t, estate.Inventory{Clusters: []estate.Cluster{collect(t, as("assess"), time.Minute)}}.Gaps())
}

// TestLabFiles: what kubectl writes to files gives the same facts as the API.
func TestLabFiles(t *testing.T) {
	t.Parallel()
	l, _, as := platform(t)
	live := collect(t, as("assess"), time.Minute)
	dir := t.TempDir()
	for _, list := range []string{"namespaces,nodes", "networkpolicies", "deployments,statefulsets,daemonsets,cronjobs,jobs,pods", "clusterroles,roles", "clusterrolebindings,rolebindings"} {
		text := l.Exec(t, "cloud-k8s", "/bin/sh", "-c", "KUBECONFIG=/etc/kubernetes/admin.conf kubectl get "+list+" --all-namespaces -o json")
		require.NoError(t, os.WriteFile(filepath.Join(dir, list+".json"), []byte(text), 0o600))
	}
	files := collect(t, cluster.Collector{Name: "landing", Environment: estate.Target, Now: time.Now, Files: []string{dir}}, time.Minute)
	requireNoCanary(t, l, files)
	require.Empty(t, files.Collected.Warnings)
	require.Equal(t, live.Namespaces.Value, files.Namespaces.Value)
	require.Equal(t, live.NetworkPolicies.Value, files.NetworkPolicies.Value)
	require.Equal(t, live.Workloads.Value, files.Workloads.Value)
	require.Equal(t, live.Images.Value, files.Images.Value)
	require.Equal(t, live.Roles.Value, files.Roles.Value)
	require.Equal(t, live.RoleBindings.Value, files.RoleBindings.Value)
	require.Equal(t, estate.NotAsked, files.Certificates.Coverage)
	require.Equal(t, estate.NotAsked, files.Version.Coverage)
}

// TestLabWrongToken: a token that the API does not know makes all of it denied.
func TestLabWrongToken(t *testing.T) {
	t.Parallel()
	l, _, as := platform(t)
	c := as("assess")
	text, err := os.ReadFile(c.Kubeconfig)
	require.NoError(t, err)
	c.Kubeconfig = filepath.Join(t.TempDir(), "config")
	wrong := strings.ReplaceAll(strings.ReplaceAll(string(text), l.Password(t, "k8s_assess"), "no-such-token"), "../pki/ca.pem", l.CA())
	require.NoError(t, os.WriteFile(c.Kubeconfig, []byte(wrong), 0o600))
	got := collect(t, c, time.Minute)
	require.Equal(t, estate.Denied, got.Collected.Coverage)
	require.Contains(t, got.Collected.Problem, "the API refused the credential")
}

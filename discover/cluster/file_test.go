package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// written writes files and reads them as a cluster.
func written(t *testing.T, files map[string]string, paths ...string) (estate.Cluster, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		require.NoError(t, os.Chtimes(filepath.Join(dir, name), time.Time{}, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
	}
	if len(paths) == 0 {
		paths = []string{dir}
	}
	c := Collector{Name: "files", Environment: estate.Target, Now: time.Now, Files: paths}
	return *c.Collect(t.Context(), func(string) {}), dir
}

const mixed = `{
  "apiVersion": "v1",
  "kind": "List",
  "items": [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "erp", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}, "status": {"phase": "Active"}},
    {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "deny", "namespace": "erp"}, "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}},
    {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "erp"}, "data": {"password": "c2VjcmV0d29yZA=="}},
    {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}
  ]
}`

func TestFiles(t *testing.T) {
	t.Parallel()
	got, _ := written(t, map[string]string{
		"all.json":            mixed,
		"again.json":          mixed, // the same objects twice are no two
		"ingresses.json":      `{"apiVersion":"v1","kind":"List","items":[]}`,
		"raw.json":            `{"kind":"NodeList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"node-a"},"status":{"allocatable":{"cpu":"1500m","memory":"4Gi"},"conditions":[{"type":"Ready","status":"True"}]}}]}`,
		"one.json":            `{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"fast"},"provisioner":"disk","parameters":{"encrypted":"true","key":"secretword"}}`,
		"version.json":        `{"clientVersion":{"gitVersion":"v1.30.0"},"serverVersion":{"gitVersion":"v1.31.4","platform":"linux/arm64"}}`,
		"roles,services.json": `{"apiVersion":"v1","kind":"List","items":[]}` + "\n" + `{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"erp"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30080,"protocol":"TCP"}]}}`,
	})
	require.Equal(t, estate.Known, got.Collected.Coverage, got.Collected.Problem)
	require.Equal(t, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), got.Collected.At, "what files say was so when they were written")
	require.Equal(t, []estate.Namespace{{Name: "erp", Phase: "Active", Enforce: "restricted"}}, got.Namespaces.Value)
	require.Contains(t, got.Namespaces.Source, "all.json")
	require.Len(t, got.NetworkPolicies.Value, 1)
	require.True(t, got.NetworkPolicies.Value[0].DeniesIngress())
	require.True(t, got.NetworkPolicies.Value[0].DeniesEgress())
	require.Equal(t, []estate.Node{{Name: "node-a", CPUMillis: 1500, MemoryBytes: 4 << 30, Ready: true}}, got.Nodes.Value)
	require.Equal(t, "true", got.StorageClasses.Value[0].Encrypted)
	require.Equal(t, "v1.31.4", got.Version.Value.Version)
	require.Equal(t, []string{"80:30080/TCP"}, got.Services.Value[0].Ports)
	require.Equal(t, []string{
		"2 objects of kind Secret are in the files and were not looked at; take them out of the files: nothing here needs them",
		"2 objects of kind Widget are in the files and were not looked at",
	}, got.Collected.Warnings)
	require.Equal(t, estate.NotAsked, got.Certificates.Coverage)
	require.Equal(t, estate.NotAsked, got.Volumes.Coverage)
	require.Contains(t, got.Volumes.Problem, "no file has persistentvolumeclaims")
	require.Equal(t, estate.NotAsked, got.Ingresses.Coverage, "the file of ingresses is empty, which is known; of gateways there is none")
	require.Equal(t, "no file has gateways.gateway.networking.k8s.io", got.Ingresses.Problem)
}

// TestBrokenFiles: what is wrong is told by file, line and field; the other kinds stay.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name, text string
		problem    string // of the network policies
	}{
		"a field": {"networkpolicies.json", "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"a\",\"namespace\":\"b\"},\n\"spec\":\"secretword\"}]}",
			"networkpolicies.json:3:20: NetworkPolicy b/a: spec should be an object"},
		"no json":     {"networkpolicies.json", "{\n\"items\": [\n secretword", "networkpolicies.json:3:2: this is not JSON"},
		"yaml":        {"networkpolicies.json", "apiVersion: v1", "networkpolicies.json:1:1: this is not JSON"},
		"empty":       {"networkpolicies.json", " \n", "networkpolicies.json: it is empty"},
		"no object":   {"networkpolicies.json", "[1]", "networkpolicies.json:1:1: this is no object that kubectl writes"},
		"items":       {"networkpolicies.json", `{"kind":"List","items":{}}`, "networkpolicies.json:1:1: it is not a list of objects"},
		"half":        {"networkpolicies.json", `{"kind":"List","metadata":{"continue":"abc"},"items":[]}`, "the list is not whole: it was written with a limit"},
		"no name":     {"what.json", "secretword", "it may be in a file that cannot be read"},
		"no metadata": {"networkpolicies.json", `{"kind":"List","items":["secretword"]}`, "networkpolicies.json:1:25: this is no object that kubectl writes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _ := written(t, map[string]string{tt.name: tt.text, "namespaces.json": `{"kind":"List","items":[]}`})
			require.Equal(t, estate.Known, got.Collected.Coverage)
			require.Equal(t, estate.Known, got.Namespaces.Coverage)
			require.Equal(t, estate.Failed, got.NetworkPolicies.Coverage)
			require.Contains(t, got.NetworkPolicies.Problem, tt.problem)
			require.NotContains(t, got.NetworkPolicies.Problem+strings.Join(got.Collected.Warnings, ""), "secretword")
		})
	}
}

func TestNoFiles(t *testing.T) {
	t.Parallel()
	got, dir := written(t, nil)
	require.Equal(t, estate.Failed, got.Collected.Coverage)
	require.Contains(t, got.Collected.Problem, dir+": the folder has no file *.json")
	require.NotEmpty(t, got.Collected.Mend)
	got, _ = written(t, nil, filepath.Join(dir, "none.json"))
	require.Contains(t, got.Collected.Problem, "none.json: there is no such file")
}

// FuzzObject feeds one object to the reader of each kind, and the same text as a file.
func FuzzObject(f *testing.F) {
	for _, k := range kinds() {
		f.Add([]byte(`{"apiVersion":"` + strings.TrimPrefix(k.group+"/"+k.versions[0], "/") + `","kind":"` + k.name + `","metadata":{"name":"a","namespace":"b","labels":{},"annotations":{"kyverno.io/verify-images":"{}"}},"spec":{"rules":[{}],"template":{"spec":{"containers":[{"image":"a:1@sha256:0"}]}}},"status":{}}`))
	}
	f.Add([]byte(mixed))
	f.Add([]byte(`{"spec":{"hard":{"cpu":1e400},"tls":[{}],"rules":[{"host":"a"}]},"status":{"notAfter":"9999-99-99T00:00:00Z","allocatable":{"cpu":"1Ei"}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		facts := newFacts()
		for _, k := range kinds() {
			if err := k.take(facts, k.name, text); err != nil {
				require.NotContains(t, err.Error(), "\x1b")
			}
		}
		facts.images(append(facts.workloads, facts.bare...))
		c, _ := written(t, map[string]string{"a.json": string(text)})
		require.NotEmpty(t, c.Collected.Coverage)
	})
}

package cluster

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestQuantity(t *testing.T) {
	t.Parallel()
	for text, want := range map[quantity]int64{
		"": 0, "2": 2000, "500m": 500, "0.5": 500, "1.5Gi": 1536 << 20 * 1000, "1k": 1e6, "2M": 2e9, "1e3": 1e6, "12E2": 1_200_000,
		"100n": 0, "x": 0, "-1": 0, "1Zi": 0, "9e99": 0, "Gi": 0,
	} {
		require.Equal(t, want, text.thousandths(), text)
	}
}

func TestImageOf(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("ab", 32)
	tests := map[string]estate.Image{
		"nginx":                      {Registry: "docker.io", Repository: "library/nginx", Tag: "latest"},
		"bitnami/redis:7":            {Registry: "docker.io", Repository: "bitnami/redis", Tag: "7"},
		"localhost/a":                {Registry: "localhost", Repository: "a", Tag: "latest"},
		"reg.example:5000/a/b":       {Registry: "reg.example:5000", Repository: "a/b", Tag: "latest"},
		"reg.example/a:1@" + digest:  {Registry: "reg.example", Repository: "a", Tag: "1", Digest: digest, Signature: "reg.example/a:sha256-" + strings.Repeat("ab", 32) + ".sig"},
		"reg.example/a@sha256:short": {Registry: "reg.example", Repository: "a", Tag: "latest"},
	}
	for reference, want := range tests {
		want.Reference = reference
		require.Equal(t, want, imageOf(reference), reference)
		require.Equal(t, want.Digest != "", imageOf(reference).Pinned())
	}
}

func TestPowers(t *testing.T) {
	t.Parallel()
	rule := func(groups, resources, verbs string) accessRule {
		return accessRule{Groups: strings.Split(groups, " "), Resources: strings.Split(resources, " "), Verbs: strings.Split(verbs, " ")}
	}
	tests := map[string]struct {
		rule accessRule
		want []string
	}{
		"everything":   {rule("*", "*", "*"), []string{"everything"}},
		"all to read":  {rule("*", "*", "get list"), []string{"all resources of all groups: get, list", "read secrets", "run in pods", "reach kubelets"}},
		"secrets":      {rule("", "secrets", "list"), []string{"read secrets"}},
		"pods to read": {rule("", "pods", "get list watch"), nil},
		"deployments":  {rule("apps", "deployments", "*"), []string{"all verbs on deployments", "change workloads"}},
		"roles":        {rule("rbac.authorization.k8s.io", "clusterroles", "escalate"), []string{"change roles"}},
		"urls":         {accessRule{URLs: []string{"*"}, Verbs: []string{"*"}}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tt.rule.powers())
		})
	}
}

// TestSource: a repository's address keeps no login.
func TestSource(t *testing.T) {
	t.Parallel()
	for address, want := range map[text]string{
		"https://deploy:secretword@git.example/a.git?token=secretword#x": "https://git.example/a.git",
		"secretword@git.example:a.git":                                   "git.example:a.git",
		"ssh://git@git.example/a.git":                                    "ssh://git.example/a.git",
		"oci://registry.example/charts":                                  "oci://registry.example/charts",
	} {
		require.Equal(t, want, source(address))
	}
}

// TestHostileText: nothing that steers a terminal is kept, and nothing without an end.
func TestHostileText(t *testing.T) {
	t.Parallel()
	f := newFacts()
	for _, k := range kinds() {
		if k.name != "Namespace" {
			continue
		}
		require.NoError(t, k.take(f, k.name, []byte(`{"metadata":{"name":"a\u001b[2J\u202e\nb`+strings.Repeat("x", 10_000)+`"}}`)))
	}
	require.Equal(t, "a[2Jb", f.namespaces[0].Name[:5])
	require.LessOrEqual(t, len(f.namespaces[0].Name), mostText)
}

func TestSaves(t *testing.T) {
	t.Parallel()
	require.True(t, estate.BackupSchedule{}.Saves("erp"))
	require.True(t, estate.BackupSchedule{Namespaces: []string{"*"}}.Saves("erp"))
	require.True(t, estate.BackupSchedule{Namespaces: []string{"erp"}}.Saves("erp"))
	require.False(t, estate.BackupSchedule{Namespaces: []string{"erp"}}.Saves("portal"))
	require.False(t, estate.BackupSchedule{Excluded: []string{"erp"}}.Saves("erp"))
	require.False(t, estate.BackupSchedule{Paused: true}.Saves("erp"))
}

package cluster

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

const good = `apiVersion: v1
kind: Config
preferences: {}
clusters:
  - name: landing
    cluster:
      server: https://api.cloud.example:6443
      tls-server-name: api.cloud.example
      insecure-skip-tls-verify: true
  - {name: far, cluster: {server: "https://far.example", certificate-authority: ca.pem, extensions: [{name: x, extension: {a: 1}}]}}
users:
  - {name: reader, user: {token: secretword}}
  - {name: filed, user: {token: secretword, tokenFile: token}}
  - {name: plugged, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login, args: [--profile, secretword], env: [{name: A, value: secretword}]}}}
contexts:
  - {name: landing, context: {cluster: landing, user: reader, namespace: erp}}
  - {name: far, context: {cluster: far, user: filed}}
  - {name: plugged, context: {cluster: landing, user: plugged}}
  - {name: nobody, context: {cluster: landing}}
current-context: landing
`

func TestKubeconfig(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.pem"), []byte("pem"), 0o600))

	a, err := parseKubeconfig(path, []byte(good), "")
	require.NoError(t, err)
	require.Equal(t, "https://api.cloud.example:6443", a.server.String())
	require.Equal(t, "api.cloud.example", a.serverName)
	require.True(t, a.unverified)
	require.Equal(t, "reader", a.user)
	require.Equal(t, "secretword", a.token)
	require.Equal(t, "token", a.login())

	a, err = parseKubeconfig(path, []byte(good), "far")
	require.NoError(t, err)
	require.Equal(t, []byte("pem"), a.authority)
	require.Empty(t, a.token, "a token's file goes before a token")
	require.Equal(t, filepath.Join(dir, "token"), a.tokenFile)

	a, err = parseKubeconfig(path, []byte(good), "plugged")
	require.NoError(t, err)
	require.Equal(t, "plugin", a.login())
	require.Equal(t, filepath.Join(dir, "login"), a.plugin.command)
	require.Equal(t, []string{"--profile", "secretword"}, a.plugin.args)

	a, err = parseKubeconfig("config", []byte(good), "plugged")
	require.NoError(t, err)
	require.True(t, filepath.IsAbs(a.plugin.command), "a bare name would be looked for on PATH: %s", a.plugin.command)

	a, err = parseKubeconfig(path, []byte(good), "nobody")
	require.NoError(t, err)
	require.Equal(t, "none", a.login())
}

// TestKubeconfigFaults: each fault is told by its line, and nothing of the file's text is.
func TestKubeconfigFaults(t *testing.T) {
	t.Parallel()
	with := func(cluster, user string) string {
		return "clusters:\n  - name: c\n    cluster: {" + cluster + "}\nusers:\n  - name: u\n    user: {" + user + "}\ncontexts:\n  - {name: x, context: {cluster: c, user: u}}\ncurrent-context: x\n"
	}
	const server = "server: 'https://a.example'"
	tests := map[string]struct{ text, context, want string }{
		"no yaml":               {"clusters: [", "", "config:1:11: this cannot be read as a kubeconfig"},
		"an alias":              {"clusters: &a [*a]", "", "config:1:11: this cannot be read as a kubeconfig"},
		"nothing":               {"", "", "config:1: it has no current context"},
		"a list":                {"- secretword", "", "config:1:1: this cannot be read as a kubeconfig"},
		"no such context":       {with(server, ""), "other", `config:8: no context is called "other"`},
		"no such cluster":       {"contexts:\n  - {name: x, context: {cluster: c}}\ncurrent-context: x", "", `config:1: no cluster is called "c"`},
		"no url":                {with("server: secretword", ""), "", "config:3: server is not the URL of an API server"},
		"a login in the url":    {with("server: 'https://u:secretword@a.example'", ""), "", "config:3: server holds a login"},
		"plain http":            {with("server: 'http://a.example'", ""), "", "config:3: server is plain http"},
		"a proxy":               {with(server+", proxy-url: 'http://secretword'", ""), "", "config:3: a proxy is not used"},
		"no base64":             {with(server+", certificate-authority-data: 'secret word!'", ""), "", "config:3: certificate-authority-data is not base64"},
		"a provider":            {with(server, "auth-provider: {name: gcp, config: {id-token: secretword}}"), "", "config:6: auth-provider is not used"},
		"a password":            {with(server, "username: secretword, password: secretword"), "", "config:6: a login by name and password is not used"},
		"as somebody else":      {with(server, "as: secretword"), "", "config:6: acting as somebody else is not done here"},
		"a key alone":           {with(server, "client-key-data: "+base64.StdEncoding.EncodeToString([]byte("secretword"))), "", "config:6: a client certificate without its key"},
		"a file that is gone":   {with(server, "client-key: secretfile, client-certificate: secretfile"), "", "config:6: client-certificate names a file that cannot be read"},
		"a plugin of old":       {with(server, "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: secretword}"), "", "config:6: exec speaks a version that is not known here"},
		"a plugin that asks":    {with(server, "exec: {apiVersion: client.authentication.k8s.io/v1, command: a, interactiveMode: Always}"), "", "config:6: exec wants to ask a person"},
		"a plugin of no name":   {with(server, "exec: {apiVersion: client.authentication.k8s.io/v1}"), "", "config:6: exec names no command"},
		"a cluster that is odd": {"clusters: secretword\ncontexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x", "", `config:1: no cluster is called "c"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseKubeconfig("config", []byte(tt.text), tt.context)
			require.ErrorIs(t, err, BadKubeconfig)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "secretword")
			require.Equal(t, estate.Failed, coverageOf(err))
		})
	}
}

func FuzzKubeconfig(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("clusters: [{name: c, cluster: {server: 'https://a', certificate-authority-data: '!'}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {exec: {command: 1}}}]\ncurrent-context: x"))
	f.Add([]byte("current-context: {}\ncontexts: 3"))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := parseKubeconfig(filepath.Join(t.TempDir(), "config"), text, "")
		if err == nil {
			require.NotEmpty(t, a.server.Host)
		}
	})
}

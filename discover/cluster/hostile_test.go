package cluster_test

import (
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover"
	"nightferry/discover/cluster"
	"nightferry/internal/estate"
)

// secretWord is what a hostile API says everywhere; it must not come through.
const secretWord = "Zq9HostileCanaryWord"

// api is an API server over real TLS. It serves empty lists of every kind, but for what a test puts in their place.
type api struct {
	*httptest.Server
	odd   map[string]http.HandlerFunc // by path
	asked atomic.Int64
}

func newAPI(t *testing.T, odd map[string]http.HandlerFunc) *api {
	t.Helper()
	a := &api{odd: odd}
	a.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.asked.Add(1)
		if r.Method != http.MethodGet {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if handle := a.odd[r.URL.Path]; handle != nil {
			handle(w, r)
			return
		}
		switch r.URL.Path {
		case "/version":
			say(w, `{"gitVersion":"v1.37.2"}`)
		case "/apis":
			say(w, groups)
		default:
			say(w, `{"metadata":{"resourceVersion":"1"},"items":[]}`)
		}
	}))
	a.Config.ErrorLog = nil
	t.Cleanup(a.Close)
	return a
}

const groups = `{"groups":[{"name":"apps","versions":[{"version":"v1"}]},{"name":"batch","versions":[{"version":"v1"}]},
{"name":"networking.k8s.io","versions":[{"version":"v1"}]},{"name":"rbac.authorization.k8s.io","versions":[{"version":"v1"}]},
{"name":"policy","versions":[{"version":"v1"}]},{"name":"storage.k8s.io","versions":[{"version":"v1"}]},
{"name":"admissionregistration.k8s.io","versions":[{"version":"v1"}]},{"name":"argoproj.io","versions":[{"version":"../../api/v1/secrets?"},{"version":"v1alpha1"}]}]}`

func say(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, text)
}

// kubeconfig writes one for the server, with more lines for its cluster and user.
func (a *api) kubeconfig(t *testing.T, cluster, user string) string {
	t.Helper()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate().Raw})
	text := fmt.Sprintf(`
clusters: [{name: c, cluster: {server: %q, certificate-authority-data: %s%s}}]
users: [{name: reader, user: {%s}}]
contexts: [{name: x, context: {cluster: c, user: reader}}]
current-context: x
`, a.URL, base64.StdEncoding.EncodeToString(ca), cluster, user)
	path := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// collect reads the server in a run with a deadline, and holds that it ends a second after it at the latest, that the
// asset can be saved, and that nothing hostile is in it.
func (a *api) collect(t *testing.T, deadline time.Duration) estate.Cluster {
	t.Helper()
	return collect(t, cluster.Collector{Name: "landing", Environment: estate.Target, Now: time.Now, Kubeconfig: a.kubeconfig(t, "", "token: t")}, deadline)
}

func collect(t *testing.T, c cluster.Collector, deadline time.Duration) estate.Cluster {
	t.Helper()
	shelf := &shelf{}
	began := time.Now()
	_, err := discover.Run(t.Context(), []discover.Target{c.Target()}, discover.Options{Clock: time.Now, Deadline: deadline}, shelf, nil)
	require.NoError(t, err)
	require.Less(t, time.Since(began), deadline+1500*time.Millisecond)
	require.NotNil(t, shelf.found)
	text, err := json.Marshal(shelf.found)
	require.NoError(t, err)
	require.NotContains(t, string(text), secretWord)
	return *shelf.found
}

type shelf struct{ found *estate.Cluster }

func (s *shelf) Has(discover.Target) bool { return false }

func (s *shelf) Save(a discover.Asset) error {
	s.found = a.Cluster
	return nil
}

const policies = "/apis/networking.k8s.io/v1/networkpolicies"

// TestHostileAnswers: what one list does to the reader is told in its section, and leaves all others whole.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	item := `{"metadata":{"name":"` + secretWord + `"},"spec":` // never whole
	tests := map[string]struct {
		handle   http.HandlerFunc
		coverage estate.Coverage
		problem  string
	}{
		"no json":          {func(w http.ResponseWriter, _ *http.Request) { say(w, "{"+secretWord) }, estate.Failed, "it is not a list of objects"},
		"html":             {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>"+secretWord) }, estate.Failed, "something other than JSON"},
		"a text":           {func(w http.ResponseWriter, _ *http.Request) { say(w, `"`+secretWord+`"`) }, estate.Failed, "it is not a list of objects"},
		"half a list":      {func(w http.ResponseWriter, _ *http.Request) { say(w, `{"items":[`+item) }, estate.Failed, "it is not a list of objects"},
		"items of no kind": {func(w http.ResponseWriter, _ *http.Request) { say(w, `{"items":[{"spec":"`+secretWord+`"}]}`) }, estate.Failed, "networkpolicies.networking.k8s.io, object 1: spec should be an object"},
		"a field of a kind": {func(w http.ResponseWriter, _ *http.Request) {
			say(w, `{"items":[{},{"spec":{"policyTypes":{"a":"`+secretWord+`"}}}]}`)
		}, estate.Failed, "object 2: spec.policyTypes should be a list"},
		"deep": {func(w http.ResponseWriter, _ *http.Request) { say(w, `{"items":[`+strings.Repeat(`{"spec":`, 200_000)) }, estate.Failed, "it is not a list of objects"},
		"refused": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, secretWord)
		}, estate.Denied, "the account may not list networkpolicies.networking.k8s.io"},
		"not there": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, estate.Absent, ""},
		"a fault": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, secretWord)
		}, estate.Failed, "HTTP status 500"},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://"+secretWord+".example/", http.StatusFound)
		}, estate.Failed, "it redirects, which is not followed"},
		"hung up": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, estate.Failed, "the connection broke"},
		"for ever": {func(w http.ResponseWriter, r *http.Request) {
			say(w, `{"metadata":{"continue":"`+r.URL.Query().Get("continue")+`x"},"items":[]}`)
		}, estate.Failed, "it goes on for ever without giving more"},
		"the same again":  {func(w http.ResponseWriter, _ *http.Request) { say(w, `{"metadata":{"continue":"x"},"items":[{}]}`) }, estate.Failed, "it goes on for ever"},
		"a page too long": {func(w http.ResponseWriter, _ *http.Request) { say(w, `{"items":[]`+strings.Repeat(" ", 25<<20)+"}") }, estate.Failed, "an answer of more than 24 MiB"},
		"a long object": {func(w http.ResponseWriter, _ *http.Request) {
			say(w, `{"items":[{"metadata":{"name":"`+strings.Repeat("a", 5<<20)+`"}}]}`)
		}, estate.Failed, "an object of more than 4 MiB"},
		"a bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			fmt.Fprint(z, `{"items":[`)
			for range 64 {
				if _, err := z.Write([]byte(strings.Repeat(" ", 1<<20))); err != nil {
					return
				}
			}
		}, estate.Failed, "an answer of more than 24 MiB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newAPI(t, map[string]http.HandlerFunc{policies: tt.handle}).collect(t, 20*time.Second)
			require.Equal(t, estate.Known, got.Collected.Coverage, got.Collected.Problem)
			require.Equal(t, tt.coverage, got.NetworkPolicies.Coverage, got.NetworkPolicies.Problem)
			require.Contains(t, got.NetworkPolicies.Problem, tt.problem)
			if tt.coverage == estate.Denied {
				require.Equal(t, `in the rules of a ClusterRole: {apiGroups: ["networking.k8s.io"], resources: [networkpolicies], verbs: [list]}`, got.NetworkPolicies.Grant)
			}
			requireOthersKnown(t, got, "network policies")
		})
	}
}

// requireOthersKnown: all sections but one are known, or absent where the API has no such kinds.
func requireOthersKnown(t *testing.T, c estate.Cluster, but string) {
	t.Helper()
	for _, gap := range (estate.Inventory{Clusters: []estate.Cluster{c}}).Gaps() {
		require.Equal(t, but, gap.Section, gap.Problem)
	}
	require.Equal(t, estate.Absent, c.Certificates.Coverage)
	require.Equal(t, estate.Known, c.GitOps.Coverage, c.GitOps.Problem)
}

// TestSilentList: a list that never ends takes the time that is left, and no more; what came before it stays.
func TestSilentList(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"a list": policies, "the version": "/version"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, map[string]http.HandlerFunc{path: func(w http.ResponseWriter, r *http.Request) {
				say(w, `{"items":[`)
				for r.Context().Err() == nil {
					fmt.Fprint(w, " ")
					w.(http.Flusher).Flush()
					select {
					case <-r.Context().Done():
					case <-time.After(50 * time.Millisecond):
					}
				}
			}})
			got := a.collect(t, 2*time.Second)
			if path == "/version" {
				require.Equal(t, estate.Timeout, got.Collected.Coverage)
				return
			}
			require.Equal(t, estate.Timeout, got.NetworkPolicies.Coverage)
			require.Equal(t, estate.Known, got.Nodes.Coverage)
			require.Equal(t, estate.Timeout, got.Workloads.Coverage)
			require.NotEmpty(t, got.Collected.Warnings)
		})
	}
}

// TestManyObjects: a kind with more objects than any cluster has is cut, and told.
func TestManyObjects(t *testing.T) {
	t.Parallel()
	page := strings.TrimSuffix(strings.Repeat(`{"metadata":{"name":"p","namespace":"n"},"spec":{"podSelector":{}}},`, 5000), ",")
	n := 0
	a := newAPI(t, map[string]http.HandlerFunc{policies: func(w http.ResponseWriter, _ *http.Request) {
		n++
		say(w, fmt.Sprintf(`{"metadata":{"continue":"%d"},"items":[%s]}`, n, page))
	}})
	got := a.collect(t, time.Minute)
	require.Equal(t, estate.Known, got.NetworkPolicies.Coverage, got.NetworkPolicies.Problem)
	require.True(t, got.NetworkPolicies.Truncated)
	require.Len(t, got.NetworkPolicies.Value, 50_000)
	requireOthersKnown(t, got, "network policies")
}

// TestTooMuchInAll: a cluster that sends without end is given up, and never holds more memory than a few pages.
func TestTooMuchInAll(t *testing.T) {
	blanks := strings.Repeat(" ", 23<<20)
	var n, most atomic.Uint64
	a := newAPI(t, map[string]http.HandlerFunc{policies: func(w http.ResponseWriter, _ *http.Request) {
		say(w, fmt.Sprintf(`{"metadata":{"continue":"%d"},"items":[{}]%s}`, n.Add(1), blanks))
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		for was := most.Load(); was < now.HeapAlloc && !most.CompareAndSwap(was, now.HeapAlloc); was = most.Load() {
		}
	}})
	got := a.collect(t, time.Minute)
	require.Equal(t, estate.Failed, got.NetworkPolicies.Coverage)
	require.Contains(t, got.NetworkPolicies.Problem, "more than a cluster may send")
	require.Equal(t, estate.NotAsked, got.Monitoring.Coverage)
	require.Equal(t, estate.Known, got.Nodes.Coverage)
	require.Less(t, most.Load(), uint64(400<<20), "with the server, its page, and what is not yet collected")
}

// TestNoWayIn: what keeps all of it unknown is told once, in our own words, with what mends it.
func TestNoWayIn(t *testing.T) {
	t.Parallel()
	a := newAPI(t, map[string]http.HandlerFunc{"/apis": func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		say(w, groups)
	}})
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	gone := newAPI(t, nil)
	gone.Close()
	other := newAPI(t, map[string]http.HandlerFunc{"/version": func(w http.ResponseWriter, _ *http.Request) { say(w, `{}`) }})
	plainConfig := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(plainConfig, []byte(strings.Replace(fmt.Sprintf("clusters: [{name: c, cluster: {server: %q}}]\ncontexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x", plain.URL), "http://", "https://", 1)), 0o600))
	tests := map[string]struct {
		kubeconfig string
		coverage   estate.Coverage
		problem    string
	}{
		"a wrong token":        {a.kubeconfig(t, "", "token: "+secretWord), estate.Denied, "the API refused the credential"},
		"a token of two lines": {a.kubeconfig(t, "", `token: "`+secretWord+`\r\nX-Remote-User: a"`), estate.Failed, "its token has a character that no token has"},
		"another name":         {a.kubeconfig(t, ", tls-server-name: other.example", "token: t"), estate.Failed, "its certificate is for another name"},
		"no tls":               {plainConfig, estate.Failed, "it does not speak TLS"},
		"nobody there":         {gone.kubeconfig(t, "", "token: t"), estate.Failed, "nothing listens on its port"},
		"something else":       {other.kubeconfig(t, "", "token: t"), estate.Failed, "it does not say its version"},
		"no kubeconfig":        {filepath.Join(t.TempDir(), "none"), estate.Failed, "cannot be read"},
		"a plugin": {a.kubeconfig(t, "", "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/false, args: ["+secretWord+"]}"), estate.Denied,
			"the kubeconfig would run a program: to have a credential, it names /bin/false"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := collect(t, cluster.Collector{Name: "landing", Now: time.Now, Kubeconfig: tt.kubeconfig}, 20*time.Second)
			require.Equal(t, tt.coverage, got.Collected.Coverage)
			require.Contains(t, got.Collected.Problem, tt.problem)
			require.NotEqual(t, estate.Known, got.Nodes.Coverage)
		})
	}
	unknown := collect(t, cluster.Collector{Name: "landing", Now: time.Now, Kubeconfig: a.kubeconfig(t, ", tls-server-name: example.com", "token: t")}, 20*time.Second)
	require.Equal(t, estate.Known, unknown.Collected.Coverage, "httptest's certificate is for this name, too")
}

// TestUnverified: a server that need not prove itself is read, and the fact is told.
func TestUnverified(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	got := collect(t, cluster.Collector{Name: "landing", Now: time.Now, Kubeconfig: a.kubeconfig(t, ", tls-server-name: other.example, insecure-skip-tls-verify: true", "token: t")}, 20*time.Second)
	require.Equal(t, estate.Known, got.Collected.Coverage, got.Collected.Problem)
	require.Contains(t, got.Collected.Warnings[0], "insecure-skip-tls-verify")
	require.False(t, got.API.Value.Verified)
	require.True(t, got.API.Value.Encrypted)
	require.NotEmpty(t, got.API.Value.Certificate.SHA256)
}

// TestClientCertificate logs in by a certificate, and says so.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "assess"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	in64 := func(kind string, bytes []byte) string {
		return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}))
	}
	a := newAPI(t, map[string]http.HandlerFunc{"/apis": func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) == 0 || r.TLS.PeerCertificates[0].Subject.CommonName != "assess" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		say(w, groups)
	}})
	a.TLS.ClientAuth = tls.RequestClientCert
	user := "client-certificate-data: " + in64("CERTIFICATE", der) + ", client-key-data: " + in64("PRIVATE KEY", secret)
	got := collect(t, cluster.Collector{Name: "landing", Now: time.Now, Kubeconfig: a.kubeconfig(t, "", user)}, 20*time.Second)
	require.Equal(t, estate.Known, got.Collected.Coverage, got.Collected.Problem)
	require.Equal(t, "client certificate", got.API.Value.Login)
}

// TestPluginThatIsAllowed logs in by what a program prints.
func TestPluginThatIsAllowed(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	a := newAPI(t, map[string]http.HandlerFunc{"/apis": func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer given" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		say(w, groups)
	}})
	program := filepath.Join(t.TempDir(), "login")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\necho '{\"status\":{\"token\":\"given\"}}'\n"), 0o700))
	kubeconfig := a.kubeconfig(t, "", "exec: {apiVersion: client.authentication.k8s.io/v1, command: "+program+"}")
	got := collect(t, cluster.Collector{Name: "landing", Now: time.Now, Kubeconfig: kubeconfig, AllowExec: true}, 20*time.Second)
	require.Equal(t, estate.Known, got.Collected.Coverage, got.Collected.Problem)
	require.Equal(t, "plugin", got.API.Value.Login)
}

// TestNothingButReading: no request is anything but GET, no secret and no ConfigMap is asked for, and a version that
// the server made up leads nowhere.
func TestNothingButReading(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	handler := a.Config.Handler
	var odd atomic.Value
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || strings.Contains(r.URL.Path, "secrets") && !strings.Contains(r.URL.Path, "external-secrets.io") || strings.Contains(r.URL.Path, "configmaps") {
			odd.Store(r.Method + " " + r.URL.Path)
		}
		handler.ServeHTTP(w, r)
	})
	got := a.collect(t, 20*time.Second)
	require.Equal(t, estate.Known, got.Collected.Coverage)
	require.Nil(t, odd.Load())
	require.Greater(t, a.asked.Load(), int64(20))
}

// TestStoppedAPI: an API that answers no more is not asked for each kind in turn.
func TestStoppedAPI(t *testing.T) {
	t.Parallel()
	var dead atomic.Bool
	a := newAPI(t, nil)
	handler := a.Config.Handler
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == policies {
			dead.Store(true)
		}
		if dead.Load() {
			panic(http.ErrAbortHandler)
		}
		handler.ServeHTTP(w, r)
	})
	got := a.collect(t, 20*time.Second)
	require.Equal(t, estate.Known, got.Namespaces.Coverage)
	require.Equal(t, estate.Failed, got.NetworkPolicies.Coverage)
	require.Equal(t, estate.NotAsked, got.Monitoring.Coverage)
	require.Contains(t, got.Volumes.Problem, "the API answered no more")
}

// TestCancelled: nobody waits for a run that was stopped.
func TestCancelled(t *testing.T) {
	t.Parallel()
	a := newAPI(t, map[string]http.HandlerFunc{"/version": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	began := time.Now()
	c := cluster.Collector{Name: "landing", Now: time.Now, Kubeconfig: a.kubeconfig(t, "", "token: t")}
	got := c.Collect(ctx, func(string) {})
	require.Less(t, time.Since(began), 5*time.Second)
	require.NotEqual(t, estate.Known, got.Collected.Coverage)
}

package odoorpc

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNewRefusesAddresses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "erp.example", "ftp://erp.example", "https://", "https://a:b@erp.example", "http://[::1"} {
		_, err := New(Options{URL: bad})
		require.Error(t, err, bad)
		require.NotContains(t, err.Error(), "a:b")
	}
}

func TestFailuresHaveKindsAndMends(t *testing.T) {
	t.Parallel()
	const patient = "Testina Synthetix"
	access := "You are not allowed to access 'Scheduled Actions' (ir.cron) records.\n\nThis operation is allowed for the following groups:\n\t- Administration/Settings\n\t- Administration/Access Rights\n\nContact your administrator to request access if necessary."
	rule := "Due to security restrictions, you are not allowed to access 'Contact' (res.partner) records.\n\nRecords: " + patient + " (id=7)\n\nContact your administrator."
	tests := map[string]struct {
		answer string
		kind   Kind
		says   []string
		mend   string
	}{
		"wrong database": {faultAnswer("<int>1</int>", "Traceback\npsycopg2.OperationalError: connection to server at \"10.9.9.9\", port 5432 failed: FATAL:  database \"clinic\" does not exist\n"),
			WrongDatabase, []string{"database: clinic"}, "upper and lower case"},
		"denied model": {faultAnswer("<int>4</int>", access), Denied, []string{"read: ir.cron"},
			"give assess read access to ir.cron: an access right of a group of its own, or one of the groups Administration/Settings, Administration/Access Rights"},
		"denied by rule":      {faultAnswer("<int>4</int>", rule), Denied, nil, "give assess read access to ir.cron, by an access right of a group of its own"},
		"no such model":       {faultAnswer("<int>2</int>", "Object ir.cron doesn't exist"), NoModel, []string{"ir.cron"}, "install"},
		"a user's error":      {faultAnswer("<int>2</int>", patient+" exists"), ServerFault, []string{"fault code 2"}, "log"},
		"a traceback":         {faultAnswer("<int>1</int>", "Traceback: "+patient), ServerFault, []string{"fault code 1"}, "log"},
		"password changed":    {faultAnswer("<int>3</int>", "Access Denied"), WrongLogin, []string{"login assess"}, "API key"},
		"cool-down":           {faultAnswer("<int>3</int>", "Too many login failures, please wait a bit before trying again."), CoolDown, nil, "wait at least a minute"},
		"string code":         {faultAnswer("<string>AccessDenied</string>", "x"), WrongLogin, nil, "API key"},
		"string code, access": {faultAnswer("<string>warning -- AccessError\n\n"+patient+"</string>", "AccessError"), Denied, nil, "give assess"},
		"string code, long":   {faultAnswer("<string>"+patient+"</string>", "x"), ServerFault, []string{"fault code in words"}, "log"},
		"no code":             {faultAnswer("<boolean>0</boolean>", "x"), ServerFault, []string{"fault code missing"}, "log"},
		"fault is a text":     {"<methodResponse><fault><value><string>" + patient + "</string></value></fault></methodResponse>", ServerFault, nil, "log"},
		"deep":                {respond(strings.Repeat("<value><array><data>", 400_000)), BadAnswer, []string{"nested deeper"}, "between"},
		"truncated":           {respond("<value><int>1</int></value>")[:70], BadAnswer, nil, "between"},
		"unknown type":        {respond("<value><int>one</int></value>"), BadAnswer, []string{"could not be decoded"}, "between"},
		"wrong shape":         {respond("<value><string>" + patient + "</string></value>"), BadAnswer, []string{"not a list"}, "between"},
		"rows of numbers":     {respond("<value><array><data><value><int>1</int></value></data></array></value>"), BadAnswer, []string{"not a table"}, "between"},
		"encoding":            {"<?xml version='1.0' encoding='utf-7'?>" + respond("")[22:], BadAnswer, nil, "between"},
		"bytes":               {respond("<value><string>\xff\xfe" + patient + "</string></value>"), BadAnswer, nil, "between"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeer(t, map[string]string{"authenticate": intAnswer(7), "search_read": tt.answer})
			s, err := p.client(t, nil).Login(t.Context())
			require.NoError(t, err)
			_, err = s.Each(t.Context(), Query{Model: "ir.cron", Fields: []string{"name"}}, func(Row) {})
			require.ErrorIs(t, err, tt.kind)
			failure, ok := errors.AsType[*Error](err)
			require.True(t, ok)
			for _, words := range tt.says {
				require.ErrorContains(t, err, words)
			}
			require.Contains(t, failure.Mend(), tt.mend)
			for _, secret := range []string{patient, "10.9.9.9", "Traceback", "not-a-secret"} {
				require.NotContains(t, err.Error()+failure.Mend(), secret)
			}
		})
	}
}

func TestLoginNeverTriesTwice(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		probe string
		want  Kind
		asked int
	}{
		"wrong password": {faultAnswer("<int>2</int>", "Record does not exist or has been deleted."), WrongLogin, probes},
		"cool-down":      {faultAnswer("<int>3</int>", "Too many login failures, please wait a bit before trying again."), CoolDown, 1},
		"it might count": {faultAnswer("<int>3</int>", "Access Denied"), WrongLogin, 1},
		"no answer":      {"", WrongLogin, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeer(t, map[string]string{"authenticate": respond("<value><boolean>0</boolean></value>"), "search_count": tt.probe})
			_, err := p.client(t, nil).Login(t.Context())
			require.ErrorIs(t, err, tt.want)
			asked := p.asked()
			require.Equal(t, "authenticate", asked[0])
			require.Equal(t, slices.Repeat([]string{"search_count"}, tt.asked), asked[1:])
			require.NotContains(t, p.bodies[1], "not-a-secret", "the probe carries no secret")
		})
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	version := func(value string) string {
		return respond("<value><struct><member><name>server_serie</name>" + value + "</member></struct></value>")
	}
	p := newPeer(t, map[string]string{"version": version("<value><string>14.0</string></value>")})
	got, err := p.client(t, nil).Version(t.Context())
	require.NoError(t, err)
	require.Equal(t, "14.0", got)
	for _, bad := range []string{version("<value><int>14</int></value>"), respond("<value><int>1</int></value>"), version("<value><string/></value>")} {
		p := newPeer(t, map[string]string{"version": bad})
		_, err := p.client(t, nil).Version(t.Context())
		require.ErrorIs(t, err, NotOdoo)
	}
}

// hostile answers every request with handle.
func hostile(t *testing.T, handle http.HandlerFunc, change func(*Options)) *Client {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return (&peer{Server: server}).client(t, change)
}

func TestHostileTransports(t *testing.T) {
	t.Parallel()
	bomb := func() []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte("<methodResponse><params><param><value><string>"))
		zeros := make([]byte, 1<<20)
		for range 32 {
			_, _ = z.Write(zeros)
		}
		_ = z.Close()
		return b.Bytes()
	}()
	tests := map[string]struct {
		handle http.HandlerFunc
		kind   Kind
		says   string
	}{
		"gzip bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		}, TooLarge, "larger than 4194304 bytes"},
		"10 MB of HTML": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.Copy(w, io.LimitReader(zeroes{}, 10<<20))
		}, NotOdoo, `"text/html"`},
		"HTML that calls itself XML": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			_, _ = io.WriteString(w, "<html><body>maintenance</body></html>")
		}, BadAnswer, "XML-RPC does not have"},
		"redirect to another host": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/login?token=x", http.StatusTemporaryRedirect)
		}, Redirected, "redirects to https://elsewhere.example"},
		"forbidden": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no", http.StatusForbidden)
		}, NotOdoo, "HTTP status 403"},
		"truncated": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "<methodResponse>")
		}, BadAnswer, "ended early"},
		"drips for ever": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(5 * time.Millisecond):
				}
			}
		}, TimedOut, ""},
		"never answers": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, TimedOut, ""},
		"long headers": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 1<<20))
		}, Unreachable, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := hostile(t, tt.handle, func(o *Options) { o.Timeout, o.MaxBytes = time.Second, 4<<20 })
			start := time.Now()
			_, err := c.Version(t.Context())
			require.ErrorIs(t, err, tt.kind)
			require.ErrorContains(t, err, tt.says)
			require.NotContains(t, err.Error(), "token")
			require.Less(t, time.Since(start), 4*time.Second)
		})
	}
}

// A decompressed flood must not be held, not even for the time of refusing it.
func TestBombStaysSmall(t *testing.T) {
	c := hostile(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.Copy(w, io.LimitReader(zeroes{}, 256<<20))
	}, func(o *Options) { o.MaxBytes = 4 << 20 })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := c.Version(t.Context())
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, TooLarge)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20))
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := listener.Addr().String()
	require.NoError(t, listener.Close())
	c, err := New(Options{URL: "http://" + closed})
	require.NoError(t, err)
	_, err = c.Version(t.Context())
	require.ErrorIs(t, err, Unreachable)
	require.ErrorContains(t, err, "connection refused")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Version(ctx)
	require.ErrorIs(t, err, context.Canceled, "the user's own wish stays visible")

	tunnelled, err := New(Options{URL: "http://erp.example", Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, jumpRefused{}
	}})
	require.NoError(t, err)
	_, err = tunnelled.Version(t.Context())
	require.ErrorIs(t, err, Unreachable)
	require.ErrorContains(t, err, "the bastion refused the key")
	failure, _ := errors.AsType[*Error](err)
	require.Equal(t, "add the key", failure.Mend())
}

type jumpRefused struct{}

func (jumpRefused) Error() string { return "the bastion refused the key" }
func (jumpRefused) Mend() string  { return "add the key" }

func TestTLS(t *testing.T) {
	t.Parallel()
	answer := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, respond("<value><struct><member><name>server_serie</name><value><string>14.0</string></value></member></struct></value>"))
	}
	server := httptest.NewTLSServer(http.HandlerFunc(answer))
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	roots, err := LoadRoots(ca)
	require.NoError(t, err)
	there := func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("tcp", server.Listener.Addr().String())
	}
	plain := httptest.NewServer(http.HandlerFunc(answer))
	t.Cleanup(plain.Close)

	tests := map[string]struct {
		url   string
		roots *x509.CertPool
		dial  func(context.Context, string, string) (net.Conn, error)
		says  string
		mend  string
	}{
		"trusted":           {"https://example.com", roots, there, "", ""},
		"unknown authority": {"https://example.com", nil, there, "authority that is not trusted", "(ca) in engagement.yaml"},
		"another name":      {"https://erp.hospital.example", roots, there, "not for erp.hospital.example", "use a name"},
		"no TLS there":      {"https" + strings.TrimPrefix(plain.URL, "http"), roots, nil, "does not speak TLS", "openssl"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := New(Options{URL: tt.url, Roots: tt.roots, Dial: tt.dial})
			require.NoError(t, err)
			t.Cleanup(c.Close)
			_, err = c.Version(t.Context())
			if tt.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, BadTLS)
			require.ErrorContains(t, err, tt.says)
			failure, _ := errors.AsType[*Error](err)
			require.Contains(t, failure.Mend(), tt.mend)
		})
	}
	_, err = LoadRoots(filepath.Join(t.TempDir(), "none.pem"))
	require.Error(t, err)
	require.NoError(t, os.WriteFile(ca, []byte("no certificate"), 0o600))
	_, err = LoadRoots(ca)
	require.ErrorContains(t, err, "no certificate in PEM form")
}

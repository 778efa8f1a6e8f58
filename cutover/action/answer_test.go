package action_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/cutover/action"
	"nightferry/internal/outcome"
	"nightferry/internal/runbook"
)

// onlyWeb gives one client for all addresses.
type onlyWeb struct{ client *http.Client }

func (w onlyWeb) HTTP(*url.URL) (*http.Client, error) { return w.client, nil }

// once ends a context when something is said.
type once context.CancelFunc

func (o once) Write(p []byte) (int, error) {
	o()
	return len(p), nil
}

// probing asks an address until the first answer, and gives the error.
func probing(t *testing.T, client *http.Client, address string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	act, err := (&action.Registry{Web: onlyWeb{client}}).Action(runbook.Step{ID: "probe", Kind: "https.probe", With: map[string]any{"url": address, "contains": "login"}})
	require.NoError(t, err)
	_, err = act.Do(ctx, cutover.Attempt{Output: once(cancel)})
	return err
}

// certificate signs itself.
func certificate(t *testing.T, name string, from, to time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	form := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotBefore: from, NotAfter: to, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	now := time.Now()
	good, trusted := certificate(t, "erp.cloud.example", now.Add(-day), now.Add(day))
	old, trustedOld := certificate(t, "erp.cloud.example", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2021, 2, 3, 0, 0, 0, 0, time.UTC))
	other, trustedOther := certificate(t, "Testmann.example", now.Add(-day), now.Add(day))
	web := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok":
			_, _ = w.Write([]byte("login"))
		case "/error":
			http.Error(w, "Testmann", http.StatusBadGateway)
		case "/hang":
			<-r.Context().Done()
		}
	})
	for name, c := range map[string]struct {
		certificate *tls.Certificate // nil: no TLS
		trust       *x509.CertPool
		path        string
		closed      bool
		outdated    bool // the client speaks nothing newer than TLS 1.2
		want        string
	}{
		"it answers":        {certificate: &good, trust: trusted, path: "/ok"},
		"other authority":   {certificate: &good, trust: trustedOld, want: "signed by an authority that is not trusted here"},
		"other name":        {certificate: &other, trust: trustedOther, want: "is for another name"},
		"expired":           {certificate: &old, trust: trustedOld, want: "valid from 2020-01-01 to 2021-02-03 only"},
		"no TLS":            {trust: trusted, want: "does not speak TLS"},
		"no handshake":      {certificate: &good, trust: trusted, outdated: true, want: "breaks the TLS handshake off"},
		"nobody listens":    {certificate: &good, trust: trusted, closed: true, want: "nothing listens at"},
		"it hangs":          {certificate: &good, trust: trusted, path: "/hang", want: "does not answer in time"},
		"it has an error":   {certificate: &good, trust: trusted, path: "/error", want: "answers 502, not 200"},
		"it says otherwise": {certificate: &good, trust: trusted, path: "/", want: "answers without the expected text"},
	} {
		newest := uint16(tls.VersionTLS13)
		if c.outdated {
			newest = tls.VersionTLS12
		}
		server := httptest.NewUnstartedServer(web)
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		if c.certificate == nil {
			server.Start()
		} else {
			server.TLS = &tls.Config{Certificates: []tls.Certificate{*c.certificate}, MinVersion: tls.VersionTLS13}
			server.StartTLS()
		}
		client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: c.trust, MinVersion: tls.VersionTLS12, MaxVersion: newest},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
			}}}
		if c.path == "/hang" {
			client.Timeout = 100 * time.Millisecond
		}
		if c.closed {
			server.Close()
		}
		err := probing(t, client, "https://erp.cloud.example"+c.path)
		server.Close()
		if c.want == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, c.want, name)
		require.NotContains(t, err.Error(), "Testmann", "nothing of what a server says is quoted")
		require.NotEmpty(t, strings.Join(outcome.Mends(err), ""), name)
	}
}

package lab_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/remote"
	"nightferry/testdata/lab"
)

// TestListenersAreAsStated compares truth.yaml with the kernel's own word, both ways.
func TestListenersAreAsStated(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	for _, m := range l.Truth().Machines {
		command := []string{"ss", "-Hltn"}
		if m.Init == "busybox" {
			command = []string{"netstat", "-ltn"}
		}
		var want []string
		for _, listener := range m.Listeners {
			want = append(want, fmt.Sprintf("%s:%d", listener.Address, listener.Port))
		}
		require.ElementsMatch(t, want, listening(l.Exec(t, m.Name, command...)), m.Name)
	}
}

// listening reads the fourth column of ss or netstat: addresses, with "*" for all of IPv4, or of both.
func listening(table string) []string {
	var addresses []string
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) < 5 || fields[0] != "LISTEN" && fields[0] != "tcp" || strings.HasPrefix(fields[3], "[") {
			continue // a heading, or IPv6, which the lab does not speak
		}
		addresses = append(addresses, strings.Replace(fields[3], "0.0.0.0:", "*:", 1))
	}
	return addresses
}

func TestCertificatesAreAsStated(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	d := dialer(t, l, "assess")
	for _, m := range l.Truth().Machines {
		for _, want := range m.Certificates {
			if want.Port == 5432 {
				continue // PostgreSQL speaks before TLS does
			}
			got := certificate(t, d, l.Machine(t, m.Name).SSH(), want)
			require.Equal(t, want.Name, got.Subject.CommonName)
			text, err := os.ReadFile(filepath.Join(l.Dir, "pki", "leaf", want.Name+".crt"))
			require.NoError(t, err)
			block, _ := pem.Decode(text)
			require.NotNil(t, block, want.Name)
			require.Equal(t, block.Bytes, got.Raw, "%s: the file in pki/leaf is not what is served", want.Name)
			require.Equal(t, want.SelfSigned, got.Issuer.CommonName == got.Subject.CommonName, want.Name)
			if want.Expired != "" {
				require.Equal(t, want.Expired, got.NotAfter.UTC().Format(time.DateOnly), want.Name)
				continue
			}
			left := time.Until(got.NotAfter).Hours() / 24
			// The lab may have been up for a while.
			require.LessOrEqual(t, math.Abs(float64(want.DaysLeft)-left), 2.0, want.Name)
		}
	}
}

// certificate asks the server for the certificate that it shows, through the bastion.
func certificate(t *testing.T, d *remote.Dialer, address string, want lab.TrueCertificate) *x509.Certificate {
	t.Helper()
	conn, err := d.DialContext(t.Context(), "bastion", "tcp", net.JoinHostPort(address, fmt.Sprint(want.Port)))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	client := tls.Client(conn, &tls.Config{ServerName: want.Name, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10})
	require.NoError(t, client.HandshakeContext(t.Context()), want.Name)
	return client.ConnectionState().PeerCertificates[0]
}

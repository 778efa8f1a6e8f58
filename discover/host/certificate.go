package host

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// describe keeps the public parts of a certificate that matter. Everything in it is the peer's word.
func describe(where string, c *x509.Certificate) estate.Certificate {
	sum := sha256.Sum256(c.Raw)
	var names []string
	for _, name := range c.DNSNames[:min(len(c.DNSNames), 100)] {
		names = append(names, clean(name))
	}
	for _, ip := range c.IPAddresses[:min(len(c.IPAddresses), 100)] {
		names = append(names, ip.String())
	}
	return estate.Certificate{
		Where: where, Subject: clean(c.Subject.String()), Names: sorted(names), Issuer: clean(c.Issuer.String()),
		SelfSigned: slices.Equal(c.RawSubject, c.RawIssuer) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil,
		NotBefore:  c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), Key: keyName(c.PublicKey), Signature: c.SignatureAlgorithm.String(),
		SHA256: hex.EncodeToString(sum[:]),
	}
}

func keyName(key any) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return "RSA " + strconv.Itoa(k.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return "unknown"
}

// parseCertificates reads "file PATH" each with the first certificate in it, and "denied PATH".
func parseCertificates(body string) (found []estate.Certificate, denied, broken int) {
	var file string
	var block strings.Builder
	finish := func() {
		if file == "" {
			return
		}
		text := block.String()
		block.Reset()
		if !strings.Contains(text, "BEGIN CERTIFICATE") {
			return // a key, or something else of that ending
		}
		decoded, _ := pem.Decode([]byte(text))
		if decoded == nil {
			broken++
			return
		}
		c, err := x509.ParseCertificate(decoded.Bytes)
		if err != nil {
			broken++
			return
		}
		found = append(found, describe(file, c))
	}
	for line := range lines(body) {
		if name, ok := strings.CutPrefix(line, "file /"); ok {
			finish()
			file = clean("/" + name)
		} else if strings.HasPrefix(line, "denied /") {
			denied++
		} else {
			block.WriteString(line + "\n")
		}
	}
	finish()
	return found, denied, broken
}

// Dial opens a connection to an address as the host sees it.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

const (
	mostHandshakes = 24
	handshakeLimit = 5 * time.Second
)

// speaksTLS tells the ports where TLS is spoken from the first byte, or as soon as it is asked for.
func speaksTLS(port int) bool {
	switch port {
	case 443, 465, 563, 636, 853, 2762, 990, 993, 995, 2376, 3269, 5061, 5432, 5671, 5986, 6443, 6514, 6697, 8006, 8443, 8883, 9443, 10250,
		10443:
		return true
	}
	return false
}

// isProxy tells the programs that may serve TLS on any of their ports.
func isProxy(program string) bool {
	switch program {
	case "nginx", "haproxy", "apache2", "httpd", "traefik", "stunnel", "stunnel4", "caddy", "envoy":
		return true
	}
	return false
}

// handshakes asks the listeners that look like TLS for their certificates, once without a name and once for each
// name that a proxy serves on the port. Nothing is sent but the greeting.
func handshakes(ctx context.Context, dial Dial, found []estate.Listener, routes []estate.WebRoute) (certificates []estate.Certificate, failed int) {
	tried := 0
	for _, l := range found {
		if l.Protocol != "tcp" || !looksTLS(l) {
			continue
		}
		address := l.Address
		if address == "*" {
			address = "127.0.0.1"
		}
		address = net.JoinHostPort(address, strconv.Itoa(l.Port))
		for _, name := range append([]string{""}, namesOn(l.Port, routes)...) {
			if tried++; tried > mostHandshakes || ctx.Err() != nil {
				return certificates, failed
			}
			c, err := greet(ctx, dial, address, name)
			if err != nil {
				if !errors.Is(err, errNoTLS) && speaksTLS(l.Port) { // a proxy's other ports need not speak TLS
					failed++
				}
				break // not TLS, or not for us: its other names will not do better
			}
			certificates = append(certificates, describe(strings.TrimSpace("tls "+shown(l)+" "+name), c))
		}
	}
	return certificates, failed
}

func shown(l estate.Listener) string {
	return net.JoinHostPort(l.Address, strconv.Itoa(l.Port))
}

func looksTLS(l estate.Listener) bool {
	return speaksTLS(l.Port) || isProxy(l.Process) && l.Port != 80
}

// namesOn lists the names that are served by TLS on a port, without wildcards.
func namesOn(port int, routes []estate.WebRoute) []string {
	var names []string
	for _, route := range routes {
		for _, listen := range route.Listen {
			if route.TLS && (listen == strconv.Itoa(port) || strings.HasSuffix(listen, ":"+strconv.Itoa(port))) {
				names = append(names, route.Names...)
			}
		}
	}
	names = slices.DeleteFunc(sorted(names), func(name string) bool { return !strings.Contains(name, ".") || !isHostname(name) })
	return names[:min(len(names), 8)]
}

// greet makes a TLS handshake and keeps the peer's certificate. It is looked at, not trusted.
func greet(ctx context.Context, dial Dial, address, name string) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeLimit)
	defer cancel()
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if strings.HasSuffix(address, ":5432") {
		if err := askPostgres(conn); err != nil {
			return nil, err
		}
	}
	var leaf *x509.Certificate
	client := tls.Client(conn, &tls.Config{
		ServerName: name, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, //nolint:gosec // what an old server shows is what we want to know
		VerifyConnection: func(s tls.ConnectionState) error {
			leaf = s.PeerCertificates[0]
			return nil
		},
	})
	err = client.HandshakeContext(ctx)
	if leaf != nil {
		return leaf, nil // a server may still want a certificate of ours, which is another matter
	}
	return nil, fmt.Errorf("handshake: %w", err)
}

// askPostgres asks a PostgreSQL server for TLS, which it speaks only when asked (protocol message SSLRequest).
func askPostgres(conn net.Conn) error {
	if _, err := conn.Write([]byte{0, 0, 0, 8, 4, 210, 22, 47}); err != nil {
		return err
	}
	answer := make([]byte, 1)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	if answer[0] != 'S' {
		return errNoTLS
	}
	return nil
}

// errNoTLS is a server that says that it speaks no TLS, which is an answer.
var errNoTLS = errors.New("the server speaks no TLS")

// certificates joins those in files with those that are served.
func certificates(t transcript, served []estate.Certificate, failed int) estate.Section[[]estate.Certificate] {
	denied, broken := 0, 0
	s := section(t, "certificates", "", func(body string) []estate.Certificate {
		var found []estate.Certificate
		found, denied, broken = parseCertificates(body)
		return found
	})
	s.Source = "files in the usual places, and TLS handshakes"
	if s.Coverage != estate.Known && len(served) == 0 {
		return s
	}
	s.Value = append(s.Value, served...)
	slices.SortFunc(s.Value, func(a, b estate.Certificate) int {
		return cmp.Or(cmp.Compare(a.Where, b.Where), cmp.Compare(a.SHA256, b.SHA256))
	})
	s.Value = slices.CompactFunc(s.Value, func(a, b estate.Certificate) bool { return a.Where == b.Where && a.SHA256 == b.SHA256 })
	if s.Value == nil {
		s.Value = []estate.Certificate{}
	}
	var problems []string
	for _, p := range []struct {
		n    int
		what string
	}{{denied, "certificate files may not be read"}, {broken, "certificate files are broken"}, {failed, "listeners on ports of TLS made no handshake"}} {
		if p.n > 0 {
			problems = append(problems, strconv.Itoa(p.n)+" "+p.what)
		}
	}
	s.Problem = strings.Join(append(problems, strings.Fields(s.Problem)...), "; ")
	return s
}

package action

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"

	"nightferry/internal/remote"
)

// noAnswer says why an address gave no answer over HTTPS, in our words: who must act differs from cause to cause.
func noAnswer(address string, err error) error {
	if refused := badCertificate(address, err); refused != nil {
		return refused
	}
	var hop *remote.Error
	var dns *net.DNSError
	var op *net.OpError
	var header tls.RecordHeaderError
	var network net.Error
	switch {
	case errors.As(err, &header), errors.Is(err, http.ErrSchemeMismatch):
		return refuse("look at the port: TLS must be switched on there", "%s does not speak TLS", address)
	case errors.As(err, &op) && op.Op == "remote error": // crypto/tls names a received alert so
		return refuse("look at the TLS settings of the web server", "%s breaks the TLS handshake off", address)
	case errors.Is(err, syscall.ECONNREFUSED), errors.As(err, &hop) && hop.Kind == remote.Refused:
		return refuse("start the web server, or correct the port", "nothing listens at %s", address)
	case errors.As(err, &dns):
		return refuse("correct the name, or give the server's address in engagement.yaml", "the name in %s does not resolve", address)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return refuse("look whether the service runs, and at the firewall", "%s does not answer in time", address)
	case hop != nil && hop.Mend() != "":
		return refuse(hop.Mend(), "there is no way to %s: %s", address, hop.Error())
	}
	return refuse("look whether the service runs, and at the firewall", "%s cannot be reached, or hangs up", address)
}

// badCertificate tells what is wrong with a certificate, or nothing. Of its contents it quotes dates alone.
func badCertificate(address string, err error) error {
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &name):
		return refuse("give the server a certificate for this name", "the certificate of %s is for another name", address)
	case errors.As(err, &authority):
		return refuse("name the authority's certificate as ca in engagement.yaml, or give the server one of a known authority",
			"the certificate of %s is signed by an authority that is not trusted here", address)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return refuse("renew the certificate; look at the clocks", "the certificate of %s is valid from %s to %s only", address,
			invalid.Cert.NotBefore.UTC().Format(time.DateOnly), invalid.Cert.NotAfter.UTC().Format(time.DateOnly))
	case errors.As(err, &invalid):
		return refuse("look at the certificate and its authority: key usage, constraints", "the certificate of %s is not valid for a web server", address)
	}
	return nil
}

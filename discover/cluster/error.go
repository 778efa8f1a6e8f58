package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"unicode"

	"nightferry/internal/estate"
)

// Kind is what went wrong. It is an error itself, so that errors.Is(err, cluster.Denied) asks for it.
type Kind string

// The kinds of failure.
const (
	BadKubeconfig Kind = "the kubeconfig cannot be used"
	PluginRefused Kind = "the kubeconfig would run a program"
	BadPlugin     Kind = "no credential could be had"
	Unreachable   Kind = "the API cannot be reached"
	TimedOut      Kind = "the API did not answer in time"
	BadTLS        Kind = "the API does not prove who it is"
	WrongLogin    Kind = "the API refused the credential"
	Denied        Kind = "the account may not list this"
	Missing       Kind = "the API has no such kind"
	NotKubernetes Kind = "this is not a Kubernetes API"
	BadAnswer     Kind = "the API gave an answer that is not valid"
	TooLarge      Kind = "the API gave more than a cluster may send"
	BadFile       Kind = "a file cannot be used"
)

// Error is the kind in words.
func (k Kind) Error() string { return string(k) }

// Error is what went wrong, in our own words: never an answer's text, never a secret.
type Error struct {
	Kind  Kind
	words string // more about it; may be empty
	mend  string
}

// Error is the kind, and what is known beyond it.
func (e *Error) Error() string {
	if e.words == "" {
		return string(e.Kind)
	}
	return string(e.Kind) + ": " + e.words
}

// Mend says what a person can do about it; it may be empty.
func (e *Error) Mend() string { return e.mend }

// Is tells whether the error is of a kind.
func (e *Error) Is(target error) bool { return target == e.Kind }

func coverageOf(err error) estate.Coverage {
	failed, ok := errors.AsType[*Error](err)
	if !ok {
		return estate.Failed
	}
	switch failed.Kind {
	case Denied, WrongLogin, PluginRefused:
		return estate.Denied
	case Missing:
		return estate.Absent
	case TimedOut:
		return estate.Timeout
	}
	return estate.Failed
}

func mendOf(err error) string {
	if own, ok := errors.AsType[interface {
		error
		Mend() string
	}](err); ok {
		return own.Mend()
	}
	return ""
}

// unreached explains why a request had no answer.
func unreached(ctx context.Context, err error) error {
	var (
		unknown  x509.UnknownAuthorityError
		name     x509.HostnameError
		invalid  x509.CertificateInvalidError
		record   tls.RecordHeaderError
		verified *tls.CertificateVerificationError
		network  net.Error
		dns      *net.DNSError
	)
	switch {
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return &Error{Kind: TimedOut, mend: "try again when it is less busy, or allow more time"}
	case errors.As(err, &unknown):
		return &Error{Kind: BadTLS, words: "its certificate is signed by an authority that is not trusted here",
			mend: "put the authority into the kubeconfig: certificate-authority-data"}
	case errors.As(err, &name):
		return &Error{Kind: BadTLS, words: "its certificate is for another name", mend: "correct server, or state tls-server-name in the kubeconfig"}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return &Error{Kind: BadTLS, words: "its certificate has expired, or is not valid yet"}
	case errors.As(err, &verified):
		return &Error{Kind: BadTLS, words: "its certificate cannot be verified"}
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return &Error{Kind: NotKubernetes, words: "it does not speak TLS", mend: "correct server in the kubeconfig"}
	case errors.As(err, &dns):
		return &Error{Kind: Unreachable, words: "its name does not resolve", mend: "correct the name, or reach it through a host that knows it: via: NAME in engagement.yaml"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Error{Kind: Unreachable, words: "nothing listens on its port", mend: "check the address, and that the API server runs"}
	}
	if own, ok := errors.AsType[interface {
		error
		Mend() string
	}](err); ok { // of the way there: a jump host's
		return &Error{Kind: Unreachable, words: own.Error(), mend: own.Mend()}
	}
	return &Error{Kind: Unreachable, words: "the connection broke, or TLS with it failed", mend: "check the address, the route, the VPN and the firewall"}
}

// mostText bounds a text that is kept, in bytes. Kubernetes' own names end at 253.
const mostText = 512

// clean drops what could steer a terminal from a text that an API or a file gave, and cuts it where it is long.
func clean(text string) string {
	if len(text) > mostText {
		text = text[:mostText]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, ""))
}

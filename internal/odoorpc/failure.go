package odoorpc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// Kind is what went wrong. It is an error itself, so that errors.Is(err, odoorpc.Denied) asks for it.
type Kind string

// The kinds of failure.
const (
	Unreachable   Kind = "cannot be reached"
	TimedOut      Kind = "did not answer in time"
	BadTLS        Kind = "does not prove who it is"
	Redirected    Kind = "is not at this address"
	NotOdoo       Kind = "is not Odoo's RPC"
	WrongDatabase Kind = "does not have this database"
	WrongLogin    Kind = "refused the login or password"
	CoolDown      Kind = "counts too many failed logins and refuses all"
	Denied        Kind = "does not let this user read"
	NoModel       Kind = "does not have this model"
	ServerFault   Kind = "failed by itself"
	BadAnswer     Kind = "gave an answer that is not valid"
	TooLarge      Kind = "gave an answer that is too large"
)

// Error is the kind in words.
func (k Kind) Error() string { return "Odoo " + string(k) }

// Error is a failed question. It holds nothing of a fault's text but the groups that may read.
type Error struct {
	Kind     Kind
	Server   string   // address
	Database string   //
	Login    string   //
	Model    string   // the model asked for; empty for the server's own calls
	Groups   []string // of Denied: the groups that may, where Odoo named them
	Code     string   // of ServerFault: the fault code, an integer or a word
	cause    error    // our own words, or a network's
}

// Error names the server, and the model, database or login that it is about.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Odoo at %s %s", e.Server, string(e.Kind)) // not %s of Kind itself: that is an error, and begins with Odoo
	switch e.Kind {
	case WrongDatabase:
		fmt.Fprintf(&b, ": %s", e.Database)
	case WrongLogin, CoolDown:
		fmt.Fprintf(&b, " (login %s, database %s)", e.Login, e.Database)
	case ServerFault:
		fmt.Fprintf(&b, " (fault code %s)", e.Code)
	}
	if e.Model != "" {
		fmt.Fprintf(&b, ": %s", e.Model)
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %s", e.cause)
	}
	return b.String()
}

// Unwrap gives the kind, and the cause where there is one.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.cause}
}

// Mend says what a person can do about it.
func (e *Error) Mend() string {
	switch e.Kind {
	case Unreachable:
		if own, ok := errors.AsType[mender](e.cause); ok {
			return own.Mend()
		}
		return "check address and port, and that nothing between here and there blocks them"
	case TimedOut:
		return "try again when the server is less busy, or allow it more time"
	case BadTLS:
		return mendTLS(e.cause)
	case Redirected:
		return "write the address it redirects to into engagement.yaml, if it is the right server"
	case NotOdoo:
		return "check that the address is Odoo's own, and that the proxy in front lets /xmlrpc/2 through"
	case WrongDatabase:
		return "check the database's name: upper and lower case count"
	case WrongLogin:
		return "check login and password; where two-factor login is on, use an API key as the password; " +
			"after many failures Odoo refuses right ones too, for a minute"
	case CoolDown:
		return "wait at least a minute without any try, then check the password before the next one"
	case Denied:
		return e.Grant()
	case NoModel:
		return "install the module that brings the model, if it should be there"
	case ServerFault:
		return "look into the server's log at this minute: it has the reason"
	case TooLarge:
		return "raise the limit on answers, if the server is to be trusted"
	}
	return "check that nothing between here and the server changes its answers"
}

// Grant is the right that would let the user read.
func (e *Error) Grant() string {
	what := "read access to " + e.Model
	if e.Model == "" {
		what = "read access"
	}
	if len(e.Groups) == 0 {
		return fmt.Sprintf("give %s %s, by an access right of a group of its own", e.Login, what)
	}
	return fmt.Sprintf("give %s %s: an access right of a group of its own, or one of the groups %s",
		e.Login, what, strings.Join(e.Groups, ", "))
}

func mendTLS(cause error) string {
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(cause, &name):
		return "use a name that the certificate holds"
	case errors.As(cause, &unknown):
		return "name the authority's certificate file (ca) in engagement.yaml, after checking that it is the right one"
	case errors.As(cause, &invalid) && invalid.Reason == x509.Expired:
		return "have the certificate renewed, and check this machine's clock"
	}
	return "look at the certificate with: openssl s_client -connect HOST:PORT"
}

// fail makes an error about this server.
func (c *Client) fail(kind Kind, model string, cause error) *Error {
	return c.located(&Error{Kind: kind, cause: cause}, model)
}

// located completes an error with what the client knows.
func (c *Client) located(err error, model string) *Error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		e = &Error{Kind: Unreachable, cause: err}
	}
	e.Server, e.Database, e.Login, e.Model = c.Address(), c.opts.Database, c.opts.Login, model
	return e
}

// mender is an error that knows its mend, as those of a tunnel do.
type mender interface {
	error
	Mend() string
}

// unreached says why no answer came. The words of url.Error and net.OpError are dropped, since they repeat
// addresses; an error that knows its mend is one of ours and keeps its words.
func unreached(err error) *Error {
	var own mender
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{Kind: Unreachable, cause: context.Canceled}
	case errors.As(err, &own):
		return &Error{Kind: Unreachable, cause: own}
	case errors.As(err, &certificate):
		return &Error{Kind: BadTLS, cause: certificateProblem{certificate}}
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return &Error{Kind: BadTLS, cause: errors.New("it does not speak TLS on this port")}
	case errors.As(err, &alert):
		return &Error{Kind: BadTLS, cause: alert}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &Error{Kind: TimedOut, cause: context.DeadlineExceeded}
	case errors.As(err, &dns):
		return &Error{Kind: Unreachable, cause: errors.New("its name is not known")}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Error{Kind: Unreachable, cause: syscall.ECONNREFUSED}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return &Error{Kind: Unreachable, cause: errors.New("no route leads there")}
	}
	return &Error{Kind: Unreachable, cause: errors.New("the connection failed")}
}

// certificateProblem says in one line what is wrong with a certificate.
type certificateProblem struct {
	*tls.CertificateVerificationError
}

func (p certificateProblem) Unwrap() error { return p.Err }

func (p certificateProblem) Error() string {
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(p.Err, &name):
		return fmt.Sprintf("the certificate is for %s, not for %s",
			clean(strings.Join(names(name.Certificate), ", "), 200), clean(name.Host, 200))
	case errors.As(p.Err, &unknown):
		return "the certificate is signed by an authority that is not trusted here"
	case errors.As(p.Err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("the certificate is valid only from %s to %s",
			invalid.Cert.NotBefore.UTC().Format(time.DateOnly), invalid.Cert.NotAfter.UTC().Format(time.DateOnly))
	}
	return "the certificate is not valid"
}

// names are the names and addresses that a certificate holds, at most five.
func names(certificate *x509.Certificate) []string {
	all := append([]string{}, certificate.DNSNames...)
	for _, ip := range certificate.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		return []string{"no name"}
	}
	return all[:min(len(all), 5)]
}

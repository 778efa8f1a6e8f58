package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// Kind says what went wrong, for callers that act on it.
type Kind string

// The kinds of errors.
const (
	Misconfigured     Kind = "misconfigured"       // the endpoints contradict themselves, or known_hosts is broken
	NoSuchHop         Kind = "no-such-hop"         // an endpoint that is not there
	NoSuchHost        Kind = "no-such-host"        // the name does not resolve
	Refused           Kind = "refused"             // nothing listens on the port
	Unreachable       Kind = "unreachable"         // no way there
	TimedOut          Kind = "timeout"             // no answer in time
	NotSSH            Kind = "not-ssh"             // something else listens there
	NoCommonAlgorithm Kind = "no-common-algorithm" // only outdated cryptography on the other side
	UnknownHostKey    Kind = "unknown-host-key"    // nobody has recorded its key
	ChangedHostKey    Kind = "changed-host-key"    // its key is not the recorded one, or revoked
	KeyUnusable       Kind = "key-unusable"        // our private key cannot be read or opened
	AuthFailed        Kind = "auth-failed"         // not let in
	HopFailed         Kind = "hop-failed"          // a jump host in front of it failed
	ChannelRefused    Kind = "channel-refused"     // a jump host may not, or would not, forward
	Dropped           Kind = "dropped"             // the connection ended
	CommandMissing    Kind = "command-missing"     // exit code 127
	CommandDenied     Kind = "command-denied"      // exit code 126
	CommandFailed     Kind = "command-failed"      // another exit code, or a signal
)

// Error is what went wrong with an endpoint, in our own words: never a peer's text, never a secret.
type Error struct {
	Kind        Kind
	Name        string // of the endpoint
	Address     string
	Fingerprint string // of a refused host key, "SHA256:…"
	KeyType     string // of a refused host key, "ssh-ed25519"
	Line        string // what to add to known_hosts once the key is verified
	problem     string
	mend        string
	early       bool  // the peer hung up before it showed a host key
	cause       error // for errors.Is; its text is not shown
}

// Error names the endpoint and the problem.
func (e *Error) Error() string {
	switch {
	case e.Name == "" && e.Address == "":
		return e.problem
	case e.Address == "" || e.Name == e.Address:
		return e.Name + ": " + e.problem
	case e.Name == "":
		return e.Address + ": " + e.problem
	}
	return fmt.Sprintf("%s (%s): %s", e.Name, e.Address, e.problem)
}

// Mend says what a person can do about it; it may be empty.
func (e *Error) Mend() string { return e.mend }

// Problem is the error without the endpoint, for where that is said already.
func (e *Error) Problem() string { return e.problem }

// Unwrap gives the cause, so that context errors are recognised.
func (e *Error) Unwrap() error { return e.cause }

// interrupted explains the end of a context: a deadline is the peer's fault, a cancellation nobody's.
func interrupted(ctx context.Context, e Endpoint) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("%s: %w", e.Name, context.Canceled)
	}
	return &Error{Kind: TimedOut, Name: e.Name, Address: e.Address, problem: "no answer in time",
		mend: "check that the machine is up, that the address is right and that a firewall lets us through", cause: context.DeadlineExceeded}
}

func dialError(ctx context.Context, e Endpoint, err error) error {
	if ctx.Err() != nil {
		return interrupted(ctx, e)
	}
	failed := &Error{Kind: Unreachable, Name: e.Name, Address: e.Address, problem: "there is no way to it",
		mend: "check the address, the route, the VPN and the firewall", cause: err}
	var dns *net.DNSError
	var network net.Error
	switch {
	case errors.As(err, &dns):
		failed.Kind, failed.problem, failed.mend = NoSuchHost, "its name does not resolve", "correct the name, use its IP address, or reach it by a jump host that knows the name"
	case errors.Is(err, syscall.ECONNREFUSED):
		failed.Kind, failed.problem, failed.mend = Refused, "nothing listens on this port", "check the port, and that the server runs"
	case errors.As(err, &network) && network.Timeout():
		failed.Kind, failed.problem = TimedOut, "no answer in time"
		failed.mend = "check that the machine is up, that the address is right and that a firewall lets us through"
	}
	return failed
}

// behind says that an endpoint could not be tried, because a jump host failed.
func behind(e Endpoint, err error) error {
	var hop *Error
	if !errors.As(err, &hop) {
		return err
	}
	if hop.Kind == HopFailed {
		return &Error{Kind: HopFailed, Name: e.Name, Address: e.Address, problem: hop.problem, mend: hop.mend, cause: hop}
	}
	return &Error{Kind: HopFailed, Name: e.Name, Address: e.Address,
		problem: "its jump host failed: " + hop.Error(), mend: hop.mend, cause: hop}
}

// throughHop names the endpoint in the failure of a channel to it.
func throughHop(ctx context.Context, e Endpoint, err error) error {
	if ctx.Err() != nil {
		return interrupted(ctx, e)
	}
	if failed, ok := errors.AsType[*Error](err); ok {
		named := *failed
		named.Name, named.Address = e.Name, e.Address
		return &named
	}
	return err
}

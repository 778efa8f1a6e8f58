package remote

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync/atomic"

	"golang.org/x/crypto/ssh"
)

// handshake makes an SSH connection of conn, and closes conn when that fails or ctx ends first:
// ssh.ClientConfig.Timeout covers the dial only, so a silent or slow peer would hold us for ever.
func (d *Dialer) handshake(ctx context.Context, e Endpoint, conn net.Conn) (*ssh.Client, error) {
	counted := &countedConn{Conn: conn, ahead: bufio.NewReaderSize(conn, readAhead)}
	counted.left.Store(d.options.Limits.Handshake)
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	hs := &attempt{endpoint: e}
	signers, closeAgent, err := e.Auth.signers(ctx, hs)
	if err != nil {
		stop()
		conn.Close()
		return nil, err
	}
	defer closeAgent()
	c, chans, reqs, err := ssh.NewClientConn(counted, e.hostKeyName(), d.clientConfig(ctx, hs, signers))
	if !stop() || err != nil {
		conn.Close()
		return nil, hs.explain(ctx, counted, err)
	}
	counted.open.Store(true)
	return ssh.NewClient(c, chans, reqs), nil
}

// attempt is what one handshake came to know, from which its failure is explained.
type attempt struct {
	endpoint   Endpoint
	hostKey    *Error   // the refusal of the host key
	keyChecked bool     // the host key was accepted
	authBegun  bool     // the peer answered the first authentication request
	tried      []string // methods the peer refused
	allowed    []string // methods the peer would take
	secret     error    // why the password could not be had
	locked     []string // key files left out because they are encrypted
}

func (d *Dialer) clientConfig(ctx context.Context, hs *attempt, signers []ssh.Signer) *ssh.ClientConfig {
	algorithms := ssh.SupportedAlgorithms()
	recorded := d.hostKeys[hs.endpoint.Name]
	known := recorded.HostKeyAlgorithms(hs.endpoint.hostKeyName())
	if hs.endpoint.LegacyAlgorithms {
		old := ssh.InsecureAlgorithms()
		algorithms.KeyExchanges = append(algorithms.KeyExchanges, old.KeyExchanges...)
		algorithms.Ciphers = append(algorithms.Ciphers, old.Ciphers...)
		algorithms.MACs = append(algorithms.MACs, old.MACs...)
		algorithms.HostKeys = append(algorithms.HostKeys, old.HostKeys...)
	}
	if offered := intersect(known, algorithms.HostKeys); len(offered) > 0 {
		algorithms.HostKeys = offered // else the server may show a key of another type than the recorded one
	}
	config := &ssh.ClientConfig{
		User:              hs.endpoint.User,
		Auth:              hs.endpoint.Auth.methods(ctx, hs, signers),
		HostKeyAlgorithms: algorithms.HostKeys,
		HostKeyCallback: func(_ string, remote net.Addr, key ssh.PublicKey) error {
			hs.hostKey = checkHostKey(recorded, hs, remote, key)
			if hs.hostKey != nil {
				return hs.hostKey
			}
			hs.keyChecked = true
			return nil
		},
		AuthCallback: func(c *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
			hs.authBegun, hs.tried, hs.allowed = true, c.TriedMethods, c.AllowedMethods
			return nil, nil //nolint:nilnil // by x/crypto's contract: choose from Auth
		},
	}
	config.KeyExchanges, config.Ciphers, config.MACs = algorithms.KeyExchanges, algorithms.Ciphers, algorithms.MACs
	return config
}

// explain turns the failure of a handshake into ours. The library's text is left out: it can quote the peer.
func (hs *attempt) explain(ctx context.Context, conn *countedConn, err error) error {
	e := hs.endpoint
	var negotiation *ssh.AlgorithmNegotiationError
	var network net.Error
	switch {
	case ctx.Err() != nil:
		return interrupted(ctx, e)
	case hs.hostKey != nil:
		return hs.hostKey
	case hs.secret != nil:
		return hs.secret
	case conn.left.Load() < 0:
		return &Error{Kind: NotSSH, Name: e.Name, Address: e.Address, problem: "it sends without end before letting us in",
			mend: "look at what listens there"}
	case errors.As(err, &negotiation):
		return &Error{Kind: NoCommonAlgorithm, Name: e.Name, Address: e.Address,
			problem: "it offers only outdated " + safeWhat(negotiation.What),
			mend:    "update its SSH server, or allow the old algorithms for this one host (legacy algorithms)"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe), errors.As(err, &network):
		return &Error{Kind: Dropped, Name: e.Name, Address: e.Address, early: !hs.keyChecked && !hs.authBegun,
			problem: "it closed the connection during the handshake" + hs.stage(),
			mend:    "look at its sshd log: MaxStartups, a ban after failed logins, TCP wrappers, or an account that may not log in", cause: err}
	case hs.authBegun:
		return hs.refused()
	default:
		return &Error{Kind: NotSSH, Name: e.Name, Address: e.Address, problem: "what answers there does not speak SSH as it should",
			mend: "check the address and the port"}
	}
}

func (hs *attempt) stage() string {
	switch {
	case hs.authBegun:
		return ", while logging in"
	case hs.keyChecked:
		return ", after the host key"
	}
	return ""
}

// safeWhat admits only the fixed words of the library for what could not be agreed.
func safeWhat(what string) string {
	switch what {
	case "key exchange", "host key":
		return what + " algorithms"
	}
	return "ciphers or checksums"
}

// countedConn fails once a peer has sent too much before it let us in. It reads far ahead: x/crypto asks for 4 KiB at
// a time, and the system would be called for each.
type countedConn struct {
	net.Conn
	ahead *bufio.Reader
	left  atomic.Int64
	open  atomic.Bool
}

const readAhead = 32 << 10

var errTooMuch = errors.New("too much data before login")

func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.ahead.Read(p)
	if !c.open.Load() && c.left.Add(-int64(n)) < 0 {
		return 0, errTooMuch
	}
	return n, err
}

func intersect(of, with []string) []string {
	var both []string
	for _, a := range of {
		if slices.Contains(with, a) {
			both = append(both, a)
		}
	}
	return both
}

// Package remote is the one way nightferry reaches machines: SSH with strict host keys, jump hosts that are
// dialled once and carry many channels, commands, and tunnels for PostgreSQL and HTTPS.
//
// Every peer may be hostile. Each wait ends with the caller's context or a limit of [Limits], everything that a
// peer sends is counted, and no text of a peer, and no secret, is ever part of an error.
package remote

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/skeema/knownhosts"
)

// Endpoint is a machine that can be reached.
type Endpoint struct {
	Name         string // unique; hops and callers speak of it by this name
	Address      string // host:port, or a host (port 22), as seen from Via
	User         string
	Auth         Auth
	Via          string   // name of the endpoint to jump through; empty for a direct connection
	HostKeyAlias string   // name to look up in known_hosts instead of Address, as in ssh_config
	KnownHosts   []string // files for this endpoint instead of those of Options; nil for those of Options
	// LegacyAlgorithms also offers what x/crypto calls insecure (group1, CBC, arcfour, ssh-rsa by SHA-1, DSA):
	// an opt-in for a machine that knows nothing else. Client.Algorithms tells what came of it.
	LegacyAlgorithms bool
}

// Limits bound what a peer may cost. A zero field takes the value of [DefaultLimits].
type Limits struct {
	Connect    time.Duration // dial, handshake and authentication of one hop, all attempts together
	KeepAlive  time.Duration // between two probes; a probe unanswered for as long ends the connection
	RetryAfter time.Duration // for so long the failure of a jump host is remembered, so that all behind it fail at once
	Handshake  int64         // bytes a peer may send before it has let us in
	Output     int64         // bytes of a command's output kept in memory
}

// DefaultLimits are generous for slow hospital networks and far below what hurts.
func DefaultLimits() Limits {
	return Limits{Connect: 15 * time.Second, KeepAlive: 15 * time.Second, RetryAfter: 15 * time.Second,
		Handshake: 1 << 20, Output: 16 << 20}
}

// Options are what all endpoints share.
type Options struct {
	KnownHosts []string // files, the first of which is named in the mend of an unknown key; absent ones are empty
	Limits     Limits
}

// Dialer holds the connections to the endpoints of one run. It is safe for concurrent use.
type Dialer struct {
	endpoints map[string]Endpoint
	jumps     map[string]bool
	hostKeys  map[string]*knownhosts.HostKeyDB // by endpoint
	options   Options

	mu     sync.Mutex
	links  map[string]*link
	closed bool
}

// New checks the endpoints and reads the known_hosts files. It connects to nothing.
func New(endpoints []Endpoint, options Options) (*Dialer, error) {
	options.Limits = options.Limits.orDefault()
	d := &Dialer{
		endpoints: map[string]Endpoint{}, jumps: map[string]bool{}, hostKeys: map[string]*knownhosts.HostKeyDB{},
		options: options, links: map[string]*link{},
	}
	read := shelf{}
	if _, err := read.open(options.KnownHosts); err != nil {
		return nil, err // even where no endpoint needs it
	}
	for _, e := range endpoints {
		if _, taken := d.endpoints[e.Name]; taken || e.Name == "" {
			return nil, &Error{Kind: Misconfigured, Name: e.Name, Address: e.Address,
				problem: "the name of an endpoint is empty or taken", mend: "give each host a name of its own"}
		}
		e.Address = withPort(e.Address)
		if e.KnownHosts == nil {
			e.KnownHosts = options.KnownHosts
		}
		db, err := read.open(e.KnownHosts)
		if err != nil {
			return nil, err
		}
		d.endpoints[e.Name], d.hostKeys[e.Name] = e, db
	}
	for _, e := range d.endpoints {
		if e.Via != "" {
			d.jumps[e.Via] = true
		}
		if _, err := d.Hops(e.Name); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// Hops lists the names of the jump hosts in front of an endpoint, first hop first.
func (d *Dialer) Hops(name string) ([]string, error) {
	var hops []string
	for at := name; ; {
		e, ok := d.endpoints[at]
		if !ok {
			return nil, &Error{Kind: NoSuchHop, Name: at, problem: "there is no endpoint of this name",
				mend: "correct the name, or add the host"}
		}
		if e.Via == "" {
			return hops, nil
		}
		if len(hops) >= len(d.endpoints) {
			return nil, &Error{Kind: NoSuchHop, Name: name, Address: e.Address,
				problem: "its jump hosts go in a circle", mend: "correct `via`: the first hop must be reached directly"}
		}
		hops = append([]string{e.Via}, hops...)
		at = e.Via
	}
}

// Client connects to an endpoint, through its jump hosts, or joins the connection that is there. The caller
// closes the client; the connection ends with its last client, that of a jump host with the dialer.
// An error is an [*Error], or the context's.
func (d *Dialer) Client(ctx context.Context, name string) (*Client, error) {
	for {
		l, err := d.join(ctx, name)
		if err != nil {
			return nil, err
		}
		select {
		case <-l.ready:
		case <-ctx.Done():
			d.leave(l)
			return nil, interrupted(ctx, l.endpoint)
		}
		if l.err == nil {
			return &Client{dialer: d, link: l}, nil
		}
		d.leave(l)
		// A waiter must not inherit that whoever dialled first gave up.
		if errors.Is(l.err, context.Canceled) && ctx.Err() == nil && !d.isClosed() {
			continue
		}
		return nil, l.err
	}
}

// DialContext opens a connection to addr as seen from the endpoint via; with an empty via, from here.
// Deadlines work on it, which the channels of x/crypto lack.
func (d *Dialer) DialContext(ctx context.Context, via, network, addr string) (net.Conn, error) {
	if via == "" {
		dialer := net.Dialer{Timeout: d.options.Limits.Connect}
		conn, err := dialer.DialContext(ctx, network, addr)
		if err != nil {
			return nil, dialError(ctx, Endpoint{Name: addr, Address: addr}, err)
		}
		return conn, nil
	}
	client, err := d.Client(ctx, via)
	if err != nil {
		return nil, err
	}
	conn, err := client.dial(ctx, network, addr, client.release)
	if err != nil {
		client.release()
		return nil, err
	}
	return conn, nil
}

// Close ends all connections. What still runs on them fails.
func (d *Dialer) Close() error {
	d.mu.Lock()
	d.closed = true
	links := d.links
	d.links = map[string]*link{}
	d.mu.Unlock()
	for _, l := range links {
		l.end()
	}
	return nil
}

func (d *Dialer) isClosed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed
}

func (l Limits) orDefault() Limits {
	def := DefaultLimits()
	if l.Connect == 0 {
		l.Connect = def.Connect
	}
	if l.KeepAlive == 0 {
		l.KeepAlive = def.KeepAlive
	}
	if l.RetryAfter == 0 {
		l.RetryAfter = def.RetryAfter
	}
	if l.Handshake == 0 {
		l.Handshake = def.Handshake
	}
	if l.Output == 0 {
		l.Output = def.Output
	}
	return l
}

func withPort(address string) string {
	if _, _, err := net.SplitHostPort(address); err == nil {
		return address
	}
	return net.JoinHostPort(trimBrackets(address), "22")
}

func trimBrackets(host string) string {
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		return host[1 : len(host)-1]
	}
	return host
}

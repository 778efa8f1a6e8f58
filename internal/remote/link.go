package remote

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// link is the one connection to an endpoint, shared by its clients.
type link struct {
	endpoint Endpoint
	ready    chan struct{} // closed when ssh or err is set
	ssh      *ssh.Client
	err      error
	failed   time.Time // when err was set

	users  int                // clients and waiters; guarded by Dialer.mu
	cancel context.CancelFunc // ends the dialling
	once   sync.Once
}

// join returns the link to an endpoint and counts the caller among its users. Who comes first dials.
func (d *Dialer) join(ctx context.Context, name string) (*link, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, ok := d.endpoints[name]
	switch {
	case !ok:
		return nil, &Error{Kind: NoSuchHop, Name: name, problem: "there is no endpoint of this name",
			mend: "correct the name, or add the host"}
	case d.closed:
		return nil, &Error{Kind: Dropped, Name: name, Address: e.Address, problem: "the connections were closed"}
	case ctx.Err() != nil:
		return nil, interrupted(ctx, e)
	}
	if l := d.links[name]; l != nil && !d.isStale(l) {
		l.users++
		return l, nil
	}
	// The connection outlives the caller that happened to be first, but never its limit.
	dialing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l := &link{endpoint: e, ready: make(chan struct{}), users: 1, cancel: cancel}
	d.links[name] = l
	go func() {
		client, err := d.connect(dialing, e)
		l.ssh, l.err = client, err
		if err != nil {
			l.failed = time.Now()
		}
		close(l.ready)
		if err == nil {
			d.watch(l)
		}
	}()
	return l, nil
}

// isStale tells whether a link failed, and long enough ago to be tried again. Only jump hosts are remembered.
func (d *Dialer) isStale(l *link) bool {
	select {
	case <-l.ready:
		return l.err != nil && (!d.jumps[l.endpoint.Name] || time.Since(l.failed) > d.options.Limits.RetryAfter)
	default:
		return false
	}
}

// leave counts a user out. The connection of a jump host stays until the dialer closes: more will come.
func (d *Dialer) leave(l *link) {
	d.mu.Lock()
	l.users--
	unused := l.users == 0 && !d.jumps[l.endpoint.Name]
	if unused && d.links[l.endpoint.Name] == l {
		delete(d.links, l.endpoint.Name)
	}
	d.mu.Unlock()
	if unused {
		l.end()
	}
}

// drop forgets a broken link, so that the next client dials anew, and ends it.
func (d *Dialer) drop(l *link) {
	d.mu.Lock()
	if d.links[l.endpoint.Name] == l {
		delete(d.links, l.endpoint.Name)
	}
	d.mu.Unlock()
	l.end()
}

func (l *link) end() {
	l.once.Do(func() {
		l.cancel()
		go func() {
			<-l.ready
			if l.ssh != nil {
				l.hangUp()
			}
		}()
	})
}

// hangUp cuts the connection; one that is cut already says so, and nobody cares.
func (l *link) hangUp() { _ = l.ssh.Close() }

// watch probes a connection until it ends. A dead peer behind a firewall that drops packets says nothing.
func (d *Dialer) watch(l *link) {
	gone := make(chan struct{})
	go func() {
		_ = l.ssh.Wait() // why it ended, whoever uses it learns by itself
		close(gone)
		d.drop(l)
	}()
	go func() {
		tick := time.NewTicker(d.options.Limits.KeepAlive)
		defer tick.Stop()
		for {
			select {
			case <-gone:
				return
			case <-tick.C:
			}
			overdue := time.AfterFunc(d.options.Limits.KeepAlive, l.hangUp)
			_, _, err := l.ssh.SendRequest("keepalive@openssh.com", true, nil)
			overdue.Stop()
			if err != nil {
				l.hangUp()
				return
			}
		}
	}()
}

// An sshd that is asked much at once hangs up on newcomers at random before it says who it is (MaxStartups): so often
// a hop is tried, with pauses in between that double.
const (
	mostAttempts = 6
	firstPause   = 100 * time.Millisecond
)

// connect dials one endpoint, through the endpoint in front of it. Nothing but an early hang-up is tried again: never
// a refused login, never a key that is not known.
func (d *Dialer) connect(ctx context.Context, e Endpoint) (*ssh.Client, error) {
	hop, err := d.hop(ctx, e)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.options.Limits.Connect)
	defer cancel()
	for tried, pause := 1, firstPause; ; tried, pause = tried+1, 2*pause {
		client, err := d.attempt(ctx, e, hop)
		failed, ours := errors.AsType[*Error](err)
		if err == nil || !ours || !failed.early || tried == mostAttempts || !wait(ctx, pause) {
			return client, err
		}
		if hop, err = d.hop(ctx, e); err != nil {
			return nil, err
		}
	}
}

// wait tells whether the pause passed before ctx ended.
func wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// hop is the use of the endpoint in front of e; nil where e is reached directly.
func (d *Dialer) hop(ctx context.Context, e Endpoint) (*Client, error) {
	if e.Via == "" {
		return nil, nil
	}
	hop, err := d.Client(ctx, e.Via)
	if err != nil {
		return nil, behind(e, err)
	}
	return hop, nil
}

// attempt is one dial and one handshake. It gives the hop back when its connection ends.
func (d *Dialer) attempt(ctx context.Context, e Endpoint, hop *Client) (*ssh.Client, error) {
	if hop == nil {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", e.Address)
		if err != nil {
			return nil, dialError(ctx, e, err)
		}
		return d.handshake(ctx, e, conn)
	}
	conn, err := hop.dial(ctx, "tcp", e.Address, hop.release)
	if err != nil {
		hop.release()
		return nil, throughHop(ctx, e, err)
	}
	return d.handshake(ctx, e, conn)
}

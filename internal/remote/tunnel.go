package remote

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"

	"golang.org/x/crypto/ssh"
)

// DialContext opens a connection to addr as this machine sees it. The caller closes it; it ends with the client at
// the latest. Deadlines work on it.
func (c *Client) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	t, err := c.dial(ctx, network, addr, func() {})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// dial opens a tunnel that calls onClose when it ends on our side.
func (c *Client) dial(ctx context.Context, network, addr string, onClose func()) (*tunnel, error) {
	ctx, cancel := context.WithTimeout(ctx, c.dialer.options.Limits.Connect)
	defer cancel()
	e := c.link.endpoint
	conn, err := c.link.ssh.DialContext(ctx, network, addr)
	if err != nil {
		return nil, channelError(ctx, e, addr, err)
	}
	near, far := net.Pipe()
	t := &tunnel{Conn: near, remote: tunnelAddr{network, addr}, onClose: onClose}
	go pump(far, conn)
	go pump(conn, far)
	return t, nil
}

// pump carries bytes one way and then closes both ends, so that the other way ends too.
func pump(to, from net.Conn) {
	_, _ = io.Copy(to, from) // its end is all that matters
	to.Close()
	from.Close()
}

// tunnel is our end of a forwarded connection. An SSH channel knows no deadlines, and pgx and net/http rely on them:
// a pipe in front of it has them.
type tunnel struct {
	net.Conn
	remote  tunnelAddr
	once    sync.Once
	onClose func()
}

// RemoteAddr is the address that was asked for: pgx dials it again to cancel a query.
func (t *tunnel) RemoteAddr() net.Addr { return t.remote }

// Close ends the connection and gives back the client it ran on.
func (t *tunnel) Close() error {
	err := t.Conn.Close()
	t.once.Do(func() {
		t.onClose()
	})
	return err
}

type tunnelAddr struct{ network, address string }

func (a tunnelAddr) Network() string { return a.network }
func (a tunnelAddr) String() string  { return a.address }

// channelError tells a jump host that may not forward from a target that is not there.
func channelError(ctx context.Context, hop Endpoint, addr string, err error) error {
	target := Endpoint{Name: addr, Address: addr}
	if ctx.Err() != nil {
		return interrupted(ctx, target)
	}
	failed := &Error{Kind: Dropped, Name: addr, Address: addr, problem: "the connection to " + hop.Name + " ended", mend: "try again; look at the sshd log of " + hop.Name}
	if refused, ok := errors.AsType[*ssh.OpenChannelError](err); ok {
		switch refused.Reason {
		case ssh.ConnectionFailed:
			failed.Kind, failed.problem = Refused, hop.Name+" cannot connect to it"
			failed.mend = "check the address and the port as " + hop.Name + " sees them, and the firewall in between"
		default:
			failed.Kind, failed.problem = ChannelRefused, hop.Name+" does not forward connections to it"
			failed.mend = "on " + hop.Name + " allow it to " + hop.User + ": AllowTcpForwarding and PermitOpen in sshd_config, port-forwarding in authorized_keys"
		}
	}
	return failed
}

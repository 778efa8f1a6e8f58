package pgread

import (
	"errors"
	"net"
	"sync/atomic"
)

// errFlood is what a read gets once the server has sent more than a unit of work may take.
var errFlood = errors.New("more bytes than the limit")

// guardConn counts what a server sends, and remembers its first byte, by which a PostgreSQL server differs
// from a web or ssh server on the same port.
type guardConn struct {
	net.Conn
	received atomic.Int64 // in this unit of work
	before   atomic.Int64 // in those before it
	limit    int64
	first    atomic.Int32 // 0 until something came
	spoke    func()       // called when something comes for the first time
}

func (c *guardConn) Read(p []byte) (int, error) {
	if c.received.Load() > c.limit {
		return 0, errFlood
	}
	n, err := c.Conn.Read(p)
	if n > 0 && c.first.Load() == 0 {
		c.first.Store(int32(p[0]))
		c.spoke()
	}
	c.received.Add(int64(n))
	return n, err
}

// startUnit gives the next unit of work its full allowance.
func (c *guardConn) startUnit() { c.before.Add(c.received.Swap(0)) }

// spokePostgres tells whether the first byte is one a PostgreSQL server can begin with: S or N to a request
// for TLS, R or E to a startup message, v (NegotiateProtocolVersion). Silence counts as yes: it proves nothing.
func (c *guardConn) spokePostgres() bool {
	switch c.first.Load() {
	case 0, 'S', 'N', 'R', 'E', 'v':
		return true
	}
	return false
}

// Package pgread is the only way nightferry reads a PostgreSQL server: a session that cannot write, cannot
// wait long, cannot be flooded, and whose errors cannot quote a row.
//
// Read-only is kept in layers, because each layer alone can be undone: a superuser is refused; each unit of
// work is a BEGIN READ ONLY transaction; statements go by the extended protocol, which takes one at a time;
// and their text is of type [SQL], so that a string from elsewhere does not fit. Settings are made with SET
// LOCAL inside the transaction, since a pooler between us and the server keeps nothing else.
//
// The server is not trusted either. Every connection counts what it receives and is cut at a limit, every
// statement has a deadline on this side too, and an [Error] carries our own words, the SQLSTATE and the
// names of objects: never what the server wrote.
package pgread

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"
)

// Config says where to read and how far to trust. The zero values of all but Host and User have a meaning.
type Config struct {
	Host     string // name, address, or the absolute folder of a Unix socket
	Port     int    // 0 means 5432
	Database string // empty means "postgres"
	User     string
	// Password returns the secret when the session opens; nil means there is none. It is asked once a session.
	Password func(ctx context.Context) (string, error)
	TLS      TLS
	// Dial reaches the server, through a tunnel for instance; nil dials directly. It gets the host's name as
	// written here: names are resolved where the tunnel ends.
	Dial           func(ctx context.Context, network, address string) (net.Conn, error)
	AllowSuperuser bool
	Limits         Limits
}

// TLS says how the connection is protected, in libpq's terms.
type TLS struct {
	Mode     string // disable, allow, prefer, require, verify-ca or verify-full; empty means prefer
	RootCert string // file of trusted authorities, "system", or empty
	Cert     string // client certificate file
	Key      string // client key file
}

// Limits bounds what a server may take from us. A zero field means its default.
type Limits struct {
	Connect      time.Duration // to connect and authenticate: 10 s
	Statement    time.Duration // statement_timeout: 5 s
	Lock         time.Duration // lock_timeout: 200 ms
	Idle         time.Duration // idle_in_transaction_session_timeout: 10 s
	MessageBytes int           // of one protocol message: 16 MiB
	UnitBytes    int64         // received in one unit of work: 512 MiB
}

// grace is what the server gets, beyond its own statement_timeout, to say that it stopped.
const grace = 2 * time.Second

// patience is how much longer than the caller's deadline anything may take: to tell the server that it can stop.
const patience = 700 * time.Millisecond

func (l Limits) withDefaults() Limits {
	l.Connect = or(l.Connect, 10*time.Second)
	l.Statement = or(l.Statement, 5*time.Second)
	l.Lock = or(l.Lock, 200*time.Millisecond)
	l.Idle = or(l.Idle, 10*time.Second)
	l.MessageBytes = or(l.MessageBytes, 16<<20)
	l.UnitBytes = or(l.UnitBytes, 512<<20)
	return l
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

func (c Config) withDefaults() Config {
	c.Port = or(c.Port, 5432)
	c.Database = or(c.Database, "postgres")
	c.TLS.Mode = or(c.TLS.Mode, "prefer")
	c.Limits = c.Limits.withDefaults()
	return c
}

// Address is host:port, or the path of the socket: what people read in messages.
func (c Config) Address() string {
	port := strconv.Itoa(or(c.Port, 5432))
	if strings.HasPrefix(c.Host, "/") {
		return c.Host + "/.s.PGSQL." + port
	}
	return net.JoinHostPort(c.Host, port)
}

// String names the database for people: host:port/database. No secret is in it.
func (c Config) String() string { return c.Address() + "/" + or(c.Database, "postgres") }

package pgread

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

// Session is one guarded connection. It is for one goroutine at a time.
type Session struct {
	conn   *pgx.Conn
	guard  *guardConn
	config Config
	server Server
}

// Server is what a session learnt about the other side when it opened.
type Server struct {
	Number    int    // server_version_num: 130014
	Version   string // server_version: "13.14 (Debian 13.14-0+deb11u1)"
	Database  string
	Role      string
	Encoding  string // server_encoding
	Superuser bool
	Monitor   bool // the role has what pg_monitor gives
	Pooled    bool // a pooler such as pgbouncer stands between: what is set outlives no transaction
}

// Major is the major version, 13 for 130014.
func (s Server) Major() int { return s.Number / 10000 }

// Open connects, and refuses a superuser unless the configuration allows one. The error is an [*Error].
func Open(ctx context.Context, config Config) (*Session, error) {
	config = config.withDefaults()
	var guard atomic.Pointer[guardConn]
	settings, err := config.driver(ctx, &guard)
	if err != nil {
		return nil, err
	}
	within, cancel := context.WithTimeout(ctx, config.Limits.Connect)
	defer cancel()
	conn, err := pgx.ConnectConfig(within, settings)
	if err != nil {
		return nil, config.connectFailure(ctx, err, guard.Load())
	}
	s := &Session{conn: conn, guard: guard.Load(), config: config}
	if err := s.greet(within); err != nil {
		s.Close(ctx)
		return nil, err
	}
	if s.server.Superuser && !config.AllowSuperuser {
		s.Close(ctx)
		return nil, &Error{Kind: Superuser, Target: config.String(), Role: s.server.Role}
	}
	return s, nil
}

// driver makes the driver's configuration. Everything libpq would take from the environment is given here,
// so that nothing comes from there.
func (c Config) driver(ctx context.Context, guard *atomic.Pointer[guardConn]) (*pgx.ConnConfig, error) {
	if c.Host == "" || c.User == "" {
		return nil, &Error{Kind: Misconfigured, Words: "host and user must be named"}
	}
	settings, err := pgx.ParseConfig(c.keywords())
	if err != nil { // its text may quote what it was given
		return nil, &Error{Kind: Misconfigured, Target: c.String(), Words: "sslmode is none of libpq's, a certificate file cannot be read, or PGSERVICE is set in the environment"}
	}
	if c.Password != nil {
		if settings.Password, err = c.Password(ctx); err != nil {
			return nil, &Error{Kind: Misconfigured, Target: c.String(), Role: c.User, Words: "the password reference cannot be resolved"}
		}
	}
	settings.DefaultQueryExecMode = pgx.QueryExecModeExec // extended protocol, nothing kept on the server
	settings.StatementCacheCapacity = 0
	settings.DescriptionCacheCapacity = 0
	settings.MaxProtocolMessageBodyLen = c.Limits.MessageBytes
	settings.RuntimeParams = map[string]string{"application_name": "nightferry", "client_encoding": "UTF8"}
	settings.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		// Ask the server to stop before hanging up: a backend does not notice a closed socket while it works.
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: patience}
	}
	dial := c.Dial
	if dial == nil {
		dial = (&net.Dialer{KeepAlive: 30 * time.Second}).DialContext
	} else {
		settings.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	}
	settings.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		guarded := &guardConn{Conn: conn, limit: c.Limits.UnitBytes}
		// The driver dials once more, to cancel, when connecting fails: what counts is where something answered.
		guarded.spoke = func() { guard.Store(guarded) }
		return guarded, nil
	}
	return settings, nil
}

// keywords is the connection string of c without its password, with every key that the driver would
// otherwise look for elsewhere.
func (c Config) keywords() string {
	var out strings.Builder
	add := func(key, value string) {
		value = strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value)
		out.WriteString(key + "='" + value + "' ")
	}
	add("host", c.Host)
	add("port", strconv.Itoa(c.Port))
	add("database", c.Database)
	add("user", c.User)
	add("password", "")
	add("passfile", "")
	add("sslmode", c.TLS.Mode)
	add("sslrootcert", c.TLS.RootCert)
	add("sslcert", c.TLS.Cert)
	add("sslkey", c.TLS.Key)
	add("sslcertmode", "allow")
	add("sslsni", "1")
	add("sslpassword", "")
	add("sslnegotiation", "postgres")
	add("target_session_attrs", "any")
	add("connect_timeout", strconv.Itoa(max(1, int(c.Limits.Connect/time.Second))))
	add("channel_binding", "prefer")
	add("require_auth", "")
	add("min_protocol_version", "3.0")
	add("max_protocol_version", "3.0")
	return out.String()
}

// greet learns who we are and what we talk to.
func (s *Session) greet(ctx context.Context) error {
	if version := s.conn.PgConn().ParameterStatus("server_version"); strings.HasSuffix(version, "/bouncer") {
		return &Error{Kind: NotPostgres, Target: s.config.String(), Words: "it is pgbouncer's own console",
			mend: "name a database that pgbouncer passes on, or the server behind it"}
	}
	var process uint32
	err := s.Read(ctx, func(r *Reader) error {
		return r.Row(Greeting, nil, &s.server.Number, &s.server.Version, &s.server.Database, &s.server.Role,
			&s.server.Encoding, &s.server.Superuser, &s.server.Monitor, &process)
	})
	if own, is := errors.AsType[*Error](err); is && own.SQLState == protocolViolation {
		own.Words = "no transaction is let through, as where a pooler pools by statement: nothing would be read-only there"
		own.mend = "name the server behind the pooler, or a database of it that pools by transaction or session"
	}
	// A pooler answers for many backends and hands out a number of its own to cancel by.
	s.server.Pooled = process != s.conn.PgConn().PID()
	return err
}

// Greeting is the first query of every session: who are we, and who are you. It asks for both roles' rights,
// since SET ROLE back to a superuser is always open to one.
const Greeting SQL = `
SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_database()::text,
       current_user::text, current_setting('server_encoding'),
       (SELECT bool_or(rolsuper) FROM pg_roles WHERE rolname IN (current_user, session_user)),
       pg_has_role(current_user, 'pg_monitor', 'USAGE'), pg_backend_pid()`

// Server tells what the session is connected to.
func (s *Session) Server() Server { return s.server }

// Config is the configuration the session was opened with, defaults filled in.
func (s *Session) Config() Config { return s.config }

// IsClosed tells whether the connection is gone, so that a new session is needed.
func (s *Session) IsClosed() bool { return s.conn.IsClosed() }

// Received is how many bytes the server has sent since the session opened.
func (s *Session) Received() int64 { return s.guard.before.Load() + s.guard.received.Load() }

// Close ends the session. It waits a second at most, also where ctx is over already, and may be called twice.
func (s *Session) Close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = s.conn.Close(ctx)
}

// errNoRow is for a query that must give a row and gave none.
var errNoRow = errors.New("no row")

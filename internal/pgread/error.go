package pgread

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// Kind is what went wrong, in the few ways that call for different mends.
type Kind string

// The kinds of errors.
const (
	Misconfigured Kind = "misconfigured"        // what we were told to connect with makes no sense
	Unreachable   Kind = "unreachable"          // no route, closed port, name unknown, tunnel refused
	TLSFailed     Kind = "tls failed"           // TLS refused by the server, or its certificate by us
	WrongPassword Kind = "wrong password"       // 28P01
	NoEntry       Kind = "no pg_hba entry"      // 28000: no pg_hba.conf line lets this role in from here
	NoDatabase    Kind = "no such database"     // 3D000
	Denied        Kind = "denied"               // 42501
	TimedOut      Kind = "timeout"              // 57014, 55P03, or our own deadline
	TooMany       Kind = "too many connections" // 53300
	NotPostgres   Kind = "not PostgreSQL"       // something else answers there
	Superuser     Kind = "superuser refused"    // the role could write, so we do not use it
	Flooded       Kind = "too much data"        // more bytes than the limits allow
	Lost          Kind = "connection lost"      // the connection broke
	ServerError   Kind = "server error"         // any other SQLSTATE
)

// Error is what every function of this package returns when it fails. Nothing in it was written by the
// server but a SQLSTATE and names of objects; the driver's error is not kept, so no one can print it later.
type Error struct {
	Kind     Kind
	Target   string // host:port/database
	Role     string // the role that asked
	Object   string // schema.table, where the caller or the server named one
	SQLState string // empty where the server did not get to say one
	Words    string // what more we can say ourselves
	interned error  // context.Canceled or DeadlineExceeded, for errors.Is
	mend     string // of the tunnel, where that was what failed
}

// Error says what failed and where, in our own words.
func (e *Error) Error() string {
	var out strings.Builder
	if e.Target != "" {
		out.WriteString(e.Target + ": ")
	}
	out.WriteString(e.what())
	if e.Object != "" {
		out.WriteString(" at " + e.Object)
	}
	if e.Words != "" {
		out.WriteString(": " + e.Words)
	}
	if e.SQLState != "" {
		out.WriteString(" (SQLSTATE " + e.SQLState + ")")
	}
	return out.String()
}

func (e *Error) what() string {
	switch e.Kind {
	case Misconfigured:
		return "cannot connect as configured"
	case Unreachable:
		return "no PostgreSQL server can be reached there"
	case TLSFailed:
		return "TLS failed"
	case WrongPassword:
		return fmt.Sprintf("wrong password for role %q", e.Role)
	case NoEntry:
		return fmt.Sprintf("pg_hba.conf does not let role %q in from here", e.Role)
	case NoDatabase:
		return "there is no such database"
	case Denied:
		return fmt.Sprintf("role %q may not do that", e.Role)
	case TimedOut:
		return "it took longer than allowed"
	case TooMany:
		return "the server has no connection left"
	case NotPostgres:
		return "what answers there is not PostgreSQL"
	case Superuser:
		return fmt.Sprintf("role %q is a superuser, which could write", e.Role)
	case Flooded:
		return "the server sent more than allowed"
	case Lost:
		return "the connection was lost"
	}
	return "the server refused"
}

// Mend says what a person can do about it; empty where we do not know.
func (e *Error) Mend() string {
	if e.mend != "" {
		return e.mend
	}
	switch e.Kind {
	case Unreachable:
		return "check address and port, that the server listens there (listen_addresses), and the tunnel or firewall between"
	case TLSFailed:
		return "check sslmode, sslrootcert and the name in the server's certificate; see also ssl = on in its configuration"
	case WrongPassword:
		return "check the password reference of this role; a password may also have expired (VALID UNTIL)"
	case NoEntry:
		return fmt.Sprintf("add a line for role %q and this client's address to pg_hba.conf and reload, or use sslmode=require where it has only hostssl lines", e.Role)
	case NoDatabase:
		return "check the database's name; names are case-sensitive"
	case Denied:
		return fmt.Sprintf("grant role %q what it lacks; never make it a superuser", e.Role)
	case TimedOut:
		return "try again when the server is less busy, or raise the limit"
	case TooMany:
		return "end idle sessions or raise max_connections; reserved connections are for superusers"
	case NotPostgres:
		return "check the port: PostgreSQL listens on 5432 unless told otherwise"
	case Superuser:
		return "use a role without superuser (GRANT pg_monitor to it for most of discovery), or allow superusers explicitly (discover --allow-superuser)"
	case Lost:
		return "check the network and the server's log; run again to resume"
	}
	return ""
}

// Unwrap gives the context's error, and no other: see [Error].
func (e *Error) Unwrap() error { return e.interned }

// KindOf is the kind of err, or empty where err is not ours.
func KindOf(err error) Kind {
	if own, is := errors.AsType[*Error](err); is {
		return own.Kind
	}
	return ""
}

// failure turns a driver's error into ours. ctx is the caller's: its end is told apart from our own deadlines.
func (c Config) failure(ctx context.Context, err error, guard *guardConn) error {
	var own *Error
	if err == nil || errors.As(err, &own) {
		return err
	}
	e := &Error{Target: c.String(), Role: c.User}
	var fromServer *pgconn.PgError
	var tooLong *pgproto3.ExceededMaxBodyLenErr
	var tunnel interface {
		error
		Mend() string
	}
	switch {
	case ctx.Err() != nil:
		e.interned = ctx.Err()
		e.Kind, e.Words = TimedOut, "the deadline passed"
		if errors.Is(ctx.Err(), context.Canceled) {
			e.Kind, e.Words = Lost, "cancelled"
		}
	case errors.As(err, &fromServer):
		e.SQLState = sqlState(fromServer.Code)
		e.Kind = kindOfState(e.SQLState)
		e.Object = objectName(fromServer.SchemaName, fromServer.TableName)
	case errors.As(err, &tunnel): // an error with a mend is ours, and its words are safe
		e.Kind, e.Words, e.mend = Unreachable, tunnel.Error(), tunnel.Mend()
	case guard != nil && !guard.spokePostgres():
		e.Kind = NotPostgres
	case errors.Is(err, errFlood), guard != nil && guard.received.Load() > guard.limit: // not all of the driver wraps
		e.Kind = Flooded
	case errors.As(err, &tooLong):
		e.Kind, e.Words = Flooded, "one message is longer than the limit"
	case isTLS(err):
		e.Kind, e.Words = TLSFailed, tlsWords(err)
	case pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded) || isNetTimeout(err):
		e.Kind = TimedOut
	default:
		e.Kind = Lost
	}
	return e
}

// connectFailure is failure for a connection that never came to be.
func (c Config) connectFailure(ctx context.Context, err error, guard *guardConn) error {
	err = c.failure(ctx, err, guard)
	var own *Error
	if !errors.As(err, &own) || ctx.Err() != nil {
		return err
	}
	switch {
	case own.SQLState == protocolViolation:
		own.Words = "as a pooler does that does not pass this database on, or is full"
		own.mend = "name the database in the pooler's configuration, or the server behind it"
	case own.Kind == TLSFailed && guard != nil && guard.first.Load() == 'S' && own.Words == wordsNoTLSRecord:
		own.Kind, own.Words = NotPostgres, "" // an ssh server begins with S too
	case own.Kind == Flooded && guard != nil && guard.first.Load() == 'S' && !c.needsTLS():
		own.Kind, own.Words = NotPostgres, "" // the same, read as the plain protocol
	case own.Kind != Lost && own.Kind != TimedOut:
	case guard == nil || own.Kind == TimedOut && guard.first.Load() == 0:
		own.Kind = Unreachable
	case c.needsTLS() && guard.first.Load() == 'N':
		own.Kind, own.Words = TLSFailed, "the server offers no TLS"
	case guard.first.Load() != 0 && guard.first.Load() != 'E':
		own.Kind = NotPostgres
	}
	return err
}

// protocolViolation is what pgbouncer says of everything that it refuses itself; PostgreSQL hardly ever does.
const protocolViolation = "08P01"

func (c Config) needsTLS() bool {
	switch c.TLS.Mode {
	case "require", "verify-ca", "verify-full":
		return true
	}
	return false
}

func kindOfState(state string) Kind {
	switch state {
	case "28P01":
		return WrongPassword
	case "28000":
		return NoEntry
	case "3D000":
		return NoDatabase
	case "42501":
		return Denied
	case "57014", "55P03", "25P03", "57P05":
		return TimedOut
	case "53300":
		return TooMany
	case "57P01", "57P02", "57P03", "08006", "08003":
		return Lost
	}
	return ServerError
}

// sqlState passes what has the shape of a SQLSTATE; a hostile server could put anything there.
func sqlState(code string) string {
	if len(code) != 5 || strings.Trim(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "?????"
	}
	return code
}

// objectName is schema.table as far as the server named them, cut to the length and characters of identifiers.
func objectName(schema, table string) string {
	name := table
	if schema != "" && table != "" {
		name = schema + "." + table
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, name)
	if len(name) > 2*63+1 {
		return ""
	}
	return name
}

const wordsNoTLSRecord = "the answer is not TLS"

func isTLS(err error) bool { return tlsWords(err) != "" }

// tlsWords says in our own words what TLS stumbled over; empty when err is not about TLS.
func tlsWords(err error) string {
	var (
		record    tls.RecordHeaderError
		alert     tls.AlertError
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &record):
		return wordsNoTLSRecord
	case errors.As(err, &authority):
		return "the server's certificate is signed by an authority we do not trust"
	case errors.As(err, &hostname):
		return "the server's certificate is for another name"
	case errors.As(err, &invalid):
		return "the server's certificate is not valid (expired, or not for this use)"
	case errors.As(err, &verify):
		return "the server's certificate cannot be verified"
	case errors.As(err, &alert):
		return "the server ended the handshake"
	}
	return ""
}

func isNetTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

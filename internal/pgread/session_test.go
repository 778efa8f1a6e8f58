package pgread_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// open gives a session of an ordinary role on a database of its own.
func open(t *testing.T, change func(*pgread.Config), statements ...string) *pgread.Session {
	t.Helper()
	c := pgtest.Shared(t)
	database := c.Database(t, "")
	role := "r_" + database
	c.Exec(t, database, append([]string{`CREATE ROLE ` + pgread.Ident(role) + ` LOGIN`}, statements...)...)
	t.Cleanup(func() {
		c.Exec(t, database, `DROP OWNED BY `+pgread.Ident(role), `DROP ROLE `+pgread.Ident(role))
	})
	config := c.Config(database, role)
	if change != nil {
		change(&config)
	}
	s, err := pgread.Open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close(context.WithoutCancel(t.Context())) })
	return s
}

func TestSessionKnowsItsServer(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	require.GreaterOrEqual(t, s.Server().Major(), 13)
	require.Equal(t, "UTF8", s.Server().Encoding)
	require.False(t, s.Server().Superuser)
	require.False(t, s.Server().Monitor)
	require.Equal(t, s.Config().User, s.Server().Role)
}

func TestSessionPins(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *pgread.Config) { c.Limits.Statement = 1500 * time.Millisecond })
	want := map[string]string{
		"statement_timeout": "1500ms", "lock_timeout": "200ms", "idle_in_transaction_session_timeout": "10s",
		"search_path": "pg_catalog, pg_temp", "row_security": "off", "TimeZone": "UTC", "transaction_read_only": "on",
		"application_name": "nightferry",
	}
	got := map[string]string{}
	require.NoError(t, s.Read(t.Context(), func(r *pgread.Reader) error {
		for name := range want {
			var value string
			if err := r.Row("SELECT current_setting($1)", []any{name}, &value); err != nil {
				return err
			}
			got[name] = value
		}
		return nil
	}))
	require.Equal(t, want, got)
}

func TestSessionCannotWrite(t *testing.T) {
	t.Parallel()
	s := open(t, nil, `CREATE TABLE t (a int)`, `GRANT ALL ON t TO PUBLIC`, `GRANT ALL ON SCHEMA public TO PUBLIC`)
	for _, sql := range []pgread.SQL{
		"INSERT INTO public.t VALUES (1)", "CREATE TABLE public.u (a int)", "SELECT nextval('pg_catalog.x')",
		"SELECT 1; SELECT 2", // the extended protocol takes one statement
	} {
		err := s.Read(t.Context(), func(r *pgread.Reader) error { return r.Each(sql, nil, nil) })
		require.Error(t, err, sql)
	}
	var own *pgread.Error
	err := s.Read(t.Context(), func(r *pgread.Reader) error { return r.Each("INSERT INTO public.t VALUES (1)", nil, nil) })
	require.ErrorAs(t, err, &own)
	require.Equal(t, "25006", own.SQLState, "refused because the transaction is read-only")
	require.False(t, s.IsClosed(), "an error of a statement leaves the session usable")
}

const canary = "Zzyx-Qanary-4711"

// TestErrorsDoNotLeak plants a canary wherever a server can quote a value: message, detail, hint, where.
func TestErrorsDoNotLeak(t *testing.T) {
	t.Parallel()
	s := open(t, nil,
		`CREATE TABLE patients (name text)`, `INSERT INTO patients VALUES ('`+canary+`')`, `GRANT SELECT ON patients TO PUBLIC`,
		`CREATE FUNCTION tell(v text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
		   RAISE EXCEPTION 'message %', v USING DETAIL = 'detail ' || v, HINT = 'hint ' || v, ERRCODE = 'P0001'; END $$`)
	for name, sql := range map[string]pgread.SQL{
		"cast":     "SELECT name::int FROM public.patients",
		"raise":    "SELECT public.tell(name) FROM public.patients",
		"argument": "SELECT $1::int",
		"scan":     "SELECT name FROM public.patients",
	} {
		t.Run(name, func(t *testing.T) {
			var args []any
			if name == "argument" {
				args = []any{canary}
			}
			var number int
			err := s.Read(t.Context(), func(r *pgread.Reader) error { return r.Row(sql, args, &number) })
			require.Error(t, err)
			for wrapped := err; wrapped != nil; {
				require.NotContains(t, fmt.Sprintf("%s|%v|%+v|%#v", wrapped, wrapped, wrapped, wrapped), canary)
				next, ok := wrapped.(interface{ Unwrap() error })
				if !ok {
					break
				}
				wrapped = next.Unwrap()
			}
		})
	}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *pgread.Config) { c.Limits.Statement = 100 * time.Millisecond })
	err := s.Read(t.Context(), func(r *pgread.Reader) error { return r.Each("SELECT pg_sleep(30)", nil, nil) })
	require.Equal(t, pgread.TimedOut, pgread.KindOf(err))
	require.False(t, s.IsClosed())

	slow := open(t, func(c *pgread.Config) { c.Limits.Statement = time.Minute })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	err = slow.Read(ctx, func(r *pgread.Reader) error { return r.Each("SELECT pg_sleep(30)", nil, nil) })
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(start), 5*time.Second)
}

func TestFlood(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *pgread.Config) { c.Limits.UnitBytes = 1 << 20 })
	err := s.Read(t.Context(), func(r *pgread.Reader) error {
		return r.Each("SELECT repeat('x', 1000) FROM generate_series(1, 1000000)", nil, nil)
	})
	require.Equal(t, pgread.Flooded, pgread.KindOf(err))

	long := open(t, func(c *pgread.Config) { c.Limits.MessageBytes = 1 << 16 })
	err = long.Read(t.Context(), func(r *pgread.Reader) error {
		return r.Each("SELECT repeat('x', 100000)", nil, nil)
	})
	require.Equal(t, pgread.Flooded, pgread.KindOf(err))
}

func TestRowSecurityIsAnErrorNotAnUndercount(t *testing.T) {
	t.Parallel()
	s := open(t, nil, `CREATE TABLE t (a int)`, `INSERT INTO t VALUES (1), (2)`, `GRANT SELECT ON t TO PUBLIC`,
		`ALTER TABLE t ENABLE ROW LEVEL SECURITY`, `CREATE POLICY p ON t USING (a = 1)`)
	var n int
	err := s.Read(t.Context(), func(r *pgread.Reader) error { return r.Row("SELECT count(*) FROM public.t", nil, &n) })
	require.Equal(t, pgread.Denied, pgread.KindOf(err))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	database := c.Database(t, "")
	role := "refused_role"
	c.Exec(t, database, `CREATE ROLE refused_role LOGIN PASSWORD 'right'`, `REVOKE CONNECT ON DATABASE `+pgread.Ident(database)+` FROM PUBLIC`)
	t.Cleanup(func() { c.Exec(t, "postgres", `DROP ROLE refused_role`) })
	secret := func(text string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return text, nil }
	}
	tcp := pgread.Config{Host: "127.0.0.1", Port: c.Port, Database: "postgres", User: role, Password: secret("right")}

	good, err := pgread.Open(t.Context(), tcp)
	require.NoError(t, err, "else the cases below prove nothing")
	good.Close(t.Context())

	with := func(change func(*pgread.Config)) pgread.Config {
		config := tcp
		change(&config)
		return config
	}
	tests := []struct {
		name   string
		config pgread.Config
		want   pgread.Kind
	}{
		{"wrong password", with(func(c *pgread.Config) { c.Password = secret(canary) }), pgread.WrongPassword},
		{"no password", with(func(c *pgread.Config) { c.Password = nil }), pgread.WrongPassword},
		{"no such database", with(func(c *pgread.Config) { c.Database = "no_such" }), pgread.NoDatabase},
		{"may not connect", with(func(c *pgread.Config) { c.Database = database }), pgread.Denied},
		{"closed port", with(func(c *pgread.Config) { c.Port = closedPort(t) }), pgread.Unreachable},
		{"no such socket", with(func(c *pgread.Config) { c.Host = t.TempDir() }), pgread.Unreachable},
		{"server without TLS", with(func(c *pgread.Config) { c.TLS.Mode = "require" }), pgread.TLSFailed},
		{"no such sslmode", with(func(c *pgread.Config) { c.TLS.Mode = canary }), pgread.Misconfigured},
		{"superuser", c.Config("postgres", "postgres"), pgread.Superuser},
		{"web server", with(func(c *pgread.Config) { c.Port = answering(t, "HTTP/1.1 400 Bad Request\r\n\r\n") }), pgread.NotPostgres},
		{"ssh server", with(func(c *pgread.Config) { c.Port = answering(t, "SSH-2.0-OpenSSH_9.2\r\n") }), pgread.NotPostgres},
		{"ssh server, TLS asked", with(func(c *pgread.Config) {
			c.Port, c.TLS.Mode = answering(t, "SSH-2.0-OpenSSH_9.2\r\n"), "require"
		}), pgread.NotPostgres},
		{"hangs", with(func(c *pgread.Config) {
			c.Port, c.Limits.Connect = answering(t, ""), 100*time.Millisecond
		}), pgread.Unreachable},
		{"lies about lengths", with(func(c *pgread.Config) {
			c.Port, c.TLS.Mode = answering(t, "R\x7f\xff\xff\xff"), "disable"
		}), pgread.Flooded},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, err := pgread.Open(t.Context(), test.config)
			if s != nil {
				s.Close(t.Context())
			}
			require.Error(t, err)
			require.Equal(t, test.want, pgread.KindOf(err), "%v", err)
			require.NotContains(t, fmt.Sprintf("%+v %#v", err, err), canary)
		})
	}
}

func TestSuperuserWhereAllowed(t *testing.T) {
	t.Parallel()
	config := pgtest.Shared(t).Config("postgres", "postgres")
	config.AllowSuperuser = true
	s, err := pgread.Open(t.Context(), config)
	require.NoError(t, err)
	defer s.Close(t.Context())
	require.True(t, s.Server().Superuser)
}

func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	c.Exec(t, "postgres", `CREATE ROLE few LOGIN CONNECTION LIMIT 1`)
	t.Cleanup(func() { c.Exec(t, "postgres", `DROP ROLE few`) })
	first, err := pgread.Open(t.Context(), c.Config("postgres", "few"))
	require.NoError(t, err)
	defer first.Close(t.Context())
	_, err = pgread.Open(t.Context(), c.Config("postgres", "few"))
	require.Equal(t, pgread.TooMany, pgread.KindOf(err))
}

// TestTLSRefusesAStranger puts a TLS server with a certificate of nobody's in front.
func TestTLSRefusesAStranger(t *testing.T) {
	t.Parallel()
	certificate := strangersCertificate(t)
	port := serving(t, func(conn net.Conn) {
		var request [8]byte
		if _, err := io.ReadFull(conn, request[:]); err == nil {
			_, _ = conn.Write([]byte("S"))
			_ = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}}).Handshake()
		}
	})
	config := pgread.Config{Host: "127.0.0.1", Port: port, User: "x", TLS: pgread.TLS{Mode: "verify-full"}}
	_, err := pgread.Open(t.Context(), config)
	require.Equal(t, pgread.TLSFailed, pgread.KindOf(err))
	require.Contains(t, err.Error(), "authority")
}

// TestDialIsATunnel checks that names reach the tunnel unresolved.
func TestDialIsATunnel(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	asked := make(chan string, 8)
	config := pgread.Config{Host: "db.inside.example", Port: 6432, User: "postgres", AllowSuperuser: true, TLS: pgread.TLS{Mode: "disable"},
		Dial: func(ctx context.Context, _, address string) (net.Conn, error) {
			asked <- address
			return new(net.Dialer).DialContext(ctx, "unix", fmt.Sprintf("%s/.s.PGSQL.%d", c.Dir, c.Port))
		}}
	s, err := pgread.Open(t.Context(), config)
	require.NoError(t, err)
	s.Close(t.Context())
	require.Equal(t, "db.inside.example:6432", <-asked)
}

// brokenTunnel fails as internal/remote does: in its own words, with a mend.
type brokenTunnel struct{}

func (brokenTunnel) Error() string { return "bastion cannot connect to it" }
func (brokenTunnel) Mend() string  { return "check the firewall" }

func TestTunnelSpeaksForItself(t *testing.T) {
	t.Parallel()
	_, err := pgread.Open(t.Context(), pgread.Config{Host: "db.inside.example", User: "x",
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, brokenTunnel{} }})
	var own *pgread.Error
	require.ErrorAs(t, err, &own)
	require.Equal(t, pgread.Unreachable, own.Kind)
	require.Contains(t, own.Error(), "bastion cannot connect to it")
	require.Equal(t, "check the firewall", own.Mend())
}

func TestEnvironmentIsIgnored(t *testing.T) {
	t.Setenv("PGSSLMODE", "verify-full")
	t.Setenv("PGOPTIONS", "-c search_path=public")
	t.Setenv("PGHOST", "nowhere.example")
	t.Setenv("PGDATABASE", "nowhere")
	t.Setenv("PGTZ", "Asia/Tokyo")
	s := open(t, nil)
	require.NotEqual(t, "nowhere", s.Server().Database)
}

func closedPort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// answering is a server that says one thing to everybody and then waits for the client to go.
func answering(t *testing.T, words string) int {
	t.Helper()
	return serving(t, func(conn net.Conn) {
		_, _ = io.Copy(conn, strings.NewReader(words))
		_, _ = io.Copy(io.Discard, conn)
	})
}

func serving(t *testing.T, serve func(net.Conn)) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

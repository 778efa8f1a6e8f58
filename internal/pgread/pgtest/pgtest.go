// Package pgtest gives tests a real PostgreSQL server: one throwaway cluster a test binary, with its data in
// a temporary folder, on a Unix socket and on loopback, gone when the tests end.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread"
)

// Cluster is a running server. Its superuser is "postgres" and needs no password on the socket; over TCP
// every role gives a password.
type Cluster struct {
	Dir  string // folder of the Unix socket
	Port int    // the same on the socket and on 127.0.0.1
	Bin  string // folder of PostgreSQL's programs

	stop      func()
	databases atomic.Int64
}

// Main runs the tests of a package and then takes its cluster down: for TestMain.
func Main(m *testing.M) int {
	code := m.Run()
	shared.once.Do(func() { shared.err = errMissing }) // no test wanted it
	if c := shared.cluster; c != nil && c.stop != nil {
		c.stop()
	}
	return code
}

// shared is started by the first test that wants it.
var shared struct { //nolint:gochecknoglobals // one cluster a test binary is what this package is for
	once    sync.Once
	cluster *Cluster
	err     error
}

// errMissing is the one reason to leave tests out: a server that is there and does not start is a failure.
var errMissing = errors.New("no /usr/lib/postgresql/*/bin/initdb: install Debian's package postgresql")

// Shared is the cluster of this test binary. Without PostgreSQL's programs the test is left out, and fails
// where CI is set, since there they must be present.
func Shared(tb testing.TB) *Cluster {
	tb.Helper()
	shared.once.Do(func() { shared.cluster, shared.err = start() })
	c, err := shared.cluster, shared.err
	if err == nil {
		return c
	}
	if os.Getenv("CI") != "" || !errors.Is(err, errMissing) {
		tb.Fatalf("no PostgreSQL for the tests: %v", err)
	}
	tb.Skipf("no PostgreSQL for the tests: %v", err)
	return nil
}

// programs finds the newest PostgreSQL server installed.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errMissing
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// Config reads database on the cluster's socket as role.
func (c *Cluster) Config(database, role string) pgread.Config {
	return pgread.Config{Host: c.Dir, Port: c.Port, Database: database, User: role}
}

// DSN is Config in words, for the superuser when role is "postgres".
func (c *Cluster) DSN(database, role string) string {
	return fmt.Sprintf("host=%s port=%d dbname=%s user=%s", c.Dir, c.Port, database, role)
}

var notName = regexp.MustCompile(`[^a-z0-9]+`)

// Database makes an empty database for one test, with options such as "ENCODING 'LATIN1' TEMPLATE template0",
// and a role "reader" that may connect. It is gone when the test ends.
func (c *Cluster) Database(tb testing.TB, options string) string {
	tb.Helper()
	base := strings.Trim(notName.ReplaceAllString(strings.ToLower(tb.Name()), "_"), "_")
	name := fmt.Sprintf("%.40s_%d", base, c.databases.Add(1))
	c.Exec(tb, "postgres", `CREATE DATABASE `+pgread.Ident(name)+` `+options)
	tb.Cleanup(func() {
		c.Exec(tb, "postgres", // FORCE is there since 13 only
			`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+name+`'`, `DROP DATABASE `+pgread.Ident(name))
	})
	return name
}

// Exec runs statements in database as superuser.
func (c *Cluster) Exec(tb testing.TB, database string, statements ...string) {
	tb.Helper()
	conn := c.Connect(tb, database, "postgres")
	defer conn.Close(ctxOf(tb))
	for _, statement := range statements {
		_, err := conn.Exec(ctxOf(tb), statement)
		require.NoError(tb, err, statement)
	}
}

// Connect opens an ordinary connection, that can write, for a test to arrange things.
func (c *Cluster) Connect(tb testing.TB, database, role string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(ctxOf(tb), c.DSN(database, role)+" client_encoding=UTF8")
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = conn.Close(ctxOf(tb)) }) // until then: a connection that nobody holds is closed by the collector of garbage
	return conn
}

// ctxOf outlives the test's own context, which is over when cleanup runs.
func ctxOf(tb testing.TB) context.Context {
	tb.Helper()
	return context.WithoutCancel(tb.Context())
}

// wait polls until ready or the deadline.
func wait(limit time.Duration, ready func() error) error {
	tick, deadline := time.NewTicker(20*time.Millisecond), time.After(limit)
	defer tick.Stop()
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-deadline:
			return err
		}
	}
}

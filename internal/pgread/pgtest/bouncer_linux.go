package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread"
)

// Bouncer runs a pgbouncer in front of the cluster that pools by "session", "transaction" or "statement", and returns
// how to read a database through it. Without Debian's package pgbouncer the test is left out, also in CI: what is
// special about poolers is only tested where one is.
func (c *Cluster) Bouncer(tb testing.TB, pooling, database, role string) pgread.Config {
	tb.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		if program = "/usr/sbin/pgbouncer"; !exists(program) {
			tb.Skip("no pooler for the tests: install Debian's package pgbouncer")
		}
	}
	dir, err := os.MkdirTemp("", "nfpb") // short: a socket's path ends at 107 bytes
	require.NoError(tb, err)
	tb.Cleanup(func() { os.RemoveAll(dir) })
	attributes, err := unprivileged(dir)
	require.NoError(tb, err)
	port, err := freePort()
	require.NoError(tb, err)
	require.NoError(tb, os.Chmod(dir, 0o755))
	text := fmt.Sprintf("[databases]\n%s = host=%s port=%d dbname=%s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir = %s\n"+
		"auth_type = trust\nauth_file = %s/users\npool_mode = %s\nadmin_users = %s\n",
		database, c.Dir, c.Port, database, port, dir, dir, pooling, role)
	require.NoError(tb, os.WriteFile(filepath.Join(dir, "ini"), []byte(text), 0o644))
	require.NoError(tb, os.WriteFile(filepath.Join(dir, "users"), []byte(fmt.Sprintf("%q \"\"\n", role)), 0o644))
	bouncer := exec.Command(program, "-q", filepath.Join(dir, "ini"))
	bouncer.SysProcAttr, bouncer.Dir = attributes, dir
	bouncer.SysProcAttr.Pdeathsig = 0 // it would go with the thread that starts it; the cleanup ends it
	require.NoError(tb, bouncer.Start())
	tb.Cleanup(func() {
		_ = bouncer.Process.Kill()
		_ = bouncer.Wait()
	})
	socket := filepath.Join(dir, ".s.PGSQL."+strconv.Itoa(port))
	require.NoError(tb, wait(10*time.Second, func() error {
		_, err := os.Stat(socket)
		return err
	}))
	return pgread.Config{Host: "127.0.0.1", Port: port, Database: database, User: role, TLS: pgread.TLS{Mode: "disable"}}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

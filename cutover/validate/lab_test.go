package validate_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/evidence"
	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
	"nightferry/internal/remote"
	"nightferry/testdata/lab"

	"nightferry/cutover/validate"
)

// TestLegacy13AgainstTarget15 copies the lab's production database, on PostgreSQL 13, to this machine's newer
// server as a cutover would, and compares the two.
func TestLegacy13AgainstTarget15(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	c := pgtest.Shared(t)
	dial := throughBastion(t, l, "erp-db")
	password := func(context.Context) (string, error) { return l.Password(t, "ferry_read"), nil }
	legacy := pgread.Config{Host: "127.0.0.1", Database: "clinic", User: "ferry_read", Password: password, Dial: dial}
	copied := c.Database(t, "TEMPLATE template0 LOCALE 'C.UTF-8'")
	copyDatabase(t, c, dial, l.Password(t, "ferry_read"), copied)
	target := c.Config(copied, "postgres")
	target.AllowSuperuser = true

	o := options()
	start := time.Now()
	before, err := validate.Compare(t.Context(), legacy, target, o)
	took := time.Since(start).Round(time.Millisecond)
	require.NoError(t, err)
	require.Equal(t, "array", before.Method.Hash)
	require.Empty(t, before.Method.AsText, "13 and 15 hash alike")
	require.Greater(t, before.Totals.Tables, 400)
	// Production is served, so a few tables move on; none may be unproven, and nearly all must be same.
	require.Zero(t, before.Totals.Unproven, "%+v", before.Tables)
	require.Zero(t, before.Totals.SequencesMismatched-behind(before), "%+v", before.Sequences)
	require.Less(t, before.Totals.Mismatched, 25)
	require.Greater(t, before.Totals.LegacyRows, int64(20_000))
	for _, still := range []string{"res_country", "clinic_diagnosis", "clinic_import_line", "clinic_bed_stay", "ir_model_fields", "ir_ui_view"} {
		require.Equal(t, evidence.Same, table(t, before, "public."+still).Verdict, still)
		require.Positive(t, table(t, before, "public."+still).LegacyRows, still)
	}

	c.Exec(t, copied, `UPDATE res_country SET name = name || ' ' WHERE id = 10`, `DELETE FROM clinic_bed_stay WHERE ctid = (SELECT min(ctid) FROM clinic_bed_stay)`,
		`UPDATE ir_ui_view SET write_date = write_date + interval '1 microsecond' WHERE id = 20`)
	after, err := validate.Compare(t.Context(), legacy, target, o)
	require.NoError(t, err)
	require.Equal(t, []evidence.Row{{Key: "10", Difference: evidence.RowChanged}}, table(t, after, "public.res_country").Rows)
	require.Equal(t, []evidence.Row{{Key: "20", Difference: evidence.RowChanged}}, table(t, after, "public.ir_ui_view").Rows)
	require.Equal(t, int64(1), table(t, after, "public.clinic_bed_stay").Missing)
	t.Logf("13 against 15: %d tables, %d rows, %d moved meanwhile, in %v", before.Totals.Tables, before.Totals.LegacyRows, before.Totals.Mismatched, took)
}

// behind counts sequences that production has moved since it was copied.
func behind(v evidence.Validation) (n int) {
	for _, s := range v.Sequences {
		if s.Verdict == evidence.Different && s.Legacy != nil && s.Target != nil {
			n++
		}
	}
	return n
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// throughBastion dials as a machine of the lab sees it.
func throughBastion(t *testing.T, l *lab.Lab, machine string) dialFunc {
	t.Helper()
	auth := remote.Auth{Keys: []remote.Key{{Path: l.Key("assess")}}}
	d, err := remote.New([]remote.Endpoint{{Name: "bastion", Address: l.Machine(t, "bastion").Front, User: "assess", Auth: auth},
		{Name: machine, Address: l.Machine(t, machine).SSH(), User: "assess", Auth: auth, Via: "bastion"}},
		remote.Options{KnownHosts: []string{l.KnownHosts()}})
	require.NoError(t, err)
	t.Cleanup(func() { d.Close() })
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return d.DialContext(ctx, machine, network, address)
	}
}

// copyDatabase dumps clinic through a forwarded port and restores it into a database of the cluster.
func copyDatabase(t *testing.T, c *pgtest.Cluster, dial dialFunc, password, into string) {
	t.Helper()
	port := serveForward(t, dial)
	dump := filepath.Join(t.TempDir(), "clinic.dump")
	run := func(program string, args ...string) {
		cmd := exec.CommandContext(t.Context(), filepath.Join(c.Bin, program), args...)
		cmd.Env = append(os.Environ(), "PGPASSWORD="+password)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	run("pg_dump", "-Fc", "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", "ferry_read", "-f", dump, "clinic")
	run("pg_restore", "--no-owner", "--no-acl", "-h", c.Dir, "-p", strconv.Itoa(c.Port), "-U", "postgres", "-d", into, dump)
}

// serveForward is a local port that leads to port 5432 of the machine.
func serveForward(t *testing.T, dial dialFunc) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer near.Close()
				far, err := dial(t.Context(), "tcp", "127.0.0.1:5432")
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					return
				}
				defer far.Close()
				go io.Copy(far, near)
				io.Copy(near, far)
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

// rowCanaries are values that stand in rows, keys of JSON, and whatever a server writes into its errors.
func rowCanaries() []string {
	return []string{"Quarzlinghoff Ottegebe", "qwandolfzishkurbpx", "MRN7XQ4ZV91KD2", "Þórhildr O'Brzęczkiewiçz", "vexberta.truemmlingk@wrexhamptq.example", "8850917736201"}
}

// leakingDatabase has the canaries wherever sampling looks, and in each error that it can provoke. The table zz hangs.
func leakingDatabase(t *testing.T) (c *pgtest.Cluster, name, role string) {
	t.Helper()
	c = pgtest.Shared(t)
	name = c.Database(t, "")
	role = "r_" + name
	list := "ARRAY['" + strings.Join(strings.Split(strings.ReplaceAll(strings.Join(rowCanaries(), "\x00"), "'", "''"), "\x00"), "','") + "']"
	value := "(" + list + ")[1 + i % " + fmt.Sprint(len(rowCanaries())) + "]"
	c.Exec(t, name, `CREATE ROLE `+pgread.Ident(role)+` LOGIN`,
		`CREATE TABLE a (x1 text, x2 varchar(80), x3 jsonb, x4 text[], x5 text, x6 text, k text, v text, x7 bytea)`,
		`INSERT INTO a SELECT v, v, jsonb_build_object(v, v, 'k', jsonb_build_object(v, 1)), ARRAY[v, v], encode(convert_to(v, 'UTF8'), 'base64'), encode(convert_to(v, 'UTF8'), 'hex'), v, v,
		   convert_to(v, 'UTF8') FROM (SELECT `+value+` AS v FROM generate_series(1, 5000) i) s`,
		`CREATE VIEW b_cast AS SELECT x1::int AS x1 FROM a`,
		`CREATE FUNCTION tell(v text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', v; RAISE WARNING '%', v;
		   RAISE EXCEPTION 'message %', v USING DETAIL = v, HINT = v, SCHEMA = v, TABLE = v, COLUMN = v, CONSTRAINT = v, DATATYPE = v; END $$`,
		`CREATE VIEW c_raises AS SELECT tell(x1) AS x1 FROM a`,
		`CREATE FUNCTION kill(v text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN v; END $$`,
		`CREATE VIEW d_killed AS SELECT kill(x1) AS x1 FROM a`,
		`CREATE VIEW zz_slow AS SELECT x1, pg_sleep(60)::text AS x2 FROM a`,
		`GRANT USAGE ON SCHEMA public TO `+pgread.Ident(role), `GRANT SELECT ON ALL TABLES IN SCHEMA public TO `+pgread.Ident(role))
	t.Cleanup(func() {
		c.Exec(t, name, `DROP OWNED BY `+pgread.Ident(role)+` CASCADE`, `DROP ROLE `+pgread.Ident(role))
	})
	return c, name, role
}

// requireNoCanaries looks for canaries in clear, hexadecimal and base64, in pieces of six characters.
func requireNoCanaries(t *testing.T, where string, data []byte) {
	t.Helper()
	lower := bytes.ToLower(data)
	for _, canary := range rowCanaries() {
		runes := []rune(canary)
		for i := 0; i+6 <= len(runes); i++ {
			piece := []byte(string(runes[i : i+6]))
			require.False(t, bytes.Contains(lower, bytes.ToLower(piece)), "%s holds %q", where, piece)
			require.False(t, bytes.Contains(lower, []byte(hex.EncodeToString(piece))), "%s holds %q in hexadecimal", where, piece)
		}
		for shift := range 3 {
			coded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(".", shift) + canary))
			coded = coded[4 : len(coded)-4]
			for i := 0; i+8 <= len(coded); i++ {
				require.False(t, bytes.Contains(data, []byte(coded[i:i+8])), "%s holds %q in base64", where, canary)
			}
		}
	}
}

// TestNoValueLeavesTheCommands: whatever goes wrong, no output, no log and no file holds a value.
func TestNoValueLeavesTheCommands(t *testing.T) {
	t.Parallel()
	c, name, role := leakingDatabase(t)
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	for _, form := range []string{"--csv", "--json", "--no-input"} {
		cmd := exec.CommandContext(t.Context(), "nightferry", "classify", "columns", "--dsn", c.DSN(name, role), form, "--log", log, "--debug")
		cmd.Env = append(os.Environ(), "GOTRACEBACK=all")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		var exit *exec.ExitError
		require.ErrorAs(t, cmd.Run(), &exit)
		require.Equal(t, 3, exit.ExitCode(), &stderr)
		require.Contains(t, stderr.String(), "public.b_cast: the server refused (SQLSTATE 22P02)")
		require.Contains(t, stderr.String(), "public.c_raises: the server refused (SQLSTATE P0001)")
		require.Contains(t, stderr.String(), "public.d_killed: the connection was lost (SQLSTATE 57P01)")
		require.Contains(t, stderr.String(), "public.zz_slow: it took longer than allowed (SQLSTATE 57014)")
		requireNoCanaries(t, "stdout "+form, stdout.Bytes())
		requireNoCanaries(t, "stderr "+form, stderr.Bytes())
	}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		requireNoCanaries(t, path, text)
		return err
	}))
}

// TestQuitWhileSampling: ended by SIGQUIT or SIGABRT after rows were read, it tells where it was, and no core file may be
// written.
func TestQuitWhileSampling(t *testing.T) {
	t.Parallel()
	c, name, role := leakingDatabase(t)
	for _, sig := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGABRT} {
		cmd := exec.CommandContext(t.Context(), "nightferry", "classify", "columns", "--dsn", c.DSN(name, role), "--csv")
		cmd.Env = append(os.Environ(), "GOTRACEBACK=crash")
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		require.NoError(t, cmd.Start())
		waitForStatement(t, c, name, "zz_slow")
		limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", cmd.Process.Pid))
		require.NoError(t, err)
		require.Regexp(t, `Max core file size +0 +0 `, string(limits))
		require.NoError(t, cmd.Process.Signal(sig))
		var exit *exec.ExitError
		require.ErrorAs(t, cmd.Wait(), &exit)
		require.Equal(t, 130, exit.ExitCode())
		require.Contains(t, out.String(), "ended by a signal")
		require.Contains(t, out.String(), "nightferry/discover/sample.", "without the place this test proves nothing")
		require.NotRegexp(t, `rax +0x|goroutine \d+ \[`, out.String(), "no registers, no arguments")
		requireNoCanaries(t, "the dump", out.Bytes())
		// The server has not noticed yet that nobody waits for the answer.
		c.Exec(t, name, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'nightferry'`)
	}
}

// waitForStatement waits until the server runs a statement of nightferry that names a table.
func waitForStatement(t *testing.T, c *pgtest.Cluster, database, table string) {
	t.Helper()
	conn := c.Connect(t, database, "postgres")
	defer conn.Close(t.Context())
	require.Eventually(t, func() bool {
		running := 0
		err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'nightferry' AND state = 'active' AND query LIKE '%' || $2 || '%'`,
			database, table).Scan(&running)
		return err == nil && running > 0
	}, 20*time.Second, 20*time.Millisecond)
}

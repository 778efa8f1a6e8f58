package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

// TestPostgresScript runs testdata/script/postgres: the command line on a real PostgreSQL server of its own. Beside what
// other scripts have there is
//
//	sql STATEMENT…   run statements as superuser, in the database of the script; @ROLE stands for its reading role
//
// and PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD name the server, the database and a role that may read what it is
// granted.
func TestPostgresScript(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	params := scripts("testdata/script/postgres")
	params.Setup = func(env *testscript.Env) error {
		name := c.Database(t, "")
		role := "r_" + name
		c.Exec(t, name, `CREATE ROLE `+pgread.Ident(role)+` LOGIN PASSWORD 'of the test'`)
		t.Cleanup(func() {
			c.Exec(t, name, `DROP OWNED BY `+pgread.Ident(role)+` CASCADE`, `DROP ROLE `+pgread.Ident(role))
		})
		for key, value := range map[string]string{"PGHOST": "127.0.0.1", "PGPORT": fmt.Sprint(c.Port), "PGDATABASE": name, "PGUSER": role,
			"PGPASSWORD": "of the test", "ROLE": pgread.Ident(role), "NF_TEST_PASSWORD": "of the test"} {
			env.Setenv(key, value)
		}
		return nil
	}
	params.Cmds["sql"] = func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) == 0 {
			ts.Fatalf("usage: sql STATEMENT…")
		}
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "@ROLE", ts.Getenv("ROLE"))
		}
		c.Exec(t, ts.Getenv("PGDATABASE"), args...)
	}
	testscript.Run(t, params)
}

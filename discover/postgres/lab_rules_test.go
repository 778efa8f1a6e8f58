package postgres_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify/rules"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
	"nightferry/testdata/lab"
)

// TestLabRulesAsSuperuser: with a superuser's eyes, rules find in PostgreSQL what the unprivileged role leaves unknown. It
// takes the lab alone: no other test may meet the superuser that it makes.
func TestLabRulesAsSuperuser(t *testing.T) {
	l := lab.Exclusive(t)
	asPostgres := func(sql string) {
		l.Exec(t, "erp-db", "setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-c", sql)
	}
	secret := rand.Text()
	asPostgres("DROP ROLE IF EXISTS test_superuser") // of a run that was cut off
	asPostgres("CREATE ROLE test_superuser LOGIN SUPERUSER PASSWORD '" + secret + "'")
	defer asPostgres("DROP ROLE test_superuser") // not by Cleanup: the lab is asked under the test's context
	server := inLab(t, l, "erp-db", "test_superuser", "dba_old", func(c *pgread.Config) {
		c.AllowSuperuser = true
		c.Password = func(context.Context) (string, error) { return secret, nil }
	})
	require.Equal(t, estate.Known, server.Collected.Coverage, server.Collected.Problem)
	set, err := rules.Load()
	require.NoError(t, err)
	result := set.Evaluate(rules.Estate{Inventory: estate.Inventory{Postgres: []estate.PostgresServer{server}}})
	found := map[string]string{}
	for _, f := range result.Findings {
		found[f.Code] = strings.Join(f.Evidence, "\n")
	}
	for code, shows := range map[string]string{"hba-open-to-all": "from 0.0.0.0/0.0.0.0", "hba-md5": "by md5", "postgres-password-md5": "dba_old"} {
		require.Contains(t, found[code], shows, code)
	}
	for _, u := range result.Unknown {
		require.NotContains(t, []string{"hba-open-to-all", "hba-md5", "hba-trust", "hba-broken-line", "postgres-password-md5"}, u.Code, u.Problem)
	}
}

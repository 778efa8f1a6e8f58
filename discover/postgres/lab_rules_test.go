package postgres_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify/rules"
	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// TestLabRulesAsSuperuser: with a superuser's eyes, rules find in PostgreSQL what the unprivileged role leaves unknown. It
// takes the lab alone: its session would be another test's proof that the forgotten login is in use.
func TestLabRulesAsSuperuser(t *testing.T) {
	l := lab.Exclusive(t)
	server := inLab(t, l, "erp-db", "dba_old", "dba_old", true)
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

package odoo_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify/rules"
	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// TestLabRulesAsAdministrator: with an administrator's eyes, rules find in Odoo what the unprivileged user leaves unknown.
func TestLabRulesAsAdministrator(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	set, err := rules.Load()
	require.NoError(t, err)
	judged := func(login, account string) (found map[string]string, unknown map[string]bool) {
		server := look(t, l, trueServer(t, l, "erp-app"), login, l.Password(t, account))
		result := set.Evaluate(rules.Estate{Inventory: estate.Inventory{Odoo: []estate.OdooServer{*server}}})
		found, unknown = map[string]string{}, map[string]bool{}
		for _, f := range result.Findings {
			found[f.Code] = strings.Join(f.Evidence, "\n")
		}
		for _, u := range result.Unknown {
			unknown[u.Code] = true
		}
		return found, unknown
	}
	found, unknown := judged("admin", "erp_admin")
	require.Contains(t, found["odoo-old-api-key"], "it.support")
	require.False(t, unknown["odoo-old-api-key"])
	found, unknown = judged("assess_reader", "erp_assess_reader")
	require.NotContains(t, found, "odoo-old-api-key")
	require.True(t, unknown["odoo-old-api-key"], "who may not read the keys cannot say that none is old")
}

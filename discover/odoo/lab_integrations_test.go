package odoo_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// TestLabIntegrationsAsAdministrator: an administrator of Odoo is shown the code that names a partner, and everything
// else that Odoo's own database knows of others; nothing more is made of it.
func TestLabIntegrationsAsAdministrator(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	server := look(t, l, trueServer(t, l, "erp-app"), "admin", l.Password(t, "erp_admin"))
	server.Host = "erp-app"
	edge := l.Machine(t, "edge")
	in := classify.Input{Inventory: estate.Inventory{Odoo: []estate.OdooServer{*server}, Hosts: []estate.Host{
		{Name: "edge", Interfaces: estate.Know("ip", []estate.Interface{{Name: "eth0", Addresses: []string{edge.SSH() + "/24"}}})},
		{Name: "erp-app", Names: estate.Know("/etc/hosts", []estate.HostName{{Address: edge.SSH(), Names: []string{"edge.clinic.example"}}})}}}}
	found := map[string]estate.Integration{}
	for _, i := range classify.Assess(in).Integrations {
		found[i.From+" "+i.To+" "+i.Protocol] = i
	}
	planted := 0
	for _, want := range l.Truth().Integrations {
		if want.From != "host/erp-app" || want.Reader != "odoo" && want.Reader != "administrator" {
			continue
		}
		planted++
		key := want.From + " " + want.To + " " + want.Protocol
		got, seen := found[key]
		require.True(t, seen, "%s is planted and was not found", key)
		require.NotEmpty(t, got.Configured, key)
		require.Equal(t, want.Port, got.Port, key)
		require.Equal(t, want.Kind, string(got.Kind), key)
		delete(found, key)
	}
	require.Empty(t, found, "found, and not planted: one of the two is wrong")
	t.Logf("recall of %d integrations that Odoo's database names, as its administrator: %d", planted, planted)
	require.Greater(t, planted, 6)
}

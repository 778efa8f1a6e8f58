package host_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// TestLabSoftware: what is set up on the lab's machines, found by the unprivileged account, or denied with the grant
// that would show it.
func TestLabSoftware(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	found := readLab(t, l)
	for _, h := range found {
		requireNoCanary(t, l.Canaries(), text(t, h))
		sshd := slices.ContainsFunc(h.Configurations.Value, func(c estate.Configuration) bool { return c.File == "/etc/ssh/sshd_config" })
		require.True(t, sshd || h.Name == "old-crm", "%s: %v", h.Name, h.Configurations)
	}
	for _, odoo := range l.Truth().Odoo {
		h := found[odoo.Machine]
		want := slices.Clone(odoo.ModulesOnDiskOnly)
		for _, m := range odoo.CustomModules {
			want = append(want, m.Name)
			i := slices.IndexFunc(h.Code.Value, func(c estate.CodeModule) bool { return c.Name == m.Name })
			require.GreaterOrEqual(t, i, 0, "%s: no %s in %v", h.Name, m.Name, h.Code)
			require.Equal(t, m.Version, h.Code.Value[i].Version)
			require.Positive(t, h.Code.Value[i].PythonLines)
			require.Positive(t, h.Code.Value[i].XMLLines)
			require.True(t, h.Code.Value[i].Tests)
			require.Contains(t, h.Code.Value[i].Inherits, "res.partner")
		}
		var got []string
		for _, c := range h.Code.Value {
			got = append(got, c.Name)
		}
		require.ElementsMatch(t, want, got, h.Name)
		require.Contains(t, h.Configurations.Problem, "/etc/odoo/odoo.conf")
		require.Contains(t, h.Configurations.Grant, "/cat /etc/odoo/odoo.conf")
		require.Equal(t, estate.Denied, h.Filestores.Coverage)
		require.Contains(t, h.Filestores.Grant, "/find /var/lib/odoo/filestore -type f -ls")
	}
	require.Contains(t, found["intf"].Configurations.Grant, "/cat /etc/redis/redis.conf")
	require.Contains(t, found["erp-db"].Configurations.Grant, "/cat /etc/postgresql/13/main/pg_hba.conf")
	requireSetting(t, found["erp-db"], "postgresql", "fsync", "off")
	requireSetting(t, found["erp-db"], "postgresql", "archive_command", "cp")
	require.Equal(t, estate.Absent, found["erp-db"].Filestores.Coverage)
	require.Equal(t, estate.Absent, found["erp-db"].Code.Coverage)
	erp := routeOf(t, found["erp-app"], "443")
	require.Equal(t, []string{"/etc/lab-tls/erp.clinic.example.crt"}, erp.Certificates)
	require.Equal(t, []string{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}, erp.Protocols)
	require.Contains(t, erp.Limits, estate.Option{Name: "client_max_body_size", Value: "64m"})
	require.NotContains(t, erp.Headers, "strict-transport-security")
	require.Contains(t, routeOf(t, found["cloud-app"], "443").Headers, "strict-transport-security")
	require.Contains(t, found["edge"].Routes.Grant, "/cat /etc/haproxy/haproxy.cfg")
	for _, name := range []string{"bastion", "erp-db", "old-crm"} {
		require.Equal(t, estate.Absent, found[name].Containers.Coverage, name)
	}
}

func routeOf(t *testing.T, h *estate.Host, listen string) estate.WebRoute {
	t.Helper()
	i := slices.IndexFunc(h.Routes.Value, func(r estate.WebRoute) bool { return r.TLS && slices.Contains(r.Listen, listen) })
	require.GreaterOrEqual(t, i, 0, "%s: %v", h.Name, h.Routes)
	return h.Routes.Value[i]
}

func requireSetting(t *testing.T, h *estate.Host, product, name, want string) {
	t.Helper()
	var values []string
	for _, c := range h.Configurations.Value {
		if value, stated := c.Value(name); stated && c.Product == product {
			values = append(values, value)
		}
	}
	require.Contains(t, values, want, "%s: %s of %s", h.Name, name, product)
}

package host

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// TestLabSoftwareAsRoot: what the grants would show, and that not even root's eyes carry a secret off a machine by
// way of a configuration.
func TestLabSoftwareAsRoot(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	hosts := map[string]estate.Host{}
	for _, machine := range []string{"erp-app", "erp-db", "intf", "stg", "edge"} {
		read := readTranscript(l.Exec(t, machine, "sh", "-c", script("n0nce", machine == "edge")), "n0nce")
		require.True(t, read.bye, machine)
		for _, key := range []string{"settings", "modules", "filestores", "nginx", "haproxy", "apache", "traefik"} {
			for _, value := range l.Canaries().Values() {
				require.NotContains(t, read.frames[key].body, value, "%s of %s", key, machine)
			}
		}
		h := estate.UnreadHost(machine, estate.UnknownEnv, estate.Collection{Coverage: estate.Known})
		fill(&h, read)
		hosts[machine] = h
	}
	value := func(machine, product, name string) string {
		found, stated := "", false
		for _, c := range hosts[machine].Configurations.Value {
			if v, ok := c.Value(name); ok && c.Product == product {
				found, stated = v, true
			}
		}
		require.True(t, stated, "%s: no %s of %s", machine, name, product)
		return found
	}
	require.Equal(t, "127.0.0.1 10.77.7.23", value("intf", "redis", "bind"))
	for _, c := range hosts["intf"].Configurations.Value {
		_, stated := c.Value("requirepass")
		require.False(t, stated, "this Redis has no password")
	}
	require.Equal(t, "set", value("erp-app", "odoo", "admin_passwd"))
	require.Equal(t, "2", value("erp-app", "odoo", "workers"))
	require.Equal(t, "erp-db.clinic.example", value("erp-app", "odoo", "db_host"))
	require.Equal(t, "all all 0.0.0.0/0 md5", value("erp-db", "postgresql", "host"))
	require.Empty(t, hosts["erp-app"].Configurations.Grant)
	for machine, database := range map[string]string{"erp-app": "clinic", "stg": "clinic_stg"} {
		stores := hosts[machine].Filestores.Value
		require.Len(t, stores, 1, machine)
		require.Equal(t, database, stores[0].Database)
		require.Equal(t, estate.Known, stores[0].Coverage)
		require.Positive(t, stores[0].Files)
		require.Positive(t, stores[0].Bytes)
	}
	gate := hosts["edge"].Routes.Value[0]
	require.Equal(t, []string{"/etc/haproxy/api.pem"}, gate.Certificates)
	require.True(t, gate.Unverified, "the laboratory's certificate is not checked")
	require.Contains(t, gate.Upstream, "10.77.5.90:443")
	named := map[string]string{}
	for _, c := range hosts["edge"].Containers.Value {
		named[c.Name] = c.Image
	}
	want := map[string]string{}
	edge, _ := l.Truth().Machine("edge")
	for _, c := range edge.Containers {
		want[c.Name] = c.Image
	}
	require.Equal(t, want, named)
}

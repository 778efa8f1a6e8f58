package classify

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// machine is a host that was read, with its addresses.
func machine(name string, addresses ...string) estate.Host {
	return estate.Host{Name: name, Collected: estate.Collection{Coverage: estate.Known},
		Interfaces:  estate.Know("ip", []estate.Interface{{Name: "eth0", Addresses: addresses}}),
		Connections: estate.Know("ss", []estate.Connection{})}
}

func TestEndsAreTold(t *testing.T) {
	t.Parallel()
	app := machine("app", "10.0.0.1/24", "fe80::1/64", "2001:db8::1/64")
	app.Interfaces.Value = append(app.Interfaces.Value, estate.Interface{Name: "docker0", Addresses: []string{"172.17.0.1/16"}})
	app.Names = estate.Know("/etc/hosts", []estate.HostName{
		{Address: "127.0.1.1", Names: []string{"myself"}}, {Address: "10.0.0.2", Names: []string{"database"}},
		{Address: "203.0.113.1", Names: []string{"Partner.Example"}}, {Address: "203.0.113.2", Names: []string{"fhir.example", "labor.example", "labor"}},
		{Address: "203.0.113.3", Names: []string{"crm", "crm.example"}}, {Address: "10.9.9.9", Names: []string{"two-meanings"}},
	})
	app.Network = estate.Know("resolv.conf", estate.Network{Search: []string{"clinic.example"}})
	db := machine("db", "10.0.0.2/24", "10.0.0.100/24", "fe80::1/64")
	db.Collected.Address = "192.0.2.2:22" // as we reach it: translated on the way
	db.Identity.Value.Hostname = "db.clinic.example"
	db.Interfaces.Value = append(db.Interfaces.Value, estate.Interface{Name: "docker0", Addresses: []string{"172.17.0.1/16"}})
	db.Names = estate.Know("/etc/hosts", []estate.HostName{{Address: "10.8.8.8", Names: []string{"two-meanings"}}})
	db.Listeners = estate.Know("ss", []estate.Listener{{Protocol: "tcp", Address: "*", Port: 5432, Process: "postgres"}})
	standby := machine("standby", "10.0.0.3/24", "10.0.0.100/24")
	web := machine("web", "10.0.0.4/24")
	web.Certificates = estate.Know("tls", []estate.Certificate{{Where: "tls *:443 erp.clinic.example", Names: []string{"erp.clinic.example", "*.clinic.example"}},
		{Where: "/etc/ssl/partner.pem", Names: []string{"partner-b.example"}}})
	inventory := estate.Inventory{Hosts: []estate.Host{app, db, standby, web},
		Odoo: []estate.OdooServer{{Name: "erp", Host: "web", Collected: estate.Collection{Address: "https://portal.clinic.example"}}}}
	atlas := newAtlas(inventory)
	from := atlas.of(&inventory.Hosts[0])

	for called, want := range map[string]string{
		"":                      "",
		"host/db":               "host/db",
		"outside/y":             "outside/y",
		"app":                   "host/app",
		"DB.":                   "host/db",
		"10.0.0.2":              "host/db",
		"192.0.2.2":             "host/db",
		"::ffff:10.0.0.2":       "host/db",
		"2001:db8::1":           "host/app",
		"2001:DB8:0::1%eth0":    "host/app",
		"127.0.0.1":             "host/app", // it speaks to itself
		"127.0.0.53":            "host/app",
		"::1":                   "host/app",
		"0.0.0.0":               "host/app",
		"localhost":             "host/app",
		"myself":                "host/app",
		"172.17.0.2":            "host/app", // a container of its own
		"172.17.0.1":            "host/app",
		"fe80::99":              "outside/fe80::99",
		"database":              "host/db", // by its own table
		"db.clinic.example":     "host/db", // by what the host calls itself
		"erp.clinic.example":    "host/web",
		"erp":                   "host/web", // by the search list
		"portal.clinic.example": "host/web",
		"app.clinic.example":    "host/app",
		"x.clinic.example":      "outside/x.clinic.example",
		"partner-b.example":     "outside/partner-b.example", // a file may be anybody's certificate
		"partner.example":       "outside/partner.example",
		"203.0.113.1":           "outside/partner.example",
		"203.0.113.2":           "outside/203.0.113.2", // several names: nobody can tell which is meant
		"203.0.113.3":           "outside/crm.example",
		"203.0.113.7":           "outside/203.0.113.7",
		"two-meanings":          "outside/two-meanings",
		"10.0.0.100":            "shared/10.0.0.100",
		"$backend":              "",
		"unix:/run/odoo.sock":   "",
		"a b":                   "",
	} {
		require.Equal(t, want, from.end(called, 0).name, "%q", called)
	}
	require.Equal(t, []string{"host/db", "host/standby"}, from.end("10.0.0.100", 0).behind)
	require.Equal(t, "host/db", from.end("10.0.0.100", 5432).name, "only one of them listens there")
	require.Equal(t, "shared/10.0.0.100", from.end("10.0.0.100", 22).name)
	require.Equal(t, []string{"fhir.example", "labor.example"}, from.end("203.0.113.2", 0).names)
	require.Empty(t, view{atlas: atlas}.end("127.0.0.1", 0).name, "nobody's loopback")
	require.Equal(t, "host/standby", atlas.of(&inventory.Hosts[2]).end("10.0.0.100", 0).name, "its own address is itself")
}

func TestProtocolsAreToldByTheListener(t *testing.T) {
	t.Parallel()
	host := machine("x", "10.0.0.1/24")
	for port, process := range map[int]string{5999: "postgres", 7000: "hl7-listener", 8404: "haproxy", 8500: "nginx", 443: "nginx", 25: "sink.py", 9999: "postgres_exporter", 1234: "", 636: "slapd", 1636: "slapd"} {
		host.Listeners.Value = append(host.Listeners.Value, estate.Listener{Protocol: "tcp", Address: "*", Port: port, Process: process})
	}
	host.Certificates.Value = []estate.Certificate{{Where: "tls *:8500"}, {Where: "tls 10.0.0.1:1234 x"}, {Where: "tls *:1636"}}
	atlas := newAtlas(estate.Inventory{Hosts: []estate.Host{host}})
	for port, want := range map[int]string{5999: "postgresql", 7000: "hl7", 8404: "http", 8500: "https", 443: "https", 25: "smtp", 9999: "prometheus", 1234: "https", 636: "ldap", 1636: "ldaps",
		5432: "postgresql", 4711: "tcp/4711", 0: "unknown"} {
		require.Equal(t, want, atlas.protocolAt("host/x", port), port)
	}
	require.Equal(t, "dicom", atlas.protocolAt("outside/pacs", 104))
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		protocol, to string
		want         estate.IntegrationKind
	}{
		{"hl7", "host/a", estate.KindEHR}, {"dicom-tls", "outside/x", estate.KindEHR}, {"https", "outside/fhir.partner.example", estate.KindEHR},
		{"https", "outside/ehre.example", estate.KindPartner}, {"https", "host/a", estate.KindWeb}, {"https", "outside/api-stripe.example", estate.KindFinance},
		{"https", "outside/sso.clinic.example", estate.KindIdentity}, {"https", "outside/sharepoint.example", estate.KindDocuments}, {"https", "outside/bi.example", estate.KindAnalytics},
		{"s3", "outside/x", estate.KindDocuments}, {"kerberos", "host/a", estate.KindIdentity}, {"imap", "outside/x", estate.KindMail}, {"nfs4", "outside/x", estate.KindFiles},
		{"oracle", "outside/x", estate.KindDatabase}, {"amqp", "host/a", estate.KindMessaging}, {"ssh", "host/a", estate.KindAccess}, {"syslog", "host/a", estate.KindLogging},
		{"prometheus", "host/a", estate.KindMonitoring}, {"ntp", "host/a", estate.KindTime}, {"dns", "host/a", estate.KindNames}, {"registry", "outside/x", estate.KindSoftware},
		{"tcp/4711", "outside/x", estate.KindOther},
	} {
		require.Equal(t, tt.want, kindOf(tt.protocol, tt.to), "%v", tt)
	}
	known := estate.IntegrationKinds()
	require.Len(t, known, 19)
	for program, want := range map[string]estate.IntegrationKind{"pg_dump": estate.KindBackup, "Metabase v0.50": estate.KindAnalytics, "filebeat": estate.KindLogging, "odoo": "", "": ""} {
		require.Equal(t, want, kindOfProgram(program), program)
	}
}

package classify

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// assessed is the one integration of a list whose ends and protocol are these.
func assessed(t *testing.T, a Assessment, from, to, protocol string) estate.Integration {
	t.Helper()
	var there []string
	for _, i := range a.Integrations {
		if i.From == from && i.To == to && i.Protocol == protocol {
			return i
		}
		there = append(there, i.From+" "+i.To+" "+i.Protocol)
	}
	require.Failf(t, "not found", "%s %s %s; there are:\n%s", from, to, protocol, strings.Join(there, "\n"))
	return estate.Integration{}
}

// pair is an application and its database, whose addresses are known.
func pair() (app, db estate.Host) {
	app, db = machine("app", "10.0.0.1/24"), machine("db", "10.0.0.2/24")
	db.Listeners = estate.Know("ss", []estate.Listener{{Protocol: "tcp", Address: "*", Port: 5432, Process: "postgres"}})
	return app, db
}

func hosts(list ...estate.Host) Input { return Input{Inventory: estate.Inventory{Hosts: list}} }

// The three views meet in one entry, and our own way in is no integration.
func TestThreeViewsMeet(t *testing.T) {
	t.Parallel()
	app, db := pair()
	gate := machine("gate", "10.0.0.9/24")
	gate.Connections.Value = []estate.Connection{{PeerAddress: "10.0.0.1", PeerPort: 22}} // the same, seen from there
	app.Collected.Account, app.Collected.Via = "assess", []string{"gate"}
	app.Names = estate.Know("/etc/hosts", []estate.HostName{{Address: "10.0.0.2", Names: []string{"db.clinic.example"}}})
	app.Connections.Value = []estate.Connection{
		{LocalAddress: "10.0.0.1", PeerAddress: "10.0.0.2", PeerPort: 5432, Process: "odoo"},
		{LocalAddress: "10.0.0.1", LocalPort: 22, PeerAddress: "10.0.0.9", Inbound: true},
		{LocalAddress: "10.0.0.1", LocalPort: 22, PeerAddress: "203.0.113.99", Inbound: true, User: "assess"},
		{LocalAddress: "10.0.0.1", LocalPort: 9100, PeerAddress: "10.0.0.9", Inbound: true},
		{LocalAddress: "10.0.0.1", PeerAddress: "203.0.113.5", PeerPort: 2575},
	}
	app.Commands = estate.Know("scripts", []estate.OutboundCall{{Where: "/usr/local/bin/report", Program: "psql", Hosts: []string{"db.clinic.example:5432"}}})
	in := hosts(app, db, gate)
	in.Declared = []estate.Integration{{From: "app", To: "db.clinic.example", Protocol: "postgresql", Declared: []string{"engagement.yaml:3"}}}
	got := Assess(in)
	require.Len(t, got.Integrations, 3)
	assessed(t, got, "host/gate", "host/app", "prometheus") // a jump host does other things, too
	one := assessed(t, got, "host/app", "host/db", "postgresql")
	require.Equal(t, []string{"psql in /usr/local/bin/report on app"}, one.Configured)
	require.Equal(t, []string{"socket of odoo on app, port 5432"}, one.Observed)
	require.Equal(t, []string{"engagement.yaml:3"}, one.Declared)
	require.Equal(t, estate.KindDatabase, one.Kind)
	require.Equal(t, 5432, one.Port)
	require.Equal(t, [2]int{1, 1}, [2]int{one.Looks, one.Seen})
	require.Equal(t, estate.KindEHR, assessed(t, got, "host/app", "outside/203.0.113.5", "hl7").Kind)
	require.NotEmpty(t, got.Gaps)
}

// A socket shows ssh, the configuration says sftp: it is one integration, and the closer word stays. The address in
// the socket is found by the name that the configuration calls it.
func TestNamesAndAddressesMeet(t *testing.T) {
	t.Parallel()
	host := machine("intf", "10.0.0.3/24")
	host.Names = estate.Know("/etc/hosts", []estate.HostName{{Address: "203.0.113.9", Names: []string{"lab.example", "fhir.example", "third.example"}}})
	host.Commands = estate.Know("cron", []estate.OutboundCall{{Where: "/usr/local/bin/push", Program: "sftp", Hosts: []string{"lab.example"}},
		{Where: "/usr/local/bin/push", Program: "curl", Hosts: []string{"fhir.example:443"}}})
	host.Routes = estate.Know("haproxy", []estate.WebRoute{{Proxy: "haproxy", Upstream: []string{"203.0.113.9:443"}}})
	host.Schedules = estate.Know("cron", []estate.Schedule{{Kind: "timer", Where: "push.timer", When: "10min", Program: "push"}})
	host.Connections.Value = []estate.Connection{{PeerAddress: "203.0.113.9", PeerPort: 22}, {PeerAddress: "203.0.113.9", PeerPort: 443}, {PeerAddress: "203.0.113.9", PeerPort: 25}}
	got := Assess(hosts(host))
	require.Len(t, got.Integrations, 4)
	one := assessed(t, got, "host/intf", "outside/lab.example", "sftp")
	require.NotEmpty(t, one.Observed)
	require.Equal(t, estate.Push, one.Direction)
	require.Equal(t, estate.SSHEncryption, one.Encryption)
	require.Equal(t, estate.KeyProof, one.Authentication, "nobody is there to type a password")
	require.Equal(t, []string{"10min (push.timer)"}, one.Schedule)
	for _, to := range []string{"outside/fhir.example", "outside/203.0.113.9"} {
		require.Contains(t, assessed(t, got, "host/intf", to, "https").Observed[0], "no socket tells which is meant")
	}
	assessed(t, got, "host/intf", "outside/203.0.113.9", "smtp")
}

func TestEachHostSource(t *testing.T) {
	t.Parallel()
	host := machine("app", "10.0.0.1/24")
	host.Routes = estate.Know("nginx", []estate.WebRoute{{Proxy: "nginx", Upstream: []string{"http://10.9.0.1:8080", "unix:/run/x.sock", "127.0.0.1:8069", "https://api.partner.example", "$backend"}, Unverified: true}})
	host.Commands = estate.Know("scripts", []estate.OutboundCall{{Where: "/opt/x/run", Program: "curl", Hosts: []string{"put.example:443"}, Direction: estate.Push},
		{Where: "sync.service", Program: "rsync", Hosts: []string{"10.9.0.2"}}, {Where: "/opt/dump", Program: "pg_dump", Hosts: []string{"10.9.0.3"}}, {Where: "/etc/cron.d/m", Program: "mail", Hosts: []string{"mx.example"}}})
	host.Schedules = estate.Know("cron", []estate.Schedule{{Kind: "cron", Where: "/etc/cron.d/m", When: "0 1 * * *", Program: "mail", Hosts: []string{"mx.example"}}})
	host.Processes = estate.Know("ps", []estate.Process{{Program: "autossh", Hosts: []string{"tunnel.example"}}, {Program: "curl", Flags: []string{"--upload-file"}, Hosts: []string{"up.example:443"}}})
	host.Mounts = estate.Know("mounts", []estate.Mount{{Source: "//nas/x", Target: "/mnt/nas", Type: "cifs", RemoteHost: "nas", InFstab: true},
		{Source: "10.9.0.4:/b", Target: "/mnt/backup", Type: "nfs4", RemoteHost: "10.9.0.4", Mounted: true, ReadOnly: true}, {Source: "bucket", Target: "/mnt/s3", Type: "fuse.s3fs", Mounted: true},
		{Source: "/dev/sda1", Target: "/", Type: "ext4", Mounted: true}})
	host.Backups = estate.Know("find", []estate.Backup{{Tool: "pg_dump", Where: "/mnt/backup/pg/*.dump"}})
	host.Safeguards = estate.Know("units", []estate.Safeguard{{Kind: "log-forwarding", State: "on", By: []string{"rsyslog", "logs.example"}}, {Kind: "time", State: "on", By: []string{"chrony", "10.9.0.5"}},
		{Kind: "log-forwarding", State: "off", By: []string{"filebeat", "elk.example"}}, {Kind: "monitoring", State: "on", By: []string{"node-exporter"}}})
	host.Network = estate.Know("resolv.conf", estate.Network{Resolvers: []string{"10.9.0.6", "127.0.0.53"}})
	host.Containers = estate.Know("docker", []estate.Container{{Image: "registry.example:5000/clinic/tools:1"}, {Image: "clinic/tools:1"}, {Image: ""}})
	host.Connections.Value = []estate.Connection{{LocalPort: 9100, Inbound: true, PeerAddress: "10.9.0.7", Process: "prometheus-node-exporter"}, {PeerAddress: "10.9.0.8", PeerPort: 40001, Process: "x"},
		{PeerAddress: "10.9.0.8", PeerPort: 40002, Process: "x"}}
	got := Assess(hosts(host))

	for _, want := range []estate.Integration{
		{To: "outside/10.9.0.1", Protocol: "http", Port: 8080, Kind: estate.KindPartner, Direction: estate.UnknownDirection, Encryption: estate.PlainText},
		{To: "outside/api.partner.example", Protocol: "https", Port: 443, Kind: estate.KindPartner, Direction: estate.UnknownDirection, Encryption: estate.TLSEncryption},
		{To: "outside/put.example", Protocol: "https", Port: 443, Kind: estate.KindPartner, Direction: estate.Push, Encryption: estate.TLSEncryption},
		{To: "outside/10.9.0.2", Protocol: "rsync", Port: 22, Kind: estate.KindFiles, Direction: estate.UnknownDirection, Encryption: estate.SSHEncryption, Authentication: estate.KeyProof},
		{To: "outside/10.9.0.3", Protocol: "postgresql", Port: 5432, Kind: estate.KindBackup, Direction: estate.Pull},
		{To: "outside/mx.example", Protocol: "smtp", Port: 25, Kind: estate.KindMail, Direction: estate.Push, Schedule: []string{"0 1 * * * (/etc/cron.d/m)"}},
		{To: "outside/tunnel.example", Protocol: "ssh", Port: 22, Kind: estate.KindAccess, Direction: estate.UnknownDirection, Encryption: estate.SSHEncryption},
		{To: "outside/up.example", Protocol: "https", Port: 443, Kind: estate.KindPartner, Direction: estate.Push, Encryption: estate.TLSEncryption},
		{To: "outside/nas", Protocol: "cifs", Port: 445, Kind: estate.KindFiles, Direction: estate.Both},
		{To: "outside/10.9.0.4", Protocol: "nfs4", Port: 2049, Kind: estate.KindBackup, Direction: estate.Pull},
		{To: "outside/s3fs-bucket", Protocol: "s3", Port: 443, Kind: estate.KindDocuments, Direction: estate.Both, Encryption: estate.TLSEncryption},
		{To: "outside/logs.example", Protocol: "syslog", Port: 514, Kind: estate.KindLogging, Direction: estate.Push, Encryption: estate.PlainText},
		{To: "outside/elk.example", Protocol: "syslog", Port: 514, Kind: estate.KindLogging, Direction: estate.Push, Encryption: estate.PlainText},
		{To: "outside/10.9.0.5", Protocol: "ntp", Port: 123, Kind: estate.KindTime, Direction: estate.Pull},
		{To: "outside/10.9.0.6", Protocol: "dns", Port: 53, Kind: estate.KindNames, Direction: estate.Pull, Encryption: estate.PlainText},
		{To: "outside/registry.example", Protocol: "registry", Port: 443, Kind: estate.KindSoftware, Direction: estate.Pull},
		{To: "outside/10.9.0.8", Protocol: "tcp", Kind: estate.KindOther, Direction: estate.UnknownDirection},
	} {
		is := assessed(t, got, "host/app", want.To, want.Protocol)
		require.Equal(t, [...]any{want.Port, want.Kind, want.Direction, want.Schedule}, [...]any{is.Port, is.Kind, is.Direction, is.Schedule}, want.To)
		if want.Encryption != "" {
			require.Equal(t, want.Encryption, is.Encryption, want.To)
		}
		if want.Authentication != "" {
			require.Equal(t, want.Authentication, is.Authentication, want.To)
		}
	}
	scrape := assessed(t, got, "outside/10.9.0.7", "host/app", "prometheus")
	require.Equal(t, estate.KindMonitoring, scrape.Kind)
	require.Len(t, got.Integrations, 18)
	require.Empty(t, assessed(t, got, "host/app", "outside/nas", "cifs").Observed, "promised by fstab, and not mounted")
	require.NotEmpty(t, assessed(t, got, "host/app", "outside/10.9.0.4", "nfs4").Observed)
	require.Zero(t, assessed(t, got, "host/app", "outside/10.9.0.6", "dns").Looks, "no look at connections would show it")
}

func TestEachSetting(t *testing.T) {
	t.Parallel()
	host := machine("app", "10.0.0.1/24")
	conf := func(product string, settings ...string) {
		c := estate.Configuration{Product: product, File: "/etc/" + product}
		for i := 0; i < len(settings); i += 2 {
			c.Settings = append(c.Settings, estate.Option{Name: settings[i], Value: settings[i+1]})
		}
		host.Configurations.Value = append(host.Configurations.Value, c)
	}
	host.Configurations.Coverage = estate.Known
	conf("odoo", "db_host", "db.example", "db_port", "6432", "db_sslmode", "require", "db_password", "set", "smtp_server", "mx.example", "smtp_port", "587", "smtp_ssl", "True")
	conf("odoo", "db_host", "False", "smtp_server", "localhost")
	conf("redis", "replicaof", "10.9.0.1 6380")
	conf("sssd", "domain/clinic.ldap_uri", "ldaps://dc1.example, ldap://dc2.example", "domain/clinic.krb5_server", "kdc.example", "domain/clinic.ldap_default_authtok", "set", "domain/other.ldap_uri", "_srv_")
	conf("ldap-client", "uri", "ldap://dir.example:3890 ldapi:///")
	conf("kerberos", "realms.kdc", "kdc2.example:88")
	conf("mail", "relayhost", "[relay.example]:587", "smtp_tls_security_level", "encrypt", "smtp_sasl_auth_enable", "yes")
	conf("mail", "dc_smarthost", "smart.example::26")
	conf("object-storage", "MINIO_VOLUMES", "http://minio{1...4}/data https://store.example:9000/data")
	got := Assess(hosts(host))
	for _, want := range []estate.Integration{
		{To: "outside/db.example", Protocol: "postgresql", Port: 6432, Encryption: estate.TLSEncryption, Authentication: estate.PasswordProof},
		{To: "outside/mx.example", Protocol: "smtp", Port: 587, Encryption: estate.StartTLS, Authentication: estate.UnknownProof},
		{To: "outside/10.9.0.1", Protocol: "redis", Port: 6380, Encryption: estate.UnknownEncryption, Authentication: estate.UnknownProof},
		{To: "outside/dc1.example", Protocol: "ldaps", Port: 636, Encryption: estate.TLSEncryption, Authentication: estate.PasswordProof},
		{To: "outside/dc2.example", Protocol: "ldap", Port: 389, Encryption: estate.UnknownEncryption, Authentication: estate.PasswordProof},
		{To: "outside/kdc.example", Protocol: "kerberos", Port: 88, Encryption: estate.UnknownEncryption, Authentication: estate.PasswordProof},
		{To: "outside/dir.example", Protocol: "ldap", Port: 3890, Encryption: estate.UnknownEncryption, Authentication: estate.UnknownProof},
		{To: "outside/kdc2.example", Protocol: "kerberos", Port: 88, Encryption: estate.UnknownEncryption, Authentication: estate.TokenProof},
		{To: "outside/relay.example", Protocol: "smtp", Port: 587, Encryption: estate.StartTLS, Authentication: estate.PasswordProof},
		{To: "outside/smart.example", Protocol: "smtp", Port: 26, Encryption: estate.UnknownEncryption, Authentication: estate.UnknownProof},
		{To: "outside/store.example", Protocol: "s3", Port: 9000, Encryption: estate.TLSEncryption, Authentication: estate.UnknownProof},
	} {
		is := assessed(t, got, "host/app", want.To, want.Protocol)
		require.Equal(t, [...]any{want.Port, want.Encryption, want.Authentication}, [...]any{is.Port, is.Encryption, is.Authentication}, want.To)
		require.NotEmpty(t, is.Configured)
	}
	require.Len(t, got.Integrations, 11)
}

func TestEachOdooSource(t *testing.T) {
	t.Parallel()
	app, db := pair()
	hook := func(host string) []estate.CodeHost { return []estate.CodeHost{{Protocol: "https", Host: host}} }
	code := func(host string) *estate.Code { return &estate.Code{Length: 10, Hosts: hook(host)} }
	erp := estate.OdooServer{Name: "erp", Host: "app", Database: "clinic", Environment: estate.Production, Collected: estate.Collection{Coverage: estate.Known},
		MailServers: estate.Know("rpc", []estate.MailServer{{Host: "mx.example", Port: 587, Kind: "smtp", Encryption: "starttls", Login: true, Active: true}, {Host: "old.example", Kind: "smtp"}}),
		Inbound:     estate.Know("rpc", []estate.MailServer{{Host: "imap.example", Port: 993, Kind: "imap", Encryption: "ssl", Active: true}}),
		Providers: estate.Know("rpc", []estate.Provider{
			{Kind: "payment", Name: "Stripe", Enabled: true}, {Kind: "payment", Name: "Wire", Enabled: true, Manual: true}, {Kind: "payment", Name: "Adyen"},
			{Kind: "ldap", Host: "dc.example", Port: 636, Enabled: true}, {Kind: "oauth", Host: "id.example", Port: 443, TLS: true, Enabled: true}, {Kind: "iap", Name: "sms", Enabled: true},
			{Kind: "delivery", Name: "UPS Express", Enabled: true}, {Kind: "edi", Name: "peppol", Enabled: true}}),
		Actions: estate.Know("rpc", []estate.ServerAction{{Name: "tell", Model: "clinic.patient", Code: code("hooks.example")}, {Name: "call", Kind: "webhook", Model: "res.partner", Hosts: hook("zap.example")}}),
		Crons: estate.Know("rpc", []estate.Cron{{Name: "nightly", Active: true, Interval: "1 days", Model: "clinic.patient", Code: code("export.example")}, {Name: "old", Code: code("gone.example")},
			{Name: "fetch", Active: true, Interval: "5 minutes", Model: "fetchmail.server"}}),
		Fields:      estate.Know("rpc", estate.FieldSums{Custom: []estate.CustomField{{Model: "res.partner", Name: "x_rating", Code: code("rating.example")}}}),
		Automations: estate.Know("rpc", []estate.Automation{{Name: "intake", Trigger: "on_webhook", Active: true, Model: "clinic.patient"}, {Name: "off", Trigger: "on_webhook"}}),
		Parameters:  estate.Know("rpc", []estate.Parameter{{Name: "sms.provider", Value: "twilio"}, {Name: "web.base.url", Value: "https://app"}}),
	}
	in := hosts(app, db)
	in.Inventory.Odoo = []estate.OdooServer{erp}
	in.Inventory.Postgres = []estate.PostgresServer{{Name: "main", Host: "db", Environment: estate.Production}}
	in.Classification = Classification{Databases: []DatabaseResult{{Server: "main", Database: "clinic", Coverage: estate.Known, Columns: map[estate.DataClass]int{estate.PHI: 3},
		Tables: []TableResult{{Schema: "public", Table: "clinic_patient", Sensitive: []ColumnResult{{Column: "mrn", Class: estate.PHI}}}}}}}
	got := Assess(in)
	for _, want := range []struct {
		from, to, protocol string
		kind               estate.IntegrationKind
		direction          estate.Direction
		proof              estate.Authentication
		class              estate.DataClass
	}{
		{"host/app", "outside/mx.example", "smtp", estate.KindMail, estate.Push, estate.PasswordProof, estate.NotAssessed},
		{"host/app", "outside/imap.example", "imap", estate.KindMail, estate.Pull, estate.NoProof, estate.NotAssessed},
		{"host/app", "outside/stripe", "https", estate.KindFinance, estate.Both, estate.UnknownProof, estate.Financial},
		{"host/app", "outside/dc.example", "ldaps", estate.KindIdentity, estate.Pull, estate.UnknownProof, estate.Credential},
		{"host/app", "outside/id.example", "https", estate.KindIdentity, estate.Pull, estate.TokenProof, estate.Credential},
		{"host/app", "outside/sms", "https", estate.KindPartner, estate.Both, estate.TokenProof, estate.NotAssessed},
		{"host/app", "outside/ups-express", "https", estate.KindPartner, estate.Both, estate.UnknownProof, estate.NotAssessed},
		{"host/app", "outside/peppol", "https", estate.KindFinance, estate.Both, estate.UnknownProof, estate.Financial},
		{"host/app", "outside/hooks.example", "https", estate.KindPartner, estate.UnknownDirection, estate.UnknownProof, estate.PHI},
		{"host/app", "outside/zap.example", "https", estate.KindPartner, estate.Push, estate.UnknownProof, estate.NotAssessed},
		{"host/app", "outside/export.example", "https", estate.KindPartner, estate.UnknownDirection, estate.UnknownProof, estate.PHI},
		{"host/app", "outside/rating.example", "https", estate.KindPartner, estate.Pull, estate.UnknownProof, estate.NotAssessed},
		{"host/app", "outside/twilio", "https", estate.KindPartner, estate.Push, estate.UnknownProof, estate.NotAssessed},
		{"outside/callers-of-webhooks-of-erp", "host/app", "https", estate.KindPartner, estate.Push, estate.TokenProof, estate.PHI},
	} {
		is := assessed(t, got, want.from, want.to, want.protocol)
		require.Equal(t, [...]any{want.kind, want.direction, want.proof, want.class}, [...]any{is.Kind, is.Direction, is.Authentication, is.Classes[0].Class}, want.to)
	}
	require.Len(t, got.Integrations, 14)
	require.Equal(t, []string{"every 1 days (Odoo erp)"}, assessed(t, got, "host/app", "outside/export.example", "https").Schedule)
	require.Equal(t, []string{"every 5 minutes (Odoo erp)"}, assessed(t, got, "host/app", "outside/imap.example", "imap").Schedule)
	require.Equal(t, estate.Crossing{Class: estate.PHI, By: estate.ByModel, Why: "the table main/clinic/public.clinic_patient holds it"},
		assessed(t, got, "host/app", "outside/hooks.example", "https").Classes[0])

	// Where nobody may see whether a login is stored, none is not said.
	in.Inventory.Odoo[0].Inbound.Grant = "membership in Administration/Settings"
	require.Equal(t, estate.UnknownProof, assessed(t, Assess(in), "host/app", "outside/imap.example", "imap").Authentication)
}

func TestEachPostgresSource(t *testing.T) {
	t.Parallel()
	app, db := pair()
	server := estate.PostgresServer{Name: "main", Host: "db", Collected: estate.Collection{Coverage: estate.Known, Address: "10.0.0.2:5433", Via: []string{"gate"}},
		Clients: estate.Know("activity", []estate.DatabaseClient{
			{Database: "clinic", Role: "odoo", Address: "10.0.0.1", TLS: true, Count: 3}, {Database: "clinic", Role: "bi", Address: "10.9.0.1", Application: "Metabase v0.50"},
			{Database: "clinic", Role: "x", Address: ""}, {Database: "clinic", Role: "assess", Address: "10.9.0.99", Application: "nightferry"}, {Database: "clinic", Role: "odoo", Address: "127.0.0.1"}}),
		Standbys: estate.Know("replication", []estate.Standby{{Role: "repl", Address: "10.9.0.2", Application: "standby1"}}),
		Access: estate.Know("hba", []estate.AccessRule{
			{Line: 1, Type: "local", Databases: []string{"all"}, Roles: []string{"all"}, Method: "peer"},
			{Line: 2, Type: "hostssl", Databases: []string{"clinic"}, Roles: []string{"odoo"}, Address: "10.0.0.1/32", Method: "cert"},
			{Line: 3, Type: "host", Databases: []string{"clinic"}, Roles: []string{"bi"}, Address: "10.9.0.0/24", Method: "md5"},
			{Line: 4, Type: "hostnossl", Databases: []string{"replication"}, Roles: []string{"repl"}, Address: "10.9.0.3", Netmask: "255.255.255.255", Method: "trust"},
			{Line: 5, Type: "host", Databases: []string{"all"}, Roles: []string{"all"}, Address: "10.9.0.4/32", Method: "reject"},
			{Line: 6, Type: "host", Databases: []string{"all"}, Roles: []string{"all"}, Address: "etl.example", Method: "scram-sha-256"}}),
		Slots: estate.Know("slots", []estate.ReplicationSlot{{Name: "feed", Kind: "logical", Plugin: "pgoutput"}}),
		Databases: estate.Know("databases", []estate.Database{{Name: "clinic",
			Tables:         estate.Know("tables", []estate.Table{{Schema: "public", Name: "remote_lab", Kind: "foreign", ForeignServer: "lab"}}),
			Publications:   estate.Know("pub", []estate.Publication{{Name: "patients"}}),
			ForeignServers: estate.Know("fdw", []estate.ForeignServer{{Name: "lab", Wrapper: "oracle_fdw", Host: "ora.example", Port: "1522"}, {Name: "self", Wrapper: "postgres_fdw"}, {Name: "f", Wrapper: "file_fdw"}, {Name: "odd", Wrapper: "odd_fdw"}})}})}
	follower := estate.PostgresServer{Name: "dwh", Host: "app", Collected: estate.Collection{Coverage: estate.Known},
		Databases: estate.Know("databases", []estate.Database{{Name: "dwh", Subscriptions: estate.Know("sub", []estate.Subscription{
			{Name: "feed", Slot: "feed", Publications: []string{"patients"}, Enabled: true}, {Name: "other", Slot: "other", Publications: []string{"x"}}})}})}
	in := hosts(app, db)
	in.Inventory.Postgres = []estate.PostgresServer{follower, server}
	in.Classification = Classification{Databases: []DatabaseResult{{Server: "main", Database: "clinic", Coverage: estate.Known, Columns: map[estate.DataClass]int{estate.PHI: 3, estate.HR: 1},
		Tables: []TableResult{{Schema: "public", Table: "remote_lab", Sensitive: []ColumnResult{{Column: "value", Class: estate.PHI}}}}},
		{Server: "dwh", Database: "dwh", Coverage: estate.Denied}}}
	got := Assess(in)

	odoo := assessed(t, got, "host/app", "host/db", "postgresql")
	require.Equal(t, estate.TLSEncryption, odoo.Encryption)
	require.Equal(t, estate.CertProof, odoo.Authentication)
	require.Len(t, odoo.Configured, 2, "%v: an access rule and a subscription", odoo.Configured)
	require.Equal(t, 5433, odoo.Port)
	metabase := assessed(t, got, "outside/10.9.0.1", "host/db", "postgresql")
	require.Equal(t, [...]any{estate.KindAnalytics, estate.PlainText, estate.PasswordProof}, [...]any{metabase.Kind, metabase.Encryption, metabase.Authentication})
	require.Equal(t, []estate.Crossing{{Class: estate.PHI, By: estate.ByDatabase, Why: "the database main/clinic holds it"}, {Class: estate.HR, By: estate.ByDatabase, Why: "the database main/clinic holds it"}}, metabase.Classes)
	require.Equal(t, estate.Pull, assessed(t, got, "outside/10.9.0.2", "host/db", "postgresql").Direction)
	standby := assessed(t, got, "outside/10.9.0.3", "host/db", "postgresql")
	require.Equal(t, [...]any{estate.PlainText, estate.NoProof, estate.Pull}, [...]any{standby.Encryption, standby.Authentication, standby.Direction})
	assessed(t, got, "outside/etl.example", "host/db", "postgresql")
	lab := assessed(t, got, "host/db", "outside/ora.example", "oracle")
	require.Equal(t, [...]any{1522, estate.KindDatabase, estate.PHI}, [...]any{lab.Port, lab.Kind, lab.Classes[0].Class})
	assessed(t, got, "host/db", "outside/foreign-server-odd", "unknown")
	assessed(t, got, "host/db", "host/db", "postgresql")
	publisher := assessed(t, got, "host/app", "outside/publisher-of-other", "postgresql")
	require.Contains(t, publisher.Configured[0], "not enabled")
	require.Equal(t, estate.NotAssessed, publisher.Classes[0].Class, "its database was denied: that is not harmless")
	require.Len(t, got.Integrations, 9)
}

// Owners come from the services, the opener's first; what people state wins; what crosses by a service is a bound.
func TestOwnersAndClassesOfServices(t *testing.T) {
	t.Parallel()
	app, db := pair()
	app.Commands = estate.Know("scripts", []estate.OutboundCall{{Where: "/opt/push", Program: "sftp", Hosts: []string{"a.example", "b.example"}}})
	in := hosts(app, db)
	in.Services = []estate.Service{{Name: "erp", Owner: "Testmann", Hosts: []string{"app"}}, {Name: "data", Owner: "Mustermann", Hosts: []string{"db"}}}
	in.Classification.Services = []ServiceResult{{Service: "erp", Columns: map[estate.DataClass]int{estate.PHI: 2, estate.Operational: 9}}}
	in.Declared = []estate.Integration{
		{From: "host/app", To: "outside/b.example", Protocol: "sftp", Owner: "Beispielsen", Kind: estate.KindFinance, Declared: []string{"x"}, Schedule: []string{"monthly"},
			Classes: []estate.Crossing{{Class: estate.Financial}}, Encryption: estate.PlainText, Authentication: estate.PasswordProof, Direction: estate.Pull},
		{From: "outside/c.example", To: "host/db", Protocol: "https", Declared: []string{"y"}},
	}
	got := Assess(in)
	a, b, c := assessed(t, got, "host/app", "outside/a.example", "sftp"), assessed(t, got, "host/app", "outside/b.example", "sftp"), assessed(t, got, "outside/c.example", "host/db", "https")
	require.Equal(t, []string{"Testmann", "Beispielsen", "Mustermann"}, []string{a.Owner, b.Owner, c.Owner})
	require.Equal(t, []estate.Crossing{{Class: estate.PHI, By: estate.ByService, Why: "at most: the service erp holds it"}}, a.Classes)
	require.Equal(t, estate.ByDeclaration, b.Classes[0].By)
	require.Equal(t, estate.KindFinance, b.Kind)
	require.Equal(t, estate.KeyProof, b.Authentication, "the unattended script says more than a declaration")
	require.Equal(t, []string{"monthly"}, b.Schedule)
	require.Equal(t, estate.NotAssessed, c.Classes[0].Class)
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	app, db := pair()
	app.Commands = estate.Know("scripts", []estate.OutboundCall{{Where: "/opt/push", Program: "curl", Hosts: []string{"a.example:443"}}})
	app.Connections.Value = []estate.Connection{{PeerAddress: "203.0.113.1", PeerPort: 443}, {PeerAddress: "203.0.113.2", PeerPort: 2575}, {PeerAddress: "127.0.0.1", PeerPort: 5432}, {PeerAddress: "10.0.0.2", PeerPort: 5432}}
	dark := machine("dark", "10.0.0.7/24")
	dark.Connections = estate.Miss[[]estate.Connection](estate.Denied, "ss", "", "")
	dark.Commands = app.Commands
	in := hosts(app, db, dark)
	in.Declared = []estate.Integration{{From: "host/db", To: "outside/bi.example", Protocol: "https", Declared: []string{"engagement.yaml:9"}},
		{From: "host/dark", To: "outside/z.example", Protocol: "https", Declared: []string{"engagement.yaml:10"}}, {From: "host/db", To: "host/app", Protocol: "https", Planned: true, Declared: []string{"engagement.yaml:11"}}}
	findings := map[string]estate.Finding{}
	for _, f := range Assess(in).Findings {
		findings[f.Title] = f
		require.NotEmpty(t, f.Evidence)
		require.NotEmpty(t, f.Fix)
		require.Contains(t, estate.Severities(), f.Severity)
	}
	require.Len(t, findings, 6, "nobody could look at dark's connections, what the machine says to itself is its own, and what comes with a move is no surprise")
	one := func(title, code, asset string, severity estate.Severity) estate.Finding {
		f := findings[title]
		require.Equal(t, [...]any{code, asset, severity}, [...]any{f.Code, f.Asset, f.Severity}, title)
		return f
	}
	quiet := one("app to outside/a.example by https: configured, and not seen in use", CodeNotObserved, "host/app", estate.InfoSeverity)
	require.Contains(t, quiet.Evidence, "not seen in one look at the connections, which proves little")
	require.Contains(t, strings.Join(quiet.Evidence, "; "), "outside/203.0.113.1, of which no name is known, is spoken to by the same protocol: it may be the same")
	one("app to outside/203.0.113.2 by hl7: in use, and declared by nobody", CodeNotDeclared, "host/app", estate.HighSeverity)
	one("app to outside/203.0.113.1 by https: in use, and declared by nobody", CodeNotDeclared, "host/app", estate.MediumSeverity)
	one("app to db by postgresql: in use, and declared by nobody", CodeNotDeclared, "host/app", estate.LowSeverity)
	one("db to outside/bi.example by https: declared, and found nowhere", CodeNotFound, "host/db", estate.MediumSeverity)
	blind := one("dark to outside/z.example by https: declared, and found nowhere", CodeNotFound, "host/dark", estate.MediumSeverity)
	require.Contains(t, blind.Evidence, "nobody could look at its connections")
}

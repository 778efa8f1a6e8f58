package classify_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/internal/estate"
)

func columns(names ...string) []estate.Column {
	var all []estate.Column
	for _, n := range names {
		all = append(all, estate.Column{Name: n, Type: "text"})
	}
	return all
}

func odooInventory() estate.Inventory {
	tables := []estate.Table{
		{Schema: "public", Name: "ir_model", Columns: columns("id")},
		{Schema: "public", Name: "ir_module_module", Columns: columns("id")},
		{Schema: "public", Name: "res_partner", Columns: columns("id", "email", "color", "zzz")},
		{Schema: "public", Name: "clinic_ward", Columns: columns("zzz")},
		{Schema: "public", Name: "clinic_patient", PrimaryKey: []string{"id"}, Columns: columns("id", "mrn", "email", "zzz")},
		{Schema: "public", Name: "loyalty", Columns: append(columns("phone"), estate.Column{Name: "patient_id", Type: "integer"}),
			References: []estate.ForeignKey{{Columns: []string{"patient_id"}, Table: "public.clinic_patient"}}},
	}
	return estate.Inventory{Postgres: []estate.PostgresServer{{Name: "main", Host: "db", Databases: estate.Know("query", []estate.Database{
		{Name: "clinic", Tables: estate.Know("query", tables)},
		{Name: "closed", Tables: estate.Miss[[]estate.Table](estate.Denied, "query", "may not connect", "CONNECT on closed")},
	})}}}
}

func sensitive(t *testing.T, d classify.DatabaseResult, table, column string) classify.ColumnResult {
	t.Helper()
	for _, tr := range d.Tables {
		for _, c := range tr.Sensitive {
			if tr.Table == table && c.Column == column {
				return c
			}
		}
	}
	require.Failf(t, "not sensitive", "%s.%s", table, column)
	return classify.ColumnResult{}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	c, err := classify.NewClassifier()
	require.NoError(t, err)
	services := []estate.Service{{Name: "erp", Databases: []string{"main/clinic", "main/closed"}}, {Name: "lost", Databases: []string{"nowhere/x"}}}
	result := c.Classify(odooInventory(), services)
	clinic := result.Databases[0]
	require.True(t, clinic.Odoo)
	require.Equal(t, estate.PHI, clinic.Class)

	require.Equal(t, "catalogue", sensitive(t, clinic, "res_partner", "email").Evidence[0].Kind)
	require.Equal(t, estate.PHI, sensitive(t, clinic, "clinic_patient", "mrn").Class)
	require.Equal(t, estate.PHI, sensitive(t, clinic, "clinic_patient", "email").Class, "beside a patient, an address is health data")
	require.Equal(t, estate.PHI, sensitive(t, clinic, "loyalty", "phone").Class, "by its foreign key to patients")
	require.Equal(t, estate.PII, sensitive(t, clinic, "res_partner", "email").Class, "the catalogue's word stands")
	unnamed := sensitive(t, clinic, "clinic_patient", "zzz")
	require.Equal(t, estate.PHI, unnamed.Class, "in a record of care, what no name tells is health data more likely than not")
	require.Less(t, unnamed.Confidence, 0.7)

	for _, table := range clinic.Tables {
		if table.Table == "res_partner" || table.Table == "clinic_ward" {
			require.Equal(t, []string{"zzz"}, table.NotAssessed, "nobody could tell is not operational")
		}
		if table.Table == "clinic_patient" {
			require.Equal(t, []string{"id"}, table.Operational)
			require.Empty(t, table.NotAssessed)
		}
	}
	require.Equal(t, estate.NotAssessed, result.Databases[1].Class, "denied is not harmless")
	require.Equal(t, estate.Denied, result.Databases[1].Coverage)

	require.Equal(t, []string{"main/clinic", "main/closed"}, result.Services[0].Databases)
	require.Equal(t, estate.PHI, result.Services[0].Class)
	require.Equal(t, []string{"nowhere/x"}, result.Services[1].Missing)
	require.Equal(t, estate.NotAssessed, result.Services[1].Class)
}

func TestAssessReconciles(t *testing.T) {
	t.Parallel()
	inventory := estate.Inventory{
		Hosts: []estate.Host{
			{Name: "app", Collected: estate.Collection{Coverage: estate.Known, Account: "assess", Via: []string{"gate"}},
				Interfaces: estate.Know("ip", []estate.Interface{{Name: "eth0", Addresses: []string{"10.0.0.1/24"}}}),
				Names:      estate.Know("/etc/hosts", []estate.HostName{{Address: "10.0.0.2", Names: []string{"db.clinic.example"}}}),
				Connections: estate.Know("ss", []estate.Connection{
					{LocalAddress: "10.0.0.1", PeerAddress: "10.0.0.2", PeerPort: 5432},
					{LocalAddress: "10.0.0.1", LocalPort: 22, PeerAddress: "10.0.0.9", Inbound: true},
					{LocalAddress: "10.0.0.1", PeerAddress: "203.0.113.5", PeerPort: 2575},
				})},
			{Name: "db", Collected: estate.Collection{Coverage: estate.Known},
				Interfaces: estate.Know("ip", []estate.Interface{{Name: "eth0", Addresses: []string{"10.0.0.2/24"}}})},
			{Name: "gate", Collected: estate.Collection{Coverage: estate.Known},
				Interfaces: estate.Know("ip", []estate.Interface{{Name: "eth0", Addresses: []string{"10.0.0.9/24"}}})},
		},
		Odoo: []estate.OdooServer{{Name: "erp", Host: "app", Collected: estate.Collection{Coverage: estate.Known},
			MailServers: estate.Know("rpc", []estate.MailServer{{Host: "smtp.mailer.example", Port: 587, Kind: "smtp", Active: true}})}},
	}
	declared := []estate.Integration{{From: "app", To: "db.clinic.example", Protocol: "postgresql", Declared: []string{"engagement.yaml"}}}
	got := classify.Assess(classify.Input{Inventory: inventory, Declared: declared})

	require.Equal(t, []estate.Integration{
		{From: "host/app", To: "host/db", Protocol: "postgresql", Port: 5432, Kind: "database", Observed: []string{"socket on app, port 5432"}, Declared: []string{"engagement.yaml"}},
		{From: "host/app", To: "outside/203.0.113.5", Protocol: "hl7", Port: 2575, Kind: "ehr", Observed: []string{"socket on app, port 2575"}},
		{From: "host/app", To: "outside/smtp.mailer.example", Protocol: "smtp", Port: 587, Kind: "mail", Configured: []string{"mail server in Odoo erp"}},
	}, got.Integrations, "the assessor's own way in is no integration")
	require.NotEmpty(t, got.Gaps)
}

// A socket shows ssh, the configuration says sftp: it is one integration, and the closer word stays.
func TestAssessJoinsFamilies(t *testing.T) {
	t.Parallel()
	inventory := estate.Inventory{Hosts: []estate.Host{{Name: "intf", Collected: estate.Collection{Coverage: estate.Known},
		Connections: estate.Know("ss", []estate.Connection{{LocalAddress: "10.0.0.3", PeerAddress: "203.0.113.9", PeerPort: 22}}),
		Commands:    estate.Know("cron", []estate.OutboundCall{{Where: "push", Program: "sftp", Hosts: []string{"203.0.113.9"}}})}}}
	got := classify.Assess(classify.Input{Inventory: inventory}).Integrations
	require.Len(t, got, 1)
	require.Equal(t, "sftp", got[0].Protocol)
	require.NotEmpty(t, got[0].Configured)
	require.NotEmpty(t, got[0].Observed)
}

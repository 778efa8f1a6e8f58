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

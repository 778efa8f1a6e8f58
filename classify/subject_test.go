package classify_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/internal/estate"
)

// TestSubject: what a column means that is called as columns of all tables are depends on whom the table is about, which
// no single word tells.
func TestSubject(t *testing.T) {
	t.Parallel()
	c, err := classify.NewClassifier()
	require.NoError(t, err)
	for _, table := range []struct {
		name, columns string // the first column is asked about
		want          estate.DataClass
	}{
		{"dialysis.session", "remarks patient_no dry_weight fistula", estate.PHI},
		{"public.stay", "remarks patient_no ward", estate.PHI},
		{"mtech.dialysis_machine", "started serial_no firmware calibration inventory_no", estate.Operational},
		{"blood.donation", "deferral donor_no haemoglobin blood_pressure donor_name", estate.PHI},
		{"fund.donation", "purpose donor_name iban amount", estate.Financial},
		{"cat.diagnosis", "chapter icd_code title", estate.Public},
		{"rota.night_duty", "swap_reason emp_no shift overtime", estate.HR},
		{"ops.ward_cleaning", "finished ward bed room shift", estate.Operational},
		{"dienst.plan", "wunsch mitarbeiter schicht urlaub", estate.HR},
		{"urgences.triage", "orientation ipp motif tension", estate.PHI},
		{"compras.pedido", "entrega proveedor articulo cantidad", estate.Operational},
	} {
		schema, name, _ := strings.Cut(table.name, ".")
		in := estate.Table{Schema: schema, Name: name}
		for column := range strings.FieldsSeq(table.columns) {
			in.Columns = append(in.Columns, estate.Column{Name: column, Type: "character varying(40)"})
		}
		inventory := estate.Inventory{Postgres: []estate.PostgresServer{{Name: "s", Databases: estate.Know("q",
			[]estate.Database{{Name: "d", Tables: estate.Know("q", []estate.Table{in})}})}}}
		got := c.Judge(inventory)[0].Columns[0]
		require.Equal(t, table.want, got.Class, "%s.%s: %v", table.name, got.Column, got.Evidence)
	}
}

package classify_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/classify/readiness"
	"nightferry/classify/rules"
	"nightferry/internal/estate"
)

func embedded(t *testing.T) *classify.Policies {
	t.Helper()
	p, err := classify.LoadPolicies(func(p classify.PolicyTable) (classify.PolicyTable, error) { return p, nil })
	require.NoError(t, err)
	return p
}

// Each citation of the table of controls is a paragraph or control that the docs quote by its title.
func TestCitationsOfControls(t *testing.T) {
	t.Parallel()
	known, err := rules.Controls()
	require.NoError(t, err)
	text, err := os.ReadFile("../docs/assessment.md")
	require.NoError(t, err)
	for _, control := range embedded(t).Controls.Controls {
		for _, level := range control.Levels {
			require.NotEmpty(t, level.Cites, "%s %s", control.Name, level.Level)
			for _, cite := range level.Cites {
				if _, is := known[cite]; !is {
					require.Contains(t, string(text), "| 45 CFR "+cite+" |", "%s %s", control.Name, level.Level)
				}
			}
		}
	}
}

// The docs name every fact that a table can ask for, and every table.
func TestFactsAreInTheDocs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/assessment.md")
	require.NoError(t, err)
	for name := range readiness.Schema() {
		require.Contains(t, string(text), "`"+name+"`")
	}
	for _, table := range classify.PolicyTables() {
		require.Contains(t, string(text), "| `"+table.Name+"` |")
	}
}

// A copy is held against the values of its columns: their names say nothing of whether it is masked.
func TestCopyIsHeldAgainstValues(t *testing.T) {
	t.Parallel()
	column := func(name, subtype, kind string, weight float64) classify.ColumnResult {
		return classify.ColumnResult{Column: name, Class: estate.PHI, Subtype: subtype, Evidence: []classify.Evidence{{Kind: kind, Class: estate.PHI, Weight: weight}}}
	}
	in := classify.Input{Today: "2026-01-31", Policies: embedded(t),
		Copies: []estate.Copy{{Database: "stg/c", Of: "erp/c", Content: estate.MaskedCopy, By: "N. N.", Date: "2026-01-30", Where: "engagement.yaml:9"}},
		Inventory: estate.Inventory{
			Postgres: []estate.PostgresServer{{Name: "stg", Environment: estate.NonProduction, Collected: estate.Collection{Coverage: estate.Known}, Databases: estate.Know("q", []estate.Database{{Name: "c"}})}},
			Columns:  []estate.SampledServer{{Server: "stg", Databases: []estate.SampledDatabase{{Database: "c", Tables: []estate.SampledTable{{Table: "p", Rows: 9}}}}}},
		}}
	judge := func(columns ...classify.ColumnResult) classify.Placed {
		in.Classification.Databases = []classify.DatabaseResult{{Server: "stg", Database: "c", Coverage: estate.Known, Class: estate.PHI, Columns: map[estate.DataClass]int{estate.PHI: len(columns)},
			Tables: []classify.TableResult{{Schema: "public", Table: "p", Sensitive: columns}}}}
		all := classify.Assess(in).Demands.Workloads
		require.Len(t, all, 1)
		return all[0]
	}
	for name, tt := range map[string]struct {
		column classify.ColumnResult
		role   string
	}{
		"by its values":           {column("mrn", "medical_record_number", "values", 0.88), "processes regulated data"},
		"by its name":             {column("mrn", "medical_record_number", "name", 0.95), "consumes masked or summarised data"},
		"values that speak not":   {column("mrn", "medical_record_number", "values", -0.4), "consumes masked or summarised data"},
		"a name of anybody":       {column("name", "name", "values", 0.9), "consumes masked or summarised data"},
		"a chance form of values": {column("n", "uk_nhs", "values", 0.3), "consumes masked or summarised data"},
	} {
		require.Equal(t, tt.role, string(judge(tt.column).Role), name)
	}
	in.Inventory.Columns = nil
	unread := judge(column("mrn", "medical_record_number", "name", 0.95))
	require.Equal(t, "unknown", string(unread.Role))
	require.Contains(t, strings.Join(unread.Unknowns, ""), "no row was read to see whether it is")
}

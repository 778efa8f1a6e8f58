package reports_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/reports"
	"nightferry/reports/reportstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// asText writes a document as lines, one a row.
func asText(doc reports.Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", doc.Title, doc.Summary.Subtitle)
	for _, s := range doc.Summary.Answer {
		fmt.Fprintln(&b, s)
	}
	b.WriteString("\n")
	for _, h := range doc.Summary.Headlines {
		fmt.Fprintf(&b, "%s: %s (%s)\n", h.Label, h.Value, h.Note)
	}
	table := func(name string, columns []reports.Column, rows [][]reports.Cell) {
		fmt.Fprintf(&b, "\n== %s\n", name)
		var titles []string
		for _, c := range columns {
			titles = append(titles, c.Title)
		}
		fmt.Fprintln(&b, strings.Join(titles, " | "))
		for _, row := range rows {
			var cells []string
			for _, cell := range row {
				cells = append(cells, cell.String())
			}
			fmt.Fprintf(&b, "%q\n", strings.Join(cells, " | "))
		}
	}
	for _, block := range doc.Summary.Blocks {
		table(block.Title, block.Columns, block.Rows)
		if block.Note != "" {
			fmt.Fprintln(&b, block.Note)
		}
	}
	for _, sheet := range doc.Sheets {
		table(sheet.Name+": "+sheet.Purpose, sheet.Columns, sheet.Rows)
	}
	return b.String()
}

func TestBuild(t *testing.T) {
	t.Parallel()
	for name, input := range map[string]reports.Input{"clinic": reportstest.Clinic(), "unread": reportstest.Unread(), "empty": {Engagement: "Clinic East", Made: reportstest.Made()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := asText(reports.Build(input))
			golden := filepath.Join("testdata", name+".txt")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

// What was not read must not look like a number, and no row may be shorter or longer than its header.
func TestUnknownIsNeverANumber(t *testing.T) {
	t.Parallel()
	doc := reports.Build(reportstest.Clinic())
	sheets := map[string]reports.Sheet{}
	for _, sheet := range doc.Sheets {
		sheets[sheet.Name] = sheet
		require.NotEmpty(t, sheet.Rows, sheet.Name)
		for _, row := range sheet.Rows {
			require.Len(t, row, len(sheet.Columns), sheet.Name)
			for i, cell := range row {
				require.NotEmpty(t, cell.String(), "%s: %s", sheet.Name, sheet.Columns[i].Title)
			}
		}
	}
	tests := []struct{ sheet, row, column, want string }{
		{"Hosts", "old-crm", "CPUs", "not asked"},
		{"Hosts", "old-crm", "Packages", "not asked"},
		{"Hosts", "erp-app", "Scheduled jobs", "denied"},
		{"Hosts", "erp-app", "Packages", "412"},
		{"Hosts", "erp-db", "Packages", "at least 412"},
		{"Hosts", "erp-app", "Disk used", "at least 61.0 GB"},
		{"Databases", "stg", "Tables", "not asked"},
		{"Databases", "stg", "Size", "not asked"},
		{"Odoo servers", "clinic", "Outgoing mail servers", "denied"},
		{"Odoo servers", "clinic", "Incoming mail servers", "absent"},
		{"Odoo servers", "clinic", "Never logged in", "1"},
		{"Landing zone", "landing", "Quotas", "denied"},
		{"Landing zone", "landing", "Alarms", "absent"},
		{"Landing zone", "recovery", "Workloads", "not asked"},
		{"Landing zone", "recovery", "Namespace", "denied"},
		{"Services", "erp", "RTO", "4 h"},
		{"Services", "erp", "RPO", "15 min"},
		{"Services", "interfaces", "RTO", "36 h"},
		{"Services", "interfaces", "RPO", "not stated"},
		{"Services", "directory", "Wave", "stays"},
		{"Services", "erp-staging", "Data class", "not assessed"},
	}
	for _, tt := range tests {
		sheet := sheets[tt.sheet]
		found := false
		for _, row := range sheet.Rows {
			for i, column := range sheet.Columns {
				if row[0].Text == tt.row && column.Title == tt.column {
					found = true
					require.Equal(t, tt.want, row[i].String(), "%v", tt)
				}
			}
		}
		require.True(t, found, "%v", tt)
	}
}

func TestUnknownHasAWordForEachCoverage(t *testing.T) {
	t.Parallel()
	for _, c := range []estate.Coverage{estate.Absent, estate.Denied, estate.Failed, estate.Timeout, estate.NotAsked, "", "new"} {
		cell := reports.Unknown(c)
		require.Equal(t, reports.Missing, cell.Kind)
		require.NotEmpty(t, cell.Text)
		require.Greater(t, cell.Text, "9", "a word, no number")
	}
}

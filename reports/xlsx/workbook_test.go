package xlsx

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"nightferry/reports"
	"nightferry/reports/reportstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t *testing.T, doc reports.Document) (*excelize.File, []byte) {
	t.Helper()
	data, err := Render(doc)
	require.NoError(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f, data
}

// asText writes the cells of a workbook as they are stored: excelize does not know scaled number formats.
func asText(t *testing.T, f *excelize.File) string {
	t.Helper()
	var b strings.Builder
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		require.NoError(t, err)
		fmt.Fprintf(&b, "== %s\n", sheet)
		for i, row := range rows {
			if len(row) > 0 {
				fmt.Fprintf(&b, "%d: %q\n", i+1, strings.Join(row, " | "))
			}
		}
	}
	return b.String()
}

func TestRender(t *testing.T) {
	t.Parallel()
	for name, input := range map[string]reports.Input{"clinic": reportstest.Clinic(), "unread": reportstest.Unread()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, data := render(t, reports.Build(input))
			if keep := os.Getenv("NIGHTFERRY_KEEP_WORKBOOKS"); keep != "" {
				require.NoError(t, os.WriteFile(filepath.Join(keep, name+".xlsx"), data, 0o600))
			}
			golden := filepath.Join("testdata", name+".txt")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(asText(t, f)), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), asText(t, f))
		})
	}
}

func TestSameDocumentSameBytes(t *testing.T) {
	t.Parallel()
	_, first := render(t, reports.Build(reportstest.Clinic()))
	for range 8 {
		_, again := render(t, reports.Build(reportstest.Clinic()))
		require.True(t, bytes.Equal(first, again))
	}
}

// Nothing that was collected may be run, followed or hidden.
func TestCollectedTextStaysText(t *testing.T) {
	t.Parallel()
	f, data := render(t, reports.Build(reportstest.Clinic()))
	rows, err := f.GetRows("Tables")
	require.NoError(t, err)
	var names []string
	for _, row := range rows {
		names = append(names, row[2])
	}
	require.Contains(t, names, "public.=cmd|'/c calc'!A1")
	require.Contains(t, names, "public.ward\uFFFD[2J\uFFFDgnp_x0041_", "control characters are shown as such, and an escape of Excel's is only text")
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	require.Equal(t, contentTypes, z.File[0].Name)
	for _, part := range z.File {
		r, err := part.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		if strings.HasPrefix(part.Name, "xl/worksheets/") {
			require.NotContains(t, string(content), "<f>")
			require.NotContains(t, string(content), "\u202e")
		}
		require.NotContains(t, string(content), "http://clinic", "no link leads out")
		require.Equal(t, 1980, part.Modified.Year())
	}
}

func TestSheetsAreReadyToUse(t *testing.T) {
	t.Parallel()
	doc := reports.Build(reportstest.Clinic())
	f, _ := render(t, doc)
	require.Equal(t, len(doc.Sheets)+1, f.SheetCount)
	filters := map[string]bool{}
	titles := map[string]string{}
	for _, name := range f.GetDefinedName() {
		switch name.Name {
		case "_xlnm._FilterDatabase":
			filters[name.Scope] = true
		case "_xlnm.Print_Titles":
			titles[name.Scope] = name.RefersTo
		}
	}
	for _, sheet := range doc.Sheets {
		panes, err := f.GetPanes(sheet.Name)
		require.NoError(t, err)
		require.True(t, panes.Freeze && panes.YSplit == 1, sheet.Name)
		require.True(t, filters[sheet.Name], sheet.Name)
		require.Equal(t, "'"+sheet.Name+"'!$A:$A,'"+sheet.Name+"'!$1:$1", titles[sheet.Name])
		layout, err := f.GetPageLayout(sheet.Name)
		require.NoError(t, err)
		require.Equal(t, pagesWide(sheet), *layout.FitToWidth)
		require.Equal(t, "landscape", *layout.Orientation)
		width, err := f.GetColWidth(sheet.Name, "A")
		require.NoError(t, err)
		require.InDelta(t, sheet.Columns[0].Width, width, 0.1)
		sheetProps, err := f.GetSheetProps(sheet.Name)
		require.NoError(t, err)
		require.True(t, *sheetProps.FitToPage, sheet.Name)
	}
	props, err := f.GetDocProps()
	require.NoError(t, err)
	require.Equal(t, "2026-03-09T16:30:00Z", props.Created)
	kind, err := f.GetCellType("Databases", "J2")
	require.NoError(t, err)
	require.Equal(t, excelize.CellTypeUnset, kind, "sizes are numbers")
}

func TestSheetNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Hosts": "Hosts", "a/b\\c:d*e?f[g]h'i": "a b c d e f g h i", strings.Repeat("ü", 40): strings.Repeat("ü", 31),
	} {
		require.Equal(t, want, sheetName(in))
	}
}

func FuzzClean(f *testing.F) {
	f.Add("=1+1\x00\x1b[0m")
	f.Add("\u202eabc\xff")
	f.Add(strings.Repeat("é", 40_000))
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		for _, r := range got {
			require.False(t, r < ' ' || r == 0x7f || r == 0x202e || r == 0xffff, "%q", r)
		}
		require.LessOrEqual(t, len([]rune(got)), 16_001)
	})
}

// Twenty thousand tables must not take the memory of a cell each.
func BenchmarkRender(b *testing.B) {
	doc := reports.Build(reportstest.Clinic())
	for i := range doc.Sheets {
		if doc.Sheets[i].Name == "Tables" {
			row := doc.Sheets[i].Rows[0]
			for range 20_000 {
				doc.Sheets[i].Rows = append(doc.Sheets[i].Rows, row)
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		data, err := Render(doc)
		require.NoError(b, err)
		b.ReportMetric(float64(len(data))/1e6, "MB-file")
	}
}

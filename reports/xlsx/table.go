package xlsx

import (
	"fmt"

	"github.com/xuri/excelize/v2"

	"nightferry/reports"
)

// table writes one sheet: header, frozen, with filters, and rows. It streams, so that estates with tens of
// thousands of tables stay small in memory; all that is not a row must be set before the first one.
func (w *workbook) table(s reports.Sheet) error {
	name := sheetName(s.Name)
	last, err := excelize.CoordinatesToCellName(len(s.Columns), max(2, len(s.Rows)+1))
	if err != nil {
		return err
	}
	if err := w.AutoFilter(name, "A1:"+last, nil); err != nil {
		return err
	}
	if err := w.print(name, "landscape", pagesWide(s), 0); err != nil { // after AutoFilter, which drops what print sets
		return err
	}
	if err := w.SetSheetDimension(name, "A1:"+last); err != nil {
		return err
	}
	for i, column := range s.Columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := w.SetColWidth(name, letter, letter, float64(column.Width)); err != nil {
			return err
		}
	}
	if err := w.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + name + "'!$A:$A,'" + name + "'!$1:$1", Scope: name}); err != nil {
		return err
	}
	stream, err := w.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	if err := w.rows(stream, s); err != nil {
		return err
	}
	return stream.Flush()
}

func (w *workbook) rows(stream *excelize.StreamWriter, s reports.Sheet) error {
	right := numeric(len(s.Columns), s.Rows)
	titles := make([]any, len(s.Columns))
	for i, column := range s.Columns {
		style, err := w.style(look{role: header, right: right[i]})
		if err != nil {
			return err
		}
		titles[i] = excelize.Cell{StyleID: style, Value: clean(column.Title)}
	}
	if err := stream.SetRow("A1", titles, excelize.RowOpts{Height: 32}); err != nil {
		return err
	}
	for n, cells := range s.Rows {
		values := make([]any, len(cells))
		for i, cell := range cells {
			style, err := w.style(lookOf(body, cell, right[i]))
			if err != nil {
				return err
			}
			values[i] = excelize.Cell{StyleID: style, Value: value(cell)}
		}
		if err := stream.SetRow(fmt.Sprintf("A%d", n+2), values); err != nil {
			return err
		}
	}
	return nil
}

// pagesWide is how many sheets of paper lie side by side, so that the print of a wide table can be read.
// Each begins with the first column.
func pagesWide(s reports.Sheet) int {
	const page = 210 // characters
	width := 0
	for _, column := range s.Columns {
		width += column.Width
	}
	return max(1, (width+page-1)/page)
}

// numeric tells which columns hold numbers: their titles and words stand on the right too.
func numeric(columns int, rows [][]reports.Cell) []bool {
	right := make([]bool, columns)
	for _, cells := range rows {
		for i, cell := range cells {
			switch cell.Kind {
			case reports.Number, reports.Decimal, reports.Size, reports.Share:
				right[i] = true
			case reports.Words, reports.Missing, reports.Moment:
			}
		}
	}
	return right
}

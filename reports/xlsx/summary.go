package xlsx

import (
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"nightferry/reports"
)

const (
	summaryName = "Summary"
	grid        = 12   // columns of equal width that page one is laid out on
	gridWidth   = 11.0 // characters a column
	lineHeight  = 15.0 // points, of a line of body text
)

// page writes page one from top to bottom.
type page struct {
	*workbook
	at  int // the next free row
	err error
}

// summary writes page one: the answer, the numbers, and the blocks with their pictures.
func (w *workbook) summary() error {
	if err := w.print(summaryName, "portrait", 1, 1); err != nil {
		return err
	}
	if err := w.SetColWidth(summaryName, "A", "L", gridWidth); err != nil {
		return err
	}
	hide := false
	if err := w.SetSheetView(summaryName, 0, &excelize.ViewOptions{ShowGridLines: &hide}); err != nil {
		return err
	}
	p := &page{workbook: w, at: 1}
	p.line(title, reports.Text(w.doc.Title), 34)
	p.line(subtitle, reports.Text(w.doc.Summary.Subtitle), 18)
	p.skip(6)
	for i, s := range w.doc.Summary.Answer {
		p.line(map[bool]role{true: lead, false: sentence}[i == 0], reports.Text(s), lines(s, 115)*17+3)
	}
	p.skip(8)
	p.tiles(w.doc.Summary.Headlines)
	for _, block := range w.doc.Summary.Blocks {
		p.block(block)
	}
	p.contents(w.doc.Sheets)
	return p.err
}

// lines estimates how many lines a text takes.
func lines(s string, characters int) float64 {
	return max(1, math.Ceil(float64(utf8.RuneCountInString(s))/float64(characters)))
}

// do runs a step unless an earlier one failed.
func (p *page) do(step func() error) {
	if p.err == nil {
		p.err = step()
	}
}

// put writes a cell over a span of grid columns in a row, and styles the whole span.
func (p *page) put(row, column, span int, r role, c reports.Cell, right bool) {
	p.do(func() error {
		from, err := excelize.CoordinatesToCellName(column, row)
		if err != nil {
			return err
		}
		to, err := excelize.CoordinatesToCellName(column+span-1, row)
		if err != nil {
			return err
		}
		style, err := p.style(lookOf(r, c, right))
		if err != nil {
			return err
		}
		if err := p.SetCellStyle(summaryName, from, to, style); err != nil {
			return err
		}
		if span > 1 {
			if err := p.MergeCell(summaryName, from, to); err != nil {
				return err
			}
		}
		if n, ok := value(c).(float64); ok {
			return p.SetCellFloat(summaryName, from, n, -1, 64)
		}
		return p.SetCellStr(summaryName, from, clean(c.String())) // a time too, as words: SetCellValue would restyle it
	})
}

func (p *page) height(row int, points float64) {
	p.do(func() error { return p.SetRowHeight(summaryName, row, points) })
}

// line writes one cell over the whole width.
func (p *page) line(r role, c reports.Cell, height float64) {
	p.put(p.at, 1, grid, r, c, false)
	p.height(p.at, height)
	p.at++
}

func (p *page) skip(points float64) {
	p.height(p.at, points)
	p.at++
}

// tiles writes the headlines, four in a row.
func (p *page) tiles(headlines []reports.Headline) {
	const across = 4
	for i, h := range headlines {
		if i%across == 0 && i > 0 {
			p.at += 3
			p.skip(6)
		}
		column := i%across*(grid/across) + 1
		p.put(p.at, column, grid/across, label, reports.Text(h.Label), false)
		p.put(p.at+1, column, grid/across, figure, h.Value, false)
		p.put(p.at+2, column, grid/across, note, reports.Text(h.Note), false)
		p.height(p.at, 18)
		p.height(p.at+1, 30)
		p.height(p.at+2, 26)
	}
	p.at += 3
}

// block writes a short table. With a chart it takes the left half, and the chart the right.
func (p *page) block(b reports.Block) {
	p.skip(12)
	p.line(heading, reports.Text(b.Title), 22)
	spans := spansOf(b)
	top := p.at
	if len(b.Rows) > 0 {
		right := numeric(len(b.Columns), b.Rows)
		p.blockRow(header, spans, titlesOf(b), right)
		for _, cells := range b.Rows {
			p.blockRow(row, spans, cells, right)
		}
	}
	if b.Note != "" {
		width := 0
		for _, span := range spans {
			width += span
		}
		p.put(p.at, 1, width, subtitle, reports.Text(b.Note), false)
		p.height(p.at, lines(b.Note, width*12)*lineHeight+3)
		p.at++
	}
	if b.Chart != nil && len(b.Rows) > 0 {
		p.chart(b, spans, top)
	}
}

func titlesOf(b reports.Block) []reports.Cell {
	cells := make([]reports.Cell, len(b.Columns))
	for i, column := range b.Columns {
		cells[i] = reports.Text(column.Title)
	}
	return cells
}

// spansOf gives each column its share of the grid: all of it, or the left half beside a chart.
func spansOf(b reports.Block) []int {
	width, total := grid, 0
	if b.Chart != nil {
		width = grid / 2
	}
	for _, column := range b.Columns {
		total += max(1, column.Width)
	}
	spans := make([]int, len(b.Columns))
	used := 0
	for i, column := range b.Columns {
		spans[i] = max(1, width*max(1, column.Width)/max(1, total))
		used += spans[i]
	}
	if len(spans) > 0 {
		spans[len(spans)-1] += max(0, width-used)
	}
	return spans
}

func (p *page) blockRow(r role, spans []int, cells []reports.Cell, right []bool) {
	column, tallest := 1, 1.0
	for i, cell := range cells {
		p.put(p.at, column, spans[i], r, cell, right[i])
		tallest = max(tallest, lines(cell.String(), int(float64(spans[i])*gridWidth*1.05)))
		column += spans[i]
	}
	p.height(p.at, tallest*lineHeight+3)
	p.at++
}

// chart draws the block to the right of its table, and keeps the rows below free of it.
func (p *page) chart(b reports.Block, spans []int, top int) {
	const rows, points = 9, 18.0
	for row := p.at; row < top+rows; row++ {
		p.height(row, points)
	}
	high := 0.0
	p.at = max(p.at, top+rows)
	for row := top; row < p.at; row++ {
		p.do(func() error {
			h, err := p.GetRowHeight(summaryName, row)
			high += h
			return err
		})
	}
	series, colors := []excelize.ChartSeries{}, []string{deep, orange, grey, green}
	labels := ink
	if len(b.Chart.Values) > 1 {
		labels = "FFFFFF" // they stand within the bars
	}
	first, end := top+1, top+len(b.Rows)
	for i, column := range b.Chart.Values {
		letter := p.letter(spans, column)
		series = append(series, excelize.ChartSeries{
			Name:       fmt.Sprintf("%s!$%s$%d", summaryName, letter, top),
			Categories: fmt.Sprintf("%s!$A$%d:$A$%d", summaryName, first, end),
			Values:     fmt.Sprintf("%s!$%s$%d:$%s$%d", summaryName, letter, first, letter, end),
			Fill:       fill(colors[i%len(colors)]),
			DataLabel:  excelize.ChartDataLabel{Font: excelize.Font{Size: 9, Color: labels, Family: "Calibri"}},
		})
	}
	p.do(func() error {
		return p.AddChart(summaryName, fmt.Sprintf("G%d", top), barChart(b.Chart.Title, series, uint(high*96/72)-8))
	})
}

// letter is the grid column in which a block's column begins.
func (p *page) letter(spans []int, column int) string {
	at := 1
	for _, span := range spans[:column] {
		at += span
	}
	name, err := excelize.ColumnNumberToName(at)
	if err != nil && p.err == nil {
		p.err = err
	}
	return name
}

func barChart(title string, series []excelize.ChartSeries, height uint) *excelize.Chart {
	kind, legend := excelize.Bar, "none"
	if len(series) > 1 {
		kind, legend = excelize.BarStacked, "bottom"
	}
	font := excelize.Font{Size: 9, Color: ink, Family: "Calibri"} // the default is too pale to print
	gap := uint(45)
	return &excelize.Chart{
		Type: kind, Series: series, GapWidth: &gap,
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: title, Font: &excelize.Font{Size: 10, Bold: true, Color: ink, Family: "Calibri"}}}},
		Legend:    excelize.ChartLegend{Position: legend, Font: &font},
		XAxis:     excelize.ChartAxis{Font: font, ReverseOrder: true},
		YAxis:     excelize.ChartAxis{None: true}, // each bar says its number
		PlotArea:  excelize.ChartPlotArea{ShowVal: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: "#,##0;;"}},
		Dimension: excelize.ChartDimension{Width: 490, Height: height},
		Format:    excelize.GraphicOptions{OffsetX: 10, OffsetY: 5, Positioning: "oneCell", AltText: title},
		Border:    excelize.LineOptions{Type: excelize.LineNone},
	}
}

// contents lists the other sheets.
func (p *page) contents(sheets []reports.Sheet) {
	p.skip(12)
	p.line(heading, reports.Text("In this workbook"), 22)
	for _, s := range sheets {
		name := sheetName(s.Name)
		p.put(p.at, 1, 2, row, reports.Text(name), false)
		p.put(p.at, 3, grid-2, row, reports.Text(s.Purpose), false)
		p.do(func() error {
			return p.SetCellHyperLink(summaryName, fmt.Sprintf("A%d", p.at), "'"+name+"'!A1", "Location")
		})
		p.height(p.at, lineHeight+2)
		p.at++
	}
}

package xlsx

import (
	"github.com/xuri/excelize/v2"

	"nightferry/reports"
)

// The few colours of the workbook.
const (
	ink    = "1F2933" // text
	deep   = "1F4E5F" // headers, bars
	soft   = "EEF3F5" // tiles
	grey   = "66757F" // notes
	line   = "D5DDE1" // rules
	amber  = "9A5B00" // not known
	red    = "A61B1B" // does not hold, sensitive
	green  = "1E6B3A" // holds
	orange = "D08A2E" // second series
)

// role is what a cell is for, beyond its value.
type role int

const (
	body role = iota
	header
	title
	subtitle
	heading
	lead     // the first sentence of the answer
	sentence // the others
	label
	figure
	note
	row // of a block on page one
)

// look is everything that decides a style. Cells that look the same share one.
type look struct {
	role    role
	kind    reports.CellKind
	tone    reports.Tone
	atLeast bool
	right   bool // stands on the right, as numbers do
}

func lookOf(r role, c reports.Cell, right bool) look {
	return look{r, c.Kind, c.Tone, c.AtLeast, right}
}

// style returns the id of a look's style, making it when it is first needed.
func (w *workbook) style(l look) (int, error) {
	if id, ok := w.styles[l]; ok {
		return id, nil
	}
	id, err := w.NewStyle(l.style())
	w.styles[l] = id
	return id, err
}

func (l look) style() *excelize.Style {
	s := &excelize.Style{
		Font:      &excelize.Font{Size: 10, Color: ink, Family: "Calibri"},
		Alignment: &excelize.Alignment{Vertical: "top"},
	}
	switch l.role {
	case header:
		s.Font.Bold, s.Font.Color = true, "FFFFFF"
		s.Fill = fill(deep)
		s.Alignment = &excelize.Alignment{Vertical: "center", WrapText: true}
	case title:
		s.Font.Size, s.Font.Bold, s.Font.Color = 22, true, deep
		s.Alignment.Vertical = "center"
	case subtitle:
		s.Font.Color = grey
	case heading:
		s.Font.Size, s.Font.Bold, s.Font.Color = 13, true, deep
		s.Alignment.Vertical = "bottom"
		s.Border = []excelize.Border{{Type: "bottom", Color: deep, Style: 2}}
	case lead, sentence:
		s.Font.Size, s.Font.Bold = 12, l.role == lead
		s.Alignment = &excelize.Alignment{Vertical: "center", WrapText: true}
	case label:
		s.Font.Color, s.Font.Bold = grey, true
		s.Fill = fill(soft)
		s.Alignment = &excelize.Alignment{Vertical: "center", Horizontal: "left", Indent: 1}
	case figure:
		s.Font.Size, s.Font.Bold, s.Font.Color = 20, true, deep
		s.Fill = fill(soft)
		s.Alignment = &excelize.Alignment{Vertical: "center", Horizontal: "left", Indent: 1}
	case note:
		s.Font.Size, s.Font.Color = 9, grey
		s.Fill = fill(soft)
		s.Alignment = &excelize.Alignment{Vertical: "top", Horizontal: "left", WrapText: true, Indent: 1}
	case row:
		s.Alignment.WrapText = true
		s.Border = []excelize.Border{{Type: "bottom", Color: line, Style: 1}}
	case body:
		s.Border = []excelize.Border{{Type: "bottom", Color: line, Style: 1}}
	}
	if l.role == body || l.role == row || l.role == figure {
		l.value(s)
	}
	if l.right {
		s.Alignment.Horizontal, s.Alignment.Indent = "right", 1 // so that text in the next column stands apart
	}
	return s
}

// value adds what the kind and tone of a cell ask for.
func (l look) value(s *excelize.Style) {
	prefix := ""
	if l.atLeast {
		prefix = `"at least "`
	}
	format := ""
	switch l.kind {
	case reports.Number:
		format = prefix + "#,##0"
	case reports.Decimal:
		format = prefix + "#,##0.0"
	case reports.Size:
		format = "[>=1000000000]" + prefix + `#,##0.0,,," GB";[>=1000000]` + prefix + `#,##0.0,," MB";` + prefix + `#,##0," kB"`
	case reports.Share:
		format = prefix + "0%"
	case reports.Moment:
		format = "yyyy-mm-dd hh:mm"
		s.Alignment.Horizontal = "left"
	case reports.Missing:
		s.Font.Italic, s.Font.Color = true, amber
		if l.role == figure {
			s.Font.Size = 14
		}
	case reports.Words:
	}
	if format != "" {
		s.CustomNumFmt = &format
	}
	switch l.tone {
	case reports.Good:
		s.Font.Color = green
	case reports.Bad:
		s.Font.Color, s.Font.Bold = red, true
	case reports.Alert:
		s.Font.Color = red
	case reports.Plain:
	}
}

func fill(color string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
}

// value is what a cell holds in the file: numbers and times as such, so that they sort and add up.
func value(c reports.Cell) any {
	switch c.Kind {
	case reports.Number, reports.Decimal, reports.Size, reports.Share:
		return c.Number
	case reports.Moment:
		return c.Time
	case reports.Words, reports.Missing:
		if c.AtLeast {
			return clean(c.String())
		}
	}
	return clean(c.Text)
}

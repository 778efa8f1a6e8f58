// Package xlsx renders a report as an Excel workbook. The same document gives the same bytes; nothing that
// was collected becomes a formula or a link; and an older workbook stays intact until the new one is whole.
package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"nightferry/reports"
)

// Render returns the bytes of the workbook.
func Render(doc reports.Document) (data []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }() // removes what streams left on disk
	w := &workbook{File: f, doc: doc, styles: map[look]int{}}
	if err := w.build(); err != nil {
		return nil, fmt.Errorf("make the workbook: %w", err)
	}
	var out bytes.Buffer
	f.SetZipWriter(newArchive)
	if err := f.Write(&out); err != nil {
		return nil, fmt.Errorf("make the workbook: %w", err)
	}
	return out.Bytes(), nil
}

// workbook is a document on its way into a file.
type workbook struct {
	*excelize.File
	doc    reports.Document
	styles map[look]int // one style for each look, as they are needed
}

func (w *workbook) build() error {
	stamp := w.doc.Made.UTC().Format(time.RFC3339)
	if err := w.SetDocProps(&excelize.DocProperties{
		Creator: "nightferry", LastModifiedBy: "nightferry", Title: clean(w.doc.Title), Created: stamp, Modified: stamp,
	}); err != nil {
		return err
	}
	if err := w.SetSheetName("Sheet1", summaryName); err != nil {
		return err
	}
	for _, sheet := range w.doc.Sheets {
		if _, err := w.NewSheet(sheetName(sheet.Name)); err != nil {
			return err
		}
	}
	if err := w.summary(); err != nil {
		return err
	}
	for _, sheet := range w.doc.Sheets {
		if err := w.table(sheet); err != nil {
			return fmt.Errorf("sheet %s: %w", sheet.Name, err)
		}
	}
	return nil
}

// print sets up how a sheet comes out on paper: so many pages wide and high (0 for as many as
// it takes), with its name and page numbers.
func (w *workbook) print(sheet, orientation string, wide, high int) error {
	a4, yes := 9, true
	if err := w.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	if err := w.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	side, top, bottom := 0.4, 0.5, 0.6
	if err := w.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &top, Bottom: &bottom, Footer: &side}); err != nil {
		return err
	}
	title := strings.ReplaceAll(clean(w.doc.Title), "&", "&&")
	if runes := []rune(title); len(runes) > 80 { // a footer ends at 255 characters
		title = string(runes[:80])
	}
	return w.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&L&8" + title + "&C&8&A&R&8&P / &N"})
}

// clean takes out what a worksheet cannot hold or show: control characters, what turns the direction of
// reading, and what is over the limit of a cell.
func clean(s string) string {
	const limit = 32_000
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.Is(unicode.Cc, r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfffe || r == 0xffff:
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
	if utf8.RuneCountInString(s) > limit/2 { // Excel counts some characters twice
		s = string([]rune(s)[:limit/2]) + "…"
	}
	return s
}

// sheetName makes a name that Excel takes.
func sheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return ' '
		}
		return r
	}, clean(s))
	if runes := []rune(s); len(runes) > 31 {
		s = string(runes[:31])
	}
	return s
}

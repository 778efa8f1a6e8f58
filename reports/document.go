// Package reports turns saved files into a [Document]: tables with typed cells, and a first page that
// answers the executive's question. It reads no live system and no clock, so the same files give the same
// document. The packages below it only render: they add no fact.
//
// What is not known is a word in its cell ("denied", "not asked"), never 0 and never blank.
package reports

import (
	"fmt"
	"strconv"
	"time"

	"nightferry/internal/estate"
)

// Document is a whole report.
type Document struct {
	Title   string
	Made    time.Time // UTC
	Summary Summary
	Sheets  []Sheet
}

// Summary is page one.
type Summary struct {
	Subtitle  string
	Answer    []string // sentences, the most important first
	Headlines []Headline
	Blocks    []Block
}

// Headline is one number that people quote.
type Headline struct {
	Label string
	Value Cell
	Note  string
}

// Block is a short table on page one, with a picture of it where that says more.
type Block struct {
	Title   string
	Columns []Column
	Rows    [][]Cell
	Note    string // below the table; says why there are no rows, where there are none
	Chart   *Chart
}

// Chart draws columns of its block: the first column names the bars, the title of each other one the series.
type Chart struct {
	Title  string
	Values []int // indexes of the columns with numbers; several are stacked
}

// Sheet is one table with a header.
type Sheet struct {
	Name    string // short, without / \ ? * [ ] :
	Purpose string // one sentence
	Columns []Column
	Rows    [][]Cell
}

// Column is a column of a table.
type Column struct {
	Title string
	Width int // characters that should fit; on page one, the share of the width
}

// CellKind says how a cell is to be read.
type CellKind string

// The kinds of cells.
const (
	Words   CellKind = "text"
	Number  CellKind = "number"
	Decimal CellKind = "decimal" // to one place
	Size    CellKind = "bytes"
	Share   CellKind = "share" // 0 to 1
	Moment  CellKind = "time"  // to the minute, UTC
	Missing CellKind = "missing"
)

// Tone colours a cell, where colour helps to find it. It never says anything that the words do not.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Good  Tone = "good"
	Bad   Tone = "bad"
	Alert Tone = "alert" // sensitive data
)

// Cell is one typed value.
type Cell struct {
	Kind    CellKind
	Text    string    // of Words and Missing
	Number  float64   // of Number, Decimal, Size and Share
	Time    time.Time // of Moment
	AtLeast bool      // more may exist that could not be read
	Tone    Tone
}

// Text is a cell of words. None is shown as a dash: a known emptiness.
func Text(s string) Cell {
	if s == "" {
		return Cell{Kind: Words, Text: "–"}
	}
	return Cell{Kind: Words, Text: s}
}

// Stated is what people wrote into engagement.yaml, or that they did not.
func Stated(s string) Cell {
	if s == "" {
		return Cell{Kind: Missing, Text: "not stated"}
	}
	return Text(s)
}

// Count is a number of things.
func Count[N int | int64](n N) Cell { return Cell{Kind: Number, Number: float64(n)} }

// Bytes is a size.
func Bytes(n int64) Cell { return Cell{Kind: Size, Number: float64(n)} }

// GiB is a size of memory in binary gigabytes, as machines are sold.
func GiB(n int64) Cell { return Cell{Kind: Decimal, Number: float64(n) / (1 << 30)} }

// Percent is a share from 0 to 1.
func Percent(x float64) Cell { return Cell{Kind: Share, Number: x} }

// At is a moment; the zero time is the word given for it, such as "never".
func At(t time.Time, zero string) Cell {
	if t.IsZero() {
		return Cell{Kind: Words, Text: zero}
	}
	return Cell{Kind: Moment, Time: t.UTC()}
}

// YesNo is a known truth value.
func YesNo(b bool) Cell {
	if b {
		return Cell{Kind: Words, Text: "yes"}
	}
	return Cell{Kind: Words, Text: "no"}
}

// Unknown is the word for a coverage that is not known.
func Unknown(c estate.Coverage) Cell {
	words := map[estate.Coverage]string{
		estate.Absent: "absent", estate.Denied: "denied", estate.Failed: "failed",
		estate.Timeout: "timed out", estate.NotAsked: "not asked", "": "not asked",
	}
	if word, ok := words[c]; ok {
		return Cell{Kind: Missing, Text: word}
	}
	return Cell{Kind: Missing, Text: "not known"}
}

// Toned gives a cell a tone.
func (c Cell) Toned(t Tone) Cell { c.Tone = t; return c }

// OrMore marks a number that is true and perhaps not all.
func (c Cell) OrMore(more bool) Cell { c.AtLeast = c.AtLeast || more; return c }

// String is the cell as text, as a reader of the rendered report sees it.
func (c Cell) String() string {
	text := c.Text
	switch c.Kind {
	case Number:
		text = strconv.FormatFloat(c.Number, 'f', -1, 64)
	case Decimal:
		text = strconv.FormatFloat(c.Number, 'f', 1, 64)
	case Size:
		text = FormatBytes(c.Number)
	case Share:
		text = fmt.Sprintf("%.0f %%", c.Number*100)
	case Moment:
		text = c.Time.Format("2006-01-02 15:04")
	case Words, Missing:
	}
	if c.AtLeast {
		return "at least " + text
	}
	return text
}

// FormatBytes writes a size as people say it, in decimal units.
func FormatBytes(n float64) string {
	switch {
	case n >= 1e12:
		return fmt.Sprintf("%.1f TB", n/1e12)
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", n/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", n/1e6)
	}
	return fmt.Sprintf("%.0f kB", n/1e3)
}

// told makes a cell of a section's value, or says why there is none.
func told[T any](s estate.Section[T], cell func(T) Cell) Cell {
	if !s.Coverage.IsKnown() {
		return Unknown(s.Coverage)
	}
	return cell(s.Value).OrMore(s.Truncated)
}

// length counts a section's list.
func length[T any](s estate.Section[[]T]) Cell {
	return told(s, func(list []T) Cell { return Count(len(list)) })
}

// counting counts the entries of a section's list for which test holds.
func counting[T any](s estate.Section[[]T], test func(T) bool) Cell {
	return told(s, func(list []T) Cell {
		n := 0
		for _, entry := range list {
			if test(entry) {
				n++
			}
		}
		return Count(n)
	})
}

// classed is a data class, toned where it needs protection.
func classed(c estate.DataClass) Cell {
	cell := Text(string(c))
	if c.IsSensitive() {
		return cell.Toned(Alert)
	}
	if c == estate.NotAssessed || c == "" {
		return Cell{Kind: Missing, Text: "not assessed"}
	}
	return cell
}

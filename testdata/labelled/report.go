package labelled

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"nightferry/internal/estate"
)

// WriteText writes the report as a table for people, and below it every wrong verdict: first those that confuse
// sensitive with not. Of a miss it tells the table's and the column's name, which are the set's own.
func (r Report) WriteText(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name string, value func(PartScore) string) {
		fmt.Fprint(table, name)
		for _, p := range r.Parts {
			fmt.Fprint(table, "\t", value(p))
		}
		fmt.Fprintln(table)
	}
	row("", func(p PartScore) string { return string(p.Part) })
	row("columns", func(p PartScore) string { return fmt.Sprint(p.Columns) })
	row("sensitive: recall / precision", func(p PartScore) string { return p.All.String() })
	row("hard columns: recall / precision", func(p PartScore) string { return p.Hard.String() })
	for _, language := range Languages() {
		row(language+": recall / precision", func(p PartScore) string { return p.Languages[language].String() })
	}
	row("macro F1 over classes", func(p PartScore) string { return fmt.Sprintf("%.3f", p.MacroF1()) })
	for _, class := range estate.DataClasses() {
		row("  "+string(class)+": F1", func(p PartScore) string { return fmt.Sprintf("%.3f", p.Classes[class].F1()) })
	}
	row("decoys flagged", func(p PartScore) string { return p.Decoys.String() })
	row("found that live in the last tenth", func(p PartScore) string { return p.Tail.String() })
	row("right at confidence ≥ 0.9", func(p PartScore) string {
		return fmt.Sprintf("%s = %.3f", p.Sure, p.Sure.Ratio())
	})
	row("labels found", func(p PartScore) string { return p.Labels.String() })
	row("without a verdict", func(p PartScore) string { return fmt.Sprint(len(p.Unasked)) })
	if err := table.Flush(); err != nil {
		return err
	}
	for _, p := range r.Parts {
		if err := p.writeMisses(w); err != nil {
			return err
		}
	}
	return nil
}

// String is recall and precision, with the counts behind them.
func (r Rates) String() string {
	return fmt.Sprintf("%.3f / %.3f (%d missed, %d false)", r.Recall(), r.Precision(), r.FalseNegative, r.FalsePositive)
}

func (s Share) String() string { return fmt.Sprintf("%d of %d", s.Part, s.Of) }

func (p PartScore) writeMisses(w io.Writer) error {
	var crossing, within []string
	for _, m := range p.Misses {
		if m.IsCrossing() {
			crossing = append(crossing, m.String())
		} else {
			within = append(within, m.String())
		}
	}
	_, err := fmt.Fprintf(w, "\n%s: sensitive confused with not\n%s\n%s: other wrong classes\n%s\n",
		p.Part, indented(crossing), p.Part, indented(within))
	return err
}

func indented(lines []string) string {
	if len(lines) == 0 {
		return "  none"
	}
	return "  " + strings.Join(lines, "\n  ")
}

// String tells the column, its label and the verdict.
func (m Miss) String() string {
	hard := ""
	if m.Column.Hard {
		hard = ", hard"
	}
	return fmt.Sprintf("%s.%s (%s%s): is %s, was called %s at %.2f",
		m.Table.QualifiedName(), m.Column.Name, m.Table.Language, hard, m.Column.Class, m.Verdict.Class, m.Verdict.Confidence)
}

package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/classify/detect"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
)

func newClassifyExplain(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain DATABASE.TABLE.COLUMN",
		Short: "Say why a column is what it is, with every evidence",
		Long: `explain shows the class of one column, how sure that is, and each piece of evidence
with its weight: catalogue, name, values, context, and what a person decided.
Of rows it shows what was counted, which is all that was kept.

DATABASE may be written SERVER/DATABASE, and TABLE SCHEMA.TABLE, where the short
form fits several. It reads the engagement's files and reaches no system.`,
		Example: `  nightferry classify explain clinic.res_partner.vat
  nightferry classify explain erp/clinic.public.res_partner.vat --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.classifyExplain(args[0], asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (a *app) classifyExplain(name string, asJSON bool) (err error) {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	inventory, classifier, err := classifying(d)
	if err != nil {
		return err
	}
	found, err := findColumn(classifier.Judge(inventory), name)
	if err != nil {
		return err
	}
	x := explanation{Version: 1, Database: found.database(), Table: found.table.QualifiedName(), Type: found.column.Type, Verdict: found.verdict}
	if sampled := inventory.Sampled(found.server, found.name); sampled != nil {
		x.AuthorisedBy, x.Basis, x.Account, x.At = sampled.AuthorisedBy, sampled.Basis, sampled.Account, sampled.At.Format("2006-01-02")
		if table := sampled.Table(found.table.Schema, found.table.Name); table != nil {
			x.Unread = table.Problem
			for i := range table.Columns {
				if table.Columns[i].Column == found.column.Name {
					x.Counts = &table.Columns[i]
				}
			}
		}
	}
	if asJSON {
		return writeJSON(a.stdout, x)
	}
	printExplanation(a.stdout, x)
	return nil
}

// explanation is all that is known about one column.
type explanation struct {
	Version      int                   `json:"version"`
	Database     string                `json:"database"`
	Table        string                `json:"table"`
	Type         string                `json:"type"`
	Verdict      classify.ColumnResult `json:"verdict"`
	AuthorisedBy string                `json:"authorised_by,omitempty"` // of reading rows
	Basis        string                `json:"basis,omitempty"`
	Account      string                `json:"account,omitempty"`
	At           string                `json:"read_on,omitempty"`
	Counts       *estate.ColumnCounts  `json:"counts,omitempty"` // what was counted; nil where no row of the column was read
	Unread       string                `json:"unread,omitempty"` // why rows of the table were not read, or not all
}

// foundColumn is one column of the estate with the verdict on it.
type foundColumn struct {
	server, name string // of the database
	table        estate.Table
	column       estate.Column
	verdict      classify.ColumnResult
}

func (f foundColumn) database() string { return f.server + "/" + f.name }

func (f foundColumn) String() string {
	return f.database() + "." + f.table.QualifiedName() + "." + f.column.Name
}

// findColumn finds the one column that a person means. Names may hold dots themselves, so whole spellings are compared.
func findColumn(judged []classify.Judged, wanted string) (foundColumn, error) {
	var found, near, far []foundColumn
	for _, j := range judged {
		for i, verdict := range j.Columns {
			f := foundColumn{j.Server, j.Database, j.Table, j.Table.Columns[i], verdict}
			tail := j.Table.Name + "." + f.column.Name
			for _, database := range []string{j.Database, f.database()} {
				switch wanted {
				case database + "." + tail, database + "." + j.Table.Schema + "." + tail:
					found = append(found, f)
				}
			}
			switch {
			case strings.HasSuffix(wanted, tail):
				near = append(near, f)
			case strings.HasSuffix(wanted, "."+f.column.Name):
				far = append(far, f)
			}
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		err := outcome.Misused(fmt.Errorf("the inventory has no column %q", wanted))
		if len(near) == 0 {
			near = far
		}
		if len(near) == 0 {
			return foundColumn{}, outcome.Mend(err, "write it DATABASE.TABLE.COLUMN, such as clinic.res_partner.vat; classification.yaml lists them")
		}
		return foundColumn{}, outcome.Mend(err, "did you mean "+few(spellings(near))+"?")
	}
	return foundColumn{}, outcome.Mend(outcome.Misused(fmt.Errorf("%q fits %d columns", wanted, len(found))), "write one of "+few(spellings(found)))
}

func spellings(columns []foundColumn) []string {
	var names []string
	for _, c := range columns {
		names = append(names, c.String())
	}
	return names
}

func printExplanation(w io.Writer, x explanation) {
	v := x.Verdict
	fmt.Fprintf(w, "%s  %s.%s  %s\n%s  %.2f\n\n", x.Database, x.Table, v.Column, x.Type, v.Words(), v.Confidence)
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "EVIDENCE\tCLASS\tWEIGHT\tWHY")
	for _, e := range v.Evidence {
		fmt.Fprintf(table, "%s\t%s\t%+.2f\t%s\n", e.Kind, e.Class, e.Weight, e.Detail)
	}
	table.Flush()
	if len(v.Evidence) == 0 {
		fmt.Fprintln(w, "  none: nothing tells what it holds")
	}
	fmt.Fprintln(w)
	if x.Unread != "" {
		fmt.Fprintf(w, "ROWS  %s\n", x.Unread)
	}
	if x.Counts == nil {
		fmt.Fprintln(w, "ROWS  none of this column were read")
		return
	}
	c := x.Counts
	fmt.Fprintf(w, "ROWS  %d read on %s as %s, authorised by %s (%s): %d NULL, %d empty, %d different values\n",
		c.Rows, x.At, x.Account, x.AuthorisedBy, x.Basis, c.Nulls, c.Empty, c.Distinct)
	for _, part := range []struct {
		name   string
		counts map[estate.Kind]estate.Found
	}{{"whole values", c.Whole}, {"under a known key", c.Keyed}, {"within text", c.Parts}} {
		for _, kind := range slices.SortedFunc(maps.Keys(part.counts), func(a, b estate.Kind) int { return cmp.Compare(a.String(), b.String()) }) {
			found := part.counts[kind]
			fmt.Fprintf(table, "  %s\t%s\t%d\t", part.name, kind, found.Matched)
			if detect.Chance(kind) < 1 {
				fmt.Fprintf(table, "%d with a right check digit", found.Passed)
			}
			fmt.Fprintln(table)
		}
	}
	table.Flush()
}

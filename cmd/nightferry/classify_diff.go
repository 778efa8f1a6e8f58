package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
)

func newClassifyDiff(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff [BEFORE]",
		Short: "Say which columns are classified otherwise than before",
		Long: `diff compares classification.yaml with an earlier one and lists the columns whose
class or labels are not as they were, and those that came or went. Confidence and
the words of evidence move with each sample and are left out.

BEFORE is a folder with a classification.yaml, or a commit of the git repository
that the engagement's folder is in; HEAD when it is not named. It ends with exit
code 3 when something changed.`,
		Example: `  nightferry classify --fresh && nightferry classify diff
  nightferry classify diff ../clinic-north-march --json | jq '.changes[].column'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.classifyDiff(cmd.Context(), cmp.Or(append(args, "")[0], "HEAD"), asJSON)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (a *app) classifyDiff(ctx context.Context, before string, asJSON bool) (err error) {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	var now, was classify.Classification
	if err := d.ReadYAML(engagement.ClassificationFile, &now); err != nil {
		return unclassified(err)
	}
	files, err := filesOf(ctx, d.Path("."), before, engagement.ClassificationFile)
	if err != nil {
		return err
	}
	if err := engagement.ReadYAML(files, before, engagement.ClassificationFile, &was); err != nil {
		return outcome.Mend(err, "name a folder, or a commit, that has one: nightferry classify diff BEFORE")
	}
	changes := classify.Compare(was, now)
	if asJSON {
		err = writeJSON(a.stdout, struct {
			Version int               `json:"version"`
			Changes []classify.Change `json:"changes"`
		}{1, changes})
	} else {
		err = printReclassified(a.stdout, changes)
	}
	if err != nil || len(changes) == 0 {
		return err
	}
	return outcome.Found(fmt.Errorf("%d columns or databases are not classified as they were in %s", len(changes), before))
}

func printReclassified(w io.Writer, changes []classify.Change) error {
	if len(changes) == 0 {
		_, err := fmt.Fprintln(w, "Nothing changed.")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "DATABASE\tCOLUMN\tCHANGE\tCLASS")
	for _, c := range changes {
		place, what := "-", cmp.Or(c.New, c.Old)
		if c.Table != "" {
			place = c.Table + "." + c.Column
		}
		if c.Old != "" && c.New != "" {
			what = c.Old + " → " + c.New
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", c.Database, place, c.Change, what)
	}
	return table.Flush()
}

package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
)

func newClassify(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "classify",
		Short: "Say which classes of data live where, and which systems talk",
		Long: `classify judges every column of the inventory by the catalogue of Odoo fields and
by its name, rolls the result up to tables, databases and services, and
reconciles the integrations that configuration, sockets and people name.

It reads the inventory that discover wrote, and no customer system. It writes
classification.yaml and assessment.json. What nobody could judge is
NOT-ASSESSED, which is not OPERATIONAL.`,
		Example: `  nightferry classify
  nightferry classify -C clinic-north --json | jq '.services'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.classify(asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (a *app) classify(asJSON bool) (err error) {
	d, err := a.openToWrite("classify")
	if err != nil {
		return err
	}
	defer closing(d, &err)
	inventory, err := d.Inventory()
	if err != nil {
		return err
	}
	if len(inventory.Hosts)+len(inventory.Postgres)+len(inventory.Odoo) == 0 {
		return outcome.Mend(fmt.Errorf("the inventory is empty"), "run first: nightferry discover")
	}
	classifier, err := classify.NewClassifier()
	if err != nil {
		return err
	}
	result := classifier.Classify(inventory, d.e.Services)
	if err := d.WriteYAML(engagement.ClassificationFile, result); err != nil {
		return err
	}
	set, err := ownRules(d.Folder)
	if err != nil {
		return err
	}
	overrides, err := d.Overrides()
	if err != nil {
		return err
	}
	assessment := classify.Assess(classify.Input{Inventory: inventory, Services: d.e.Services, Declared: d.e.Declared(), Classification: result,
		Rules: set, Accepted: overrides.Accepted, Today: a.now().Format(time.DateOnly)})
	if err := d.WriteJSON(engagement.AssessmentFile, assessment); err != nil {
		return err
	}
	if asJSON {
		return writeJSON(a.stdout, result)
	}
	printClassification(a.stdout, result)
	a.remark("written: %s, %s", d.Path(engagement.ClassificationFile), d.Path(engagement.AssessmentFile))
	return nil
}

func printClassification(w io.Writer, result classify.Classification) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	var heading strings.Builder
	heading.WriteString("DATABASE\tCLASS")
	for _, class := range estate.DataClasses() {
		heading.WriteString("\t" + string(class))
	}
	fmt.Fprintln(table, heading.String())
	for _, d := range result.Databases {
		var row strings.Builder
		row.WriteString(d.Server + "/" + d.Database + "\t" + string(d.Class))
		for _, class := range estate.DataClasses() {
			if !d.Coverage.IsKnown() {
				row.WriteString("\t" + string(d.Coverage))
				continue
			}
			fmt.Fprintf(&row, "\t%d", d.Columns[class])
		}
		fmt.Fprintln(table, row.String())
	}
	table.Flush()
	fmt.Fprintf(w, "\nColumns by class; %s.\n\n", result.Basis)
	fmt.Fprintln(table, "SERVICE\tCLASS\tDATABASES")
	for _, s := range result.Services {
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Service, s.Class, listOr(s.Databases, "none known"))
	}
	table.Flush()
}

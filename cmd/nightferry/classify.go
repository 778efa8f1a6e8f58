package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/discover/sample"
	"nightferry/internal/drift"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
)

// classifyOptions are the flags of classify.
type classifyOptions struct {
	offline bool
	fresh   bool
	super   bool
	explain bool
	asJSON  bool
	since   string // an earlier discovery: folder or commit
}

func newClassify(a *app) *cobra.Command {
	var o classifyOptions
	cmd := &cobra.Command{
		Use:   "classify",
		Short: "Say which classes of data live where, and which systems talk",
		Long: `classify judges every column of the inventory by the catalogue of Odoo fields, its
name, its place and, where that is authorised, its rows; rolls the result up to
tables, databases and services; reconciles the integrations that configuration,
sockets and people name; and says what becomes of Odoo's modules (see nightferry
modules). It writes classification.yaml and assessment.json. What nobody could
judge is NOT-ASSESSED, which is not OPERATIONAL. What people decided in
overrides.yaml wins.

Rows are read only of databases for which engagement.yaml states a leave
(sampling: with authorised_by, basis and date), as the validation role, and only
of columns that nothing else decides. No value is kept: what is saved, in
inventory/columns, are counts, and from those the same bytes come out again
offline. Each reading is two lines in access.jsonl. What was read once is not
read again; --fresh reads all anew, --offline reaches no system at all.`,
		Example: `  nightferry classify
  nightferry classify --explain | less                    the SQL that would read rows
  nightferry classify --offline
  nightferry classify --since HEAD~1                      and what changed since, undocumented
  nightferry classify -C clinic-north --json | jq '.services'
  nightferry classify explain clinic.res_partner.vat      why a column is what it is
  nightferry classify columns --dsn "service=clinic" --names-only --csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.explain {
				_, err := io.WriteString(a.stdout, sample.Explain())
				return err
			}
			if o.offline && (o.fresh || o.super) {
				return outcome.Misused(errors.New("--offline reads no row: it does not go with --fresh or --allow-superuser"))
			}
			return a.classify(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.offline, "offline", false, "read no row: judge by what was saved")
	flags.BoolVar(&o.fresh, "fresh", false, "read rows again that an earlier run has read")
	flags.BoolVar(&o.super, "allow-superuser", false, "read rows also where the role is a superuser, who could write")
	flags.StringVar(&o.since, "since", "", "find what changed since the discovery in `BEFORE`, a folder or a commit, and nobody wrote down")
	flags.BoolVar(&o.explain, "explain", false, "print the SQL that reading rows would run, and stop")
	jsonFlag(cmd, &o.asJSON)
	cmd.AddCommand(newClassifyColumns(a), newClassifyExplain(a), newClassifyDiff(a), newClassifyOverride(a))
	return cmd
}

func (a *app) classify(ctx context.Context, o classifyOptions) (err error) {
	d, err := a.openToWrite("classify")
	if err != nil {
		return err
	}
	defer closing(d, &err)
	inventory, classifier, err := classifying(d)
	if err != nil {
		return err
	}
	input, err := a.assessing(d, "") // before anything is read: a fault in a file of rules is told at once
	if err != nil {
		return err
	}
	troubles := 0
	if !o.offline {
		if troubles, err = a.sampleRows(ctx, d, classifier, &inventory, o); err != nil {
			return err
		}
	}
	result := classifier.Classify(inventory, d.e.Services)
	if err := d.WriteYAML(engagement.ClassificationFile, result); err != nil {
		return err
	}
	input.Inventory, input.Classification = inventory, result
	if input.Drift, err = drifted(ctx, d, o.since, inventory); err != nil {
		return err
	}
	if err := d.WriteJSON(engagement.AssessmentFile, classify.Assess(input)); err != nil {
		return err
	}
	if o.asJSON {
		err = writeJSON(a.stdout, result)
	} else {
		printClassification(a.stdout, result)
	}
	if err != nil {
		return err
	}
	a.remark("written: %s, %s", d.Path(engagement.ClassificationFile), d.Path(engagement.AssessmentFile))
	if troubles > 0 {
		return outcome.Found(fmt.Errorf("%d tables or databases could not be read, or not in full", troubles))
	}
	return nil
}

// drifted compares the inventory with an earlier one; nil where none is named.
func drifted(ctx context.Context, d *desk, since string, now estate.Inventory) (*drift.Report, error) {
	if since == "" {
		return nil, nil
	}
	was, err := earlier(ctx, d.Path("."), since)
	if err != nil {
		return nil, err
	}
	changes, err := drift.Compare(was, now)
	if err != nil {
		return nil, err
	}
	return &drift.Report{Before: newest(was).Format(time.DateOnly), After: newest(now).Format(time.DateOnly), Changes: changes}, nil
}

// classifying reads what classification goes by: the inventory, and the classifier with the word of people.
func classifying(d *desk) (estate.Inventory, *classify.Classifier, error) {
	inventory, err := d.Inventory()
	if err != nil {
		return estate.Inventory{}, nil, err
	}
	if len(inventory.Hosts)+len(inventory.Postgres)+len(inventory.Odoo)+len(inventory.Clusters) == 0 {
		return estate.Inventory{}, nil, outcome.Mend(fmt.Errorf("the inventory is empty"), "run first: nightferry discover")
	}
	overrides, err := d.Overrides()
	if err != nil {
		return estate.Inventory{}, nil, err
	}
	classifier, err := classify.NewClassifier()
	if err != nil {
		return estate.Inventory{}, nil, err
	}
	return inventory, classifier.Override(overrides.Classes), nil
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
	fmt.Fprintf(w, "\nColumns by class; by %s.\n", result.Basis)
	for _, d := range result.Databases {
		if d.Coverage.IsKnown() {
			fmt.Fprintf(w, "  %s/%s: %s\n", d.Server, d.Database, d.Basis)
		}
	}
	fmt.Fprintln(w)
	fmt.Fprintln(table, "SERVICE\tCLASS\tDATABASES")
	for _, s := range result.Services {
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Service, s.Class, listOr(s.Databases, "none known"))
	}
	table.Flush()
	printOverrides(w, result.Overrides)
}

// printOverrides lists what people decided; what no longer stands as they saw it comes with a mark.
func printOverrides(w io.Writer, overrides []classify.OverrideResult) {
	if len(overrides) == 0 {
		return
	}
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "OVERRIDE\tCLASS\tEVIDENCE SAYS\tBY\tDATE\tSTATE")
	for _, o := range overrides {
		state := string(o.State)
		if o.State != classify.Applied {
			state = "! " + state
		}
		fmt.Fprintf(table, "%s.%s.%s\t%s\t%s\t%s\t%s\t%s\n", o.Database, o.Table, o.Column, o.Class, o.Judged, o.By, o.Date, state)
	}
	table.Flush()
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
	"nightferry/plan"
	"nightferry/reports"
	"nightferry/reports/xlsx"
)

func newReport(a *app) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write the Excel workbook: the answer on page one, a table an entity behind it",
		Long: `report writes what the engagement's files say as a workbook. It asks no live
system, and the same files give the same bytes: the workbook is dated by the
newest fact in it. What is not known is a word in it, never a zero.`,
		Example: `  nightferry report
  nightferry report -o /media/stick/clinic-north.xlsx`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.report(output) },
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `FILE` (default reports/assessment.xlsx in the engagement)")
	return cmd
}

func (a *app) report(output string) (err error) {
	d, err := a.openToWrite("report")
	if err != nil {
		return err
	}
	defer closing(d, &err)
	in := reports.Input{Engagement: d.e.Name, Services: d.e.Services}
	if in.Inventory, err = d.Inventory(); err != nil {
		return err
	}
	in.Made = newest(in.Inventory)
	if in.Made.IsZero() {
		return outcome.Mend(fmt.Errorf("the inventory is empty, so there is nothing to report"), "run first: nightferry discover")
	}
	if in.Classification, err = stage[classify.Classification](d.ReadYAML, engagement.ClassificationFile); err != nil {
		return err
	}
	if in.Assessment, err = stage[classify.Assessment](d.ReadJSON, engagement.AssessmentFile); err != nil {
		return err
	}
	if in.Assessment != nil {
		overrides, err := d.Overrides()
		if err != nil {
			return err
		}
		classify.Accept(in.Assessment.Findings, overrides.Accepted, a.now().Format(time.DateOnly))
	}
	if in.Plan, err = stage[plan.Plan](d.ReadYAML, engagement.PlanFile); err != nil {
		return err
	}
	if output == "" {
		output = d.Path(engagement.ReportsDir + "/assessment.xlsx")
		if err := os.MkdirAll(filepath.Dir(output), 0o700); err != nil {
			return fmt.Errorf("make the folder of the reports: %w", err)
		}
	}
	if err := xlsx.Save(output, reports.Build(in)); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, filepath.Clean(output))
	return nil
}

// stage reads what a stage wrote; nil where it has not run yet, which the workbook then says.
func stage[T any](read func(name string, v any) error, name string) (*T, error) {
	var result T
	err := read(name, &result)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &result, err
}

// newest is the time of the newest fact.
func newest(inventory estate.Inventory) time.Time {
	var latest time.Time
	later := func(c estate.Collection) {
		if c.At.After(latest) {
			latest = c.At
		}
	}
	for _, h := range inventory.Hosts {
		later(h.Collected)
	}
	for _, p := range inventory.Postgres {
		later(p.Collected)
	}
	for _, o := range inventory.Odoo {
		later(o.Collected)
	}
	for _, c := range inventory.Clusters {
		later(c.Collected)
	}
	return latest
}

package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"nightferry/internal/outcome"
	"nightferry/plan/verify"
)

func newPlanVerify(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check plan.yaml against every constraint, by a checker that shares no code with the planner",
		Long: `verify reads plan.yaml, also after people have edited it, and what it rests on, and
checks each constraint anew, without the planner. It ends with exit code 3 when one is
broken that nobody waived.`,
		Example: `  nightferry plan verify
  nightferry plan verify --json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.planVerify(asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (a *app) planVerify(asJSON bool) (err error) {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	saved, asked, err := askedAgain(d)
	if err != nil {
		return err
	}
	report := verify.Check(asked, saved.Nights(asked))
	open := slices.ContainsFunc(report.Violations, func(v verify.Violation) bool { return v.Waived == "" })
	if asJSON {
		err = writeJSON(a.stdout, struct {
			Version int `json:"version"`
			verify.Report
		}{1, report})
	} else {
		for _, v := range report.Violations {
			fmt.Fprintf(a.stdout, "%s  %s: %s", mark(v), v.Constraint, v.Text)
			if v.Waived != "" {
				fmt.Fprintf(a.stdout, " (waived by %s)", v.Waived)
			}
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintf(a.stdout, "%d constraints checked, %d broken. Crossing %d, done after %d days.\n", report.Checked, len(report.Violations),
			report.Objective.Crossing, report.Objective.Finish)
	}
	if err == nil && open {
		err = outcome.Found(errors.New("plan.yaml breaks constraints that nobody waived"))
	}
	return err
}

// mark is how a violation stands.
func mark(v verify.Violation) string {
	if v.Waived != "" {
		return "~ waived"
	}
	return "✗ broken"
}

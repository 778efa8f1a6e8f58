package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
	"nightferry/plan"
)

func newPlan(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Order the services into waves, and write the runbooks of the nights",
		Long: `plan orders the engagement's services into waves: the landing zone's checklist
first, then non-production, then production, each service after those it needs,
regulated data after the rest. It says for each placement why.

It reads the inventory, classification.yaml and assessment.json, and writes
plan.yaml and runbooks/WAVE.yaml. What people have changed in a runbook stays:
only what the planner itself changed since it last wrote is taken over. Where
both changed the same thing, the person's stands and the planner's is listed
under conflicts; the cutover refuses that runbook until it is settled.

A production night is written only when each of its services names its people.

Exit codes: 0 written, 3 written, and runbooks need a person.`,
		Example: `  nightferry plan
  nightferry plan --json | jq '.waves[].members[].service'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.plan(asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (a *app) plan(asJSON bool) (err error) {
	d, err := a.openToWrite("plan")
	if err != nil {
		return err
	}
	defer closing(d, &err)
	in := plan.Input{Services: d.e.Services, Policy: d.e.Policy}
	if in.Inventory, err = d.Inventory(); err != nil {
		return err
	}
	if err := d.ReadYAML(engagement.ClassificationFile, &in.Classification); err != nil {
		return unclassified(err)
	}
	if err := d.ReadJSON(engagement.AssessmentFile, &in.Assessment); err != nil {
		return unclassified(err)
	}
	if len(in.Services) == 0 {
		return outcome.Mend(outcome.Misused(fmt.Errorf("%s names no services, so there is nothing to place in waves", d.Path(engagement.FileName))),
			"add services: with owner, environment, hosts and databases")
	}
	result := plan.Make(in)
	unsettled, err := a.runbooks(d, in, &result)
	if err != nil {
		return err
	}
	if err := d.WriteYAML(engagement.PlanFile, result); err != nil {
		return err
	}
	if asJSON {
		return errors.Join(writeJSON(a.stdout, result), unsettled)
	}
	printPlan(a.stdout, result)
	written := []string{d.Path(engagement.PlanFile)}
	for _, wave := range result.Waves {
		if wave.Runbook != "" {
			written = append(written, d.Path(wave.Runbook))
		}
	}
	a.remark("written: %s", strings.Join(written, ", "))
	return unsettled
}

func printPlan(w io.Writer, p plan.Plan) {
	for _, wave := range p.Waves {
		fmt.Fprintf(w, "%s  %s\n", wave.Name, wave.Title)
		for _, item := range wave.Checklist {
			fmt.Fprintf(w, "  %-12s %s (%s)\n", itemState(item), item.Name, item.Evidence)
		}
		for _, m := range wave.Members {
			fmt.Fprintf(w, "  %-12s %s\n", m.Service, m.Class)
			for _, r := range m.Reasons {
				fmt.Fprintf(w, "    %s: %s\n", r.Constraint, r.Text)
			}
		}
		if wave.Runbook != "" {
			fmt.Fprintf(w, "  runbook      %s\n", wave.Runbook)
		}
	}
	for _, stay := range p.Retained {
		fmt.Fprintf(w, "stays  %s: %s\n", stay.Service, stay.Reasons[0].Text)
	}
	for _, warning := range p.Warnings {
		fmt.Fprintln(w, "! "+warning)
	}
}

func itemState(item plan.Item) string {
	switch {
	case item.Coverage != estate.Known:
		return "? " + string(item.Coverage)
	case item.Holds:
		return "✓ holds"
	}
	return "✗ open"
}

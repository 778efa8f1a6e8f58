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
	planned "nightferry/plan/night"
)

func newPlan(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Order the services into waves, and write the runbooks of the nights",
		Long: `plan orders the engagement's services into waves: the landing zone's checklist
first, then non-production, then production, each service after those it needs,
regulated data after the rest, on nights of the calendar and within downtimes and
limits. Dependencies that cross sites meanwhile weigh first, then the day on which
all is done, then risk. It says for each placement why, and what speaks against the
nights before and after. Where no plan keeps all constraints it names the smallest
group that collides, and what giving each up would buy; plan.yaml then stays as it is.

It reads the inventory, classification.yaml and assessment.json, and writes
plan.yaml and runbooks/WAVE.yaml. What people have changed in a runbook stays:
only what the planner itself changed since it last wrote is taken over. Where
both changed the same thing, the person's stands and the planner's is listed
under conflicts; the cutover refuses that runbook until it is settled.

A production night is written only when each of its services names its people.

Exit codes: 0 written, 3 written, and runbooks need a person, or nothing written and
constraints collide.`,
		Example: `  nightferry plan
  nightferry plan --json | jq '.waves[].members[].service'
  nightferry plan why erp
  nightferry plan pin erp --not-before 2027-02-01 --by "P. Testmann" --reason "after the audit"`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.plan(asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	cmd.AddCommand(newPlanWhy(a), newPlanPin(a), newPlanMove(a), newPlanDiff(a), newPlanVerify(a), newPlanGraph(a), newPlanAfter(a))
	return cmd
}

// planning reads what a plan is made of, and what its nights are written from.
func planning(d *desk) (plan.Input, planned.Sources, error) {
	in := plan.Input{Services: d.e.Services, Policy: d.e.Policy, PolicyWhere: map[string]string{}, Dates: d.e.Dates()}
	for _, key := range []string{"start", "max_services_per_wave", "max_gigabytes_per_wave", "max_crews_per_wave"} {
		in.PolicyWhere[key] = d.e.Line("policy." + key)
	}
	var err error
	if in.Inventory, err = d.Inventory(); err != nil {
		return in, planned.Sources{}, err
	}
	if err := d.ReadYAML(engagement.ClassificationFile, &in.Classification); err != nil {
		return in, planned.Sources{}, unclassified(err)
	}
	if err := d.ReadJSON(engagement.AssessmentFile, &in.Assessment); err != nil {
		return in, planned.Sources{}, unclassified(err)
	}
	if len(in.Services) == 0 {
		return in, planned.Sources{}, outcome.Mend(outcome.Misused(fmt.Errorf("%s names no services, so there is nothing to place in waves", d.Path(engagement.FileName))),
			"add services: with owner, environment, hosts and databases")
	}
	overrides, err := d.Overrides()
	if err != nil {
		return in, planned.Sources{}, err
	}
	in.Pins, in.Waivers = overrides.Pins, overrides.PlanWaivers
	sources, err := nightSources(d, in)
	in.Choices = sources.Choices
	return in, sources, err
}

func (a *app) plan(asJSON bool) (err error) {
	d, err := a.openToWrite("plan")
	if err != nil {
		return err
	}
	defer closing(d, &err)
	in, sources, err := planning(d)
	if err != nil {
		return err
	}
	result, err := plan.Make(in)
	if err != nil {
		return err
	}
	if result.Conflict != nil {
		return a.reportConflict(result, asJSON)
	}
	result = result.Follow(in)
	unsettled, err := a.runbooks(d, sources, &result)
	if err != nil {
		return err
	}
	if err := d.WriteYAML(engagement.PlanFile, result); err != nil {
		return err
	}
	unsettled = errors.Join(unsettled, openItems(result))
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

// openItems tells that no wave may leave yet: something of the landing zone is not there, or nobody could tell.
func openItems(p plan.Plan) error {
	open := 0
	for _, wave := range p.Waves {
		for _, item := range wave.Checklist {
			if item.Coverage != estate.Known || !item.Holds {
				open++
			}
		}
	}
	if open == 0 {
		return nil
	}
	return outcome.Found(fmt.Errorf("%d items of the foundation are open: no wave may leave before they hold", open))
}

// reportConflict tells why there is no plan. What was planned before stays.
func (a *app) reportConflict(result plan.Plan, asJSON bool) error {
	if asJSON {
		if err := writeJSON(a.stdout, result); err != nil {
			return err
		}
	} else {
		printConflict(a.stdout, *result.Conflict)
	}
	err := outcome.Found(errors.New("there is no plan that keeps all constraints; plan.yaml is left as it is"))
	return outcome.Mend(err, "give one of them up: mend it at its line, or waive it under plan_waivers in overrides.yaml, with by and reason")
}

func printConflict(w io.Writer, c plan.Conflict) {
	fmt.Fprintf(w, "%d constraints cannot hold together", len(c.Constraints))
	if !c.Proven {
		fmt.Fprint(w, ", as far as was searched")
	}
	fmt.Fprintln(w, ". Giving up any one of them would do for this conflict:")
	for _, r := range c.Constraints {
		fmt.Fprintf(w, "  %s", r.Constraint)
		if r.Source != "" {
			fmt.Fprintf(w, " (%s)", r.Source)
		}
		fmt.Fprintf(w, "\n    asks: %s\n    buys: %s\n", r.Asks, r.Buys)
	}
	if c.MoreNights > 0 {
		fmt.Fprintf(w, "  %d more nights at the end (policy.horizon_days) would do as well.\n", c.MoreNights)
	}
}

func printPlan(w io.Writer, p plan.Plan) {
	for _, wave := range p.Waves {
		fmt.Fprintf(w, "%s  %s\n", wave.Name, wave.Title)
		if !wave.From.IsZero() {
			fmt.Fprintf(w, "  night        %s to %s\n", wave.From.Format("Mon 2006-01-02 15:04 MST"), wave.To.Format("Mon 15:04"))
		}
		for _, item := range wave.Checklist {
			fmt.Fprintf(w, "  %-12s %s (%s)\n", itemState(item), item.Name, item.Evidence)
		}
		for _, m := range wave.Members {
			fmt.Fprintf(w, "  %-12s %s", m.Service, m.Class)
			if m.Downtime != "" {
				fmt.Fprintf(w, ", down %s", m.Downtime)
			}
			fmt.Fprintln(w)
			for _, r := range m.Reasons {
				fmt.Fprintf(w, "    %s: %s\n", r.Constraint, r.Text)
			}
		}
		if wave.Runbook != "" {
			fmt.Fprintf(w, "  runbook      %s\n", wave.Runbook)
		}
		if wave.Ahead != "" {
			fmt.Fprintf(w, "  ahead of it  %s\n", wave.Ahead)
		}
	}
	for _, stay := range p.Retained {
		fmt.Fprintf(w, "stays  %s: %s\n", stay.Service, stay.Reasons[0].Text)
	}
	printScore(w, p)
	for _, warning := range p.Warnings {
		fmt.Fprintln(w, "! "+warning)
	}
}

// printScore tells what the plan costs, what it breaks, and what it rests on.
func printScore(w io.Writer, p plan.Plan) {
	if s := p.Score; s != nil {
		fmt.Fprintf(w, "score  crossing %d (no plan under %d), done after %d days (none before %d)", s.Crossing, s.CrossingBound, s.Days, s.DaysBound)
		if s.Optimal {
			fmt.Fprint(w, ": nothing is better")
		}
		fmt.Fprintln(w)
	}
	for _, b := range p.Broken {
		fmt.Fprintf(w, "broken %s (%s): %s; waived by %s: %s\n", b.Constraint, strings.Join(b.Services, ", "), b.Cost, b.By, b.Reason)
	}
	for _, u := range p.Unproven {
		fmt.Fprintln(w, "? "+u)
	}
	for _, assumption := range p.Assumptions {
		fmt.Fprintln(w, "~ "+assumption)
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

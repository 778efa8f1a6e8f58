package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nightferry/internal/outcome"
	"nightferry/plan"
	"nightferry/plan/problem"
	"nightferry/plan/solve"
	"nightferry/plan/verify"
)

func newPlanWhy(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "why SERVICE",
		Short: "Tell why a service is in its wave, and what stands against every other night",
		Long: `why reads plan.yaml and tells what bound a service's place, and for each other wave
and the nights around its own what moving it there would break or cost. It reads no
customer system and writes nothing.`,
		Example: `  nightferry plan why erp
  nightferry plan why erp --json | jq '.nights[] | select(.breaks == null)'`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.planWhy(args[0], asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// otherNight is one night that a service is not in.
type otherNight struct {
	Night  string       `json:"night"`
	Wave   string       `json:"wave,omitempty"`
	Breaks []problem.ID `json:"breaks,omitempty"`
	Words  string       `json:"words"`
}

func (a *app) planWhy(service string, asJSON bool) (err error) {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	saved, asked, err := askedAgain(d)
	if err != nil {
		return err
	}
	wave, placed := placement(saved, service)
	if placed == nil {
		return outcome.Misused(fmt.Errorf("plan.yaml has no service %q in a wave or among those that stay", service))
	}
	waveOf := map[int]string{}
	for _, w := range saved.Waves {
		for _, slot := range (plan.Plan{Waves: []plan.Wave{w}}).Nights(asked) {
			waveOf[slot] = w.Name
		}
	}
	var nights []otherNight
	if wave != "" {
		refusals, err := solve.Alternatives(asked, saved.Nights(asked), service)
		if err != nil {
			return outcome.Mend(err, "the plan is older than what it rests on: nightferry plan")
		}
		for _, r := range refusals {
			nights = append(nights, otherNight{asked.Slots[r.Slot].Name, waveOf[r.Slot], r.Breaks, plan.Refused(asked, r, waveOf)})
		}
	}
	if asJSON {
		return writeJSON(a.stdout, struct {
			Version int             `json:"version"`
			Wave    string          `json:"wave,omitempty"`
			Place   *plan.Placement `json:"place"`
			Nights  []otherNight    `json:"nights"`
		}{1, wave, placed, nights})
	}
	fmt.Fprintf(a.stdout, "%s is in %s.\n", service, orStays(wave))
	for _, r := range placed.Reasons {
		fmt.Fprintf(a.stdout, "  %s: %s\n", r.Constraint, r.Text)
	}
	for _, n := range nights {
		if n.Wave != "" {
			fmt.Fprintf(a.stdout, "  not on %s\n", n.Words)
		}
	}
	return nil
}

func orStays(wave string) string {
	if wave == "" {
		return "no wave: it stays"
	}
	return wave
}

func placement(p plan.Plan, service string) (wave string, place *plan.Placement) {
	for _, w := range p.Waves {
		for i := range w.Members {
			if w.Members[i].Service == service {
				return w.Name, &w.Members[i]
			}
		}
	}
	for i := range p.Retained {
		if p.Retained[i].Service == service {
			return "", &p.Retained[i]
		}
	}
	return "", nil
}

// askedAgain is the saved plan, with the problem as the folder states it today.
func askedAgain(d *desk) (plan.Plan, problem.Problem, error) {
	saved, err := savedPlan(d)
	if err != nil {
		return saved, problem.Problem{}, err
	}
	in, _, err := planning(d)
	if err != nil {
		return saved, problem.Problem{}, err
	}
	asked, _, err := plan.Problem(in)
	if err == nil {
		err = asked.Check()
	}
	return saved, asked, err
}

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
			fmt.Fprintf(a.stdout, "%s  %s: %s", state(v), v.Constraint, v.Text)
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

func state(v verify.Violation) string {
	if v.Waived != "" {
		return "~ waived"
	}
	return "✗ broken"
}

func newPlanDiff(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff",
		Short: "Tell what planning anew would change in plan.yaml",
		Long: `diff plans anew, without writing, and lists each service whose wave or night would be
another than in plan.yaml. It ends with exit code 3 when there is a difference.`,
		Example: `  nightferry plan diff`,
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return a.planDiff(asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// change is one service that another plan places elsewhere.
type change struct {
	Service string `json:"service"`
	Was     string `json:"was"`
	Is      string `json:"is"`
}

func (a *app) planDiff(asJSON bool) (err error) {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	saved, err := savedPlan(d)
	if err != nil {
		return err
	}
	in, _, err := planning(d)
	if err != nil {
		return err
	}
	fresh, err := plan.Make(in)
	if err != nil {
		return err
	}
	if fresh.Conflict != nil {
		return a.reportConflict(fresh, asJSON)
	}
	changes := changesOf(saved, fresh)
	if asJSON {
		err = writeJSON(a.stdout, struct {
			Version int      `json:"version"`
			Changes []change `json:"changes"`
		}{1, changes})
	}
	for _, c := range changes {
		if !asJSON {
			fmt.Fprintf(a.stdout, "%s: %s → %s\n", c.Service, c.Was, c.Is)
		}
	}
	if err == nil && len(changes) > 0 {
		err = outcome.Mend(outcome.Found(fmt.Errorf("%d services would move at another time", len(changes))), "nightferry plan writes it")
	}
	return err
}

func changesOf(saved, fresh plan.Plan) []change {
	was, is := places(saved), places(fresh)
	var names []string
	for name := range was {
		names = append(names, name)
	}
	for name := range is {
		if _, known := was[name]; !known {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	changes := []change{}
	for _, name := range names {
		if was[name] != is[name] {
			changes = append(changes, change{name, orNowhere(was[name]), orNowhere(is[name])})
		}
	}
	return changes
}

func orNowhere(place string) string {
	if place == "" {
		return "not in the plan"
	}
	return place
}

// places tells where each service is: its wave and night, or that it stays.
func places(p plan.Plan) map[string]string {
	where := map[string]string{}
	for _, w := range p.Waves {
		for _, m := range w.Members {
			where[m.Service] = strings.TrimSpace(w.Name + " " + w.From.Format("2006-01-02 15:04"))
		}
	}
	for _, m := range p.Retained {
		where[m.Service] = "stays"
	}
	return where
}

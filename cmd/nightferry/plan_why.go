package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"nightferry/internal/outcome"
	"nightferry/plan"
	"nightferry/plan/problem"
	"nightferry/plan/solve"
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
	wording := plan.NewWording(asked, waveOf)
	var nights []otherNight
	if wave != "" {
		refusals, err := solve.Alternatives(asked, saved.Nights(asked), service)
		if err != nil {
			return outcome.Mend(err, "the plan is older than what it rests on: nightferry plan")
		}
		for _, r := range refusals {
			nights = append(nights, otherNight{asked.Slots[r.Slot].Name, waveOf[r.Slot], r.Breaks, wording.Refused(r)})
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
	fmt.Fprintf(a.stdout, "%s is in %s.\n", service, cmp.Or(wave, "no wave: it stays"))
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

// placement finds a service in a plan: its wave, empty where it stays, and its place, nil where it is nowhere.
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

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
	"nightferry/plan"
)

func newPlanPin(a *app) *cobra.Command {
	var pin estate.Pin
	cmd := &cobra.Command{
		Use:   "pin SERVICE",
		Short: "Bind when a service moves, and plan anew",
		Long: `pin writes into overrides.yaml that a service moves not before a day, not after one,
or both, in the place of its earlier pin, and plans anew. Everything is scored again;
where the pin cannot be kept, the plan says what it collides with.`,
		Example: `  nightferry plan pin erp --not-before 2027-02-01 --by "P. Testmann" --reason "after the audit"
  nightferry plan pin crm --not-after 2027-03-31 --by "P. Testmann" --reason "the lease ends"`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			pin.Service = args[0]
			return a.pin(pin)
		},
	}
	cmd.Flags().StringVar(&pin.NotBefore, "not-before", "", "first `DAY` on which it may move, 2026-01-31")
	cmd.Flags().StringVar(&pin.NotAfter, "not-after", "", "last `DAY` on which it may move")
	signing(cmd, &pin)
	return cmd
}

func newPlanMove(a *app) *cobra.Command {
	var pin estate.Pin
	cmd := &cobra.Command{
		Use:   "move SERVICE WAVE",
		Short: "Put a service into a wave of the plan, and plan anew",
		Long: `move pins a service to the night of a wave of plan.yaml, in overrides.yaml, and plans
anew. What the move breaks is named: the plan says what it collides with, and then
nothing but the pin is written.`,
		Example: `  nightferry plan move crm wave-3 --by "P. Testmann" --reason "its owner is away before"`,
		Args:    cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			night, err := a.dayOfWave(args[1])
			if err != nil {
				return err
			}
			pin.Service, pin.NotBefore, pin.NotAfter = args[0], night, night
			return a.pin(pin)
		},
	}
	signing(cmd, &pin)
	return cmd
}

// signing asks who says so, and why.
func signing(cmd *cobra.Command, pin *estate.Pin) {
	cmd.Flags().StringVar(&pin.By, "by", "", "`NAME` of who decides it")
	cmd.Flags().StringVar(&pin.Reason, "reason", "", "`WHY`")
	for _, name := range []string{"by", "reason"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err)
		}
	}
}

// dayOfWave is the day of a wave of plan.yaml.
func (a *app) dayOfWave(wave string) (day string, err error) {
	saved, err := a.readPlan()
	if err != nil {
		return "", err
	}
	var names []string
	for _, w := range saved.Waves {
		if w.Name == wave && !w.From.IsZero() {
			return w.From.Format(time.DateOnly), nil
		}
		if !w.From.IsZero() {
			names = append(names, w.Name)
		}
	}
	return "", outcome.Mend(outcome.Misused(fmt.Errorf("plan.yaml has no wave %q in which anything moves", wave)), "its waves are: "+strings.Join(names, ", "))
}

// readPlan reads plan.yaml and nothing else.
func (a *app) readPlan() (saved plan.Plan, err error) {
	d, err := a.open()
	if err != nil {
		return saved, err
	}
	defer closing(d, &err)
	return savedPlan(d)
}

// savedPlan is plan.yaml.
func savedPlan(d *desk) (plan.Plan, error) {
	var saved plan.Plan
	if err := d.ReadYAML(engagement.PlanFile, &saved); err != nil {
		return saved, outcome.Mend(err, "run first: nightferry plan")
	}
	return saved, nil
}

// pin writes a pin and plans anew.
func (a *app) pin(pin estate.Pin) (err error) {
	d, err := a.openToWrite("plan pin")
	if err != nil {
		return err
	}
	pin.Date = a.now().Format(time.DateOnly)
	if !slices.ContainsFunc(d.e.Services, func(s estate.Service) bool { return s.Name == pin.Service }) {
		names := make([]string, len(d.e.Services))
		for i, s := range d.e.Services {
			names[i] = s.Name
		}
		err = outcome.Mend(outcome.Misused(fmt.Errorf("%s names no service %q", d.Path(engagement.FileName), pin.Service)), "the services are: "+strings.Join(names, ", "))
	} else if err = d.PinService(pin); err == nil {
		a.remark("written: %s", d.Path(engagement.OverridesFile))
	}
	if closing(d, &err); err != nil {
		return err
	}
	return a.plan(false)
}

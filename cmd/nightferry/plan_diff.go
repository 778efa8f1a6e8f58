package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nightferry/internal/outcome"
	"nightferry/plan"
)

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

// changesOf lists the services whose wave or night differs, by name.
func changesOf(saved, fresh plan.Plan) []change {
	const nowhere = "not in the plan"
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
			changes = append(changes, change{name, cmp.Or(was[name], nowhere), cmp.Or(is[name], nowhere)})
		}
	}
	return changes
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

package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"nightferry/internal/outcome"
	"nightferry/plan"
	"nightferry/plan/after"
)

func newPlanAfter(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "after",
		Short: "Show what partners must have ready, what follows the nights, how the legacy ends, and the work",
		Long: `after reads plan.yaml and shows what surrounds the nights: the gates of each
integration that leaves the estate, with owner and last day; what is measured, drilled
and certified after the move; how each legacy ends, and what has to be revoked with it;
and the work in person-days, all of it assumed. A ? tells what nobody could see: such a
list need not be all. It reads no customer system and writes nothing.`,
		Example: `  nightferry plan after
  nightferry plan after --json | jq '.partners.integrations[].gates[] | select(.holds | not)'
  nightferry plan after --json | jq -r '.after[] | [.due, .service, .name, .owner] | @tsv'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.planAfter(asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (a *app) planAfter(asJSON bool) (err error) {
	saved, err := a.readPlan()
	if err != nil {
		return err
	}
	if saved.Partners == nil {
		return outcome.Mend(errors.New("plan.yaml says nothing of partners and of what follows: it was written by an older nightferry"), "nightferry plan")
	}
	if asJSON {
		return writeJSON(a.stdout, struct {
			Version    int                `json:"version"`
			Partners   *after.Readiness   `json:"partners"`
			After      []after.Item       `json:"after"`
			Retirement []after.Retirement `json:"retirement"`
			Effort     []after.Effort     `json:"effort"`
		}{1, saved.Partners, saved.After, saved.Retirement, saved.Effort})
	}
	printPartners(a.stdout, *saved.Partners)
	printAfter(a.stdout, saved)
	for _, r := range saved.Retirement {
		printRetirement(a.stdout, r)
	}
	for _, e := range saved.Effort {
		printWork(a.stdout, e)
	}
	return nil
}

func printPartners(w io.Writer, r after.Readiness) {
	for _, p := range r.Integrations {
		way := "called by " + p.Service
		if p.Inbound {
			way = "calls " + p.Service
		}
		fmt.Fprintf(w, "partner %s, %s by %s (%s)\n", p.Partner, way, p.Protocol, p.Wave)
		for _, g := range p.Gates {
			state := "✗ open "
			if g.Holds {
				state = "✓ holds"
			}
			fmt.Fprintf(w, "  %s  by %s  %-12s  %s: %s (%s)\n", state, g.Due, g.Name, g.Owner, g.Ask, g.Evidence)
		}
	}
	if len(r.Integrations) == 0 {
		fmt.Fprintln(w, "No integration of what moves is known to leave the estate.")
	}
	printUnseen(w, r.Unknown)
}

func printAfter(w io.Writer, p plan.Plan) {
	for i, item := range p.After {
		if i == 0 || p.After[i-1].Service != item.Service {
			fmt.Fprintf(w, "after %s moved (%s)\n", item.Service, item.Wave)
		}
		fmt.Fprintf(w, "  %s  %-22s  %s: %s; shown by %s\n", item.Due, item.Name, item.Owner, item.Ask, item.Evidence)
	}
}

func printRetirement(w io.Writer, r after.Retirement) {
	fmt.Fprintf(w, "legacy of %s (%s)\n", r.Service, r.Owner)
	if r.ReadOnlyUntil == "" {
		fmt.Fprintln(w, "  ? no night ends it: its days are not known")
	} else {
		fmt.Fprintf(w, "  read-only and isolated until %s, evidence kept until %s at least\n", r.ReadOnlyUntil, r.EvidenceUntil)
	}
	fmt.Fprintf(w, "  retention: %s\n  legal hold: %s\n  media: %s, %s; %s\n", r.Retention, r.Hold, r.Media.Method, r.Media.Why, r.Media.Proof)
	for _, s := range r.Shared {
		fmt.Fprintf(w, "  shared: %s\n", s)
	}
	for _, v := range r.Revoke {
		names := "none found"
		if len(v.Names) > 0 {
			names = strings.Join(v.Names, "; ")
		} else if len(v.Unknown) > 0 {
			names = "not known"
		}
		fmt.Fprintf(w, "  revoke %s: %s\n", v.Kind, names)
		printUnseen(w, v.Unknown)
	}
}

func printWork(w io.Writer, e after.Effort) {
	fmt.Fprintf(w, "work for %s, in person-days, assumed: automatic %s, assisted %s, manual %s", e.Service, personDays(e.Automatic), personDays(e.Assisted), personDays(e.Manual))
	if len(e.Unknown) > 0 {
		fmt.Fprint(w, ", and what is not known")
	}
	fmt.Fprintln(w)
	for _, work := range e.Works {
		fmt.Fprintf(w, "  %-9s  %-10s  %d × %s (%s)\n", work.Kind, personDays(work.Days), work.Count, work.Name, work.Basis)
	}
	printUnseen(w, e.Unknown)
}

func personDays(d after.Days) string { return fmt.Sprintf("%.1f to %.1f", d.Low, d.High) }

func printUnseen(w io.Writer, unknown []string) {
	for _, u := range unknown {
		fmt.Fprintln(w, "  ? "+u)
	}
}

package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nightferry/classify/modules"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
	"nightferry/internal/yamlfile"
)

// moduleQuery is what of the modules is wanted.
type moduleQuery struct {
	target   string
	from     string   // judge what this version ships, without an engagement
	names    []string // only these; all where none is named
	verdicts []string
	asJSON   bool
	policy   bool
}

func newModules(a *app) *cobra.Command {
	q := moduleQuery{}
	cmd := &cobra.Command{
		Use:   "modules [MODULE]...",
		Short: "Say what becomes of each Odoo module in a later version, and what custom code takes",
		Long: `modules judges what the Odoo servers of the inventory run for a target version:
kept, renamed, merged, replaced, removed (no successor is known), custom, unused
(code on disk that the database does not run) or unknown, with the steps on the
way and how sure they are. For custom code it reckons hours: automatic (a
program rewrites), assisted (a program finds the place), manual.

The target is --target, else target.odoo of engagement.yaml, else the newest.
Verdicts rest on embedded lists of what each version ships and on renames between
them. Hours rest on a table; policies/module-effort.yaml in the engagement takes
its place, and --policy prints the one that holds. Modules that are kept are
counted and not listed, unless named or asked for by --verdict kept.

It reads the inventory, and no customer system. --from judges the modules that
Odoo ships in a version and needs no engagement. It ends with exit code 3 when an
installed module has no known successor, is unknown, or has no code to carry over.`,
		Example: `  nightferry modules --target 19.0
  nightferry modules --verdict removed,unknown
  nightferry modules clinic_base --json
  nightferry modules --from 14.0 --target 17.0 fetchmail sale_coupon
  nightferry modules --policy > policies/module-effort.yaml`,
		RunE: func(_ *cobra.Command, args []string) error {
			q.names = args
			return a.modules(q)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&q.target, "target", "", "judge for Odoo `VERSION`, "+strings.Join(estate.OdooTargets(), ", "))
	flags.StringVar(&q.from, "from", "", "judge what Odoo `VERSION` ships, without an engagement")
	flags.StringSliceVar(&q.verdicts, "verdict", nil, "only modules of these `VERDICTS`, joined by commas")
	flags.BoolVar(&q.policy, "policy", false, "print the table of hours that holds")
	jsonFlag(cmd, &q.asJSON)
	cmd.MarkFlagsMutuallyExclusive("policy", "from")
	cmd.MarkFlagsMutuallyExclusive("policy", "json")
	return cmd
}

func (a *app) modules(q moduleQuery) error {
	if err := q.check(); err != nil {
		return err
	}
	if q.from != "" {
		return a.modulesOf(q)
	}
	return a.modulesOfEstate(q)
}

// check refuses words that would only ever list nothing.
func (q moduleQuery) check() error {
	words := make([]string, 0, len(modules.Verdicts()))
	for _, v := range modules.Verdicts() {
		words = append(words, string(v))
	}
	for _, v := range q.verdicts {
		if !slices.Contains(words, v) {
			return outcome.Mend(outcome.Misused(fmt.Errorf("there is no verdict %q", v)), cmp.Or(yamlfile.Mend(v, words), "the verdicts are: "+strings.Join(words, ", ")))
		}
	}
	if targets := estate.OdooTargets(); q.target != "" && !slices.Contains(targets, q.target) {
		return outcome.Mend(outcome.Misused(fmt.Errorf("--target: Odoo %q is not one that modules can be judged for", q.target)), "the targets are: "+strings.Join(targets, ", "))
	}
	return nil
}

// wants tells whether a module is to be listed. What is kept needs nobody, unless it is asked for.
func (q moduleQuery) wants(j modules.Judgement) bool {
	if len(q.names) > 0 && !slices.Contains(q.names, j.Name) {
		return false
	}
	if len(q.verdicts) == 0 {
		return j.Verdict != modules.Kept || len(q.names) > 0 || q.asJSON
	}
	return slices.Contains(q.verdicts, string(j.Verdict))
}

// modulesOf judges the modules of a version by the facts alone.
func (a *app) modulesOf(q moduleQuery) error {
	policy, err := modules.LoadPolicy("effort.yaml", modules.DefaultPolicy())
	if err != nil {
		return err
	}
	advisor, err := modules.New(policy)
	if err != nil {
		return err
	}
	target := cmp.Or(q.target, newestTarget())
	switch versions := advisor.Facts().Versions(); {
	case !slices.Contains(versions, q.from):
		return outcome.Mend(outcome.Misused(fmt.Errorf("--from: what Odoo %q ships is not listed", q.from)), "listed are: "+strings.Join(versions, ", "))
	case slices.Index(versions, q.from) > slices.Index(versions, target):
		return outcome.Mend(outcome.Misused(fmt.Errorf("the target %s is before %s", target, q.from)), "swap --from and --target")
	}
	all := advisor.Shipped(q.from, target, q.names...)
	chosen := slices.DeleteFunc(slices.Clone(all), func(j modules.Judgement) bool { return !q.wants(j) })
	if q.asJSON {
		return writeJSON(a.stdout, struct {
			Version int                 `json:"version"`
			From    string              `json:"from"`
			Target  string              `json:"target"`
			Facts   string              `json:"facts"`
			Modules []modules.Judgement `json:"modules"`
		}{1, q.from, target, modules.FactsSource, chosen})
	}
	counts := map[modules.Verdict]int{}
	for _, j := range all {
		counts[j.Verdict]++
	}
	fmt.Fprintf(a.stdout, "Odoo %s → %s: %s\n\n", q.from, target, tally(counts))
	printJudgements(a.stdout, chosen)
	return nil
}

func (a *app) modulesOfEstate(q moduleQuery) (err error) {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	if q.policy {
		_, text, err := d.effortTable()
		fmt.Fprint(a.stdout, text)
		return err
	}
	advisor, err := d.advisor()
	if err != nil {
		return err
	}
	inventory, err := d.Inventory()
	if err != nil {
		return err
	}
	if len(inventory.Odoo) == 0 {
		return outcome.Mend(errors.New("the inventory holds no Odoo server"), "name one under odoo in engagement.yaml, then run: nightferry discover")
	}
	report := advisor.Assess(inventory, cmp.Or(q.target, d.odooTarget()))
	stuck, listed := 0, 0
	for i := range report.Servers {
		s := &report.Servers[i]
		s.Modules = slices.DeleteFunc(s.Modules, func(j modules.Judgement) bool { return !q.wants(j) })
		listed += len(s.Modules)
		for _, j := range s.Modules {
			if j.IsStuck() {
				stuck++
			}
		}
	}
	if len(q.names) > 0 && listed == 0 {
		return outcome.Mend(outcome.Misused(fmt.Errorf("no Odoo server of the inventory has %s", strings.Join(q.names, ", "))), "nightferry modules --from VERSION judges what Odoo ships")
	}
	if q.asJSON {
		err = writeJSON(a.stdout, struct {
			Version int `json:"version"`
			modules.Report
		}{1, report})
	} else {
		printModules(a.stdout, report)
	}
	if err != nil || stuck == 0 {
		return err
	}
	return outcome.Found(fmt.Errorf("%d of the modules listed have no known successor, are unknown, or have no code to carry over", stuck))
}

// odooTarget is the version that the engagement's modules are judged for.
func (d *desk) odooTarget() string { return cmp.Or(d.e.Target.Odoo, newestTarget()) }

func newestTarget() string { targets := estate.OdooTargets(); return targets[len(targets)-1] }

// advisor judges modules by the engagement's table of hours.
func (d *desk) advisor() (*modules.Advisor, error) {
	name, text, err := d.effortTable()
	if err != nil {
		return nil, err
	}
	policy, err := modules.LoadPolicy(name, text)
	if err != nil {
		return nil, err
	}
	return modules.New(policy)
}

// effortTable is the engagement's own table of hours, or the embedded one.
func (d *desk) effortTable() (name, text string, err error) {
	if !d.Has(engagement.EffortFile) {
		return "effort.yaml", modules.DefaultPolicy(), nil
	}
	own, err := d.Read(engagement.EffortFile)
	return d.Path(engagement.EffortFile), string(own), err
}

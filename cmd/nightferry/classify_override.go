package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
)

func newClassifyOverride(a *app) *cobra.Command {
	var class, by, reason string
	cmd := &cobra.Command{
		Use:   "override DATABASE.TABLE.COLUMN --class CLASS --by NAME --reason TEXT",
		Short: "Decide the class of a column against the evidence",
		Long: `override writes into overrides.yaml that a person decided the class of a column, and
why. That wins over all evidence from the next classify on. It also notes what the
evidence was: when that changes, the override still holds and is flagged.

A second override of a column takes the place of the first. What else stands in
overrides.yaml, comments included, stays as it is; to take an override back,
remove its entry.`,
		Example: `  nightferry classify override clinic.res_partner.x_ref --class PHI --by "A. Officer, DPO" \
                      --reason "the ward writes case numbers into it"`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			o := estate.ClassOverride{Class: estate.DataClass(strings.ToUpper(class)), By: strings.TrimSpace(by), Reason: strings.TrimSpace(reason),
				Date: a.now().Format(time.DateOnly)}
			return a.classifyOverride(args[0], o)
		},
	}
	cmd.Flags().StringVar(&class, "class", "", "the `CLASS`: CREDENTIAL, PHI, HR, FINANCIAL, PII, OPERATIONAL or PUBLIC")
	cmd.Flags().StringVar(&by, "by", "", "the `NAME` of the person who decides")
	cmd.Flags().StringVar(&reason, "reason", "", "why, in `TEXT` that an auditor understands; no row's value")
	for _, needed := range []string{"class", "by", "reason"} {
		if err := cmd.MarkFlagRequired(needed); err != nil {
			panic(err)
		}
	}
	return cmd
}

func (a *app) classifyOverride(name string, o estate.ClassOverride) (err error) {
	if !slices.Contains(engagement.OverridingClasses(), o.Class) {
		return outcome.Mend(outcome.Misused(fmt.Errorf("%q is no class that a person can give", o.Class)), "--class takes CREDENTIAL, PHI, HR, FINANCIAL, PII, OPERATIONAL or PUBLIC")
	}
	if o.By == "" || o.Reason == "" {
		return outcome.Misused(errors.New("--by and --reason must say something"))
	}
	d, err := a.openToWrite("classify override")
	if err != nil {
		return err
	}
	defer closing(d, &err)
	inventory, classifier, err := classifying(d)
	if err != nil {
		return err
	}
	found, err := findColumn(classifier.Override(nil).Judge(inventory), name)
	if err != nil {
		return err
	}
	o.Database, o.Table, o.Column, o.Evidence = found.database(), found.table.QualifiedName(), found.column.Name, classify.Fingerprint(found.verdict)
	if err := d.OverrideClass(o); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s is %s; the evidence alone says %s\n", found, o.Class, found.verdict.Words())
	a.remark("written: %s\nnext: nightferry -C %s classify --offline", d.Path(engagement.OverridesFile), typed(a.dir))
	return nil
}

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
	"nightferry/internal/runbook"
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
plan.yaml and runbooks/WAVE.yaml. A runbook that a person has edited is kept:
the new one is written beside it as WAVE.new.yaml.`,
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
	if err := a.runbooks(d, &result); err != nil {
		return err
	}
	if err := d.WriteYAML(engagement.PlanFile, result); err != nil {
		return err
	}
	if asJSON {
		return writeJSON(a.stdout, result)
	}
	printPlan(a.stdout, result)
	written := []string{d.Path(engagement.PlanFile)}
	for _, wave := range result.Waves {
		if wave.Runbook != "" {
			written = append(written, d.Path(wave.Runbook))
		}
	}
	a.remark("written: %s", strings.Join(written, ", "))
	return nil
}

// runbooks writes the night of each wave that has a way to move.
func (a *app) runbooks(d *desk, result *plan.Plan) error {
	before, err := lastWritten(d)
	if err != nil {
		return err
	}
	for i := range result.Waves {
		wave := &result.Waves[i]
		if len(wave.Members) == 0 {
			continue
		}
		book, missing := plan.Runbook(*wave, d.e.Target.Moves, d.e.Services)
		result.Warnings = append(result.Warnings, missing...)
		if len(book.Steps) == 0 {
			continue
		}
		text, err := runbook.Format(book)
		if err != nil {
			return err
		}
		wave.Runbook = engagement.RunbookFile(wave.Name)
		if wave.Written, err = a.keepEdits(d, wave.Runbook, text, before[wave.Runbook]); err != nil {
			return err
		}
	}
	return nil
}

// lastWritten tells, by file, the hash of each runbook that the last plan wrote.
func lastWritten(d *desk) (map[string]string, error) {
	hashes := map[string]string{}
	if !d.Has(engagement.PlanFile) {
		return hashes, nil
	}
	var old plan.Plan
	if err := d.ReadYAML(engagement.PlanFile, &old); err != nil {
		return nil, err
	}
	for _, wave := range old.Waves {
		hashes[wave.Runbook] = wave.Written
	}
	return hashes, nil
}

// keepEdits writes a runbook unless a person has changed the one that is there: people's work is never overwritten.
// It returns the hash of what the planner wrote last in that place.
func (a *app) keepEdits(d *desk, name string, text []byte, written string) (string, error) {
	hash := sum(text)
	if !d.Has(name) {
		return hash, d.Write(name, text)
	}
	there, err := d.Read(name)
	switch {
	case err != nil:
		return "", err
	case sum(there) == hash:
		return hash, nil
	case sum(there) == written:
		return hash, d.Write(name, text)
	}
	beside := strings.TrimSuffix(name, ".yaml") + ".new.yaml"
	a.remark("%s was edited by hand and is kept; the new one is %s", d.Path(name), d.Path(beside))
	return written, d.Write(beside, text)
}

func sum(text []byte) string {
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
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

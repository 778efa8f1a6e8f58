package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/classify/readiness"
	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
	"nightferry/internal/yamlfile"
)

// assessQuery is what of the assessment is wanted.
type assessQuery struct {
	policies string // folder of tables that take the place of the engagement's
	table    string // print the table that holds, and stop
	asJSON   bool
}

func newAssess(a *app) *cobra.Command {
	var q assessQuery
	cmd := &cobra.Command{
		Use:   "assess [WORKLOAD]...",
		Short: "Say what follows for each workload: role, tenancy, controls, recovery, readiness",
		Long: `assess says of each workload which role it has with regulated data, whom it may
share its platform with and which controls its data demands, and whether it is
ready to move; of each business service whether it would recover in time
(nightferry recovery tells more); and what has changed since the assessment of an
earlier day. A workload is a business service, or what no service names. With the
names of workloads it tells all of them, with evidence and arguments.

It goes by inventory, classification.yaml, engagement.yaml and overrides.yaml,
asks no customer system, and writes assessment.json anew. The method is in
docs/assessment.md. Tables hold what is demanded: tenancy.yaml, controls.yaml,
recovery.yaml, readiness.yaml. Files of these names in policies/ of the engagement
take the place of the embedded ones; --policies names another folder, and --table
prints the one that holds.

It ends with exit code 3 when a workload is not ready or an acceptance has expired.`,
		Example: `  nightferry assess
  nightferry assess service/erp
  nightferry assess --json | jq '.demands.workloads[] | select(.role == "unknown") | .name'
  nightferry assess --table recovery.yaml > policies/recovery.yaml`,
		RunE: func(_ *cobra.Command, args []string) error { return a.assess(q, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&q.policies, "policies", "", "take tables from `FOLDER` before those of the engagement")
	flags.StringVar(&q.table, "table", "", "print the `TABLE` that holds, such as tenancy.yaml")
	jsonFlag(cmd, &q.asJSON)
	return cmd
}

func (a *app) assess(q assessQuery, names []string) (err error) {
	d, err := a.openToWrite("assess")
	if err != nil {
		return err
	}
	defer closing(d, &err)
	if q.table != "" {
		return a.printTable(d, q)
	}
	input, err := a.assessing(d, q.policies)
	if err != nil {
		return err
	}
	if input.Inventory, err = d.Inventory(); err != nil {
		return err
	}
	if err := d.ReadYAML(engagement.ClassificationFile, &input.Classification); err != nil {
		return unclassified(err)
	}
	assessment := classify.Assess(input)
	if err := d.WriteJSON(engagement.AssessmentFile, assessment); err != nil {
		return err
	}
	chosen, err := chosenWorkloads(assessment.Demands.Workloads, names)
	if err != nil {
		return err
	}
	switch {
	case q.asJSON:
		err = writeJSON(a.stdout, assessed(assessment, chosen))
	case len(names) > 0:
		for i := range chosen {
			printWorkload(a.stdout, assessment.Demands, &chosen[i])
		}
	default:
		printAssessment(a.stdout, assessment)
	}
	if err != nil {
		return err
	}
	a.remark("written: %s", d.Path(engagement.AssessmentFile))
	return verdict(assessment, chosen)
}

// verdict is what a reader of exit codes must know.
func verdict(a classify.Assessment, chosen []classify.Placed) error {
	blocked := 0
	for i := range chosen {
		if chosen[i].Readiness.Readiness == readiness.NotReady {
			blocked++
		}
	}
	var words []string
	if blocked > 0 {
		words = append(words, fmt.Sprintf("%d of %d workloads are not ready", blocked, len(chosen)))
	}
	if lapsed := len(a.Lapsed()); lapsed > 0 {
		words = append(words, fmt.Sprintf("the acceptance of %d findings has expired", lapsed))
	}
	if len(words) == 0 {
		return nil
	}
	return outcome.Found(errors.New(strings.Join(words, "; ")))
}

// assessed is the part of an assessment that assess prints as JSON.
func assessed(a classify.Assessment, chosen []classify.Placed) any {
	demands := *a.Demands
	demands.Workloads = chosen
	return struct {
		Version  int               `json:"version"`
		Demands  classify.Demands  `json:"demands"`
		Progress classify.Progress `json:"progress"`
	}{1, demands, a.Progress}
}

func chosenWorkloads(all []classify.Placed, names []string) ([]classify.Placed, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []classify.Placed
	known := make([]string, 0, len(all))
	for i := range all {
		known = append(known, all[i].Name)
	}
	for _, name := range names {
		at := slices.Index(known, name)
		if at < 0 {
			return nil, outcome.Mend(outcome.Misused(fmt.Errorf("there is no workload %q", name)), yamlfile.Mend(name, known))
		}
		chosen = append(chosen, all[at])
	}
	return chosen, nil
}

// assessing reads what an assessment goes by beside the inventory and its classes: rules, tables, the word of people, and
// the assessment before. dir is a folder of tables that come before the engagement's; it may be empty.
func (a *app) assessing(d *desk, dir string) (classify.Input, error) {
	if _, set := a.env("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(classify.AssessmentMemory)
	}
	advisor, err := d.advisor()
	if err != nil {
		return classify.Input{}, err
	}
	set, err := ownRules(d.Folder)
	if err != nil {
		return classify.Input{}, err
	}
	policies, err := classify.LoadPolicies(func(embedded classify.PolicyTable) (classify.PolicyTable, error) { return d.table(dir, embedded) })
	if err != nil {
		return classify.Input{}, err
	}
	overrides, err := d.Overrides()
	if err != nil {
		return classify.Input{}, err
	}
	previous, err := d.previous()
	if err != nil {
		return classify.Input{}, err
	}
	return classify.Input{Services: d.e.Services, Declared: d.e.Declared(), Advisor: advisor, Target: d.odooTarget(), Rules: set, Policies: policies,
		Accepted: overrides.Accepted, Approvals: overrides.Tenancy, Copies: d.e.Copies(), Restores: d.e.Restored(), Previous: previous, Word: d.e.Word(),
		Today: a.now().Format(time.DateOnly)}, nil
}

// previous is what of the assessment that was written last is held against the next: nil where there is none.
func (d *desk) previous() (*classify.Assessment, error) {
	previous, err := stage[classify.Assessment](d.ReadJSON, engagement.AssessmentFile)
	if err != nil || previous == nil {
		return nil, err
	}
	return &classify.Assessment{Findings: previous.Findings, Progress: previous.Progress}, nil
}

// table is the table that holds: of the folder, else of the engagement, else the embedded one.
func (d *desk) table(dir string, embedded classify.PolicyTable) (classify.PolicyTable, error) {
	if dir != "" {
		name := filepath.Join(dir, embedded.Name)
		text, err := os.ReadFile(name)
		if err == nil {
			return classify.PolicyTable{Name: name, Text: string(text)}, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return embedded, outcome.Misused(fmt.Errorf("read the table: %w", err))
		}
	}
	own := path.Join(engagement.PoliciesDir, embedded.Name)
	if !d.Has(own) {
		return embedded, nil
	}
	text, err := d.Read(own)
	return classify.PolicyTable{Name: d.Path(own), Text: string(text)}, err
}

func (a *app) printTable(d *desk, q assessQuery) error {
	var known []string
	for _, embedded := range classify.PolicyTables() {
		known = append(known, embedded.Name)
		if embedded.Name == q.table {
			table, err := d.table(q.policies, embedded)
			fmt.Fprint(a.stdout, table.Text)
			return err
		}
	}
	return outcome.Mend(outcome.Misused(fmt.Errorf("there is no table %q", q.table)), "the tables are: "+strings.Join(known, ", "))
}

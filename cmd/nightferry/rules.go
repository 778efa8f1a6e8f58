package main

import (
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"nightferry/classify/rules"
	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
)

func newRules(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List, explain and test the rules that findings come from",
		Long: `Rules are data: what they are about, an expression over its facts, what to show,
what mends it, and the paragraphs of the HIPAA Security Rule and the controls of
ISO/IEC 27001:2022 that it concerns. Those that come with nightferry are joined by
the files of the folder rules/ of an engagement.`,
		Example: `  nightferry rules list
  nightferry rules explain fsync-off
  nightferry rules test rules/ours.yaml`,
	}
	cmd.AddCommand(newRulesList(a), newRulesExplain(a), newRulesFields(a), newRulesTest(a))
	return cmd
}

// allRules reads the embedded rules and those of the engagement in the folder that -C names, where there is one.
func (a *app) allRules() (*rules.Set, error) {
	folder, err := engagement.Open(a.dir)
	if err != nil {
		return rules.Load() // nobody needs an engagement to read about rules
	}
	set, err := ownRules(folder)
	if closed := folder.Close(); err == nil {
		err = closed
	}
	return set, err
}

// ownRules reads the embedded rules and those of an engagement's folder.
func ownRules(folder *engagement.Folder) (*rules.Set, error) {
	var own []rules.File
	names, err := folder.List(engagement.RulesDir, ".yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := folder.Read(path.Join(engagement.RulesDir, name))
		if err != nil {
			return nil, err
		}
		own = append(own, rules.File{Name: folder.Path(path.Join(engagement.RulesDir, name)), Text: text})
	}
	return rules.Load(own...)
}

func newRulesList(a *app) *cobra.Command {
	var asJSON bool
	var topic string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List all rules with their severity at worst",
		Example: `  nightferry rules list --topic postgres
  nightferry rules list --json | jq '.rules[] | select(.severity == "critical") | .code'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := a.allRules()
			if err != nil {
				return err
			}
			var chosen []*rules.Rule
			for _, r := range set.All() {
				if topic == "" || r.Topic == topic {
					chosen = append(chosen, r)
				}
			}
			if len(chosen) == 0 {
				return outcome.Mend(outcome.Misused(fmt.Errorf("there is no topic %q", topic)), "nightferry rules list shows all")
			}
			if asJSON {
				return writeJSON(a.stdout, struct {
					Version int         `json:"version"`
					Rules   []ruleShown `json:"rules"`
				}{1, shownRules(chosen)})
			}
			printRules(a.stdout, chosen)
			return nil
		},
	}
	cmd.Flags().StringVar(&topic, "topic", "", "only those of `TOPIC`, such as postgres")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// ruleShown is a rule as --json prints it.
type ruleShown struct {
	Code     string   `json:"code"`
	Topic    string   `json:"topic"`
	Title    string   `json:"title"`
	Severity string   `json:"severity"` // at worst
	For      string   `json:"for"`
	When     string   `json:"when"`
	Fix      string   `json:"fix"`
	HIPAA    []string `json:"hipaa"`
	ISO      []string `json:"iso"`
	Effort   string   `json:"effort"`
	Note     string   `json:"note,omitempty"`
}

func shownRules(list []*rules.Rule) []ruleShown {
	var shown []ruleShown
	for _, r := range list {
		shown = append(shown, ruleShown{r.Code, r.Topic, r.Title, string(r.Severity()), r.For, r.When, r.Fix, r.HIPAA, r.ISO, string(r.Effort), r.Note})
	}
	return shown
}

func printRules(w io.Writer, list []*rules.Rule) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "TOPIC\tSEVERITY\tCODE\tFOR\tTITLE")
	for _, r := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.Topic, r.Severity(), r.Code, r.For, r.Title)
	}
	table.Flush()
	fmt.Fprintf(w, "\n%d rules. SEVERITY: at worst, where regulated data or a critical service is at stake.\n", len(list))
}

func newRulesExplain(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "explain CODE",
		Short:   "Tell all of a rule: when it is true, what it rests on, what it cites",
		Example: `  nightferry rules explain fsync-off`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			set, err := a.allRules()
			if err != nil {
				return err
			}
			return explainRule(a.stdout, set, args[0])
		},
	}
}

// explainRule prints a rule for people.
func explainRule(w io.Writer, set *rules.Set, code string) error {
	r, found := set.Rule(code)
	if !found {
		return outcome.Mend(outcome.Misused(fmt.Errorf("there is no rule %q", code)), "nightferry rules list shows all")
	}
	controls, err := rules.Controls()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s\n%s\n\n", r.Code, r.Title)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-10s %s\n", name, value)
		}
	}
	row("severity", fmt.Sprintf("%s at worst: harm %s, exposure %s", r.Severity(), r.Harm, r.Exposure))
	row("about", r.For)
	row("when", r.When)
	row("evidence", r.Evidence)
	row("mend", r.Fix)
	row("effort", string(r.Effort))
	row("note", r.Note)
	for _, c := range r.HIPAA {
		row("HIPAA", "45 CFR "+c+" "+controls[c].Title)
	}
	for _, c := range r.ISO {
		row("ISO 27001", c+" "+controls[c].Title)
	}
	fmt.Fprintln(w, "\nIt rests on")
	for _, f := range set.Asks(r) {
		fmt.Fprintf(w, "  %-28s %-5s %s\n", f.Name, f.Type, f.Doc)
	}
	return nil
}

func newRulesFields(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "fields [KIND]",
		Short:   "List what rules can be about, and what they can ask of it",
		Example: `  nightferry rules fields listener`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			shown := false
			for _, k := range rules.Kinds() {
				if len(args) > 0 && k.Name != args[0] {
					continue
				}
				shown = true
				within := ""
				if k.Within != "" {
					within = "; the fields of " + k.Within + ", too"
				}
				fmt.Fprintf(a.stdout, "%s: %s%s\n", k.Name, k.Doc, within)
				for _, f := range k.Fields {
					fmt.Fprintf(a.stdout, "  %-28s %-5s %s\n", f.Name, f.Type, f.Doc)
				}
			}
			if !shown {
				return outcome.Mend(outcome.Misused(fmt.Errorf("there is nothing called %q", args[0])), "nightferry rules fields shows all")
			}
			return nil
		},
	}
}

func newRulesTest(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "test FILE...",
		Short: "Check files of rules, and hold each rule against its own two estates",
		Long: `test reads files of rules, tells what is wrong in them with line and column, and
holds each rule against the estate that must trigger it (fires) and the one that
must not (clean). It ends with exit code 3 when a rule does not do what it should.`,
		Example: `  nightferry rules test rules/ours.yaml`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			var files []rules.File
			for _, name := range args {
				text, err := os.ReadFile(name)
				if err != nil {
					return outcome.Misused(fmt.Errorf("read the rules: %w", err))
				}
				files = append(files, rules.File{Name: name, Text: text})
			}
			set, err := rules.Parse(files...)
			if err != nil {
				return err
			}
			return testRules(a.stdout, set)
		},
	}
}

func testRules(w io.Writer, set *rules.Set) error {
	failed := 0
	for _, r := range set.All() {
		wrong := set.Check(r)
		if len(wrong) == 0 {
			fmt.Fprintf(w, "ok      %s\n", r.Code)
			continue
		}
		failed++
		fmt.Fprintf(w, "FAILED  %s: %s\n", r.Code, strings.Join(wrong, "; "))
	}
	if failed > 0 {
		return outcome.Found(fmt.Errorf("%d of %d rules do not do what they should", failed, len(set.All())))
	}
	return nil
}

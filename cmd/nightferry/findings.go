package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
)

// findingFilter is what of the findings is wanted; empty fields want everything.
type findingFilter struct {
	severity, code, asset string
	unknown, open, asJSON bool
}

func newFindings(a *app) *cobra.Command {
	f := findingFilter{}
	cmd := &cobra.Command{
		Use:   "findings",
		Short: "List what is wrong, with what shows it; accept what is borne",
		Long: `findings lists what classify found wrong, the worst first: an entry an asset and
code. A risk that somebody accepted stays in the list with the name, until it
expires. It reads assessment.json and overrides.yaml, and no customer system.

--severity takes the mildest that is wanted. --unknown lists the rules that could not
be judged, with the grant that would tell. It ends with exit code 3 when open
findings are listed.`,
		Example: `  nightferry findings --severity high
  nightferry findings --asset host/erp-db
  nightferry findings explain fsync-off
  nightferry findings accept odoo-end-of-life --asset host/cloud-app --until 2027-06-30 --by "P. Testmann" --reason "wave 3"`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.findings(f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.severity, "severity", "", "only those of `SEVERITY` and worse")
	flags.StringVar(&f.code, "code", "", "only those of `CODE`")
	flags.StringVar(&f.asset, "asset", "", "only those of `ASSET`, such as host/erp-db, and what is within")
	flags.BoolVar(&f.unknown, "unknown", false, "list the rules that could not be judged instead")
	flags.BoolVar(&f.open, "open", false, "leave out what somebody accepted")
	jsonFlag(cmd, &f.asJSON)
	cmd.AddCommand(newFindingsExplain(a), newFindingsAccept(a))
	return cmd
}

// judged reads the assessment as it stands today: acceptances may be newer than it, and may have expired since.
func (a *app) judged(d *desk) (classify.Assessment, error) {
	var assessment classify.Assessment
	if err := d.ReadJSON(engagement.AssessmentFile, &assessment); err != nil {
		return assessment, unclassified(err)
	}
	overrides, err := d.Overrides()
	if err != nil {
		return assessment, err
	}
	classify.Accept(assessment.Findings, overrides.Accepted, a.now().Format(time.DateOnly))
	return assessment, nil
}

func (a *app) findings(f findingFilter) (err error) {
	order := estate.Severities()
	least := len(order) - 1
	if f.severity != "" {
		if least = slices.Index(order, estate.Severity(f.severity)); least < 0 {
			return outcome.Mend(outcome.Misused(fmt.Errorf("there is no severity %q", f.severity)), fmt.Sprintf("the severities are %v", order))
		}
	}
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	assessment, err := a.judged(d)
	if err != nil {
		return err
	}
	chosen, unknown := []estate.Finding{}, []estate.UnknownFinding{}
	open := 0
	for _, finding := range assessment.Findings {
		if !f.wants(finding.Code, finding.Asset) || slices.Index(order, finding.Severity) > least || f.open && !finding.IsOpen() {
			continue
		}
		chosen = append(chosen, finding)
		if finding.IsOpen() {
			open++
		}
	}
	for _, u := range assessment.Unknown {
		u.Assets = slices.DeleteFunc(slices.Clone(u.Assets), func(asset string) bool { return !f.wants(u.Code, asset) })
		if len(u.Assets) > 0 {
			unknown = append(unknown, u)
		}
	}
	switch {
	case f.asJSON:
		err = writeJSON(a.stdout, struct {
			Version  int                     `json:"version"`
			Findings []estate.Finding        `json:"findings"`
			Unknown  []estate.UnknownFinding `json:"unknown"`
		}{1, chosen, unknown})
	case f.unknown:
		printUnknown(a.stdout, unknown)
		return nil
	default:
		printFindings(a.stdout, chosen, len(assessment.Findings), unknown)
	}
	if err != nil || open == 0 {
		return err
	}
	return outcome.Found(fmt.Errorf("%d findings are open", open))
}

func (f findingFilter) wants(code, asset string) bool {
	return (f.code == "" || code == f.code) && (f.asset == "" || asset == f.asset || strings.HasPrefix(asset, f.asset+"/"))
}

func printFindings(w io.Writer, list []estate.Finding, all int, unknown []estate.UnknownFinding) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "SEVERITY\tASSET\tCODE\tFINDING\tEFFORT\tACCEPTED")
	for _, f := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Severity, f.Asset, f.Code, f.Title, cmp.Or(f.Effort, "-"), acceptedBy(f))
	}
	table.Flush()
	counts := map[estate.Severity]int{}
	for _, f := range list {
		counts[f.Severity]++
	}
	var words []string
	for _, s := range estate.Severities() {
		if counts[s] > 0 {
			words = append(words, fmt.Sprintf("%d %s", counts[s], s))
		}
	}
	fmt.Fprintf(w, "\n%d of %d findings: %s.\n", len(list), all, cmp.Or(strings.Join(words, ", "), "none"))
	codes := map[string]bool{}
	for _, u := range unknown {
		codes[u.Code] = true
	}
	if len(codes) > 0 {
		fmt.Fprintf(w, "%d rules could not be judged everywhere: nightferry findings --unknown tells why, and what would tell.\n", len(codes))
	}
}

// acceptedBy says who bears a finding and until when.
func acceptedBy(f estate.Finding) string {
	switch {
	case f.Accepted == nil:
		return "-"
	case f.Accepted.Expired:
		return "expired " + f.Accepted.Until + " (" + f.Accepted.By + ")"
	}
	return "until " + f.Accepted.Until + " by " + f.Accepted.By
}

func printUnknown(w io.Writer, list []estate.UnknownFinding) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "CODE\tNOT KNOWN\tON\tWHY\tWHAT WOULD TELL")
	for _, u := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", u.Code, cmp.Or(u.Section, "the whole"), few(u.Assets), cmp.Or(u.Problem, string(u.Coverage)), cmp.Or(u.Grant, "-"))
	}
	table.Flush()
}

func newFindingsExplain(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "explain CODE",
		Short:   "Tell all of a finding: the rule, its citations, and where it was found by which evidence",
		Example: `  nightferry findings explain backup-stale`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.explainFinding(args[0]) },
	}
}

func (a *app) explainFinding(code string) (err error) {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	assessment, err := a.judged(d)
	if err != nil {
		return err
	}
	set, err := ownRules(d.Folder)
	if err != nil {
		return err
	}
	found := slices.DeleteFunc(slices.Clone(assessment.Findings), func(f estate.Finding) bool { return f.Code != code })
	if _, is := set.Rule(code); is || len(found) == 0 {
		if err := explainRule(a.stdout, set, code); err != nil {
			return err
		}
	}
	for _, f := range found {
		fmt.Fprintf(a.stdout, "\n%s  %s: %s\n", f.Severity, f.Asset, f.Title)
		for _, line := range f.Evidence {
			fmt.Fprintf(a.stdout, "  %s\n", line)
		}
		if f.Accepted != nil {
			fmt.Fprintf(a.stdout, "  accepted %s: %s (%s)\n", acceptedBy(f), f.Accepted.Reason, f.Accepted.Date)
		}
	}
	if len(found) == 0 {
		fmt.Fprintln(a.stdout, "\nIt was found nowhere.")
	}
	for _, u := range assessment.Unknown {
		if u.Code == code {
			fmt.Fprintf(a.stdout, "\nunknown  %s: %s\n  → %s\n", strings.Join(u.Assets, ", "), cmp.Or(u.Problem, string(u.Coverage)), cmp.Or(u.Grant, "nobody knows what would tell"))
		}
	}
	return nil
}

func newFindingsAccept(a *app) *cobra.Command {
	var accepted estate.Acceptance
	cmd := &cobra.Command{
		Use:   "accept CODE --asset ASSET --until DATE --by NAME --reason TEXT",
		Short: "Note who bears the risk of a finding, and until when",
		Long: `accept writes to overrides.yaml that somebody bears the risk of a finding on an
asset until a day. The finding stays in every list and report, with the name; after
the day it is open again.`,
		Example: `  nightferry findings accept odoo-end-of-life --asset host/cloud-app --until 2027-06-30 --by "P. Testmann" --reason "the upgrade is wave 3"`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			accepted.Code = args[0]
			return a.acceptFinding(accepted)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&accepted.Asset, "asset", "", "the `ASSET`, as findings lists it")
	flags.StringVar(&accepted.Until, "until", "", "last `DATE` on which it is borne, 2026-01-31")
	flags.StringVar(&accepted.By, "by", "", "`NAME` of who answers for it")
	flags.StringVar(&accepted.Reason, "reason", "", "`TEXT`: why")
	for _, name := range []string{"asset", "until", "by", "reason"} {
		_ = cmd.MarkFlagRequired(name) // it fails for flags that are not there
	}
	return cmd
}

func (a *app) acceptFinding(accepted estate.Acceptance) (err error) {
	today := a.now().Format(time.DateOnly)
	accepted.Date = today
	if _, err := time.Parse(time.DateOnly, accepted.Until); err != nil {
		return outcome.Mend(outcome.Misused(fmt.Errorf("--until %q is not a date", accepted.Until)), "write it like 2026-01-31")
	}
	if accepted.Until < today {
		return outcome.Mend(outcome.Misused(fmt.Errorf("--until %s has passed", accepted.Until)), "a risk is borne from today on")
	}
	if strings.TrimSpace(accepted.By) == "" || strings.TrimSpace(accepted.Reason) == "" {
		return outcome.Misused(fmt.Errorf("a risk needs a name and a reason"))
	}
	d, err := a.openToWrite("findings accept")
	if err != nil {
		return err
	}
	defer closing(d, &err)
	assessment, err := a.judged(d)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(assessment.Findings, func(f estate.Finding) bool { return f.Code == accepted.Code && f.Asset == accepted.Asset }) {
		return outcome.Mend(outcome.Misused(fmt.Errorf("%s was not found on %s", accepted.Code, accepted.Asset)), "nightferry findings lists what was found, and where")
	}
	if err := d.Accept(accepted); err != nil {
		return err
	}
	a.remark("written: %s", d.Path(engagement.OverridesFile))
	return nil
}

package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"nightferry/classify"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/internal/outcome"
)

// integrationFilter is what of the integrations is wanted; empty fields want everything.
type integrationFilter struct {
	kind, seen, host string
	asJSON           bool
}

func newIntegrations(a *app) *cobra.Command {
	f := integrationFilter{}
	cmd := &cobra.Command{
		Use:   "integrations",
		Short: "List the systems that talk, and who knew of it: configuration, traffic, people",
		Long: `integrations lists what classify reconciled: an entry an integration, with the ways
in which it is seen: C in configuration, O observed in sockets and sessions,
D declared in engagement.yaml. Below it stands where the three differ. It reads
assessment.json, and no customer system.

--seen takes configured, observed or declared, each with "not-" before it for the
others, several joined by commas; or "differing" for those that a finding is about.
It ends with exit code 3 when what is listed differs from what was declared.`,
		Example: `  nightferry integrations
  nightferry integrations --kind ehr --host intf
  nightferry integrations --seen observed,not-declared
  nightferry integrations --json | jq '.integrations[] | select(.encryption == "plain")'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.integrations(f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.kind, "kind", "", "only integrations of `KIND`, such as ehr or mail")
	flags.StringVar(&f.seen, "seen", "", "only those seen in these `WAYS`")
	flags.StringVar(&f.host, "host", "", "only those of `NAME`, a host or a party outside, at either end")
	jsonFlag(cmd, &f.asJSON)
	return cmd
}

func (a *app) integrations(f integrationFilter) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	var assessment classify.Assessment
	if err := d.ReadJSON(engagement.AssessmentFile, &assessment); err != nil {
		return unclassified(err)
	}
	chosen, findings := []estate.Integration{}, []estate.Finding{}
	for _, i := range assessment.Integrations {
		finding, differs := classify.Difference(assessment.Integrations, i)
		if !f.wants(i, differs) {
			continue
		}
		chosen = append(chosen, i)
		if differs {
			findings = append(findings, finding)
		}
	}
	if f.asJSON {
		err = writeJSON(a.stdout, struct {
			Version      int                  `json:"version"`
			Integrations []estate.Integration `json:"integrations"`
			Findings     []estate.Finding     `json:"findings"`
		}{1, chosen, findings})
	} else {
		printIntegrations(a.stdout, chosen, findings, len(assessment.Integrations))
	}
	if err != nil || len(findings) == 0 {
		return err
	}
	return outcome.Found(fmt.Errorf("%d of %d integrations are not the same in configuration, traffic and declarations", len(findings), len(chosen)))
}

// check refuses words that would only ever list nothing.
func (f integrationFilter) check() error {
	if f.kind != "" && !slices.Contains(estate.IntegrationKinds(), estate.IntegrationKind(f.kind)) {
		var kinds []string
		for _, k := range estate.IntegrationKinds() {
			kinds = append(kinds, string(k))
		}
		return outcome.Mend(outcome.Misused(fmt.Errorf("there is no kind %q", f.kind)), "the kinds are: "+strings.Join(kinds, ", "))
	}
	for word := range strings.SplitSeq(f.seen, ",") {
		switch strings.TrimPrefix(word, "not-") {
		case "", "configured", "observed", "declared", "differing":
		default:
			return outcome.Mend(outcome.Misused(fmt.Errorf("--seen does not know %q", word)), "it takes configured, observed, declared, differing, and each with not- before it")
		}
	}
	return nil
}

func (f integrationFilter) wants(i estate.Integration, differs bool) bool {
	if f.kind != "" && string(i.Kind) != f.kind {
		return false
	}
	for word := range strings.SplitSeq(f.seen, ",") {
		way, negated := strings.CutPrefix(word, "not-")
		is := map[string]bool{"": true, "configured": len(i.Configured) > 0, "observed": len(i.Observed) > 0, "declared": len(i.Declared) > 0, "differing": differs}[way]
		if is == negated {
			return false
		}
	}
	if f.host == "" {
		return true
	}
	for _, end := range slices.Concat([]string{i.From, i.To}, i.Behind) {
		_, name, _ := strings.Cut(end, "/")
		if end == f.host || strings.EqualFold(name, f.host) {
			return true
		}
	}
	return false
}

func printIntegrations(w io.Writer, list []estate.Integration, findings []estate.Finding, all int) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "FROM\tTO\tPROTOCOL\tKIND\tSEEN\tDATA\tWAY\tENCRYPTION\tPROOF\tSCHEDULE\tOWNER")
	for _, i := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", strings.TrimPrefix(i.From, "host/"), strings.TrimPrefix(i.To, "host/"), spoken(i), i.Kind, ways(i),
			crossing(i), i.Direction, i.Encryption, i.Authentication, cmp.Or(strings.Join(i.Schedule, ", "), "-"), cmp.Or(i.Owner, "not stated"))
	}
	table.Flush()
	fmt.Fprintf(w, "\n%d of %d integrations. SEEN: C configured, O observed, D declared. DATA: what crosses; “≤” is the most that can, by the services.\n", len(list), all)
	for _, code := range [...]string{classify.CodeNotDeclared, classify.CodeNotFound, classify.CodeNotObserved} {
		printDifferences(w, code, findings)
	}
}

// printDifferences lists the findings of a code, with what mends them all.
func printDifferences(w io.Writer, code string, findings []estate.Finding) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fix := ""
	for _, f := range findings {
		if f.Code != code {
			continue
		}
		if fix == "" {
			fmt.Fprintln(w, "\n"+map[string]string{
				classify.CodeNotDeclared: "IN USE, DECLARED BY NOBODY", classify.CodeNotFound: "DECLARED, FOUND NOWHERE", classify.CodeNotObserved: "CONFIGURED, NOT SEEN IN USE",
			}[code])
		}
		subject, _, _ := strings.Cut(f.Title, ":")
		fmt.Fprintf(table, "  %s\t%s\t%s\n", f.Severity, subject, strings.Join(f.Evidence, "; "))
		fix = f.Fix
	}
	table.Flush()
	if fix != "" {
		fmt.Fprintln(w, "  → "+fix)
	}
}

// spoken is the protocol, with its port where that is not its own.
func spoken(i estate.Integration) string {
	if i.Port == 0 || strings.HasPrefix(i.Protocol, "tcp/") {
		return i.Protocol
	}
	return fmt.Sprintf("%s:%d", i.Protocol, i.Port)
}

func ways(i estate.Integration) string {
	letter := func(evidence []string, letter string) string {
		if len(evidence) == 0 {
			return "-"
		}
		return letter
	}
	return letter(i.Configured, "C") + letter(i.Observed, "O") + letter(i.Declared, "D")
}

// crossing names the classes once each, the most specific first.
func crossing(i estate.Integration) string {
	var names []string
	for _, c := range i.Classes {
		name := string(c.Class)
		if c.By == estate.ByService {
			name = "≤" + name
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

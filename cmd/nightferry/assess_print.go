package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"nightferry/classify"
	"nightferry/classify/readiness"
	"nightferry/classify/recovery"
	"nightferry/classify/workload"
)

// mostWorkloads is how many workloads are listed by name; what is no business service and ready is only counted.
const mostWorkloads = 60

func printAssessment(w io.Writer, a classify.Assessment) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "WORKLOAD\tENVIRONMENT\tDATA\tROLE\tTENANCY\tRTO\tRPO\tREADINESS\tCONFIDENCE")
	recovered := map[string]recovery.Result{}
	for _, r := range a.Demands.Recovery {
		recovered["service/"+r.Service] = r
	}
	counts := map[readiness.Readiness]int{}
	for i := range a.Demands.Workloads {
		p := &a.Demands.Workloads[i]
		counts[p.Readiness.Readiness]++
		if i >= mostWorkloads {
			continue
		}
		rto, rpo := "-", "-"
		if r, is := recovered[p.Name]; is {
			rto, rpo = string(r.RTO.Verdict), string(r.RPO.Verdict)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Name, cmp.Or(string(p.Environment), "not stated"), dataOf(p), p.Role, tenancyWords(p), rto, rpo,
			p.Readiness.Readiness, stars(p.Readiness.Stars))
	}
	table.Flush()
	if more := len(a.Demands.Workloads) - mostWorkloads; more > 0 {
		fmt.Fprintf(w, "and %d more: nightferry assess --json lists all\n", more)
	}
	var words []string
	for _, v := range readiness.Verdicts() {
		if counts[v] > 0 {
			words = append(words, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	fmt.Fprintf(w, "\n%d workloads: %s. nightferry assess WORKLOAD tells why.\n", len(a.Demands.Workloads), cmp.Or(strings.Join(words, ", "), "none"))
	tables := a.Demands.Policies
	fmt.Fprintf(w, "By %s, %s, %s and %s.\n", tables.Tenancy.Version, tables.Controls.Version, tables.Recovery.Version, tables.Readiness.Version)
	printProgress(w, a)
}

// printProgress tells what is new, what is gone and what expired since the assessment of an earlier day.
func printProgress(w io.Writer, a classify.Assessment) {
	if lapsed := a.Lapsed(); len(lapsed) > 0 {
		fmt.Fprintln(w, "\nAcceptances that have expired:")
		for _, f := range lapsed {
			fmt.Fprintf(w, "  ! %s  %s  %s, borne by %s until %s\n", f.Severity, f.Asset, f.Code, f.Accepted.By, f.Accepted.Until)
		}
	}
	if a.Progress.Before == "" {
		return
	}
	fresh, gone := a.New(), a.Departed()
	fmt.Fprintf(w, "\nSince %s: %d findings are new, %d are there no more.\n", a.Progress.Before, len(fresh), len(gone))
	for _, f := range fresh {
		fmt.Fprintf(w, "  + %s  %s  %s: %s\n", f.Severity, f.Asset, f.Code, f.Title)
	}
	for _, g := range gone {
		fmt.Fprintf(w, "  - %s  %s  %s: %s\n", g.How, g.Asset, g.Code, g.Title)
	}
}

// dataOf names the classes that a workload holds, and says where there may be more.
func dataOf(p *classify.Placed) string {
	var names []string
	for _, h := range p.Classes {
		names = append(names, string(h.Class))
	}
	switch {
	case len(names) == 0 && len(p.Unknowns) > 0:
		return "not assessed"
	case len(names) == 0:
		return "none"
	case len(p.Unknowns) > 0:
		return strings.Join(names, ", ") + ", ?"
	}
	return strings.Join(names, ", ")
}

func tenancyWords(p *classify.Placed) string {
	t := p.Tenancy
	switch {
	case t.Approved != nil:
		return string(t.Tenancy) + ", by " + t.Approved.By
	case t.Until != "":
		return string(t.Tenancy) + ", until then " + string(t.Until)
	}
	return string(t.Tenancy) + ", not approved"
}

func stars(n int) string {
	return strings.Repeat("★", n) + strings.Repeat("☆", 5-n) + fmt.Sprintf(" %d of 5", n)
}

// printWorkload tells all of one workload.
func printWorkload(w io.Writer, d *classify.Demands, p *classify.Placed) {
	fmt.Fprintf(w, "%s  (%s, %s)\n", p.Name, cmp.Or(string(p.Environment), "environment not stated"), cmp.Or(string(p.Criticality), "criticality not stated"))
	if parts := p.Assets()[1:]; len(parts) > 0 {
		fmt.Fprintf(w, "  made of: %s\n", strings.Join(parts, ", "))
	}
	fmt.Fprintf(w, "\n  Role: %s\n", p.Role)
	if p.Role != workload.Processes { // else the classes tell it
		printList(w, "    ", p.Evidence)
	}
	for _, h := range p.Classes {
		fmt.Fprintf(w, "    %s: %s\n", h.Class, strings.Join(h.Evidence, "; "))
	}
	printList(w, "    not known: ", p.Unknowns)
	fmt.Fprintf(w, "\n  Tenancy: %s (%s; by %s)\n", p.Tenancy.Tenancy, p.Tenancy.State(), p.Tenancy.Policy)
	printArguments(w, d, p)
	fmt.Fprintf(w, "\n  Controls (by %s):\n", d.Policies.Controls.Version)
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, c := range p.Controls {
		level := d.Policies.Controls.Means(c.Control, c.Level)
		fmt.Fprintf(table, "    %s\t%s\t%s\t%s\n", c.Control, c.Level, c.Because, level.Means+" ("+strings.Join(level.Cites, ", ")+")")
	}
	table.Flush()
	r := p.Readiness
	fmt.Fprintf(w, "\n  Readiness: %s (%s; %d of %d sections known, %.1f days sampled; by %s)\n", r.Readiness, stars(r.Stars), r.Known, r.Sections, r.Days, r.Policy)
	for _, list := range []struct {
		word    string
		reasons []readiness.Reason
	}{{"in the way", r.Blockers}, {"to settle", r.Conditions}} {
		for _, reason := range list.reasons {
			word := list.word
			if reason.NotKnown {
				word = "not known whether"
			}
			fmt.Fprintf(w, "    %s: %s (%s)\n", word, reason.Text, strings.Join(reason.Facts, ", "))
		}
	}
	fmt.Fprintln(w)
}

// printArguments tells what speaks for a tenancy and what against.
func printArguments(w io.Writer, d *classify.Demands, p *classify.Placed) {
	t := p.Tenancy
	if t.Approved != nil && t.Approved.Tenancy != t.Advised {
		fmt.Fprintf(w, "    the rules say: %s\n", t.Advised)
	}
	for _, rule := range d.Policies.Tenancy.Rules {
		if rule.Code != t.Rule {
			continue
		}
		fmt.Fprintf(w, "    %s holds: %s\n", rule.Code, rule.When)
		fmt.Fprintf(w, "    compliance: %s\n    cost: %s\n    change: %s\n    risk: %s\n    fit: %s\n", rule.Compliance, rule.Cost, rule.Change, rule.Risk, rule.Fit)
	}
	if len(t.Lacks) > 0 {
		fmt.Fprintf(w, "    what would tell: %s\n", strings.Join(t.Lacks, ", "))
	}
	if t.Until != "" {
		fmt.Fprintf(w, "    plan with %s until it is known\n", t.Until)
	}
	printList(w, "    against: ", t.Against)
}

func printList(w io.Writer, before string, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(w, before+line)
	}
}

package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// mostShown is how many subjects of an asset a finding's evidence names.
const mostShown = 10

// Result is what rules said of an estate.
type Result struct {
	Findings []estate.Finding        // the worst first
	Unknown  []estate.UnknownFinding // in order of code
}

// Evaluate holds every rule against every subject, one kind of subject beside another. The same estate gives the same
// result, whatever its order: a rule is about one kind, so that no two write to one finding.
func (s *Set) Evaluate(e Estate) Result {
	w := newWorld(e)
	byKind := map[string][]*Rule{}
	for _, r := range s.rules {
		byKind[r.For] = append(byKind[r.For], r)
	}
	all := make([]verdicts, len(s.kinds.order))
	var working sync.WaitGroup
	for i, name := range s.kinds.order {
		all[i] = verdicts{findings: map[[2]string]*estate.Finding{}, unknown: map[lack][]string{}}
		if len(byKind[name]) == 0 {
			continue
		}
		working.Go(func() {
			for g := range s.kinds.byName[name].groups(w) {
				for _, r := range byKind[name] {
					all[i].judge(w, r, s.kinds.fields[name], &g)
				}
			}
		})
	}
	working.Wait()
	return s.result(all)
}

// verdicts gathers what rules say. A rule finds at most one thing on an asset, however many subjects show it.
type verdicts struct {
	findings map[[2]string]*estate.Finding // by code and asset
	unknown  map[lack][]string             // assets
	expr     expr.Judge
}

// lack is what a rule would have to know.
type lack struct {
	code string
	gap  estate.Gap // without its asset
}

func (v *verdicts) judge(w *world, r *Rule, fields map[string]Field, g *group) {
	var shown []string
	found := 0
	gaps := map[estate.Gap]bool{}
	var at *subject
	fact := func(name string) Fact { return fields[name].of(at) }
	value := func(leaf string) expr.Value { return fact(leaf).Value }
	for i := range g.subjects {
		at = &g.subjects[i]
		at.world = w
		switch v.expr.Judge(r.when, value) {
		case expr.Pass:
			if found++; found <= mostShown {
				shown = append(shown, r.evidence.fill(fact))
			}
		case expr.NoData:
			for _, leaf := range r.when.Leaves() {
				if f := fact(leaf); !f.Value.Coverage().IsKnown() && f.Gap.Coverage != estate.Absent {
					gaps[f.Gap] = true
				}
			}
		case expr.Fail:
		}
	}
	if g.gapped {
		gaps[g.gap] = true
	}
	if found == 0 {
		for gap := range gaps {
			at := lack{r.Code, gap}
			if list := v.unknown[at]; len(list) == 0 || list[len(list)-1] != g.asset { // groups of an asset follow one another
				v.unknown[at] = append(list, g.asset)
			}
		}
		return
	}
	if found > mostShown {
		shown = append(shown, fmt.Sprintf("and %d more", found-mostShown))
	}
	if len(gaps) > 0 {
		shown = append(shown, "perhaps not all: "+strings.Join(said(gaps), "; "))
	}
	v.find(r, g, shown)
}

// said tells gaps in words.
func said(gaps map[estate.Gap]bool) []string {
	var words []string
	for gap := range gaps {
		words = append(words, cmp.Or(gap.Problem, gap.Section+" "+string(gap.Coverage)))
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// find notes a finding; what several groups of an asset show is one finding.
func (v *verdicts) find(r *Rule, g *group, shown []string) {
	if g.seen != "" {
		shown = append(shown, g.seen)
	}
	severity := severityOf(r.Harm, r.Exposure, &g.stake)
	at := [2]string{r.Code, g.asset}
	if f := v.findings[at]; f != nil {
		f.Evidence = append(f.Evidence, shown...)
		if order := estate.Severities(); slices.Index(order, severity) < slices.Index(order, f.Severity) {
			f.Severity = severity
		}
		return
	}
	if worst := r.Severity(); severity != worst {
		shown = append(shown, fmt.Sprintf("%s and not %s: by classification and criticality little is at stake here", severity, worst))
	}
	v.findings[at] = &estate.Finding{Code: r.Code, Title: r.Title, Severity: severity, Asset: g.asset, Evidence: shown, Fix: r.Fix,
		HIPAA: r.HIPAA, ISO: r.ISO, Effort: string(r.Effort), Note: r.Note}
}

// result puts all in order.
func (s *Set) result(all []verdicts) Result {
	result := Result{Findings: []estate.Finding{}, Unknown: []estate.UnknownFinding{}}
	for i := range all {
		for _, f := range all[i].findings {
			result.Findings = append(result.Findings, *f)
		}
		for at, assets := range all[i].unknown {
			slices.Sort(assets)
			assets = slices.Compact(assets)
			result.Unknown = append(result.Unknown, estate.UnknownFinding{Code: at.code, Title: s.by[at.code].Title, Section: at.gap.Section,
				Coverage: at.gap.Coverage, Problem: at.gap.Problem, Grant: at.gap.Mend, Assets: assets})
		}
	}
	estate.SortFindings(result.Findings)
	slices.SortFunc(result.Unknown, func(a, b estate.UnknownFinding) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Section, b.Section), cmp.Compare(a.Grant, b.Grant), cmp.Compare(a.Problem, b.Problem),
			cmp.Compare(a.Coverage, b.Coverage), slices.Compare(a.Assets, b.Assets))
	})
	return result
}

package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightferry/classify"
	"nightferry/classify/readiness"
	"nightferry/classify/recovery"
	"nightferry/classify/tenancy"
	"nightferry/classify/workload"
	"nightferry/internal/estate"
)

// demandsOf is what follows for workloads; nil where nobody assessed them.
func demandsOf(in Input) *classify.Demands {
	if in.Assessment == nil {
		return nil
	}
	return in.Assessment.Demands
}

// tenancies lists for each workload whom it may share with, why, and what its data demands.
func tenancies(in Input) Sheet {
	s := Sheet{Name: "Tenancy", Purpose: "Role of each workload with regulated data, whom it may share its platform with and why, and the controls that its data demands.",
		Columns: []Column{{"Workload", 26}, {"Environment", 15}, {"Role", 26}, {"What shows it", 70}, {"Not known", 60}, {"Data classes", 24}, {"Tenancy", 12}, {"Decided by", 36}, {"Rule", 22},
			{"Compliance", 50}, {"Cost", 40}, {"Change", 40}, {"Risk", 40}, {"Fit", 40}, {"What speaks against it", 50},
			{"Encryption", 16}, {"Segment", 14}, {"Access", 14}, {"Logging", 12}, {"Retention", 12}, {"Masking", 12}, {"Analytics", 14}, {"AI", 12}, {"Other controls", 20}}}
	d := demandsOf(in)
	if d == nil {
		s.Rows = notYet(len(s.Columns), "assess")
		return s
	}
	s.Purpose += fmt.Sprintf(" By %s and %s.", d.Policies.Tenancy.Version, d.Policies.Controls.Version)
	for i := range d.Workloads {
		s.Rows = append(s.Rows, tenancyRow(d, &d.Workloads[i]))
	}
	return orNone(s)
}

func tenancyRow(d *classify.Demands, p *classify.Placed) []Cell {
	t := p.Tenancy
	row := []Cell{Text(p.Name), Stated(string(p.Environment)), roleCell(p.Role), Text(strings.Join(p.Evidence, "; ")), Text(strings.Join(p.Unknowns, "; ")),
		heldClasses(p), tenancyCell(t), Text(t.State())}
	at := slices.IndexFunc(d.Policies.Tenancy.Rules, func(r tenancy.Rule) bool { return r.Code == t.Rule })
	if at < 0 {
		row = append(row, Cell{Kind: Missing, Text: "not known: " + strings.Join(t.Lacks, ", ")})
		row = pad(row, Text(""), len(row)+5)
	} else {
		r := d.Policies.Tenancy.Rules[at]
		row = append(row, Text(r.Code), Text(r.Compliance), Text(r.Cost), Text(r.Change), Text(r.Risk), Text(r.Fit))
	}
	row = append(row, Text(strings.Join(t.Against, "; ")))
	var others []string
	named := []string{"encryption", "segment", "access", "logging", "retention", "masking", "analytics", "ai"}
	levels := map[string]string{}
	for _, c := range p.Controls {
		if levels[c.Control] = c.Level; !slices.Contains(named, c.Control) {
			others = append(others, c.Control+": "+c.Level)
		}
	}
	for _, name := range named {
		row = append(row, Text(levels[name]))
	}
	return append(row, Text(strings.Join(others, "; ")))
}

func roleCell(r workload.Role) Cell {
	switch r {
	case workload.Unknown:
		return Cell{Kind: Missing, Text: "not known"}
	case workload.Processes:
		return Text(string(r)).Toned(Alert)
	case workload.Consumes, workload.Neither:
	}
	return Text(string(r))
}

// heldClasses names the classes of a workload. What could not be looked into may hold more.
func heldClasses(p *classify.Placed) Cell {
	var names []string
	for _, h := range p.Classes {
		names = append(names, string(h.Class))
	}
	if len(names) == 0 && len(p.Unknowns) > 0 {
		return Cell{Kind: Missing, Text: "not assessed"}
	}
	return Text(strings.Join(names, ", ")).OrMore(len(p.Unknowns) > 0)
}

func tenancyCell(t tenancy.Result) Cell {
	if t.Tenancy == estate.UnknownTenancy {
		return Cell{Kind: Missing, Text: "not known; plan with " + string(t.Until)}
	}
	return Text(string(t.Tenancy))
}

// controlLevels says what each level of a control means, so that the words of the sheet Tenancy can be looked up.
func controlLevels(in Input) Sheet {
	s := Sheet{Name: "Controls", Purpose: "What each level of a control means, from mildest to strictest, and what it answers to.",
		Columns: []Column{{"Control", 16}, {"Level", 16}, {"What it means", 80}, {"45 CFR and ISO/IEC 27001:2022", 50}, {"Asked for by", 60}}}
	d := demandsOf(in)
	if d == nil {
		s.Rows = notYet(len(s.Columns), "assess")
		return s
	}
	for _, control := range d.Policies.Controls.Controls {
		for _, level := range control.Levels {
			var classes []string
			for class, row := range d.Policies.Controls.Classes {
				if row[control.Name] == level.Level {
					classes = append(classes, string(class))
				}
			}
			slices.Sort(classes)
			s.Rows = append(s.Rows, []Cell{Text(control.Name), Text(level.Level), Text(level.Means), Text(strings.Join(level.Cites, ", ")), Text(strings.Join(classes, ", "))})
		}
	}
	return orNone(s)
}

// recoveries holds what each service must recover within against what the evidence supports.
func recoveries(in Input) Sheet {
	s := Sheet{Name: "Recovery", Purpose: "What each business service must recover within, and what backups, archives and restores support. A backup that nobody restored is not proven.",
		Columns: []Column{{"Service", 26}, {"Part", 30}, {"Tier", 10}, {"RTO", 10}, {"Evidence supports", 22}, {"Verdict", 12}, {"RPO", 10}, {"Evidence supports", 22}, {"Verdict", 12}, {"Stated by", 36},
			{"Backup", 44}, {"Newest (UTC)", 17}, {"Restored", 14}, {"Size", 12}, {"Why", 80}, {"Not known", 70}, {"Nothing stands in for", 50}, {"Assumed", 70}}}
	d := demandsOf(in)
	if d == nil {
		s.Rows = notYet(len(s.Columns), "assess")
		return s
	}
	s.Purpose += " By " + d.Policies.Recovery.Version + "."
	for _, r := range d.Recovery {
		tier := Text(r.Tier)
		if r.Tier == "" {
			tier = Cell{Kind: Missing, Text: "not known"}
		}
		s.Rows = append(s.Rows, []Cell{Text(r.Service), Text("the whole"), tier, demanded(r.RTO), supported(r.RTO.Supports, "never"), verdictOf(r.RTO.Verdict),
			demanded(r.RPO), supported(r.RPO.Supports, "all is lost"), verdictOf(r.RPO.Verdict), Text("RTO: " + r.RTO.By + "; RPO: " + r.RPO.By), Text(""), Text(""), Text(""), Text(""), Text(""),
			Text(strings.Join(r.Unknowns, "; ")), Text(strings.Join(r.Singles, "; ")), Text(strings.Join(r.Assumed, "; "))})
		for _, part := range r.Parts {
			s.Rows = append(s.Rows, partRow(r.Service, part))
		}
	}
	return orNone(s)
}

func partRow(service string, part recovery.Part) []Cell {
	restored := Text("never").Toned(Bad)
	if part.Proven != nil {
		restored = Text(part.Proven.Date)
	}
	size := Cell{Kind: Missing, Text: "not known"}
	if part.Bytes >= 0 {
		size = Bytes(part.Bytes)
	}
	backup := Text(part.Backup)
	if part.Backup == "unknown" || part.Backup == "" {
		backup = Cell{Kind: Missing, Text: "not known"}
	}
	return []Cell{Text(service), Text(part.Asset), Text(""), Text(""), supported(part.Restore, "never"), Text(""), Text(""), supported(part.Loss, "all is lost"), Text(""), Text(""),
		backup, At(part.Newest, "none known"), restored, size, Text(strings.Join(part.Why, "; ")), Text(strings.Join(part.Unknown, "; ")), Text(""), Text("")}
}

func demanded(d recovery.Demand) Cell {
	return objective(time.Duration(d.Required) * time.Second)
}

func supported(r recovery.Range, all string) Cell {
	if !r.All && r.Low == nil && r.High == nil {
		return Cell{Kind: Missing, Text: "not known"}
	}
	return Text(r.Words(all))
}

func verdictOf(v recovery.Verdict) Cell {
	switch v {
	case recovery.Met:
		return Text(string(v)).Toned(Good)
	case recovery.Missed, recovery.AtRisk:
		return Text(string(v)).Toned(Bad)
	case recovery.Unknown:
		return Cell{Kind: Missing, Text: "not known"}
	case recovery.Unproven:
	}
	return Text(string(v))
}

// readinesses says of each workload whether it can be moved, what is in the way, and how sure that is.
func readinesses(in Input) Sheet {
	s := Sheet{Name: "Readiness", Purpose: "Whether each workload can be moved, what needs people most first, and how sure that is.",
		Columns: []Column{{"Workload", 26}, {"Environment", 15}, {"Criticality", 18}, {"Owner", 22}, {"Readiness", 22}, {"Confidence (of 5)", 11}, {"Sections known", 10}, {"Days sampled", 10},
			{"In the way", 80}, {"To settle before", 90}, {"Not known", 60}}}
	d := demandsOf(in)
	if d == nil {
		s.Rows = notYet(len(s.Columns), "assess")
		return s
	}
	s.Purpose += " By " + d.Policies.Readiness.Version + "."
	for _, p := range byReadiness(d) {
		r := p.Readiness
		share := Cell{Kind: Missing, Text: "none"}
		if r.Sections > 0 {
			share = Percent(float64(r.Known) / float64(r.Sections))
		}
		days := Cell{Kind: Missing, Text: "not sampled"}
		if r.Days > 0 {
			days = Cell{Kind: Decimal, Number: r.Days}
		}
		s.Rows = append(s.Rows, []Cell{Text(p.Name), Stated(string(p.Environment)), Stated(string(p.Criticality)), Stated(p.Owner), readinessCell(r.Readiness), Count(r.Stars), share, days,
			reasonsOf(r.Blockers, false), reasonsOf(r.Conditions, false), reasonsOf(slices.Concat(r.Blockers, r.Conditions), true)})
	}
	return orNone(s)
}

// byReadiness orders workloads: what needs people most first, then by name.
func byReadiness(d *classify.Demands) []*classify.Placed {
	order := readiness.Verdicts()
	list := make([]*classify.Placed, 0, len(d.Workloads))
	for i := range d.Workloads {
		list = append(list, &d.Workloads[i])
	}
	slices.SortStableFunc(list, func(a, b *classify.Placed) int {
		return cmp.Compare(slices.Index(order, a.Readiness.Readiness), slices.Index(order, b.Readiness.Readiness))
	})
	return list
}

func readinessCell(r readiness.Readiness) Cell {
	switch r {
	case readiness.Ready:
		return Text(string(r)).Toned(Good)
	case readiness.NotReady:
		return Text(string(r)).Toned(Bad)
	case readiness.Unknown:
		return Cell{Kind: Missing, Text: "not known"}
	case readiness.Conditions:
	}
	return Text(string(r))
}

func reasonsOf(list []readiness.Reason, notKnown bool) Cell {
	var words []string
	for _, r := range list {
		if r.NotKnown == notKnown {
			words = append(words, fmt.Sprintf("%s (%s)", r.Text, strings.Join(r.Facts, ", ")))
		}
	}
	return Text(strings.Join(words, "; "))
}

func orNone(s Sheet) Sheet {
	if len(s.Rows) == 0 {
		s.Rows = [][]Cell{pad([]Cell{Text("there is nothing to tell of")}, Text(""), len(s.Columns))}
	}
	return s
}

// readinessBlock names the workloads that need people most, business services first.
func readinessBlock(in Input) Block {
	const most = 6
	b := Block{Title: "What is in the way of the move", Columns: []Column{{"Workload", 3}, {"Readiness", 2}, {"Tenancy", 2}, {"RTO", 2}, {"RPO", 2}, {"First reason", 5}}}
	d := demandsOf(in)
	if d == nil {
		b.Note = "Not assessed yet: run nightferry assess."
		return b
	}
	recovered := map[string]recovery.Result{}
	for _, r := range d.Recovery {
		recovered["service/"+r.Service] = r
	}
	list := byReadiness(d)
	slices.SortStableFunc(list, func(x, y *classify.Placed) int { return cmp.Compare(lone(x), lone(y)) })
	for _, p := range list[:min(most, len(list))] {
		first := Text("")
		if reasons := slices.Concat(p.Readiness.Blockers, p.Readiness.Conditions); len(reasons) > 0 {
			if first = Text(reasons[0].Text); reasons[0].NotKnown {
				first = Cell{Kind: Missing, Text: "not known whether " + reasons[0].Text}
			}
		}
		rto, rpo := Text(""), Text("")
		if r, is := recovered[p.Name]; is {
			rto, rpo = verdictOf(r.RTO.Verdict), verdictOf(r.RPO.Verdict)
		}
		b.Rows = append(b.Rows, []Cell{Text(p.Name), readinessCell(p.Readiness.Readiness), tenancyCell(p.Tenancy), rto, rpo, first})
	}
	if more := len(list) - most; more > 0 {
		b.Note = fmt.Sprintf("%d more on the sheet Readiness.", more)
	}
	return b
}

// lone orders what no business service names behind what one does.
func lone(p *classify.Placed) int {
	if strings.HasPrefix(p.Name, "service/") {
		return 0
	}
	return 1
}

// demandSentence says how many workloads can be moved and how many services would recover.
func demandSentence(d *classify.Demands) string {
	counts := map[readiness.Readiness]int{}
	unapproved := 0
	for i := range d.Workloads {
		counts[d.Workloads[i].Readiness.Readiness]++
		if d.Workloads[i].Tenancy.Approved == nil {
			unapproved++
		}
	}
	met := 0
	for _, r := range d.Recovery {
		if r.RTO.Verdict == recovery.Met && r.RPO.Verdict == recovery.Met {
			met++
		}
	}
	return fmt.Sprintf("Of %s, %d can be moved as they are, %d under conditions, %d not yet, and of %d nobody can say; the tenancy of %d is approved by nobody. %d of %s would recover in time for sure.",
		plural(len(d.Workloads), "workload"), counts[readiness.Ready], counts[readiness.Conditions], counts[readiness.NotReady], counts[readiness.Unknown], unapproved, met, plural(len(d.Recovery), "service"))
}

// progressSentence says what has changed since the assessment of an earlier day; empty where there was none.
func progressSentence(a *classify.Assessment) string {
	if a.Progress.Before == "" {
		return ""
	}
	how := map[classify.Departure]int{}
	for _, g := range a.Departed() {
		how[g.How]++
	}
	return fmt.Sprintf("Since %s %s new, %d mended, %d can no longer be judged, and %d went with their asset; the acceptance of %d has expired.", a.Progress.Before,
		are(len(a.New()), "finding"), how[classify.Mended], how[classify.NotJudged], how[classify.AssetGone], len(a.Lapsed()))
}

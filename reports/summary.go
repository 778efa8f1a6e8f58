package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nightferry/classify"
	"nightferry/internal/estate"
	"nightferry/plan"
)

// summarise makes page one.
func summarise(in Input) Summary {
	return Summary{
		Subtitle:  subtitle(in),
		Answer:    answer(in),
		Headlines: headlines(in),
		Blocks:    []Block{readinessBlock(in), classBlock(in), hostBlock(in), waveBlock(in), findingBlock(in), gapBlock(in)},
	}
}

func subtitle(in Input) string {
	made := "Made " + in.Made.UTC().Format("2 January 2006, 15:04 MST")
	var first, last string
	for _, a := range collected(in.Inventory) {
		if a.At.IsZero() {
			continue
		}
		day := a.At.UTC().Format("2006-01-02")
		first, last = cmp.Or(min(first, day), day), max(last, day)
	}
	switch first {
	case "":
		return made + ". Nothing has been read yet."
	case last:
		return made + ", from what was read on " + first + "."
	}
	return made + ", from what was read from " + first + " to " + last + "."
}

// reach counts how well the assets of one kind are known.
type reach struct{ total, whole, part, unread int }

// reachOf sorts the assets whose names begin with prefix.
func reachOf(in Input, prefix string) reach {
	gaps := map[string]bool{}
	for _, g := range in.Inventory.Gaps() {
		parts := strings.SplitN(g.Asset, "/", 3)
		gaps[strings.Join(parts[:min(2, len(parts))], "/")] = true
	}
	var r reach
	for _, a := range collected(in.Inventory) {
		if !strings.HasPrefix(a.asset, prefix) {
			continue
		}
		r.total++
		switch {
		case !a.Coverage.IsKnown():
			r.unread++
		case gaps[a.asset] || len(a.Warnings) > 0:
			r.part++
		default:
			r.whole++
		}
	}
	return r
}

// answer says in sentences what the workbook comes to.
func answer(in Input) []string {
	hosts, servers, odoo := reachOf(in, "host/"), reachOf(in, "postgres/"), reachOf(in, "odoo/")
	var sentences []string
	if in.Plan != nil {
		sentences = append(sentences, planSentence(*in.Plan))
	}
	if in.Classification != nil {
		sentences = append(sentences, classSentence(in))
	}
	if in.Assessment != nil {
		undeclared := 0
		for _, f := range in.Assessment.Findings {
			undeclared += map[bool]int{true: 1}[f.Code == classify.CodeNotDeclared]
		}
		sentences = append(sentences, fmt.Sprintf("%s found; %d of them %s in use and declared by nobody.",
			are(len(in.Assessment.Integrations), "integration"), undeclared, map[bool]string{true: "is", false: "are"}[undeclared == 1]), findingSentence(*in.Assessment))
	}
	if d := demandsOf(in); d != nil {
		sentences = append(sentences, demandSentence(d))
		if since := progressSentence(in.Assessment); since != "" {
			sentences = append(sentences, since)
		}
	}
	return append(sentences, readSentence(in, hosts, servers, odoo))
}

// findingSentence counts what is wrong and nobody bears, by severity.
func findingSentence(a classify.Assessment) string {
	counts, borne := map[estate.Severity]int{}, 0
	for _, f := range a.Findings {
		if !f.IsOpen() {
			borne++
			continue
		}
		counts[f.Severity]++
	}
	var words []string
	for _, s := range estate.Severities() {
		if counts[s] > 0 {
			words = append(words, fmt.Sprintf("%d %s", counts[s], s))
		}
	}
	sentence := "No finding is open"
	if len(words) > 0 {
		sentence = plural(len(a.Findings)-borne, "open finding") + ": " + strings.Join(words, ", ")
	}
	if borne > 0 {
		sentence += fmt.Sprintf("; %d more are accepted by a name", borne)
	}
	return sentence + "."
}

func readSentence(in Input, hosts, servers, odoo reach) string {
	var kinds []string
	for _, kind := range []struct {
		reach
		noun string
	}{{hosts, "host"}, {servers, "database server"}, {odoo, "Odoo server"}, {reachOf(in, "cluster/"), "Kubernetes cluster"}} {
		if kind.total > 0 {
			kinds = append(kinds, fmt.Sprintf("%d of %s", kind.total-kind.unread, plural(kind.total, kind.noun)))
		}
	}
	if len(kinds) == 0 {
		return "Nothing has been read yet: run nightferry discover."
	}
	sentence := strings.Join(kinds, ", ") + " could be read"
	if gaps := len(in.Inventory.Gaps()); gaps > 0 {
		sentence += fmt.Sprintf("; what is missing, and what would mend it, is below (%s).", plural(gaps, "gap"))
	} else {
		sentence += ", in full."
	}
	return sentence
}

// are writes a count with its noun and verb.
func are(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " was"
	}
	return plural(n, noun) + " were"
}

func planSentence(p plan.Plan) string {
	waves, moving, written, missed, untold, all := 0, 0, 0, 0, 0, 0
	for _, w := range p.Waves {
		if len(w.Members) > 0 {
			waves++
			moving += len(w.Members)
		}
		if w.Runbook != "" {
			written += len(w.Members)
		}
		all += len(w.Checklist)
		for _, item := range w.Checklist {
			switch {
			case !item.Coverage.IsKnown():
				untold++
			case !item.Holds:
				missed++
			}
		}
	}
	sentence := fmt.Sprintf("The plan moves %s in %s; the night is written for %d of them.", plural(moving, "service"), plural(waves, "wave"), written)
	switch {
	case all == 0:
		return sentence + " It holds no check of the landing zone."
	case missed+untold == 0:
		return sentence + " The landing zone passes every check that must hold first."
	case missed == 0:
		return sentence + fmt.Sprintf(" %s of the landing zone could not be made yet.", plural(untold, "check"))
	case untold == 0:
		return sentence + fmt.Sprintf(" Before the first, %s of the landing zone must be made to hold.", plural(missed, "check"))
	}
	return sentence + fmt.Sprintf(" Before the first, %s of the landing zone must be made to hold, and %d more could not be made yet.",
		plural(missed, "check"), untold)
}

func classSentence(in Input) string {
	patients, unknown := 0, 0
	for _, s := range in.Classification.Services {
		switch {
		case s.Columns[estate.PHI] > 0:
			patients++
		case s.Class == estate.NotAssessed, len(s.Missing) > 0:
			unknown++
		}
	}
	verb := map[bool]string{true: "holds", false: "hold"}[patients == 1]
	sentence := fmt.Sprintf("%d of %s %s patients' data (PHI)", patients, plural(len(in.Classification.Services), "service"), verb)
	if unknown > 0 {
		sentence += fmt.Sprintf("; of %d more nobody can say yet", unknown)
	}
	return sentence + "."
}

// note says how well the assets of a kind are known.
func (r reach) note() string {
	switch {
	case r.total == 0:
		return "none read yet"
	case r.unread+r.part == 0:
		return "all read in full"
	}
	return fmt.Sprintf("%d in full, %d in part, %d not read", r.whole, r.part, r.unread)
}

// sizes adds up the databases. What could not be read makes the sums a minimum.
func sizes(in Input) (count, size Cell) {
	bytes, bases, unread, unsized := int64(0), 0, false, false
	for _, s := range in.Inventory.Postgres {
		unread = unread || !s.Databases.Coverage.IsKnown() || s.Databases.Truncated
		for _, d := range s.Databases.Value {
			bases++
			bytes += max(0, d.SizeBytes)
			unsized = unsized || d.SizeBytes < 0
		}
	}
	return known(Count(bases).OrMore(unread), bases > 0), known(Bytes(bytes).OrMore(unread || unsized), bases > 0)
}

// headlines are the eight numbers. Where something could not be read, a sum is "at least".
func headlines(in Input) []Headline {
	hosts, servers, odoo := reachOf(in, "host/"), reachOf(in, "postgres/"), reachOf(in, "odoo/")
	bases, size := sizes(in)
	return []Headline{
		{"Services", Count(len(in.Services)), criticalNote(in.Services)},
		{"Hosts", known(Count(hosts.total), hosts.total > 0), hosts.note()},
		{"Databases", bases, plural(servers.total, "server") + ": " + servers.note()},
		{"Database size", size, "all databases together"},
		{"Odoo servers", known(Count(odoo.total), odoo.total > 0), odoo.note()},
		{"Custom modules", customModules(in), "installed, not by Odoo or OCA"},
		{"PHI columns", phiColumns(in), "hold patients' data"},
		{"Integrations", integrationCount(in), integrationNote(in)},
	}
}

func known(c Cell, is bool) Cell {
	if is {
		return c
	}
	return Cell{Kind: Missing, Text: "not known"}
}

func criticalNote(services []estate.Service) string {
	n, unstated := 0, 0
	for _, s := range services {
		switch s.Criticality {
		case estate.LifeCritical:
			n++
		case "":
			unstated++
		}
	}
	note := fmt.Sprintf("%d life-critical", n)
	if unstated > 0 {
		note += fmt.Sprintf(", %d not stated", unstated)
	}
	return note
}

func customModules(in Input) Cell {
	n, read, partial := 0, 0, false
	for _, o := range in.Inventory.Odoo {
		if !o.Modules.Coverage.IsKnown() {
			partial = true
			continue
		}
		read++
		for _, m := range o.Modules.Value {
			if installed(m) && m.Origin == "custom" {
				n++
			}
		}
	}
	return known(Count(n).OrMore(partial), read > 0)
}

func phiColumns(in Input) Cell {
	if in.Classification == nil {
		return Cell{Kind: Missing, Text: "not assessed"}
	}
	n, read, partial := 0, 0, len(in.Classification.Databases) == 0
	for _, d := range in.Classification.Databases {
		n += d.Columns[estate.PHI]
		if d.Coverage.IsKnown() {
			read++
		}
		partial = partial || !d.Coverage.IsKnown() || d.Columns[estate.NotAssessed] > 0
	}
	return known(Count(n).OrMore(partial), read > 0)
}

func integrationCount(in Input) Cell {
	if in.Assessment == nil {
		return Cell{Kind: Missing, Text: "not assessed"}
	}
	return Count(len(in.Assessment.Integrations)).OrMore(len(in.Inventory.Gaps()) > 0)
}

// waveBlock lists the waves, the checklist first.
func waveBlock(in Input) Block {
	b := Block{Title: "The move, wave by wave",
		Columns: []Column{{"Wave", 2}, {"Phase", 2}, {"What moves", 4}, {"Data class", 2}, {"Size", 2}}}
	if in.Plan == nil {
		b.Note = "Not planned yet: run nightferry plan."
		return b
	}
	for _, w := range in.Plan.Waves {
		row := []Cell{Text(w.Name), Text(string(w.Phase))}
		if len(w.Members) == 0 {
			b.Rows = append(b.Rows, append(row, checks(w.Checklist), Text(""), Text("")))
			continue
		}
		var names []string
		class, size := estate.Public, int64(0)
		for _, m := range w.Members {
			names = append(names, m.Service)
			if headlineRank(m.Class) < headlineRank(class) {
				class = m.Class
			}
			if size >= 0 && m.SizeBytes >= 0 {
				size += m.SizeBytes
			} else {
				size = -1
			}
		}
		b.Rows = append(b.Rows, append(row, Text(strings.Join(names, ", ")), classed(class), sized(size)))
	}
	if n := len(in.Plan.Retained); n > 0 {
		b.Note = plural(n, "service") + " stay where they are (sheet Waves)."
		if n == 1 {
			b.Note = "1 service stays where it is (sheet Waves)."
		}
	}
	return b
}

// byHarm lists the classes with what harms people most first, as the classification's headlines do.
func byHarm() []estate.DataClass {
	return []estate.DataClass{estate.PHI, estate.HR, estate.Financial, estate.PII, estate.Credential, estate.NotAssessed, estate.Operational, estate.Public}
}

// headlineRank is a class's place in byHarm. An unknown word ranks as not assessed.
func headlineRank(c estate.DataClass) int {
	if i := slices.Index(byHarm(), c); i >= 0 {
		return i
	}
	return slices.Index(byHarm(), estate.NotAssessed)
}

func checks(list []plan.Item) Cell {
	hold, not, untold := 0, 0, 0
	for _, item := range list {
		switch {
		case !item.Coverage.IsKnown():
			untold++
		case item.Holds:
			hold++
		default:
			not++
		}
	}
	cell := Text(fmt.Sprintf("%s: %d hold, %d do not, %d not known", plural(len(list), "check"), hold, not, untold))
	if not > 0 {
		return cell.Toned(Bad)
	}
	return cell
}

package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nightferry/classify"
	"nightferry/internal/estate"
)

func integrations(in Input) Sheet {
	s := Sheet{Name: "Integrations", Purpose: "Systems that talk, and which of configuration, traffic and people knew of it. Data: what crosses; “at most” is what the services hold.",
		Columns: []Column{{"From", 24}, {"To", 30}, {"Protocol", 12}, {"Port", 9}, {"Kind", 12}, {"Direction", 11}, {"Owner", 24}, {"Data", 24}, {"Schedule", 30},
			{"Encryption", 12}, {"Authentication", 15}, {"Configured", 12}, {"Observed", 12}, {"Declared", 12}, {"Seen in looks", 12}, {"What it means", 34},
			{"Why this data", 50}, {"Evidence", 60}}}
	if in.Assessment == nil {
		s.Rows = notYet(len(s.Columns), "classify")
		return s
	}
	for _, i := range in.Assessment.Integrations {
		port := Text("")
		if i.Port > 0 {
			port = Cell{Kind: Number, Number: float64(i.Port)}
		}
		s.Rows = append(s.Rows, []Cell{
			Text(i.From), Text(i.To), Text(i.Protocol), port, Text(string(i.Kind)), word(string(i.Direction)), Stated(i.Owner), crossing(i), scheduled(i),
			encrypted(i.Encryption), word(string(i.Authentication)), seen(i.Configured), seen(i.Observed), YesNo(len(i.Declared) > 0), looks(i),
			meaning(in.Assessment.Integrations, i), why(i), Text(strings.Join(slices.Concat(i.Configured, i.Observed, i.Declared), "; ")),
		})
	}
	return s
}

// word is one of a closed list, of which one is that nobody can tell.
func word(text string) Cell {
	if text == "" || text == "unknown" {
		return Cell{Kind: Missing, Text: "not known"}
	}
	return Text(text)
}

func encrypted(e estate.Encryption) Cell {
	cell := word(string(e))
	if e == estate.PlainText {
		return cell.Toned(Bad)
	}
	return cell
}

// scheduled: where no schedule is known, it may speak at any time.
func scheduled(i estate.Integration) Cell {
	if len(i.Schedule) == 0 {
		return Cell{Kind: Missing, Text: "not known"}
	}
	return Text(strings.Join(i.Schedule, "; "))
}

// crossing names the classes that cross, once each.
func crossing(i estate.Integration) Cell {
	var names []string
	sensitive := false
	for _, c := range i.Classes {
		name := string(c.Class)
		if c.By == estate.ByService {
			name = "at most " + name
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		sensitive = sensitive || c.Class.IsSensitive()
	}
	if len(names) == 0 || len(names) == 1 && i.Classes[0].Class == estate.NotAssessed {
		return Cell{Kind: Missing, Text: "not assessed"}
	}
	if sensitive {
		return Text(strings.Join(names, ", ")).Toned(Alert)
	}
	return Text(strings.Join(names, ", "))
}

func why(i estate.Integration) Cell {
	var reasons []string
	for _, c := range i.Classes {
		if reason := string(c.Class) + ": " + c.Why; !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	return Text(strings.Join(reasons, "; "))
}

// looks says how often connections were looked at: no look says nothing, and one says little.
func looks(i estate.Integration) Cell {
	if i.Looks == 0 {
		return Cell{Kind: Missing, Text: "no look"}
	}
	return Text(fmt.Sprintf("%d of %d", i.Seen, i.Looks))
}

// seen tells whether one of the three views showed an integration. "not seen" is no proof of absence.
func seen(evidence []string) Cell {
	if len(evidence) == 0 {
		return Cell{Kind: Words, Text: "not seen"}
	}
	return Cell{Kind: Words, Text: "yes"}
}

func meaning(all []estate.Integration, i estate.Integration) Cell {
	finding, differs := classify.Difference(all, i)
	switch {
	case finding.Code == classify.CodeNotFound:
		return Text("declared, found nowhere").Toned(Bad)
	case finding.Code == classify.CodeNotDeclared:
		return Text("in use, declared by nobody").Toned(Bad)
	case differs && len(i.Declared) > 0:
		return Text("declared and configured, not seen in use")
	case differs:
		return Text("configured, not seen in use, not declared")
	case len(i.Observed) == 0:
		return Text("configured; nobody could look for it")
	case len(i.Declared) > 0:
		return Text("declared and in use").Toned(Good)
	}
	return Text("in use, within one machine")
}

// findings lists what is wrong, or may be, the worst first.
func findings(in Input) Sheet {
	s := Sheet{Name: "Findings", Purpose: "What is wrong, or may be, the worst first, with what shows it and what would mend it.",
		Columns: []Column{{"Severity", 10}, {"Finding", 70}, {"Asset", 26}, {"Evidence", 80}, {"What would mend it", 70}, {"Effort", 10},
			{"Accepted", 30}, {"HIPAA Security Rule, 45 CFR", 34}, {"ISO/IEC 27001:2022", 20}, {"What it does not say", 50}, {"First seen", 11}, {"Code", 38}}}
	if in.Assessment == nil {
		s.Rows = notYet(len(s.Columns), "classify")
		return s
	}
	for _, f := range in.Assessment.Findings {
		s.Rows = append(s.Rows, []Cell{severe(f.Severity), Text(f.Title), Text(f.Asset), Text(strings.Join(f.Evidence, "; ")), Text(f.Fix), Text(f.Effort),
			borne(f), Text(strings.Join(f.HIPAA, ", ")), Text(strings.Join(f.ISO, ", ")), Text(f.Note), Text(f.FirstSeen), Text(f.Code)})
	}
	if len(s.Rows) == 0 {
		s.Rows = [][]Cell{pad([]Cell{Text("nothing was found")}, Text(""), len(s.Columns))}
	}
	return s
}

// findingBlock counts the findings by how much they matter, each with an example.
func findingBlock(in Input) Block {
	b := Block{Title: "Findings", Columns: []Column{{"Severity", 2}, {"Findings", 2}, {"Such as", 8}}}
	if in.Assessment == nil {
		b.Note = "Not assessed yet: run nightferry classify."
		return b
	}
	for _, severity := range estate.Severities() {
		n, example := 0, ""
		for _, f := range in.Assessment.Findings {
			if f.Severity == severity {
				n++
				example = cmp.Or(example, f.Title)
			}
		}
		if n > 0 {
			b.Rows = append(b.Rows, []Cell{severe(severity), Count(n), Text(example)})
		}
	}
	if len(b.Rows) == 0 {
		b.Note = "Nothing was found in what could be read."
	}
	return b
}

// unjudged lists the rules that could not be judged, and what would tell.
func unjudged(in Input) Sheet {
	s := Sheet{Name: "Not judged", Purpose: "Rules that could not be judged on some assets, because something is not known: none of them is passed.",
		Columns: []Column{{"Finding", 60}, {"Not known", 22}, {"Assets", 50}, {"Why", 60}, {"What would tell", 70}, {"Code", 38}}}
	if in.Assessment == nil {
		s.Rows = notYet(len(s.Columns), "classify")
		return s
	}
	for _, u := range in.Assessment.Unknown {
		why := Text(u.Problem)
		if u.Problem == "" {
			why = Unknown(u.Coverage)
		}
		s.Rows = append(s.Rows, []Cell{Text(u.Title), Text(u.Section), Text(strings.Join(u.Assets, ", ")), why, Text(u.Grant), Text(u.Code)})
	}
	if len(s.Rows) == 0 {
		s.Rows = [][]Cell{pad([]Cell{Text("every rule could be judged")}, Text(""), len(s.Columns))}
	}
	return s
}

// borne says who bears the risk of a finding, and until when.
func borne(f estate.Finding) Cell {
	switch {
	case f.Accepted == nil:
		return Text("")
	case f.Accepted.Expired:
		return Text("expired " + f.Accepted.Until + ", " + f.Accepted.By).Toned(Bad)
	}
	return Text("until " + f.Accepted.Until + " by " + f.Accepted.By + ": " + f.Accepted.Reason)
}

func severe(s estate.Severity) Cell {
	switch s {
	case estate.CriticalSeverity, estate.HighSeverity:
		return Text(string(s)).Toned(Bad)
	case estate.MediumSeverity, estate.LowSeverity, estate.InfoSeverity:
	}
	return Text(string(s))
}

// integrationNote counts where configuration, traffic and people disagree.
func integrationNote(in Input) string {
	if in.Assessment == nil {
		return "with other systems and within"
	}
	counts := map[string]int{}
	for _, f := range in.Assessment.Findings {
		counts[f.Code]++
	}
	return fmt.Sprintf("%d not declared, %d declared and not found, %d not seen in use",
		counts[classify.CodeNotDeclared], counts[classify.CodeNotFound], counts[classify.CodeNotObserved])
}

package reports

import (
	"cmp"
	"fmt"
	"strings"

	verdicts "nightferry/classify/modules"
)

// moduleVerdicts says what becomes of each module of Odoo in the target version, and the hours of custom code.
func moduleVerdicts(in Input) Sheet {
	s := Sheet{Name: "Module verdicts", Purpose: "What becomes of each installed Odoo module in the target version, those that need people first, and the hours of custom code.",
		Columns: []Column{{"Server", 16}, {"Module", 34}, {"Verdict", 11}, {"Becomes", 26}, {"How sure", 15}, {"Whose", 12}, {"Version", 14},
			{"Automatic", 12}, {"Assisted", 12}, {"Manual", 12}, {"Why", 70}, {"What to do", 60}, {"Counted", 60}}}
	if in.Assessment == nil || in.Assessment.Modules == nil {
		s.Rows = notYet(len(s.Columns), "classify")
		return s
	}
	report := in.Assessment.Modules
	s.Purpose = fmt.Sprintf("What becomes of each installed Odoo module in Odoo %s, those that need people first, and the hours of custom code by table %s. %s",
		report.Target, report.Policy, strings.Join(report.Assumptions, " "))
	for _, server := range report.Servers {
		if !server.Coverage.IsKnown() {
			s.Rows = append(s.Rows, pad([]Cell{Text(server.Odoo)}, Unknown(server.Coverage), len(s.Columns)))
			continue
		}
		for _, j := range server.Modules {
			s.Rows = append(s.Rows, verdictRow(server, j))
		}
		if server.Database != nil {
			s.Rows = append(s.Rows, customisedRow(server, *server.Database))
		}
	}
	if len(s.Rows) == 0 {
		s.Rows = [][]Cell{pad([]Cell{Text("there is no Odoo server in scope")}, Text(""), len(s.Columns))}
		return s
	}
	e := report.Effort
	total := pad([]Cell{Text("all"), Text("custom code, each once")}, Text(""), len(s.Columns))
	total[7], total[8], total[9] = Text(e.Automatic.String()), Text(e.Assisted.String()), Text(e.Manual.String())
	total[10] = Text("together " + e.Total().String())
	s.Rows = append(s.Rows, total)
	return s
}

func verdictRow(server verdicts.Server, j verdicts.Judgement) []Cell {
	sure := Text(string(j.Sureness))
	if j.Sureness == verdicts.NotKnown {
		sure = Cell{Kind: Missing, Text: "not known"}
	}
	row := []Cell{Text(server.Odoo), Text(j.Name), verdictCell(j.Verdict), Text(j.Becomes), sure, whose(j), Text(j.Version)}
	row = append(row, hoursOf(j)...)
	counted := ""
	if j.Effort != nil {
		counted = j.Effort.Counted()
	}
	return append(row, Text(strings.Join(j.Reasons, "; ")), Text(j.Advice), Text(counted))
}

func verdictCell(v verdicts.Verdict) Cell {
	switch v {
	case verdicts.Kept:
		return Text(string(v)).Toned(Good)
	case verdicts.Removed:
		return Text("removed, no successor known").Toned(Bad)
	case verdicts.Unknown:
		return Cell{Kind: Missing, Text: "not known"}
	case verdicts.Renamed, verdicts.Merged, verdicts.Replaced, verdicts.Custom, verdicts.Unused:
	}
	return Text(string(v))
}

func whose(j verdicts.Judgement) Cell {
	if j.Origin == verdicts.Nobodys {
		return Cell{Kind: Missing, Text: "not told"}
	}
	return Text(strings.TrimSpace(string(j.Origin) + " " + string(j.Edition)))
}

// hoursOf are the three kinds of hours. Code that nobody saw takes hours that nobody knows.
func hoursOf(j verdicts.Judgement) []Cell {
	if e := j.Effort; e != nil {
		return []Cell{Text(e.Automatic.String()), Text(e.Assisted.String()), Text(e.Manual.String())}
	}
	cell := Text("")
	if j.Verdict == verdicts.Custom || j.Origin == verdicts.Ours && j.Verdict == verdicts.Replaced {
		cell = Cell{Kind: Missing, Text: "not known"}
	}
	return []Cell{cell, cell, cell}
}

// customisedRow is what people made in a database, past all modules.
func customisedRow(server verdicts.Server, d verdicts.Customisation) []Cell {
	hours := func(h verdicts.Hours) Cell {
		if len(d.Unread) > 0 {
			return Text("at least " + h.String())
		}
		return Text(h.String())
	}
	why := "views, fields, models, code and reports that no upgrade of a module knows"
	if len(d.Unread) > 0 {
		why += "; not read: " + strings.Join(d.Unread, ", ")
	}
	return []Cell{Text(server.Odoo), Text("(made in the database)"), Text("custom"), Text(""), Text(string(verdicts.Listed)), Text("custom"), Text(""),
		hours(d.Effort.Automatic), hours(d.Effort.Assisted), hours(d.Effort.Manual), Text(why), Text(""), Text(cmp.Or(d.Effort.Counted(), "nothing"))}
}

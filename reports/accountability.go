package reports

import (
	"cmp"
	"strings"

	"nightferry/classify"
	"nightferry/internal/estate"
)

// responsibilities is the matrix of who does what and what shows it, then the practices that no machine tells.
func responsibilities(in Input) Sheet {
	s := Sheet{Name: "Responsibilities", Purpose: "Who does what, what shows it, and what nobody answered. Only what evidence shows that is not too old counts as done.",
		Columns: []Column{{"Kind", 11}, {"Duty or practice", 26}, {"Question", 60}, {"By or state", 14}, {"Who", 30}, {"Standing", 13}, {"Evidence", 40}, {"Evidence of", 12}, {"Age (days)", 10}, {"Allowed (days)", 10}}}
	if !accounted(in) {
		s.Rows = notYet(len(s.Columns), "classify")
		return s
	}
	for _, d := range in.Assessment.Accountability.Duties {
		s.Rows = append(s.Rows, append([]Cell{Text("duty"), Text(d.Duty), Text(d.Question), answered(string(d.By)), Stated(d.Who), stood(d.Standing)}, proven(d.Proof, d.Age)...))
	}
	for _, p := range in.Assessment.Accountability.Practices {
		standing := stood(p.Standing)
		if p.State == estate.Lacking || p.State == estate.Partly {
			standing = standing.Toned(Bad)
		}
		s.Rows = append(s.Rows, append([]Cell{Text("practice"), Text(p.Practice.Practice), Text(p.Question), answered(string(p.State)), Stated(p.By), standing}, proven(p.Proof, p.Age)...))
	}
	return s
}

// scorecard is how many of the duties of each side are shown to be done, and the vendors beside them.
func scorecard(in Input) Sheet {
	s := Sheet{Name: "Providers", Purpose: "How many of its duties each side is shown to do, and the agreements with vendors on patients' data.",
		Columns: []Column{{"Party or vendor", 24}, {"Provides", 26}, {"Duties", 9}, {"Proven", 9}, {"Too old", 9}, {"Unproven", 10}, {"Agreement", 13}, {"Agreement until", 13}, {"Standing", 13}, {"Evidence", 34}, {"Contact", 22}, {"Services", 34}, {"Exit", 44}}}
	if !accounted(in) {
		s.Rows = notYet(len(s.Columns), "classify")
		return s
	}
	for _, score := range in.Assessment.Accountability.Scores {
		row := []Cell{Text(string(score.Party)), Text("duties of the matrix"), Count(score.Duties), Count(score.Proven), Count(score.Old), Count(score.Unproven)}
		s.Rows = append(s.Rows, pad(row, Text(""), len(s.Columns)))
	}
	for _, v := range in.Assessment.Accountability.Vendors {
		s.Rows = append(s.Rows, []Cell{Text(v.Name), Stated(v.Provides), Text(""), Text(""), Text(""), Text(""), answered(string(v.Agreement)), Stated(v.Until),
			stood(v.Standing), Stated(v.Evidence), Stated(v.Contact), Text(strings.Join(v.Services, ", ")), Stated(v.Exit)})
	}
	return s
}

// continuity is what people do when a service is down.
func continuity(in Input) Sheet {
	s := Sheet{Name: "Continuity", Purpose: "What people do when a service is down: how they work, how they learn of it, who decides, and whose failure takes it down.",
		Columns: []Column{{"Service", 24}, {"Criticality", 18}, {"Manual workaround", 44}, {"Communication", 44}, {"Who decides", 40}, {"Contact", 22}, {"Vendors", 30}, {"Not stated", 40}}}
	if !accounted(in) {
		s.Rows = notYet(len(s.Columns), "classify")
		return s
	}
	for _, c := range in.Assessment.Accountability.Continuity {
		vendors := Stated("")
		if c.Vendors != nil {
			vendors = Text(cmp.Or(strings.Join(c.Vendors, ", "), "none"))
		}
		missing := Text("nothing").Toned(Good)
		if len(c.Missing) > 0 {
			missing = Text(strings.Join(c.Missing, ", ")).Toned(Bad)
		}
		s.Rows = append(s.Rows, []Cell{Text(c.Service), Stated(string(c.Criticality)), Stated(c.Workaround), Stated(c.Communication), Stated(c.Authority), Stated(c.Contact), vendors, missing})
	}
	if len(s.Rows) == 0 {
		s.Rows = [][]Cell{pad(nil, Stated(""), len(s.Columns))}
	}
	return s
}

// accounted tells whether the assessment holds answers: one that an older nightferry wrote holds none.
func accounted(in Input) bool {
	return in.Assessment != nil && len(in.Assessment.Accountability.Duties) > 0
}

// answered is an answer, or that nobody gave one.
func answered(text string) Cell {
	if text == "" {
		return Cell{Kind: Missing, Text: "nobody answered"}
	}
	return Text(text)
}

func stood(s classify.Standing) Cell {
	if s == classify.Proven {
		return Text(string(s)).Toned(Good)
	}
	return Text(string(s)).Toned(Bad)
}

// proven is evidence with its date, its age and the age that it may have.
func proven(p estate.Proof, age int) []Cell {
	old, allowed := Cell{Kind: Missing, Text: "none"}, Cell{Kind: Missing, Text: "none"}
	if age >= 0 {
		old = Count(age)
	}
	if p.MaxAge > 0 {
		allowed = Count(int(p.MaxAge / estate.Day))
	}
	return []Cell{Stated(p.Evidence), Stated(p.Date), old, allowed}
}

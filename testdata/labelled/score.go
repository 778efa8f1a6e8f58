package labelled

import (
	"slices"

	"nightferry/internal/estate"
)

// Verdict is what a classifier says of a column: its primary class, how sure it is, and further labels.
type Verdict struct {
	Schema, Table, Column string
	Class                 estate.DataClass
	Confidence            float64 // 0 to 1
	Labels                []string
}

// Sure is the confidence from which on a classifier is held to be right 90 times in 100.
const Sure = 0.9

// Report is the score of a classifier, for each part of the set that was scored.
type Report struct {
	Parts []PartScore
}

// Part returns the score of a part; the zero score where it was not scored.
func (r Report) Part(part Part) PartScore {
	i := slices.IndexFunc(r.Parts, func(p PartScore) bool { return p.Part == part })
	if i < 0 {
		return PartScore{}
	}
	return r.Parts[i]
}

// PartScore is the score over the columns of a part.
type PartScore struct {
	Part      Part
	Columns   int
	All       Rates                      // sensitive against not
	Hard      Rates                      // the same over hard columns
	Languages map[string]Rates           // by language
	Classes   map[estate.DataClass]Rates // each class against all others
	Decoys    Share                      // decoys that were called sensitive, of all decoys
	Tail      Share                      // found, of those that are sensitive in the last tenth of their table only
	Sure      Share                      // right, of the verdicts with a confidence of [Sure] or more
	Labels    Share                      // labels found, of those on columns
	Misses    []Miss                     // verdicts that are wrong, in the order of the set
	Unasked   []string                   // columns without a verdict, "schema.table.column": they count as NOT-ASSESSED
}

// Share is a number of some.
type Share struct{ Part, Of int }

// Ratio is the share, 0 to 1, and 1 of nothing.
func (s Share) Ratio() float64 {
	if s.Of == 0 {
		return 1
	}
	return float64(s.Part) / float64(s.Of)
}

func countShare(s *Share, part bool) {
	s.Of++
	if part {
		s.Part++
	}
}

// Rates counts the four outcomes of yes against no.
type Rates struct{ TruePositive, FalsePositive, FalseNegative, TrueNegative int }

// Recall is how much of what is there was found, and 1 where nothing is.
func (r Rates) Recall() float64 {
	return Share{r.TruePositive, r.TruePositive + r.FalseNegative}.Ratio()
}

// Precision is how much of what was found is there, and 1 where nothing was.
func (r Rates) Precision() float64 {
	return Share{r.TruePositive, r.TruePositive + r.FalsePositive}.Ratio()
}

// F1 is the harmonic mean of recall and precision.
func (r Rates) F1() float64 {
	return Share{2 * r.TruePositive, 2*r.TruePositive + r.FalsePositive + r.FalseNegative}.Ratio()
}

func countRates(r *Rates, truth, verdict bool) {
	switch {
	case truth && verdict:
		r.TruePositive++
	case verdict:
		r.FalsePositive++
	case truth:
		r.FalseNegative++
	default:
		r.TrueNegative++
	}
}

// MacroF1 is the mean F1 of the classes that stand in the part.
func (p PartScore) MacroF1() float64 {
	sum, n := 0.0, 0
	for _, rates := range p.Classes {
		if rates.TruePositive+rates.FalseNegative > 0 {
			sum += rates.F1()
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// Miss is a wrong verdict.
type Miss struct {
	Table   *Table
	Column  *Column
	Verdict Verdict
}

// IsCrossing tells whether the miss confuses sensitive with not, rather than two sensitive classes.
func (m Miss) IsCrossing() bool {
	return m.Column.Class != estate.NotAssessed && m.Column.Class.IsSensitive() != m.Verdict.Class.IsSensitive()
}

// Score holds verdicts against the labels of the parts. Verdicts on other columns do not count.
func (s *Set) Score(verdicts []Verdict, parts ...Part) Report {
	type place struct{ schema, table, column string }
	said := make(map[place]Verdict, len(verdicts))
	for _, v := range verdicts {
		at := place{v.Schema, v.Table, v.Column}
		if _, twice := said[at]; !twice { // of several rows for a column the first is the primary one
			said[at] = v
		}
	}
	var report Report
	for _, part := range parts {
		score := PartScore{Part: part, Languages: map[string]Rates{}, Classes: map[estate.DataClass]Rates{}}
		for _, t := range s.Of(part) {
			for _, c := range t.Columns {
				v, found := said[place{t.Schema, t.Name, c.Name}]
				if !found {
					v = Verdict{Schema: t.Schema, Table: t.Name, Column: c.Name, Class: estate.NotAssessed}
					score.Unasked = append(score.Unasked, t.QualifiedName()+"."+c.Name)
				}
				addColumn(&score, t, c, v)
			}
		}
		report.Parts = append(report.Parts, score)
	}
	return report
}

// addColumn counts one column. A class that is as right as the label takes its place.
func addColumn(p *PartScore, t *Table, c *Column, v Verdict) {
	p.Columns++
	truth := c.Class
	if slices.Contains(c.Also, v.Class) {
		truth = v.Class
	}
	for _, class := range estate.DataClasses() {
		rates := p.Classes[class]
		countRates(&rates, truth == class, v.Class == class)
		p.Classes[class] = rates
	}
	right := truth == v.Class
	if v.Confidence >= Sure {
		countShare(&p.Sure, right)
	}
	if !right {
		p.Misses = append(p.Misses, Miss{Table: t, Column: c, Verdict: v})
	}
	for _, label := range c.Labels {
		countShare(&p.Labels, slices.Contains(v.Labels, label))
	}
	if truth == estate.NotAssessed {
		return // nobody can tell, so neither answer is a find or a false alarm
	}
	sensitive, flagged := truth.IsSensitive(), v.Class.IsSensitive()
	countRates(&p.All, sensitive, flagged)
	language := p.Languages[t.Language]
	countRates(&language, sensitive, flagged)
	p.Languages[t.Language] = language
	if c.Hard {
		countRates(&p.Hard, sensitive, flagged)
	}
	if c.Decoy {
		countShare(&p.Decoys, flagged)
	}
	if c.Tail {
		countShare(&p.Tail, flagged)
	}
}

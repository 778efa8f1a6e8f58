package classify

import (
	"slices"
	"strings"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// question is everything that a verdict on one column rests on.
type question struct {
	table   estate.Table
	column  estate.Column
	reading detect.Reading
	profile profile
	context context // of the table, once it is known
	leads   bool    // the column is a reference to a table of patients

	candidates []candidate
}

// sure is the chance from which on a candidate is believed.
const sure = 0.5

// verdict weighs the evidence about one column. The catalogue knows Odoo's own fields and wins; then name and values say
// what it is, and the table whose it is.
func (c *Classifier) verdict(q *question, odoo bool) ColumnResult {
	if odoo {
		if entry, found := c.catalogue.Lookup(q.table.Name, q.column.Name); found {
			return q.byCatalogue(entry)
		}
	}
	if result, found := q.ofPatient(); found {
		return result
	}
	if q.points() {
		return ColumnResult{Column: q.column.Name, Class: estate.Operational, Confidence: 0.9,
			Evidence: []Evidence{{Kind: "context", Class: estate.Operational, Weight: 0.9, Detail: "a key: it points, and holds nothing itself"}}}
	}
	if q.column.Name == q.context.keyed && !q.shown() {
		return q.settle(ColumnResult{Column: q.column.Name}, estate.Operational, 0.75) // it says what others mean
	}
	return q.judge()
}

// ofPatient judges a key that tells which patient a row is about: whatever stands beside it is tied to somebody by it.
func (q *question) ofPatient() (ColumnResult, bool) {
	named := (q.reading.Subject == detect.Patient || q.ofStay()) && q.reading.Points && q.reading.Negative == ""
	if q.shown() || q.context.link == "" || q.context.subject == detect.Reference || !named && !q.leads && (q.context.subject != detect.Patient || !q.natural()) {
		return ColumnResult{}, false
	}
	if !q.leads && !named && !slices.Contains(q.table.PrimaryKey, q.column.Name) || q.identifier() || strings.EqualFold(q.column.Name, "id") {
		return ColumnResult{}, false
	}
	result := ColumnResult{Column: q.column.Name, Class: estate.PHI, Confidence: 0.65,
		Evidence: []Evidence{{Kind: "context", Class: estate.PHI, Weight: 0.65, Detail: "a key that tells which patient a row is about"}}}
	result.label(estate.KindMRN)
	return result, true
}

// ofStay tells whether the name speaks of a stay in hospital, or of a case: it is one patient's.
func (q *question) ofStay() bool {
	return len(q.reading.Hints) > 0 && q.reading.Hints[0].Kind == estate.KindVisit && q.reading.Hints[0].Weight >= 0.6
}

// points tells whether the column only ties tables together: a number without meaning outside the database. A key that
// people write down (a record number, an employee's number) is data, wherever it stands.
func (q *question) points() bool {
	surrogate := false
	switch q.column.Type {
	case "integer", "bigint", "smallint", "uuid":
		surrogate = true
	}
	switch {
	case q.identifier() || q.shown():
		return false
	case isKey(q.table, q.column.Name):
		return surrogate && !q.natural() || strings.EqualFold(q.column.Name, "id")
	}
	return surrogate && q.reading.Points
}

// natural tells whether a key of somebody's row, or one that leads to such a row, is a number that people use: it is
// called neither an id nor as a table with an ending that points.
func (q *question) natural() bool {
	if q.column.Type == "uuid" || !q.context.care && q.context.subject != detect.Employee {
		return false
	}
	name := q.column.Name
	for _, reference := range q.table.References {
		if len(reference.Columns) == 1 && reference.Columns[0] == name {
			if len(reference.RefColumns) != 1 {
				return false
			}
			name = reference.RefColumns[0]
		}
	}
	lower := strings.ToLower(name)
	if q.context.subject == detect.Patient {
		return lower != "id"
	}
	return !strings.HasSuffix(lower, "id") && !strings.HasPrefix(lower, "id") && !strings.HasSuffix(lower, "key") && !strings.HasSuffix(lower, "_fk") && !q.reading.Audit
}

// identifier tells whether the name promises an identifier that people use, and not that of a row.
func (q *question) identifier() bool {
	if len(q.reading.Hints) == 0 || q.reading.Hints[0].Weight < 0.75 {
		return false
	}
	return !strings.HasSuffix(strings.ToLower(q.column.Name), "_id") && detect.ClassOf(q.reading.Hints[0].Kind).IsSensitive()
}

// shown tells whether values prove something by themselves.
func (q *question) shown() bool {
	return slices.ContainsFunc(q.profile.findings, func(f finding) bool { return f.strong && f.weight > 0.85 && f.share > 0.5 })
}

// byCatalogue takes the catalogue's word; a field remembered but not re-read in Odoo's source counts for less.
func (q *question) byCatalogue(entry detect.Entry) ColumnResult {
	weight := 0.97
	if !entry.Reread {
		weight = 0.9
	}
	result := ColumnResult{Column: q.column.Name, Class: entry.Class, Confidence: weight,
		Evidence: []Evidence{{Kind: "catalogue", Class: entry.Class, Weight: weight, Detail: entry.Why}}}
	for _, f := range q.profile.findings {
		result.Evidence = append(result.Evidence, valueEvidence(f))
	}
	if len(q.reading.Hints) > 0 && detect.ClassOf(q.reading.Hints[0].Kind).IsSensitive() && entry.Class.IsSensitive() {
		result.label(q.reading.Hints[0].Kind)
	}
	q.clearText(&result)
	return result
}

// clearText notes passwords that are kept as they are typed.
func (q *question) clearText(result *ColumnResult) {
	p := q.profile
	if q.column.Name != "password" || q.table.Name != "res_users" || p.filled == 0 {
		return
	}
	if hashed := p.counts.Whole[estate.KindPasswordHash].Matched; hashed < p.filled {
		result.Evidence = append(result.Evidence, Evidence{Kind: "values", Class: estate.Credential, Weight: 1,
			Detail: "some passwords are no hash: they are kept in clear text"})
	}
}

// label sets what stands beside the class: the kind, and what law calls it.
func (r *ColumnResult) label(kind estate.Kind) {
	r.Subtype, r.Article9, r.Cardholder = kind.String(), detect.Article9(kind), detect.Cardholder(kind)
}

// judge finds what the column is, and then whose.
func (q *question) judge() ColumnResult {
	result := ColumnResult{Column: q.column.Name, Class: estate.NotAssessed}
	list := q.inPlace()
	if q.nothingToRead() && (len(list) == 0 || list[0].chance < 0.8 || !detect.ClassOf(list[0].kind).IsSensitive()) {
		return q.unread(result)
	}
	var technical *candidate
	for i := range list {
		c := &list[i]
		if !detect.ClassOf(c.kind).IsSensitive() {
			if technical == nil && c.chance >= sure {
				technical = c
			}
			continue
		}
		if c.chance < sure || technical != nil && !c.shown && technical.chance > c.chance {
			continue
		}
		class, chance, why := q.whose(*c)
		if !class.IsSensitive() && result.Class == estate.NotAssessed {
			result.take(class, chance, *c, why, q.profile.filled >= 8)
			continue
		}
		if result.Class == estate.NotAssessed || !result.Class.IsSensitive() {
			if class.IsSensitive() {
				result.Evidence = nil
				result.take(class, chance, *c, why, q.profile.filled >= 8)
			}
			continue
		}
		result.also(class, chance, *c)
	}
	if result.Class == estate.NotAssessed {
		return q.rest(result, technical, list)
	}
	return result
}

// inPlace gives the candidates with the chance that they have in this table: words that mean other things as well
// (weight, result, mobile) mean what they say where the table is about somebody.
func (q *question) inPlace() []candidate {
	if !q.ofSomebody() && q.context.link == "" {
		return q.candidates
	}
	list := slices.Clone(q.candidates)
	for i := range list {
		c := &list[i]
		if foreign := q.context.subject == detect.Employee && detect.ClassOf(c.kind) == estate.PHI; c.named && c.weak && c.chance >= 0.35 && !foreign {
			c.chance = 1 - (1-c.chance)*0.4
		}
	}
	return ordered(list)
}

// take makes a candidate the verdict.
func (r *ColumnResult) take(class estate.DataClass, chance float64, c candidate, why *Evidence, read bool) {
	r.Class, r.Confidence = class, calibrated(chance, c, read)
	r.label(c.kind)
	r.Evidence = append(r.Evidence, c.evidence...)
	if why != nil {
		r.Evidence = append(r.Evidence, *why)
	}
}

// calibrated turns the weight of evidence into a confidence that holds: names alone, and values alone, are wrong more
// often than both together.
func calibrated(chance float64, c candidate, read bool) float64 {
	switch {
	case c.named && !c.shown && read:
		chance = min(chance, 0.89) // rows were read, and do not bear the name out
	case !c.named || !c.shown:
		chance = min(chance, 0.96)
	}
	return round(min(chance, 0.99))
}

// also adds a further label; what the values prove comes first where its class is the more specific one.
func (r *ColumnResult) also(class estate.DataClass, chance float64, c candidate) {
	if !class.IsSensitive() || class == r.Class && c.kind.String() == r.Subtype || chance < 0.6 {
		return
	}
	if c.proven && chance >= 0.8 && class.Rank() < r.Class.Rank() {
		r.Also = append(r.Also, Label{Class: r.Class, Subtype: r.Subtype, Confidence: r.Confidence})
		r.Class, r.Subtype, r.Confidence = class, c.kind.String(), calibrated(chance, c, false)
		r.Evidence = append(r.Evidence, c.evidence...)
	} else {
		r.Also = append(r.Also, Label{Class: class, Subtype: c.kind.String(), Confidence: round(chance)})
	}
	if r.Article9 == "" {
		r.Article9 = detect.Article9(c.kind)
	}
	if r.Cardholder == "" {
		r.Cardholder = detect.Cardholder(c.kind)
	}
}

// nothingToRead tells whether there are no values that could be judged.
func (q *question) nothingToRead() bool {
	if detect.Binary(q.column.Type) {
		return !q.profile.sampled || len(q.profile.findings) == 0
	}
	return q.profile.sampled && q.profile.filled == 0
}

// unread says why nobody can tell.
func (q *question) unread(result ColumnResult) ColumnResult {
	why := "every row that was read is empty here"
	switch {
	case detect.Binary(q.column.Type):
		why = "bytes that nobody can read"
	case q.profile.rows == 0:
		why = "the table has no rows"
	}
	result.Evidence = append(result.Evidence, Evidence{Kind: "values", Class: estate.NotAssessed, Weight: 0.9, Detail: why})
	result.Confidence = 0.9
	return result
}

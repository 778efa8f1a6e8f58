package classify

import (
	"cmp"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// Change is a column, or a whole database, that is not classified as it was.
type Change struct {
	Database string `json:"database"`         // SERVER/DATABASE
	Table    string `json:"table,omitempty"`  // schema.name; empty for the database as a whole
	Column   string `json:"column,omitempty"` // empty for the database as a whole
	Change   string `json:"change"`           // "added", "removed", "changed", "no longer known", "known now"
	Old      string `json:"old,omitempty"`    // class and labels: "PII us_ssn"
	New      string `json:"new,omitempty"`
}

// Compare lists what is classified otherwise than before, in order of database, table and column. Confidence and the
// words of evidence do not count: they move with each sample.
func Compare(before, after Classification) []Change {
	old, now := databasesOf(before), databasesOf(after)
	differences := []Change{}
	for name, was := range old {
		is, still := now[name]
		d := Change{Database: name}
		switch {
		case !still:
			d.Change, d.Old = "removed", string(was.Class)
		case was.Coverage.IsKnown() && !is.Coverage.IsKnown():
			d.Change, d.Old = "no longer known", string(was.Class)
		case !was.Coverage.IsKnown() && is.Coverage.IsKnown():
			d.Change, d.New = "known now", string(is.Class)
		default:
			differences = append(differences, compareColumns(name, columnsOf(was), columnsOf(is))...)
			continue
		}
		differences = append(differences, d)
	}
	for name, is := range now {
		if _, known := old[name]; !known {
			differences = append(differences, Change{Database: name, Change: "added", New: string(is.Class)})
		}
	}
	slices.SortFunc(differences, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Database, b.Database), cmp.Compare(a.Table, b.Table), cmp.Compare(a.Column, b.Column))
	})
	return differences
}

func databasesOf(c Classification) map[string]DatabaseResult {
	found := map[string]DatabaseResult{}
	for _, d := range c.Databases {
		found[d.Server+"/"+d.Database] = d
	}
	return found
}

// columnsOf gives the class and labels of each column by table and name.
func columnsOf(d DatabaseResult) map[[2]string]string {
	found := map[[2]string]string{}
	for _, t := range d.Tables {
		table := t.Schema + "." + t.Table
		for _, c := range t.Sensitive {
			found[[2]string{table, c.Column}] = c.Words()
		}
		for _, c := range t.Operational {
			found[[2]string{table, c}] = string(estate.Operational)
		}
		for _, c := range t.Public {
			found[[2]string{table, c}] = string(estate.Public)
		}
		for _, c := range t.NotAssessed {
			found[[2]string{table, c}] = string(estate.NotAssessed)
		}
	}
	return found
}

func compareColumns(database string, old, now map[[2]string]string) []Change {
	var differences []Change
	for place, was := range old {
		is, still := now[place]
		d := Change{Database: database, Table: place[0], Column: place[1], Old: was, New: is}
		switch {
		case !still:
			d.Change = "removed"
		case was != is:
			d.Change = "changed"
		default:
			continue
		}
		differences = append(differences, d)
	}
	for place, is := range now {
		if _, known := old[place]; !known {
			differences = append(differences, Change{Database: database, Table: place[0], Column: place[1], Change: "added", New: is})
		}
	}
	return differences
}

// Words is the class with all labels, for people: "PHI us_mbi, art9:health; PII".
func (r *ColumnResult) Words() string {
	var words strings.Builder
	words.WriteString(string(r.Class))
	separator := " "
	for _, label := range r.Facets() {
		if label.Class != r.Class {
			words.WriteString("; " + string(label.Class))
			separator = " "
		}
		if label.Subtype != "" {
			words.WriteString(separator + label.Subtype)
			separator = ", "
		}
	}
	return words.String()
}

// Facets lists everything that a column's data is, strongest first: the primary class with its identifier, GDPR Art. 9
// category and PCI DSS class, each a label, and then what it is beside.
func (r *ColumnResult) Facets() []Label {
	labels := []Label{{r.Class, r.Subtype, r.Confidence}}
	add := func(class estate.DataClass, subtype string, confidence float64) {
		if !slices.ContainsFunc(labels, func(l Label) bool { return l.Class == class && l.Subtype == subtype }) {
			labels = append(labels, Label{class, subtype, confidence})
		}
	}
	if r.Article9 != "" {
		add(r.Class, "art9:"+r.Article9, r.Confidence)
	}
	if r.Cardholder != "" {
		add(r.Class, "cardholder", r.Confidence)
	}
	for _, label := range r.Also {
		add(label.Class, label.Subtype, label.Confidence)
	}
	slices.SortStableFunc(labels[1:], func(a, b Label) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return labels
}

package classify

import (
	"slices"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// column weighs the evidence about one column. The catalogue knows Odoo's own fields and wins; then the name
// speaks, and the table around it raises personal data to health data.
func (c *Classifier) column(table estate.Table, column estate.Column, odoo bool, link link) ColumnResult {
	if odoo {
		if entry, found := c.catalogue.Lookup(table.Name, column.Name); found {
			return byCatalogue(column.Name, entry)
		}
	}
	result := ColumnResult{Column: column.Name, Class: estate.NotAssessed}
	hint, named := c.names.Hint(column.Name, column.Type)
	switch {
	case named:
		result.Class, result.Subtype, result.Confidence = hint.Class, hint.Subtype, hint.Weight
		result.Evidence = append(result.Evidence, Evidence{Kind: "name", Class: hint.Class, Weight: hint.Weight, Detail: "the name holds “" + hint.Term + "”"})
	case isKey(table, column.Name), detect.Structural(column.Name, column.Type):
		result.Class, result.Confidence = estate.Operational, 0.9
		return result
	}
	link.raise(&result)
	return result
}

// byCatalogue takes the catalogue's word; a field remembered but not re-read in Odoo's source counts for less.
func byCatalogue(name string, entry detect.Entry) ColumnResult {
	weight := 0.97
	if !entry.Reread {
		weight = 0.9
	}
	return ColumnResult{Column: name, Class: entry.Class, Confidence: weight,
		Evidence: []Evidence{{Kind: "catalogue", Class: entry.Class, Weight: weight, Detail: entry.Why}}}
}

// link is how a table is tied to patients.
type link struct {
	reason string // empty where it is not
	care   bool   // its rows are about the care of one patient each
}

// raise applies what the table says. Whatever identifies a person becomes health data once it stands beside a
// patient's care, since it tells that this person is a patient. And in a record of care, what no name tells (a value,
// a date, a ward, a note) is health data more likely than not.
func (l link) raise(result *ColumnResult) {
	weight := 0.85
	switch {
	case l.reason != "" && result.Class == estate.PII:
	case l.care && result.Class == estate.NotAssessed:
		weight, result.Confidence = 0.6, 0.6
	default:
		return
	}
	result.Class = estate.PHI
	result.Confidence = min(result.Confidence, weight)
	result.Evidence = append(result.Evidence, Evidence{Kind: "context", Class: estate.PHI, Weight: weight, Detail: l.reason})
}

// isKey tells whether the column is part of the primary key or of a foreign key: it points, and holds nothing itself.
func isKey(table estate.Table, column string) bool {
	if slices.Contains(table.PrimaryKey, column) && column == "id" {
		return true
	}
	for _, reference := range table.References {
		if slices.Contains(reference.Columns, column) {
			return true
		}
	}
	return false
}

// isOdoo tells whether a database is one of Odoo's, by two tables that every version has.
func isOdoo(database estate.Database) bool {
	found := 0
	for _, table := range database.Tables.Value {
		if table.Name == "ir_module_module" || table.Name == "ir_model" {
			found++
		}
	}
	return found == 2
}

// linkedToPatients gives, by qualified name, each table that holds a patient's data: by its own name, or by a foreign
// key to such a table. One step is taken: a reference to a reference links almost everything in an ERP. A table whose
// name is clinical and that leads nowhere may be a dictionary of codes: its rows are not about anybody's care.
func linkedToPatients(tables []estate.Table) map[string]link {
	links := map[string]link{}
	for _, table := range tables {
		if detect.Clinical(table.Name) {
			links[table.QualifiedName()] = link{reason: "the table’s name speaks of patients’ care", care: detect.OfPatients(table.Name)}
		}
	}
	clinical := make(map[string]bool, len(links))
	for name := range links {
		clinical[name] = true
	}
	for _, table := range tables {
		name := table.QualifiedName()
		for _, reference := range table.References {
			switch known, is := links[name]; {
			case !clinical[reference.Table]:
			case is && reference.Table != name:
				known.care = true
				links[name] = known
			case !is:
				links[name] = link{reason: "a foreign key leads to " + reference.Table}
			}
		}
	}
	return links
}

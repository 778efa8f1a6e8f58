package classify

import (
	"slices"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// column weighs the evidence about one column. The catalogue knows Odoo's own fields and wins; then the name
// speaks, and the table around it raises personal data to health data.
func (c *Classifier) column(table estate.Table, column estate.Column, odoo bool, link string) ColumnResult {
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
	if link != "" {
		addContext(&result, link)
	}
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

// addContext applies what the table says: whatever identifies a person becomes health data once it stands
// beside a patient's care, since it tells that this person is a patient.
func addContext(result *ColumnResult, link string) {
	if result.Class != estate.PII {
		return
	}
	const weight = 0.85
	result.Class = estate.PHI
	result.Confidence = min(result.Confidence, weight)
	result.Evidence = append(result.Evidence, Evidence{Kind: "context", Class: estate.PHI, Weight: weight, Detail: link})
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

// linkedToPatients gives, for each table that holds a patient's data, the reason: its own name, or a foreign key
// to such a table. One step is taken: a reference to a reference links almost everything in an ERP.
func linkedToPatients(tables []estate.Table) map[string]string {
	links := map[string]string{}
	for _, table := range tables {
		if detect.Clinical(table.Name) {
			links[table.QualifiedName()] = "the table’s name speaks of patients’ care"
		}
	}
	clinical := make(map[string]bool, len(links))
	for name := range links {
		clinical[name] = true
	}
	for _, table := range tables {
		for _, reference := range table.References {
			if clinical[reference.Table] && links[table.QualifiedName()] == "" {
				links[table.QualifiedName()] = "a foreign key leads to " + reference.Table
			}
		}
	}
	return links
}

package classify

import (
	"cmp"
	"slices"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// Undecided lists the columns whose rows would tell more than catalogue, name and place do, most telling first.
// Columns that were sampled already are in it too: what is read again is the caller's choice.
func (c *Classifier) Undecided(inventory estate.Inventory) []estate.Undecided {
	inventory.Columns = nil // what rows told before is no reason to leave one out, nor what people decided
	c = c.Override(nil)
	var list []estate.Undecided
	for _, server := range inventory.Postgres {
		for _, database := range server.Databases.Value {
			for _, judged := range c.judge(inventory, server.Name, database) {
				key, value := c.keyValue(judged.Table)
				list = append(list, undecided(judged, key, value)...)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b estate.Undecided) int { return cmp.Compare(b.Telling, a.Telling) })
	return list
}

// undecided picks the columns of one table.
func undecided(judged Judged, key, value string) []estate.Undecided {
	var list []estate.Undecided
	for i, result := range judged.Columns {
		column := judged.Table.Columns[i]
		u := estate.Undecided{Server: judged.Server, Database: judged.Database, Schema: judged.Table.Schema, Table: judged.Table.Name,
			Column: column, Telling: telling(result, column)}
		if column.Name == value {
			u.Key, u.Telling = key, 1
		}
		if u.Telling > 0 {
			list = append(list, u)
		}
	}
	return list
}

// telling says how much a column's rows are expected to tell, 0 for nothing.
func telling(result ColumnResult, column estate.Column) float64 {
	switch {
	case column.Type == "boolean", result.Confidence >= 0.9 && result.Class == estate.Operational:
		return 0
	case len(result.Evidence) > 0 && result.Evidence[0].Kind == "catalogue" && !isFree(column):
		return 0
	case isInteger(column.Type) && result.Subtype == estate.KindMRN.String() && len(result.Evidence) == 1 && result.Evidence[0].Kind == "context":
		return 0 // a key between tables: its numbers say nothing
	case result.Class == estate.NotAssessed:
		return 0.9
	case isFree(column):
		return 0.8
	case result.Class.IsSensitive() && result.Confidence >= 0.9:
		return 0.2 // the form of its values may yet contradict a clear name
	}
	return 1 - result.Confidence
}

// isFree tells whether a column can hold text of any length, and so identifiers within it.
func isFree(column estate.Column) bool {
	return column.Type == "text" || column.Type == "json" || column.Type == "jsonb" || column.Type == "xml" || column.Type == "hstore"
}

// Knowledge is what the classifier recognises values by, for those who read rows.
func (c *Classifier) Knowledge() *detect.Knowledge { return c.knowledge }

// Judged is one table with the verdict on each of its columns, sensitive or not, in the table's order.
type Judged struct {
	Server, Database string
	Table            estate.Table
	Columns          []ColumnResult
}

// Judge gives the verdict, with all evidence, on every column of the databases that are known. Classify is its summary.
func (c *Classifier) Judge(inventory estate.Inventory) []Judged {
	var all []Judged
	for _, server := range inventory.Postgres {
		for _, database := range server.Databases.Value {
			all = append(all, c.judge(inventory, server.Name, database)...)
		}
	}
	return all
}

// judge gives the verdict on the columns of one database.
func (c *Classifier) judge(inventory estate.Inventory, server string, database estate.Database) []Judged {
	odoo := isOdoo(database)
	var all []Judged
	sheets := c.sheets(inventory, server, database)
	patients := tablesOf(sheets, detect.Patient)
	for _, s := range sheets {
		judged := Judged{Server: server, Database: database.Name, Table: s.table}
		for i := range s.questions {
			q := &s.questions[i]
			q.context, q.leads = s.context, s.leadsTo(q.column.Name, patients)
			judged.Columns = append(judged.Columns, c.overrule(server, database.Name, s.table, c.verdict(q, odoo)))
		}
		all = append(all, judged)
	}
	if odoo {
		raiseCopies(all, sheets)
	}
	return all
}

func countsByColumn(sampled *estate.SampledTable) map[string]*estate.ColumnCounts {
	if sampled == nil {
		return nil
	}
	counts := make(map[string]*estate.ColumnCounts, len(sampled.Columns))
	for i := range sampled.Columns {
		counts[sampled.Columns[i].Column] = &sampled.Columns[i]
	}
	return counts
}

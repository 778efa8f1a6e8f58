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
	var list []estate.Undecided
	for _, d := range c.Classify(estate.Inventory{Postgres: inventory.Postgres}, nil).Databases {
		for _, t := range d.Tables {
			for _, column := range t.NotAssessed {
				list = append(list, estate.Undecided{Server: d.Server, Database: d.Database, Schema: t.Schema, Table: t.Table,
					Column: estate.Column{Name: column, Type: "text"}, Telling: 0.5})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b estate.Undecided) int { return cmp.Compare(b.Telling, a.Telling) })
	return list
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

func (c *Classifier) judge(_ estate.Inventory, server string, database estate.Database) []Judged {
	var all []Judged
	odoo, linked := isOdoo(database), linkedToPatients(database.Tables.Value)
	for _, table := range database.Tables.Value {
		judged := Judged{Server: server, Database: database.Name, Table: table}
		for _, column := range table.Columns {
			verdict := c.column(table, column, odoo, linked[table.QualifiedName()])
			judged.Columns = append(judged.Columns, c.overrule(server, database.Name, table, verdict))
		}
		all = append(all, judged)
	}
	return all
}

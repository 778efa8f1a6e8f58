package classify

import (
	"slices"
	"strings"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// sheet is one table with the evidence about each of its columns.
type sheet struct {
	table     estate.Table
	questions []question
	implied   []estate.ForeignKey // references that nobody declared, seen by name
	context   context
}

// references lists what a table points to, declared or not.
func (s *sheet) references() []estate.ForeignKey { return slices.Concat(s.table.References, s.implied) }

// sheets gathers the evidence about all tables of a database, and then what each table's place tells.
func (c *Classifier) sheets(inventory estate.Inventory, server string, database estate.Database) []sheet {
	tables := database.Tables.Value
	sheets := make([]sheet, 0, len(tables))
	implied := c.implied(tables)
	languages := c.languages(tables)
	for i, table := range tables {
		s := sheet{table: table, implied: implied[i]}
		counts := countsByColumn(inventory.Counts(server, database.Name, table.Schema, table.Name))
		for _, column := range table.Columns {
			s.questions = append(s.questions, c.question(&s, column, languages[i], counts[column.Name]))
		}
		s.context.keyed, s.context.value = c.keyValue(table)
		sheets = append(sheets, s)
	}
	c.contexts(sheets)
	return sheets
}

// question reads one column's name and values.
func (c *Classifier) question(s *sheet, column estate.Column, language int, counts *estate.ColumnCounts) question {
	q := question{table: s.table, column: column, profile: profileOf(counts),
		reading: c.knowledge.Names.Read(column.Name, column.Type, language)}
	if to := s.target(column.Name); to != "" && !q.identifier() {
		if r := c.knowledge.Names.Read(to, column.Type, language); len(r.Hints) > 0 && r.Hints[0].Weight >= 0.75 {
			q.reading.Hints, q.reading.Points = r.Hints, false
		}
	}
	q.candidates = candidates(q.reading, &q.profile)
	return q
}

// target is the name of the column that a reference of this one column leads to, where it is no mere id.
func (s *sheet) target(column string) string {
	for _, reference := range s.references() {
		if len(reference.Columns) == 1 && reference.Columns[0] == column && len(reference.RefColumns) == 1 &&
			!strings.EqualFold(reference.RefColumns[0], "id") {
			return reference.RefColumns[0]
		}
	}
	return ""
}

// languages finds the language of each table's names; where a table has too few, the database's.
func (c *Classifier) languages(tables []estate.Table) []int {
	var whole [4]int
	votes := make([][4]int, len(tables))
	for i, table := range tables {
		c.knowledge.Names.Votes(table.Name, &votes[i])
		for _, column := range table.Columns {
			c.knowledge.Names.Votes(column.Name, &votes[i])
		}
		for language, n := range votes[i] {
			whole[language] += n
		}
	}
	languages := make([]int, len(tables))
	for i := range tables {
		if languages[i] = detect.LanguageOf(votes[i]); languages[i] == detect.AnyLanguage {
			languages[i] = detect.LanguageOf(whole)
		}
	}
	return languages
}

// implied finds references that nobody declared: a column that is called as another table's key, or as the table itself
// with an ending that points ("patient_id", "pat_nr" where a table patient has the key pat_nr).
func (c *Classifier) implied(tables []estate.Table) [][]estate.ForeignKey {
	keys, names := map[string]int{}, map[string]int{}
	const many = -1
	note := func(in map[string]int, name string, i int) {
		if _, twice := in[name]; twice {
			i = many
		}
		in[name] = i
	}
	for i, table := range tables {
		if len(table.PrimaryKey) == 1 && len(table.PrimaryKey[0]) > 3 && !strings.EqualFold(table.PrimaryKey[0], "uuid") {
			note(keys, strings.ToLower(table.PrimaryKey[0]), i)
		}
		if name := c.singular(table.Name); name != "" {
			note(names, name, i)
		}
	}
	all := make([][]estate.ForeignKey, len(tables))
	for i, table := range tables {
		for _, column := range table.Columns {
			to, known := keys[strings.ToLower(column.Name)]
			if stem, points := pointing(column.Name); points && (!known || to < 0) {
				to, known = names[c.singular(stem)]
			}
			if !known || to < 0 || to == i || isKey(table, column.Name) {
				continue
			}
			key := "id"
			if len(tables[to].PrimaryKey) == 1 {
				key = tables[to].PrimaryKey[0]
			}
			all[i] = append(all[i], estate.ForeignKey{Columns: []string{column.Name}, Table: tables[to].QualifiedName(), RefColumns: []string{key}})
		}
	}
	return all
}

// singular is a table's name as a column that points to it calls it: its words, without an ending.
func (c *Classifier) singular(name string) string {
	words := detect.Tokens(name)
	if len(words) > 0 {
		words[len(words)-1] = strings.TrimSuffix(words[len(words)-1], "s")
	}
	return strings.Join(words, " ")
}

// pointing takes the ending off a name that points to another table.
func pointing(column string) (stem string, points bool) {
	lower := strings.ToLower(column)
	for _, ending := range [...]string{"_id", "_nr", "_no", "_num", "_fk", "_code", "_key"} {
		if stem, found := strings.CutSuffix(lower, ending); found {
			return stem, true
		}
	}
	for _, beginning := range [...]string{"id_", "fk_", "num_", "no_", "cod_"} {
		if stem, found := strings.CutPrefix(lower, beginning); found {
			return stem, true
		}
	}
	return "", false
}

// tablesOf lists the tables whose rows are of a subject.
func tablesOf(sheets []sheet, subject detect.Subject) map[string]bool {
	names := map[string]bool{}
	for i := range sheets {
		if sheets[i].context.subject == subject {
			names[sheets[i].table.QualifiedName()] = true
		}
	}
	return names
}

// leadsTo tells whether a column alone refers to one of the tables.
func (s *sheet) leadsTo(column string, tables map[string]bool) bool {
	return slices.ContainsFunc(s.references(), func(r estate.ForeignKey) bool {
		return len(r.Columns) == 1 && r.Columns[0] == column && tables[r.Table] && r.Table != s.table.QualifiedName()
	})
}

package sample

import (
	"fmt"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// Explain prints the SQL that reading rows runs, with names that stand for others, for the owner of the system to read
// beforehand.
func Explain() string {
	note, ref := &column{Column: estate.Column{Name: "COLUMN", Type: "text"}}, &column{Column: estate.Column{Name: "OTHER COLUMN", Type: "text"}}
	t := &table{schema: "SCHEMA", name: "TABLE"}
	both := []*column{note, ref}
	var out strings.Builder
	say := func(about string, statements ...pgread.SQL) {
		out.WriteString("-- " + about + "\n")
		for _, statement := range statements {
			out.WriteString(strings.TrimSpace(string(statement)) + ";\n")
		}
		out.WriteString("\n")
	}
	say("Each query runs in a transaction of its own, which cannot write and is rolled back. First in each:", pgread.Opening()...)
	say("Once a connection: who we are, and what the server is", pgread.Greeting)
	say("Of each table that has undecided columns: what it is, and which of them the role may read", sqlTable, sqlUnreadable)
	say("How many rows a few of its pages hold", t.probe())
	say(fmt.Sprintf("Values of undecided columns at places spread over the whole table: %v a column, as far as the ones before leave it undecided", rounds()),
		t.byPlace([]bundle{{columns: both[:1]}, {columns: both[1:]}}))
	say("Columns that few rows have: how many of a table's pages hold them, and then their values", t.filledIn(both, 100), t.scarce(note, 100, sparseRows))
	say("A view, or a table of which the role may read some columns only", t.counted(), t.first(both, looseRows), t.strided(both, 32))
	say("A partitioned table as a whole", t.overParts(both, 5, 0.1, 2*partRows))
	return out.String()
}

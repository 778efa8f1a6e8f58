package postgres

import (
	"strings"

	"nightferry/internal/pgread"
)

// Explain prints the SQL that Collect runs, in order, for the owner of the system to read beforehand.
func Explain() string {
	var out strings.Builder
	say := func(about string, statements ...pgread.SQL) {
		out.WriteString("-- " + about + "\n")
		for _, statement := range statements {
			out.WriteString(strings.TrimSpace(string(statement)) + ";\n")
		}
		out.WriteString("\n")
	}
	say("Each query runs in a transaction of its own, which cannot write and is rolled back. First in each:", pgread.Opening()...)
	say("Once a cluster: who we are, and what the server is", pgread.Greeting)
	say("Settings that differ from their default, and those that matter", sqlSettings, sqlSeesAll)
	say("Roles", sqlRoles)
	say("Who is connected", sqlClients)
	say("Archiving", sqlArchiver)
	say("Databases", sqlDatabases)
	say("In each database that the role may connect to: extensions", sqlExtensions)
	say("Tables, their columns, keys and references", sqlTables, sqlColumns, sqlKeys, sqlReferences)
	say("Sizes; the second only where a lock kept the first from answering", sqlSizes, sqlSizesEstimated)
	say("Sequences", sqlSequences)
	return out.String()
}

package postgres

import (
	"fmt"
	"strings"

	"nightferry/internal/pgread"
)

// The versions of PostgreSQL that are known here.
const (
	oldestMajor = 10
	newestMajor = 18
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
	byVersion := func(about string, query func(major int) pgread.SQL) {
		for _, v := range variants(query) {
			say(about+v.versions, v.sql)
		}
	}
	say("Each query runs in a transaction of its own, which cannot write and is rolled back. First in each (the second without jit on 10):", pgread.Opening()...)
	say("Once a cluster: who we are, and what the server is", pgread.Greeting)
	say("Settings that differ from their default, and those that matter", sqlSettings, sqlSeesAll)
	say("What the cluster is and does", sqlState)
	say("The write-ahead log on disk", sqlWAL)
	byVersion("Who may connect from where", accessQuery)
	say("Roles", sqlRoles)
	say("How passwords are kept; the hashes stay on the server", sqlPasswordForms)
	say("For which roles and databases settings are made: their names", sqlRoleSettings)
	say("Who is connected", sqlClients)
	say("Who reads the replication stream", sqlStandbys)
	byVersion("Replication slots", slotsQuery)
	say("Transactions that wait for their second phase", sqlPrepared)
	say("Archiving", sqlArchiver)
	say("Tablespaces", sqlTablespaces)
	say("Databases", sqlDatabases)
	byVersion("In each database that the role may connect to: how it sorts", localeQuery)
	say("Extensions", sqlExtensions)
	byVersion("Tables", tablesQuery)
	byVersion("Their columns", columnsQuery)
	say("Their keys and references", sqlKeys, sqlReferences)
	say("Sizes; the second only where a lock kept the first from answering", sqlSizes, sqlSizesEstimated)
	say("Sequences", sqlSequences)
	say("Indexes that are invalid or not used", sqlIndexCount, sqlIndexes)
	say("Types", sqlTypes)
	say("Large objects: how many", sqlLargeObjects)
	say("What everyone may, and what is granted on things to come", sqlPublicGrants, sqlDefaultPrivileges)
	byVersion("Publications", publicationsQuery)
	say("Subscriptions, without where they connect to", sqlSubscriptions)
	say("Foreign servers, without logins", sqlForeignServers)
	say("Event triggers", sqlEventTriggers)
	say("Functions and procedures by language, without their code", sqlRoutines)
	byVersion("What an older version would not take; searched on the server", featuresQuery)
	return out.String()
}

// variant is a query as some versions get it.
type variant struct {
	versions string // " (10 to 12)", or empty where all get the same
	sql      pgread.SQL
}

// variants lists the different texts of a query over all versions, oldest first.
func variants(query func(major int) pgread.SQL) []variant {
	var found []variant
	first := oldestMajor
	for major := oldestMajor; major <= newestMajor; major++ {
		if major < newestMajor && query(major+1) == query(major) {
			continue
		}
		v := variant{sql: query(major)}
		switch {
		case first == oldestMajor && major == newestMajor:
		case major == newestMajor:
			v.versions = fmt.Sprintf(" (%d and later)", first)
		case first == major:
			v.versions = fmt.Sprintf(" (%d)", major)
		default:
			v.versions = fmt.Sprintf(" (%d to %d)", first, major)
		}
		found = append(found, v)
		first = major + 1
	}
	return found
}

package postgres

import (
	"strings"

	"nightferry/internal/pgread"
)

// Grants lists the statements that would show a role more, with what each adds. Words in capitals between < and > stand
// for names and must be replaced: what is found missing on a server names its own.
func Grants(role string) string {
	name := pgread.Ident(role)
	var out strings.Builder
	say := func(adds string, lines ...string) {
		out.WriteString("-- " + adds + "\n")
		for _, line := range lines {
			out.WriteString(line + ";\n")
		}
	}
	say("all settings, addresses and TLS of all sessions and streams, sizes of databases that the role may not enter, and the write-ahead log on disk",
		"GRANT pg_monitor TO "+name)
	say("in each database: what is in it; only the catalogue, which shows no row of a table", "GRANT CONNECT ON DATABASE <DATABASE> TO "+name)
	say("in each database: how far sequences are, without which nobody can say which will end", "GRANT SELECT ON ALL SEQUENCES IN SCHEMA <SCHEMA> TO "+name)
	say("in the database that is named for the server: who may connect from where, and how they prove it (pg_hba.conf)",
		"GRANT SELECT ON pg_hba_file_rules TO "+name, "GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO "+name)
	out.WriteString("-- How passwords are kept needs no grant, which would show the hashes, too: an administrator runs this and hands over the answer\n" +
		"-- " + formsForAdministrators + ";\n" +
		"-- Never: a superuser, and pg_read_all_data, which shows every row of every patient\n")
	return out.String()
}

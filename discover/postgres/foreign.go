package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlForeignServers takes host, port and database of the options and of the others their names: some wrappers take a
// password there. Of a login at the other server only the role that uses it is told, never its options.
const sqlForeignServers pgread.SQL = `
SELECT s.srvname::text, w.fdwname::text, pg_get_userbyid(s.srvowner)::text,
       coalesce((SELECT o.option_value FROM pg_options_to_table(s.srvoptions) o WHERE lower(o.option_name) IN ('host', 'hostaddr', 'servername', 'address') ORDER BY o.option_name = 'host' DESC LIMIT 1), ''),
       coalesce((SELECT o.option_value FROM pg_options_to_table(s.srvoptions) o WHERE lower(o.option_name) = 'port' LIMIT 1), ''),
       coalesce((SELECT o.option_value FROM pg_options_to_table(s.srvoptions) o WHERE lower(o.option_name) IN ('dbname', 'database') LIMIT 1), ''),
       ARRAY(SELECT o.option_name FROM pg_options_to_table(s.srvoptions) o ORDER BY 1),
       ARRAY(SELECT coalesce(m.usename::text, 'PUBLIC') FROM pg_user_mappings m WHERE m.srvid = s.oid ORDER BY 1)
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw ORDER BY 1`

func (r *reading) foreignServers(ctx context.Context) estate.Section[[]estate.ForeignServer] {
	found, err := list(ctx, r, sqlForeignServers, func(row pgread.Row, s *estate.ForeignServer) error {
		err := row.Scan(&s.Name, &s.Wrapper, &s.Owner, &s.Host, &s.Port, &s.Database, &s.Options, &s.Mapped)
		s.Name, s.Wrapper, s.Owner = clean(s.Name), clean(s.Wrapper), clean(s.Owner)
		s.Host, s.Port, s.Database = addressOnly(s.Host), addressOnly(s.Port), addressOnly(s.Database)
		s.Options, s.Mapped = cleanAll(s.Options), cleanAll(s.Mapped)
		return err
	})
	return section("pg_foreign_server, pg_user_mappings", found, err)
}

// addressOnly drops a value that is more than a name: a connection string holds a password.
func addressOnly(value string) string {
	value = clean(value)
	for _, r := range value {
		if r == '=' || r == '@' || r == ';' || r == ' ' {
			return "(set)"
		}
	}
	return value
}

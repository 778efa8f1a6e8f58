package postgres

import (
	"context"
	"path"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlAccess has two versions: file_name came with 16. Of the options only names leave the server, since ldapbindpasswd
// is among them, and of an error that it is there, since it quotes the line.
const (
	sqlAccess   = sqlAccessHead + `coalesce(file_name, '')` + sqlAccessTail
	sqlAccess15 = sqlAccessHead + `''` + sqlAccessTail

	sqlAccessHead pgread.SQL = `
SELECT line_number, coalesce(type, ''), coalesce(database, '{}'), coalesce(user_name, '{}'), coalesce(address, ''), coalesce(netmask, ''), coalesce(auth_method, ''),
       ARRAY(SELECT split_part(o, '=', 1) FROM unnest(options) o ORDER BY 1), error IS NOT NULL, `
	sqlAccessTail pgread.SQL = `
FROM pg_hba_file_rules ORDER BY 10, 1`
)

func accessQuery(major int) pgread.SQL {
	if major < 16 {
		return sqlAccess15
	}
	return sqlAccess
}

func (r *reading) access(ctx context.Context) estate.Section[[]estate.AccessRule] {
	found, err := list(ctx, r, accessQuery(r.major()), func(row pgread.Row, a *estate.AccessRule) error {
		err := row.Scan(&a.Line, &a.Type, &a.Databases, &a.Roles, &a.Address, &a.Netmask, &a.Method, &a.Options, &a.Broken, &a.File)
		a.Type, a.Address, a.Netmask, a.Method = clean(a.Type), clean(a.Address), clean(a.Netmask), clean(a.Method)
		a.Databases, a.Roles, a.Options = cleanAll(a.Databases), cleanAll(a.Roles), cleanAll(a.Options)
		if a.File != "" {
			a.File = path.Base(clean(a.File))
		}
		return err
	})
	result := section("pg_hba_file_rules", found, err)
	if result.Coverage == estate.Denied {
		role := pgread.Ident(r.session.Server().Role)
		result.Problem = "who may connect from where is for superusers, in the database " + clean(r.session.Server().Database) + " as in any other"
		result.Grant = "GRANT SELECT ON pg_hba_file_rules TO " + role + "; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO " + role
	}
	return result
}

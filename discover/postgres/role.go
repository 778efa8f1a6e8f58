package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

const sqlRoles pgread.SQL = `
SELECT r.rolname::text, r.rolsuper, r.rolcanlogin, r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolbypassrls,
       CASE WHEN isfinite(r.rolvaliduntil) THEN extract(epoch FROM r.rolvaliduntil)::int8 END,
       ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1)
FROM pg_roles r WHERE r.rolname !~ '^pg_' ORDER BY 1`

func (r *reading) roles(ctx context.Context) estate.Section[[]estate.Role] {
	found, err := list(ctx, r, sqlRoles, func(row pgread.Row, role *estate.Role) error {
		var until *int64
		err := row.Scan(&role.Name, &role.Superuser, &role.Login, &role.CreateDB, &role.CreateRole, &role.Replication,
			&role.BypassRLS, &until, &role.MemberOf)
		role.Name, role.MemberOf = clean(role.Name), cleanAll(role.MemberOf)
		role.ValidUntil = timeOf(until)
		return err
	})
	return section("pg_roles, pg_auth_members", found, err)
}

// sqlPasswordForms tells on the server how a password is kept, so that the hash never leaves it.
const sqlPasswordForms pgread.SQL = `
SELECT rolname::text, CASE WHEN rolpassword IS NULL THEN 'none' WHEN rolpassword LIKE 'md5%' THEN 'md5'
                           WHEN rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram-sha-256' ELSE 'other' END
FROM pg_authid WHERE rolname !~ '^pg_' ORDER BY 1`

// passwordForms is for administrators. No grant is advised: who may read the form may read the hash.
func (r *reading) passwordForms(ctx context.Context) estate.Section[[]estate.PasswordForm] {
	const source = "pg_authid"
	found, err := list(ctx, r, sqlPasswordForms, func(row pgread.Row, p *estate.PasswordForm) error {
		err := row.Scan(&p.Role, &p.Form)
		p.Role, p.Form = clean(p.Role), clean(p.Form)
		return err
	})
	if pgread.KindOf(err) == pgread.Denied {
		return estate.Miss[[]estate.PasswordForm](estate.Denied, source,
			"how passwords are kept is for superusers; a grant would show the hashes, too, so let an administrator run this and hand over the answer", formsForAdministrators)
	}
	return section(source, found, err)
}

// formsForAdministrators is a query of one line, without anything that identifies a password.
const formsForAdministrators = "SELECT rolname, CASE WHEN rolpassword IS NULL THEN 'none' ELSE substr(rolpassword, 1, 3) END AS form FROM pg_authid WHERE rolcanlogin ORDER BY 1"

// sqlRoleSettings takes the names: the values can hold anything.
const sqlRoleSettings pgread.SQL = `
SELECT coalesce(d.datname::text, ''), coalesce(r.rolname::text, ''), ARRAY(SELECT split_part(c, '=', 1) FROM unnest(s.setconfig) c ORDER BY 1)
FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole
ORDER BY 1, 2`

func (r *reading) roleSettings(ctx context.Context) estate.Section[[]estate.RoleSetting] {
	found, err := list(ctx, r, sqlRoleSettings, func(row pgread.Row, s *estate.RoleSetting) error {
		err := row.Scan(&s.Database, &s.Role, &s.Settings)
		s.Database, s.Role, s.Settings = clean(s.Database), clean(s.Role), cleanAll(s.Settings)
		return err
	})
	return section("pg_db_role_setting", found, err)
}

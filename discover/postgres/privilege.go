package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlPublicGrants: what an access list says, or the system's default where there is none: everyone may CREATE in the
// schema public before 15, and run functions, of which only those with the rights of their owner are told.
const sqlPublicGrants pgread.SQL = `
SELECT kind, name, array_agg(DISTINCT right_ ORDER BY right_) FROM (
  SELECT 'schema' AS kind, n.nspname::text AS name, a.privilege_type AS right_
  FROM pg_namespace n, aclexplode(n.nspacl) a WHERE a.grantee = 0 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' ELSE 'table' END, n.nspname || '.' || c.relname, a.privilege_type
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
  WHERE a.grantee = 0 AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 'column', n.nspname || '.' || c.relname || '.' || t.attname, a.privilege_type
  FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(t.attacl) a
  WHERE a.grantee = 0 AND NOT t.attisdropped AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT 'foreign server', s.srvname::text, a.privilege_type FROM pg_foreign_server s, aclexplode(s.srvacl) a WHERE a.grantee = 0
  UNION ALL
  SELECT 'function', n.nspname || '.' || p.proname, a.privilege_type
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
  WHERE a.grantee = 0 AND p.prosecdef AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')) g
GROUP BY 1, 2 ORDER BY 1, 2`

func (r *reading) publicGrants(ctx context.Context) estate.Section[[]estate.PublicGrant] {
	found, err := list(ctx, r, sqlPublicGrants, func(row pgread.Row, g *estate.PublicGrant) error {
		err := row.Scan(&g.Kind, &g.Name, &g.Rights)
		g.Kind, g.Name, g.Rights = clean(g.Kind), clean(g.Name), cleanAll(g.Rights)
		return err
	})
	return section("aclexplode of pg_namespace, pg_class, pg_attribute, pg_foreign_server, pg_proc", found, err)
}

const sqlDefaultPrivileges pgread.SQL = `
SELECT pg_get_userbyid(d.defaclrole)::text, coalesce(n.nspname::text, ''),
       CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END,
       ARRAY(SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END || ': ' || string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
             FROM aclexplode(d.defaclacl) a GROUP BY a.grantee ORDER BY 1)
FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace ORDER BY 1, 2, 3`

func (r *reading) defaultPrivileges(ctx context.Context) estate.Section[[]estate.DefaultPrivilege] {
	found, err := list(ctx, r, sqlDefaultPrivileges, func(row pgread.Row, p *estate.DefaultPrivilege) error {
		err := row.Scan(&p.Role, &p.Schema, &p.Kind, &p.Grants)
		p.Role, p.Schema, p.Kind, p.Grants = clean(p.Role), clean(p.Schema), clean(p.Kind), cleanAll(p.Grants)
		return err
	})
	return section("pg_default_acl", found, err)
}

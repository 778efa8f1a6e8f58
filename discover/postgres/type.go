package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlTypes: array types and the row types of tables come with what they belong to. Multiranges, since 14, come with
// their range.
const sqlTypes pgread.SQL = `
SELECT n.nspname::text, t.typname::text, pg_get_userbyid(t.typowner)::text,
       CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' WHEN 'm' THEN 'multirange' ELSE 'base' END,
       (SELECT count(*) FROM pg_enum e WHERE e.enumtypid = t.oid)::int
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND t.typtype <> 'p' AND t.typisdefined
  AND (t.typtype <> 'c' OR c.relkind = 'c')
  AND NOT (t.typelem <> 0 AND t.typlen = -1 AND EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid))
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY 1, 2`

func (r *reading) types(ctx context.Context) estate.Section[[]estate.CustomType] {
	found, err := list(ctx, r, sqlTypes, func(row pgread.Row, t *estate.CustomType) error {
		err := row.Scan(&t.Schema, &t.Name, &t.Owner, &t.Kind, &t.Labels)
		t.Schema, t.Name, t.Owner, t.Kind = clean(t.Schema), clean(t.Name), clean(t.Owner), clean(t.Kind)
		return err
	})
	return section("pg_type", found, err)
}

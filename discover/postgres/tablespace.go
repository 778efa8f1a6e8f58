package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlTablespaces leaves out that of the shared catalogues, and sizes what the role may: without CREATE on a tablespace its size is for pg_read_all_stats, but that of
// the database's own.
const sqlTablespaces pgread.SQL = `
SELECT t.spcname::text, pg_get_userbyid(t.spcowner)::text, coalesce(pg_tablespace_location(t.oid), ''),
       CASE WHEN has_tablespace_privilege(t.oid, 'CREATE') OR pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
                 OR t.oid = (SELECT dattablespace FROM pg_database WHERE datname = current_database())
            THEN coalesce(pg_tablespace_size(t.oid), -1) ELSE -1 END
FROM pg_tablespace t WHERE t.spcname <> 'pg_global' ORDER BY 1`

func (r *reading) tablespaces(ctx context.Context) estate.Section[[]estate.Tablespace] {
	hidden := false
	found, err := list(ctx, r, sqlTablespaces, func(row pgread.Row, t *estate.Tablespace) error {
		err := row.Scan(&t.Name, &t.Owner, &t.Location, &t.SizeBytes)
		t.Name, t.Owner, t.Location = clean(t.Name), clean(t.Owner), clean(t.Location)
		hidden = hidden || t.SizeBytes < 0
		return err
	})
	result := section("pg_tablespace", found, err)
	if result.Coverage.IsKnown() && hidden {
		result.Problem, result.Grant = "the size of some is hidden", r.grantMonitor()
	}
	return result
}

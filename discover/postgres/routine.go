package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlRoutines counts and reads no code. What came with an extension, or with a range type, is not counted.
const sqlRoutines pgread.SQL = `
SELECT l.lanname::text, l.lanpltrusted, count(*)::int, count(*) FILTER (WHERE p.prosecdef)::int,
       count(*) FILTER (WHERE p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype))::int
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
GROUP BY 1, 2 ORDER BY 1`

func (r *reading) routines(ctx context.Context) estate.Section[[]estate.RoutineGroup] {
	found, err := list(ctx, r, sqlRoutines, func(row pgread.Row, g *estate.RoutineGroup) error {
		err := row.Scan(&g.Language, &g.Trusted, &g.Count, &g.SecurityDefiner, &g.Triggers)
		g.Language = clean(g.Language)
		return err
	})
	return section("pg_proc, pg_language", found, err)
}

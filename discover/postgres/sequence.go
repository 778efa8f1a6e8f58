package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlSequences asks for the last value only where the role may know it, and says where it may not.
const sqlSequences pgread.SQL = `
SELECT n.nspname::text, c.relname::text, coalesce(t.relname::text || '.' || a.attname::text, ''), s.seqincrement, s.seqmin, s.seqmax, s.seqcycle,
       coalesce(format_type(a.atttypid, NULL), (
         SELECT format_type(u.atttypid, NULL) FROM pg_depend p JOIN pg_attrdef f ON f.oid = p.objid JOIN pg_attribute u ON u.attrelid = f.adrelid AND u.attnum = f.adnum
         WHERE p.classid = 'pg_attrdef'::regclass AND p.refclassid = 'pg_class'::regclass AND p.refobjid = c.oid ORDER BY u.atttypid DESC LIMIT 1), ''),
       has_sequence_privilege(c.oid, 'SELECT, USAGE'),
       CASE WHEN has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN pg_sequence_last_value(c.oid) END
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
LEFT JOIN pg_class t ON t.oid = d.refobjid LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 1, 2`

func (r *reading) sequences(ctx context.Context) estate.Section[[]estate.Sequence] {
	hidden, schemas := 0, map[string]bool{}
	found, err := list(ctx, r, sqlSequences, func(row pgread.Row, s *estate.Sequence) error {
		var readable bool
		err := row.Scan(&s.Schema, &s.Name, &s.OwnedBy, &s.Increment, &s.Min, &s.Max, &s.Cycle, &s.ColumnType, &readable, &s.LastValue)
		s.Schema, s.Name, s.OwnedBy, s.ColumnType = clean(s.Schema), clean(s.Name), clean(s.OwnedBy), clean(s.ColumnType)
		if !readable {
			hidden++
			schemas[s.Schema] = true
		}
		return err
	})
	result := section("pg_sequence", found, err)
	if result.Coverage.IsKnown() && hidden > 0 {
		result.Coverage = estate.Denied
		result.Problem = fmt.Sprintf("the last value of %d of %d sequences is hidden; names and steps are complete", hidden, len(found))
		result.Grant = r.grantSequences(slices.Sorted(maps.Keys(schemas)))
	}
	return result
}

// grantSequences needs no USAGE of the schemas: the sequences are asked for by their numbers.
func (r *reading) grantSequences(schemas []string) string {
	var quoted []string
	for _, schema := range schemas {
		quoted = append(quoted, pgread.Ident(schema))
	}
	return "GRANT SELECT ON ALL SEQUENCES IN SCHEMA " + strings.Join(quoted, ", ") + " TO " + pgread.Ident(r.session.Server().Role)
}

package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlLargeObjects counts owners' entries and never touches the data, which is for superusers.
const sqlLargeObjects pgread.SQL = `
SELECT (SELECT count(*) FROM pg_largeobject_metadata), coalesce(pg_relation_size('pg_largeobject'), 0)`

func (r *reading) largeObjects(ctx context.Context) estate.Section[estate.LargeObjects] {
	const source = "pg_largeobject_metadata"
	result := one(ctx, r, source, sqlLargeObjects, func(row pgread.Row, l *estate.LargeObjects) error {
		return row.Scan(&l.Count, &l.Bytes)
	})
	if result.Coverage == estate.Denied {
		result.Problem = "who owns large objects is closed to the role, and with it their number"
		result.Grant = "GRANT SELECT ON pg_largeobject_metadata TO " + pgread.Ident(r.session.Server().Role)
	}
	return result
}

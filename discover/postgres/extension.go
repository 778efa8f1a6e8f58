package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

const sqlExtensions pgread.SQL = `
SELECT e.extname::text, e.extversion, coalesce(a.default_version::text, '')
FROM pg_extension e LEFT JOIN pg_available_extensions() a ON a.name = e.extname ORDER BY 1`

func (r *reading) extensions(ctx context.Context) estate.Section[[]estate.Extension] {
	found, err := list(ctx, r, sqlExtensions, func(row pgread.Row, e *estate.Extension) error {
		err := row.Scan(&e.Name, &e.Version, &e.Available)
		e.Name, e.Version, e.Available = clean(e.Name), clean(e.Version), clean(e.Available)
		return err
	})
	return section("pg_extension, pg_available_extensions", found, err)
}

package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

const sqlArchiver pgread.SQL = `
SELECT current_setting('archive_mode'), archived_count, extract(epoch FROM last_archived_time)::int8, failed_count, extract(epoch FROM last_failed_time)::int8
FROM pg_stat_archiver`

func (r *reading) archiver(ctx context.Context) estate.Section[estate.Archiver] {
	return one(ctx, r, "pg_stat_archiver", sqlArchiver, func(row pgread.Row, a *estate.Archiver) error {
		var archived, failed *int64
		err := row.Scan(&a.Mode, &a.Archived, &archived, &a.Failed, &failed)
		a.LastArchived, a.LastFailed = timeOf(archived), timeOf(failed)
		return err
	})
}

package postgres

import (
	"context"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

const sqlState pgread.SQL = `
SELECT (SELECT system_identifier FROM pg_control_system())::text, pg_is_in_recovery(), extract(epoch FROM pg_postmaster_start_time())::int8,
       current_setting('wal_level'), current_setting('data_checksums') = 'on',
       ARRAY(SELECT name FROM pg_settings WHERE pending_restart ORDER BY 1)`

func (r *reading) state(ctx context.Context) estate.Section[estate.ClusterState] {
	return one(ctx, r, "pg_control_system, pg_settings", sqlState, func(row pgread.Row, s *estate.ClusterState) error {
		var started *int64
		err := row.Scan(&s.SystemID, &s.Standby, &started, &s.WALLevel, &s.Checksums, &s.Restarts)
		s.SystemID, s.Started, s.WALLevel, s.Restarts = clean(s.SystemID), timeOf(started), clean(s.WALLevel), cleanAll(s.Restarts)
		return err
	})
}

const sqlWAL pgread.SQL = `SELECT count(*), coalesce(sum(size), 0)::int8 FROM pg_ls_waldir()`

func (r *reading) wal(ctx context.Context) estate.Section[estate.WALFolder] {
	result := one(ctx, r, "pg_ls_waldir", sqlWAL, func(row pgread.Row, w *estate.WALFolder) error {
		return row.Scan(&w.Files, &w.Bytes)
	})
	if result.Coverage == estate.Denied {
		result.Problem, result.Grant = "the folder of the write-ahead log is closed to the role", r.grantMonitor()
	}
	return result
}

// versionOf adds what we know of a version to what the server says.
func versionOf(number int, text string) estate.PostgresVersion {
	v := estate.PostgresVersion{Number: number, Text: clean(text)}
	v.EndOfLife = endOfLife(v.Major())
	return v
}

// endOfLife is the day of the last release of a major version, as the PostgreSQL project announced it in its
// versioning policy; the zero time for versions that are not in the list.
func endOfLife(major int) time.Time {
	days := map[int]string{
		10: "2022-11-10", 11: "2023-11-09", 12: "2024-11-21", 13: "2025-11-13", 14: "2026-11-12",
		15: "2027-11-11", 16: "2028-11-09", 17: "2029-11-08", 18: "2030-11-14",
	}
	day, _ := time.Parse(time.DateOnly, days[major]) // no such version: no day
	return day
}

func (r *reading) grantMonitor() string {
	return "GRANT pg_monitor TO " + pgread.Ident(r.session.Server().Role)
}

// timeOf is a time from seconds since 1970; the zero time for NULL.
func timeOf(seconds *int64) time.Time {
	if seconds == nil {
		return time.Time{}
	}
	return time.Unix(*seconds, 0).UTC()
}

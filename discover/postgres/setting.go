package postgres

import (
	"context"
	"path"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

const sqlSettings pgread.SQL = `
SELECT name, setting, coalesce(unit, ''), source FROM pg_settings
WHERE source NOT IN ('default', 'override', 'session', 'client') OR name IN (
  'wal_level', 'archive_mode', 'max_connections', 'shared_buffers', 'ssl', 'password_encryption', 'fsync', 'full_page_writes',
  'synchronous_commit', 'max_wal_senders', 'max_replication_slots', 'data_checksums', 'listen_addresses', 'log_statement',
  'max_worker_processes', 'server_encoding', 'autovacuum', 'track_counts', 'hot_standby', 'wal_keep_size', 'default_transaction_read_only')
ORDER BY name`

// sqlSeesAll asks for the rights that show all: what is hidden cannot be counted.
const sqlSeesAll pgread.SQL = `
SELECT pg_has_role(current_user, 'pg_read_all_settings', 'USAGE'), pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')`

// seesAll tells whether the role may see all settings, and all sessions.
func (r *reading) seesAll(ctx context.Context) (settings, sessions bool, err error) {
	err = r.read(ctx, func(reader *pgread.Reader) error {
		return reader.Row(sqlSeesAll, nil, &settings, &sessions)
	})
	return settings, sessions, err
}

func (r *reading) settings(ctx context.Context) estate.Section[[]estate.Setting] {
	const source = "pg_settings"
	found, err := list(ctx, r, sqlSettings, func(row pgread.Row, s *estate.Setting) error {
		err := row.Scan(&s.Name, &s.Value, &s.Unit, &s.Source)
		s.Name = clean(s.Name)
		s.Value = presentable(s.Name, s.Value)
		return err
	})
	result := section(source, found, err)
	if all, _, err := r.seesAll(ctx); result.Coverage.IsKnown() && (err != nil || !all) {
		result.Problem = "settings that only administrators may see are not among these"
		result.Grant = r.grantMonitor()
	}
	return result
}

// presentable is what may be kept of a setting. Commands and connection strings hold passwords, hosts and
// paths; settings with a dot belong to extensions and applications, which keep anything in them.
func presentable(name, value string) string {
	switch {
	case value == "":
		return ""
	case strings.HasSuffix(name, "_command"):
		program, _, more := strings.Cut(strings.TrimSpace(value), " ")
		if strings.ContainsAny(program, "=;|&$'\"@") {
			return "(set)"
		}
		if more {
			return clean(path.Base(program)) + " …"
		}
		return clean(path.Base(program))
	case strings.Contains(name, "conninfo"), strings.Contains(name, "."), strings.Contains(name, "passphrase"):
		return "(set)"
	}
	return clean(value)
}

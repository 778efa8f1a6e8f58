package postgres

import (
	"context"
	"path"
	"strings"
	"time"

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
func (r reading) seesAll(ctx context.Context) (settings, sessions bool, err error) {
	err = r.session.Read(ctx, func(reader *pgread.Reader) error {
		return reader.Row(sqlSeesAll, nil, &settings, &sessions)
	})
	return settings, sessions, err
}

func (r reading) settings(ctx context.Context) estate.Section[[]estate.Setting] {
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

const sqlRoles pgread.SQL = `
SELECT r.rolname::text, r.rolsuper, r.rolcanlogin, r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolbypassrls,
       CASE WHEN isfinite(r.rolvaliduntil) THEN extract(epoch FROM r.rolvaliduntil)::int8 END,
       ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1)
FROM pg_roles r WHERE r.rolname !~ '^pg_' ORDER BY 1`

func (r reading) roles(ctx context.Context) estate.Section[[]estate.Role] {
	found, err := list(ctx, r, sqlRoles, func(row pgread.Row, role *estate.Role) error {
		var until *int64
		err := row.Scan(&role.Name, &role.Superuser, &role.Login, &role.CreateDB, &role.CreateRole, &role.Replication,
			&role.BypassRLS, &until, &role.MemberOf)
		role.Name, role.MemberOf = clean(role.Name), cleanAll(role.MemberOf)
		role.ValidUntil = timeOf(until)
		return err
	})
	return section("pg_roles, pg_auth_members", found, err)
}

// sqlClients counts sessions of clients but our own. Address and TLS of other roles' sessions are NULL
// without pg_read_all_stats, and so is the kind of backend.
const sqlClients pgread.SQL = `
SELECT a.datname::text, a.usename::text, coalesce(host(a.client_addr), ''), coalesce(a.application_name, ''), coalesce(s.ssl, false), count(*)::int
FROM pg_stat_activity a LEFT JOIN pg_stat_ssl s ON s.pid = a.pid
WHERE a.pid <> pg_backend_pid() AND a.datname IS NOT NULL AND a.usename IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend'
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`

func (r reading) clients(ctx context.Context) estate.Section[[]estate.DatabaseClient] {
	found, err := list(ctx, r, sqlClients, func(row pgread.Row, client *estate.DatabaseClient) error {
		err := row.Scan(&client.Database, &client.Role, &client.Address, &client.Application, &client.TLS, &client.Count)
		client.Database, client.Role, client.Application = clean(client.Database), clean(client.Role), clean(client.Application)
		return err
	})
	result := section("pg_stat_activity, pg_stat_ssl", found, err)
	if _, all, err := r.seesAll(ctx); result.Coverage.IsKnown() && (err != nil || !all) {
		result.Coverage = estate.Denied
		result.Problem = "addresses and TLS of other roles' sessions are hidden: these are sessions by database, role and application"
		result.Grant = r.grantMonitor()
	}
	return result
}

const sqlArchiver pgread.SQL = `
SELECT current_setting('archive_mode'), archived_count, extract(epoch FROM last_archived_time)::int8, failed_count, extract(epoch FROM last_failed_time)::int8
FROM pg_stat_archiver`

func (r reading) archiver(ctx context.Context) estate.Section[estate.Archiver] {
	found, err := list(ctx, r, sqlArchiver, func(row pgread.Row, a *estate.Archiver) error {
		var archived, failed *int64
		err := row.Scan(&a.Mode, &a.Archived, &archived, &a.Failed, &failed)
		a.LastArchived, a.LastFailed = timeOf(archived), timeOf(failed)
		return err
	})
	if err == nil && len(found) != 1 {
		return estate.Miss[estate.Archiver](estate.Failed, "pg_stat_archiver", "the view gave no row", "")
	}
	if err != nil {
		return section("pg_stat_archiver", estate.Archiver{}, err)
	}
	return estate.Know("pg_stat_archiver", found[0])
}

func (r reading) grantMonitor() string {
	return "GRANT pg_monitor TO " + pgread.Ident(r.session.Server().Role)
}

// timeOf is a time from seconds since 1970; the zero time for NULL.
func timeOf(seconds *int64) time.Time {
	if seconds == nil {
		return time.Time{}
	}
	return time.Unix(*seconds, 0).UTC()
}

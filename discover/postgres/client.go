package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlClients counts sessions of clients but our own. Address and TLS of other roles' sessions are NULL
// without pg_read_all_stats, and so is the kind of backend.
const sqlClients pgread.SQL = `
SELECT a.datname::text, a.usename::text, coalesce(host(a.client_addr), ''), coalesce(a.application_name, ''), coalesce(s.ssl, false), count(*)::int
FROM pg_stat_activity a LEFT JOIN pg_stat_ssl s ON s.pid = a.pid
WHERE a.pid <> pg_backend_pid() AND a.datname IS NOT NULL AND a.usename IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend'
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`

func (r *reading) clients(ctx context.Context) estate.Section[[]estate.DatabaseClient] {
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

// sqlStandbys: of other roles' streams, only role and application show without pg_read_all_stats.
const sqlStandbys pgread.SQL = `
SELECT coalesce(w.usename::text, ''), coalesce(host(w.client_addr), ''), coalesce(w.application_name, ''), coalesce(w.state, ''), coalesce(w.sync_state, ''),
       coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END, w.replay_lsn), -1)::int8,
       coalesce(s.ssl, false)
FROM pg_stat_replication w LEFT JOIN pg_stat_ssl s ON s.pid = w.pid ORDER BY 1, 2, 3`

func (r *reading) standbys(ctx context.Context) estate.Section[[]estate.Standby] {
	found, err := list(ctx, r, sqlStandbys, func(row pgread.Row, s *estate.Standby) error {
		err := row.Scan(&s.Role, &s.Address, &s.Application, &s.State, &s.Sync, &s.LagBytes, &s.TLS)
		s.Role, s.Application, s.State, s.Sync = clean(s.Role), clean(s.Application), clean(s.State), clean(s.Sync)
		return err
	})
	result := section("pg_stat_replication, pg_stat_ssl", found, err)
	if _, all, err := r.seesAll(ctx); result.Coverage.IsKnown() && len(found) > 0 && (err != nil || !all) {
		result.Coverage = estate.Denied
		result.Problem = "addresses, state and lag of other roles' streams are hidden"
		result.Grant = r.grantMonitor()
	}
	return result
}

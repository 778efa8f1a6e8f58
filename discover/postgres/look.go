package postgres

import (
	"context"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"time"

	"nightferry/discover"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// mostCallers bounds what is kept of one look.
const mostCallers = 5_000

// sqlCallers are the sessions of clients but our own, by what makes them the same, and the age of the oldest. Where a
// session comes from, and since when, is NULL to those who may not see it.
const sqlCallers pgread.SQL = `
SELECT a.datname::text, a.usename::text, coalesce(host(a.client_addr), ''), a.backend_start IS NULL, coalesce(a.application_name, ''), coalesce(s.ssl, false),
       count(*)::int, coalesce(max(extract(epoch FROM clock_timestamp() - a.backend_start)), 0)::int8
FROM pg_stat_activity a LEFT JOIN pg_stat_ssl s ON s.pid = a.pid
WHERE a.pid <> pg_backend_pid() AND a.datname IS NOT NULL AND a.usename IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend'
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`

// countersQuery is how busy the cluster is: what counts up does so since its statistics were reset. Sessions are
// counted since 14. -1 is what this role or this server does not tell.
func countersQuery(major int) pgread.SQL {
	begun := pgread.SQL("-1")
	if major >= 14 {
		begun = "coalesce(sum(d.sessions), -1)"
	}
	return `
SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8, coalesce(sum(d.xact_commit + d.xact_rollback), -1)::int8,
       coalesce(sum(d.blks_hit), -1)::int8, coalesce(sum(d.blks_read), -1)::int8, coalesce(sum(d.temp_bytes), -1)::int8, ` + begun + `::int8,
       coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END, '0/0'), -1)::int8,
       (SELECT CASE WHEN bool_or(a.backend_start IS NULL) THEN -1 ELSE count(*) FILTER (WHERE a.state = 'active') END FROM pg_stat_activity a
        WHERE a.pid <> pg_backend_pid() AND a.datname IS NOT NULL AND a.usename IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend')::int8
FROM pg_stat_database d`
}

// ExplainLook prints the SQL of a look.
func ExplainLook() string {
	var out strings.Builder
	out.WriteString("-- Where this session comes from\n" + string(sqlOwn) + ";\n\n")
	out.WriteString("-- Who is connected\n" + strings.TrimSpace(string(sqlCallers)) + ";\n\n")
	for _, v := range variants(countersQuery) {
		out.WriteString("-- How busy it is" + v.versions + "\n" + strings.TrimSpace(string(v.sql)) + ";\n\n")
	}
	return out.String()
}

// LookTarget makes the collector a target of a watch. Its session is kept between looks, in no transaction, and ends
// with the process: to log in costs the server more than a look does, and leaves traces among those of its clients.
func (c Collector) LookTarget() discover.Target {
	l := &looker{c: c}
	return discover.Target{Kind: discover.KindPostgres, Name: c.Name, Address: c.Config.Address(), Light: true,
		Collect: func(ctx context.Context, _ func(string)) discover.Asset {
			look := l.look(ctx)
			return discover.Asset{PostgresLook: &look}
		}}
}

// looker takes the looks at one cluster.
type looker struct {
	c Collector

	mu      sync.Mutex // held by a look
	session *pgread.Session
}

// look never fails: what went wrong is in its coverage.
func (l *looker) look(ctx context.Context) estate.PostgresLook {
	found := estate.PostgresLook{Name: l.c.Name, Collected: estate.Collection{At: l.c.Now().UTC().Truncate(time.Second),
		Account: l.c.Config.User, Via: l.c.Via, Address: l.c.Config.Address(), Coverage: estate.Known}}
	if !l.mu.TryLock() {
		found.Collected.Coverage, found.Collected.Problem = estate.Timeout, "the look before it is still under way"
		return found
	}
	defer l.mu.Unlock()
	config := bounded(l.c.Config)
	if l.session == nil || l.session.IsClosed() {
		session, err := pgread.Open(ctx, config)
		if err != nil {
			found.Collected.Coverage, found.Collected.Problem, found.Collected.Mend = coverageOf(err), err.Error(), mendOf(err)
			return found
		}
		l.session = session
	}
	r := &reading{session: l.session, config: config, left: &allowance{bytes: mostUnitBytes, connections: 1}}
	l.own(ctx, r)
	clients, err := list(ctx, r, sqlCallers, scanCaller)
	clients = together(clients)
	counters := one(ctx, r, "pg_stat_database", countersQuery(r.major()), func(row pgread.Row, c *estate.PostgresCounters) error {
		return row.Scan(&c.Uptime, &c.Transactions, &c.BlocksHit, &c.BlocksRead, &c.TemporaryBytes, &c.Begun, &c.WALBytes, &c.Active)
	})
	l.session = r.session // a new one where the old had ended meanwhile
	switch {
	case counters.Coverage.IsKnown():
		found.Counters = &counters.Value
		found.Counters.Sessions = -1
	case err != nil:
		found.Collected.Coverage, found.Collected.Problem, found.Collected.Mend = coverageOf(err), err.Error(), mendOf(err)
		return found
	}
	if err != nil {
		return found
	}
	found.ClientsRead = true
	if found.Counters != nil {
		found.Counters.Sessions = sessions(clients)
	}
	found.Clients, found.ClientsCut = clients[:min(len(clients), mostCallers)], len(clients) > mostCallers
	return found
}

// sqlOwn is where our session comes from, as the server sees it.
const sqlOwn pgread.SQL = `SELECT coalesce(host(inet_client_addr()), ''), coalesce(inet_client_port(), 0)`

// own notes our session among those that are no client's.
func (l *looker) own(ctx context.Context, r *reading) {
	_, _ = list(ctx, r, sqlOwn, func(row pgread.Row, end *netip.AddrPort) error {
		var address string
		var port int
		if err := row.Scan(&address, &port); err != nil {
			return err
		}
		if at, err := netip.ParseAddr(address); err == nil {
			l.c.Ours.Add(netip.AddrPortFrom(at, uint16(port))) //nolint:gosec // a port
		}
		return nil
	})
}

// together adds up sessions that differ by a number in their name alone.
func together(clients []estate.SeenClient) []estate.SeenClient {
	at := map[estate.DatabaseCaller]int{}
	var found []estate.SeenClient
	for _, c := range clients {
		i, seen := at[c.DatabaseCaller]
		if !seen {
			at[c.DatabaseCaller] = len(found)
			found = append(found, c)
			continue
		}
		found[i].Sessions += c.Sessions
		found[i].LongestSeconds = max(found[i].LongestSeconds, c.LongestSeconds)
	}
	return found
}

func sessions(clients []estate.SeenClient) int64 {
	var sum int64
	for _, c := range clients {
		sum += int64(c.Sessions)
	}
	return sum
}

func scanCaller(row pgread.Row, c *estate.SeenClient) error {
	var oldest int64
	err := row.Scan(&c.Database, &c.Role, &c.Address, &c.Hidden, &c.Application, &c.TLS, &c.Sessions, &oldest)
	c.Database, c.Role, c.Application = clean(c.Database), clean(c.Role), unnumbered(clean(c.Application))
	c.LongestSeconds = int(max(oldest, 0))
	return err
}

// numberForm finds numbers that differ from session to session, or that may be a person's: behind a sign that joins,
// as in odoo-4711, or of three digits and more. Those of versions stay: "pgAdmin 4", "DBeaver 23.1".
var numberForm = regexp.MustCompile(`([-_:/#@(=])\d+|\d{3,}`)

// unnumbered is the name of an application as it is the same in all its sessions, cut to what a name needs.
func unnumbered(application string) string {
	plain := []rune(numberForm.ReplaceAllString(application, "${1}#"))
	return string(plain[:min(len(plain), 64)])
}

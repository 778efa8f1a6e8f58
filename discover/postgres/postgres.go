// Package postgres reads a PostgreSQL cluster as a fact of the estate: version, settings, roles, who is
// connected, archiving, and for every database its tables, keys, columns and sequences.
//
// It reads catalogues only, never a table of the customer's. Each section stands alone: what one query could
// not read leaves the others whole. What the role may not see is denied, with the grant that would show it,
// and never shows as none or zero. No value that a server wrote for an administrator to hide is kept:
// commands and connection strings among the settings are told by their program, or not at all.
package postgres

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"nightferry/discover"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// Collector reads one cluster. It holds two connections at most: one to the database named in Config, and
// one to each other database in turn.
type Collector struct {
	Name        string // of the server in engagement.yaml
	Environment estate.Environment
	Host        string   // name of the estate's host it runs on, where known
	Via         []string // jump hosts, first hop first; Config.Dial goes through them
	Config      pgread.Config
	Now         func() time.Time
	Ours        *discover.Ours // of looks: where our sessions come from is noted there; may be nil
}

// Target makes the collector a target of a discovery.
func (c Collector) Target() discover.Target {
	return discover.Target{Kind: discover.KindPostgres, Name: c.Name, Address: c.Config.Address(),
		Collect: func(ctx context.Context, note func(string)) discover.Asset {
			server := c.Collect(ctx, note)
			return discover.Asset{Postgres: &server}
		}}
}

// Collect reads the cluster. It never fails: what goes wrong is in the coverage of the asset and its sections.
func (c Collector) Collect(ctx context.Context, note func(step string)) estate.PostgresServer {
	server := estate.UnreadPostgres(c.Name, c.Environment, estate.Collection{At: c.Now().UTC().Truncate(time.Second),
		Account: c.Config.User, Via: c.Via, Address: c.Config.Address(), Coverage: estate.Known})
	server.Host = c.Host
	note("connecting")
	config := bounded(c.Config)
	session, err := pgread.Open(ctx, config)
	if err != nil {
		server.Collected.Coverage, server.Collected.Problem, server.Collected.Mend = coverageOf(err), err.Error(), mendOf(err)
		return server
	}
	defer session.Close(ctx)
	known := session.Server()
	server.Version = estate.Know("server_version", versionOf(known.Number, known.Version))
	if known.Superuser {
		server.Collected.Warnings = append(server.Collected.Warnings, "read as a superuser, who could also write")
	}
	if known.Pooled {
		server.Collected.Warnings = append(server.Collected.Warnings,
			"read through a connection pooler: addresses of clients are the pooler's, and databases that it does not pass on cannot be read")
	}
	r := &reading{session: session, config: config, left: &allowance{bytes: mostBytes, connections: mostReopened}}
	r.cluster(ctx, &server, note)
	server.Databases = r.databases(ctx, note)
	if ctx.Err() != nil {
		server.Collected.Coverage, server.Collected.Problem = estate.Timeout, "reading was cut short"
	}
	return server
}

// cluster reads what there is once a cluster.
func (r *reading) cluster(ctx context.Context, server *estate.PostgresServer, note func(string)) {
	note("settings")
	server.Settings = r.settings(ctx)
	server.State = r.state(ctx)
	server.WAL = r.wal(ctx)
	server.Access = r.access(ctx)
	note("roles")
	server.Roles = r.roles(ctx)
	server.PasswordForms = r.passwordForms(ctx)
	server.RoleSettings = r.roleSettings(ctx)
	note("clients")
	server.Clients = r.clients(ctx)
	server.Standbys = r.standbys(ctx)
	server.Slots = r.slots(ctx)
	server.Prepared = r.prepared(ctx)
	server.Archiver = r.archiver(ctx)
	server.Tablespaces = r.tablespaces(ctx)
}

// section wraps what list read.
func section[T any](source string, value T, err error) estate.Section[T] {
	if err != nil {
		return estate.Miss[T](coverageOf(err), source, err.Error(), mendOf(err))
	}
	return estate.Know(source, value)
}

func coverageOf(err error) estate.Coverage {
	switch pgread.KindOf(err) {
	case pgread.Denied, pgread.WrongPassword, pgread.NoEntry, pgread.Superuser:
		return estate.Denied
	case pgread.NoDatabase:
		return estate.Absent
	case pgread.TimedOut:
		return estate.Timeout
	}
	return estate.Failed
}

func mendOf(err error) string {
	var mends interface{ Mend() string }
	if errors.As(err, &mends) {
		return mends.Mend()
	}
	return ""
}

// clean drops what could steer a terminal from a name that a server gave.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, "\ufffd"))
}

func cleanAll(texts []string) []string {
	for i := range texts {
		texts[i] = clean(texts[i])
	}
	return texts
}

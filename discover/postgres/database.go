package postgres

import (
	"context"
	"fmt"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlDatabases sizes what the role may: pg_database_size is an error without CONNECT, and a size is not 0. Both functions
// give NULL for a database that is dropped meanwhile.
const sqlDatabases pgread.SQL = `
SELECT d.datname::text, pg_get_userbyid(d.datdba)::text, pg_encoding_to_char(d.encoding)::text, d.datcollate::text, d.datallowconn,
       coalesce(has_database_privilege(d.oid, 'CONNECT'), false),
       CASE WHEN has_database_privilege(d.oid, 'CONNECT') OR pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
            THEN coalesce(pg_database_size(d.oid), -1) ELSE -1 END,
       d.datistemplate, (SELECT t.spcname::text FROM pg_tablespace t WHERE t.oid = d.dattablespace), greatest(d.datconnlimit, 0)::int,
       age(d.datfrozenxid)::int8, mxid_age(d.datminmxid)::int8,
       ARRAY(SELECT DISTINCT a.privilege_type FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a WHERE a.grantee = 0 ORDER BY 1)
FROM pg_database d WHERE d.datname NOT IN ('template0', 'template1') ORDER BY 1`

// listed is a database before it is entered.
type listed struct {
	estate.Database
	open    bool // it takes connections at all
	connect bool // from this role
	exact   string
}

// databases lists all databases of the cluster and enters each that it may.
func (r *reading) databases(ctx context.Context, note func(string)) estate.Section[[]estate.Database] {
	const source = "pg_database"
	found, err := list(ctx, r, sqlDatabases, func(row pgread.Row, d *listed) error {
		err := row.Scan(&d.exact, &d.Owner, &d.Encoding, &d.Collation, &d.open, &d.connect, &d.SizeBytes,
			&d.Template, &d.Tablespace, &d.ConnectionLimit, &d.XIDAge, &d.MultiXactAge, &d.PublicRights)
		d.Name, d.Owner, d.Collation, d.Tablespace = clean(d.exact), clean(d.Owner), clean(d.Collation), clean(d.Tablespace)
		d.PublicRights = cleanAll(d.PublicRights)
		return err
	})
	if err != nil {
		return section[[]estate.Database](source, nil, err)
	}
	databases := make([]estate.Database, len(found))
	for i, d := range found {
		note(fmt.Sprintf("database %s (%d of %d)", d.Name, i+1, len(found)))
		switch {
		case !d.open:
			d.Miss(estate.Denied, "the database takes no connections", "ALTER DATABASE "+pgread.Ident(d.Name)+" ALLOW_CONNECTIONS true")
		case !d.connect:
			d.Miss(estate.Denied, "the role may not connect to it",
				"GRANT CONNECT ON DATABASE "+pgread.Ident(d.Name)+" TO "+pgread.Ident(r.session.Server().Role))
		default:
			r.enter(ctx, d.exact, &d.Database)
		}
		databases[i] = d.Database
	}
	return estate.Know(source, databases)
}

// enter reads one database, over the connection at hand where it is connected to it.
func (r *reading) enter(ctx context.Context, name string, d *estate.Database) {
	inside := r
	if name != r.config.Database && name != r.session.Server().Database {
		if r.left.bytes <= 0 {
			d.Miss(estate.Failed, "the server has sent all that a whole cluster may", "")
			return
		}
		config := r.config
		config.Database = name
		session, err := pgread.Open(ctx, config)
		if pgread.KindOf(err) == pgread.Lost && ctx.Err() == nil && r.left.connections > 0 {
			r.left.connections--
			session, err = pgread.Open(ctx, config)
		}
		if err != nil {
			d.Miss(coverageOf(err), err.Error(), mendOf(err))
			return
		}
		inside = &reading{session: session, config: config, left: r.left}
		defer func() { inside.session.Close(ctx) }()
	}
	inside.inside(ctx, d)
}

// inside reads what there is in each database.
func (r *reading) inside(ctx context.Context, d *estate.Database) {
	d.Locale = r.locale(ctx)
	d.Extensions = r.extensions(ctx)
	d.Tables = r.tables(ctx)
	d.Sequences = r.sequences(ctx)
	d.Indexes = r.indexes(ctx)
	d.Types = r.types(ctx)
	d.LargeObjects = r.largeObjects(ctx)
	d.PublicGrants = r.publicGrants(ctx)
	d.DefaultPrivileges = r.defaultPrivileges(ctx)
	d.Publications = r.publications(ctx)
	d.Subscriptions = r.subscriptions(ctx)
	d.ForeignServers = r.foreignServers(ctx)
	d.EventTriggers = r.eventTriggers(ctx)
	d.Routines = r.routines(ctx)
	d.Features = r.features(ctx)
}

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
            THEN coalesce(pg_database_size(d.oid), -1) ELSE -1 END
FROM pg_database d WHERE NOT d.datistemplate ORDER BY 1`

// listed is a database before it is entered.
type listed struct {
	estate.Database
	open    bool // it takes connections at all
	connect bool // from this role
	exact   string
}

// databases lists all databases of the cluster and enters each that it may.
func (r reading) databases(ctx context.Context, note func(string)) estate.Section[[]estate.Database] {
	const source = "pg_database"
	found, err := list(ctx, r, sqlDatabases, func(row pgread.Row, d *listed) error {
		err := row.Scan(&d.exact, &d.Owner, &d.Encoding, &d.Collation, &d.open, &d.connect, &d.SizeBytes)
		d.Name, d.Owner, d.Collation = clean(d.exact), clean(d.Owner), clean(d.Collation)
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
			refuse(&d.Database, estate.Denied, "the database takes no connections", "ALTER DATABASE "+pgread.Ident(d.Name)+" ALLOW_CONNECTIONS true")
		case !d.connect:
			refuse(&d.Database, estate.Denied, "the role may not connect to it",
				"GRANT CONNECT ON DATABASE "+pgread.Ident(d.Name)+" TO "+pgread.Ident(r.session.Server().Role))
		default:
			r.enter(ctx, d.exact, &d.Database)
		}
		databases[i] = d.Database
	}
	return estate.Know(source, databases)
}

func refuse(d *estate.Database, coverage estate.Coverage, problem, grant string) {
	d.Extensions = estate.Miss[[]estate.Extension](coverage, "", problem, grant)
	d.Tables = estate.Miss[[]estate.Table](coverage, "", problem, grant)
	d.Sequences = estate.Miss[[]estate.Sequence](coverage, "", problem, grant)
}

// enter reads one database, over the session at hand where it is connected to it.
func (r reading) enter(ctx context.Context, name string, d *estate.Database) {
	inside := r
	if name != r.session.Server().Database {
		config := r.config
		config.Database = name
		session, err := pgread.Open(ctx, config)
		if err != nil {
			refuse(d, coverageOf(err), err.Error(), mendOf(err))
			return
		}
		defer session.Close(ctx)
		inside.session = session
	}
	d.Extensions = inside.extensions(ctx)
	d.Tables = inside.tables(ctx)
	d.Sequences = inside.sequences(ctx)
}

const sqlExtensions pgread.SQL = `SELECT extname::text, extversion FROM pg_extension ORDER BY 1`

func (r reading) extensions(ctx context.Context) estate.Section[[]estate.Extension] {
	found, err := list(ctx, r, sqlExtensions, func(row pgread.Row, e *estate.Extension) error {
		err := row.Scan(&e.Name, &e.Version)
		e.Name, e.Version = clean(e.Name), clean(e.Version)
		return err
	})
	return section("pg_extension", found, err)
}

// sqlSequences asks for the last value only where the role may know it, and says where it may not.
const sqlSequences pgread.SQL = `
SELECT n.nspname::text, c.relname::text, coalesce(t.relname::text || '.' || a.attname::text, ''), s.seqincrement,
       has_sequence_privilege(c.oid, 'SELECT, USAGE'),
       CASE WHEN has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN pg_sequence_last_value(c.oid) END
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
LEFT JOIN pg_class t ON t.oid = d.refobjid LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 1, 2`

func (r reading) sequences(ctx context.Context) estate.Section[[]estate.Sequence] {
	hidden := 0
	found, err := list(ctx, r, sqlSequences, func(row pgread.Row, s *estate.Sequence) error {
		var readable bool
		err := row.Scan(&s.Schema, &s.Name, &s.OwnedBy, &s.Increment, &readable, &s.LastValue)
		s.Schema, s.Name, s.OwnedBy = clean(s.Schema), clean(s.Name), clean(s.OwnedBy)
		if !readable {
			hidden++
		}
		return err
	})
	result := section("pg_sequence", found, err)
	if result.Coverage.IsKnown() && hidden > 0 {
		result.Coverage = estate.Denied
		result.Problem = fmt.Sprintf("the last value of %d of %d sequences is hidden; names and steps are complete", hidden, len(found))
		result.Grant = "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO " + pgread.Ident(r.session.Server().Role)
	}
	return result
}

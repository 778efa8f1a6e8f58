package action

import (
	"context"
	"strings"

	"nightferry/cutover"
	"nightferry/internal/expr"
	"nightferry/internal/pgread"
)

func copyFields() []field {
	return []field{{name: "from", shape: shapeDatabase}, {name: "from_host", shape: shapeName}, {name: "to", shape: shapeDatabase},
		{name: "to_host", shape: shapeName}, {name: "owner", shape: shapeName}, {name: "locale", shape: shapeName, optional: true}}
}

// databaseCopy moves a database by dump and restore, streamed from one machine to the other: nothing is written
// in between. It runs PostgreSQL's own tools as the account postgres of each machine, each by its name alone, so
// that sudoers can allow exactly pg_dump there and createdb, pg_restore, vacuumdb and dropdb here. What it asks
// about the two servers goes through guarded read-only sessions.
type databaseCopy struct {
	databases     Databases
	from, to      shell
	legacy        string // SERVER/DATABASE
	target        string // SERVER/DATABASE
	owner, locale string
}

const databaseAccount = "postgres"

func newDatabaseCopy(r *Registry, f fields) cutover.Action {
	locale := f.text["locale"]
	if locale == "" {
		locale = "C" // as Odoo itself creates its databases
	}
	return &databaseCopy{databases: r.Databases, from: shell{r.Machines, f.text["from_host"]}, to: shell{r.Machines, f.text["to_host"]},
		legacy: f.text["from"], target: f.text["to"], owner: f.text["owner"], locale: locale}
}

// databaseOf is the database of SERVER/DATABASE.
func databaseOf(name string) string {
	_, database, _ := strings.Cut(name, "/")
	return database
}

// maintenance is the database of the target's server that is always there.
func maintenance(name string) string {
	server, _, _ := strings.Cut(name, "/")
	return server + "/postgres"
}

const (
	sqlDatabases pgread.SQL = `SELECT count(*) FROM pg_database WHERE datname = $1`
	sqlRoles     pgread.SQL = `SELECT count(*) FROM pg_roles WHERE rolname = $1`
	sqlRelations pgread.SQL = `
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r','p','v','m','S') AND n.nspname NOT IN ('pg_catalog','information_schema') AND n.nspname !~ '^pg_(toast|temp)'`
)

// count asks a server for one number.
func (c *databaseCopy) count(ctx context.Context, name string, sql pgread.SQL, args ...any) (int64, error) {
	config, err := c.databases.Postgres(name)
	if err != nil {
		return 0, err
	}
	session, err := pgread.Open(ctx, config)
	if err != nil {
		return 0, err
	}
	defer session.Close(ctx)
	var n int64
	err = session.Read(ctx, func(r *pgread.Reader) error { return r.Row(sql, args, &n) })
	return n, err
}

// Check refuses to touch a database that is there already: it may be somebody else's.
func (c *databaseCopy) Check(ctx context.Context, a cutover.Attempt) (cutover.Memo, error) {
	if _, err := c.count(ctx, c.legacy, sqlRelations); err != nil {
		return nil, err
	}
	roles, err := c.count(ctx, maintenance(c.target), sqlRoles, c.owner)
	if err != nil {
		return nil, err
	}
	if roles == 0 {
		return nil, refuse("create the role, or correct owner in the runbook", "there is no role %s on %s", c.owner, c.to.host)
	}
	there, err := c.count(ctx, maintenance(c.target), sqlDatabases, databaseOf(c.target))
	if err != nil {
		return nil, err
	}
	if there > 0 && a.Memo["absent"] != "true" {
		return nil, refuse("look whose it is; drop or rename it by hand if it may go", "there is a database %s already", c.target)
	}
	return cutover.Memo{"absent": "true"}, nil
}

// Do creates the target and restores into it. What an earlier attempt left half way is dropped first.
func (c *databaseCopy) Do(ctx context.Context, a cutover.Attempt) (cutover.Result, error) {
	if err := c.drop(ctx, a); err != nil {
		return cutover.Result{}, err
	}
	database := databaseOf(c.target)
	_, err := c.to.run(ctx, a.Output, "createdb", asAccount(databaseAccount, "createdb", "-T", "template0", "-E", "UTF8",
		"--locale="+c.locale, "-O", c.owner, "--", database)...)
	if err != nil {
		return cutover.Result{}, err
	}
	dump := asAccount(databaseAccount, "pg_dump", "-Fc", "-Z1", "--no-owner", "--no-privileges", "-d", databaseOf(c.legacy))
	restore := asAccount(databaseAccount, "pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", "--role="+c.owner, "-d", database)
	sent, err := pipe(ctx, a.Output, c.from, dump, c.to, restore, "copying the database "+c.legacy)
	if err != nil {
		return cutover.Result{}, err
	}
	// A restored table has no statistics, and the first users would wait for bad plans.
	if _, err := c.to.run(ctx, a.Output, "vacuumdb", asAccount(databaseAccount, "vacuumdb", "--analyze-only", "-q", "-d", database)...); err != nil {
		return cutover.Result{}, err
	}
	relations, err := c.count(ctx, c.target, sqlRelations)
	if err != nil {
		return cutover.Result{}, err
	}
	return cutover.Result{Facts: expr.Facts{"bytes": expr.Int(sent.Bytes), "relations": expr.Int(relations)}}, nil
}

// Verify compares the number of relations; the rows are compared by a step of their own.
func (c *databaseCopy) Verify(ctx context.Context, _ cutover.Attempt) error {
	was, err := c.count(ctx, c.legacy, sqlRelations)
	if err != nil {
		return err
	}
	is, err := c.count(ctx, c.target, sqlRelations)
	if err == nil && was != is {
		err = refuse("retry the step; compare pg_dump --schema-only of both sides", "%d relations in %s, %d in %s", was, c.legacy, is, c.target)
	}
	return err
}

func (c *databaseCopy) drop(ctx context.Context, a cutover.Attempt) error {
	if a.Memo["absent"] != "true" {
		return refuse("drop it by hand if it may go", "it is not known that the database %s was made by this run", c.target)
	}
	_, err := c.to.run(ctx, a.Output, "dropdb", asAccount(databaseAccount, "dropdb", "--if-exists", "--force", "--", databaseOf(c.target))...)
	return err
}

// Undo drops the copy. The legacy database was only read.
func (c *databaseCopy) Undo(ctx context.Context, a cutover.Attempt) error { return c.drop(ctx, a) }

// Probe cannot tell a whole copy from one that broke off, and Do starts again cleanly: not done.
func (c *databaseCopy) Probe(context.Context, cutover.Attempt) (cutover.Answer, error) {
	return cutover.ProbeNotDone, nil
}

// Reversible is always true.
func (c *databaseCopy) Reversible() bool { return true }

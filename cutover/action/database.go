package action

import (
	"context"
	"fmt"
	"strconv"

	"nightferry/cutover"
	"nightferry/internal/expr"
)

func copyFields() []field {
	return []field{{name: "from_host", shape: shapeName}, {name: "from_database", shape: shapeName}, {name: "to_host", shape: shapeName},
		{name: "to_database", shape: shapeName}, {name: "owner", shape: shapeName}, {name: "locale", shape: shapeName, optional: true}}
}

// databaseCopy moves a database by dump and restore, streamed from one machine to the other: nothing is written
// in between. It runs PostgreSQL's own tools as the account postgres of each machine.
type databaseCopy struct {
	from, to       shell
	source, target string
	owner, locale  string
}

const databaseAccount = "postgres"

func newDatabaseCopy(r *Registry, f fields) cutover.Action {
	locale := f.text["locale"]
	if locale == "" {
		locale = "C" // as Odoo itself creates its databases
	}
	return &databaseCopy{from: shell{r.Machines, f.text["from_host"]}, to: shell{r.Machines, f.text["to_host"]},
		source: f.text["from_database"], target: f.text["to_database"], owner: f.text["owner"], locale: locale}
}

// count runs a query that gives one number. The query is constant; name is bound as a psql variable.
func count(ctx context.Context, on shell, database, query, name string) (int64, error) {
	printed, err := on.ask(ctx, "psql", asAccount(databaseAccount, "sh", "-c", `printf '%s\n' "$1" | exec psql -XAtq -v ON_ERROR_STOP=1 -v name="$2" -d "$3"`,
		"psql", query, name, database)...)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(printed, 10, 64)
	if err != nil {
		return 0, refuse("look at psql on "+on.host, "psql on %s gave no number", on.host)
	}
	return n, nil
}

const (
	sqlDatabases = `SELECT count(*) FROM pg_database WHERE datname = :'name'`
	sqlRoles     = `SELECT count(*) FROM pg_roles WHERE rolname = :'name'`
	sqlTables    = `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r','p','v','m','S') AND n.nspname NOT IN ('pg_catalog','information_schema') AND n.nspname !~ '^pg_toast'`
)

// Check refuses to touch a database that is there already: it may be somebody else's.
func (c *databaseCopy) Check(ctx context.Context, a cutover.Attempt) (cutover.Memo, error) {
	if n, err := count(ctx, c.from, databaseAccount, sqlDatabases, c.source); err != nil || n == 0 {
		return nil, orMissing(err, "correct from_database in the runbook", "there is no database %s on %s", c.source, c.from.host)
	}
	if n, err := count(ctx, c.to, databaseAccount, sqlRoles, c.owner); err != nil || n == 0 {
		return nil, orMissing(err, "create the role, or correct owner in the runbook", "there is no role %s on %s", c.owner, c.to.host)
	}
	n, err := count(ctx, c.to, databaseAccount, sqlDatabases, c.target)
	if err != nil {
		return nil, err
	}
	if n > 0 && a.Memo["absent"] != "true" {
		return nil, refuse("look whose it is; drop or rename it by hand if it may go", "a database %s is on %s already", c.target, c.to.host)
	}
	return cutover.Memo{"absent": "true"}, nil
}

func orMissing(err error, mend, format string, args ...any) error {
	if err != nil {
		return err
	}
	return refuse(mend, format, args...)
}

// Do creates the target and restores into it. What an earlier attempt left half way is dropped first.
func (c *databaseCopy) Do(ctx context.Context, a cutover.Attempt) (cutover.Result, error) {
	if err := c.drop(ctx, a); err != nil {
		return cutover.Result{}, err
	}
	_, err := c.to.run(ctx, a.Output, "createdb", asAccount(databaseAccount, "createdb", "-T", "template0", "-E", "UTF8",
		"--locale="+c.locale, "-O", c.owner, "--", c.target)...)
	if err != nil {
		return cutover.Result{}, err
	}
	dump := asAccount(databaseAccount, "pg_dump", "-Fc", "-Z1", "--no-owner", "--no-privileges", "--", c.source)
	restore := asAccount(databaseAccount, "pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", "--role="+c.owner, "-d", c.target)
	sent, err := pipe(ctx, a.Output, c.from, dump, c.to, restore, "copying the database "+c.source)
	if err != nil {
		return cutover.Result{}, err
	}
	// A restored table has no statistics, and the first users would wait for bad plans.
	if _, err := c.to.run(ctx, a.Output, "vacuumdb", asAccount(databaseAccount, "vacuumdb", "--analyze-only", "-q", "-d", c.target)...); err != nil {
		return cutover.Result{}, err
	}
	relations, err := count(ctx, c.to, c.target, sqlTables, "")
	if err != nil {
		return cutover.Result{}, err
	}
	return cutover.Result{Facts: expr.Facts{"bytes": expr.Int(sent.Bytes), "tables": expr.Int(relations)}}, nil
}

// Verify compares the number of relations; the rows are compared by a step of their own.
func (c *databaseCopy) Verify(ctx context.Context, _ cutover.Attempt) error {
	was, err := count(ctx, c.from, c.source, sqlTables, "")
	if err != nil {
		return err
	}
	is, err := count(ctx, c.to, c.target, sqlTables, "")
	if err == nil && was != is {
		err = refuse("retry the step; compare pg_dump --schema-only of both sides", "%d relations on %s, %d on %s", was, c.from.host, is, c.to.host)
	}
	return err
}

func (c *databaseCopy) drop(ctx context.Context, a cutover.Attempt) error {
	if a.Memo["absent"] != "true" {
		return refuse("drop it by hand if it may go", "it is not known that the database %s on %s was made by this run", c.target, c.to.host)
	}
	_, err := c.to.run(ctx, a.Output, "dropdb", asAccount(databaseAccount, "dropdb", "--if-exists", "--force", "--", c.target)...)
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

var _ fmt.Stringer = (*databaseCopy)(nil)

// String names the copy in logs.
func (c *databaseCopy) String() string {
	return c.from.host + "/" + c.source + " → " + c.to.host + "/" + c.target
}

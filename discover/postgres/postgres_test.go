package postgres_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover/postgres"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func clock() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC) }

func collect(t *testing.T, config pgread.Config) estate.PostgresServer {
	t.Helper()
	target := postgres.Collector{Name: "db", Environment: estate.Production, Host: "db-host", Config: config, Now: clock}.Target()
	require.Equal(t, "postgres/db", target.ID())
	asset := target.Collect(t.Context(), func(string) {})
	require.NotNil(t, asset.Postgres)
	require.Equal(t, asset.Postgres.Collected, asset.Collected())
	return *asset.Postgres
}

func database(t *testing.T, server estate.PostgresServer, name string) estate.Database {
	t.Helper()
	require.Equal(t, estate.Known, server.Databases.Coverage, server.Databases.Problem)
	i := slices.IndexFunc(server.Databases.Value, func(d estate.Database) bool { return d.Name == name })
	require.GreaterOrEqual(t, i, 0)
	return server.Databases.Value[i]
}

// schema has one of each thing that the inventory tells apart.
var schema = []string{
	`CREATE TABLE partner (id serial PRIMARY KEY, name varchar(40) NOT NULL, vat text UNIQUE, doubled numeric GENERATED ALWAYS AS (id * 2) STORED)`,
	`CREATE TABLE rel (a int REFERENCES partner, b int NOT NULL, c text, PRIMARY KEY (b, a))`,
	`CREATE TABLE keyless (a int)`, `ALTER TABLE keyless REPLICA IDENTITY FULL`,
	`CREATE UNLOGGED TABLE fleeting (a int PRIMARY KEY)`,
	`CREATE UNIQUE INDEX ON partner (lower(name))`, `CREATE UNIQUE INDEX ON partner (name) WHERE id > 5`, `CREATE UNIQUE INDEX covering ON partner (name, id) INCLUDE (vat)`,
	`CREATE TABLE parted (a int) PARTITION BY LIST (a)`, `CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1)`,
	`CREATE VIEW seen AS SELECT 1 AS one`, `CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one`,
	`CREATE SEQUENCE ir_sequence_001`, `SELECT nextval('ir_sequence_001')`, `COMMENT ON TABLE rel IS 'ties'`,
	`INSERT INTO partner (name) SELECT 'n' || i FROM generate_series(1, 500) i`, `ANALYZE partner`,
	`CREATE TABLE "Odd ""name""" ("a b" int)`, "CREATE TABLE \"esc\x1b[2J\" (a int)",
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	name := c.Database(t, "")
	c.Exec(t, name, schema...)
	config := c.Config("postgres", "postgres")
	config.AllowSuperuser = true
	server := collect(t, config)
	require.Equal(t, estate.Known, server.Collected.Coverage)
	require.Equal(t, clock().Truncate(time.Second), server.Collected.At)
	require.NotEmpty(t, server.Collected.Warnings, "a superuser looked")
	d := database(t, server, name)
	require.Positive(t, d.SizeBytes)
	require.Equal(t, []string{"postgres", "UTF8", "C"}, []string{d.Owner, d.Encoding, d.Collation})
	require.Equal(t, estate.Known, d.Tables.Coverage, d.Tables.Problem)
	require.Equal(t, "plpgsql", d.Extensions.Value[0].Name)
	tables := map[string]estate.Table{}
	for _, table := range d.Tables.Value {
		tables[table.Name] = table
	}
	partner := tables["partner"]
	require.Equal(t, []string{"id"}, partner.PrimaryKey)
	require.Equal(t, [][]string{{"name", "id"}, {"vat"}}, partner.UniqueKeys, "neither partial nor by expression, without INCLUDE")
	require.Equal(t, int64(500), partner.RowEstimate)
	require.Positive(t, partner.TotalBytes)
	require.Equal(t, "default", partner.ReplicaIdentity)
	require.Equal(t, []estate.Column{{Name: "id", Type: "integer", NotNull: true}, {Name: "name", Type: "character varying(40)", NotNull: true},
		{Name: "vat", Type: "text"}, {Name: "doubled", Type: "numeric", Generated: true}}, partner.Columns)
	require.Equal(t, []string{"b", "a"}, tables["rel"].PrimaryKey)
	require.Equal(t, []estate.ForeignKey{{Columns: []string{"a"}, Table: "public.partner", RefColumns: []string{"id"}}}, tables["rel"].References)
	require.Equal(t, "ties", tables["rel"].Comment)
	require.Equal(t, int64(-1), tables["keyless"].RowEstimate, "never analysed is not empty")
	require.Equal(t, "full", tables["keyless"].ReplicaIdentity)
	require.True(t, tables["fleeting"].Unlogged)
	require.Equal(t, []string{"partitioned", "table", "view", "materialized view"},
		[]string{tables["parted"].Kind, tables["parted_1"].Kind, tables["seen"].Kind, tables["kept"].Kind})
	require.Contains(t, tables, `Odd "name"`)
	require.Contains(t, tables, "esc[2J", "control characters are dropped")
	one := int64(1)
	last := int64(500)
	require.Equal(t, estate.Know("pg_sequence", []estate.Sequence{
		{Schema: "public", Name: "ir_sequence_001", LastValue: &one, Increment: 1, Min: 1, Max: math.MaxInt64},
		{Schema: "public", Name: "partner_id_seq", OwnedBy: "partner.id", LastValue: &last, Increment: 1, Min: 1, Max: math.MaxInt32, ColumnType: "integer"}}), d.Sequences)
}

// TestWithoutRights: what the role may not see is denied with its grant, never none or zero.
func TestWithoutRights(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	open, closed, shut := c.Database(t, ""), c.Database(t, ""), c.Database(t, "")
	c.Exec(t, open, schema...)
	c.Exec(t, "postgres", `CREATE ROLE "Plain" LOGIN`, `CREATE ROLE monitor LOGIN IN ROLE pg_monitor`, `REVOKE CONNECT ON DATABASE `+closed+` FROM PUBLIC`,
		`ALTER DATABASE `+shut+` ALLOW_CONNECTIONS false`)
	t.Cleanup(func() {
		c.Exec(t, "postgres", `ALTER DATABASE `+shut+` ALLOW_CONNECTIONS true`, `DROP ROLE "Plain"`, `DROP ROLE monitor`)
	})
	other := c.Connect(t, open, "postgres")
	defer other.Close(context.WithoutCancel(t.Context()))

	plain := collect(t, c.Config("postgres", "Plain"))
	require.Equal(t, estate.Denied, plain.Clients.Coverage)
	require.Equal(t, `GRANT pg_monitor TO "Plain"`, plain.Clients.Grant)
	require.NotEmpty(t, plain.Clients.Value, "what may be seen is there all the same")
	require.Equal(t, `GRANT pg_monitor TO "Plain"`, plain.Settings.Grant)
	require.Equal(t, estate.Known, plain.Roles.Coverage)
	require.Equal(t, estate.Known, plain.Archiver.Coverage)
	require.Equal(t, "off", plain.Archiver.Value.Mode)
	d := database(t, plain, closed)
	require.Equal(t, int64(-1), d.SizeBytes)
	require.Equal(t, estate.Denied, d.Tables.Coverage)
	require.Equal(t, `GRANT CONNECT ON DATABASE "`+closed+`" TO "Plain"`, d.Tables.Grant)
	require.Equal(t, estate.Denied, database(t, plain, shut).Sequences.Coverage)
	sequences := database(t, plain, open).Sequences
	require.Equal(t, estate.Denied, sequences.Coverage)
	require.Len(t, sequences.Value, 2)
	require.Nil(t, sequences.Value[0].LastValue)
	require.Contains(t, sequences.Grant, "SEQUENCES")
	require.Equal(t, estate.Known, database(t, plain, open).Tables.Coverage)

	monitored := collect(t, c.Config("postgres", "monitor"))
	require.Equal(t, estate.Known, monitored.Clients.Coverage)
	require.Empty(t, monitored.Settings.Grant)
	require.Positive(t, database(t, monitored, closed).SizeBytes, "pg_monitor shows sizes")
	require.True(t, slices.ContainsFunc(monitored.Clients.Value, func(client estate.DatabaseClient) bool { return client.Database == open && client.Role == "postgres" }))
}

// TestLockedTable: one table under ALTER must not cost the sizes of all others.
func TestLockedTable(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	name := c.Database(t, "")
	c.Exec(t, name, `CREATE TABLE big AS SELECT i FROM generate_series(1, 50000) i`, `VACUUM ANALYZE big`, `CREATE TABLE locked (a int)`)
	conn := c.Connect(t, name, "postgres")
	defer conn.Close(context.WithoutCancel(t.Context()))
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `LOCK TABLE locked IN ACCESS EXCLUSIVE MODE`)
	require.NoError(t, err)
	config := c.Config(name, "postgres")
	config.AllowSuperuser = true
	tables := database(t, collect(t, config), name).Tables
	require.Equal(t, estate.Known, tables.Coverage)
	require.Contains(t, tables.Problem, "locked")
	require.Greater(t, tables.Value[0].TotalBytes, int64(1<<20))
}

// TestSecretsAmongSettings plants canaries where administrators keep secrets.
func TestSecretsAmongSettings(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	const canary = "Zq9canaryXsetting"
	c.Exec(t, "postgres", `ALTER SYSTEM SET archive_cleanup_command = '/usr/bin/copy --password=`+canary+` %p'`,
		`ALTER SYSTEM SET primary_conninfo = 'host=x password=`+canary+`'`, `SELECT pg_reload_conf()`)
	t.Cleanup(func() {
		c.Exec(t, "postgres", `ALTER SYSTEM RESET archive_cleanup_command`, `ALTER SYSTEM RESET primary_conninfo`, `SELECT pg_reload_conf()`)
	})
	config := c.Config("postgres", "postgres")
	config.AllowSuperuser = true
	var server estate.PostgresServer
	value := func(name string) string {
		for _, setting := range server.Settings.Value {
			if setting.Name == name {
				return setting.Value
			}
		}
		return ""
	}
	require.Eventually(t, func() bool { // the reload takes its time
		server = collect(t, config)
		return value("primary_conninfo") != "" && value("archive_cleanup_command") != ""
	}, 10*time.Second, 50*time.Millisecond)
	require.Equal(t, []string{"(set)", "copy …"}, []string{value("primary_conninfo"), value("archive_cleanup_command")})
	text, err := json.Marshal(server)
	require.NoError(t, err)
	require.NotContains(t, string(text), canary)
}

func TestUnreachableIsAFact(t *testing.T) {
	t.Parallel()
	server := collect(t, pgread.Config{Host: t.TempDir(), User: "x"})
	require.Equal(t, estate.Failed, server.Collected.Coverage)
	require.NotEmpty(t, server.Collected.Problem)
	require.NotEmpty(t, server.Collected.Mend)
	require.Equal(t, estate.NotAsked, server.Databases.Coverage)
	c := pgtest.Shared(t)
	refused := collect(t, c.Config("postgres", "postgres"))
	require.Equal(t, estate.Denied, refused.Collected.Coverage, "a superuser is refused")
}

func TestRoles(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	c.Exec(t, "postgres", `CREATE ROLE crew_group`, `CREATE ROLE crew LOGIN CREATEDB VALID UNTIL '2027-01-01 00:00:00+00' IN ROLE crew_group`, `CREATE ROLE forever LOGIN VALID UNTIL 'infinity'`)
	t.Cleanup(func() { c.Exec(t, "postgres", `DROP ROLE crew, crew_group, forever`) })
	roles := collect(t, c.Config("postgres", "crew")).Roles
	find := func(name string) estate.Role {
		i := slices.IndexFunc(roles.Value, func(r estate.Role) bool { return r.Name == name })
		require.GreaterOrEqual(t, i, 0)
		return roles.Value[i]
	}
	require.Equal(t, estate.Role{Name: "crew", Login: true, CreateDB: true, MemberOf: []string{"crew_group"}, ValidUntil: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}, find("crew"))
	require.True(t, find("forever").ValidUntil.IsZero())
	require.True(t, find("postgres").Superuser)
}

func TestExplainNamesOnlyReads(t *testing.T) {
	t.Parallel()
	text := postgres.Explain()
	require.Contains(t, text, "BEGIN READ ONLY")
	for _, catalogue := range []string{"pg_settings", "pg_roles", "pg_stat_activity", "pg_class", "pg_sequence", "pg_stat_archiver"} {
		require.Contains(t, text, catalogue)
	}
	for _, word := range []string{"INSERT INTO", "UPDATE ", "DELETE FROM", "pg_user_mapping ", "umoptions", "s.subconninfo", "fdwoptions"} {
		require.NotContains(t, text, word)
	}
}

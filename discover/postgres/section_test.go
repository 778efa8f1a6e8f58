package postgres_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/discover/postgres"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

const hidden = "Zq7canaryXmapping" // in whatever an administrator could keep a secret

// rich is a schema with one of each thing beside tables.
var rich = []string{
	`CREATE TYPE mood AS ENUM ('a', 'b')`, `CREATE TYPE pair AS (x int, y int)`, `CREATE DOMAIN positive AS int CHECK (VALUE > 0)`, `CREATE TYPE span AS RANGE (subtype = int)`,
	`CREATE TABLE t (id serial PRIMARY KEY, a int NOT NULL, b text, UNIQUE (a) DEFERRABLE)`, `INSERT INTO t (a, b) SELECT i, 'x' FROM generate_series(1, 2000) i`,
	`CREATE INDEX t_unused ON t (b)`, `CREATE INDEX t_invalid ON t (b)`, `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_invalid'::regclass`,
	`CREATE TABLE late (id int PRIMARY KEY DEFERRABLE)`, `CREATE TABLE by_index (a int NOT NULL UNIQUE)`, `ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_a_key`,
	`CREATE TABLE long_text (id int PRIMARY KEY, body text)`, `INSERT INTO long_text SELECT i, (SELECT string_agg(md5((i * 1000 + j)::text), '') FROM generate_series(1, 300) j) FROM generate_series(1, 50) i`, `ANALYZE`,
	`CREATE MATERIALIZED VIEW not_yet AS SELECT 1 AS one WITH NO DATA`,
	`CREATE SEQUENCE near_end MAXVALUE 100`, `SELECT setval('near_end', 90)`, `CREATE SEQUENCE for_default`, `CREATE TABLE uses_default (a smallint DEFAULT nextval('for_default'))`,
	`SELECT lo_create(0)`, `SELECT lo_create(0)`,
	`GRANT SELECT, UPDATE ON t TO PUBLIC`, `GRANT CREATE ON SCHEMA public TO PUBLIC`, `GRANT SELECT (body) ON long_text TO PUBLIC`,
	`CREATE FUNCTION own_rights() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`,
	`ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC`,
	`CREATE PUBLICATION part FOR TABLE t WITH (publish = 'insert, delete')`, `CREATE PUBLICATION everything FOR ALL TABLES`,
	`CREATE SUBSCRIPTION from_afar CONNECTION 'host=192.0.2.1 password=` + hidden + `' PUBLICATION theirs WITH (connect = false, slot_name = NONE)`,
	`CREATE FOREIGN DATA WRAPPER fdw`, `CREATE SERVER crm FOREIGN DATA WRAPPER fdw OPTIONS (host 'crm.example', port '5433', dbname 'crm', token '` + hidden + `')`,
	`CREATE SERVER odd FOREIGN DATA WRAPPER fdw OPTIONS (host 'x password=` + hidden + `')`,
	`CREATE USER MAPPING FOR PUBLIC SERVER crm OPTIONS (user 'u', password '` + hidden + `')`, `CREATE FOREIGN TABLE far (a int) SERVER crm`,
	`CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'`, `CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION on_ddl()`,
	`CREATE VIEW hours AS SELECT extract(epoch FROM now()) AS h, date_bin('1 day', now(), now()) AS d`,
	`CREATE VIEW invoker WITH (security_invoker = true) AS SELECT 1 AS one`, `CREATE UNIQUE INDEX nulls ON long_text (body) NULLS NOT DISTINCT WHERE id < 0`,
	`CREATE TABLE computed (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c text COMPRESSION pglz, d int4multirange)`,
	`CREATE FUNCTION sql_body() RETURNS int LANGUAGE sql RETURN 1`,
}

func names[T any](values []T, name func(T) string) string {
	var out []string
	for _, v := range values {
		out = append(out, name(v))
	}
	return strings.Join(out, " ")
}

func TestSections(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	name := c.Database(t, "")
	c.Exec(t, name, rich...)
	t.Cleanup(func() { c.Exec(t, name, `DROP SUBSCRIPTION from_afar`) })
	c.Exec(t, name, `CREATE ROLE plain_sections LOGIN`, `ALTER ROLE plain_sections IN DATABASE `+pgread.Ident(name)+` SET "app.token" = '`+hidden+`'`,
		`SELECT pg_create_physical_replication_slot('kept_`+name+`', true)`)
	t.Cleanup(func() {
		c.Exec(t, name, `SELECT pg_drop_replication_slot('kept_`+name+`')`)
		c.Exec(t, name, `DROP ROLE plain_sections`)
	})
	admin := c.Config(name, "postgres")
	admin.AllowSuperuser = true
	for who, config := range map[string]pgread.Config{"administrator": admin, "plain": c.Config(name, "plain_sections")} {
		server := collect(t, config)
		text, err := json.Marshal(server)
		require.NoError(t, err)
		require.NotContains(t, string(text), hidden, who)
		d := database(t, server, name)
		for _, name := range missed(server, name) {
			require.Fail(t, "not read", "%s: %s", who, name)
		}
		checkSections(t, d)
		checkFeatures(t, d)
		i := slices.IndexFunc(server.RoleSettings.Value, func(s estate.RoleSetting) bool { return s.Database == name })
		require.Equal(t, estate.RoleSetting{Database: name, Role: "plain_sections", Settings: []string{"app.token"}}, server.RoleSettings.Value[i])
		i = slices.IndexFunc(server.Slots.Value, func(s estate.ReplicationSlot) bool { return s.Name == "kept_"+name })
		require.Equal(t, []any{"physical", false, "reserved"}, []any{server.Slots.Value[i].Kind, server.Slots.Value[i].Active, server.Slots.Value[i].Status})
		require.GreaterOrEqual(t, server.Slots.Value[i].RetainedBytes, int64(0))
		require.NotEmpty(t, server.State.Value.SystemID)
		require.Equal(t, "logical", server.State.Value.WALLevel)
		require.False(t, server.State.Value.Started.IsZero())
		require.Equal(t, "pg_default", server.Tablespaces.Value[0].Name)
		require.Equal(t, 2012+server.Version.Value.Major(), server.Version.Value.EndOfLife.Year(), "five years after its autumn")
	}
}

func checkSections(t *testing.T, d estate.Database) {
	t.Helper()
	require.Equal(t, "mood enum, pair composite, positive domain, span range, span_multirange", strings.ReplaceAll(names(d.Types.Value, func(v estate.CustomType) string {
		if v.Kind == "multirange" {
			return v.Name
		}
		return v.Name + " " + v.Kind + ","
	}), ",  ", ", "))
	require.Equal(t, 2, d.Types.Value[0].Labels)
	require.Equal(t, "t_invalid", names(d.Indexes.Value.Invalid, func(v estate.Index) string { return v.Name }))
	require.Contains(t, names(d.Indexes.Value.Unused, func(v estate.Index) string { return v.Name }), "t_unused")
	require.NotContains(t, names(d.Indexes.Value.Unused, func(v estate.Index) string { return v.Name }), "_pkey")
	require.Greater(t, d.Indexes.Value.Count, 5)
	require.Equal(t, int64(2), d.LargeObjects.Value.Count)
	tables := map[string]estate.Table{}
	for _, table := range d.Tables.Value {
		tables[table.Name] = table
	}
	require.True(t, tables["late"].Deferrable)
	require.Equal(t, []string{"a"}, tables["by_index"].IdentityKey)
	require.True(t, tables["not_yet"].Unpopulated)
	require.Equal(t, "crm", tables["far"].ForeignServer)
	require.Positive(t, tables["t"].XIDAge)
	long := tables["long_text"]
	require.Greater(t, long.ToastBytes, long.HeapBytes)
	require.Equal(t, long.TotalBytes, long.HeapBytes+long.IndexBytes+long.ToastBytes)
	require.Equal(t, "everything, all; part [insert delete] [public.t];", names(d.Publications.Value, func(v estate.Publication) string {
		if v.AllTables {
			return v.Name + ", all;"
		}
		return v.Name + " [" + strings.Join(v.Operations, " ") + "] [" + strings.Join(v.Tables, " ") + "];"
	}))
	require.Equal(t, []estate.Subscription{{Name: "from_afar", Owner: "postgres", Publications: []string{"theirs"}}}, d.Subscriptions.Value)
	require.Equal(t, estate.ForeignServer{Name: "crm", Wrapper: "fdw", Owner: "postgres", Host: "crm.example", Port: "5433", Database: "crm",
		Options: []string{"dbname", "host", "port", "token"}, Mapped: []string{"public"}}, d.ForeignServers.Value[0])
	require.Equal(t, "(set)", d.ForeignServers.Value[1].Host)
	require.Equal(t, []estate.EventTrigger{{Name: "watch", Event: "ddl_command_end", Owner: "postgres", Enabled: "origin", Function: "public.on_ddl"}}, d.EventTriggers.Value)
	require.Equal(t, "plpgsql 1, sql 2,", names(d.Routines.Value, func(v estate.RoutineGroup) string { return v.Language + " " + string(rune('0'+v.Count)) + "," }))
	require.Contains(t, d.PublicGrants.Value, estate.PublicGrant{Kind: "table", Name: "public.t", Rights: []string{"SELECT", "UPDATE"}})
	require.Contains(t, d.PublicGrants.Value, estate.PublicGrant{Kind: "schema", Name: "public", Rights: []string{"CREATE", "USAGE"}})
	require.Contains(t, d.PublicGrants.Value, estate.PublicGrant{Kind: "column", Name: "public.long_text.body", Rights: []string{"SELECT"}}, "%v", d.PublicGrants.Value)
	require.Contains(t, d.PublicGrants.Value, estate.PublicGrant{Kind: "function", Name: "public.own_rights", Rights: []string{"EXECUTE"}})
	require.Equal(t, "postgres public tables", d.DefaultPrivileges.Value[0].Role+" "+d.DefaultPrivileges.Value[0].Schema+" "+d.DefaultPrivileges.Value[0].Kind)
	require.Contains(t, d.DefaultPrivileges.Value[0].Grants, "PUBLIC: SELECT")
	require.Equal(t, []string{"CONNECT", "TEMPORARY"}, d.PublicRights)
	require.Equal(t, "libc C C", d.Locale.Value.Provider+" "+d.Locale.Value.Collate+" "+d.Locale.Value.CType)
	require.NotEmpty(t, d.Extensions.Value[0].Available)
	for _, s := range d.Sequences.Value {
		if s.Name == "near_end" && s.LastValue != nil {
			share, known := s.Used()
			require.True(t, known && share == 0.9)
		}
		if s.Name == "for_default" {
			require.Equal(t, "smallint", s.ColumnType)
		}
	}
}

func checkFeatures(t *testing.T, d estate.Database) {
	t.Helper()
	found := map[string]estate.VersionFeature{}
	for _, f := range d.Features.Value {
		found[f.What] = f
	}
	require.Equal(t, estate.VersionFeature{Since: 14, What: "extract()", Perhaps: true, Count: 1, Objects: []string{"public.hours"}}, found["extract()"])
	for what, since := range map[string]int{"date_bin()": 14, "views with security_invoker": 15, "unique keys with NULLS NOT DISTINCT": 15, "generated columns": 12,
		"columns with a compression of their own": 14, "columns of multirange types": 14, "functions with a body in SQL's own form": 14} {
		require.Equal(t, since, found[what].Since, what)
	}
	require.NotContains(t, found, "", "each row has its name")
	require.NotContains(t, found, "FETCH FIRST … WITH TIES")
	require.Equal(t, estate.Yes, estate.GoingBack(d, 15, 13).Fails)
}

// TestMoreRights: each grant that a denied section names shows it, and the list names no more than that.
func TestMoreRights(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	name := c.Database(t, "")
	c.Exec(t, name, `CREATE SCHEMA other`, `CREATE TABLE a (id serial)`, `CREATE TABLE other.b (id serial)`, `CREATE ROLE more_rights LOGIN PASSWORD 'x'`)
	t.Cleanup(func() {
		c.Exec(t, name, `DROP OWNED BY more_rights`)
		c.Exec(t, "postgres", `DROP ROLE more_rights`)
	})
	before := collect(t, c.Config(name, "more_rights"))
	d := database(t, before, name)
	grants := map[string]string{"wal": before.WAL.Grant, "access": before.Access.Grant, "clients": before.Clients.Grant, "sequences": d.Sequences.Grant}
	require.Equal(t, []estate.Coverage{estate.Denied, estate.Denied, estate.Denied, estate.Denied, estate.Denied},
		[]estate.Coverage{before.WAL.Coverage, before.Access.Coverage, before.Clients.Coverage, before.PasswordForms.Coverage, d.Sequences.Coverage})
	for _, grant := range grants {
		require.NotEmpty(t, grant)
		for line := range strings.SplitSeq(grant, "; ") {
			c.Exec(t, name, line)
		}
	}
	after := collect(t, c.Config(name, "more_rights"))
	d = database(t, after, name)
	require.Equal(t, []estate.Coverage{estate.Known, estate.Known, estate.Known, estate.Known},
		[]estate.Coverage{after.WAL.Coverage, after.Access.Coverage, after.Clients.Coverage, d.Sequences.Coverage})
	require.Equal(t, "scram-sha-256", after.Access.Value[1].Method)
	require.Positive(t, after.WAL.Value.Bytes)
	require.Equal(t, estate.Denied, after.PasswordForms.Coverage, "a grant would show hashes, and none is named")
	c.Exec(t, name, before.PasswordForms.Grant)
	list := postgres.Grants("more_rights")
	for _, grant := range grants {
		for line := range strings.SplitSeq(grant, "; ") {
			if !strings.Contains(line, "SEQUENCES") {
				require.Contains(t, list, line+";\n")
			}
		}
	}
	require.NotContains(t, list, "GRANT pg_read_all_data")

	admin := c.Config(name, "postgres")
	admin.AllowSuperuser = true
	forms := collect(t, admin).PasswordForms
	require.Contains(t, forms.Value, estate.PasswordForm{Role: "more_rights", Form: "scram-sha-256"})
	require.Contains(t, forms.Value, estate.PasswordForm{Role: "postgres", Form: "none"})
}

package validate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover/validate"
	"nightferry/internal/evidence"
	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// databases are the two sides of a test.
type databases struct {
	cluster        *pgtest.Cluster
	legacy, target string
}

// twoDatabases makes both sides with the same statements.
func twoDatabases(t *testing.T, statements ...string) databases {
	t.Helper()
	c := pgtest.Shared(t)
	d := databases{c, c.Database(t, ""), c.Database(t, "")}
	d.onLegacy(t, statements...)
	d.onTarget(t, statements...)
	return d
}

func (d databases) onLegacy(t *testing.T, statements ...string) {
	t.Helper()
	d.cluster.Exec(t, d.legacy, statements...)
}

func (d databases) onTarget(t *testing.T, statements ...string) {
	t.Helper()
	d.cluster.Exec(t, d.target, statements...)
}

func options() validate.Options {
	clock := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return validate.Options{Key: bytes.Repeat([]byte("k"), 32), Now: func() time.Time { return clock }}
}

// compare compares as superuser, which is what these tests can be.
func (d databases) compare(t *testing.T, o validate.Options) evidence.Validation {
	t.Helper()
	legacy, target := d.cluster.Config(d.legacy, "postgres"), d.cluster.Config(d.target, "postgres")
	legacy.AllowSuperuser, target.AllowSuperuser = true, true
	got, err := validate.Compare(t.Context(), legacy, target, o)
	require.NoError(t, err)
	return got
}

func table(t *testing.T, v evidence.Validation, name string) evidence.Table {
	t.Helper()
	i := slices.IndexFunc(v.Tables, func(table evidence.Table) bool { return table.Name == name })
	require.GreaterOrEqual(t, i, 0, "no table %s", name)
	return v.Tables[i]
}

// hashings are the ways of hashing, each forced.
var hashings = []string{"record", "array", "text"}

func forced(o validate.Options, hash string) validate.Options {
	validate.ForceHash(&o, hash)
	return o
}

// planted is a single-cell change of one type: SQL literals before and after.
var planted = []struct{ typ, before, after string }{
	{"boolean", "true", "false"},
	{"smallint", "1", "-1"},
	{"integer", "1", "-1"},
	{"bigint", "0", "4294967297"}, // hashint8 folds both to the same
	{"bigint", "1", "-2"},
	{"oid", "1", "2"},
	{"numeric", "12.50", "-12.50"}, // hash_numeric does not see the sign
	{"numeric", "'NaN'", "'Infinity'"},
	{"numeric", "100", "1000000"},
	{"numeric(10,2)", "0.01", "0.02"},
	{"real", "1.5", "1.25"},
	{"double precision", "0.1", "0.10000000000000002"},
	{"money", "12.34", "-12.34"},
	{"text", "''", "NULL"},
	{"text", "'a'", "'a '"},
	{"text", "'NULL'", "NULL"},
	{"text", "'Zo\u00eb'", "'Zoe\u0308'"}, // one accented letter, or a letter and its accent
	{"varchar(20)", "'x'", "'X'"},
	{"char(5)", "'a'", "'b'"},
	{`"char"`, "'a'", "'b'"},
	{"name", "'a'", "'b'"},
	{"bytea", `'\x00'`, `'\x0000'`},
	{"date", "'2026-01-02'", "'2026-01-03'"},
	{"timestamp", "'2026-01-02 03:04:05.000001'", "'2026-01-02 03:04:05.000002'"},
	{"timestamp", "'2000-01-01'", "timestamp '2000-01-01' + interval '4294.967297 s'"},
	{"timestamptz", "'2026-01-02 03:04:05+00'", "'2026-01-02 03:04:05+01'"},
	{"time", "'03:04:05'", "'03:04:06'"},
	{"timetz", "'03:04:05+00'", "'04:04:05+01'"},
	{"interval", "'1 mon'", "'30 days'"},
	{"uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'"},
	{"inet", "'10.0.0.1'", "'10.0.0.1/8'"},
	{"cidr", "'10.0.0.0/8'", "'10.0.0.0/9'"},
	{"macaddr", "'08:00:2b:01:02:03'", "'08:00:2b:01:02:04'"},
	{"json", `'{"a": 1}'`, `'{"a":1}'`},
	{"jsonb", `'[[1],2]'`, `'[[1,2]]'`}, // jsonb_hash does not see where the inner array ends
	{"jsonb", `'{"a": 1}'`, `'{"a": 2}'`},
	{"xml", "'<a/>'", "'<a></a>'"},
	{"point", "'(1,2)'", "'(2,1)'"},
	{"polygon", "'((0,0),(1,1),(1,0))'", "'((0,0),(1,1),(2,0))'"},
	{"bit(3)", "'101'", "'100'"},
	{"bit varying", "'101'", "'1010'"},
	{"tsvector", "'a:1'", "'a:2'"},
	{"tsquery", "'a & b'", "'a | b'"},
	{"jsonpath", "'$.a'", "'$.b'"},
	{"pg_lsn", "'0/1'", "'0/2'"},
	{"integer[]", "'{{1,2},{3,4}}'", "'{1,2,3,4}'"}, // hash_array does not see dimensions
	{"text[]", "'{a,NULL}'", "'{a,\"NULL\"}'"},
	{"numeric[]", "'{1}'", "'{-1}'"},
	{"int4range", "'[1,5)'", "'[1,6)'"},
	{"numrange", "'[1,5)'", "'[1,5]'"},
	{"int4multirange", "'{[1,5)}'", "'{[1,6)}'"},
	{"regclass", "'pg_class'", "'pg_type'"},
	{"mood", "'sad'", "'happy'"},
	{"mood[]", "'{sad}'", "'{happy}'"},
	{"pair", "'(1,sad)'", "'(1,happy)'"},
	{"positive", "1", "2"},
	{"citext", "'a'", "'A'"},
	{"hstore", "'a=>1'", "'a=>2'"},
	{"numeric", "1.0", "1.00"},
	{"double precision", "0", "'-0'"},
	{"jsonb", "'1.0'", "'1.00'"},
}

// extensions are those of the planted types that this server has.
func hasExtensions(t *testing.T, c *pgtest.Cluster) bool {
	t.Helper()
	conn := c.Connect(t, "postgres", "postgres")
	defer conn.Close(t.Context())
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_available_extensions WHERE name IN ('citext', 'hstore')`).Scan(&n))
	return n == 2
}

// TestPlantedCells changes one cell of every type, and expects exactly that row.
func TestPlantedCells(t *testing.T) {
	t.Parallel()
	extensions := hasExtensions(t, pgtest.Shared(t))
	setup := []string{`CREATE TYPE mood AS ENUM ('sad', 'happy')`, `CREATE TYPE pair AS (n int, m mood)`, `CREATE DOMAIN positive AS int CHECK (value > 0)`}
	if extensions {
		setup = append(setup, `CREATE EXTENSION citext`, `CREATE EXTENSION hstore`)
	}
	d := twoDatabases(t)
	// Other OIDs on the target: enums and composites must not depend on them.
	d.onTarget(t, `CREATE TYPE other AS ENUM ('x', 'y')`, `CREATE TABLE filler (a other)`, `DROP TABLE filler`)
	d.onLegacy(t, setup...)
	d.onTarget(t, setup...)
	var legacy, target []string
	for i, p := range planted {
		if !extensions && (p.typ == "citext" || p.typ == "hstore") {
			continue
		}
		create := fmt.Sprintf(`CREATE TABLE p%d (id int PRIMARY KEY, a text, v %s)`, i, p.typ)
		fill := fmt.Sprintf(`INSERT INTO p%d SELECT i, 'x', %s FROM generate_series(1, 5) i`, i, p.before)
		same := strings.NewReplacer(fmt.Sprintf("p%d ", i), fmt.Sprintf("s%d ", i))
		legacy = append(legacy, create, fill, same.Replace(create), same.Replace(fill))
		target = append(target, create, fill, same.Replace(create), same.Replace(fill),
			fmt.Sprintf(`UPDATE p%d SET v = %s WHERE id = 3`, i, p.after))
	}
	d.onLegacy(t, legacy...)
	d.onTarget(t, target...)
	for _, hash := range hashings {
		t.Run(hash, func(t *testing.T) {
			t.Parallel()
			got := d.compare(t, forced(options(), hash))
			require.Equal(t, hash, got.Method.Hash)
			for _, table := range got.Tables {
				var i int
				_, err := fmt.Sscanf(table.Name[len("public.")+1:], "%d", &i)
				require.NoError(t, err)
				about := fmt.Sprintf("%s %+v", table.Name, planted[i])
				if strings.HasPrefix(table.Name, "public.s") {
					require.Equal(t, evidence.Same, table.Verdict, "%s: %s", about, table.Problem)
					continue
				}
				require.Equal(t, evidence.Different, table.Verdict, "%s: %s", about, table.Problem)
				require.Equal(t, []evidence.Row{{Key: "3", Difference: evidence.RowChanged}}, table.Rows, about)
				require.Equal(t, int64(1), table.Changed, about)
			}
		})
	}
}

// TestLenient holds equal what PostgreSQL holds equal, and nothing else.
func TestLenient(t *testing.T) {
	t.Parallel()
	d := twoDatabases(t, `CREATE TABLE numbers (id numeric PRIMARY KEY, v float8)`, `CREATE TABLE signs (id int PRIMARY KEY, v numeric)`)
	d.onLegacy(t, `INSERT INTO numbers VALUES (1.0, 0), (2, 1)`, `INSERT INTO signs VALUES (1, 5), (2, 'NaN')`)
	d.onTarget(t, `INSERT INTO numbers VALUES (1.00, '-0'), (2, 1)`, `INSERT INTO signs VALUES (1, -5), (2, 'Infinity')`)
	for _, hash := range hashings[:2] {
		o := forced(options(), hash)
		o.Lenient = true
		got := d.compare(t, o)
		require.Equal(t, evidence.Same, table(t, got, "public.numbers").Verdict)
		require.Equal(t, int64(2), table(t, got, "public.signs").Changed)
		require.Equal(t, evidence.Different, table(t, d.compare(t, forced(options(), hash)), "public.numbers").Verdict)
	}
}

// TestRowTraps are the ways in which sums of hashes were seen to be fooled.
func TestRowTraps(t *testing.T) {
	t.Parallel()
	d := twoDatabases(t,
		`CREATE TABLE swapped (id int PRIMARY KEY, a int, b int)`, `INSERT INTO swapped SELECT i, i, i FROM generate_series(1, 1000) i`,
		`CREATE TABLE beyond (id int PRIMARY KEY)`, `INSERT INTO beyond SELECT generate_series(1, 100)`,
		`CREATE TABLE emptied (id int PRIMARY KEY)`, `INSERT INTO emptied VALUES (1)`,
		`CREATE TABLE "Ünï ""quoted"" 表" ("a b" int, "SELECT" text, PRIMARY KEY ("a b"))`, `INSERT INTO "Ünï ""quoted"" 表" VALUES (1, 'x')`,
		`CREATE TABLE composite (a int, b int, v text, PRIMARY KEY (a, b))`, `INSERT INTO composite SELECT i % 10, i, 'x' FROM generate_series(1, 1000) i`,
		`CREATE TABLE uniq (a int NOT NULL UNIQUE, v text)`, `INSERT INTO uniq VALUES (1, 'x')`,
		`CREATE TABLE keyless (a int, b text)`, `INSERT INTO keyless VALUES (1, 'x'), (1, 'x'), (2, NULL), (2, NULL)`,
		`CREATE TABLE duplicates (a int)`, `INSERT INTO duplicates VALUES (1), (1), (2), (2)`,
		`CREATE TABLE named (mrn int PRIMARY KEY, v int)`, `INSERT INTO named VALUES (4711, 1)`,
		`CREATE TABLE texts (k text PRIMARY KEY, v int)`, `INSERT INTO texts VALUES ('Zzyx-Qanary', 1), ('1-1', 1), ('11', 1)`,
		`CREATE TABLE parted (id int, v int, PRIMARY KEY (id)) PARTITION BY RANGE (id)`,
		`CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10)`, `INSERT INTO parted SELECT i, i FROM generate_series(0, 9) i`,
		`CREATE TABLE parent (id int PRIMARY KEY)`, `CREATE TABLE child () INHERITS (parent)`, `INSERT INTO child VALUES (1)`,
	)
	d.onTarget(t, `UPDATE swapped SET a = CASE id WHEN 7 THEN 9 ELSE 7 END WHERE id IN (7, 9)`,
		`INSERT INTO beyond VALUES (-5), (1000000)`, `DELETE FROM emptied`, `UPDATE "Ünï ""quoted"" 表" SET "SELECT" = 'y'`,
		`UPDATE composite SET v = 'y' WHERE b = 77`, `DELETE FROM composite WHERE b = 13`, `UPDATE uniq SET v = NULL`,
		`UPDATE keyless SET b = '' WHERE ctid = (SELECT ctid FROM keyless WHERE a = 2 LIMIT 1)`,
		`DELETE FROM duplicates WHERE ctid = (SELECT ctid FROM duplicates WHERE a = 1 LIMIT 1)`, `INSERT INTO duplicates VALUES (2)`,
		`UPDATE named SET v = 2`, `UPDATE texts SET v = 2 WHERE k = 'Zzyx-Qanary'`, `UPDATE parted SET v = -1 WHERE id = 3`,
		`INSERT INTO child VALUES (2)`)
	row := func(difference evidence.Difference, keys ...string) (rows []evidence.Row) {
		for _, key := range keys {
			rows = append(rows, evidence.Row{Key: key, Difference: difference})
		}
		return rows
	}
	want := map[string]struct {
		missing, extra, changed int64
		rows                    []evidence.Row
	}{
		"public.swapped":        {0, 0, 2, row(evidence.RowChanged, "7", "9")},
		"public.beyond":         {0, 2, 0, row(evidence.RowExtra, "-5", "1000000")},
		"public.emptied":        {1, 0, 0, row(evidence.RowMissing, "1")},
		`public.Ünï "quoted" 表`: {0, 0, 1, row(evidence.RowChanged, "1")},
		"public.composite":      {1, 0, 1, append(row(evidence.RowMissing, "(3, 13)"), row(evidence.RowChanged, "(7, 77)")...)},
		"public.uniq":           {0, 0, 1, row(evidence.RowChanged, "1")},
		"public.keyless":        {1, 1, 0, nil},
		"public.duplicates":     {1, 1, 0, nil},
		"public.parted":         {0, 0, 1, row(evidence.RowChanged, "3")},
		"public.child":          {0, 1, 0, nil},
		"public.parent":         {0, 0, 0, nil},
	}
	for _, hash := range hashings {
		for _, chunk := range []int64{0, 8192} {
			t.Run(fmt.Sprintf("%s/%d", hash, chunk), func(t *testing.T) {
				t.Parallel()
				o := forced(options(), hash)
				o.ChunkBytes = chunk
				got := d.compare(t, o)
				for name, w := range want {
					table := table(t, got, name)
					require.Equal(t, []int64{w.missing, w.extra, w.changed}, []int64{table.Missing, table.Extra, table.Changed}, name)
					require.Equal(t, w.rows, table.Rows, name)
					require.Equal(t, w.missing+w.extra+w.changed == 0, table.Verdict == evidence.Same, name)
				}
				for _, name := range []string{"public.named", "public.texts"} {
					table := table(t, got, name)
					require.Equal(t, int64(1), table.Changed)
					require.Regexp(t, `^hmac:[0-9a-f]{32}$`, table.Rows[0].Key)
				}
				text, err := json.Marshal(got)
				require.NoError(t, err)
				require.NotContains(t, string(text), "Zzyx")
				require.NotContains(t, string(text), "4711")
				require.NotEmpty(t, table(t, got, "public.keyless").Notes)
				require.Equal(t, evidence.Different, got.Verdict())
			})
		}
	}
}

func TestSchemasThatDiffer(t *testing.T) {
	t.Parallel()
	d := twoDatabases(t, `CREATE TABLE ordered (a int PRIMARY KEY, b text, c int)`, `CREATE TABLE legacy_only (a int)`)
	d.onTarget(t, `DROP TABLE ordered, legacy_only`, `CREATE TABLE ordered (c int, b text, a int PRIMARY KEY)`, `CREATE TABLE target_only (a int)`)
	both := []string{`INSERT INTO ordered (a, b, c) VALUES (1, 'x', 2)`, `CREATE TABLE lost (a int PRIMARY KEY)`, `INSERT INTO lost VALUES (1)`,
		`CREATE TABLE widened (a int PRIMARY KEY, v int)`, `INSERT INTO widened VALUES (1, 5)`, `CREATE VIEW viewed AS SELECT 1`,
		`CREATE MATERIALIZED VIEW mat AS SELECT 1 AS a`, `CREATE TABLE ir_cron (a int PRIMARY KEY)`}
	d.onLegacy(t, append(both, `ALTER TABLE lost ADD b text DEFAULT 'x'`)...)
	d.onTarget(t, append(both, `ALTER TABLE widened ALTER v TYPE bigint, ALTER a TYPE bigint`, `INSERT INTO ir_cron VALUES (1)`)...)
	o := options()
	o.Exclude = []string{"ir_cron", "no_such"}
	got := d.compare(t, o)
	verdicts := map[string]evidence.Verdict{}
	for _, table := range got.Tables {
		verdicts[table.Name] = table.Verdict
	}
	require.Equal(t, map[string]evidence.Verdict{
		"public.ordered": evidence.Same, "public.legacy_only": evidence.MissingOnTarget, "public.target_only": evidence.MissingOnLegacy,
		"public.lost": evidence.Different, "public.widened": evidence.Same, "public.mat": evidence.NotCompared, "public.ir_cron": evidence.Skipped,
	}, verdicts)
	require.Equal(t, []evidence.ColumnDiff{{Name: "b", LegacyType: "text"}}, table(t, got, "public.lost").Columns)
	require.Equal(t, []evidence.ColumnDiff{{Name: "a", LegacyType: "integer", TargetType: "bigint"}, {Name: "v", LegacyType: "integer", TargetType: "bigint"}},
		table(t, got, "public.widened").Columns)
	require.Equal(t, []string{"the exclusion no_such names no table or sequence of either side"}, got.Notes)
}

func TestSequences(t *testing.T) {
	t.Parallel()
	d := twoDatabases(t, `CREATE TABLE t (a serial PRIMARY KEY)`, `CREATE SEQUENCE ir_sequence_001`, `CREATE SEQUENCE "Fresh"`,
		`CREATE SEQUENCE down INCREMENT -1`, `CREATE SEQUENCE step`, `CREATE SEQUENCE ahead`)
	d.onLegacy(t, `SELECT setval('ir_sequence_001', 41)`, `SELECT nextval('down'), nextval('down')`, `CREATE SEQUENCE gone`, `SELECT setval('ahead', 50, false)`)
	d.onTarget(t, `SELECT setval('ir_sequence_001', 40)`, `SELECT nextval('down')`, `ALTER SEQUENCE step INCREMENT 5`, `SELECT setval('ahead', 49)`)
	got := d.compare(t, options())
	verdicts := map[string]evidence.Verdict{}
	for _, s := range got.Sequences {
		verdicts[s.Name] = s.Verdict
	}
	require.Equal(t, map[string]evidence.Verdict{
		"public.t_a_seq": evidence.Same, "public.ir_sequence_001": evidence.Different, "public.Fresh": evidence.Same,
		"public.down": evidence.Different, "public.step": evidence.Different, "public.gone": evidence.MissingOnTarget, "public.ahead": evidence.Same,
	}, verdicts)
	require.Equal(t, evidence.Different, got.Verdict())
}

// TestWithoutRights compares as a role that may read some: what it may not read is never called same.
func TestWithoutRights(t *testing.T) {
	t.Parallel()
	d := twoDatabases(t, `CREATE TABLE open_table (a int PRIMARY KEY)`, `CREATE TABLE closed (a int PRIMARY KEY)`, `CREATE SEQUENCE s`,
		`CREATE TABLE filtered (a int PRIMARY KEY)`, `ALTER TABLE filtered ENABLE ROW LEVEL SECURITY`,
		`GRANT SELECT ON open_table, filtered TO PUBLIC`)
	d.cluster.Exec(t, "postgres", `CREATE ROLE "Half" LOGIN`)
	t.Cleanup(func() { d.cluster.Exec(t, "postgres", `DROP ROLE "Half"`) })
	got, err := validate.Compare(t.Context(), d.cluster.Config(d.legacy, "Half"), d.cluster.Config(d.target, "Half"), options())
	require.NoError(t, err)
	require.Equal(t, evidence.Same, table(t, got, "public.open_table").Verdict)
	require.Equal(t, evidence.Denied, table(t, got, "public.closed").Verdict)
	require.Equal(t, int64(-1), table(t, got, "public.closed").LegacyRows)
	require.Contains(t, table(t, got, "public.closed").Mend, `GRANT SELECT ON "public"."closed" TO "Half"`)
	require.Equal(t, evidence.Denied, table(t, got, "public.filtered").Verdict)
	require.Equal(t, evidence.Denied, got.Sequences[0].Verdict)
	require.Equal(t, evidence.Failed, got.Verdict(), "unproven is not same")
}

// TestBounds counts exactly up to the bound, lists up to the cap, and says when it stopped.
func TestBounds(t *testing.T) {
	t.Parallel()
	d := twoDatabases(t, `CREATE TABLE big (id int PRIMARY KEY, v text)`, `INSERT INTO big SELECT i, 'x' FROM generate_series(1, 60000) i`)
	d.onTarget(t, `UPDATE big SET v = 'y' WHERE id % 2 = 0`, `DELETE FROM big WHERE id = 59999`)
	o := options()
	o.CountBound, o.ChunkBytes = 100_000, 256<<10
	whole := table(t, d.compare(t, o), "public.big")
	require.Equal(t, int64(30_000), whole.Changed)
	require.Equal(t, int64(1), whole.Missing)
	require.False(t, whole.AtLeast)
	require.Len(t, whole.Rows, 20)
	require.Equal(t, evidence.Row{Key: "59999", Difference: evidence.RowMissing}, whole.Rows[0])
	require.Greater(t, whole.Chunks, 3)
	o.CountBound = 100
	stopped := table(t, d.compare(t, o), "public.big")
	require.True(t, stopped.AtLeast)
	require.GreaterOrEqual(t, stopped.Changed, int64(100))
	require.Equal(t, []int64{60_000, 59_999}, []int64{stopped.LegacyRows, stopped.TargetRows}, "rows are counted to the end all the same")
}

func TestEncodingsThatDiffer(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	d := databases{c, c.Database(t, "ENCODING 'LATIN1' TEMPLATE template0"), c.Database(t, "")}
	for _, name := range []string{d.legacy, d.target} {
		c.Exec(t, name, `CREATE TABLE t (id int PRIMARY KEY, v text, j jsonb, n name)`, `INSERT INTO t VALUES (1, 'Zoë', '{"a": "é"}', 'ü'), (2, 'x', '1', 'y')`)
	}
	for _, hash := range hashings {
		got := d.compare(t, forced(options(), hash))
		require.Equal(t, evidence.Same, table(t, got, "public.t").Verdict, "%s: %+v", hash, got)
		require.NotEmpty(t, got.Notes)
	}
	d.onTarget(t, `UPDATE t SET v = 'Zoe' WHERE id = 1`)
	require.Equal(t, int64(1), table(t, d.compare(t, options()), "public.t").Changed)
}

func TestEventsAndStability(t *testing.T) {
	t.Parallel()
	d := twoDatabases(t, `CREATE TABLE a (id int PRIMARY KEY)`, `INSERT INTO a VALUES (1), (2)`, `CREATE TABLE b (id int PRIMARY KEY)`)
	o := options()
	var events []validate.Event
	o.Events = func(e validate.Event) { events = append(events, e) }
	first, err := json.Marshal(d.compare(t, o))
	require.NoError(t, err)
	last := events[len(events)-1]
	require.Equal(t, []int{2, 2}, []int{last.Done, last.Tables})
	require.Equal(t, int64(2), last.Rows)
	second, err := json.Marshal(d.compare(t, o))
	require.NoError(t, err)
	require.JSONEq(t, string(first), string(second))
}

func TestCannotBegin(t *testing.T) {
	t.Parallel()
	c := pgtest.Shared(t)
	_, err := validate.CompareDSN(t.Context(), c.DSN("postgres", "postgres"), c.DSN("postgres", "postgres"), options())
	require.Equal(t, pgread.Superuser, pgread.KindOf(err))
	_, err = validate.CompareDSN(t.Context(), "host=x", c.DSN("postgres", "postgres"), options())
	require.ErrorContains(t, err, "legacy:")
	_, err = validate.CompareDSN(t.Context(), c.DSN("postgres", "x"), c.DSN("postgres", "x"), validate.Options{})
	require.ErrorContains(t, err, "key")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = validate.CompareDSN(ctx, c.DSN("postgres", "x"), c.DSN("postgres", "x"), options())
	require.ErrorIs(t, err, context.Canceled)
}

func TestNamesAPerson(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"id": false, "partner_id": false, "mrn": true, "medical_record_number": true, "national_id": true,
		"account_id": false, "passport_no": true, "res_id": false, "patient_ref": true, "phone": true} {
		require.Equal(t, want, validate.NamesAPerson(name), name)
	}
}

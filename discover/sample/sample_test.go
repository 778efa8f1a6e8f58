package sample_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover/sample"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// seen is a tally that keeps what it is given, which only a test may do.
type seen struct {
	column estate.Column
	values []string // "NULL" for NULL, KEY=VALUE where there is a key
	enough int      // values after which it is decided; 0 for never
	nulls  int
}

func (s *seen) AddKeyed(key, value []byte) {
	switch {
	case value == nil:
		s.nulls++
	case key != nil:
		s.values = append(s.values, string(key)+"="+string(value))
	default:
		s.values = append(s.values, string(value))
	}
}

func (s *seen) Decided() bool { return s.enough > 0 && len(s.values) >= s.enough }

func (s *seen) Counts() estate.ColumnCounts {
	return estate.ColumnCounts{Column: s.column.Name, Rows: len(s.values) + s.nulls, Nulls: s.nulls}
}

// database is a database of its own with a role of its own.
type database struct {
	cluster    *pgtest.Cluster
	name, role string
	config     pgread.Config
}

func newDatabase(t testing.TB, statements ...string) *database {
	t.Helper()
	c := pgtest.Shared(t)
	name := c.Database(t, "")
	d := &database{cluster: c, name: name, role: "r_" + name, config: c.Config(name, "r_"+name)}
	c.Exec(t, name, `CREATE ROLE `+pgread.Ident(d.role)+` LOGIN`)
	t.Cleanup(func() {
		c.Exec(t, name, `DROP OWNED BY `+pgread.Ident(d.role)+` CASCADE`, `DROP ROLE `+pgread.Ident(d.role))
	})
	c.Exec(t, name, statements...)
	c.Exec(t, name, `GRANT USAGE ON SCHEMA public TO `+pgread.Ident(d.role), `GRANT SELECT ON ALL TABLES IN SCHEMA public TO `+pgread.Ident(d.role))
	return d
}

// columns asks for columns of a table in schema public: "name type".
func columns(table string, list ...string) []estate.Undecided {
	var out []estate.Undecided
	for _, column := range list {
		name, typ, _ := strings.Cut(column, " ")
		out = append(out, estate.Undecided{Schema: "public", Table: table, Column: estate.Column{Name: name, Type: typ}})
	}
	return out
}

// collect reads, with tallies that keep what they see by table... of one table per column name.
func (d *database) collect(t testing.TB, enough int, wanted []estate.Undecided) (estate.SampledDatabase, map[string]*seen) {
	t.Helper()
	tallies := map[string]*seen{}
	collector := sample.Collector{Config: d.config, Now: time.Now, Tally: func(c estate.Column) sample.Tally {
		s := &seen{column: c, enough: enough}
		tallies[c.Name] = s
		return s
	}}
	return collector.Collect(t.Context(), wanted, func(sample.Event) {}), tallies
}

func tableOf(t testing.TB, d estate.SampledDatabase, name string) estate.SampledTable {
	t.Helper()
	i := slices.IndexFunc(d.Tables, func(table estate.SampledTable) bool { return table.Table == name })
	require.GreaterOrEqual(t, i, 0, "%s is not in the result", name)
	return d.Tables[i]
}

func distinct(values []string) int {
	return len(slices.Compact(slices.Sorted(slices.Values(values))))
}

// TestSpread: the last tenth of a table gets its share of each column's values, in the first round as in all; no row is
// read twice for a column, and hardly any for many columns.
func TestSpread(t *testing.T) {
	t.Parallel()
	d := newDatabase(t, `CREATE TABLE big (a text, b text, c text, d text, pad text)`,
		`INSERT INTO big SELECT 'a' || i, CASE WHEN i > 45000 THEN 'late' || i ELSE 'early' || i END, 'c' || i, 'd' || i, repeat('x', 100) FROM generate_series(1, 50000) i`)
	for _, enough := range []int{1, 0} {
		result, tallies := d.collect(t, enough, columns("big", "a text", "b text", "c text", "d text"))
		require.Equal(t, estate.Known, result.Coverage, result.Problem)
		table := tableOf(t, result, "big")
		require.Empty(t, table.Problem)
		most := 40
		if enough == 0 {
			most = 215
		}
		rows := map[string]int{}
		for name, s := range tallies {
			require.Greater(t, len(s.values), most/2, name)
			require.Less(t, len(s.values), most, name)
			require.Equal(t, len(s.values), distinct(s.values), "each row once")
			for _, value := range s.values {
				rows[strings.TrimLeft(value, "abcdelyrt")]++
			}
		}
		late := 0
		for _, value := range tallies["b"].values {
			if strings.HasPrefix(value, "late") {
				late++
			}
		}
		require.InDelta(t, float64(len(tallies["b"].values))/10, float64(late), float64(len(tallies["b"].values))/20+1)
		require.Greater(t, float64(len(rows)), 0.9*float64(table.Rows), "rows are read for one column each")
	}
}

// TestSmall: of a small table each row is read, once.
func TestSmall(t *testing.T) {
	t.Parallel()
	d := newDatabase(t, `CREATE TABLE none (a text)`, `CREATE TABLE one (a text)`, `INSERT INTO one VALUES ('x')`,
		`CREATE TABLE several (a text, n int)`, `INSERT INTO several SELECT 'v' || i, i FROM generate_series(1, 39) i`,
		`CREATE TABLE bloated (a text, pad text)`, `INSERT INTO bloated SELECT 'v' || i, repeat('x', 200) FROM generate_series(1, 20000) i`,
		`DELETE FROM bloated WHERE a NOT IN ('v5', 'v10000', 'v19990')`,
		`CREATE TABLE moved (a text)`, `INSERT INTO moved SELECT 'old' || i FROM generate_series(1, 40) i`, `UPDATE moved SET a = 'new' || a`, `UPDATE moved SET a = 'new' || a`)
	for name, want := range map[string]int{"none": 0, "one": 1, "several": 39, "bloated": 3, "moved": 40} { // of the bloated one, a row may be met again where scarce rows are looked for
		result, tallies := d.collect(t, 0, columns(name, "a text"))
		table := tableOf(t, result, name)
		require.Equal(t, estate.Known, table.Coverage, name)
		require.Empty(t, table.Problem, name)
		require.Len(t, table.Columns, 1)
		if name != "bloated" {
			require.Equal(t, want, table.Rows, name)
			require.Len(t, tallies["a"].values, want, name)
		}
		require.Equal(t, want, distinct(tallies["a"].values), name)
	}
}

// TestSparse: what few rows hold is found wherever it is, NULL or empty text around it.
func TestSparse(t *testing.T) {
	t.Parallel()
	d := newDatabase(t, `CREATE TABLE wide (full_ text, rare text, blank varchar(20), never text, j jsonb)`,
		`INSERT INTO wide SELECT 'f' || i, CASE WHEN i % 20000 = 7 THEN 'rare' || i END, CASE WHEN i % 30000 = 11 THEN 'word' || i ELSE '' END,
		   NULL, CASE WHEN i = 99999 THEN '{"k": 1}'::jsonb END FROM generate_series(1, 100000) i`)
	result, tallies := d.collect(t, 0, columns("wide", "full_ text", "rare text", "blank character varying(20)", "never text", "j jsonb"))
	require.Empty(t, tableOf(t, result, "wide").Problem)
	require.ElementsMatch(t, []string{"rare7", "rare20007", "rare40007", "rare60007", "rare80007"}, tallies["rare"].values)
	blank := slices.DeleteFunc(slices.Clone(tallies["blank"].values), func(v string) bool { return v == "" })
	require.ElementsMatch(t, []string{"word11", "word30011", "word60011", "word90011"}, blank)
	require.Empty(t, tallies["never"].values)
	require.Positive(t, tallies["never"].nulls)
	require.Equal(t, []string{`{"k": 1}`}, tallies["j"].values)
	require.Less(t, len(tallies["full_"].values), 600)
}

// TestKeys: a value comes with the value of its row that says what it means, and long values are cut.
func TestKeys(t *testing.T) {
	t.Parallel()
	d := newDatabase(t, `CREATE TABLE kv (k text, v text)`, `INSERT INTO kv SELECT 'k' || i, CASE WHEN i % 5 > 0 THEN 'v' || i END FROM generate_series(1, 5000) i`,
		`CREATE TABLE long (t text)`, `INSERT INTO long SELECT repeat('ä', 1000000) FROM generate_series(1, 200)`)
	result, tallies := d.collect(t, 0, []estate.Undecided{{Schema: "public", Table: "kv", Column: estate.Column{Name: "v", Type: "text"}, Key: "k"}})
	require.Empty(t, tableOf(t, result, "kv").Problem)
	require.Greater(t, len(tallies["v"].values), 150)
	require.Greater(t, tallies["v"].nulls, 25)
	for _, pair := range tallies["v"].values {
		key, value, _ := strings.Cut(pair, "=")
		require.Equal(t, key[1:], value[1:])
	}
	result, tallies = d.collect(t, 0, columns("long", "t text"))
	require.Empty(t, tableOf(t, result, "long").Problem)
	require.NotEmpty(t, tallies["t"].values)
	require.Less(t, len(tallies["t"].values), 60, "documents end by their bytes")
	for _, value := range tallies["t"].values {
		require.Len(t, value, 8192, "4096 characters of two bytes")
	}
}

// TestNames that must be quoted, and as many columns as a table can have.
func TestNames(t *testing.T) {
	t.Parallel()
	odd := `o"dd'; DROP TABLE x; --`
	long := strings.Repeat("名", 21) // 63 bytes
	wide := make([]string, 1600)
	asked := make([]string, 1600)
	for i := range wide {
		wide[i], asked[i] = fmt.Sprintf("c%d bool", i), fmt.Sprintf("c%d boolean", i)
	}
	d := newDatabase(t, `CREATE TABLE `+pgread.Ident(odd)+` (`+pgread.Ident(long)+` text, "a""b" text, "select" text, "a.b" text)`,
		`INSERT INTO `+pgread.Ident(odd)+` VALUES ('1', '2', '3', '4')`,
		`CREATE TABLE w (`+strings.Join(wide, ", ")+`)`, `INSERT INTO w (c0) SELECT true FROM generate_series(1, 5)`, `INSERT INTO w (c1599) VALUES (false)`)
	result, tallies := d.collect(t, 0, columns(odd, long+" text", `a"b text`, "select text", "a.b text"))
	require.Empty(t, tableOf(t, result, odd).Problem)
	require.Equal(t, []string{"1", "2", "3", "4"}, []string{tallies[long].values[0], tallies[`a"b`].values[0], tallies["select"].values[0], tallies["a.b"].values[0]})

	result, tallies = d.collect(t, 0, columns("w", asked...))
	table := tableOf(t, result, "w")
	require.Empty(t, table.Problem)
	require.Len(t, table.Columns, 1600)
	require.Equal(t, []string{"true", "true", "true", "true", "true"}, tallies["c0"].values)
	require.Equal(t, []string{"false"}, tallies["c1599"].values)
}

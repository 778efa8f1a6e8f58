package sample_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover/sample"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// TestTrouble: what cannot be read is a note on its table, and costs no other table or column.
func TestTrouble(t *testing.T) {
	t.Parallel()
	d := newDatabase(t, `CREATE TABLE good (a text)`, `INSERT INTO good VALUES ('x')`)
	c, role := d.cluster, pgread.Ident(d.role)
	c.Exec(t, d.name,
		`CREATE TABLE denied (a text)`,
		`CREATE TABLE partly (a text, secret text)`, `INSERT INTO partly VALUES ('x', 'y')`, `GRANT SELECT (a) ON partly TO `+role,
		`CREATE TABLE policed (a text)`, `INSERT INTO policed VALUES ('x')`, `ALTER TABLE policed ENABLE ROW LEVEL SECURITY`, `GRANT SELECT ON policed TO `+role,
		`CREATE VIEW fails AS SELECT a::int AS a, 'fine' AS b FROM good`, `GRANT SELECT ON fails TO `+role,
		`CREATE VIEW all_fail AS SELECT (a || 'z')::int AS a FROM good`, `GRANT SELECT ON all_fail TO `+role,
		`CREATE VIEW slow AS SELECT pg_sleep(30)::text AS a`, `GRANT SELECT ON slow TO `+role,
		`CREATE VIEW works AS SELECT 'v' || i AS a FROM generate_series(1, 1000) i`, `GRANT SELECT ON works TO `+role,
		`CREATE MATERIALIZED VIEW kept AS SELECT 'm' || i AS a FROM generate_series(1, 3000) i`, `GRANT SELECT ON kept TO `+role,
		`CREATE MATERIALIZED VIEW hollow AS SELECT 'm' AS a WITH NO DATA`, `GRANT SELECT ON hollow TO `+role,
		`CREATE TABLE parted (a text, n int) PARTITION BY RANGE (n)`, `CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (5000)`,
		`CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (5000) TO (10000)`, `INSERT INTO parted SELECT 'p' || i, i FROM generate_series(0, 9999) i`,
		`GRANT SELECT ON parted, parted_1 TO `+role,
		`CREATE TABLE parent (a text)`, `CREATE TABLE child () INHERITS (parent)`, `INSERT INTO parent VALUES ('parent')`, `INSERT INTO child VALUES ('child')`,
		`GRANT SELECT ON parent, child TO `+role,
		`CREATE EXTENSION postgres_fdw`, `CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw`, `CREATE FOREIGN TABLE far (a text) SERVER elsewhere`,
		`GRANT SELECT ON far TO `+role)
	var wanted []estate.Undecided
	for _, name := range []string{"denied", "policed", "slow", "all_fail", "works", "kept", "hollow", "parted", "parted_1", "parent", "child", "far", "gone", "good"} {
		wanted = append(wanted, columns(name, "a text")...)
	}
	wanted = append(wanted, columns("partly", "a text", "secret text", "dropped text")...)
	wanted = append(wanted, columns("fails", "a integer", "b text")...)
	d.config.Limits.Statement = 2 * time.Second
	result, tallies := d.collect(t, 0, wanted)
	require.Equal(t, estate.Known, result.Coverage)
	for name, want := range map[string]struct {
		coverage estate.Coverage
		problem  string
		rows     int
	}{
		"denied":   {estate.Denied, `role "` + d.role + `" may not SELECT from it`, 0},
		"policed":  {estate.Denied, `role "` + d.role + `" may not do that (SQLSTATE 42501)`, 0},
		"slow":     {estate.Timeout, "it took longer than allowed (SQLSTATE 57014)", 0},
		"all_fail": {estate.Failed, "the server refused (SQLSTATE 22P02)", 0},
		"works":    {estate.Known, "", 250},
		"hollow":   {estate.Absent, "a materialised view that holds nothing yet", 0},
		"far":      {estate.NotAsked, "a foreign table: its rows lie on another server, which this leave is not about", 0},
		"gone":     {estate.Absent, "there is no such table any more", 0},
		"parent":   {estate.Known, "", 1},
		"child":    {estate.Known, "", 1},
		"good":     {estate.Known, "", 1},
		"fails":    {estate.Known, `columns "a": the server refused (SQLSTATE 22P02)`, 1},
		"partly":   {estate.Known, `columns "dropped": there is no such column any more; columns "secret": role "` + d.role + `" may not SELECT it`, 1},
	} {
		table := tableOf(t, result, name)
		require.Equal(t, want.coverage, table.Coverage, "%s: %s", name, table.Problem)
		require.Equal(t, want.problem, table.Problem, name)
		require.Equal(t, want.rows, table.Rows, name)
	}
	require.Greater(t, tableOf(t, result, "kept").Rows, 150)
	require.Greater(t, tableOf(t, result, "parted_1").Rows, 150)
	parted := tableOf(t, result, "parted")
	require.Empty(t, parted.Problem)
	require.Greater(t, parted.Rows, 100)
	require.Equal(t, []string{"fine"}, tallies["b"].values)

	d.config.Database = "no such database"
	result, _ = d.collect(t, 0, wanted)
	require.Equal(t, estate.Absent, result.Coverage)
	require.Equal(t, "there is no such database (SQLSTATE 3D000)", result.Problem)
	require.Empty(t, result.Tables)
}

const canary = "Quarzlinghoff Ottegebe 8839217"

// requireNoCanary looks for the canary in clear, hexadecimal and base64, whole and in pieces of six.
func requireNoCanary(t testing.TB, text string) {
	t.Helper()
	lower := strings.ToLower(text)
	for i := 0; i+6 <= len(canary); i++ {
		piece := canary[i : i+6]
		require.NotContains(t, lower, strings.ToLower(piece))
		require.NotContains(t, lower, hex.EncodeToString([]byte(piece)))
		require.NotContains(t, text, base64.RawStdEncoding.EncodeToString([]byte(canary[i : i+6]))[:8])
	}
}

// canaried is a database where the canary stands wherever a server can quote it.
func canaried(t testing.TB) (*database, []estate.Undecided) {
	t.Helper()
	d := newDatabase(t, `CREATE TABLE patients (name text, j jsonb)`,
		`INSERT INTO patients SELECT '`+canary+`', jsonb_build_object('`+canary+`', i) FROM generate_series(1, 3000) i`,
		`CREATE VIEW cast_fails AS SELECT name::int AS a FROM patients`,
		`CREATE FUNCTION tell(v text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
		   RAISE EXCEPTION 'message %', v USING DETAIL = v, HINT = v, ERRCODE = 'Q8839', SCHEMA = v, TABLE = v, COLUMN = v, CONSTRAINT = v, DATATYPE = v; END $$`,
		`CREATE VIEW raises AS SELECT tell(name) AS a FROM patients`,
		`CREATE VIEW notices AS SELECT name AS a, pg_sleep(20)::text AS b FROM patients`)
	return d, append(append(columns("patients", "name text", "j jsonb"), columns("cast_fails", "a text")...),
		append(columns("raises", "a text"), columns("notices", "a text", "b text")...)...)
}

// TestNoValueLeaves by an error, and nothing is lost by one.
func TestNoValueLeaves(t *testing.T) {
	t.Parallel()
	d, wanted := canaried(t)
	d.config.Limits.Statement = 500 * time.Millisecond
	result, tallies := d.collect(t, 0, wanted)
	require.Contains(t, tallies["name"].values, canary, "without it this test proves nothing")
	for _, name := range []string{"cast_fails", "raises", "notices"} {
		require.NotEmpty(t, tableOf(t, result, name).Problem)
	}
	text, err := json.Marshal(result)
	require.NoError(t, err)
	requireNoCanary(t, string(text))
	requireNoCanary(t, fmt.Sprintf("%+v %#v", result, result))
}

// panicking is a tally that panics with a value.
type panicking struct{ seen }

func (p *panicking) AddKeyed(_, value []byte) {
	if value != nil {
		panic("cannot count " + string(value))
	}
}

// TestPanic: a panic with a value in its words ends at its table, in fixed words.
func TestPanic(t *testing.T) {
	t.Parallel()
	d, wanted := canaried(t)
	d.cluster.Exec(t, d.name, `CREATE TABLE z (a text)`, `INSERT INTO z VALUES ('x')`, `GRANT SELECT ON z TO `+pgread.Ident(d.role))
	wanted = append(wanted[:2:2], columns("z", "a text")...)
	collector := sample.Collector{Config: d.config, Now: time.Now, Tally: func(c estate.Column) sample.Tally {
		if c.Name == "a" {
			return &seen{column: c}
		}
		return &panicking{seen{column: c}}
	}}
	result := collector.Collect(t.Context(), wanted, func(sample.Event) {})
	patients := tableOf(t, result, "patients")
	require.Equal(t, estate.Failed, patients.Coverage)
	require.Equal(t, "reading broke off: a fault of nightferry, not of the table", patients.Problem)
	require.Equal(t, 1, tableOf(t, result, "z").Rows, "the next table is read on a new connection")
	requireNoCanary(t, fmt.Sprintf("%+v", result))
}

// cutter passes a connection on and breaks it after so many bytes of the server; a negative number is never.
func cutter(d *database, after func(connection int) int64) func(ctx context.Context, network, address string) (net.Conn, error) {
	var connections atomic.Int64
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		connection := int(connections.Add(1))
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(d.cluster.Dir, ".s.PGSQL."+strconv.Itoa(d.cluster.Port)))
		if err != nil {
			return nil, err
		}
		return &cut{conn, after(connection)}, nil
	}
}

type cut struct {
	net.Conn
	left int64
}

func (c *cut) Read(p []byte) (int, error) {
	if c.left >= 0 && int64(len(p)) > c.left {
		if c.left == 0 {
			c.Close()
			return 0, net.ErrClosed
		}
		p = p[:c.left]
	}
	n, err := c.Conn.Read(p)
	if c.left >= 0 {
		c.left -= int64(n)
	}
	return n, err
}

// TestKilledConnection at any moment: it is a note on the table under way, the others are read, and no value leaves.
func TestKilledConnection(t *testing.T) {
	t.Parallel()
	d, wanted := canaried(t)
	d.cluster.Exec(t, d.name, `CREATE TABLE z (a text)`, `INSERT INTO z VALUES ('x')`, `GRANT SELECT ON z TO `+pgread.Ident(d.role))
	wanted = append(wanted[:2:2], columns("z", "a text")...)
	broken := 0
	for after := int64(1000); after < 60_000; after += 1777 {
		d.config.Dial = cutter(d, func(connection int) int64 {
			if connection == 1 {
				return after
			}
			return -1
		})
		result, _ := d.collect(t, 0, wanted)
		text := fmt.Sprintf("%+v", result)
		requireNoCanary(t, text)
		if result.Coverage != estate.Known {
			continue // it broke before the first table
		}
		require.Len(t, result.Tables, 2)
		if strings.Contains(tableOf(t, result, "patients").Problem, "the connection was lost") {
			broken++
			require.Equal(t, 1, tableOf(t, result, "z").Rows)
		}
	}
	require.Greater(t, broken, 5)

	d.config.Dial = cutter(d, func(int) int64 { return 4000 })
	result, _ := d.collect(t, 0, wanted)
	require.Contains(t, fmt.Sprintf("%+v", result), "the connection was lost")
}

// TestDroppedMeanwhile: a table that goes while it is read is a note on it at most, and the next one is read.
func TestDroppedMeanwhile(t *testing.T) {
	t.Parallel()
	d := newDatabase(t, `CREATE TABLE a (a text, b text)`, `INSERT INTO a SELECT i, i FROM generate_series(1, 20000) i`, `CREATE TABLE z (z text)`, `INSERT INTO z VALUES ('x')`)
	dropped := make(chan error, 1)
	conn := d.cluster.Connect(t, d.name, "postgres")
	defer conn.Close(context.WithoutCancel(t.Context()))
	collector := sample.Collector{Config: d.config, Now: time.Now, Tally: func(c estate.Column) sample.Tally {
		return &dropping{seen: seen{column: c}, drop: func() {
			// Between two statements of ours the table is free; while one of them reads, this waits.
			go func() {
				_, err := conn.Exec(context.WithoutCancel(t.Context()), `DROP TABLE a`)
				dropped <- err
			}()
		}}
	}}
	result := collector.Collect(t.Context(), append(columns("a", "a text", "b text"), columns("z", "z text")...), func(sample.Event) {})
	require.NoError(t, <-dropped)
	a := tableOf(t, result, "a")
	require.Equal(t, estate.Known, a.Coverage, "some of it was read")
	if a.Problem != "" {
		require.Regexp(t, `SQLSTATE (42P01|55P03|XX000)`, a.Problem)
	}
	require.Equal(t, 1, tableOf(t, result, "z").Rows)
}

// dropping has its table dropped at its first value.
type dropping struct {
	seen
	drop func()
}

func (d *dropping) AddKeyed(key, value []byte) {
	if d.column.Name == "a" && len(d.values) == 0 {
		d.drop()
	}
	d.seen.AddKeyed(key, value)
}

// TestStopped: what was read before the run was stopped is kept, and the rest is left for the next.
func TestStopped(t *testing.T) {
	t.Parallel()
	d := newDatabase(t, `CREATE TABLE one (a text)`, `CREATE TABLE two (a text)`, `CREATE TABLE three (a text)`)
	ctx, cancel := context.WithCancel(t.Context())
	collector := sample.Collector{Config: d.config, Now: time.Now, Tally: func(c estate.Column) sample.Tally { return &seen{column: c} }}
	result := collector.Collect(ctx, append(append(columns("one", "a text"), columns("two", "a text")...), columns("three", "a text")...), func(e sample.Event) {
		require.Equal(t, 3, e.Tables)
		if e.Number == 2 {
			cancel()
		}
	})
	require.Equal(t, estate.Known, result.Coverage)
	require.Len(t, result.Tables, 1)
	require.Equal(t, "one", result.Tables[0].Table)
}

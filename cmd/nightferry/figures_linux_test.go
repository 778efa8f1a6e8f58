package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
	"nightferry/internal/pgread/pgtest"
	"nightferry/testdata/labelled"
)

// meter passes connections on to a server's socket and counts what the server sends.
type meter struct {
	port  int
	bytes atomic.Int64
}

func newMeter(t *testing.T, c *pgtest.Cluster) *meter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	m := &meter{port: listener.Addr().(*net.TCPAddr).Port}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", filepath.Join(c.Dir, ".s.PGSQL."+strconv.Itoa(c.Port)))
			if err != nil {
				client.Close()
				return
			}
			go func() {
				_, _ = io.Copy(server, client)
				server.Close()
			}()
			go func() {
				_, _ = io.Copy(io.MultiWriter(client, m), server)
				client.Close()
			}()
		}
	}()
	return m
}

func (m *meter) Write(p []byte) (int, error) {
	m.bytes.Add(int64(len(p)))
	return len(p), nil
}

// labelledDatabase is the labelled set on a real server, with copies of its tables in further schemas until there are so
// many.
func labelledDatabase(t *testing.T, set *labelled.Set, rows, tables int) (c *pgtest.Cluster, name, role string) {
	t.Helper()
	c = pgtest.Shared(t)
	name = c.Database(t, "")
	role = "r_" + name
	var script bytes.Buffer
	require.NoError(t, set.WriteSQL(&script, 7, rows, labelled.Parts()...))
	psql := exec.CommandContext(t.Context(), filepath.Join(c.Bin, "psql"), "-X", "-q", "-h", c.Dir, "-p", strconv.Itoa(c.Port), "-U", "postgres", "-d", name)
	psql.Stdin = &script
	out, err := psql.CombinedOutput()
	require.NoError(t, err, "%s", out)
	c.Exec(t, name, `CREATE ROLE `+pgread.Ident(role)+` LOGIN`, `GRANT pg_read_all_data TO `+pgread.Ident(role))
	t.Cleanup(func() { c.Exec(t, name, `DROP OWNED BY `+pgread.Ident(role), `DROP ROLE `+pgread.Ident(role)) })
	for n := len(set.Tables); n < tables; n++ {
		from := set.Tables[n%len(set.Tables)]
		schema := pgread.Ident(fmt.Sprintf("copy%d_%s", n/len(set.Tables), from.Schema))
		c.Exec(t, name, `CREATE SCHEMA IF NOT EXISTS `+schema,
			`CREATE TABLE `+schema+`.`+pgread.Ident(from.Name)+` AS TABLE `+pgread.Ident(from.Schema, from.Name))
	}
	c.Exec(t, name, `ANALYZE`)
	return c, name, role
}

// figureRows is how many rows the tables have.
const figureRows = 2000

// TestFigures reads 150 tables with the command as people run it: bytes against those of whole rows, columns a CPU-second,
// memory, and the score of its CSV.
func TestFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("fills 150 tables")
	}
	set, err := labelled.Load()
	require.NoError(t, err)
	c, name, role := labelledDatabase(t, set, figureRows, 150)
	m := newMeter(t, c)
	dsn := fmt.Sprintf("host=127.0.0.1 port=%d dbname=%s user=%s password=x sslmode=disable", m.port, name, role)
	run := func(arguments ...string) (stdout []byte, cpu time.Duration, memory int) {
		cmd := exec.CommandContext(t.Context(), "nightferry", append([]string{"classify", "columns", "-q", "--dsn", dsn}, arguments...)...)
		var out, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &stderr
		require.NoError(t, cmd.Start())
		peak := peakMemory(t, cmd.Process.Pid)
		require.NoError(t, cmd.Wait(), "%s", &stderr)
		return out.Bytes(), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), <-peak
	}
	_, cpu, memory := run("--names-only", "--json")
	t.Logf("names only: CPU %v, %d MB", cpu, memory)
	catalogue := m.bytes.Swap(0)
	stdout, cpu, memory := run("--json")
	sampled := m.bytes.Swap(0) - catalogue
	var verdicts struct {
		Rows []struct {
			Table string `json:"table"`
			Rows  int    `json:"rows"`
		} `json:"rows"`
		Columns []json.RawMessage `json:"columns"`
	}
	require.NoError(t, json.Unmarshal(stdout, &verdicts))
	conn := c.Connect(t, name, "postgres")
	defer conn.Close(t.Context())
	before, rows := m.bytes.Load(), 0
	whole, err := pgread.Open(t.Context(), pgread.Config{Host: "127.0.0.1", Port: m.port, Database: name, User: role, TLS: pgread.TLS{Mode: "disable"}})
	require.NoError(t, err)
	defer whole.Close(t.Context())
	for _, table := range verdicts.Rows {
		schema, name, _ := strings.Cut(table.Table, ".")
		rows += table.Rows
		require.NoError(t, whole.Read(t.Context(), func(r *pgread.Reader) error {
			return r.Each(pgread.SQL("TABLE "+pgread.Ident(schema, name)+" LIMIT "+strconv.Itoa(table.Rows)), nil, nil)
		}))
	}
	wholly := m.bytes.Load() - before
	t.Logf("%d columns of %d tables, %d rows: %d bytes, whole rows %d: %.1f %%; CPU %v, %.0f columns a CPU-second; %d MB",
		len(verdicts.Columns), len(verdicts.Rows), rows, sampled, wholly, 100*float64(sampled)/float64(wholly), cpu,
		float64(len(verdicts.Columns))/cpu.Seconds(), memory)
	require.GreaterOrEqual(t, float64(len(verdicts.Columns))/cpu.Seconds(), 1500.0)
	require.LessOrEqual(t, memory, 64)
	require.LessOrEqual(t, float64(sampled), 0.15*float64(wholly))

	stdout, _, _ = run("--csv")
	report := set.Score(verdictsOf(t, stdout), labelled.Open) // whose misses may be shown
	tail := report.Part(labelled.Open).Tail
	require.Positive(t, tail.Of)
	require.Equal(t, tail.Of, tail.Part, "identifiers that live in the last tenth of a table only are found")
	var text strings.Builder
	require.NoError(t, report.WriteText(&text))
	if os.Getenv("NIGHTFERRY_SHOW") != "" {
		t.Log(text.String())
	}
}

// peakMemory gives the most memory, in MB, that a process had when it ended. What the system tells of an ended process
// counts the one that started it, too, so it is asked while it runs; the figure never falls.
func peakMemory(t *testing.T, pid int) <-chan int {
	t.Helper()
	peak := make(chan int, 1)
	go func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		most := 0
		for range tick.C {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			_, after, found := strings.Cut(string(status), "VmHWM:")
			if err != nil || !found { // it ended
				peak <- most / 1024
				return
			}
			kilobytes, _, _ := strings.Cut(after, " kB")
			if n, err := strconv.Atoi(strings.TrimSpace(kilobytes)); err == nil {
				most = n
			}
		}
	}()
	return peak
}

// verdictsOf reads the CSV: the first row of a column is its class, all subtypes are its labels.
func verdictsOf(t *testing.T, text []byte) []labelled.Verdict {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	require.NoError(t, err)
	var verdicts []labelled.Verdict
	for _, row := range rows[1:] {
		if n := len(verdicts); n > 0 && verdicts[n-1].Schema == row[0] && verdicts[n-1].Table == row[1] && verdicts[n-1].Column == row[2] {
			verdicts[n-1].Labels = append(verdicts[n-1].Labels, row[5])
			continue
		}
		confidence, err := strconv.ParseFloat(row[4], 64)
		require.NoError(t, err)
		verdicts = append(verdicts, labelled.Verdict{Schema: row[0], Table: row[1], Column: row[2], Class: estate.DataClass(row[3]), Confidence: confidence, Labels: []string{row[5]}})
	}
	return verdicts
}

package classify_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/classify/detect"
	"nightferry/internal/estate"
	"nightferry/testdata/labelled"
)

// BenchmarkColumns classifies 150 tables with 200 rows each, from the rows to the verdicts: columns a CPU-second and the
// heap that lives at the end. The rows are made beforehand.
func BenchmarkColumns(b *testing.B) {
	set, err := labelled.Load()
	require.NoError(b, err)
	c, err := classify.NewClassifier()
	require.NoError(b, err)
	const rows, tables = 200, 150
	var database estate.Database
	var values [][][][]byte // by table, row, column
	open := set.Database(rows, labelled.Open).Tables.Value
	for i := range tables {
		table := open[i%len(open)]
		from := set.Table(table.QualifiedName())
		table.Schema = fmt.Sprintf("%s%d", table.Schema, i/len(open))
		var lines [][][]byte
		for line := range from.Rows(labelledSeed, rows) {
			kept := make([][]byte, len(line))
			for k, value := range line {
				if value != nil {
					kept[k] = append([]byte{}, value...)
				}
			}
			lines = append(lines, kept)
		}
		values = append(values, lines)
		database.Tables.Value = append(database.Tables.Value, table)
	}
	database.Tables.Coverage, database.Name = estate.Known, "set"
	b.ResetTimer()
	b.ReportAllocs()
	columns := 0
	for range b.N {
		columns += classifyOnce(c, database, values)
	}
	b.ReportMetric(float64(columns)/b.Elapsed().Seconds(), "columns/s")
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(memory.Sys)/(1<<20), "MB-sys")
}

func classifyOnce(c *classify.Classifier, database estate.Database, values [][][][]byte) int {
	inventory := estate.Inventory{Postgres: []estate.PostgresServer{{Name: "set", Databases: estate.Know("set", []estate.Database{database})}}}
	sampled := estate.SampledDatabase{Database: "set"}
	for i, table := range database.Tables.Value {
		result := estate.SampledTable{Schema: table.Schema, Table: table.Name, Rows: len(values[i])}
		for k, column := range table.Columns {
			a := detectAccumulator(c, column)
			for _, line := range values[i] {
				if a.Add(line[k]); a.Decided() {
					break
				}
			}
			result.Columns = append(result.Columns, a.Counts())
		}
		sampled.Tables = append(sampled.Tables, result)
	}
	inventory.Columns = []estate.SampledServer{{Server: "set", Databases: []estate.SampledDatabase{sampled}}}
	columns := 0
	for _, judged := range c.Judge(inventory) {
		columns += len(judged.Columns)
	}
	return columns
}

func detectAccumulator(c *classify.Classifier, column estate.Column) *detect.Accumulator {
	return detect.NewAccumulator(c.Knowledge(), column)
}

package classify_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/classify/detect"
	"nightferry/internal/estate"
	"nightferry/testdata/labelled"
)

const labelledSeed, labelledRows = 7, 2000

// labelledInventory is the labelled set as discovery and sampling would leave it.
func labelledInventory(set *labelled.Set, knowledge *detect.Knowledge, c *classify.Classifier, parts ...labelled.Part) estate.Inventory {
	database := set.Database(labelledRows, parts...)
	inventory := estate.Inventory{Postgres: []estate.PostgresServer{{Name: "set", Databases: estate.Know("set", []estate.Database{database})}}}
	keys := map[string]string{}
	for _, u := range c.Undecided(inventory) {
		keys[u.Schema+"."+u.Table+"."+u.Column.Name] = u.Key
	}
	sampled := estate.SampledDatabase{Database: database.Name, Coverage: estate.Known}
	for _, table := range database.Tables.Value {
		sampled.Tables = append(sampled.Tables, sampleTable(set.Table(table.QualifiedName()), table, knowledge, keys))
	}
	inventory.Columns = []estate.SampledServer{{Server: "set", Databases: []estate.SampledDatabase{sampled}}}
	return inventory
}

// sampleTable reads every fifth row, as pages spread over the table would bring them.
func sampleTable(from *labelled.Table, table estate.Table, knowledge *detect.Knowledge, keys map[string]string) estate.SampledTable {
	result := estate.SampledTable{Schema: table.Schema, Table: table.Name, Coverage: estate.Known}
	accumulators := make([]*detect.Accumulator, len(table.Columns))
	keyAt := make([]int, len(table.Columns))
	for i, column := range table.Columns {
		accumulators[i] = detect.NewAccumulator(knowledge, column)
		keyAt[i] = -1
		for k, other := range table.Columns {
			if other.Name == keys[table.QualifiedName()+"."+column.Name] {
				keyAt[i] = k
			}
		}
	}
	row := 0
	for values := range from.Rows(labelledSeed, labelledRows) {
		if row++; row%5 != 0 && from.Count(labelledRows) > 500 {
			continue
		}
		result.Rows++
		for i, value := range values {
			switch {
			case accumulators[i].Decided():
			case keyAt[i] >= 0:
				accumulators[i].AddKeyed(values[keyAt[i]], value)
			default:
				accumulators[i].Add(value)
			}
		}
	}
	for _, a := range accumulators {
		result.Columns = append(result.Columns, a.Counts())
	}
	return result
}

func score(t *testing.T, names bool, parts ...labelled.Part) labelled.Report {
	t.Helper()
	set, err := labelled.Load()
	require.NoError(t, err)
	c, err := classify.NewClassifier()
	require.NoError(t, err)
	inventory := labelledInventory(set, c.Knowledge(), c, parts...)
	if names {
		inventory.Columns = nil
	}
	var verdicts []labelled.Verdict
	show := os.Getenv("NIGHTFERRY_SHOW") != "" && len(parts) == 1
	for _, judged := range c.Judge(inventory) {
		for _, column := range judged.Columns {
			v := labelled.Verdict{Schema: judged.Table.Schema, Table: judged.Table.Name, Column: column.Column, Class: column.Class, Confidence: column.Confidence}
			v.Labels = append(v.Labels, labels(column)...)
			verdicts = append(verdicts, v)
			if truth := set.Table(judged.Table.QualifiedName()).Column(column.Column); show && truth.Class != column.Class && !slices.Contains(truth.Also, column.Class) {
				t.Logf("%s.%s %s: %s, called %s %.2f: %v", judged.Table.QualifiedName(), column.Column, truth.Type, truth.Class, column.Class, column.Confidence, column.Evidence)
			}
		}
	}
	return set.Score(verdicts, parts...)
}

// TestShow prints the score of a part with its misses, for those who work on the dictionaries: NIGHTFERRY_SHOW=heldout,
// or NIGHTFERRY_SHOW="heldout names" for a judgement that no row was read for.
func TestShow(t *testing.T) {
	part, names, _ := strings.Cut(os.Getenv("NIGHTFERRY_SHOW"), " ")
	if !slices.Contains(shown(), labelled.Part(part)) {
		t.Skip("shows what is missed, on demand, of the parts that dictionaries may be written by")
	}
	var text strings.Builder
	require.NoError(t, score(t, names == "names", labelled.Part(part)).WriteText(&text))
	t.Log(text.String())
}

// shown lists the parts that whoever writes dictionaries may look at.
func shown() []labelled.Part { return []labelled.Part{labelled.Open, labelled.HeldOut, labelled.Fresh} }

// floors are the figures below which nobody may fall.
type floors struct {
	recall, precision, hardRecall, hardPrecision, macroF1, language, sure float64
	decoys                                                                int // that may be taken for real
}

// promised gives the figures of each part: of those that dictionaries are written by, a little less than what was measured,
// and of the open one at least what the classification promises. The unseen one is of names that nobody looked at, and tells
// how far the promise reaches in the world. Floors below the promise may only rise.
func promised(part labelled.Part) floors {
	switch part {
	case labelled.Open:
		return floors{0.97, 0.97, 0.95, 0.96, 0.92, 0.95, 0.95, 0}
	case labelled.HeldOut:
		return floors{0.91, 0.95, 0.88, 0.95, 0.89, 0.88, 0.95, 0}
	case labelled.Fresh:
		return floors{0.92, 0.87, 0.91, 0.85, 0.83, 0.90, 0.95, 0}
	default:
		return floors{0.81, 0.92, 0.78, 0.92, 0.76, 0.69, 0.92, 0}
	}
}

// TestLabelledSet scores all parts of the labelled set, and prints them.
func TestLabelledSet(t *testing.T) {
	t.Parallel()
	report := score(t, false, labelled.Parts()...)
	columns := 0
	for _, part := range labelled.Parts() {
		s, least := report.Part(part), promised(part)
		columns += s.Columns
		s.Misses = nil // what was missed in a part that is held out is not shown to those who write dictionaries
		var text strings.Builder
		require.NoError(t, labelled.Report{Parts: []labelled.PartScore{s}}.WriteText(&text))
		t.Log(text.String())
		require.Empty(t, s.Unasked)
		require.GreaterOrEqual(t, s.All.Recall(), least.recall, "%s: recall", part)
		require.GreaterOrEqual(t, s.All.Precision(), least.precision, "%s: precision", part)
		require.GreaterOrEqual(t, s.Hard.Recall(), least.hardRecall, "%s: recall on hard columns", part)
		require.GreaterOrEqual(t, s.Hard.Precision(), least.hardPrecision, "%s: precision on hard columns", part)
		require.GreaterOrEqual(t, s.MacroF1(), least.macroF1, "%s: macro F1", part)
		for language, rates := range s.Languages {
			require.GreaterOrEqual(t, rates.Recall(), least.language, "%s: recall in %s", part, language)
		}
		require.LessOrEqual(t, s.Decoys.Part, least.decoys, "%s: decoys with a wrong check digit", part)
		if part != labelled.Unseen { // there the late ones are texts and parameters, and half of them are found
			require.Equal(t, s.Tail.Of, s.Tail.Part, "%s: identifiers in the last tenth", part)
		}
		require.GreaterOrEqual(t, s.Sure.Ratio(), least.sure, "%s: verdicts at 0.9 and more are right", part)
		require.Greater(t, s.Sure.Of, s.Columns/10, "%s: hardly a verdict is sure", part)
	}
	require.GreaterOrEqual(t, columns, 800)
}

// TestNamesOnly: without a row, names and places alone must do. What no name tells stays unknown, and counts as missed.
func TestNamesOnly(t *testing.T) {
	t.Parallel()
	for part, least := range map[labelled.Part]floors{
		labelled.Open:    {recall: 0.94, precision: 0.97, macroF1: 0.83, sure: 0.97},
		labelled.HeldOut: {recall: 0.88, precision: 0.90, macroF1: 0.77, sure: 0.95},
		labelled.Fresh:   {recall: 0.88, precision: 0.89, macroF1: 0.73, sure: 0.95},
	} {
		s := score(t, true, part).Part(part)
		require.GreaterOrEqual(t, s.All.Recall(), least.recall, "%s: recall", part)
		require.GreaterOrEqual(t, s.All.Precision(), least.precision, "%s: precision", part)
		require.GreaterOrEqual(t, s.MacroF1(), least.macroF1, "%s: macro F1", part)
		require.GreaterOrEqual(t, s.Sure.Ratio(), least.sure, "%s: verdicts at 0.9 and more are right", part)
	}
}

// labels lists what stands beside the class: the subtype, "art9:CATEGORY", "cardholder".
func labels(r classify.ColumnResult) []string {
	var list []string
	if r.Subtype != "" {
		list = append(list, r.Subtype)
	}
	if r.Article9 != "" {
		list = append(list, "art9:"+r.Article9)
	}
	if r.Cardholder != "" {
		list = append(list, "cardholder")
	}
	for _, l := range r.Also {
		list = append(list, l.Subtype)
	}
	return list
}

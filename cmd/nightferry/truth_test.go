package main

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// sampled is the recorded engagement with its inventory: what the unprivileged accounts saw of the lab.
func sampled(t *testing.T) (*engagement.Engagement, estate.Inventory) {
	t.Helper()
	e, err := engagement.Load("sample/engagement.yaml", func(string) (string, bool) { return "/home/consultant", true })
	require.NoError(t, err)
	folder, err := engagement.Open("sample")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, folder.Close()) })
	inventory, err := folder.Inventory()
	require.NoError(t, err)
	return e, inventory
}

// TestClassesOfTheSample tells how many of the addon's sensitive columns are found sensitive by catalogue and names
// alone. Values decide the rest, later; until then the share may only grow, and nothing sensitive is called harmless
// that the names could have told.
func TestClassesOfTheSample(t *testing.T) {
	t.Parallel()
	truth, err := lab.ReadTruth()
	require.NoError(t, err)
	e, inventory := sampled(t)
	classifier, err := classify.NewClassifier()
	require.NoError(t, err)
	got := map[string]estate.DataClass{}
	for _, d := range classifier.Classify(inventory, e.Services).Databases {
		if d.Database != "clinic" {
			continue
		}
		for _, table := range d.Tables {
			for _, c := range table.Sensitive {
				got[table.Table+"."+c.Column] = c.Class
			}
			for _, c := range table.NotAssessed {
				got[table.Table+"."+c] = estate.NotAssessed
			}
			for _, c := range table.Operational {
				got[table.Table+"."+c] = estate.Operational
			}
		}
	}
	sensitive, found, exact := 0, 0, 0
	var missed, harmless []string
	for _, want := range truth.Columns {
		class := estate.DataClass(want.Class)
		if !class.IsSensitive() {
			continue
		}
		sensitive++
		name := want.Table + "." + want.Column
		switch is := got[name]; {
		case is.IsSensitive():
			found++
			if is == class {
				exact++
			}
		case is == estate.NotAssessed:
			missed = append(missed, name)
		default:
			harmless = append(harmless, name+" is called "+string(is))
		}
	}
	t.Logf("of %d sensitive columns %d are found, %d with the right class; not assessed: %s; called harmless: %s",
		sensitive, found, exact, strings.Join(missed, ", "), strings.Join(harmless, ", "))
	require.Greater(t, sensitive, 20)
	require.GreaterOrEqual(t, found*100/sensitive, 90)
}

// TestSampleHoldsNoCanary looks for secrets and patients in what is embedded.
func TestSampleHoldsNoCanary(t *testing.T) {
	t.Parallel()
	canaries, err := lab.ReadCanaries()
	require.NoError(t, err)
	tree, err := fs.Sub(beginnings, "sample")
	require.NoError(t, err)
	found, err := canaries.FindIn(tree)
	require.NoError(t, err)
	require.Empty(t, found)
}

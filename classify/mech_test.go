package classify_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/testdata/labelled"
)

// mechanism only: no names of tables or columns of the held-out part are shown
func TestMechanism(t *testing.T) {
	if os.Getenv("NIGHTFERRY_SHOW") != "mech" {
		t.Skip()
	}
	set, err := labelled.Load()
	require.NoError(t, err)
	c, err := classify.NewClassifier()
	require.NoError(t, err)
	inv := labelledInventory(set, c.Knowledge(), c, labelled.HeldOut)
	db := &inv.Postgres[0].Databases.Value[0]
	for ti, j := range c.Judge(inv) {
		for _, col := range j.Columns {
			truth := set.Table(j.Table.QualifiedName()).Column(col.Column)
			if truth.Class.IsSensitive() == col.Class.IsSensitive() || slices.Contains(truth.Also, col.Class) {
				continue
			}
			var cnt string
			for _, sc := range inv.Counts("set", db.Name, j.Table.Schema, j.Table.Name).Columns {
				if sc.Column == col.Column {
					cnt = fmt.Sprint(sc.Filled(), " of ", sc.Rows, " d", sc.Distinct, " ", sc.Whole, sc.Keyed, sc.Parts)
				}
			}
			ev := ""
			for _, e := range col.Evidence {
				if e.Kind == "name" {
					ev += fmt.Sprintf("[name %s %.2f]", e.Class, e.Weight)
				} else {
					ev += fmt.Sprintf("[%s %s %.2f %s]", e.Kind, e.Class, e.Weight, e.Detail[:min(len(e.Detail), 60)])
				}
			}
			t.Logf("T%d refs%d %s hard=%v fk=%v: %s, called %s %.2f %s || %s", ti, len(j.Table.References), truth.Type, truth.Hard, truth.Refers != "", truth.Class, col.Class, col.Confidence, ev, cnt)
		}
	}
}

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

func TestBlind(t *testing.T) {
	if os.Getenv("NIGHTFERRY_SHOW") != "blind" {
		t.Skip()
	}
	set, err := labelled.Load()
	require.NoError(t, err)
	c, err := classify.NewClassifier()
	require.NoError(t, err)
	inv := labelledInventory(set, c.Knowledge(), c, labelled.Open)
	db := &inv.Postgres[0].Databases.Value[0]
	orig := map[string]string{}
	for ti := range db.Tables.Value {
		tb := &db.Tables.Value[ti]
		q := tb.QualifiedName()
		ren := map[string]string{}
		for ci := range tb.Columns {
			n := fmt.Sprintf("x%d", ci+1)
			if tb.Columns[ci].Name == "id" {
				n = "id"
			}
			ren[tb.Columns[ci].Name] = n
			orig[q+"."+n] = tb.Columns[ci].Name
			tb.Columns[ci].Name = n
		}
		for i := range tb.PrimaryKey {
			tb.PrimaryKey[i] = ren[tb.PrimaryKey[i]]
		}
		for i := range tb.References {
			for k := range tb.References[i].Columns {
				tb.References[i].Columns[k] = ren[tb.References[i].Columns[k]]
			}
			tb.References[i].RefColumns = []string{"id"}
		}
		st := &inv.Columns[0].Databases[0].Tables[ti]
		for ci := range st.Columns {
			st.Columns[ci].Column = fmt.Sprintf("x%d", ci+1)
			if orig[q+".id"] != "" && ci == 0 && tb.Columns[0].Name == "id" {
				st.Columns[ci].Column = "id"
			}
		}
	}
	miss, tot, fp := 0, 0, 0
	for _, j := range c.Judge(inv) {
		for _, col := range j.Columns {
			truth := set.Table(j.Table.QualifiedName()).Column(orig[j.Table.QualifiedName()+"."+col.Column])
			if truth.Class.IsSensitive() {
				tot++
			}
			if truth.Class.IsSensitive() != col.Class.IsSensitive() && !slices.Contains(truth.Also, col.Class) {
				if truth.Class.IsSensitive() {
					miss++
				} else {
					fp++
				}
				var cnt string
				for _, sc := range inv.Counts("set", db.Name, j.Table.Schema, j.Table.Name).Columns {
					if sc.Column == col.Column {
						cnt = fmt.Sprint(sc.Filled(), " d", sc.Distinct, " ", sc.Whole, sc.Keyed, sc.Parts)
					}
				}
				t.Logf("%s.%s %s: %s, called %s %.2f %v || %s", j.Table.QualifiedName(), truth.Name, truth.Type, truth.Class, col.Class, col.Confidence, col.Evidence, cnt)
			}
		}
	}
	t.Logf("missed %d of %d, false %d", miss, tot, fp)
}

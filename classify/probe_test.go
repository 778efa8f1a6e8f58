package classify_test

import (
	"fmt"
	"nightferry/classify/detect"
	"nightferry/testdata/labelled"
	"os"
	"strings"
	"testing"
)

func TestProbe(t *testing.T) {
	set, _ := labelled.Load()
	k, _ := detect.Load()
	for _, name := range strings.Split(os.Getenv("PROBE"), ",") {
		i := strings.LastIndex(name, ".")
		tab := set.Table(name[:i])
		if tab.Part != labelled.Open {
			t.Fatal("no")
		}
		for ci, c := range tab.Columns {
			if c.Name == name[i+1:] {
				n := 0
				for vs := range tab.Rows(7, 2000) {
					if vs[ci] != nil {
						fmt.Printf("%s=%q\n", name, vs[ci])
						n++
						if n > 6 {
							break
						}
					}
				}
			}
		}
		for _, et := range set.Database(2000, labelled.Open).Tables.Value {
			if et.QualifiedName() == name[:i] {
				for ci, c := range et.Columns {
					if c.Name == name[i+1:] {
						a := detect.NewAccumulator(k, c)
						for vs := range tab.Rows(7, 2000) {
							a.Add(vs[ci])
						}
						fmt.Printf("%+v\n", a.Counts())
					}
				}
			}
		}
	}
}

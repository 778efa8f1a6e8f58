package picture

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

func formats() map[string]func(Picture) string {
	return map[string]func(Picture) string{"svg": SVG, "dot": Dot, "mmd": Mermaid}
}

func clinic() plan.Plan {
	night := time.Date(2027, 3, 6, 22, 0, 0, 0, time.UTC)
	return plan.Plan{
		Waves: []plan.Wave{
			{Name: "wave-0", Title: "Landing zone", Phase: plan.Foundation},
			{Name: "wave-1", Title: "non-production", From: night, Members: []plan.Placement{{Service: "erp-staging", Environment: estate.NonProduction, Class: estate.PHI}}},
			{Name: "wave-2", Title: "production", From: night.AddDate(0, 0, 7), Members: []plan.Placement{
				{Service: "warehouse", Environment: estate.Production, Class: estate.Operational},
				{Service: "interface engine", Environment: estate.Production},
			}},
			{Name: "wave-3", Title: "production", From: night.AddDate(0, 0, 14), Members: []plan.Placement{{Service: "erp", Environment: estate.Production, Class: estate.PHI}}},
		},
		Retained: []plan.Placement{{Service: "directory", Environment: estate.Production, Class: estate.HR}},
		Dependencies: []plan.Dependency{
			{From: "erp", To: "directory", Protocol: "ldap", Seen: "configured, observed, declared"},
			{From: "erp", To: "warehouse", Protocol: "postgres", Seen: "observed"},
			{From: "interface engine", To: "warehouse", Protocol: "hl7", Seen: "configured"},
			{From: "warehouse", To: "interface engine", Protocol: "hl7", Seen: "configured"},
			{From: "warehouse", To: "interface engine", Protocol: "https", Seen: "declared"},
		},
	}
}

func hostile() plan.Plan {
	names := []string{`"];evil[label="x`, `<script>alert(1)</script>`, "line\nbreak\x00\x1b[31m", `back\slash" -> b`, "]]>&amp;<!--", "\u202eright to left", "bad\xffutf8", "end", strings.Repeat("long ", 50), "`md` **bold** #35; | {}"}
	p := plan.Plan{Waves: []plan.Wave{{Name: `wave "1"`, Title: "</text>\nsubgraph", Members: []plan.Placement{}}}}
	for i, name := range names {
		p.Waves[0].Members = append(p.Waves[0].Members, plan.Placement{Service: name, Environment: estate.Production, Class: "<&\">"})
		p.Dependencies = append(p.Dependencies, plan.Dependency{From: name, To: names[(i+1)%len(names)], Protocol: name, Seen: "observed"})
	}
	return p
}

// hundreds is a made-up plan of 300 services.
func hundreds() plan.Plan {
	r := rand.New(rand.NewPCG(1, 2))
	classes := []estate.DataClass{estate.PHI, estate.Financial, estate.HR, estate.Operational}
	p := plan.Plan{}
	for i := range 8 {
		p.Waves = append(p.Waves, plan.Wave{Name: fmt.Sprintf("wave-%d", i+1), Title: "production"})
	}
	for i := range 300 {
		w := &p.Waves[r.IntN(len(p.Waves))]
		w.Members = append(w.Members, plan.Placement{Service: fmt.Sprintf("service-%03d", i), Environment: estate.Production, Class: classes[r.IntN(len(classes))]})
		if i > 0 {
			p.Dependencies = append(p.Dependencies, plan.Dependency{From: fmt.Sprintf("service-%03d", i), To: fmt.Sprintf("service-%03d", r.IntN(i)), Protocol: []string{"hl7", "postgres", "https"}[r.IntN(3)], Seen: "observed"})
		}
	}
	return p
}

func drawn(t *testing.T, p plan.Plan, all bool) Picture {
	t.Helper()
	pic, err := Of(p, all)
	require.NoError(t, err)
	return pic
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]plan.Plan{"clinic": clinic(), "hostile": hostile(), "hundreds": hundreds()} {
		for format, draw := range formats() {
			file := filepath.Join("testdata", name+"."+format)
			got := draw(drawn(t, p, false))
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got, file)
		}
	}
}

func TestWhatIsDrawn(t *testing.T) {
	t.Parallel()
	pic := drawn(t, clinic(), false)
	require.False(t, pic.Grouped)
	require.Len(t, pic.Columns, 4, "a wave in which nothing moves is not drawn")
	crosses := map[string]bool{}
	for _, a := range pic.Arrows {
		crosses[a.From+" "+a.To] = a.Crosses
	}
	require.Equal(t, map[string]bool{
		"n3_1 n4_1": true,  // erp needs the directory, which stays
		"n3_1 n2_2": true,  // and the warehouse, a wave earlier
		"n2_1 n2_2": false, // these two move together
		"n2_2 n2_1": false,
	}, crosses)
	require.Equal(t, "2× hl7 and 1 more", pic.Arrows[1].label())
	require.Equal(t, "production, class unknown", pic.Columns[1].Boxes[0].kind(), "an unknown class is not shown as none")
}

func TestManyAreGrouped(t *testing.T) {
	t.Parallel()
	p := hundreds()
	pic := drawn(t, p, false)
	require.True(t, pic.Grouped)
	boxes, services, dependencies := 0, 0, 0
	for _, c := range pic.Columns {
		boxes += len(c.Boxes)
		for _, b := range c.Boxes {
			services += len(b.Services)
		}
	}
	for _, a := range pic.Arrows {
		dependencies += a.Dependencies
	}
	require.Equal(t, 8, boxes, "one for each wave")
	require.Equal(t, 300, services)
	require.Equal(t, len(p.Dependencies), dependencies, "none is lost by grouping")

	all := drawn(t, p, true)
	require.False(t, all.Grouped)
	require.Equal(t, 300, strings.Count(SVG(all), "<g>"))
}

func TestSameBytesInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, all := range []bool{false, true} {
		p, q := hundreds(), hundreds()
		r := rand.New(rand.NewPCG(3, 4))
		r.Shuffle(len(q.Dependencies), func(i, j int) {
			q.Dependencies[i], q.Dependencies[j] = q.Dependencies[j], q.Dependencies[i]
		})
		for _, w := range q.Waves {
			r.Shuffle(len(w.Members), func(i, j int) { w.Members[i], w.Members[j] = w.Members[j], w.Members[i] })
		}
		for format, draw := range formats() {
			require.Equal(t, draw(drawn(t, p, all)), draw(drawn(t, q, all)), format)
		}
	}
}

// A name is text in each format, whatever is in it.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	pic := drawn(t, hostile(), false)
	for format, draw := range formats() {
		require.NotContains(t, draw(pic), "\x1b", format)
		require.NotContains(t, draw(pic), "\u202e", format)
	}
	require.NotContains(t, Mermaid(pic), "<script")
	require.Contains(t, Dot(pic), `[label="\"];evil[label=\"x\nproduction, <&amp;\">"];`)
	elements := map[string]int{}
	for in := xml.NewDecoder(strings.NewReader(SVG(pic))); ; {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
		}
	}
	require.Equal(t, 10, elements["g"])
	require.Zero(t, elements["script"])
}

// Graphviz itself reads what is written for it, and finds as many boxes and arrows as there are, with one unseen from column to
// column.
func TestGraphvizReadsIt(t *testing.T) {
	t.Parallel()
	dot, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("dot is not installed")
	}
	for name, p := range map[string]plan.Plan{"clinic": clinic(), "hostile": hostile(), "hundreds": hundreds()} {
		pic := drawn(t, p, name != "hundreds")
		cmd := exec.CommandContext(t.Context(), dot, "-Tplain")
		cmd.Stdin = strings.NewReader(Dot(pic))
		out, err := cmd.Output()
		require.NoError(t, err, name)
		boxes := 0
		for _, c := range pic.Columns {
			boxes += len(c.Boxes)
		}
		require.Equal(t, boxes, strings.Count(string(out), "\nnode "), name)
		require.Equal(t, len(pic.Arrows)+len(pic.Columns)-1, strings.Count(string(out), "\nedge "), name)
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	twice := clinic()
	twice.Retained = append(twice.Retained, plan.Placement{Service: "erp"})
	_, err := Of(twice, false)
	require.EqualError(t, err, `plan.yaml places the service "erp" twice`)

	nowhere := clinic()
	nowhere.Dependencies = append(nowhere.Dependencies, plan.Dependency{From: "erp", To: "nobody"})
	_, err = Of(nowhere, false)
	require.EqualError(t, err, `plan.yaml has a dependency of "erp" on "nobody", and does not place both`)
}

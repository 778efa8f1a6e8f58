package problem_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/plan/problem"
)

func night(day int) time.Time { return time.Date(2027, 3, day, 22, 0, 0, 0, time.UTC) }

func slot(name string, day int) problem.Slot {
	return problem.Slot{Name: name, Start: night(day), End: night(day).Add(6 * time.Hour), Day: day}
}

func production(name, service string, regulated bool, size int64) problem.Workload {
	return problem.Workload{Name: name, Service: service, Environment: estate.Production, Regulated: regulated, SizeBytes: size}
}

func TestVanguard(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		problem problem.Problem
		want    problem.Vanguard
	}{
		"nothing in production": {problem.Problem{Workloads: []problem.Workload{{Name: "a", Environment: estate.NonProduction, Regulated: true}}},
			problem.Vanguard{Rule: problem.Smallest}},
		"unregulated first": {
			problem.Problem{Workloads: []problem.Workload{production("site", "web", false, 9), production("erp", "erp", true, 1)}},
			problem.Vanguard{Rule: problem.Regulated, First: []string{"site"}, Behind: []string{"erp"}},
		},
		"an unregulated one that needs a regulated one is none of the first": {
			problem.Problem{
				Workloads:    []problem.Workload{production("site", "web", false, 9), production("erp", "erp", true, 1), production("wiki", "wiki", false, 1)},
				Dependencies: []problem.Dependency{{From: "site", To: "erp"}},
			},
			problem.Vanguard{Rule: problem.Regulated, First: []string{"wiki"}, Behind: []string{"erp"}},
		},
		"what may cross is no need": {
			problem.Problem{
				Workloads:    []problem.Workload{production("site", "web", false, 9), production("erp", "erp", true, 1)},
				Dependencies: []problem.Dependency{{From: "site", To: "erp", MayCross: true}},
			},
			problem.Vanguard{Rule: problem.Regulated, First: []string{"site"}, Behind: []string{"erp"}},
		},
		"the smallest, with what it needs": {
			problem.Problem{
				Workloads:    []problem.Workload{production("lab", "lab", true, 5), production("erp", "erp", true, 7), production("db", "data", true, 4), production("pacs", "pacs", true, 10)},
				Dependencies: []problem.Dependency{{From: "lab", To: "db"}, {From: "erp", To: "pacs"}, {From: "db", To: "lab"}},
			},
			problem.Vanguard{Rule: problem.Smallest, Service: "data", First: []string{"db", "lab"}, Behind: []string{"erp", "pacs"}},
		},
		"a group moves together": {
			problem.Problem{Workloads: []problem.Workload{
				{Name: "a", Service: "a", Environment: estate.Production, Group: "g"},
				{Name: "b", Service: "b", Environment: estate.Production, Group: "g", Regulated: true},
				production("c", "c", true, -1)}, Limits: problem.Limits{UnknownBytes: 10}},
			problem.Vanguard{Rule: problem.Smallest, Service: "b", First: []string{"a", "b"}, Behind: []string{"c"}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tt.problem.Vanguard())
		})
	}
}

// whole is a problem with one constraint of each kind.
func whole() problem.Problem {
	w := problem.Workload{Name: "erp", Service: "erp", Environment: estate.Production, Regulated: true, Group: "erp", Windows: []string{"sat"}, RTOMinutes: 60, Downtime: problem.Minutes{High: 30}}
	return problem.Problem{
		Workloads:    []problem.Workload{w, production("db", "db", true, 1), {Name: "stg", Environment: estate.NonProduction, Downtime: problem.Minutes{High: -1}}},
		Dependencies: []problem.Dependency{{From: "erp", To: "db"}, {From: "stg", To: "db", MayCross: true}},
		Proofs:       []problem.Proof{{NonProduction: "stg", Production: "erp", Days: 7}},
		Slots:        []problem.Slot{slot("a", 6), slot("b", 13)},
		Closures:     []problem.Closure{{Kind: problem.Freeze, Name: "easter"}, {Kind: problem.Calendar, Name: "nights"}},
		Limits:       problem.Limits{Workloads: 2, Bytes: 9, Crews: 1, Sources: map[problem.ID]string{problem.LimitBytes: "engagement.yaml:9"}},
		Pins: []problem.Pin{{Workload: "erp", NotBefore: night(6)}, {Workload: "erp", NotAfter: night(13)},
			{Workload: "db", NotBefore: night(6), NotAfter: night(6)}, {Workload: "stg", NotBefore: night(6), NotAfter: night(13)}},
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	require.Equal(t, []problem.ID{
		"calendar:nights", "dependency:erp→db", "downtime:db", "downtime:erp", "environment", "freeze:easter", "group:erp",
		"limit:bytes", "limit:crews", "limit:workloads",
		"pin:db@2027-03-06T22:00:00Z", "pin:erp@/2027-03-13T22:00:00Z", "pin:erp@2027-03-06T22:00:00Z/", "pin:stg@2027-03-06T22:00:00Z/2027-03-13T22:00:00Z",
		"proof:stg→erp", "rto:erp", "smallest:erp", "window:erp",
	}, whole().IDs())
	require.Equal(t, problem.Environment, problem.Environments.Kind())
	require.Equal(t, problem.Proven, problem.ID("proof:stg→erp").Kind())
}

func TestCheck(t *testing.T) {
	t.Parallel()
	require.NoError(t, whole().Check())
	tests := map[string]struct {
		spoil func(*problem.Problem)
		want  string
	}{
		"a workload twice":            {func(p *problem.Problem) { p.Workloads[1].Name = "erp" }, "workload erp is there twice"},
		"no name":                     {func(p *problem.Problem) { p.Workloads[1].Name = "" }, `a workload of service "db" has no name`},
		"an environment that stays":   {func(p *problem.Problem) { p.Workloads[0].Environment = estate.SharedEnv }, `workload erp is of environment "shared"`},
		"a negative number":           {func(p *problem.Problem) { p.Workloads[0].Crews = -1 }, "workload erp has a negative number"},
		"slots out of order":          {func(p *problem.Problem) { p.Slots[0], p.Slots[1] = p.Slots[1], p.Slots[0] }, "slot a starts before b ends"},
		"a slot twice":                {func(p *problem.Problem) { p.Slots[1].Name = "a" }, "slot a is there twice"},
		"a slot backwards":            {func(p *problem.Problem) { p.Slots[0].End = p.Slots[0].Start }, "slot a ends before it starts"},
		"an unknown end":              {func(p *problem.Problem) { p.Dependencies[0].To, p.Dependencies[0].Source = "x", "e.yaml:3" }, `e.yaml:3: dependency erp→x names the workload "x"`},
		"a need of itself":            {func(p *problem.Problem) { p.Dependencies[0].To = "erp" }, "workload erp depends on itself"},
		"a dependency twice":          {func(p *problem.Problem) { p.Dependencies[1] = p.Dependencies[0] }, "dependency erp→db is there twice"},
		"a negative weight":           {func(p *problem.Problem) { p.Dependencies[0].Weight = -1 }, "dependency erp→db weighs -1"},
		"a proof in the past":         {func(p *problem.Problem) { p.Proofs[0].Days = -1 }, "proof:stg→erp: days are -1"},
		"a closure twice":             {func(p *problem.Problem) { p.Closures[1] = p.Closures[0] }, "freeze:easter is there twice"},
		"a closure of no kind":        {func(p *problem.Problem) { p.Closures[1].Kind = "whim" }, `closure nights is a "whim"`},
		"a closure of nobody":         {func(p *problem.Problem) { p.Closures[0].Workloads = []string{"x"} }, `freeze:easter names the workload "x"`},
		"a pin without bounds":        {func(p *problem.Problem) { p.Pins[0].NotBefore = time.Time{} }, "pin of erp binds nothing"},
		"a negative limit":            {func(p *problem.Problem) { p.Limits.Crews = -1 }, "limits: a negative number"},
		"a waiver of nothing":         {func(p *problem.Problem) { p.Waivers = []problem.Waiver{{"freeze:x", "A", "b", "o.yaml:7"}} }, `o.yaml:7: a waiver names the constraint "freeze:x"`},
		"a waiver that nobody signed": {func(p *problem.Problem) { p.Waivers = []problem.Waiver{{Constraint: "freeze:easter"}} }, "the waiver of freeze:easter needs a person and a reason"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := whole()
			tt.spoil(&p)
			require.ErrorContains(t, p.Check(), tt.want)
		})
	}
}

func TestOverlaps(t *testing.T) {
	t.Parallel()
	s := slot("a", 6)
	for name, tt := range map[string]struct {
		span problem.Span
		want bool
	}{
		"ends as it starts":  {problem.Span{Start: night(5), End: s.Start}, false},
		"starts as it ends":  {problem.Span{Start: s.End, End: night(9)}, false},
		"a minute of it":     {problem.Span{Start: s.End.Add(-time.Minute), End: night(9)}, true},
		"within":             {problem.Span{Start: s.Start.Add(time.Hour), End: s.End.Add(-time.Hour)}, true},
		"all around":         {problem.Span{Start: night(1), End: night(9)}, true},
		"long before":        {problem.Span{Start: night(1), End: night(2)}, false},
		"from its beginning": {problem.Span{Start: s.Start, End: s.Start.Add(time.Second)}, true},
	} {
		require.Equal(t, tt.want, tt.span.Overlaps(s), name)
	}
}

func TestMeanings(t *testing.T) {
	t.Parallel()
	p := whole()
	p.Closures[0].Spans = []problem.Span{{Start: night(6), End: night(8)}}
	p.Closures[0].Source = "engagement.yaml:30"
	p.Closures[1].Workloads = []string{"erp", "db"}
	p.Closures[1].Spans = p.Closures[0].Spans
	p.Pins[0].By, p.Pins[0].Reason, p.Pins[0].Source = "C. Lead", "audit", "overrides.yaml:4"
	meanings := p.Meanings()
	for _, id := range p.IDs() {
		require.NotEmpty(t, meanings[id].Text, id)
	}
	for id, want := range map[problem.ID]problem.Meaning{
		"dependency:erp→db":             {Text: "erp needs db, which therefore moves in the same wave or an earlier one"},
		"freeze:easter":                 {Text: "freeze easter: nothing moves from 2027-03-06 22:00 UTC to 2027-03-08 22:00 UTC", Source: "engagement.yaml:30"},
		"calendar:nights":               {Text: "calendar nights: erp, db may not move from 2027-03-06 22:00 UTC to 2027-03-08 22:00 UTC"},
		"pin:erp@2027-03-06T22:00:00Z/": {Text: "erp is pinned by C. Lead: not before 2027-03-06 22:00 UTC (audit)", Source: "overrides.yaml:4"},
		"proof:stg→erp":                 {Text: "stg is proven for 7 days before erp moves"},
		"rto:erp":                       {Text: "erp is down for up to 30 minutes, and its RTO is 60"},
		"smallest:erp":                  {Text: "erp moves after the smallest regulated service, db, with what that needs: db; no production without regulated data could go first"},
		"limit:bytes":                   {Text: "at most 9 bytes a wave", Source: "engagement.yaml:9"},
	} {
		require.Equal(t, want, meanings[id], id)
	}
}

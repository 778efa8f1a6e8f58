package verify_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/plan/problem"
	"nightferry/plan/verify"
)

// estatePlanned is a small problem in which every kind of constraint binds somebody, with an assignment that keeps all.
func estatePlanned() (problem.Problem, problem.Assignment) {
	day := func(n int) time.Time { return time.Date(2027, 1, 4+n, 22, 0, 0, 0, time.UTC) }
	var slots []problem.Slot
	for i, n := range []int{0, 7, 14, 21, 28} {
		slots = append(slots, problem.Slot{Name: day(n).Format(time.DateOnly), Start: day(n), End: day(n).Add(4 * time.Hour), Day: n, Window: []string{"even", "odd"}[i%2]})
	}
	workload := func(name string, env estate.Environment, regulated bool) problem.Workload {
		return problem.Workload{Name: name, Service: name, Environment: env, Regulated: regulated, SizeBytes: 10, Downtime: problem.Minutes{Low: 30, High: 90}, RTOMinutes: 120, Crews: 1, Risk: 1}
	}
	p := problem.Problem{
		Workloads: []problem.Workload{
			workload("stage", estate.NonProduction, true), workload("wiki", estate.Production, false), workload("erp", estate.Production, true),
			workload("portal", estate.Production, true), workload("shop", estate.Production, true),
		},
		Dependencies: []problem.Dependency{{From: "portal", To: "erp", Weight: 3}, {From: "erp", To: "wiki", Weight: 1, MayCross: true}},
		Proofs:       []problem.Proof{{NonProduction: "stage", Production: "erp", Days: 14}},
		Slots:        slots,
		Closures:     []problem.Closure{{Kind: problem.Freeze, Name: "audit", Spans: []problem.Span{{Start: day(21).Add(-time.Hour), End: day(22)}}}},
		Limits:       problem.Limits{Workloads: 2, Bytes: 20, Crews: 2, UnknownBytes: 15},
		Pins:         []problem.Pin{{Workload: "wiki", NotAfter: day(8), By: "Testmann"}},
	}
	p.Workloads[3].Group, p.Workloads[4].Group, p.Workloads[3].Windows = "front", "front", []string{"even"}
	return p, problem.Assignment{"stage": 0, "wiki": 1, "erp": 2, "portal": 4, "shop": 4}
}

func TestAValidPlanIsFound(t *testing.T) {
	t.Parallel()
	p, a := estatePlanned()
	require.NoError(t, p.Check())
	report := verify.Check(p, a)
	require.Empty(t, report.Violations)
	require.Equal(t, problem.Objective{Crossing: 3*14 + 7, Finish: 28, Risk: 28 + 21 + 14}, report.Objective)
	require.Greater(t, report.Checked, 20)
}

// TestEachFaultIsNamed breaks one constraint after the other, and exactly that one is told.
func TestEachFaultIsNamed(t *testing.T) {
	t.Parallel()
	move := func(name string, slot int) func(*problem.Problem, problem.Assignment) {
		return func(_ *problem.Problem, a problem.Assignment) { a[name] = slot }
	}
	for name, test := range map[string]struct {
		damage func(*problem.Problem, problem.Assignment)
		want   []problem.ID
	}{
		"no night":      {func(_ *problem.Problem, a problem.Assignment) { delete(a, "wiki") }, []problem.ID{"placed"}},
		"a stranger":    {move("ghost", 1), []problem.ID{"placed"}},
		"no such night": {move("wiki", 9), []problem.ID{"placed"}},
		"environments":  {move("wiki", 0), []problem.ID{"environment"}},
		"group, window": {move("portal", 3), []problem.ID{"freeze:audit", "group:front", "window:portal"}},
		"group":         {move("shop", 2), []problem.ID{"group:front"}},
		"dependency":    {func(_ *problem.Problem, a problem.Assignment) { a["erp"], a["portal"], a["shop"] = 4, 2, 2 }, []problem.ID{"dependency:portal→erp"}},
		"proof":         {func(p *problem.Problem, _ problem.Assignment) { p.Proofs[0].Days = 15 }, []problem.ID{"proof:stage→erp"}},
		"regulated":     {move("erp", 1), []problem.ID{"proof:stage→erp", "regulated:erp"}},
		"freeze":        {func(_ *problem.Problem, a problem.Assignment) { a["erp"] = 3 }, []problem.ID{"freeze:audit"}},
		"pin":           {func(p *problem.Problem, _ problem.Assignment) { p.Pins[0].NotAfter = p.Slots[0].Start }, []problem.ID{"pin:wiki@/2027-01-04T22:00:00Z"}},
		"downtime": {func(p *problem.Problem, _ problem.Assignment) {
			p.Workloads[1].Downtime.High, p.Workloads[1].RTOMinutes = 241, 0
		}, []problem.ID{"downtime:wiki"}},
		"rto":        {func(p *problem.Problem, _ problem.Assignment) { p.Workloads[1].RTOMinutes = 89 }, []problem.ID{"rto:wiki"}},
		"bytes":      {func(p *problem.Problem, _ problem.Assignment) { p.Workloads[3].SizeBytes = -1 }, []problem.ID{"limit:bytes"}},
		"crews":      {func(p *problem.Problem, _ problem.Assignment) { p.Workloads[3].Crews = 2 }, []problem.ID{"limit:crews"}},
		"workloads":  {func(p *problem.Problem, _ problem.Assignment) { p.Limits.Workloads = 1 }, []problem.ID{"limit:workloads"}},
		"no figures": {func(p *problem.Problem, _ problem.Assignment) { p.Workloads[1].Downtime.High = -1 }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, a := estatePlanned()
			a = maps.Clone(a)
			test.damage(&p, a)
			var told []problem.ID
			for _, v := range verify.Check(p, a).Violations {
				told = append(told, v.Constraint)
			}
			require.Equal(t, test.want, told)
		})
	}
}

func TestAWaiverIsNamed(t *testing.T) {
	t.Parallel()
	p, a := estatePlanned()
	p.Limits.Workloads = 1
	p.Waivers = []problem.Waiver{{Constraint: problem.LimitWorkloads, By: "Testmann", Reason: "once"}}
	require.Equal(t, "Testmann", verify.Check(p, a).Violations[0].Waived)
}

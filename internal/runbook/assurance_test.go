package runbook_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
	"nightferry/internal/runbook"
)

func asking() runbook.Kinds {
	k := kinds()
	k["attest"] = runbook.Kind{Asks: true}
	return k
}

// phaseOf is a phase in which an assurance may be given.
func phaseOf(a estate.Assurance) runbook.Phase {
	switch a {
	case estate.FreshBackup, estate.DowntimeProcedures, estate.PrintedLists, estate.BaselineBefore, estate.MessageBegin, estate.InterfacesHeld, estate.InterfacesDrained:
		return runbook.PhasePrepare
	case estate.RowsCompared, estate.RollCallClinical, estate.RollCallBusiness, estate.RollCallSecurity, estate.RollCallVendor:
		return runbook.PhaseVerify
	case estate.MessageDecided, estate.InterfacesRedirected:
		return runbook.PhaseSwitch
	case estate.BaselineAfter, estate.SmokeTest, estate.MonitoringAlerts, estate.LogsArrive, estate.TargetBackup:
		return runbook.PhaseProve
	}
	return runbook.PhaseCommit
}

// production is a whole night of one service, with as little as is allowed.
func production() runbook.Runbook {
	b := runbook.Runbook{Version: 1, Wave: "wave-2", Title: "erp moves", Environment: "production", Services: []string{"erp"},
		Rollback: &runbook.Rollback{Authority: runbook.Contact{Role: "approver", Name: "Testmann"}, Stop: []runbook.Contact{{Role: "clinical-stop", Name: "Probefrau"}},
			NoReturn: "do-handover", Latest: 2 * time.Hour, FallBacks: []runbook.FallBack{{Service: "erp", Way: "none", DataLoss: "all"}}, Messages: []runbook.Message{{To: "users", Text: "we go back"}},
			Criteria: []runbook.Criterion{{ID: "rows", Title: "rows differ", When: "do_rows_compared.different > 0", At: []string{"do-rows-compared", "do-smoke-test"}}}}}
	for _, a := range estate.Assurances() {
		step := runbook.Step{ID: "do-" + string(a), Title: string(a), Phase: phaseOf(a), Owner: "conductor", Kind: "attest", Assures: a, Confirm: true, Expected: time.Minute, Deadline: time.Hour}
		if a == estate.RowsCompared {
			step.Kind, step.Confirm, step.Pass = "validate", false, "do_rows_compared.unproven == 0"
		}
		b.Steps = append(b.Steps, step)
	}
	return b
}

func parse(t *testing.T, b runbook.Runbook) (*runbook.File, error) {
	t.Helper()
	text, err := runbook.Format(b)
	require.NoError(t, err)
	return runbook.Parse("wave-2.yaml", text, asking())
}

func TestAProductionNightIsWhole(t *testing.T) {
	t.Parallel()
	file, err := parse(t, production())
	require.NoError(t, err)
	require.Equal(t, production(), file.Runbook)

	for i, a := range estate.Assurances() {
		b := production()
		b.Steps = append(b.Steps[:i:i], b.Steps[i+1:]...)
		b.Rollback.Criteria[0].At = []string{b.Steps[len(b.Steps)-1].ID}
		b.Rollback.Criteria[0].When = "elapsed > 2h"
		b.Rollback.NoReturn = b.Steps[0].ID
		_, err := parse(t, b)
		require.ErrorContains(t, err, "nothing assures "+string(a)+" for erp")

		b.Waivers = []estate.Waiver{{Assurance: a, By: []string{"Testmann"}, Reason: "r", Date: "2026-01-31"}}
		_, err = parse(t, b)
		require.ErrorContains(t, err, "a waiver takes two people by name")
		b.Waivers[0].By = append(b.Waivers[0].By, "Probefrau")
		_, err = parse(t, b)
		require.NoError(t, err)

		b.Environment = "non-production"
		b.Waivers = nil
		_, err = parse(t, b)
		require.NoError(t, err, "only production must hold it")
	}
}

func TestAssurancesCannotBePretended(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(b *runbook.Runbook)
		want   string
	}{
		"a night of no service":   {func(b *runbook.Runbook) { b.Services = nil }, "a production night of no service"},
		"a step that asks nobody": {func(b *runbook.Runbook) { b.Steps[0].Confirm = false }, "asks nobody"},
		"nothing judged":          {func(b *runbook.Runbook) { b.Steps[0].Confirm, b.Steps[0].Kind = false, "note" }, "assures nothing"},
		"too late":                {func(b *runbook.Runbook) { b.Steps[0].Phase = runbook.PhaseProve }, "fresh-backup belongs into phase prepare"},
		"an unknown assurance":    {func(b *runbook.Runbook) { b.Steps[0].Assures = "fresh-bakup" }, "did you mean fresh-backup?"},
		"another service":         {func(b *runbook.Runbook) { b.Services = append(b.Services, "lab"); b.Steps[0].Service = "erp" }, "nothing assures fresh-backup for lab"},
		"a service that stays":    {func(b *runbook.Runbook) { b.Steps[0].Service = "lab" }, `"lab" does not move in this wave`},
		"no way back":             {func(b *runbook.Runbook) { b.Rollback = nil }, "a production night without rollback"},
		"no stop authority":       {func(b *runbook.Runbook) { b.Rollback.Stop = nil }, "stop is missing"},
		"no criteria":             {func(b *runbook.Runbook) { b.Rollback.Criteria = nil }, "criteria is missing"},
		"no word of a fall-back":  {func(b *runbook.Runbook) { b.Rollback.FallBacks = nil }, "it says nothing of erp"},
		"no messages":             {func(b *runbook.Runbook) { b.Rollback.Messages = nil }, "messages is missing"},
		"an unknown step":         {func(b *runbook.Runbook) { b.Rollback.NoReturn = "do-handovr" }, "did you mean do-handover?"},
		"a fact that comes later": {func(b *runbook.Runbook) { b.Rollback.Criteria[0].At = []string{"do-fresh-backup"} }, "unknown name do_rows_compared"},
		"a fact nobody knows":     {func(b *runbook.Runbook) { b.Rollback.Criteria[0].When = "do_rows_compared.lag > 3" }, "unknown field lag"},
		"the same id twice":       {func(b *runbook.Runbook) { b.Rollback.Criteria = append(b.Rollback.Criteria, b.Rollback.Criteria[0]) }, "a second criterion has this id"},
		"no authority":            {func(b *runbook.Runbook) { b.Rollback.Authority.Name = "" }, "name is missing"},
		"an unsettled conflict":   {func(b *runbook.Runbook) { b.Conflicts = []runbook.Conflict{{Path: "steps.x.expected", Planner: "5m"}} }, "steps.x.expected was changed by a person and by the planner"},
		"a waiver of nobody known": {func(b *runbook.Runbook) {
			b.Waivers = []estate.Waiver{{Assurance: "x", By: []string{"a", "b"}, Reason: "r", Date: "2026-01-31"}}
		}, `assurance "x" is unknown`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := production()
			tt.change(&b)
			_, err := parse(t, b)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// TestCriteriaCloseTheGate shows that a criterion takes part in the gate of its steps, and that what is not known closes it.
func TestCriteriaCloseTheGate(t *testing.T) {
	t.Parallel()
	file, err := parse(t, production())
	require.NoError(t, err)
	gate := file.Passes["do-smoke-test"]
	require.NotNil(t, gate)
	name := expr.Name("do-rows-compared", "different")
	for _, tt := range []struct {
		facts expr.Facts
		want  expr.Verdict
	}{{expr.Facts{name: expr.Int(0)}, expr.Pass}, {expr.Facts{name: expr.Int(1)}, expr.Fail}, {expr.Facts{}, expr.NoData}} {
		require.Equal(t, tt.want, gate.Judge(tt.facts))
	}
}

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/classify/readiness"
	"nightferry/classify/recovery"
	"nightferry/classify/rules"
	"nightferry/classify/workload"
	"nightferry/internal/estate"
)

// assessedSample is the whole assessment of the recorded engagement, on a day.
func assessedSample(t *testing.T, today string, previous *classify.Assessment, change func(*classify.Input)) classify.Assessment {
	t.Helper()
	e, inventory := sampled(t)
	classifier, err := classify.NewClassifier()
	require.NoError(t, err)
	set, err := rules.Load()
	require.NoError(t, err)
	policies, err := classify.LoadPolicies(func(p classify.PolicyTable) (classify.PolicyTable, error) { return p, nil })
	require.NoError(t, err)
	in := classify.Input{Inventory: inventory, Services: e.Services, Declared: e.Declared(), Classification: classifier.Classify(inventory, e.Services),
		Rules: set, Policies: policies, Copies: e.Copies(), Restores: e.Restored(), Word: e.Word(), Today: today, Previous: previous}
	if change != nil {
		change(&in)
	}
	return classify.Assess(in)
}

// TestDemandsOfTheSample holds what follows for the lab's workloads against what is planted: a copy that is said to be
// masked and is not, interfaces that carry health records, a forgotten database with patients, backups that nobody restored.
func TestDemandsOfTheSample(t *testing.T) {
	t.Parallel()
	d := assessedSample(t, "2026-11-27", nil, nil).Demands
	type want struct {
		role    workload.Role
		tenancy estate.Tenancy
		rule    string
		ready   readiness.Readiness
	}
	wanted := map[string]want{
		"service/erp":              {workload.Processes, estate.Dedicated, "patients", readiness.NotReady},
		"service/erp-staging":      {workload.Processes, estate.Dedicated, "unmasked-copy", readiness.NotReady},
		"service/interfaces":       {workload.Processes, estate.Dedicated, "patients", readiness.Conditions},
		"service/edge":             {workload.Unknown, estate.UnknownTenancy, "", readiness.NotReady},
		"service/crm":              {workload.Unknown, estate.UnknownTenancy, "", readiness.NotReady},
		"host/bastion":             {workload.Neither, estate.UnknownTenancy, "", readiness.Conditions},
		"postgres/erp/clinic_test": {workload.Processes, estate.Dedicated, "patients", readiness.NotReady},
	}
	require.Len(t, d.Workloads, len(wanted), "the landing zone is no workload, and nothing else is left out")
	for i := range d.Workloads {
		p := &d.Workloads[i]
		got := want{p.Role, p.Tenancy.Tenancy, p.Tenancy.Rule, p.Readiness.Readiness}
		require.Equal(t, wanted[p.Name], got, p.Name)
		require.NotEmpty(t, p.Evidence, p.Name)
		require.NotEmpty(t, p.Controls, p.Name)
		require.Less(t, p.Readiness.Stars, 4, "%s: nobody sampled it for a day", p.Name)
	}
	verdicts := map[string][2]recovery.Verdict{}
	for _, r := range d.Recovery {
		verdicts[r.Service] = [2]recovery.Verdict{r.RTO.Verdict, r.RPO.Verdict}
		for _, part := range r.Parts {
			require.Nil(t, part.Proven, "nobody has restored anything in the lab")
		}
	}
	require.Equal(t, map[string][2]recovery.Verdict{
		"erp": {recovery.Missed, recovery.Missed}, "erp-staging": {recovery.Missed, recovery.Missed}, "crm": {recovery.Missed, recovery.Missed}, "edge": {recovery.Missed, recovery.Missed},
		"interfaces": {recovery.AtRisk, recovery.Missed},
	}, verdicts)
}

// TestAssessmentIsGolden: the same engagement gives the same bytes, in any order, and again on the same day.
func TestAssessmentIsGolden(t *testing.T) {
	t.Parallel()
	text := func(a classify.Assessment) string {
		out, err := json.MarshalIndent(struct {
			Demands  *classify.Demands `json:"demands"`
			Progress classify.Progress `json:"progress"`
		}{a.Demands, a.Progress}, "", " ")
		require.NoError(t, err)
		return string(out) + "\n"
	}
	first := assessedSample(t, "2026-11-27", nil, nil)
	whole, err := json.Marshal(first)
	require.NoError(t, err)
	again, err := json.Marshal(assessedSample(t, "2026-11-27", &first, nil))
	require.NoError(t, err)
	require.Equal(t, string(whole), string(again), "an assessment that is repeated on its day is the same")
	require.Equal(t, text(first), text(assessedSample(t, "2026-11-27", nil, func(in *classify.Input) {
		slices.Reverse(in.Inventory.Hosts)
		slices.Reverse(in.Inventory.Postgres)
		slices.Reverse(in.Inventory.Odoo)
		slices.Reverse(in.Services)
		slices.Reverse(in.Declared)
	})))
	got, err := json.MarshalIndent(first, "", " ")
	require.NoError(t, err)
	golden := filepath.Join("testdata", "assessment.json")
	if *update {
		require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got)+"\n", "go test ./cmd/nightferry -run Golden -update")
}

// TestProgress: a second assessment tells what was mended, what is new, what cannot be judged any more and what expired.
func TestProgress(t *testing.T) {
	t.Parallel()
	const fsync, stray = "fsync-off", "stray-database"
	accepted := []estate.Acceptance{{Code: "odoo-end-of-life", Asset: "host/cloud-app", Until: "2026-11-30", By: "T", Reason: "r", Date: "2026-11-27"}}
	first := assessedSample(t, "2026-11-27", nil, func(in *classify.Input) { in.Accepted = accepted })
	require.Empty(t, first.New(), "there is nothing that it could be held against")
	require.Empty(t, first.Lapsed())
	for _, f := range first.Findings {
		require.Equal(t, "2026-11-27", f.FirstSeen)
	}
	mended := func(in *classify.Input) {
		in.Accepted = accepted
		for i := range in.Inventory.Postgres {
			p := &in.Inventory.Postgres[i]
			if p.Name != "erp" {
				continue
			}
			settings := slices.Clone(p.Settings.Value)
			for j := range settings {
				if settings[j].Name == "fsync" {
					settings[j].Value = "on"
				}
			}
			p.Settings.Value = settings
			p.Databases = estate.Miss[[]estate.Database](estate.Denied, "q", "closed", "GRANT")
		}
		in.Declared = append(slices.Clone(in.Declared), estate.Integration{From: "host/erp-app", To: "outside/nowhere", Protocol: "sftp", Port: 22, Declared: []string{"engagement.yaml:1"}})
	}
	second := assessedSample(t, "2026-12-04", &first, mended)
	require.Equal(t, "2026-11-27", second.Progress.Before)
	gone := map[[2]string]classify.Gone{}
	for _, g := range second.Departed() {
		gone[[2]string{g.Code, g.Asset}] = g
		require.Equal(t, "2026-12-04", g.Day)
	}
	require.Equal(t, classify.Mended, gone[[2]string{fsync, "postgres/erp"}].How)
	require.NotContains(t, gone, [2]string{fsync, "postgres/stg"})
	for at, g := range gone {
		if at[0] == stray {
			require.NotEqual(t, classify.Mended, g.How, "a server that is closed now is not mended: %v", at)
		}
	}
	fresh := second.New()
	require.NotEmpty(t, fresh)
	require.True(t, slices.ContainsFunc(fresh, func(f estate.Finding) bool { return f.Code == classify.CodeNotFound }), "what is declared now and found nowhere")
	lapsed := second.Lapsed()
	require.Len(t, lapsed, 1)
	require.Equal(t, "odoo-end-of-life", lapsed[0].Code)

	third := assessedSample(t, "2026-12-11", &second, func(in *classify.Input) { in.Accepted = accepted })
	require.Empty(t, third.Lapsed(), "it was told before")
	for _, f := range third.Findings {
		switch {
		case f.Code == fsync && f.Asset == "postgres/erp":
			require.Equal(t, "2026-12-11", f.FirstSeen, "mended, and broken again")
		case f.Code == stray:
			require.Equal(t, "2026-11-27", f.FirstSeen, "it was out of sight, and never mended")
		}
	}
}

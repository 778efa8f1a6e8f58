package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/internal/engagement"
	"nightferry/internal/estate"
	"nightferry/testdata/lab"
)

// reconciled assesses an engagement as classify does.
func reconciled(t *testing.T, e *engagement.Engagement, inventory estate.Inventory) classify.Assessment {
	t.Helper()
	classifier, err := classify.NewClassifier()
	require.NoError(t, err)
	return classify.Assess(classify.Input{Inventory: inventory, Services: e.Services, Declared: e.Declared(), Classification: classifier.Classify(inventory, e.Services)})
}

// TestIntegrationsOfTheSample compares the integrations that the unprivileged accounts of the sample show with all that
// is planted.
func TestIntegrationsOfTheSample(t *testing.T) {
	t.Parallel()
	truth, err := lab.ReadTruth()
	require.NoError(t, err)
	e, inventory := sampled(t)
	compareIntegrations(t, truth, reconciled(t, e, inventory))
}

// TestIntegrationsOfTheLab does the same with a discovery of the lab as it runs.
func TestIntegrationsOfTheLab(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	dir := filepath.Join(t.TempDir(), "clinic")
	env := map[string]string{"HOME": t.TempDir(), "NF_LAB_ASSESS_MON": l.Password(t, "assess_mon"), "NF_LAB_CLOUD_ASSESS_MON": l.Password(t, "cloud_assess_mon"),
		"NF_LAB_ERP_ASSESS_READER": l.Password(t, "erp_assess_reader"), "NF_LAB_FERRY_READ": l.Password(t, "ferry_read")}
	command := func(want int, args ...string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), func(name string) (string, bool) { value, set := env[name]; return value, set }, append([]string{"-C", dir}, args...), strings.NewReader(""), &out, &errs)
		require.Equal(t, want, code, "%v: %s", args, &errs)
	}
	var out, errs bytes.Buffer
	require.Zero(t, run(t.Context(), os.LookupEnv, []string{"init", "--sample", dir}, strings.NewReader(""), &out, &errs), "%s", &errs)
	file := filepath.Join(dir, engagement.FileName)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, bytes.ReplaceAll(text, []byte("~/.cache/nightferry/lab"), []byte(l.Dir)), 0o600))
	command(3, "discover", "--fresh", "-q")
	folder, err := engagement.Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, folder.Close()) })
	e, err := folder.Engagement(func(name string) (string, bool) { value, set := env[name]; return value, set })
	require.NoError(t, err)
	inventory, err := folder.Inventory()
	require.NoError(t, err)
	compareIntegrations(t, l.Truth(), reconciled(t, e, inventory))
}

// compareIntegrations holds what unprivileged accounts found against the truth, both ways: whatever they could see is
// found by the stated views and no others, nothing is found that is not planted, and what is closed to them is a gap
// that says who could see it.
func compareIntegrations(t *testing.T, truth lab.Truth, a classify.Assessment) {
	t.Helper()
	found := map[string]estate.Integration{}
	for _, i := range a.Integrations {
		if i.From != "outside/10.77.1.1" && i.From != "host/bastion" { // other tests that visit the lab meanwhile
			found[i.From+" "+i.To+" "+i.Protocol] = i
		}
	}
	planted, configured, sockets, together := 0, 0, 0, 0
	closed := map[string]string{"root": "sudo", "administrator": "Administration"}
	for _, want := range truth.Integrations {
		key := want.From + " " + want.To + " " + want.Protocol
		got, seen := found[key]
		delete(found, key)
		if !want.Idle {
			planted++
		}
		if grant, is := closed[want.Reader]; is {
			require.Equal(t, []string{"configuration"}, want.ShownBy, "%s: the sample would show it by other ways", key)
			require.False(t, seen, "%s is seen by those who should not see it", key)
			requireGap(t, a.Gaps, want.From, grant)
			continue
		}
		require.True(t, seen, "%s is planted and was not found", key)
		require.Equal(t, want.Port, got.Port, key)
		require.Equal(t, want.Kind, string(got.Kind), key)
		var views []string
		for _, view := range []struct {
			name     string
			evidence []string
		}{{"configuration", got.Configured}, {"sockets", got.Observed}, {"declaration", got.Declared}} {
			if len(view.evidence) > 0 && (view.name != "sockets" || !want.Brief) {
				views = append(views, view.name)
			}
		}
		require.Equal(t, want.ShownBy, views, key)
		requireDifference(t, a.Integrations, got, want)
		require.NotEmpty(t, got.Classes, key)
		for _, word := range []string{string(got.Direction), string(got.Encryption), string(got.Authentication)} {
			require.NotEmpty(t, word, key)
		}
		if want.Idle {
			continue
		}
		byFiles, bySockets := len(got.Configured) > 0, len(got.Observed) > 0
		configured += count(byFiles)
		sockets += count(bySockets)
		together += count(byFiles || bySockets)
	}
	require.Empty(t, found, "found, and not planted: one of the two is wrong")
	share := func(n int) int { return n * 100 / planted }
	t.Logf("recall of %d planted integrations by unprivileged accounts: configuration alone %d (%d %%), sockets alone, one look, %d (%d %%), together %d (%d %%), and all that is found is planted",
		planted, configured, share(configured), sockets, share(sockets), together, share(together))
	require.GreaterOrEqual(t, share(configured), 75)
	require.Less(t, share(sockets), 50, "one look at sockets shows what lasts, and no more")
	require.GreaterOrEqual(t, share(together), 80)
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// requireGap finds the gap that says who could see more of a host, or of the Odoo on it.
func requireGap(t *testing.T, gaps []estate.Gap, host, grant string) {
	t.Helper()
	assets := map[string]string{"host/erp-app": "odoo/clinic", "host/stg": "odoo/stg"}
	require.True(t, slices.ContainsFunc(gaps, func(g estate.Gap) bool {
		return (g.Asset == host || g.Asset == assets[host]) && (g.Section == "routes" || g.Section == "server actions") && strings.Contains(g.Mend, grant)
	}), "no gap of %s names %s", host, grant)
}

// requireDifference: where the views that are stated differ, a finding of the right code says so.
func requireDifference(t *testing.T, all []estate.Integration, got estate.Integration, want lab.TrueIntegration) {
	t.Helper()
	by := func(view string) bool {
		return slices.Contains(want.ShownBy, view) || view == "sockets" && want.Brief && len(got.Observed) > 0
	}
	code := ""
	switch {
	case got.Planned:
	case by("declaration") && !by("configuration") && !by("sockets"):
		code = classify.CodeNotFound
	case by("sockets") && !by("declaration") && (want.From != want.To || want.Kind == "ehr"):
		code = classify.CodeNotDeclared
	case by("configuration") && !by("sockets") && want.Protocol != "ntp":
		code = classify.CodeNotObserved // a look shows no time being asked for
	}
	finding, _ := classify.Difference(all, got)
	require.Equal(t, code, finding.Code, "%v", want)
}

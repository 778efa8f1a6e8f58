package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/cutover/action"
	"nightferry/internal/estate"
	"nightferry/internal/runbook"
)

// TestProductionNightOnTheLab runs a production night from its first word to the handover: staging moves as if it were
// production. Answers are given as the crew would; a person has set the speed that is asked for, since this computer is busy.
func TestProductionNightOnTheLab(t *testing.T) {
	n := newNight(t)
	engagement := filepath.Join(n.dir, "engagement.yaml")
	edit(t, engagement, "    criticality: deferrable\n    environment: non-production\n", "    criticality: deferrable\n    environment: production\n"+crew())
	edit(t, engagement, "max_services_per_wave: 3", "max_services_per_wave: 1") // the others have no people
	n.run(0, "-C", n.dir, "classify")
	n.run(0, "-C", n.dir, "plan")
	path, wave := bookFor(t, n.dir, "erp-staging")
	edit(t, path, "erp_staging_baseline_after.p95 * 2 > erp_staging_baseline.p95 * 3", "erp_staging_baseline_after.p95 > 1m")
	n.run(0, "-C", n.dir, "cutover", "check", wave)

	file, err := runbook.Load(path, action.Kinds())
	require.NoError(t, err)
	answers := filepath.Join(t.TempDir(), "answers.yaml")
	require.NoError(t, os.WriteFile(answers, yesToAll(t, file.Runbook), 0o600))
	n.runWithin(5*time.Minute, 0, "-C", n.dir, "cutover", "run", wave, "--headless", "--answers", answers, "--confirm", "clinic-north", "--despite", "test")

	journals, err := filepath.Glob(filepath.Join(n.dir, "journal", wave+".*.jsonl"))
	require.NoError(t, err)
	require.Len(t, journals, 1)
	text, err := os.ReadFile(journals[0])
	require.NoError(t, err)
	for _, step := range file.Runbook.Steps {
		require.Contains(t, string(text), `"`+step.ID+`"`)
	}
	require.Contains(t, string(text), "Probefrau clinical-lead", "who gave their word is in the journal")
	require.Contains(t, string(text), `"p95"`)
	require.Equal(t, "active\n", n.lab.Exec(t, "cloud-app", "systemctl", "is-active", "odoo"))
	n.run(0, "-C", n.dir, "plan") // which now has seen a night
}

// edit replaces a text that must be there, once.
func edit(t *testing.T, path, from, to string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(text), from), "%s in %s", from, path)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o600))
}

// crew is somebody for each duty.
func crew() string {
	var text strings.Builder
	text.WriteString("    people:\n")
	for _, duty := range estate.Duties() {
		text.WriteString("      - {duty: " + string(duty) + ", name: Probefrau " + string(duty) + ", contact: +1 555 0120}\n")
	}
	return text.String()
}

// bookFor finds the runbook in which a service moves.
func bookFor(t *testing.T, dir, service string) (path, wave string) {
	t.Helper()
	books, err := filepath.Glob(filepath.Join(dir, "runbooks", "*.yaml"))
	require.NoError(t, err)
	for _, book := range books {
		text, err := os.ReadFile(book)
		require.NoError(t, err)
		if strings.Contains(string(text), "\n  - "+service+"\n") {
			return book, strings.TrimSuffix(filepath.Base(book), ".yaml")
		}
	}
	require.Fail(t, "no runbook moves "+service)
	return "", ""
}

// yesToAll answers every question of a night, by whoever is asked.
func yesToAll(t *testing.T, book runbook.Runbook) []byte {
	t.Helper()
	type answer struct {
		Step, Order, By, Reason string
	}
	var all []answer
	for _, step := range book.Steps {
		if step.Confirm {
			by, _ := step.With["by"].(string)
			if by == "" {
				by = step.Owner
			}
			all = append(all, answer{step.ID, string(cutover.OrderConfirm), by, "shown on the lab"})
		}
	}
	text, err := yaml.Marshal(map[string]any{"version": 1, "answers": all})
	require.NoError(t, err)
	return text
}

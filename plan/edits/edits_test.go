package edits_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/runbook"
	"nightferry/plan/edits"
)

const written = `# The cutover runs exactly this text
version: 1
wave: wave-1
title: "non-production: erp"
contacts:
  - role: dba
    name: Beispielsen
steps:
  # --- freeze ---
  - id: erp-stop
    title: Stop Odoo on stg
    owner: conductor
    expected: 10s
    deadline: 1m
    with:
      host: stg
      unit: odoo
  # --- copy ---
  - id: erp-database
    title: Copy the database
    owner: dba
    needs:
      - erp-stop
    expected: 5m
    deadline: 20m
  - id: erp-filestore
    title: Copy the filestore
    owner: dba
    needs:
      - erp-stop
    expected: 1m
    deadline: 4m
`

// both is what the edits of a person and of the planner make of it together.
const both = `# The cutover runs exactly this text
version: 1
wave: wave-1
title: "non-production: erp"
contacts:
  - role: dba
    name: Beispielsen
steps:
  # --- freeze ---
  # the ward wants a call first
  - id: erp-stop
    title: Stop Odoo on stg
    owner: conductor
    expected: 30s # measured on Monday
    deadline: 1m
    with:
      host: stg
      unit: odoo-stg
  # --- copy ---
  - id: erp-database
    title: Copy the database
    owner: dba
    needs:
      - erp-stop
    expected: 12m
    deadline: 20m
  - id: erp-check
    title: Look
    owner: dba
    expected: 1m
    deadline: 4m
  - id: erp-call
    title: Call the ward
    owner: conductor
    expected: 1m
    deadline: 5m
  - id: erp-filestore
    title: Copy the filestore
    owner: dba
    needs:
      - erp-stop
      - erp-call
      - erp-check
    expected: 1m
    deadline: 4m
`

// merge merges one runbook, none of whose steps came or went.
func merge(written, edited, now []byte) (edits.Merged, error) {
	return edits.Merge(edits.Book{Name: "wave-1.yaml", Written: written, Edited: edited}, now, edits.Moved{})
}

// change replaces texts, each of which must be there.
func change(t *testing.T, text string, pairs ...string) []byte {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, text, pairs[i])
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return []byte(text)
}

func TestMergeTakesWhatOnlyOneSideChanged(t *testing.T) {
	t.Parallel()
	edited := change(t, written,
		"# --- freeze ---", "# --- freeze ---\n  # the ward wants a call first",
		"    expected: 10s\n", "    expected: 30s # measured on Monday\n",
		"  - id: erp-filestore", "  - id: erp-call\n    title: Call the ward\n    owner: conductor\n    expected: 1m\n    deadline: 5m\n  - id: erp-filestore",
		"      - erp-stop\n    expected: 1m", "      - erp-stop\n      - erp-call\n    expected: 1m")
	now := change(t, written,
		"expected: 5m", "expected: 12m", "unit: odoo", "unit: odoo-stg",
		"  - id: erp-filestore\n    title: Copy the filestore\n    owner: dba\n    needs:\n      - erp-stop\n",
		"  - id: erp-check\n    title: Look\n    owner: dba\n    expected: 1m\n    deadline: 4m\n  - id: erp-filestore\n    title: Copy the filestore\n    owner: dba\n    needs:\n      - erp-stop\n      - erp-check\n")
	m, err := merge([]byte(written), edited, now)
	require.NoError(t, err)
	require.Empty(t, m.Conflicts)
	require.Equal(t, both, string(m.Text))
	require.Equal(t, []string{"steps.erp-stop.with", "steps.erp-database", "steps.erp-filestore.needs", "steps.erp-check"}, m.Taken)
	require.Equal(t, []string{"steps.erp-stop.expected", "steps.erp-call", "steps.erp-filestore.needs"}, m.Kept)
}

func TestNothingToMerge(t *testing.T) {
	t.Parallel()
	edited := change(t, written, "expected: 5m", "expected:   7m   # by hand, oddly spaced")
	m, err := merge([]byte(written), edited, []byte(written))
	require.NoError(t, err)
	require.Equal(t, string(edited), string(m.Text), "to the byte")
	now := change(t, written, "expected: 5m", "expected: 9m")
	m, err = merge([]byte(written), []byte(written), now)
	require.NoError(t, err)
	require.Equal(t, string(now), string(m.Text))
}

func TestConflictsKeepBoth(t *testing.T) {
	t.Parallel()
	edited := change(t, written, "expected: 5m", "expected: 7m",
		"  - id: erp-filestore\n    title: Copy the filestore\n    owner: dba\n    needs:\n      - erp-stop\n    expected: 1m\n    deadline: 4m\n", "",
		"title: Stop Odoo on stg", "title: Stop it")
	now := change(t, written, "expected: 5m", "expected: 9m", "deadline: 4m", "deadline: 8m",
		"  - id: erp-stop\n    title: Stop Odoo on stg\n    owner: conductor\n    expected: 10s\n    deadline: 1m\n    with:\n      host: stg\n      unit: odoo\n", "")
	m, err := merge([]byte(written), edited, now)
	require.NoError(t, err)
	require.Equal(t, []runbook.Conflict{
		{Path: "steps.erp-stop", Was: m.Conflicts[0].Was},
		{Path: "steps.erp-database.expected", Planner: "9m\n", Was: "5m\n"},
		{Path: "steps.erp-filestore", Planner: m.Conflicts[2].Planner, Was: m.Conflicts[2].Was},
	}, m.Conflicts)
	require.Contains(t, m.Conflicts[2].Planner, "deadline: 8m")
	text := string(m.Text)
	require.Contains(t, text, "title: Stop it")
	require.Contains(t, text, "expected: 7m")
	require.NotContains(t, text, "- id: erp-filestore\n    title")
	_, err = runbook.Parse("wave-1.yaml", m.Text, nil)
	require.ErrorContains(t, err, "steps.erp-database.expected was changed by a person and by the planner, in different ways")

	again, err := merge(now, m.Text, change(t, string(now), "expected: 9m", "expected: 11m"))
	require.NoError(t, err)
	require.Len(t, again.Conflicts, 1)
	require.Equal(t, 1, strings.Count(string(again.Text), "path: steps.erp-database.expected"), "told once, with what the planner wants now")
	require.Contains(t, string(again.Text), "11m")
	require.Contains(t, string(again.Text), "path: steps.erp-filestore", "still unsettled")
}

func TestCommentsOfWhatIsGoneAreKept(t *testing.T) {
	t.Parallel()
	edited := change(t, written, "    owner: dba\n    needs:\n      - erp-stop\n    expected: 1m", "    # ask N. N. about quotas\n    owner: dba\n    needs:\n      - erp-stop # always\n    expected: 1m")
	now := change(t, written, "  - id: erp-filestore\n    title: Copy the filestore\n    owner: dba\n    needs:\n      - erp-stop\n    expected: 1m\n    deadline: 4m\n", "")
	m, err := merge([]byte(written), edited, now)
	require.NoError(t, err)
	require.NotContains(t, string(m.Text), "erp-filestore")
	require.Contains(t, string(m.Text), "# ask N. N. about quotas")
	require.Contains(t, string(m.Text), "# always")
}

func TestWhatCannotBeMergedIsLeft(t *testing.T) {
	t.Parallel()
	now := change(t, written, "expected: 5m", "expected: 9m")
	for _, bad := range []string{"steps: [", "", "just a word", "1: {2: 3}", "- a\n- b\n"} {
		_, err := merge([]byte(written), []byte(bad), now)
		require.ErrorContains(t, err, "wave-1.yaml", "%q", bad)
	}
	_, err := merge(nil, []byte(written), now)
	require.ErrorContains(t, err, "wave-1.yaml, as the planner wrote it")
}

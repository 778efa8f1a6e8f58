package runbook_test

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
	"nightferry/internal/runbook"
	"nightferry/internal/yamlfile"
)

var update = flag.Bool("update", false, "write the golden files anew")

func kinds() runbook.Kinds {
	return runbook.Kinds{
		"note": {},
		"unit": {Check: func(with map[string]any) []runbook.Fault {
			if _, ok := with["unit"].(string); !ok {
				return []runbook.Fault{{Field: "unit", Text: "is missing", Mend: "name the systemd unit"}}
			}
			return nil
		}},
		"validate": {Facts: expr.Schema{"different": expr.TypeInt, "unproven": expr.TypeInt}},
	}
}

func night() runbook.Runbook {
	return runbook.Runbook{
		Version: runbook.Version, Wave: "wave-1", Title: "Staging moves: \"clinic_stg\" #1", Environment: "staging",
		Services: []string{"erp-staging"},
		Contacts: []runbook.Contact{{Role: "conductor", Name: "Testa Conductora", How: "555-0101"}},
		Steps: []runbook.Step{
			{ID: "stop-odoo", Title: "Stop the old Odoo", Phase: runbook.PhaseFreeze, Owner: "ops", Kind: "unit",
				Expected: 10 * time.Second, Deadline: time.Minute, With: map[string]any{"unit": "odoo", "host": "stg"}, Reason: "one writer only"},
			{ID: "validate-stg", Title: "Compare rows", Phase: runbook.PhaseVerify, Owner: "dba", Kind: "validate", Needs: []string{"stop-odoo"},
				Expected: 90 * time.Minute, Deadline: 2 * time.Hour, Pass: "validate_stg.different == 0 and elapsed < 3h", Show: `^\d+ tables`},
			{ID: "go", Title: "Go or no-go", Phase: runbook.PhaseDecide, Owner: "approver", Kind: "note", Confirm: true,
				Expected: 500 * time.Millisecond, Deadline: time.Hour, With: map[string]any{"text": "first line\nsecond line\n", "list": []any{"yes", "null", "1"}}},
		},
	}
}

func TestFormatIsReadBack(t *testing.T) {
	t.Parallel()
	text, err := runbook.Format(night())
	require.NoError(t, err)
	golden := filepath.Join("testdata", "night.golden.yaml")
	if *update {
		require.NoError(t, os.WriteFile(golden, text, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(text))

	file, err := runbook.Load(golden, kinds())
	require.NoError(t, err)
	require.Equal(t, night(), file.Runbook)
	sum := sha256.Sum256(want)
	require.Equal(t, hex.EncodeToString(sum[:]), file.SHA256)
	require.Equal(t, []string{"elapsed", "validate_stg.different"}, file.Passes["validate-stg"].Leaves())
	require.True(t, file.Shows["validate-stg"].MatchString("12 tables"))
}

func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob(filepath.Join("testdata", "*.bad.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(input)
			require.NoError(t, err)
			_, err = runbook.Parse("wave-1.yaml", text, kinds())
			var problems yamlfile.Problems
			require.ErrorAs(t, err, &problems)
			golden := strings.TrimSuffix(input, ".yaml") + ".golden.txt"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644))
			}
			want, readErr := os.ReadFile(golden)
			require.NoError(t, readErr)
			require.Equal(t, string(want), err.Error()+"\n")
		})
	}
}

func TestPassSeesOnlyWhatIsSettledBefore(t *testing.T) {
	t.Parallel()
	book := night()
	book.Steps[0].Pass = "validate_stg.different == 0" // the freeze comes before the proof
	text, err := runbook.Format(book)
	require.NoError(t, err)
	_, err = runbook.Parse("r.yaml", text, kinds())
	require.ErrorContains(t, err, "unknown name validate_stg")
}

func TestPhasesAreOrdered(t *testing.T) {
	t.Parallel()
	phases := runbook.Phases()
	for i, p := range phases {
		for j, q := range phases {
			require.Equal(t, i < j, p.Before(q))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, glob := range []string{"*.yaml"} {
		names, err := filepath.Glob(filepath.Join("testdata", glob))
		require.NoError(f, err)
		for _, name := range names {
			text, err := os.ReadFile(name)
			require.NoError(f, err)
			f.Add(text)
		}
	}
	whole := production()
	whole.Waivers = []estate.Waiver{{Service: "erp", Assurance: estate.SmokeTest, By: []string{"a", "b"}, Reason: "r", Date: "2026-01-31"}}
	text, err := runbook.Format(whole)
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte("version: 1\nwave: w\ntitle: t\nenvironment: production\nrollback: {criteria: [{at: [a], when: 'elapsed >'}]}\nconflicts: [{path: a}]\nsteps: [{id: a}]"))
	f.Add([]byte("version: 1\nwave: w\ntitle: t\nsteps: [{id: a, needs: [a, b, a], phase: commit, show: '('}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := runbook.Parse("f.yaml", text, asking())
		if err != nil {
			var problems yamlfile.Problems
			require.ErrorAs(t, err, &problems)
			return
		}
		again, err := runbook.Format(file.Runbook)
		require.NoError(t, err)
		back, err := runbook.Parse("again.yaml", again, asking())
		require.NoError(t, err, "%s", again)
		once, err := runbook.Format(back.Runbook)
		require.NoError(t, err)
		require.Equal(t, string(again), string(once))
	})
}

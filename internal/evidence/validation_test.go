package evidence_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/evidence"
)

func TestVerdictOfTheWhole(t *testing.T) {
	t.Parallel()
	table := func(verdicts ...evidence.Verdict) (tables []evidence.Table) {
		for _, v := range verdicts {
			tables = append(tables, evidence.Table{Name: string(v), Verdict: v})
		}
		return tables
	}
	sequence := func(v evidence.Verdict) []evidence.Sequence { return []evidence.Sequence{{Name: "s", Verdict: v}} }
	tests := []struct {
		name      string
		tables    []evidence.Table
		sequences []evidence.Sequence
		want      evidence.Verdict
	}{
		{"nothing compared", nil, nil, evidence.Failed},
		{"all left out", table(evidence.Skipped), nil, evidence.Failed},
		{"all same", table(evidence.Same, evidence.Skipped), sequence(evidence.Same), evidence.Same},
		{"denied proves nothing", table(evidence.Same, evidence.Denied), nil, evidence.Failed},
		{"timeout proves nothing", table(evidence.Same, evidence.TimedOut), nil, evidence.Failed},
		{"a difference outweighs the unproven", table(evidence.Denied, evidence.Different), nil, evidence.Different},
		{"a missing table", table(evidence.Same, evidence.MissingOnTarget), nil, evidence.Different},
		{"a sequence behind", table(evidence.Same), sequence(evidence.Different), evidence.Different},
		{"a sequence unread", table(evidence.Same), sequence(evidence.Denied), evidence.Failed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := evidence.Validation{Tables: test.tables, Sequences: test.sequences}
			v.Sum()
			require.Equal(t, test.want, v.Verdict())
		})
	}
}

func TestSumCountsKnownRowsOnlyAndSorts(t *testing.T) {
	t.Parallel()
	v := evidence.Validation{Tables: []evidence.Table{
		{Name: "public.b", Verdict: evidence.Different, LegacyRows: 5, TargetRows: 4, Missing: 1, AtLeast: true},
		{Name: "public.a", Verdict: evidence.Denied, LegacyRows: -1, TargetRows: -1},
	}}
	v.Sum()
	require.Equal(t, "public.a", v.Tables[0].Name)
	require.Equal(t, evidence.Totals{Tables: 2, Mismatched: 1, Unproven: 1, LegacyRows: 5, TargetRows: 4, Missing: 1, AtLeast: true}, v.Totals)
}

func TestValidationSurvivesJSON(t *testing.T) {
	t.Parallel()
	last := int64(7)
	want := evidence.Validation{Version: 1, Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Tables: []evidence.Table{{Name: "public.t", Verdict: evidence.Different,
			Rows:    []evidence.Row{{Key: "42", Difference: evidence.RowChanged}},
			Columns: []evidence.ColumnDiff{{Name: "c", LegacyType: "integer"}}}},
		Sequences: []evidence.Sequence{{Name: "public.s", Verdict: evidence.Same, Legacy: &last, Target: &last}}}
	want.Sum()
	text, err := json.Marshal(want)
	require.NoError(t, err)
	var got evidence.Validation
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, want, got)
}

package labelled

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// example is a set small enough to be reckoned by hand.
func example() *Set {
	return &Set{Tables: []*Table{
		{
			Schema: "s", Name: "patients", Part: Open, Language: "en", Columns: []*Column{
				{Name: "name", Class: estate.PHI, Labels: []string{"name"}},
				{Name: "x1", Class: estate.PHI, Hard: true, Labels: []string{"nhs", "art9:health"}},
				{Name: "late", Class: estate.PII, Hard: true, Tail: true},
				{Name: "password", Class: estate.Credential},
				{Name: "updated", Class: estate.Operational},
				{Name: "lot", Class: estate.Operational, Hard: true, Decoy: true},
				{Name: "title", Class: estate.Public, Also: []estate.DataClass{estate.Operational}},
				{Name: "photo", Class: estate.NotAssessed},
			},
		},
		{Schema: "s", Name: "kunden", Part: HeldOut, Language: "de", Columns: []*Column{
			{Name: "name", Class: estate.PII},
			{Name: "farbe", Class: estate.Operational},
		}},
	}}
}

func verdicts() []Verdict {
	of := func(column string, class estate.DataClass, confidence float64, labels ...string) Verdict {
		return Verdict{Schema: "s", Table: "patients", Column: column, Class: class, Confidence: confidence, Labels: labels}
	}
	return []Verdict{
		of("name", estate.PHI, 0.99, "name"),
		of("x1", estate.Operational, 0.5, "art9:health"), // missed, and hard
		of("late", estate.PHI, 0.9),                      // found, as another class
		of("password", estate.Credential, 0.95),
		of("password", estate.PII, 0.95), // a second row for the same column does not count
		of("updated", estate.Operational, 0.95),
		of("lot", estate.PHI, 0.92),          // a decoy, flagged
		of("title", estate.Operational, 0.9), // as right as its label
		of("photo", estate.NotAssessed, 0),
		of("nowhere", estate.PHI, 1), // no column of the set
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	report := example().Score(verdicts(), Parts()...)
	open := report.Part(Open)
	require.Equal(t, 8, open.Columns)
	require.Equal(t, Rates{TruePositive: 3, FalsePositive: 1, FalseNegative: 1, TrueNegative: 2}, open.All)
	require.InDelta(t, 0.75, open.All.Recall(), 1e-9)
	require.InDelta(t, 0.75, open.All.Precision(), 1e-9)
	require.Equal(t, Rates{TruePositive: 1, FalsePositive: 1, FalseNegative: 1}, open.Hard)
	require.Equal(t, map[string]Rates{"en": open.All}, open.Languages)
	require.Equal(t, Share{1, 1}, open.Decoys)
	require.Equal(t, Share{1, 1}, open.Tail)
	require.Equal(t, Share{4, 6}, open.Sure, "late and lot are wrong")
	require.Equal(t, Share{2, 3}, open.Labels)
	require.Empty(t, open.Unasked)
	require.Equal(t, Rates{TruePositive: 1, FalsePositive: 2, FalseNegative: 1, TrueNegative: 4}, open.Classes[estate.PHI])
	// PHI 2/5, PII 0, CREDENTIAL 1, OPERATIONAL 2·2/(2·2+1+1), NOT-ASSESSED 1; PUBLIC has given its only column away.
	require.InDelta(t, (0.4+0+1+4.0/6+1)/5, open.MacroF1(), 1e-9)
	var missed []string
	for _, m := range open.Misses {
		missed = append(missed, m.Column.Name)
	}
	require.Equal(t, []string{"x1", "late", "lot"}, missed)

	held := report.Part(HeldOut)
	require.Equal(t, []string{"s.kunden.name", "s.kunden.farbe"}, held.Unasked)
	require.Equal(t, Rates{FalseNegative: 1, TrueNegative: 1}, held.All, "who says nothing has missed what is there")
	require.InDelta(t, 1, held.All.Precision(), 0)
	require.InDelta(t, 0, held.MacroF1(), 0)
	require.Zero(t, example().Score(nil, Open).Part(HeldOut).Columns)
}

func TestReportAsText(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	report := example().Score(verdicts(), Parts()...)
	require.NoError(t, report.WriteText(&out))
	for _, line := range []string{
		"open                               heldout",
		"sensitive: recall / precision      0.750 / 0.750 (1 missed, 1 false)  0.000 / 1.000 (1 missed, 0 false)",
		"decoys flagged                     1 of 1                             0 of 0",
		"right at confidence ≥ 0.9          4 of 6 = 0.667                     0 of 0 = 1.000",
		"open: sensitive confused with not\n  s.patients.x1 (en, hard): is PHI, was called OPERATIONAL at 0.50\n" +
			"  s.patients.lot (en, hard): is OPERATIONAL, was called PHI at 0.92\n",
		"open: other wrong classes\n  s.patients.late (en, hard): is PII, was called PHI at 0.90\n",
	} {
		require.Contains(t, out.String(), line)
	}
}

// TestPerfectVerdictsScoreOne, over the whole set.
func TestPerfectVerdictsScoreOne(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	var all []Verdict
	for _, tt := range s.Tables {
		for _, c := range tt.Columns {
			all = append(all, Verdict{Schema: tt.Schema, Table: tt.Name, Column: c.Name, Class: c.Class, Confidence: 1, Labels: c.Labels})
		}
	}
	for _, p := range s.Score(all, Parts()...).Parts {
		require.InDelta(t, 1, p.All.Recall(), 0)
		require.InDelta(t, 1, p.All.Precision(), 0)
		require.InDelta(t, 1, p.MacroF1(), 0)
		require.InDelta(t, 1, p.Sure.Ratio(), 0)
		require.InDelta(t, 1, p.Labels.Ratio(), 0)
		require.Zero(t, p.Decoys.Part)
		require.Equal(t, p.Tail.Of, p.Tail.Part)
		require.Empty(t, p.Misses)
	}
}

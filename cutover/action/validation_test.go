package action_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/cutover/action"
	"nightferry/internal/evidence"
	"nightferry/internal/expr"
)

func TestSensitiveTablesAreCountedApart(t *testing.T) {
	t.Parallel()
	found := evidence.Validation{Totals: evidence.Totals{Mismatched: 2, SequencesMismatched: 1}, Tables: []evidence.Table{
		{Name: "public.res_partner", Verdict: evidence.Different}, {Name: "public.account_move", Verdict: evidence.Same},
		{Name: "public.mail_message", Verdict: evidence.MissingOnTarget}, {Name: "public.clinic_result", Verdict: evidence.Skipped}}}
	facts := action.Facts([]string{"public.res_partner", "public.account_move", "public.clinic_result", "public.gone"}, found)
	require.Equal(t, expr.Int(3), facts["different"])
	require.Equal(t, expr.Int(1), facts["sensitive_different"])
	require.Equal(t, expr.Int(2), facts["sensitive_unproven"], "one was left out, one is no longer there")
}

package classify_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/classify/modules"
	"nightferry/internal/estate"
)

// TestAssessJudgesModules: an assessment holds the verdicts for its target, the same bytes twice, and none where nobody
// asked for them.
func TestAssessJudgesModules(t *testing.T) {
	t.Parallel()
	policy, err := modules.LoadPolicy("effort.yaml", modules.DefaultPolicy())
	require.NoError(t, err)
	advisor, err := modules.New(policy)
	require.NoError(t, err)
	in := classify.Input{Advisor: advisor, Target: "16.0", Inventory: estate.Inventory{Odoo: []estate.OdooServer{{Name: "clinic", Collected: estate.Collection{Coverage: estate.Known},
		Version: estate.Know("v", "14.0"), Modules: estate.Know("m", []estate.Module{{Name: "fetchmail", State: "installed"}, {Name: "sale", State: "installed"}})}}}}
	got := classify.Assess(in)
	require.Equal(t, "16.0", got.Modules.Target)
	require.Equal(t, map[modules.Verdict]int{modules.Merged: 1, modules.Kept: 1}, got.Modules.Servers[0].Verdicts)
	first, err := json.Marshal(got)
	require.NoError(t, err)
	second, err := json.Marshal(classify.Assess(in))
	require.NoError(t, err)
	require.Equal(t, string(first), string(second))

	in.Advisor = nil
	bare, err := json.Marshal(classify.Assess(in))
	require.NoError(t, err)
	require.NotContains(t, string(bare), `"modules"`)
}

package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify/modules"
	"nightferry/testdata/lab"
)

// TestModulesOfTheSample compares the verdicts on the recorded lab with what is planted in it: what was made for the
// hospital, what lies on disk unused, what people made in the database. All else is Odoo's own, which the lists know.
func TestModulesOfTheSample(t *testing.T) {
	t.Parallel()
	truth, err := lab.ReadTruth()
	require.NoError(t, err)
	_, inventory := sampled(t)
	policy, err := modules.LoadPolicy("effort.yaml", modules.DefaultPolicy())
	require.NoError(t, err)
	advisor, err := modules.New(policy)
	require.NoError(t, err)
	servers := map[string]modules.Server{}
	for _, s := range advisor.Assess(inventory, "19.0").Servers {
		servers[s.Host] = s
	}
	compared := 0
	for _, want := range truth.Odoo {
		s, found := servers[want.Machine]
		if !found || !s.Coverage.IsKnown() {
			continue // the landing zone's is stopped until the cutover
		}
		compared++
		custom, unused := []lab.TrueModule{}, []string{}
		for _, j := range s.Modules {
			switch j.Verdict {
			case modules.Custom:
				custom = append(custom, lab.TrueModule{Name: j.Name, Version: j.Version})
				require.NotNil(t, j.Effort)
				require.Positive(t, j.Effort.Automatic.High)
				require.Positive(t, j.Effort.Assisted.Low)
				require.Positive(t, j.Effort.Manual.Low)
			case modules.Unused:
				unused = append(unused, j.Name)
			default:
				require.Equal(t, modules.FromOdoo, j.Origin, j.Name)
				require.NotEqual(t, modules.Unknown, j.Verdict, j.Name)
			}
		}
		require.Equal(t, want.CustomModules, custom, want.Machine)
		require.Equal(t, want.ModulesOnDiskOnly, unused, want.Machine)
		require.Equal(t, len(want.StudioModels), s.Database.Counts["database_models"])
		require.Equal(t, len(want.StudioFields)+len(want.StudioModels), s.Database.Counts["database_fields"], "each model has its x_name")
		require.Empty(t, s.Database.Unread)
	}
	require.Equal(t, 2, compared)
}

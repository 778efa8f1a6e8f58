package modules

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func standard(t testing.TB) *Policy {
	t.Helper()
	p, err := LoadPolicy("effort.yaml", DefaultPolicy())
	require.NoError(t, err)
	return p
}

func TestDefaultPolicy(t *testing.T) {
	t.Parallel()
	p := standard(t)
	require.NotEmpty(t, p.Version)
	require.NotEmpty(t, p.Assumptions)
	require.Len(t, p.Drivers, len(measures()), "each measure has hours")
	for _, d := range p.Drivers {
		require.NotEmpty(t, d.Why, d.Measure)
		require.False(t, d.Automatic.plus(d.Assisted).plus(d.Manual).IsZero(), d.Measure)
	}
	for _, r := range p.Rewrites {
		require.Contains(t, estate.OdooTargets(), r.Version)
		if r.How == "automatic" {
			require.NotEmpty(t, r.By, "%s: a program does it, so it has a name", r.What)
		}
	}
}

func TestPolicyFaults(t *testing.T) {
	t.Parallel()
	const good = "version: \"1\"\ndrivers:\n  - {measure: modules, per: 1, manual: [1, 2]}\n"
	p, err := LoadPolicy("p.yaml", good)
	require.NoError(t, err)
	require.InDelta(t, 1, p.WithoutTests, 0, "not stated is no factor")
	for name, c := range map[string]struct{ text, want string }{
		"no version":      {"drivers:\n  - {measure: modules, per: 1}\n", "p.yaml:1:1: the table has no version"},
		"unknown key":     {good + "hours: 3\n", `p.yaml:4:1: unknown key "hours"`},
		"measure":         {good + "  - {measure: python_line, per: 1}\n", `p.yaml:4:15: "python_line" cannot be measured`},
		"twice":           {good + "  - {measure: modules, per: 1}\n", "p.yaml:4:15: modules has a driver already"},
		"per":             {good + "  - {measure: routes, per: 0}\n", "p.yaml:4:28: a unit is of one or more"},
		"one hour":        {good + "  - {measure: routes, per: 1, manual: [1]}\n", "p.yaml:4:39: hours are a range"},
		"falling":         {good + "  - {measure: routes, per: 1, manual: [2, 1]}\n", "p.yaml:4:39: hours are a range"},
		"negative":        {good + "  - {measure: routes, per: 1, manual: [-2, 1]}\n", "p.yaml:4:39: hours are a range"},
		"part":            {good + "further_version: 25\n", "p.yaml:4:18: a part is from 0 to 1"},
		"factor":          {good + "without_tests: 0.5\n", "p.yaml:4:16: a factor on hours"},
		"nothing":         {"version: \"1\"\n", "nothing is measured"},
		"rewrite version": {good + "rewrites:\n  - {version: \"18\", in: xml, how: automatic, what: x}\n", `p.yaml:5:15: version: "18" is not like 14.0`},
		"rewrite in":      {good + "rewrites:\n  - {version: \"18.0\", in: css, how: automatic, what: x}\n", `p.yaml:5:27: "css" is not one of`},
		"rewrite how":     {good + "rewrites:\n  - {version: \"18.0\", in: xml, how: magic, what: x}\n", `p.yaml:5:37: "magic" is not one of`},
		"rewrite what":    {good + "rewrites:\n  - {version: \"18.0\", in: xml, how: manual}\n", "it does not say what changes"},
		"not YAML":        {"version: [", "p.yaml:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := LoadPolicy("p.yaml", c.text)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestReckon(t *testing.T) {
	t.Parallel()
	p, err := LoadPolicy("p.yaml", `
version: "1"
further_version: 0.25
without_tests: 2
drivers:
  - {measure: modules, per: 1, assisted: [1, 2], manual: [1, 3]}
  - {measure: python_lines, per: 100, each_version: true, automatic: [1, 2], manual: [0.5, 1]}
  - {measure: routes, per: 1, manual: [5, 5]}
`)
	require.NoError(t, err)
	counts := map[Measure]int{"modules": 1, "python_lines": 200, "js_lines": 9000}
	one := p.reckon(counts, 1, true)
	require.Equal(t, Hours{2, 4}, one.Automatic)
	require.Equal(t, Hours{1, 2}, one.Assisted)
	require.Equal(t, Hours{2, 5}, one.Manual)
	require.Equal(t, Hours{5, 11}, one.Total())
	require.Len(t, one.Items, 3, "what is not there is no item")
	require.Equal(t, "Python lines 200, JavaScript lines 9000 (no hours in the table)", one.Counted(), "no hours is said, not passed over")
	five := p.reckon(counts, 5, false)
	require.Equal(t, Hours{4, 8}, five.Automatic, "four further versions double what changes with each")
	require.Equal(t, Hours{1, 2}, five.Assisted)
	require.Equal(t, Hours{6, 14}, five.Manual, "1 to 3, and 1 to 2 for lines; without tests all of it twice")
	require.Equal(t, "6–14 h", five.Manual.String())
	require.Equal(t, "5 h", Hours{5, 5}.String())
	require.Equal(t, "0 h", Hours{}.String())
	require.Equal(t, "under 1 h", Hours{0.1, 0.3}.String(), "little is not nothing")
	require.Equal(t, "Python lines", Measure("python_lines").Label())
}

// FuzzPolicy: a table is taken or refused with its place, and what is taken never gives less than nothing.
func FuzzPolicy(f *testing.F) {
	f.Add(DefaultPolicy())
	f.Add("version: \"1\"\ndrivers: [{measure: modules, per: 1, manual: [1, 2]}]")
	f.Add("version: \"1\"\nwithout_tests: .nan\ndrivers: [{measure: modules, per: 1e-300, manual: [1e5, 1e6]}]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := LoadPolicy("p.yaml", text)
		if err != nil {
			require.ErrorContains(t, err, "p.yaml")
			return
		}
		total := p.reckon(map[Measure]int{"modules": 1, "python_lines": 500}, 3, false).Total()
		require.GreaterOrEqual(t, total.Low, 0.0)
		require.GreaterOrEqual(t, total.High, total.Low)
	})
}

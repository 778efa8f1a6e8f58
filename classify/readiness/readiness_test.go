package readiness

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify/workload"
	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

func embedded(t testing.TB) *Policy {
	t.Helper()
	p, err := LoadPolicy("readiness.yaml", DefaultPolicy())
	require.NoError(t, err)
	return p
}

// lone is a machine of a service of which all is known.
func lone() *workload.Workload {
	return &workload.Gather(workload.Input{Services: []estate.Service{{Name: "erp", Owner: "O", Hosts: []string{"app"}}},
		Inventory: &estate.Inventory{Hosts: []estate.Host{{Name: "app", Collected: estate.Collection{Coverage: estate.Known}, Applications: estate.Know("s", []estate.Application{})}}}})[0]
}

// well is what the other tables say of a workload that nothing is wrong with.
func well() Standing {
	return Standing{"tenancy.known": expr.Bool(true), "tenancy.approved": expr.Bool(true), "recovery.rto": expr.Text("met"), "recovery.rpo": expr.Text("met"),
		"recovery.lost": expr.Bool(false), "recovery.proven": expr.Bool(true), "modules.stuck": expr.Int(0)}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	for name, tt := range map[string]struct {
		fact  string
		value expr.Value
		known int
		want  Readiness
		code  string
	}{
		"nothing in the way":               {"", expr.Value{}, 100, Ready, ""},
		"a condition":                      {"tenancy.approved", expr.Bool(false), 100, Conditions, "tenancy-unapproved"},
		"one that nobody can judge is one": {"modules.stuck", expr.Missing(estate.Denied), 100, Conditions, "modules"},
		"a blocker":                        {"recovery.lost", expr.Bool(true), 100, NotReady, "nothing-to-fall-back-to"},
		"a blocker that nobody can judge":  {"recovery.lost", expr.Missing(estate.Denied), 100, Unknown, "nothing-to-fall-back-to"},
		"a blocker with little known":      {"recovery.lost", expr.Bool(true), 10, NotReady, "nothing-to-fall-back-to"},
		"little known":                     {"", expr.Value{}, 39, Unknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			standing := well()
			if tt.fact != "" {
				standing[tt.fact] = tt.value
			}
			got := p.Judge(lone(), standing, map[string]estate.Tally{"host/app": {Known: tt.known, Sections: 100}}, nil)
			require.Equal(t, tt.want, got.Readiness)
			reasons := slices.Concat(got.Blockers, got.Conditions)
			if tt.code == "" {
				require.Empty(t, reasons)
				return
			}
			require.Len(t, reasons, 1)
			require.Equal(t, tt.code, reasons[0].Code)
			require.Equal(t, !tt.value.Coverage().IsKnown(), reasons[0].NotKnown)
			require.Equal(t, []string{tt.fact + " = " + tt.value.String()}, reasons[0].Facts)
		})
	}
}

func TestStars(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	for _, tt := range []struct {
		known int
		days  float64
		want  int
	}{{100, 7, 5}, {100, 6.9, 4}, {100, 0, 3}, {94, 30, 4}, {80, 30, 3}, {79, 30, 2}, {49, 30, 1}, {0, 0, 1}} {
		got := p.Judge(lone(), well(), map[string]estate.Tally{"host/app": {Known: tt.known, Sections: 100}}, map[string]float64{"app": tt.days})
		require.Equal(t, tt.want, got.Stars, "%v", tt)
	}
	require.Equal(t, 1, p.Judge(lone(), well(), nil, nil).Stars, "of what was never read, little is sure")
	require.Equal(t, Unknown, p.Judge(lone(), well(), nil, nil).Readiness)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	_, err := LoadPolicy("readiness.yaml", strings.NewReplacer("unknown_below: 0.4", "unknown_below: 40", "when: recovery.lost", "when: recovery.gone", "stars: 4", "stars: 5", "code: owner", "code: rto",
		"days: 7", "days: -7", "known: 0.5", "known: .nan").Replace(DefaultPolicy()))
	for _, want := range []string{"readiness.yaml:4:16: a share is from 0 to 1", "unknown field gone", "the best must come first", `"rto" is a code already`, "less than no day"} {
		require.ErrorContains(t, err, want)
	}
	_, err = LoadPolicy("readiness.yaml", "")
	require.ErrorContains(t, err, "nothing would keep a workload from moving")
}

// FuzzPolicy: a table is taken or refused with its name, and what is taken can be judged by.
func FuzzPolicy(f *testing.F) {
	f.Add(DefaultPolicy())
	f.Add("version: a\nblockers: [{code: a, when: known.share < 0.5, text: b}]\nstars: [{stars: 2, known: 1e-9, days: 1e300}]")
	f.Add("blockers: [null]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := LoadPolicy("p.yaml", text)
		if err != nil {
			require.ErrorContains(t, err, "p.yaml")
			return
		}
		got := p.Judge(lone(), well(), nil, nil)
		require.Contains(t, Verdicts(), got.Readiness)
		require.True(t, got.Stars >= 1 && got.Stars <= 5)
	})
}

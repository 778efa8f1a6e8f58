package tenancy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify/workload"
	"nightferry/internal/estate"
)

// gathered is a service whose one database holds the classes, read to the end or not.
func gathered(t *testing.T, s estate.Service, classes map[estate.DataClass]int, copies ...estate.Copy) *workload.Workload {
	t.Helper()
	s.Name, s.Databases = "erp", []string{"erp/clinic"}
	known := estate.Collection{Coverage: estate.Known}
	all := workload.Gather(workload.Input{
		Inventory: &estate.Inventory{Postgres: []estate.PostgresServer{{Name: "erp", Collected: known, Databases: estate.Know("q", []estate.Database{{Name: "clinic", SizeBytes: 9e9}})}}},
		Services:  []estate.Service{s}, Databases: map[string]workload.Database{"erp/clinic": {Coverage: estate.Known, Classes: classes}}, Copies: copies,
	})
	require.Len(t, all, 1)
	return &all[0]
}

func embedded(t testing.TB) (*Rules, *Controls) {
	t.Helper()
	rules, err := LoadRules("tenancy.yaml", DefaultRules())
	require.NoError(t, err)
	controls, err := LoadControls("controls.yaml", DefaultControls())
	require.NoError(t, err)
	return rules, controls
}

func TestEmbeddedRules(t *testing.T) {
	t.Parallel()
	rules, _ := embedded(t)
	masked := estate.Copy{Database: "erp/clinic", Content: estate.MaskedCopy, Sampled: true}
	unmasked := masked
	unmasked.Identifiers = []string{"p.mrn (medical_record_number)"}
	production, test := estate.Service{Environment: estate.Production, Criticality: estate.Important}, estate.Service{Environment: estate.NonProduction, Criticality: estate.Deferrable}
	life := estate.Service{Environment: estate.Production, Criticality: estate.LifeCritical}
	for name, tt := range map[string]struct {
		service estate.Service
		classes map[estate.DataClass]int
		copies  []estate.Copy
		rule    string
		want    estate.Tenancy
	}{
		"patients":          {production, map[estate.DataClass]int{estate.PHI: 1}, nil, "patients", estate.Dedicated},
		"patients, unsure":  {production, map[estate.DataClass]int{estate.PHI: 1, estate.NotAssessed: 4}, nil, "patients", estate.Dedicated},
		"unmasked copy":     {test, map[estate.DataClass]int{estate.PHI: 1}, []estate.Copy{unmasked}, "unmasked-copy", estate.Dedicated},
		"masked copy":       {test, map[estate.DataClass]int{estate.PHI: 1}, []estate.Copy{masked}, "masked-copy", estate.Shared},
		"staff":             {production, map[estate.DataClass]int{estate.HR: 1}, nil, "staff-or-money-in-production", estate.Hybrid},
		"staff in test":     {test, map[estate.DataClass]int{estate.HR: 1}, nil, "people", estate.Hybrid},
		"life-critical":     {life, map[estate.DataClass]int{estate.Operational: 1}, nil, "life-critical", estate.Dedicated},
		"secrets":           {production, map[estate.DataClass]int{estate.Credential: 1}, nil, "secrets", estate.Hybrid},
		"nothing":           {production, map[estate.DataClass]int{estate.Operational: 1}, nil, "nothing-regulated", estate.Shared},
		"not assessed":      {production, map[estate.DataClass]int{estate.NotAssessed: 1}, nil, "", estate.UnknownTenancy},
		"nothing, unstated": {estate.Service{Environment: estate.Production}, map[estate.DataClass]int{estate.Operational: 1}, nil, "", estate.UnknownTenancy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := rules.Judge(gathered(t, tt.service, tt.classes, tt.copies...), nil)
			require.Equal(t, tt.want, got.Tenancy)
			require.Equal(t, tt.rule, got.Rule)
			require.Equal(t, rules.Version, got.Policy)
			require.Equal(t, "approved by nobody", got.State())
			if tt.want == estate.UnknownTenancy {
				require.Equal(t, estate.Dedicated, got.Until)
				require.NotEmpty(t, got.Lacks)
			}
		})
	}
}

// A person's decision wins, with a name, and what the rules say stays beside it.
func TestApproval(t *testing.T) {
	t.Parallel()
	rules, _ := embedded(t)
	w := gathered(t, estate.Service{Environment: estate.NonProduction, Criticality: estate.Deferrable}, map[estate.DataClass]int{estate.PHI: 1})
	against := rules.Judge(w, map[string]estate.TenancyApproval{"service/erp": {Workload: "service/erp", Tenancy: estate.Hybrid, By: "T", Date: "2026-01-31", Reason: "r"}})
	require.Equal(t, estate.Hybrid, against.Tenancy)
	require.Equal(t, estate.Dedicated, against.Advised)
	require.Equal(t, "decided by T on 2026-01-31, against the rules: r", against.State())
	as := rules.Judge(w, map[string]estate.TenancyApproval{"service/erp": {Workload: "service/erp", Tenancy: estate.Dedicated, By: "T", Date: "2026-01-31", Reason: "r"}})
	require.Equal(t, "approved by T on 2026-01-31", as.State())
	require.Contains(t, as.Against, "outside production the class can be mended by masking, and the tenancy with it")
	require.Contains(t, as.Against, "nobody needs it urgently; masking it, or leaving it behind, may be cheaper than a platform of its own")
}

// The strictest class decides, control by control; what is not assessed asks for the most.
func TestDemand(t *testing.T) {
	t.Parallel()
	_, controls := embedded(t)
	demand := func(classes map[estate.DataClass]int, copies ...estate.Copy) map[string]Demand {
		byName := map[string]Demand{}
		for _, d := range controls.Demand(gathered(t, estate.Service{}, classes, copies...)) {
			byName[d.Control] = d
		}
		return byName
	}
	mixed := demand(map[estate.DataClass]int{estate.PHI: 1, estate.Financial: 2, estate.PII: 1})
	require.Equal(t, Demand{"logging", "reads", estate.PHI}, mixed["logging"])
	require.Equal(t, Demand{"analytics", "de-identified", estate.PHI}, mixed["analytics"])
	require.Equal(t, Demand{"segment", "restricted", estate.PHI}, mixed["segment"])
	require.Equal(t, Demand{"logging", "writes", estate.PII}, demand(map[estate.DataClass]int{estate.PII: 1})["logging"])
	require.Equal(t, Demand{"ai", "never", estate.NotAssessed}, demand(map[estate.DataClass]int{estate.NotAssessed: 1})["ai"])
	require.Equal(t, Demand{"ai", "inside", estate.Operational}, demand(map[estate.DataClass]int{estate.Operational: 1})["ai"])
	masked := demand(map[estate.DataClass]int{estate.PHI: 1}, estate.Copy{Database: "erp/clinic", Content: estate.MaskedCopy, Sampled: true})
	require.Equal(t, Demand{"masking", "proven", "MASKED"}, masked["masking"])
	require.Equal(t, Demand{"access", "standard", estate.Operational}, masked["access"])
	require.NotEmpty(t, controls.Means("logging", "reads").Means)
	require.Empty(t, controls.Means("logging", "nothing").Means)
}

// Every fault of a table is told at once, with its line and column.
func TestFaults(t *testing.T) {
	t.Parallel()
	_, err := LoadRules("tenancy.yaml", strings.NewReplacer("version: tenancy-2026.1", "version: \"\"", "when: data.phi\n", "when: data.phy\n", "tenancy: hybrid\n", "tenancy: both\n", "fit: none;", "feet: none;", "code: secrets", "code: people").Replace(DefaultRules()))
	for _, want := range []string{"tenancy.yaml:6:10: the table has no version", "unknown field phy", `"both" is no tenancy`, `unknown key "feet"`, "a rule that does not argue fit", `"people" is a code already`} {
		require.ErrorContains(t, err, want)
	}
	_, err = LoadControls("controls.yaml", strings.NewReplacer("PHI: {encryption: own-keys", "PHI: {encryption: no-keys", "  HR: {", "  STAFF: {", "name: logging", "name: access").Replace(DefaultControls()))
	for _, want := range []string{`"no-keys" is no level of encryption`, `"STAFF" is no class of data`, "the class HR has no row", `"access" is a control already`} {
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "controls.yaml:")
	}
	for _, text := range []string{"", "rules: 3", "rules: []\nuntil_known: dedicated"} {
		_, err := LoadRules("tenancy.yaml", text)
		require.ErrorContains(t, err, "tenancy.yaml")
		_, err = LoadControls("controls.yaml", text)
		require.ErrorContains(t, err, "controls.yaml")
	}
}

// FuzzTables: a table is taken or refused with its name, and what is taken can be judged by.
func FuzzTables(f *testing.F) {
	f.Add(DefaultRules(), DefaultControls())
	f.Add("version: a\nuntil_known: shared\nrules: [{code: a, when: true, tenancy: shared, compliance: a, cost: b, change: c, risk: d, fit: e}]", "version: b\ncontrols: []\nclasses: {PHI: 3}")
	f.Add("rules: [null]", "classes: {PHI: {a: [1]}}")
	f.Fuzz(func(t *testing.T, rules, controls string) {
		w := gathered(t, estate.Service{}, map[estate.DataClass]int{estate.PHI: 1})
		if r, err := LoadRules("r.yaml", rules); err != nil {
			require.ErrorContains(t, err, "r.yaml")
		} else {
			require.NotEmpty(t, r.Judge(w, nil).Tenancy)
		}
		if c, err := LoadControls("c.yaml", controls); err != nil {
			require.ErrorContains(t, err, "c.yaml")
		} else {
			require.Len(t, c.Demand(w), len(c.Controls))
		}
	})
}

package workload

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
	"nightferry/internal/yamlfile"
)

var collected = estate.Collection{At: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), Coverage: estate.Known}

func host(name string, env estate.Environment, running ...string) estate.Host {
	h := estate.Host{Name: name, Environment: env, Collected: collected, Applications: estate.Know("signs", []estate.Application{})}
	for _, kind := range running {
		h.Applications.Value = append(h.Applications.Value, estate.Application{Kind: kind, Running: true})
	}
	return h
}

func server(name, on string, databases ...string) estate.PostgresServer {
	p := estate.PostgresServer{Name: name, Host: on, Environment: estate.Production, Collected: collected, Databases: estate.Know("q", []estate.Database{{Name: "postgres"}})}
	for _, d := range databases {
		p.Databases.Value = append(p.Databases.Value, estate.Database{Name: d, SizeBytes: 2e9})
	}
	return p
}

// ward is an estate with a service, a machine and databases that none names, and a landing zone.
func ward() Input {
	return Input{
		Inventory: &estate.Inventory{
			Hosts:    []estate.Host{host("app", estate.Production, "odoo"), host("db", estate.Production, "postgresql"), host("lone", estate.Production), host("cloud", estate.Target), host("cache", estate.Production, "redis")},
			Postgres: []estate.PostgresServer{server("erp", "db", "clinic", "clinic_test"), server("orphan", "", "old"), server("unread", "")},
			Odoo:     []estate.OdooServer{{Name: "clinic", Host: "app", Modules: estate.Know("m", []estate.Module{{Name: "x", State: "installed", Origin: "custom"}, {Name: "y", State: "uninstalled", Origin: "custom"}})}, {Name: "shop"}},
		},
		Services: []estate.Service{{Name: "erp", Environment: estate.Production, Criticality: estate.LifeCritical, Owner: "O", Databases: []string{"erp/clinic"}, Odoo: []string{"clinic"}}},
		Databases: map[string]Database{
			"erp/clinic":      {Coverage: estate.Known, Classes: map[estate.DataClass]int{estate.PHI: 3, estate.Operational: 9}},
			"erp/clinic_test": {Coverage: estate.Denied},
			"orphan/old":      {Coverage: estate.Known, Classes: map[estate.DataClass]int{estate.Operational: 9}},
		},
	}
}

func gathered(t *testing.T, in Input) map[string]Workload {
	t.Helper()
	byName := map[string]Workload{}
	var names []string
	for _, w := range Gather(in) {
		byName[w.Name] = w
		names = append(names, w.Name)
	}
	require.True(t, slices.IsSorted(names))
	return byName
}

// Nothing is left out, and the landing zone is no workload.
func TestGather(t *testing.T) {
	t.Parallel()
	in := ward()
	in.Inventory.Postgres[2].Databases = estate.Miss[[]estate.Database](estate.Denied, "q", "closed", "")
	got := gathered(t, in)
	require.ElementsMatch(t, []string{"service/erp", "host/lone", "host/cache", "postgres/erp/clinic_test", "postgres/orphan", "postgres/unread", "odoo/shop"}, keys(got))
	erp := got["service/erp"]
	require.Equal(t, []string{"service/erp", "host/app", "host/db", "postgres/erp", "postgres/erp/clinic", "odoo/clinic"}, erp.Assets())
	require.Equal(t, Processes, erp.Role)
	require.Equal(t, []string{"erp/clinic: 3 PHI columns"}, erp.Evidence)
	require.Equal(t, Unknown, got["postgres/erp/clinic_test"].Role, "what could not be read is not known to be harmless")
	require.Equal(t, Neither, got["host/lone"].Role)
	require.Equal(t, Neither, got["postgres/orphan"].Role)
	require.Equal(t, Unknown, got["postgres/unread"].Role)
	require.Equal(t, Unknown, got["odoo/shop"].Role, "its database is not known")
	require.Equal(t, Unknown, got["host/cache"].Role, "what redis holds was not assessed")
	require.Equal(t, []string{"host/cache: redis runs there, and what it holds was not assessed"}, got["host/cache"].Unknowns)
}

func keys(m map[string]Workload) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	return names
}

// The order of the estate changes nothing.
func TestGatherRepeats(t *testing.T) {
	t.Parallel()
	in := ward()
	first := Gather(in)
	slices.Reverse(in.Inventory.Hosts)
	slices.Reverse(in.Inventory.Postgres)
	slices.Reverse(in.Inventory.Odoo)
	second := Gather(in)
	for i := range first {
		first[i].parts, second[i].parts = parts{}, parts{}
	}
	require.Equal(t, first, second)
}

// A copy is what its rows show, whatever is said of it.
func TestCopies(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		copied estate.Copy
		role   Role
		holds  bool
		doubt  string
	}{
		"masked":            {estate.Copy{Content: estate.MaskedCopy, Sampled: true}, Consumes, false, ""},
		"summarised":        {estate.Copy{Content: estate.SummarisedCopy, Sampled: true}, Consumes, false, ""},
		"masked, unread":    {estate.Copy{Content: estate.MaskedCopy}, Unknown, false, "no row was read"},
		"masked, and not":   {estate.Copy{Content: estate.MaskedCopy, Sampled: true, Identifiers: []string{"patient.mrn (medical_record_number)"}}, Processes, true, ""},
		"said to be a copy": {estate.Copy{Content: estate.FullCopy, Sampled: true}, Processes, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := ward()
			tt.copied.Database = "erp/clinic"
			in.Copies = []estate.Copy{tt.copied}
			w := gathered(t, in)["service/erp"]
			require.Equal(t, tt.role, w.Role)
			require.Equal(t, tt.holds, w.Holds(estate.PHI))
			require.Equal(t, tt.copied.IsUnmasked(), w.Fact("data.unmasked").String() == "true")
			if tt.doubt != "" {
				require.Contains(t, w.Unknowns[0], tt.doubt)
			}
		})
	}
}

// What crosses a machine for sure is held by its workload; what a service might send is not.
func TestCrossings(t *testing.T) {
	t.Parallel()
	in := ward()
	crossing := func(class estate.DataClass, by estate.CrossingBasis, kind estate.IntegrationKind) estate.Integration {
		return estate.Integration{From: "host/lone", To: "outside/x", Protocol: "p", Kind: kind, Observed: []string{"socket"}, Classes: []estate.Crossing{{Class: class, By: by, Why: "w"}}}
	}
	for _, tt := range []struct {
		in   estate.Integration
		want Role
	}{
		{crossing(estate.PHI, estate.ByProtocol, estate.KindEHR), Processes},
		{crossing(estate.PHI, estate.ByService, estate.KindMail), Neither},
		{crossing(estate.Credential, estate.ByProtocol, estate.KindIdentity), Neither},
		{crossing(estate.NotAssessed, estate.ByNothing, estate.KindFiles), Unknown},
		{crossing(estate.NotAssessed, estate.ByNothing, estate.KindTime), Neither},
	} {
		in.Integrations = []estate.Integration{tt.in}
		w := gathered(t, in)["host/lone"]
		require.Equal(t, tt.want, w.Role, "%v", tt.in.Classes)
		require.Equal(t, "1", w.Fact("workload.parties").String())
		require.Equal(t, "1", w.Fact("workload.undeclared").String())
	}
	in.Integrations = nil
	in.Files = []Files{{Asset: "host/lone", What: "/srv/*.hl7", Class: estate.PHI, Sure: true}}
	require.Equal(t, Processes, gathered(t, in)["host/lone"].Role)
	in.Files[0].Sure = false
	require.Equal(t, Unknown, gathered(t, in)["host/lone"].Role, "files that nobody opened")
}

// Each fact has the type that it is declared with, and what is not known is missing.
func TestFacts(t *testing.T) {
	t.Parallel()
	in := ward()
	in.Findings = []estate.Finding{{Asset: "host/db", Severity: estate.CriticalSeverity}, {Asset: "postgres/erp/clinic", Severity: estate.HighSeverity},
		{Asset: "host/app", Severity: estate.HighSeverity, Accepted: &estate.Acceptance{}}}
	all := gathered(t, in)
	for _, f := range Facts() {
		for _, w := range all {
			if v := w.Fact(f.Name); v.Coverage().IsKnown() {
				require.Equal(t, f.Type, v.Type(), f.Name)
			}
		}
	}
	erp := all["service/erp"]
	for name, want := range map[string]string{"data.phi": "true", "data.hr": "false", "workload.critical": "true", "workload.machines": "2", "workload.databases": "1", "workload.neighbours": "1",
		"workload.custom_modules": "1", "workload.size_gb": "2", "findings.critical": "1", "findings.high": "1", "workload.service": "true", "workload.owned": "true"} {
		require.Equal(t, want, erp.Fact(name).String(), name)
	}
	test := all["postgres/erp/clinic_test"]
	for _, name := range []string{"data.phi", "data.regulated", "workload.role", "workload.criticality", "workload.critical"} {
		require.False(t, test.Fact(name).Coverage().IsKnown(), name)
	}
	require.Equal(t, expr.Value{}, test.Fact("no.such"))
}

// A mistake in an expression is told where it stands in the file.
func TestCompile(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"when: data.phi and workload.rolle == \"neither\"": "p.yaml:1:29: unknown field rolle",
		"when: data.phi &": "p.yaml:1:",
		"when: \"\"":       "p.yaml:1:7: it does not say when it holds",
	} {
		f := yamlfile.Parse("p.yaml", []byte(text))
		var file struct {
			When string `yaml:"when"`
		}
		f.Bind(&file)
		require.Nil(t, Compile(f, "when", file.When, Schema()))
		require.ErrorContains(t, f.Err(), want)
	}
}

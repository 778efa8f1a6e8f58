package modules

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func adviser(t testing.TB) *Advisor {
	t.Helper()
	a, err := New(standard(t))
	require.NoError(t, err)
	return a
}

func installedModule(name, author, licence, origin string) estate.Module {
	return estate.Module{Name: name, State: "installed", Version: "14.0.1.0.0", Author: author, Licence: licence, Origin: origin}
}

// clinic is a hospital's Odoo with a module of every kind.
func clinic() estate.Inventory {
	code := estate.Know("manifests", []estate.CodeModule{
		{Name: "clinic_base", Path: "/opt/addons/clinic_base", Version: "1.0.0", Author: "Clinic North IT", Installable: true, PythonLines: 390, XMLLines: 243,
			Tests: true, Controllers: 1, RawSQL: 2, Depends: []string{"mail", "fetchmail", "membership", "clinic_help", "clinic_lost"}, Inherits: []string{"mail.channel", "res.partner"}},
		{Name: "clinic_help", Path: "/opt/addons/clinic_help", Version: "1.0.0", Author: "Clinic North IT", Installable: true, PythonLines: 100},
		{Name: "clinic_old_export", Path: "/opt/addons/clinic_old_export", Author: "Clinic North IT"},
		{Name: "stock", Path: "/opt/patched/stock", Version: "1.0.0", Author: "Odoo S.A.", Installable: true, PythonLines: 20_000, Tests: true},
		{Name: "web_ribbon", Path: "/opt/oca/web_ribbon", Version: "1.0.0", Author: "Odoo Community Association (OCA)", Installable: true, JSLines: 80},
	})
	return estate.Inventory{
		Hosts: []estate.Host{{Name: "erp-app", Code: code}},
		Odoo: []estate.OdooServer{{Name: "clinic", Host: "erp-app", Environment: estate.Production, Collected: estate.Collection{Coverage: estate.Known},
			Version: estate.Know("v", "14.0"), Modules: estate.Know("m", []estate.Module{
				installedModule("sale", "Odoo S.A.", "LGPL-3", "core"), installedModule("fetchmail", "Odoo S.A.", "LGPL-3", "core"),
				installedModule("membership", "Odoo S.A.", "LGPL-3", "core"), installedModule("note", "Odoo S.A.", "LGPL-3", "core"), installedModule("stock", "Odoo S.A.", "LGPL-3", "core"),
				installedModule("l10n_at", "WT-IO-IT GmbH, Wolfgang Taferner", "LGPL-3", "custom"),
				installedModule("clinic_base", "Clinic North IT", "LGPL-3", "custom"), installedModule("clinic_help", "Clinic North IT", "LGPL-3", "custom"),
				installedModule("clinic_gone", "Clinic North IT", "LGPL-3", "custom"),
				installedModule("web_ribbon", "Odoo Community Association (OCA)", "AGPL-3", "oca-like"),
				installedModule("pos_viva_com", "Tecnativa, Odoo Community Association (OCA)", "AGPL-3", "oca-like"),
				installedModule("bought_labels", "Label Trader", "OPL-1", "custom"), installedModule("theme_ward", "Odoo S.A.", "LGPL-3", "core"),
				installedModule("product_matrix_x", "", "", ""),
				{Name: "crm", State: "uninstalled", Origin: "core"},
			}),
			Views: estate.Know("v", []estate.ViewSum{{Model: "res.partner", Made: 1, Changed: 2}}),
			Actions: estate.Know("a", []estate.ServerAction{
				{Name: "made", Made: true, Kind: "code"}, {Name: "no code", Made: true, Kind: "email"}, {Name: "brought", Module: "sale", Kind: "code"}, {Name: "whose", Kind: "code"},
			}),
			Crons: estate.Miss[[]estate.Cron](estate.Denied, "c", "", "ir.cron"), Fields: estate.Know("f", estate.FieldSums{}),
			Models: estate.Know("m", []estate.Model{}), Automations: estate.Know("a", []estate.Automation{}), Reports: estate.Know("r", []estate.OdooReport{})}},
	}
}

func judged(t *testing.T, s Server, name string) Judgement {
	t.Helper()
	for _, j := range s.Modules {
		if j.Name == name {
			return j
		}
	}
	require.Failf(t, "not judged", "%s", name)
	return Judgement{}
}

func TestAssess(t *testing.T) {
	t.Parallel()
	r := adviser(t).Assess(clinic(), "19.0")
	require.Equal(t, "19.0", r.Target)
	require.Equal(t, standard(t).Version, r.Policy)
	s := r.Servers[0]
	require.Equal(t, map[Verdict]int{Kept: 2, Merged: 1, Renamed: 1, Removed: 1, Custom: 4, Unused: 1, Unknown: 4, Replaced: 1}, s.Verdicts)
	for name, want := range map[string]struct {
		verdict Verdict
		origin  Origin
		becomes string
	}{
		"sale": {Kept, FromOdoo, "sale"}, "fetchmail": {Merged, FromOdoo, "mail"}, "note": {Renamed, FromOdoo, "project_todo"}, "membership": {Removed, FromOdoo, ""},
		"l10n_at":     {Kept, FromOdoo, "l10n_at"}, // a partner signed it: the list knows better
		"clinic_base": {Custom, Ours, "clinic_base"}, "clinic_gone": {Custom, Ours, "clinic_gone"},
		"stock":         {Custom, Ours, "stock"}, // code beside Odoo's own is loaded in its place
		"web_ribbon":    {Unknown, FromOCA, ""},
		"pos_viva_com":  {Replaced, FromOCA, "pos_viva_com"}, // 19.0 ships one of that name
		"bought_labels": {Unknown, FromVendor, ""}, "theme_ward": {Unknown, Nobodys, ""}, "product_matrix_x": {Unknown, Nobodys, ""},
		"clinic_old_export": {Unused, Ours, ""},
	} {
		j := judged(t, s, name)
		require.Equal(t, want.verdict, j.Verdict, name)
		require.Equal(t, want.origin, j.Origin, name)
		require.Equal(t, want.becomes, j.Becomes, name)
	}
	require.Equal(t, "clinic_base", s.Modules[0].Name, "what needs people comes first, then by name")
	require.Contains(t, judged(t, s, "web_ribbon").Advice, "ports to 15.0, 16.0, 17.0, 18.0")

	gone := judged(t, s, "clinic_gone")
	require.Nil(t, gone.Effort, "not seen is not zero")
	require.Equal(t, []string{"it is installed and its code is not on the host: it cannot be carried over before it is found", "its code was not seen: its effort is not known"}, gone.Reasons)
	require.Contains(t, judged(t, s, "stock").Reasons[0], "/opt/patched/stock is loaded in place of Odoo's own module (kept)")
	require.NotNil(t, judged(t, s, "stock").Effort)

	base := judged(t, s, "clinic_base")
	counts := map[Measure]int{}
	for _, item := range base.Effort.Items {
		counts[item.Measure] = item.Count
	}
	require.Equal(t, map[Measure]int{"modules": 1, "python_lines": 390, "xml_lines": 243, "routes": 1, "raw_sql": 2, "inherited_models": 2,
		"renamed_models": 1, "moved_dependencies": 1, "lost_dependencies": 2}, counts)
	require.Equal(t, []string{
		"it needs fetchmail, which is merged into mail",
		"it needs membership: Odoo 19.0 does not ship membership, and no successor is known",
		"it needs clinic_lost, which Odoo 14.0 does not ship and the database does not run",
		"it changes the model mail.channel, which becomes discuss.channel",
	}, base.Reasons)
	for _, rewrite := range base.Effort.Rewrites {
		require.NotEqual(t, "js", rewrite.In, "it has none")
	}
	require.NotEmpty(t, base.Effort.Rewrites)

	require.Equal(t, map[Measure]int{"database_views": 3, "database_code": 1}, s.Database.Counts)
	require.Equal(t, []string{"server actions: of 1 nobody can tell whether they were made here", "scheduled actions: denied"}, s.Database.Unread)
	require.Equal(t, s.Effort.Total(), r.Effort.Total())
}

// A copy for tests is not carried over a second time.
func TestTotalCountsEachModuleOnce(t *testing.T) {
	t.Parallel()
	one := clinic()
	total := adviser(t).Assess(one, "19.0").Effort
	staging := one.Odoo[0]
	staging.Name, staging.Environment = "staging", estate.NonProduction
	both := adviser(t).Assess(estate.Inventory{Hosts: one.Hosts, Odoo: []estate.OdooServer{one.Odoo[0], staging}}, "19.0")
	require.Equal(t, total, both.Effort)
	require.Equal(t, both.Servers[0].Effort, both.Servers[1].Effort)
}

// BenchmarkAssess judges a thousand databases on a thousand hosts, beside the bare matching of modules and code.
func BenchmarkAssess(b *testing.B) {
	a, one := adviser(b), clinic()
	var many estate.Inventory
	for i := range 1000 {
		host, odoo := one.Hosts[0], one.Odoo[0]
		host.Name, odoo.Host = strconv.Itoa(i), strconv.Itoa(i)
		many.Hosts, many.Odoo = append(many.Hosts, host), append(many.Odoo, odoo)
	}
	b.Run("assess", func(b *testing.B) {
		for b.Loop() {
			require.Len(b, a.Assess(many, "19.0").Servers, 1000)
		}
	})
	b.Run("match only", func(b *testing.B) {
		for b.Loop() {
			for i := range many.Odoo {
				many.Odoo[i].MatchModules(many.Hosts[i].Code)
			}
		}
	})
}

func TestAssessWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	a := adviser(t)
	assess := func(target string, change func(*estate.Inventory)) Server {
		in := clinic()
		change(&in)
		return a.Assess(in, target).Servers[0]
	}
	s := assess("19.0", func(in *estate.Inventory) {
		in.Odoo[0].Collected = estate.Collection{Coverage: estate.Failed, Problem: "502", Mend: "start it"}
	})
	require.Equal(t, estate.Failed, s.Coverage)
	require.Equal(t, "502", s.Problem)
	require.Empty(t, s.Modules)

	s = assess("19.0", func(in *estate.Inventory) {
		in.Odoo[0].Modules = estate.Miss[[]estate.Module](estate.Denied, "", "closed", "ir.module.module")
	})
	require.Equal(t, estate.Denied, s.Coverage)
	require.Equal(t, "ir.module.module", s.Mend)

	for _, version := range []string{"7.0", "saas~14.3", "20.0", ""} {
		s = assess("19.0", func(in *estate.Inventory) { in.Odoo[0].Version.Value = version })
		require.Contains(t, s.Problem, "is not listed")
		require.Zero(t, s.Verdicts[Removed], "%s: what no list knows is not removed", version)
		require.Zero(t, s.Verdicts[Kept])
		require.Nil(t, judged(t, s, "clinic_base").Effort)
	}
	s = assess("19.0", func(in *estate.Inventory) {
		in.Odoo[0].Version = estate.Miss[string](estate.Failed, "", "", "")
	})
	require.Contains(t, s.Problem, "version is not known")
	require.Equal(t, Unknown, judged(t, s, "sale").Verdict)

	s = assess("14.0", func(in *estate.Inventory) { in.Odoo[0].Version.Value = "16.0" })
	require.Contains(t, s.Problem, "newer than 14.0")
	require.Equal(t, Unknown, judged(t, s, "sale").Verdict)

	s = assess("14.0", func(*estate.Inventory) {})
	require.Equal(t, Kept, judged(t, s, "membership").Verdict)
	require.Zero(t, s.Effort, "the version stays")

	s = assess("19.0", func(in *estate.Inventory) {
		in.Hosts[0].Code = estate.Miss[[]estate.CodeModule](estate.Denied, "find", "closed", "sudo find")
	})
	require.Equal(t, "the code on its host is denied: closed", s.Problem)
	require.Equal(t, "sudo find", s.Mend)
	require.Equal(t, Custom, judged(t, s, "clinic_base").Verdict)
	require.Nil(t, judged(t, s, "clinic_base").Effort)
	require.Equal(t, Kept, judged(t, s, "stock").Verdict, "whether code stands in its place cannot be told; the problem says so")

	s = assess("19.0", func(in *estate.Inventory) { in.Odoo[0].Host = "" })
	require.Equal(t, "the code on its host is not-asked: no host of the inventory runs it", s.Problem)

	s = assess("19.0", func(in *estate.Inventory) {
		in.Hosts[0].Code.Problem, in.Hosts[0].Code.Grant = "part is closed", "read"
	})
	require.Equal(t, "part is closed", s.Problem)
	require.NotContains(t, judged(t, s, "clinic_gone").Reasons[0], "not on the host", "it may lie where nobody could look")
}

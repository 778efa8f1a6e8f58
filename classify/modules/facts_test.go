package modules

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

var update = flag.Bool("update", false, "write the golden files anew")

func loaded(t testing.TB) *Facts {
	t.Helper()
	f, err := LoadFacts()
	require.NoError(t, err)
	return f
}

// golden compares text with a file, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestFactsKnowAllTargets(t *testing.T) {
	t.Parallel()
	f := loaded(t)
	require.Equal(t, []string{"8.0", "9.0", "10.0", "11.0", "12.0", "13.0", "14.0", "15.0", "16.0", "17.0", "18.0", "19.0"}, f.Versions())
	for _, target := range estate.OdooTargets() {
		require.True(t, f.Knows(target), target)
	}
	require.Len(t, f.Shipped("14.0"), 409+332)
	edition, ships := f.Ships("9.0", "web")
	require.True(t, ships)
	require.Equal(t, Community, edition, "Enterprise extends it, Community has it")
	for i, version := range f.Versions()[5:11] {
		require.NotEmpty(t, f.modules[version], "step %d from %s", i, version)
	}
}

// TestEveryCoreModuleOf14 gives each module that Odoo 14.0 ships a verdict for 19.0.
func TestEveryCoreModuleOf14(t *testing.T) {
	t.Parallel()
	f := loaded(t)
	counts := map[Edition]map[Verdict]int{Community: {}, Enterprise: {}}
	var text strings.Builder
	for _, name := range f.Shipped("14.0") {
		p := f.Follow(name, "14.0", "19.0")
		require.NotEqual(t, Unknown, p.Verdict, "%s: %s", name, p.Reason)
		if p.Verdict == Kept || p.Verdict == Renamed || p.Verdict == Merged {
			_, ships := f.Ships("19.0", p.Becomes)
			require.True(t, ships, "%s is said to be %s as %s", name, p.Verdict, p.Becomes)
		} else {
			require.NotEmpty(t, p.Reason, name)
		}
		edition, _ := f.Ships("14.0", name)
		counts[edition][p.Verdict]++
		fmt.Fprintf(&text, "%s %s %s %q %s", name, edition, p.Verdict, p.Becomes, p.Sure)
		for _, s := range p.Steps {
			fmt.Fprintf(&text, " | %s (%s)", s, s.Sureness)
		}
		fmt.Fprintln(&text)
	}
	require.Equal(t, map[Edition]map[Verdict]int{
		Community:  {Kept: 312, Renamed: 13, Merged: 47, Removed: 37},
		Enterprise: {Kept: 230, Merged: 1, Removed: 98, Replaced: 3},
	}, counts)
	golden(t, "core_14_to_19.txt", text.String())
}

func TestFollow(t *testing.T) {
	t.Parallel()
	f := loaded(t)
	for _, c := range []struct {
		name, from, target string
		verdict            Verdict
		becomes            string
		sure               Sureness
		steps              []string
	}{
		{"sale", "14.0", "19.0", Kept, "sale", Listed, nil},
		{"sale", "14.0", "14.0", Kept, "sale", Listed, nil},
		{"website_form", "14.0", "15.0", Merged, "website", Read, []string{"14.0→15.0 merged into website"}},
		{"fetchmail", "14.0", "15.0", Kept, "fetchmail", Listed, nil},
		{"fetchmail", "14.0", "19.0", Merged, "mail", Read, []string{"15.0→16.0 merged into mail"}},
		{"coupon", "14.0", "19.0", Renamed, "loyalty", Read, []string{"15.0→16.0 renamed to loyalty"}},
		// The same name in two steps is two modules.
		{"sale_coupon", "13.0", "14.0", Renamed, "coupon", SeveralCopies, []string{"13.0→14.0 renamed to coupon, while another module of the old name comes with Community"}},
		{"sale_coupon", "13.0", "16.0", Renamed, "loyalty", SeveralCopies,
			[]string{"13.0→14.0 renamed to coupon, while another module of the old name comes with Community", "15.0→16.0 renamed to loyalty"}},
		{"sale_coupon", "14.0", "16.0", Renamed, "sale_loyalty", Read, []string{"15.0→16.0 renamed to sale_loyalty"}},
		// A chain is as sure as its weakest step, and a merge on the way makes it one.
		{"account_facturx", "13.0", "16.0", Merged, "account_edi_ubl_cii", SeveralCopies,
			[]string{"13.0→14.0 renamed to account_edi_facturx", "15.0→16.0 merged into account_edi_ubl_cii"}},
		{"note_pad", "14.0", "17.0", Merged, "project_todo", SeveralCopies, []string{"15.0→16.0 merged into note", "16.0→17.0 renamed to project_todo"}},
		{"pad", "14.0", "19.0", Merged, "html_editor", OneCopy, []string{"15.0→16.0 merged into web_editor", "18.0→19.0 merged into html_editor"}},
		{"pos_epson_printer", "18.0", "19.0", Merged, "point_of_sale", OneCopy, []string{"18.0→19.0 merged into point_of_sale"}},
		{"mass_mailing_themes", "14.0", "16.0", Kept, "mass_mailing_themes", Listed, []string{"15.0→16.0 moved to another edition, from Enterprise to Community"}},
		// Absence of a pair is as sure as the least sure pair of the step.
		{"google_drive", "14.0", "19.0", Removed, "", SeveralCopies, []string{"15.0→16.0 no longer shipped"}},
		{"membership", "14.0", "19.0", Removed, "", OneCopy, []string{"18.0→19.0 no longer shipped"}},
		{"association", "14.0", "19.0", Removed, "", OneCopy, []string{"16.0→17.0 merged into membership", "18.0→19.0 no longer shipped"}},
		// Back again is not the same module.
		{"account_accountant_check_printing", "14.0", "19.0", Replaced, "", SeveralCopies, []string{"15.0→16.0 no longer shipped"}},
		// A successor that Odoo does not ship is somebody else's.
		{"spreadsheet_dashboard_purchase", "17.0", "19.0", Replaced, "spreadsheet_dashboard_purchase_oca", SeveralCopies,
			[]string{"17.0→18.0 renamed to spreadsheet_dashboard_purchase_oca"}},
		// Before 13.0 nobody knows of renames, which is not the same as none.
		{"account_analytic_plans", "8.0", "19.0", Unknown, "", NotKnown, []string{"8.0→9.0 no longer shipped"}},
		{"account_asset", "8.0", "19.0", Replaced, "account_asset", Listed, nil},
		{"clinic_base", "14.0", "19.0", Unknown, "", NotKnown, nil},
		{"sale", "19.0", "14.0", Unknown, "", NotKnown, nil},
		{"sale", "7.0", "14.0", Unknown, "", NotKnown, nil},
	} {
		t.Run(c.name+" "+c.from+" "+c.target, func(t *testing.T) {
			t.Parallel()
			p := f.Follow(c.name, c.from, c.target)
			require.Equal(t, c.verdict, p.Verdict, p.Reason)
			require.Equal(t, c.becomes, p.Becomes)
			require.Equal(t, c.sure, p.Sure)
			if c.name != "account_asset" { // its way through the editions is the lists'
				var steps []string
				for _, s := range p.Steps {
					steps = append(steps, s.String())
				}
				require.Equal(t, c.steps, steps)
			}
		})
	}
}

func TestModelBecomes(t *testing.T) {
	t.Parallel()
	f := loaded(t)
	becomes, steps := f.modelBecomes("mail.channel.partner", "14.0", "19.0")
	require.Equal(t, "discuss.channel.member", becomes)
	require.Len(t, steps, 2)
	becomes, steps = f.modelBecomes("res.partner", "14.0", "19.0")
	require.Equal(t, "res.partner", becomes)
	require.Empty(t, steps)
}

func TestDamagedFacts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ modules, renames, want string }{
		"empty":         {"", "", "m.csv:1: the file is empty"},
		"header":        {"module,version\n", "", "m.csv:1: wrong number of fields"},
		"order":         {"edition,version,module\n", "", "m.csv:1: the header is not version,edition,module"},
		"short row":     {"version,edition,module\n14.0,community\n", "", "m.csv:2: wrong number of fields"},
		"version":       {"version,edition,module\n14,community,sale\n", "", `m.csv:2: version: "14" is not like 14.0`},
		"edition":       {"version,edition,module\n14.0,free,sale\n", "", `m.csv:2: edition: "free"`},
		"no name":       {"version,edition,module\n14.0,community,\n", "", "m.csv:2: module: no name"},
		"quote":         {"version,edition,module\n14.0,community,\"sale\n", "", "m.csv:2: extraneous or missing"},
		"kind":          {"", "field_renamed,14.0,15.0,a,b,read", `r.csv:2: kind: "field_renamed"`},
		"change":        {"", "module_lost,14.0,15.0,a,b,read", `r.csv:2: kind: "module_lost"`},
		"two steps":     {"", "module_renamed,14.0,16.0,a,b,read", `r.csv:2: to_version: "16.0" does not follow "14.0"`},
		"same name":     {"", "module_renamed,14.0,15.0,a,a,read", "r.csv:2: new: "},
		"confidence":    {"", "module_renamed,14.0,15.0,a,b,hearsay", `r.csv:2: confidence: "hearsay"`},
		"said twice":    {"", "module_renamed,14.0,15.0,a,b,read\nmodule_merged,14.0,15.0,a,c,read", `r.csv:3: old: "a" became "b"`},
		"model is fine": {"", "model_renamed,14.0,15.0,a,b,read\nmodule_renamed,14.0,15.0,a,b,read", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &Facts{ships: map[string]map[string]Edition{}, modules: map[string]map[string]rename{}, models: map[string]map[string]rename{}, weakest: map[string]Sureness{}}
			var err error
			if c.renames == "" {
				err = f.readModules("m.csv", c.modules)
			} else {
				require.NoError(t, f.readModules("m.csv", "version,edition,module\n14.0,community,a\n15.0,community,b\n16.0,community,b\n"))
				err = f.readRenames("r.csv", "kind,from_version,to_version,old,new,confidence\n"+c.renames)
			}
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

// FuzzFacts: whatever the files hold, reading ends in facts or an error that names the line, and any way ends.
func FuzzFacts(f *testing.F) {
	f.Add("14.0,community,a\n15.0,enterprise,a\n16.0,community,b", "module_renamed,15.0,16.0,a,b,read", "a")
	f.Add("14.0,community,a\n15.0,community,b", "module_merged,14.0,15.0,a,c,one copy", "a")
	f.Add("8.0,community,\"a\"\n9.0,community,b\n10.0,community,a", "model_renamed,8.0,9.0,a,b,several copies", "a")
	f.Fuzz(func(t *testing.T, modules, renames, name string) {
		facts := &Facts{ships: map[string]map[string]Edition{}, modules: map[string]map[string]rename{}, models: map[string]map[string]rename{}, weakest: map[string]Sureness{}}
		if err := facts.readModules("m.csv", "version,edition,module\n"+modules); err != nil {
			require.Regexp(t, `^m\.csv:\d+: `, err.Error())
			return
		}
		if err := facts.readRenames("r.csv", "kind,from_version,to_version,old,new,confidence\n"+renames); err != nil {
			require.Regexp(t, `^r\.csv:\d+: `, err.Error())
		}
		versions := facts.Versions()
		if len(versions) == 0 {
			return
		}
		p := facts.Follow(name, versions[0], versions[len(versions)-1])
		require.Contains(t, Verdicts(), p.Verdict)
		require.Contains(t, Surenesses(), p.Sure)
		if p.Verdict == Kept || p.Verdict == Renamed || p.Verdict == Merged {
			_, ships := facts.Ships(versions[len(versions)-1], p.Becomes)
			require.True(t, ships)
		}
	})
}

// BenchmarkLoadFacts is what every run of the command pays.
func BenchmarkLoadFacts(b *testing.B) {
	for b.Loop() {
		loaded(b)
	}
}

package rules

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

var update = flag.Bool("update", false, "rewrite golden files")

func embedded(t testing.TB) *Set {
	t.Helper()
	set, err := Load()
	require.NoError(t, err)
	return set
}

// TestEveryRule holds each rule against the estate that must trigger it and the one that must not, and against the
// first with everything hidden: then it must say that it cannot tell, and name the grant.
func TestEveryRule(t *testing.T) {
	t.Parallel()
	set := embedded(t)
	require.GreaterOrEqual(t, len(set.All()), 90)
	for _, r := range set.All() {
		t.Run(r.Code, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, set.Check(r))
			one := &Set{rules: []*Rule{r}, by: map[string]*Rule{r.Code: r}, kinds: set.kinds}
			shown := one.Evaluate(r.fires)
			for _, f := range shown.Findings {
				require.NotContains(t, strings.Join(f.Evidence, " "), "(not known)", "evidence that nobody can look up")
			}
			stated := []string{"machine-without-service", "shared-machine-without-owner", "practice-evidence-old"}
			if slices.Contains([]string{"integration", "service", "duty", "vendor"}, r.For) || slices.Contains(stated, r.Code) {
				return // about what people stated and what is reconciled before, which no machine hides
			}
			hidden := one.Evaluate(hide(r.fires))
			require.Empty(t, hidden.Findings, "it finds something where nothing could be read")
			require.NotEmpty(t, hidden.Unknown, "it passes where nothing could be read")
		})
	}
}

// hide takes an estate with every section of it not read.
func hide(e Estate) Estate {
	hidden := e
	hidden.Inventory, hidden.Word, hidden.Drift = estate.Inventory{}, estate.Word{}, nil
	for _, h := range e.Inventory.Hosts {
		hidden.Inventory.Hosts = append(hidden.Inventory.Hosts, estate.UnreadHost(h.Name, h.Environment, h.Collected))
	}
	for _, p := range e.Inventory.Postgres {
		unread := estate.UnreadPostgres(p.Name, p.Environment, p.Collected)
		unread.Host = p.Host
		hidden.Inventory.Postgres = append(hidden.Inventory.Postgres, unread)
	}
	for _, o := range e.Inventory.Odoo {
		unread := estate.UnreadOdoo(o.Name, o.Environment, o.Collected)
		unread.Host = o.Host
		hidden.Inventory.Odoo = append(hidden.Inventory.Odoo, unread)
	}
	for _, c := range e.Inventory.Clusters {
		hidden.Inventory.Clusters = append(hidden.Inventory.Clusters, estate.UnreadCluster(c.Name, c.Environment, c.Collected))
	}
	return hidden
}

// What is known only in part shows that something is there, and never that nothing is.
func TestPartialSections(t *testing.T) {
	t.Parallel()
	set := embedded(t)
	host := func(s estate.Section[[]estate.SudoRule]) Estate {
		h := estate.UnreadHost("a", estate.Production, estate.Collection{Coverage: estate.Known})
		h.SudoRules = s
		return Estate{Inventory: estate.Inventory{Hosts: []estate.Host{h}}}
	}
	all := []estate.SudoRule{{Who: "x", As: "ALL", Programs: []string{"ALL"}, NoPassword: true}}
	partly := estate.Know("sudoers", all)
	partly.Grant, partly.Problem = "sudo: cat /etc/sudoers.d/y", "one file is closed"
	found := only(set.Evaluate(host(partly)).Findings, "sudo-without-password")
	require.Len(t, found, 1)
	require.Contains(t, found[0].Evidence, "perhaps not all: one file is closed")
	partly.Value = nil
	result := set.Evaluate(host(partly))
	require.Empty(t, only(result.Findings, "sudo-without-password"))
	i := slices.IndexFunc(result.Unknown, func(u estate.UnknownFinding) bool { return u.Code == "sudo-without-password" })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, estate.UnknownFinding{Code: "sudo-without-password", Title: "sudo makes somebody root without asking", Section: "sudo rules", Coverage: estate.Denied,
		Problem: "one file is closed", Grant: "sudo: cat /etc/sudoers.d/y", Assets: []string{"host/a"}}, result.Unknown[i])
}

func only(findings []estate.Finding, code string) []estate.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f estate.Finding) bool { return f.Code != code })
}

// Severity follows the stated method.
func TestSeverity(t *testing.T) {
	t.Parallel()
	mild := stake{}
	mild.hold(estate.Operational)
	mild.serve(estate.Deferrable)
	for _, tt := range []struct {
		harm     Harm
		exposure Exposure
		stake    stake
		want     estate.Severity
	}{
		{Severe, Open, stake{}, estate.CriticalSeverity}, {Severe, Login, stake{}, estate.HighSeverity}, {Severe, Guarded, stake{}, estate.MediumSeverity},
		{Major, Open, stake{}, estate.HighSeverity}, {Major, Login, stake{}, estate.MediumSeverity}, {Major, Guarded, stake{}, estate.LowSeverity},
		{Minor, Open, stake{}, estate.MediumSeverity}, {Minor, Login, stake{}, estate.LowSeverity}, {Minor, Guarded, stake{}, estate.InfoSeverity},
		{Severe, Open, mild, estate.HighSeverity}, {Minor, Guarded, mild, estate.InfoSeverity},
		{Severe, Open, stake{class: estate.Operational}, estate.CriticalSeverity},
		{Severe, Open, stake{class: estate.NotAssessed, served: true}, estate.CriticalSeverity},
		{Severe, Open, stake{class: estate.Operational, served: true, critical: true}, estate.CriticalSeverity},
	} {
		require.Equal(t, tt.want, severityOf(tt.harm, tt.exposure, &tt.stake), "%s %s %+v", tt.harm, tt.exposure, tt.stake)
	}
}

// Every fact has a meaning, a type that the language knows, and a name of its kind.
func TestFields(t *testing.T) {
	t.Parallel()
	for _, k := range kinds() {
		require.NotEmpty(t, k.doc, k.name)
		for _, f := range k.fields {
			require.NotEmpty(t, f.Doc, f.Name)
			require.Contains(t, []expr.Type{expr.TypeText, expr.TypeInt, expr.TypeBool}, f.Type, f.Name)
		}
	}
	set := embedded(t)
	for _, r := range set.All() {
		w := newWorld(r.fires)
		for g := range set.kinds.byName[r.For].groups(w) {
			for _, s := range g.subjects {
				s.world = w
				for name, f := range set.kinds.fields[r.For] {
					if v := f.of(&s).Value; v.Coverage().IsKnown() {
						require.Equal(t, f.Type, v.Type(), "%s of %s", name, r.Code)
					}
				}
			}
		}
	}
}

// The table in the docs quotes each paragraph and each control once, with the rules that cite it.
func TestControlsInDocs(t *testing.T) {
	t.Parallel()
	list, err := controlList()
	require.NoError(t, err)
	set := embedded(t)
	cited := map[string][]string{}
	for _, r := range set.All() {
		for _, c := range slices.Concat(r.HIPAA, r.ISO) {
			cited[c] = append(cited[c], r.Code)
		}
	}
	var b strings.Builder
	b.WriteString("# Controls that findings cite\n\nHIPAA: 45 CFR Part 164, Subpart C (Security Rule). ISO: ISO/IEC 27001:2022, Annex A, by number and title.\n" +
		"A finding that cites a control says that it concerns it, not that it is met or failed as a whole.\n")
	of := ""
	for _, c := range list {
		if c.Of != of {
			of = c.Of
			fmt.Fprintf(&b, "\n## %s\n\n| citation | title | rules |\n|---|---|---|\n", map[string]string{"HIPAA": "HIPAA Security Rule", "ISO": "ISO/IEC 27001:2022 Annex A"}[of])
		}
		slices.Sort(cited[c.Citation])
		fmt.Fprintf(&b, "| %s | %s | %s |\n", map[string]string{"HIPAA": "45 CFR ", "ISO": ""}[of]+c.Citation, c.Title, strings.Join(cited[c.Citation], ", "))
	}
	const name = "../../docs/controls.md"
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(b.String()), 0o600))
	}
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, b.String(), string(text), "go test ./classify/rules -update")
}

// Every line of the table of ends of life is read.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	rows := 0
	for line := range strings.SplitSeq(strings.TrimSpace(lifecycleFile), "\n") {
		if !strings.HasPrefix(line, "#") {
			rows++
		}
	}
	ends := loadLifecycle()
	require.Len(t, ends, rows-1)
	at := time.Date(2026, 8, 30, 0, 0, 0, 0, time.UTC)
	require.Equal(t, "1", ends.daysLeft("debian", "11", at, "identity").Value.String())
	require.Equal(t, "-808", ends.daysLeft("rhel", "7.9", at.AddDate(0, 0, 17), "identity").Value.String()[:4])
	require.Equal(t, estate.NotAsked, ends.daysLeft("plan9", "4", at, "identity").Gap.Coverage)
}

// What is wrong with a file of rules is told with its line and column, all at once.
func TestParseFaults(t *testing.T) {
	t.Parallel()
	good := "    title: t\n    evidence: e\n    fix: f\n    harm: minor\n    exposure: open\n    hipaa: [\"164.312(b)\"]\n    iso: [A.8.9]\n    effort: minutes\n    fires: {hosts: [{name: a}]}\n    clean: {hosts: [{name: a}]}\n"
	for name, tt := range map[string]struct{ text, want string }{
		"no rules":           {"{}\n", "x.yaml:1:1: there are no rules in it"},
		"unknown key":        {"rules:\n  - code: a\n    whem: x\n", `x.yaml:3:5: unknown key "whem"`},
		"code":               {"rules:\n  - code: A b\n    for: host\n    when: host.critical\n" + good, `x.yaml:2:11: "A b" is no code`},
		"code of another":    {"rules:\n  - code: a\n    for: host\n    when: host.critical\n" + good + "  - code: a\n    for: host\n    when: host.critical\n" + good, "x.yaml:15:11: there is a rule a already"},
		"kind":               {"rules:\n  - code: a\n    for: hosts\n    when: host.critical\n" + good, `x.yaml:3:10: there is nothing called "hosts"`},
		"unknown fact":       {"rules:\n  - code: a\n    for: host\n    when: host.critical and\n      host.critcal\n" + good, "x.yaml:5:1"},
		"does not compile":   {"rules:\n  - code: a\n    for: host\n    when: host.critical and\n" + good, "x.yaml:4:"},
		"text with number":   {"rules:\n  - code: a\n    for: host\n    when: host.name == 5\n" + good, "x.yaml:4:"},
		"of another kind":    {"rules:\n  - code: a\n    for: host\n    when: listener.port == 5\n" + good, "x.yaml:4:11: unknown name listener"},
		"evidence":           {"rules:\n  - code: a\n    for: host\n    when: host.critical\n" + strings.Replace(good, "evidence: e", "evidence: on {host.nam}", 1), `x.yaml:6:18: there is no fact "host.nam"`},
		"citation":           {"rules:\n  - code: a\n    for: host\n    when: host.critical\n" + strings.Replace(good, "164.312(b)", "164.312(z)", 1), `x.yaml:10:13: "164.312(z)" is not in the table`},
		"citation elsewhere": {"rules:\n  - code: a\n    for: host\n    when: host.critical\n" + strings.Replace(good, "A.8.9", "164.312(b)", 1), "x.yaml:11:11:"},
		"harm":               {"rules:\n  - code: a\n    for: host\n    when: host.critical\n" + strings.Replace(good, "minor", "awful", 1), `x.yaml:8:11: "awful" is no harm`},
		"case":               {"rules:\n  - code: a\n    for: host\n    when: host.critical\n" + strings.Replace(good, "fires: {hosts: [{name: a}]}", "fires: {hosts: [{name: a, listenrs: []}]}", 1), `x.yaml:13:41: unknown key "listenrs"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(File{"x.yaml", []byte(tt.text)})
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func FuzzParse(f *testing.F) {
	files, err := Embedded()
	require.NoError(f, err)
	f.Add(files[len(files)-1].Text)
	f.Add([]byte("rules:\n  - code: a\n    for: host\n    when: host.critical\n    evidence: \"{host.name}\"\n    fires: {hosts: [{name: a}]}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := Parse(File{"x.yaml", text})
		if err != nil {
			return
		}
		for _, r := range set.All() {
			set.Check(r)
		}
	})
}

package rules

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

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
			if r.Topic == "parties" || r.Topic == "duty" {
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
	hidden.Inventory = estate.Inventory{}
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
		require.Equal(t, tt.want, severityOf(tt.harm, tt.exposure, tt.stake), "%s %s %+v", tt.harm, tt.exposure, tt.stake)
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

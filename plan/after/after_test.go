package after_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/classify/modules"
	"nightferry/internal/estate"
	"nightferry/plan/after"
)

// collected is a host of which everything that is asked for was read, and is empty.
func collected(name string, env estate.Environment) estate.Host {
	return estate.Host{
		Name: name, Environment: env, Accounts: estate.Know("passwd", []estate.Account{}), Certificates: estate.Know("files", []estate.Certificate{}),
		Routes: estate.Know("nginx", []estate.WebRoute{}), Backups: estate.Know("files", []estate.Backup{}), Connections: estate.Know("ss", []estate.Connection{}),
	}
}

// input is an ERP that moves, a wiki on the same host that stays, and a fax that is retired.
func input() after.Input {
	night := time.Date(2027, 1, 9, 22, 0, 0, 0, time.UTC)
	app := collected("app", estate.Production)
	app.Accounts.Value = []estate.Account{{Name: "odoo", Shell: "/bin/bash", Keys: 2}, {Name: "daemon", Shell: "/usr/sbin/nologin"}, {Name: "push", Shell: "/bin/false", Keys: -1}}
	app.Routes.Value = []estate.WebRoute{{Names: []string{"erp.example"}}}
	app.Backups = estate.Section[[]estate.Backup]{Coverage: estate.Denied, Problem: "closed to this account"}
	erp := estate.Service{Name: "erp", Environment: estate.Production, Owner: "Testmann", Databases: []string{"pg/clinic"}, Odoo: []string{"clinic"}}
	return after.Input{
		Inventory: estate.Inventory{
			Hosts: []estate.Host{app, collected("new", estate.Target)},
			Postgres: []estate.PostgresServer{{Name: "pg", Host: "app", Roles: estate.Know("pg_roles", []estate.Role{{Name: "odoo", Login: true}, {Name: "readers"}}),
				Databases: estate.Know("pg_database", []estate.Database{{Name: "clinic"}, {Name: "fax"}, {Name: "template1", Template: true}})}},
		},
		Assessment: classify.Assessment{Integrations: []estate.Integration{
			{From: "host/app", To: "outside/lab.example", Protocol: "sftp", Port: 22, Owner: "Laborfrau", Authentication: estate.KeyProof, Encryption: estate.SSHEncryption},
			{From: "outside/ehr", To: "host/app", Protocol: "hl7", Port: 2575},
			{From: "host/app", To: "host/new", Protocol: "https", Port: 443},
			{From: "host/elsewhere", To: "outside/bank.example", Protocol: "https", Port: 443},
		}},
		Hosts: map[string][]string{"erp": {"host/app"}, "wiki": {"host/app"}, "fax": nil},
		Moves: []after.Move{
			{Service: estate.Service{Name: "fax", Disposition: estate.Retire}, Class: estate.NotAssessed},
			{Service: erp, Class: estate.PHI, Wave: "wave-2", From: night, To: night.Add(8 * time.Hour)},
		},
	}
}

func gate(t *testing.T, p after.Partner, name string) after.Gate {
	t.Helper()
	for _, g := range p.Gates {
		if g.Name == name {
			return g
		}
	}
	t.Fatalf("no gate %q", name)
	return after.Gate{}
}

func TestPartnersHaveGates(t *testing.T) {
	t.Parallel()
	got := after.Partners(input())
	require.Empty(t, got.Unknown)
	require.Len(t, got.Integrations, 2, "the bank talks to a host of no service that moves, and fax has no night")

	ehr, lab := got.Integrations[0], got.Integrations[1]
	require.Equal(t, []any{"ehr", "erp", "wave-2", true}, []any{ehr.Partner, ehr.Service, ehr.Wave, ehr.Inbound})
	require.Equal(t, []any{"lab.example", false}, []any{lab.Partner, lab.Inbound})
	require.Len(t, lab.Gates, 7)
	for _, g := range lab.Gates {
		want := "2026-12-26"
		if g.Name == "dns" {
			want = "2027-01-02"
		}
		require.Equal(t, []any{want, "Laborfrau", false}, []any{g.Due, g.Owner, g.Holds}, g.Name)
		require.NotEmpty(t, g.Evidence)
	}
	require.Equal(t, "Testmann", gate(t, ehr, "contact").Owner, "the service's owner where the integration has none")
	require.Contains(t, gate(t, lab, "credentials").Evidence, "encryption ssh, authentication key")
	require.Contains(t, gate(t, ehr, "credentials").Evidence, "encryption unknown, authentication unknown")

	in := input()
	in.Moves[1].Service.Owner = ""
	require.Equal(t, after.Nobody, gate(t, after.Partners(in).Integrations[0], "line").Owner)
}

func TestOnlyAnObservedConnectionOfTheTargetIsATest(t *testing.T) {
	t.Parallel()
	seen := estate.Integration{From: "host/new", To: "outside/lab.example", Protocol: "sftp", Port: 22, Observed: []string{"ss"}}
	for name, c := range map[string]struct {
		change func(*estate.Integration)
		holds  bool
	}{
		"observed":         {func(*estate.Integration) {}, true},
		"declared":         {func(i *estate.Integration) { i.Observed, i.Declared = nil, []string{"engagement.yaml:3"} }, false},
		"legacy":           {func(i *estate.Integration) { i.From = "host/app" }, false},
		"another partner":  {func(i *estate.Integration) { i.To = "outside/bank.example" }, false},
		"another protocol": {func(i *estate.Integration) { i.Protocol = "https" }, false},
		"other way":        {func(i *estate.Integration) { i.From, i.To = i.To, i.From }, false},
		"perhaps legacy":   {func(i *estate.Integration) { i.From, i.Behind = "shared/10.0.0.9", []string{"host/app", "host/new"} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, other := input(), seen
			c.change(&other)
			in.Assessment.Integrations = append(in.Assessment.Integrations, other)
			lab := after.Partners(in).Integrations[1]
			require.Equal(t, "lab.example", lab.Partner)
			require.Equal(t, c.holds, gate(t, lab, "connection").Holds)
		})
	}
}

func TestPartnersThatNobodyCouldSeeAreTold(t *testing.T) {
	t.Parallel()
	in := input()
	in.Inventory.Hosts[0].Connections = estate.Section[[]estate.Connection]{Coverage: estate.Denied}
	require.Equal(t, []string{"erp: app: connections denied"}, after.Partners(in).Unknown)
	in.Hosts["erp"] = nil
	require.Equal(t, []string{"erp: no host of the service is known"}, after.Partners(in).Unknown)
	in.Hosts["erp"] = []string{"host/gone"}
	require.Equal(t, []string{"erp: gone: not in the inventory"}, after.Partners(in).Unknown)
}

func TestPartnerWithoutANameIsToBeFoundOut(t *testing.T) {
	t.Parallel()
	in := input()
	in.Assessment.Integrations = []estate.Integration{{From: "host/app", To: "outside/203.0.113.4", Protocol: "tcp/9000"},
		{From: "outside/many addresses", To: "host/app", Protocol: "https", Observed: []string{"ss"}}, {From: "outside/many addresses", To: "host/new", Protocol: "https", Observed: []string{"ss"}}}
	for _, p := range after.Partners(in).Integrations {
		require.Contains(t, gate(t, p, "contact").Ask, "it is known who this is", p.Partner)
		require.False(t, gate(t, p, "connection").Holds, p.Partner)
	}
}

func TestItemsAreCountedFromTheNightsEnd(t *testing.T) {
	t.Parallel()
	var got []string
	for _, i := range after.Items(input()) {
		require.Equal(t, []string{"erp", "wave-2", "Testmann"}, []string{i.Service, i.Wave, i.Owner})
		require.NotEmpty(t, i.Evidence)
		got = append(got, i.Due+" "+i.Name)
	}
	require.Equal(t, []string{"2027-01-11 baseline-1", "2027-01-17 baseline-7", "2027-02-09 baseline-30", "2027-02-09 recovery-drill", "2027-02-09 rightsizing",
		"2027-04-10 access-recertification"}, got)
	in := input()
	in.Moves[1].Service.Disposition = estate.Replace
	require.Empty(t, after.Items(in), "what replaces it is no move of this estate")
}

func TestRetirementNamesWhatIsKnownAndWhatIsNot(t *testing.T) {
	t.Parallel()
	got := after.Retirements(input())
	require.Len(t, got, 2)
	erp, fax := got[0], got[1]
	require.Equal(t, []string{"2027-02-09", "2033-02-09"}, []string{erp.ReadOnlyUntil, erp.EvidenceUntil})
	require.Contains(t, erp.Retention, "6 years")
	require.Equal(t, []string{"app also carries wiki, which stays"}, erp.Shared)
	byKind := map[string]after.Revocation{}
	for _, r := range erp.Revoke {
		byKind[r.Kind] = r
	}
	require.Equal(t, []string{"app: account odoo (2 keys)", "app: account push (keys not known)", "pg: role odoo"}, byKind["credentials"].Names)
	require.Contains(t, byKind["credentials"].Unknown, "clinic: not in the inventory")
	require.Equal(t, []string{"app: erp.example"}, byKind["dns-names"].Names)
	require.Equal(t, after.Revocation{Kind: "certificates"}, byKind["certificates"])
	require.Empty(t, byKind["backups"].Names)
	require.Contains(t, byKind["backups"].Unknown, "app: backups denied (closed to this account)")
	require.Equal(t, []string{"lab.example by sftp (key)"}, byKind["partner-accounts"].Names)
	require.Equal(t, []string{"ehr by hl7: how it is authenticated is not known"}, byKind["partner-accounts"].Unknown)
	require.Equal(t, []string{"host/app to host/new by https (port 443)", "host/app to outside/lab.example by sftp (port 22)", "outside/ehr to host/app by hl7 (port 2575)"},
		byKind["firewall-rules"].Names)

	require.Equal(t, []string{"", "", after.Nobody}, []string{fax.ReadOnlyUntil, fax.EvidenceUntil, fax.Owner})
	for _, r := range fax.Revoke {
		require.NotEmpty(t, r.Unknown, r.Kind)
	}
}

func TestMediaGoByTheMostSensitiveClass(t *testing.T) {
	t.Parallel()
	for class, want := range map[estate.DataClass]after.Method{estate.Public: after.Clear, estate.Operational: after.Clear, estate.PII: after.Purge, estate.HR: after.Purge,
		estate.Financial: after.Purge, estate.PHI: after.Purge, estate.Credential: after.Purge, estate.NotAssessed: after.Purge, "": after.Purge} {
		in := input()
		in.Moves[1].Class = class
		media := after.Retirements(in)[0].Media
		require.Equal(t, want, media.Method, class)
		require.Equal(t, class == estate.PHI || class == estate.Credential, strings.Contains(media.Why, string(after.Destroy)), class)
	}
}

func TestEffortAddsUpItsWorks(t *testing.T) {
	t.Parallel()
	in := input()
	in.Moves[1].Service.Disposition = estate.MoveAndUpgrade
	in.Moves[1].Service.Databases = []string{"pg"} // all of the server's, but templates
	in.Assessment.Modules = &modules.Report{Target: "19.0", Policy: "1", Servers: []modules.Server{{Odoo: "clinic", Coverage: estate.Known, Database: &modules.Customisation{},
		Effort: modules.Effort{Automatic: modules.Hours{Low: 8, High: 16}, Manual: modules.Hours{Low: 80, High: 160}}}}}
	erp := after.Efforts(in)[0]
	require.Empty(t, erp.Unknown)
	var automatic, manual after.Days
	counts := map[string]int{}
	for _, w := range erp.Works {
		require.True(t, strings.HasPrefix(w.Basis, "assumed, not measured: "), w.Name)
		counts[w.Name] = w.Count
		switch w.Kind {
		case after.Automatic:
			automatic.Low, automatic.High = automatic.Low+w.Days.Low, automatic.High+w.Days.High
		case after.Manual:
			manual.Low, manual.High = manual.Low+w.Days.Low, manual.High+w.Days.High
		case after.Assisted:
		}
	}
	require.InDelta(t, automatic.Low, erp.Automatic.Low, 0.01)
	require.InDelta(t, automatic.High, erp.Automatic.High, 0.01)
	require.InDelta(t, manual.Low, erp.Manual.Low, 0.01)
	require.InDelta(t, manual.High, erp.Manual.High, 0.01)
	require.Greater(t, erp.Manual.Low, 10.0, "the upgrade's 80 hours are in it")
	require.Equal(t, []int{2, 2, 4}, []int{counts["databases copied and compared"], counts["partners brought to readiness"], counts["the night"]})
}

func TestEffortSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	in := input()
	in.Moves[1].Service.Disposition = estate.MoveAndUpgrade
	in.Moves[1].Service.Databases = []string{"pg", "gone"}
	in.Inventory.Postgres[0].Databases = estate.Section[[]estate.Database]{Coverage: estate.Timeout}
	require.Equal(t, []string{"pg: databases timeout", "gone: not in the inventory", "upgrade of clinic: its modules are not judged (not in the assessment)"},
		after.Efforts(in)[0].Unknown)
	in.Assessment.Modules = &modules.Report{Servers: []modules.Server{{Odoo: "clinic", Coverage: estate.Denied, Problem: "no access"}}}
	require.Contains(t, after.Efforts(in)[0].Unknown, "upgrade of clinic: its modules are not judged (no access)")
	in.Assessment.Modules.Servers[0] = modules.Server{Odoo: "clinic", Coverage: estate.Known, Problem: "the code on its host is denied",
		Modules:  []modules.Judgement{{Name: "clinic_forms", Verdict: modules.Custom}, {Name: "sale", Verdict: modules.Kept}, {Name: "own", Verdict: modules.Custom, Effort: &modules.Effort{}}},
		Database: &modules.Customisation{Unread: []string{"views"}}}
	require.Subset(t, after.Efforts(in)[0].Unknown, []string{"upgrade of clinic: the code on its host is denied", "upgrade of clinic: no hours are known of clinic_forms",
		"upgrade of clinic: what people made in its database was read only in part: views"})
	in.Assessment.Modules.Servers[0].Database = nil
	require.Contains(t, after.Efforts(in)[0].Unknown, "upgrade of clinic: what people made in its database could not be read")
	in.Moves[1].Service.Odoo = nil
	require.Contains(t, after.Efforts(in)[0].Unknown, "upgrade: no Odoo server is named, and of other software no hours are known")
}

func TestShuffledInputGivesTheSame(t *testing.T) {
	t.Parallel()
	all := func(in after.Input) []any {
		return []any{after.Partners(in), after.Items(in), after.Retirements(in), after.Efforts(in)}
	}
	want := all(input())
	source := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		in := input()
		source.Shuffle(len(in.Moves), func(i, j int) { in.Moves[i], in.Moves[j] = in.Moves[j], in.Moves[i] })
		links := in.Assessment.Integrations
		source.Shuffle(len(links), func(i, j int) { links[i], links[j] = links[j], links[i] })
		hosts := in.Inventory.Hosts
		source.Shuffle(len(hosts), func(i, j int) { hosts[i], hosts[j] = hosts[j], hosts[i] })
		require.Equal(t, want, all(in))
	}
}

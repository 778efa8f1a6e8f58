package night_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/cutover/action"
	"nightferry/internal/estate"
	"nightferry/internal/runbook"
	"nightferry/plan/method"
	"nightferry/plan/night"
)

var update = flag.Bool("update", false, "write the golden files anew")

func move(service, app, db, database string) estate.Move {
	end := func(host, server, dbHost, url string) estate.MoveEnd {
		return estate.MoveEnd{Host: host, Unit: "odoo", Filestore: "/var/lib/odoo/filestore/" + database, FileOwner: "odoo", Server: server, DatabaseHost: dbHost,
			Database: database, Owner: "odoo", URL: url}
	}
	m := estate.Move{Service: service, From: end(app, db, db+"-host", "https://"+service+".clinic.example"), To: end("cloud-app", "cloud", "cloud-db", "https://"+service+".cloud.example")}
	m.To.Open, m.To.Close = []string{"gate", "open"}, []string{"gate", "close"}
	return m
}

// manned is a production service with somebody for each duty.
func manned(name string) estate.Service {
	s := estate.Service{Name: name, Owner: "Testmann, head of administration", Contact: "+1 555 0100", Environment: estate.Production, Criticality: estate.BusinessCritical,
		RTO: 6 * time.Hour, Workaround: "paper forms from the downtime box on each ward", Databases: []string{name + "/" + name}}
	for i, duty := range estate.Duties() {
		s.People = append(s.People, estate.Person{Duty: duty, Name: "Probefrau " + string(rune('A'+i)), Contact: "+1 555 01" + string(rune('0'+i)) + "0"})
	}
	return s
}

func sources(services ...estate.Service) night.Sources {
	s := night.Sources{Services: services,
		Integrations: []estate.Integration{{From: "outside/ehr", To: "host/erp-app", Protocol: "hl7", Port: 2575, Kind: "ehr", Owner: "integration team"},
			{From: "host/erp-app", To: "host/erp-host", Protocol: "postgresql", Port: 5432, Kind: "database"}, {From: "host/erp-app", To: "outside/time", Protocol: "ntp", Kind: "time"}},
		Classification: classify.Classification{Databases: []classify.DatabaseResult{{Server: "erp", Database: "erp", Coverage: estate.Known, Tables: []classify.TableResult{
			{Schema: "public", Table: "res_partner", Class: estate.PHI}, {Schema: "public", Table: "account_move", Class: estate.Financial}, {Schema: "public", Table: "ir_cron", Class: estate.Operational}}}}}}
	for _, service := range services {
		s.Moves = append(s.Moves, move(service.Name, service.Name+"-app", service.Name, service.Name))
		s.Inventory.Postgres = append(s.Inventory.Postgres, estate.PostgresServer{Name: service.Name, Version: estate.Know("q", estate.PostgresVersion{Number: 130014}),
			Databases: estate.Know("q", []estate.Database{{Name: service.Name, SizeBytes: 20_000_000_000}})})
	}
	return s
}

func input(s night.Sources) night.Input {
	s.Choices = method.Choose(method.Input{Inventory: s.Inventory, Services: s.Services, Moves: s.Moves, Rates: method.RatesFrom(estate.Rates{}, nil)})
	var names []string
	for _, service := range s.Services {
		names = append(names, service.Name)
	}
	return night.Input{Wave: "wave-2", Title: "production: " + strings.Join(names, ", "), Environment: s.Services[0].Environment, Members: s.Members(names),
		Contacts: []runbook.Contact{{Role: "conductor", Name: "Probefrau", How: "+1 555 0110"}, {Role: "dba", Name: "Beispielsen", How: "+1 555 0111"}, {Role: "approver", Name: "Testmann", How: "+1 555 0100"}}}
}

// loaded formats a night and reads it as the cutover does.
func loaded(t *testing.T, book runbook.Runbook) (*runbook.File, []byte) {
	t.Helper()
	text, err := runbook.Format(book)
	require.NoError(t, err)
	file, err := runbook.Parse("wave.yaml", text, action.Kinds())
	require.NoError(t, err, "%s", text)
	return file, text
}

func golden(t *testing.T, name string, text []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, text, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(text))
}

func TestProductionNight(t *testing.T) {
	t.Parallel()
	_, some := night.Ahead(input(sources(manned("erp"))))
	require.False(t, some, "dump and restore asks for nothing ahead")
	book, missing := night.Write(input(sources(manned("erp"))))
	require.Empty(t, missing)
	file, text := loaded(t, book)
	golden(t, "production.golden.yaml", text)

	for _, a := range estate.Assurances() {
		require.True(t, slices.ContainsFunc(book.Steps, func(s runbook.Step) bool { return s.Assures == a }), a)
	}
	r := file.Runbook.Rollback
	require.Equal(t, "erp-open", r.NoReturn)
	require.Equal(t, "Probefrau B", r.Stop[0].Name)
	require.False(t, r.FallBacks[0].Promised, "the tables were not read")
	require.Contains(t, file.Passes["erp-decide"].String(), "erp_validate.sensitive_different > 0")
	require.Contains(t, file.Passes["erp-decide"].String(), "elapsed > "+"6h")
	require.Contains(t, file.Passes["erp-baseline-after"].String(), "erp_baseline_after.p95 * 2 > erp_baseline.p95 * 3")
	step := book.Steps[slices.IndexFunc(book.Steps, func(s runbook.Step) bool { return s.ID == "erp-hold" })]
	require.Equal(t, []string{"outside/ehr → host/erp-app by hl7 on port 2575 (integration team)"}, step.With["items"])
	validate := book.Steps[slices.IndexFunc(book.Steps, func(s runbook.Step) bool { return s.ID == "erp-validate" })]
	require.Equal(t, []string{"public.account_move", "public.res_partner"}, validate.With["sensitive"])
}

func TestSeveralServicesInOneNight(t *testing.T) {
	t.Parallel()
	book, missing := night.Write(input(sources(manned("erp"), manned("lab.results"), manned("lab-results"), manned("2nd_floor"))))
	require.Empty(t, missing)
	file, _ := loaded(t, book)
	require.Len(t, file.Runbook.Services, 4)
	require.Len(t, file.Runbook.Rollback.FallBacks, 4)
	require.Equal(t, "s-2nd-floor-open", file.Runbook.Rollback.NoReturn, "the first step that lets anybody in")
}

func TestNonProductionIsShort(t *testing.T) {
	t.Parallel()
	s := sources(estate.Service{Name: "staging", Environment: estate.NonProduction, Databases: []string{"staging/staging"}, RTO: 48 * time.Hour})
	book, missing := night.Write(input(s))
	require.Empty(t, missing)
	file, text := loaded(t, book)
	golden(t, "staging.golden.yaml", text)
	var kinds []string
	for _, step := range file.Runbook.Steps {
		kinds = append(kinds, step.Kind)
	}
	require.Equal(t, []string{"service.stop", "postgres.copy", "files.copy", "validate", "decision", "service.start", "https.probe", "command"}, kinds)
}

func TestAProductionNightNeedsItsPeople(t *testing.T) {
	t.Parallel()
	for i, duty := range estate.Duties() {
		s := manned("erp")
		s.Owner = ""
		s.People = append(s.People[:i:i], s.People[i+1:]...)
		book, missing := night.Write(input(sources(s)))
		require.Empty(t, book.Steps, duty)
		require.Contains(t, strings.Join(missing, "\n"), "service erp has nobody for "+string(duty)+":")
	}
	in := input(sources(manned("erp")))
	in.Contacts = nil
	book, missing := night.Write(in)
	require.Empty(t, book.Steps)
	require.Contains(t, missing[0], "name an approver")

	in = input(sources(manned("erp")))
	in.Members[0].Moves = nil
	book, missing = night.Write(in)
	require.Empty(t, book.Steps)
	require.Contains(t, missing[0], "no entry under target.moves")
}

func TestWaiversTakeTwoPeople(t *testing.T) {
	t.Parallel()
	s := manned("erp")
	s.People = slices.DeleteFunc(s.People, func(p estate.Person) bool { return p.Duty == estate.VendorLead })
	s.Waivers = []estate.Waiver{{Assurance: estate.RollCallVendor, By: []string{"Testmann"}, Reason: "own software", Date: "2026-01-31"}}
	_, missing := night.Write(input(sources(s)))
	require.NotEmpty(t, missing, "one person is not enough")

	s.Waivers[0].By = []string{"Testmann", "Probefrau"}
	book, missing := night.Write(input(sources(s)))
	require.Empty(t, missing)
	file, _ := loaded(t, book)
	require.False(t, slices.ContainsFunc(book.Steps, func(s runbook.Step) bool { return s.Assures == estate.RollCallVendor }))
	require.Equal(t, "erp", file.Runbook.Waivers[0].Service)
}

// TestEveryWaiver shows that a night without any one of its assurances still holds together.
func TestEveryWaiver(t *testing.T) {
	t.Parallel()
	for _, a := range estate.Assurances() {
		s := manned("erp")
		s.Waivers = []estate.Waiver{{Assurance: a, By: []string{"Testmann", "Probefrau"}, Reason: "shown here", Date: "2026-01-31"}}
		book, missing := night.Write(input(sources(s)))
		require.Empty(t, missing, a)
		loaded(t, book)
	}
}

func TestOtherMethodsAreStated(t *testing.T) {
	t.Parallel()
	for _, m := range []estate.MoveMethod{estate.LogicalReplication, estate.PhysicalReplication} {
		in := input(sources(manned("erp")))
		in.Members[0].Choice.Pieces[0].Method = m
		in.Members[0].Choice.FallBack = method.FallBack{Promised: estate.Yes, Way: "reverse replication", DataLoss: "none while caught up"}
		ahead, some := night.Ahead(in)
		require.True(t, some)
		first, text := loaded(t, ahead)
		require.Empty(t, first.Runbook.Services, "it moves nothing")
		golden(t, "ahead-"+string(m)+".golden.yaml", text)
		book, missing := night.Write(in)
		require.Empty(t, missing)
		file, _ := loaded(t, book)
		require.Equal(t, m == estate.LogicalReplication, strings.Contains(file.Passes["erp-decide"].String(), "erp_catchup.behind > 0"))
		var ids []string
		for _, s := range book.Steps {
			ids = append(ids, s.ID)
			if s.ID == "erp-database" {
				require.Equal(t, "attest", s.Kind)
				require.NotEmpty(t, s.With["items"])
			}
			if s.ID == "erp-catchup" {
				require.Equal(t, "nightferry_erp_erp", s.With["slot"])
			}
		}
		require.Contains(t, ids, "erp-ahead", "what is done in an earlier window")
		require.Contains(t, ids, "erp-reverse")
	}
}

func TestALateDecisionIsTold(t *testing.T) {
	t.Parallel()
	in := input(sources(manned("erp")))
	in.Window = 15 * time.Minute
	book, missing := night.Write(in)
	require.Contains(t, strings.Join(missing, "\n"), "no moment of this night is safe to go back from")
	loaded(t, book)
	in.Window = 2 * time.Hour
	book, missing = night.Write(in)
	require.Contains(t, strings.Join(missing, "\n"), "after the latest safe rollback")
	loaded(t, book)
}

package plan_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/internal/estate"
	"nightferry/plan"
	"nightferry/plan/verify"
)

func host(name string) estate.Host {
	return estate.Host{Name: name, Collected: estate.Collection{Coverage: estate.Known, At: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)}}
}

func edge(from, to, protocol string) estate.Integration {
	return estate.Integration{From: "host/" + from, To: "host/" + to, Protocol: protocol, Observed: []string{"socket"}}
}

// make plans what can be read.
func made(t *testing.T, in plan.Input) plan.Plan {
	t.Helper()
	p, err := plan.Make(in)
	require.NoError(t, err)
	return p
}

func input() plan.Input {
	service := func(name string, env estate.Environment, hosts ...string) estate.Service {
		return estate.Service{Name: name, Environment: env, Hosts: hosts}
	}
	return plan.Input{
		Inventory: estate.Inventory{Hosts: []estate.Host{host("a"), host("b"), host("c"), host("d"), host("s"), host("x")}},
		Services: []estate.Service{
			service("billing", estate.Production, "a"), service("erp", estate.Production, "b"), service("wiki", estate.Production, "c"),
			service("ring", estate.Production, "d"), service("staging", estate.NonProduction, "s"), service("directory", estate.SharedEnv, "x"),
		},
		Classification: classify.Classification{Services: []classify.ServiceResult{{Service: "wiki", Class: estate.Operational}, {Service: "erp", Class: estate.PHI}}},
		Assessment: classify.Assessment{Integrations: []estate.Integration{edge("a", "b", "postgresql"), edge("b", "d", "https"), edge("d", "b", "https"),
			edge("b", "x", "ldap")}},
	}
}

func members(w plan.Wave) []string {
	var names []string
	for _, m := range w.Members {
		names = append(names, m.Service)
	}
	return names
}

func TestMakeOrdersWaves(t *testing.T) {
	t.Parallel()
	p := made(t, input())
	var got [][]string
	for _, w := range p.Waves {
		got = append(got, members(w))
	}
	require.Equal(t, [][]string{nil, {"staging"}, {"wiki"}, {"billing", "erp", "ring"}}, got)
	require.Equal(t, plan.Foundation, p.Waves[0].Phase)
	require.Equal(t, "directory", p.Retained[0].Service)

	erp := p.Waves[3].Members[1]
	var bound []string
	for _, r := range erp.Reasons {
		bound = append(bound, r.Constraint)
	}
	require.Equal(t, []string{"environment", "stays", "circle", "regulated", "not-earlier"}, slices.DeleteFunc(bound, func(s string) bool { return s == "size" }))
	require.Contains(t, p.Waves[3].Crossing, "erp needs directory by ldap (observed)")
}

func TestMakeIsTheSameWhenShuffled(t *testing.T) {
	t.Parallel()
	want := made(t, input())
	source := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		in := input()
		source.Shuffle(len(in.Services), func(i, j int) { in.Services[i], in.Services[j] = in.Services[j], in.Services[i] })
		source.Shuffle(len(in.Assessment.Integrations), func(i, j int) {
			in.Assessment.Integrations[i], in.Assessment.Integrations[j] = in.Assessment.Integrations[j], in.Assessment.Integrations[i]
		})
		require.Equal(t, want, made(t, in))
	}
}

func TestMakeLimitsAWave(t *testing.T) {
	t.Parallel()
	in := input()
	in.Policy.MaxServicesPerWave = 1
	p := made(t, in)
	require.Len(t, p.Waves, 1, "the foundation alone: erp and ring need each other")
	var collide []string
	for _, c := range p.Conflict.Constraints {
		collide = append(collide, c.Constraint)
	}
	require.True(t, p.Conflict.Proven)
	require.Equal(t, []string{"dependency:erp→ring", "dependency:ring→erp", "limit:workloads"}, collide)
	require.Contains(t, p.Conflict.Constraints[2].Buys, "a plan that is done on ")

	in.Waivers = []estate.ConstraintWaiver{{Constraint: "limit:workloads", By: "Testmann", Reason: "once"}}
	p = made(t, in)
	require.Nil(t, p.Conflict)
	require.Equal(t, "Testmann", p.Broken[0].By)
}

// calendar has two nights a week in Berlin, and a freeze over New Year.
func calendar() estate.Calendar {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, zone) }
	return estate.Calendar{
		Timezone: "Europe/Berlin",
		Windows:  []estate.Window{{Days: []string{"tue"}, From: "20:00", To: "23:30"}, {Days: []string{"sat"}, From: "22:00", To: "05:00"}},
		Freezes:  []estate.Freeze{{From: day(2026, 12, 18), To: day(2027, 1, 6).AddDate(0, 0, 1).Add(-time.Second), Reason: "end of year", Where: "engagement.yaml:9"}},
	}
}

// TestNightsKeepTheCalendar: no wave in the freeze, rehearsals long enough before, and local time across the change of clocks.
func TestNightsKeepTheCalendar(t *testing.T) {
	t.Parallel()
	in := input()
	in.Dates, in.Policy.Start, in.Policy.NonProductionDaysBefore = calendar(), "2026-12-10", 14
	p := made(t, in)
	var nights []string
	for _, w := range p.Waves[1:] {
		nights = append(nights, w.From.Format("2006-01-02 15:04 MST"))
	}
	require.Equal(t, []string{"2026-12-15 20:00 CET", "2027-01-09 22:00 CET", "2027-01-12 20:00 CET"}, nights)
	in.Policy.Start = "2027-03-20"
	p = made(t, in)
	require.Equal(t, "2027-03-20 22:00 CET", p.Waves[1].From.Format("2006-01-02 15:04 MST"))
	require.Equal(t, "2027-04-03 22:00 CEST", p.Waves[2].From.Format("2006-01-02 15:04 MST"))

	asked, _, err := plan.Problem(in)
	require.NoError(t, err)
	require.Empty(t, verify.Check(asked, p.Nights(asked)).Violations)
}

// TestAFreezeOverEverything names the freeze with its line, and what giving it up would buy.
func TestAFreezeOverEverything(t *testing.T) {
	t.Parallel()
	in := input()
	in.Dates, in.Policy.Start, in.Policy.HorizonDays = calendar(), "2026-12-19", 14
	p := made(t, in)
	require.Equal(t, "freeze:end of year", p.Conflict.Constraints[0].Constraint)
	require.Equal(t, "engagement.yaml:9", p.Conflict.Constraints[0].Source)
}

func TestPinsAndDispositions(t *testing.T) {
	t.Parallel()
	in := input()
	in.Dates, in.Policy.Start = calendar(), "2027-01-10"
	in.Pins = []estate.Pin{{Service: "wiki", NotBefore: "2027-02-01", By: "Testmann", Reason: "after the audit"}}
	in.Services[3].Disposition = estate.Retain // ring
	p := made(t, in)
	require.Equal(t, []string{"directory", "ring"}, []string{p.Retained[0].Service, p.Retained[1].Service})
	require.Equal(t, "2027-02-02", p.Waves[2].From.Format(time.DateOnly), "the first night after the day")
	require.Contains(t, p.Waves[2].Members[0].Reasons[len(p.Waves[2].Members[0].Reasons)-2].Text, "wiki is pinned by Testmann: not before 2027-02-01 00:00 CET (after the audit)")

	in.Pins[0].Service, in.Pins[0].Where = "wikki", "overrides.yaml:7"
	_, err := plan.Make(in)
	require.ErrorContains(t, err, `overrides.yaml:7: it pins service "wikki", which engagement.yaml does not name`)
	in.Pins = nil
	in.Inventory.Hosts[0].Collected.At = time.Date(2027, 2, 1, 12, 0, 0, 0, time.UTC)
	_, err = plan.Make(in)
	require.ErrorContains(t, err, "policy.start is 2027-01-10, and the estate was looked at on 2027-02-01")
	for i := range in.Inventory.Hosts {
		in.Inventory.Hosts[i].Collected.At = time.Time{}
	}
	in.Policy.Start = ""
	_, err = plan.Make(in)
	require.ErrorContains(t, err, "nobody knows when the estate was looked at")
}

// TestUnknownSizesProveNothing: a limit that only an assumption breaks is no proof that there is no plan.
func TestUnknownSizesProveNothing(t *testing.T) {
	t.Parallel()
	in := input()
	in.Policy.MaxGigabytesPerWave, in.PolicyWhere = 50, map[string]string{"max_gigabytes_per_wave": "engagement.yaml:3"}
	p := made(t, in)
	require.False(t, p.Conflict.Proven)
	require.Equal(t, "engagement.yaml:3", p.Conflict.Constraints[0].Source)
	require.Contains(t, p.Conflict.Constraints[0].Buys, "it rests on an assumed size of billing, erp, ring, staging, wiki")
	require.Contains(t, p.Assumptions[2], "nobody knows the size of")
}

func TestACircleAcrossEnvironmentsIsToldOf(t *testing.T) {
	t.Parallel()
	in := input()
	in.Assessment.Integrations = append(in.Assessment.Integrations, edge("s", "b", "https"), edge("b", "s", "https"))
	p := made(t, in)
	require.Contains(t, p.Warnings[0], "a circle across environments, which never share a night: erp needs staging by https (observed); staging needs erp")
	require.NotEmpty(t, p.Waves[1].Members)
}

func TestNothingToPlan(t *testing.T) {
	t.Parallel()
	p := made(t, plan.Input{})
	require.Len(t, p.Waves, 1)
	for _, item := range p.Waves[0].Checklist {
		require.False(t, item.Holds)
		require.Equal(t, estate.NotAsked, item.Coverage, item.Name)
	}
}

func TestFollowCountsFromTheNightsOfThePlan(t *testing.T) {
	t.Parallel()
	in := input()
	in.Services = append(in.Services, estate.Service{Name: "fax", Environment: estate.Production, Disposition: estate.Retire})
	in.Assessment.Integrations = append(in.Assessment.Integrations, estate.Integration{From: "host/b", To: "outside/lab.example", Protocol: "sftp"})
	p := made(t, in)
	require.Nil(t, p.Partners)
	p.Waves[3].From, p.Waves[3].To = time.Date(2027, 5, 1, 22, 0, 0, 0, time.UTC), time.Date(2027, 5, 2, 6, 0, 0, 0, time.UTC) // as a person may
	p = p.Follow(in)
	require.Len(t, p.Partners.Integrations, 1)
	require.Equal(t, []string{"erp", "wave-3", "2027-04-17"}, []string{p.Partners.Integrations[0].Service, p.Partners.Integrations[0].Wave, p.Partners.Integrations[0].Gates[0].Due})
	var ends []string
	for _, r := range p.Retirement {
		ends = append(ends, r.Service)
	}
	require.Equal(t, []string{"billing", "erp", "fax", "ring", "staging", "wiki"}, ends, "directory stays")
	require.Equal(t, "2027-06-01", p.Retirement[1].ReadOnlyUntil)
	require.Empty(t, p.Retirement[2].ReadOnlyUntil)
	require.Len(t, p.Effort, len(ends))
	require.Len(t, p.After, 6*(len(ends)-1))
}

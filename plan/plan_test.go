package plan_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/classify"
	"nightferry/internal/estate"
	"nightferry/plan"
)

func host(name string) estate.Host {
	return estate.Host{Name: name, Collected: estate.Collection{Coverage: estate.Known}}
}

func edge(from, to, protocol string) estate.Integration {
	return estate.Integration{From: "host/" + from, To: "host/" + to, Protocol: protocol, Observed: []string{"socket"}}
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
	p := plan.Make(input())
	var got [][]string
	for _, w := range p.Waves {
		got = append(got, members(w))
	}
	require.Equal(t, [][]string{nil, {"staging"}, {"wiki"}, {"erp", "ring"}, {"billing"}}, got)
	require.Equal(t, plan.Foundation, p.Waves[0].Phase)
	require.Equal(t, "directory", p.Retained[0].Service)

	erp := p.Waves[3].Members[0]
	var bound []string
	for _, r := range erp.Reasons {
		bound = append(bound, r.Constraint)
	}
	require.Equal(t, []string{"environment", "stays", "circle", "regulated"}, slices.DeleteFunc(bound, func(s string) bool { return s == "size" }))
	require.Contains(t, p.Waves[3].Crossing, "billing needs erp by postgresql (observed)")
}

func TestMakeIsTheSameWhenShuffled(t *testing.T) {
	t.Parallel()
	want := plan.Make(input())
	source := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		in := input()
		source.Shuffle(len(in.Services), func(i, j int) { in.Services[i], in.Services[j] = in.Services[j], in.Services[i] })
		source.Shuffle(len(in.Assessment.Integrations), func(i, j int) {
			in.Assessment.Integrations[i], in.Assessment.Integrations[j] = in.Assessment.Integrations[j], in.Assessment.Integrations[i]
		})
		require.Equal(t, want, plan.Make(in))
	}
}

func TestMakeLimitsAWave(t *testing.T) {
	t.Parallel()
	in := input()
	in.Policy.MaxServicesPerWave = 1
	p := plan.Make(in)
	require.Contains(t, p.Warnings[0], "in a circle")
	for _, w := range p.Waves {
		require.LessOrEqual(t, len(w.Members), 2)
	}
}

func TestNothingToPlan(t *testing.T) {
	t.Parallel()
	p := plan.Make(plan.Input{})
	require.Len(t, p.Waves, 1)
	for _, item := range p.Waves[0].Checklist {
		require.False(t, item.Holds)
		require.Equal(t, estate.NotAsked, item.Coverage, item.Name)
	}
}

package solve_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/plan/problem"
	"nightferry/plan/solve"
)

// roomy is an estate of a middle size without anything that could collide: what is planted in it then does.
func roomy(seed uint64) problem.Problem {
	p := madeUp(seed, shape{workloads: 40, slots: 30, perSlot: 12})
	p.Proofs = nil
	for i := range p.Workloads {
		w := &p.Workloads[i]
		w.Regulated, w.Group, w.Windows, w.SizeBytes, w.Downtime.High = false, "", nil, 10, 60
		if i > 0 {
			to := p.Workloads[(i-1)/2]
			if to.Environment == w.Environment {
				p.Dependencies = append(p.Dependencies, problem.Dependency{From: w.Name, To: to.Name, Weight: 2})
			}
		}
	}
	return p
}

// named gives the names of the workloads of an environment.
func named(p problem.Problem, e estate.Environment) []string {
	var names []string
	for _, w := range p.Workloads {
		if w.Environment == e {
			names = append(names, w.Name)
		}
	}
	return names
}

// plants are ways to make a problem impossible. Each returns the constraints that collide then.
func plants() map[string]func(*rand.Rand, *problem.Problem) []problem.ID {
	chain := func(p *problem.Problem, names []string) []problem.ID {
		var ids []problem.ID
		for i := 1; i < len(names); i++ {
			d := problem.Dependency{From: names[i], To: names[i-1], Weight: 1}
			p.Dependencies = slices.DeleteFunc(p.Dependencies, func(o problem.Dependency) bool { return o.ID() == d.ID() })
			p.Dependencies = append(p.Dependencies, d)
			ids = append(ids, d.ID())
		}
		return ids
	}
	pin := func(p *problem.Problem, name string, from, to int) problem.ID {
		pin := problem.Pin{Workload: name, By: "Test", Reason: "planted"}
		if from >= 0 {
			pin.NotBefore = p.Slots[from].Start
		}
		if to >= 0 {
			pin.NotAfter = p.Slots[to].Start
		}
		p.Pins = append(p.Pins, pin)
		return pin.ID()
	}
	return map[string]func(*rand.Rand, *problem.Problem) []problem.ID{
		"a chain between two pins": func(r *rand.Rand, p *problem.Problem) []problem.ID {
			names := named(*p, estate.Production)[:2+r.IntN(5)]
			p.Dependencies = nil
			at := 5 + r.IntN(10)
			return append(chain(p, names), pin(p, names[0], at+1, -1), pin(p, names[len(names)-1], -1, at))
		},
		"a circle across environments": func(_ *rand.Rand, p *problem.Problem) []problem.ID {
			names := []string{named(*p, estate.Production)[0], named(*p, estate.NonProduction)[0]}
			return append(chain(p, append(names, names[0])), problem.Environments)
		},
		"a circle larger than a wave": func(_ *rand.Rand, p *problem.Problem) []problem.ID {
			p.Dependencies = nil
			names := named(*p, estate.Production)[:13]
			return append(chain(p, append(names, names[0])), problem.LimitWorkloads)
		},
		"a freeze over all that a pin leaves": func(r *rand.Rand, p *problem.Problem) []problem.ID {
			at := r.IntN(20)
			c := problem.Closure{Kind: problem.Freeze, Name: "year-end", Spans: []problem.Span{{Start: p.Slots[0].Start, End: p.Slots[at].End}}}
			p.Closures = append(p.Closures, c)
			return []problem.ID{c.ID(), pin(p, p.Workloads[r.IntN(40)].Name, -1, at)}
		},
		"more than the nights up to a pin hold": func(_ *rand.Rand, p *problem.Problem) []problem.ID {
			var ids []problem.ID
			p.Dependencies = nil
			for _, name := range named(*p, estate.Production)[:13] {
				ids = append(ids, pin(p, name, 4, 4))
			}
			return append(ids, problem.LimitWorkloads)
		},
		"a proof that takes longer than the pins leave": func(r *rand.Rand, p *problem.Problem) []problem.ID {
			before, after := named(*p, estate.NonProduction)[0], named(*p, estate.Production)[0]
			proof := problem.Proof{NonProduction: before, Production: after, Days: 14}
			p.Proofs = append(p.Proofs, proof)
			at := 4 + r.IntN(9)
			return []problem.ID{proof.ID(), pin(p, before, at, -1), pin(p, after, -1, at+2)}
		},
		"a downtime over the RTO": func(r *rand.Rand, p *problem.Problem) []problem.ID {
			w := &p.Workloads[r.IntN(40)]
			w.RTOMinutes = 30
			return []problem.ID{problem.Of(problem.RTO, w.Name)}
		},
	}
}

// TestPlanted plants 210 conflicts, one each, and wants just that one explained.
func TestPlanted(t *testing.T) {
	t.Parallel()
	for name, plant := range plants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(30) {
				r := rand.New(rand.NewPCG(seed, 9))
				p := roomy(seed)
				free, err := solve.Solve(p, fewSteps/100)
				require.NoError(t, err)
				require.NotNil(t, free.Solution, "seed %d is not free of conflicts by itself: %+v", seed, free.Conflict)
				want := plant(r, &p)
				got, err := solve.Solve(p, fewSteps/100)
				require.NoError(t, err)
				require.NotNil(t, got.Conflict, "seed %d", seed)
				require.True(t, got.Conflict.Proven)
				slices.Sort(want)
				require.Equal(t, want, ids(got.Conflict), "seed %d", seed)
				for _, relaxation := range got.Conflict.Relaxations {
					rest := without(p, relaxation.Constraint)
					got, err := solve.Solve(rest, fewSteps/100)
					require.NoError(t, err)
					require.NotNil(t, got.Solution, "seed %d: without %s all is well", seed, relaxation.Constraint)
					require.Empty(t, broken(rest, got.Solution.Assignment()))
					require.NotNil(t, relaxation.Objective)
					require.False(t, relaxation.Finish.IsZero())
					require.NotEmpty(t, relaxation.Meaning.Text)
				}
			}
		})
	}
}

func ids(c *problem.Conflict) []problem.ID {
	var all []problem.ID
	for _, r := range c.Relaxations {
		all = append(all, r.Constraint)
	}
	return all
}

// TestMoreSlots runs out of nights, and is told how many more would do.
func TestMoreSlots(t *testing.T) {
	t.Parallel()
	p := madeUp(1, shape{workloads: 20, slots: 3, perSlot: 2})
	for i := range p.Workloads {
		w := &p.Workloads[i]
		w.Environment, w.Regulated, w.Group, w.Windows, w.Downtime.High, w.SizeBytes, w.Crews = estate.Production, false, "", nil, 60, 10, 0
	}
	p.Proofs = nil
	got, err := solve.Solve(p, fewSteps)
	require.NoError(t, err)
	require.Equal(t, []problem.ID{problem.LimitWorkloads}, ids(got.Conflict))
	require.Equal(t, 7, got.Conflict.MoreSlots)
	require.Equal(t, int64(0), got.Conflict.Relaxations[0].Objective.Crossing)
}

// TestUnreadable wants an error, and no answer, for what cannot be read.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	p := roomy(1)
	p.Pins = []problem.Pin{{Workload: "nobody", NotBefore: p.Slots[0].Start, Source: "overrides.yaml:12"}}
	_, err := solve.Solve(p, fewSteps)
	require.ErrorContains(t, err, "overrides.yaml:12: "+fmt.Sprintf("%s names the workload %q", p.Pins[0].ID(), "nobody"))
}

// TestNothing answers an empty problem, and one without a night.
func TestNothing(t *testing.T) {
	t.Parallel()
	got, err := solve.Solve(problem.Problem{}, fewSteps)
	require.NoError(t, err)
	require.NotNil(t, got.Solution)
	require.Empty(t, got.Solution.Waves)

	p := problem.Problem{Workloads: []problem.Workload{{Name: "a", Environment: estate.Production}}}
	got, err = solve.Solve(p, fewSteps)
	require.NoError(t, err)
	require.NotNil(t, got.Conflict)
	require.Empty(t, got.Conflict.Relaxations)
	require.Equal(t, -1, got.Conflict.MoreSlots)
}

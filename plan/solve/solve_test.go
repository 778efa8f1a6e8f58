package solve_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/plan/problem"
	"nightferry/plan/solve"
)

const fewSteps = 3_000_000

// small is a shape that can be searched by trying everything.
func small() shape {
	return shape{workloads: 5, dependencies: 8, slots: 5, perSlot: 3, pins: 1, closures: 1, crossing: 20}
}

// TestAgainstEverything holds the solver against all assignments there are.
func TestAgainstEverything(t *testing.T) {
	t.Parallel()
	againstEverything(t, 60)
}

// againstEverything solves so many small problems, possible and impossible ones.
func againstEverything(t testing.TB, problems uint64) {
	t.Helper()
	verdicts := map[bool]int{}
	for seed := range problems {
		p := madeUp(seed, small())
		want, some := everything(p)
		verdicts[some]++
		got, err := solve.Solve(p, fewSteps)
		require.NoError(t, err)
		require.Equal(t, some, got.Solution != nil, "seed %d", seed)
		if !some {
			minimal(t, seed, p, got.Conflict)
			continue
		}
		require.Empty(t, broken(p, got.Solution.Assignment()), "seed %d", seed)
		require.Equal(t, want, objective(p, got.Solution.Assignment()), "seed %d", seed)
		require.Equal(t, want, got.Solution.Objective, "seed %d", seed)
		require.True(t, got.Solution.Optimal, "seed %d", seed)
	}
	require.Greater(t, min(verdicts[true], verdicts[false]), 5, "both kinds have to be there: %v", verdicts)
}

// minimal holds a conflict against all assignments: its constraints alone rule all of them out, and without any
// one of them, some assignment is left.
func minimal(t testing.TB, seed uint64, p problem.Problem, c *problem.Conflict) {
	t.Helper()
	require.True(t, c.Proven, "seed %d", seed)
	others := slices.DeleteFunc(p.IDs(), func(id problem.ID) bool { return slices.Contains(ids(c), id) })
	alone := without(p, others...)
	_, some := everything(alone)
	require.False(t, some, "seed %d: what collides can hold together: %v", seed, ids(c))
	for _, r := range c.Relaxations {
		_, some := everything(without(alone, r.Constraint))
		require.True(t, some, "seed %d: %s is not needed for the conflict", seed, r.Constraint)
		least, some := everything(without(p, r.Constraint))
		require.Equal(t, some, r.Objective != nil, "seed %d: %s", seed, r.Constraint)
		if some {
			require.Equal(t, least, *r.Objective, "seed %d: what giving up %s buys", seed, r.Constraint)
		}
	}
}

// TestLarger holds what is too large to try everything against the independent checker, and the bound against the objective.
func TestLarger(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		p := madeUp(seed, shape{workloads: 60, dependencies: 150, slots: 26, perSlot: 8, closures: 2, crossing: 20})
		got, err := solve.Solve(p, fewSteps)
		require.NoError(t, err)
		require.NotNil(t, got.Solution, "seed %d: %+v", seed, got.Conflict)
		s := got.Solution
		require.Empty(t, broken(p, s.Assignment()), "seed %d", seed)
		require.Equal(t, objective(p, s.Assignment()), s.Objective)
		require.LessOrEqual(t, s.Bound.Crossing, s.Objective.Crossing)
		require.LessOrEqual(t, s.Bound.Finish, s.Objective.Finish)
		require.LessOrEqual(t, s.Bound.Risk, s.Objective.Risk)
		require.Positive(t, s.Bound.Crossing)
		require.Positive(t, s.Bound.Finish)
	}
}

// TestSameBytes shuffles a problem a hundred times and wants the same answer, to the last field.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	for _, p := range []problem.Problem{
		madeUp(1, shape{workloads: 60, dependencies: 150, slots: 26, perSlot: 8, closures: 2, crossing: 20}),
		madeUp(3, shape{workloads: 8, dependencies: 12, slots: 6, perSlot: 3, pins: 1, closures: 1, crossing: 20}), // a conflict
	} {
		want, err := solve.Solve(p, fewSteps/30)
		require.NoError(t, err)
		for range 100 {
			shuffle(r, p.Workloads)
			shuffle(r, p.Dependencies)
			shuffle(r, p.Proofs)
			shuffle(r, p.Closures)
			shuffle(r, p.Pins)
			got, err := solve.Solve(p, fewSteps/30)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
}

func shuffle[T any](r *rand.Rand, list []T) {
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// TestWaived breaks, in turn, each constraint of a conflict by a waiver, and wants it told.
func TestWaived(t *testing.T) {
	t.Parallel()
	tested := 0
	for seed := range uint64(40) {
		p := madeUp(seed, small())
		got, err := solve.Solve(p, fewSteps)
		require.NoError(t, err)
		if got.Conflict == nil {
			continue
		}
		for _, r := range got.Conflict.Relaxations {
			if r.Objective == nil {
				continue
			}
			waived, err := solve.Solve(without(p, r.Constraint), fewSteps)
			require.NoError(t, err)
			require.Equal(t, *r.Objective, waived.Solution.Objective)
			require.Len(t, waived.Solution.Broken, 1, "seed %d: %s is needed for a conflict, so it has to be broken", seed, r.Constraint)
			told := waived.Solution.Broken[0]
			require.Equal(t, r.Constraint, told.Constraint)
			require.NotEmpty(t, told.Workloads)
			require.NotEmpty(t, told.Cost)
			require.Equal(t, []problem.ID{r.Constraint}, broken(p, waived.Solution.Assignment()))
			tested++
		}
	}
	require.Greater(t, tested, 20)
}

// TestReasons holds each refusal against the independent checker.
func TestReasons(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		p := madeUp(seed, shape{workloads: 12, dependencies: 20, slots: 10, perSlot: 4, pins: 1, closures: 1, crossing: 20})
		got, err := solve.Solve(p, fewSteps)
		require.NoError(t, err)
		if got.Solution == nil {
			continue
		}
		a := got.Solution.Assignment()
		for _, reason := range got.Solution.Reasons {
			all, err := solve.Alternatives(p, a, reason.Workload)
			require.NoError(t, err)
			require.Len(t, all, len(p.Slots)-1)
			for _, refusal := range all {
				moved := problem.Assignment{}
				for name, slot := range a {
					if name == reason.Workload || slices.Contains(reason.With, name) {
						slot = refusal.Slot
					}
					moved[name] = slot
				}
				require.Equal(t, broken(p, moved), refusal.Breaks, "seed %d: %s to %d", seed, reason.Workload, refusal.Slot)
				require.Equal(t, objective(p, moved).Minus(got.Solution.Objective), refusal.Costs)
				require.True(t, len(refusal.Breaks) > 0 || refusal.Costs.Compare(problem.Objective{}) >= 0, "a better slot was refused")
			}
		}
	}
}

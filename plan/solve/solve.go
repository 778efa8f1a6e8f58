// Package solve finds the waves of a [problem.Problem]: the best assignment it can within a budget of steps, with
// a bound on what any other could reach, or the smallest set of constraints that rules every assignment out.
//
// Workloads that have to move together become one unit. Slots are filled in order of time in a few manners, the
// best of them is improved by moves, and small problems are searched completely. The budget is counted in steps
// of work, never in time, and everything is in whole numbers: the same problem, in whatever order it is written,
// gives the same answer on every machine.
package solve

import (
	"slices"

	"nightferry/plan/problem"
)

// Steps is a budget that suits an estate of thousands of workloads: some seconds.
const Steps = 300_000_000

// mostCells is how many slots of units, all together, a complete search is tried for.
const mostCells = 1500

// Solve answers the problem within so many steps. The error says why the problem cannot be read.
func Solve(p problem.Problem, steps int) (problem.Answer, error) {
	if err := p.Check(); err != nil {
		return problem.Answer{}, err
	}
	x := newIndex(p)
	active := x.unwaived()
	found := x.model(active).solve(steps)
	if found.at == nil {
		return problem.Answer{Conflict: x.explain(active, found.verdict == impossible, steps/4)}, nil
	}
	return problem.Answer{Solution: x.solution(found)}, nil
}

// verdict on whether a model has a valid assignment.
type verdict int

const (
	undecided  verdict = iota // none was found, none was ruled out
	possible                  // one was found
	impossible                // none exists
)

// found is what a model was solved to.
type found struct {
	*model
	verdict verdict
	at      []int // slot of each unit; nil unless possible
	score   problem.Objective
	optimal bool
}

// solve looks for the best assignment.
func (m *model) solve(steps int) found {
	if m.refuted {
		return found{model: m, verdict: impossible}
	}
	if len(m.units) == 0 {
		return found{model: m, verdict: possible, at: []int{}, optimal: true}
	}
	m.link()
	var known []int
	if len(m.units)*len(m.days) <= mostCells {
		at, complete := m.complete(&steps)
		if complete {
			return m.finish(at, true)
		}
		known = at
	}
	s := m.begin(&steps, steps/4*3, known)
	s.rounds(steps, 8)
	if s.unplaced > 0 {
		return found{model: m, verdict: undecided}
	}
	return m.finish(s.at, false)
}

// complete searches all there is, if a quarter of the steps is enough for it; else it gives what it found.
func (m *model) complete(steps *int) (at []int, complete bool) {
	s := newState(m, steps)
	s.construct(manners()[0])
	s.improve(min(*steps/20, 100_000), 0, 8)
	if s.unplaced == 0 {
		at = slices.Clone(s.at)
	}
	left := *steps / 4
	*steps -= left
	at, complete = m.exact(at, s.score().objective, false, &left)
	*steps += max(left, 0)
	return at, complete
}

// begin gives the best of what is known and of the assignments that filling slots in order leads to. Each is
// improved, unless there are so many units that the budget is better spent on one.
func (m *model) begin(steps *int, budget int, known []int) *state {
	best := newState(m, steps)
	if known != nil {
		best.restore(known)
	}
	many := len(m.units) > mostUnits
	for i, how := range manners() {
		s := newState(m, steps)
		s.construct(how)
		if share := budget / len(manners()); !many {
			s.improve(share/4, uint64(i), 8)
			s.rounds(share-share/4, uint64(i))
		}
		if s.score().better(best.score()) {
			best = s
		}
	}
	if many {
		best.improve(budget, 0, 8)
	}
	return best
}

func (m *model) finish(at []int, optimal bool) found {
	if at == nil {
		return found{model: m, verdict: impossible}
	}
	steps := 0
	s := newState(m, &steps)
	s.restore(at)
	return found{model: m, verdict: possible, at: slices.Clone(at), score: s.score().objective, optimal: optimal}
}

// judge says whether any valid assignment exists, without looking for a good one.
func (m *model) judge(steps int) verdict {
	if m.refuted {
		return impossible
	}
	if len(m.units) == 0 {
		return possible
	}
	var s *state
	for _, how := range manners() {
		s = newState(m, &steps)
		s.construct(how)
		if s.unplaced == 0 {
			return possible
		}
	}
	if len(m.units)*len(m.days) <= mostCells {
		left := steps / 2
		switch at, complete := m.exact(nil, problem.Objective{}, true, &left); {
		case at != nil:
			return possible
		case complete:
			return impossible
		}
	}
	for *s.steps > 0 && s.unplaced > 0 {
		s.improve(*s.steps/8+1, uint64(*s.steps), 8)
	}
	if s.unplaced == 0 {
		return possible
	}
	return undecided
}

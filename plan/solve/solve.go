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
	s := m.begin(&steps)
	small := len(m.units)*len(m.days) <= mostCells
	if small {
		s.improve(steps/20, 1)
		if at, complete := s.complete(steps / 2); complete {
			return m.finish(at, true)
		} else if at != nil {
			s.restore(at)
		}
	}
	s.improve(max(steps, 0), 2)
	if s.unplaced > 0 {
		return found{model: m, verdict: undecided}
	}
	return m.finish(s.at, false)
}

// begin gives the best of the assignments that filling slots in order leads to.
func (m *model) begin(steps *int) *state {
	var best *state
	for _, how := range manners() {
		s := newState(m, steps)
		s.construct(how)
		if best == nil || s.score().better(best.score()) {
			best = s
		}
	}
	return best
}

// complete searches all there is, given what was found so far.
func (s *state) complete(steps int) (at []int, complete bool) {
	var best []int
	if s.unplaced == 0 {
		best = s.at
	}
	left := steps
	at, complete = s.exact(best, s.score().objective, false, &left)
	*s.steps -= steps - left
	return at, complete
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
		s.improve(*s.steps/8+1, uint64(*s.steps))
	}
	if s.unplaced == 0 {
		return possible
	}
	return undecided
}

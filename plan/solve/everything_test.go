package solve_test

import (
	"slices"

	"nightferry/plan/problem"
	"nightferry/plan/verify"
)

// broken lists the constraints that an assignment breaks and that nobody waived, by the independent checker.
func broken(p problem.Problem, a problem.Assignment) []problem.ID {
	var ids []problem.ID
	for _, v := range verify.Check(p, a).Violations {
		if v.Waived == "" {
			ids = append(ids, v.Constraint)
		}
	}
	return slices.Compact(ids)
}

func objective(p problem.Problem, a problem.Assignment) problem.Objective {
	return verify.Check(p, a).Objective
}

// without waives constraints.
func without(p problem.Problem, ids ...problem.ID) problem.Problem {
	p.Waivers = slices.Clone(p.Waivers)
	for _, id := range ids {
		p.Waivers = append(p.Waivers, problem.Waiver{Constraint: id, By: "T. Test", Reason: "made up"})
	}
	return p
}

// everything tries every assignment and gives the objective of the best, if any is valid.
func everything(p problem.Problem) (least problem.Objective, some bool) {
	a := problem.Assignment{}
	var descend func(int)
	descend = func(i int) {
		if i < len(p.Workloads) {
			for slot := range p.Slots {
				a[p.Workloads[i].Name] = slot
				descend(i + 1)
			}
			return
		}
		report := verify.Check(p, a)
		if slices.ContainsFunc(report.Violations, func(v verify.Violation) bool { return v.Waived == "" }) {
			return
		}
		if !some || report.Objective.Compare(least) < 0 {
			least, some = report.Objective, true
		}
	}
	descend(0)
	return least, some
}

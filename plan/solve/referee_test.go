package solve_test

import (
	"slices"

	"nightferry/internal/estate"
	"nightferry/plan/problem"
)

// referee judges assignments by the words of package problem's comment and by nothing of the solver. Off are the
// constraints that need not hold.
type referee struct {
	problem.Problem
	by  map[string]problem.Workload
	off map[problem.ID]bool
}

func newReferee(p problem.Problem) *referee {
	r := &referee{p, map[string]problem.Workload{}, map[problem.ID]bool{}}
	for _, w := range p.Workloads {
		r.by[w.Name] = w
	}
	for _, w := range p.Waivers {
		r.off[w.Constraint] = true
	}
	return r
}

// broken lists the constraints that an assignment breaks and that are not off.
func (r *referee) broken(a problem.Assignment) []problem.ID {
	var ids []problem.ID
	ask := func(id problem.ID, holds bool) {
		if !holds && !r.off[id] {
			ids = append(ids, id)
		}
	}
	day := func(name string) int { return r.Slots[a[name]].Day }
	for _, d := range r.Dependencies {
		ask(d.ID(), d.MayCross || a[d.To] <= a[d.From])
	}
	for _, p := range r.Proofs {
		ask(p.ID(), day(p.Production)-day(p.NonProduction) >= p.Days)
	}
	v := r.Vanguard()
	for _, behind := range v.Behind {
		for _, first := range v.First {
			ask(problem.Of(v.Rule, behind), a[first] < a[behind])
		}
	}
	for _, p := range r.Pins {
		start := r.Slots[a[p.Workload]].Start
		ask(p.ID(), !start.Before(p.NotBefore) && (p.NotAfter.IsZero() || !start.After(p.NotAfter)))
	}
	for _, w := range r.Workloads {
		r.alone(w, r.Slots[a[w.Name]], ask)
		for _, other := range r.Workloads {
			ask(problem.Of(problem.Grouped, w.Group), w.Group == "" || other.Group != w.Group || a[w.Name] == a[other.Name])
		}
	}
	for slot := range r.Slots {
		r.together(a, slot, ask)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// alone asks what binds one workload.
func (r *referee) alone(w problem.Workload, slot problem.Slot, ask func(problem.ID, bool)) {
	ask(problem.Of(problem.Window, w.Name), len(w.Windows) == 0 || slices.Contains(w.Windows, slot.Window))
	ask(problem.Of(problem.Downtime, w.Name), w.Downtime.High <= slot.Minutes())
	ask(problem.Of(problem.RTO, w.Name), w.RTOMinutes == 0 || w.Downtime.High <= w.RTOMinutes)
	for _, c := range r.Closures {
		bound := len(c.Workloads) == 0 || slices.Contains(c.Workloads, w.Name)
		for _, span := range c.Spans {
			ask(c.ID(), !bound || !span.Start.Before(slot.End) || !slot.Start.Before(span.End))
		}
	}
}

// together asks what binds those of one slot.
func (r *referee) together(a problem.Assignment, slot int, ask func(problem.ID, bool)) {
	n, bytes, crews := 0, int64(0), 0
	sides := map[estate.Environment]bool{}
	for name, at := range a {
		if at != slot {
			continue
		}
		n++
		crews += r.by[name].Crews
		bytes += r.Bytes(r.by[name])
		sides[r.by[name].Environment] = true
	}
	ask(problem.Environments, len(sides) < 2)
	ask(problem.LimitWorkloads, r.Limits.Workloads == 0 || n <= r.Limits.Workloads)
	ask(problem.LimitBytes, r.Limits.Bytes == 0 || bytes <= r.Limits.Bytes)
	ask(problem.LimitCrews, r.Limits.Crews == 0 || crews <= r.Limits.Crews)
}

func (r *referee) objective(a problem.Assignment) problem.Objective {
	var o problem.Objective
	day := func(name string) int64 { return int64(r.Slots[a[name]].Day) }
	for _, d := range r.Dependencies {
		o.Crossing += int64(d.Weight) * max(day(d.From)-day(d.To), day(d.To)-day(d.From))
	}
	for _, w := range r.Workloads {
		o.Finish = max(o.Finish, day(w.Name)-int64(r.Slots[0].Day))
		o.Risk += int64(w.Risk) * (int64(r.Slots[len(r.Slots)-1].Day) - day(w.Name))
	}
	return o
}

// best tries every assignment.
func (r *referee) best() (least problem.Objective, some bool) {
	a := problem.Assignment{}
	var descend func(int)
	descend = func(i int) {
		if i < len(r.Workloads) {
			for slot := range r.Slots {
				a[r.Workloads[i].Name] = slot
				descend(i + 1)
			}
			return
		}
		if len(r.broken(a)) > 0 {
			return
		}
		if o := r.objective(a); !some || o.Compare(least) < 0 {
			least, some = o, true
		}
	}
	descend(0)
	return least, some
}

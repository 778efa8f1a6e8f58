package solve_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"nightferry/internal/estate"
	"nightferry/plan/problem"
)

// shape of a made-up problem.
type shape struct {
	workloads, dependencies, slots int
	perSlot                        int // workloads a slot holds
	pins, closures                 int
	crossing                       int // of 100 dependencies, so many may cross
}

// madeUp is a problem of the shape, the same for the same seed. Most dependencies lead from later to earlier
// workloads; one in fifty leads back and makes a circle.
func madeUp(seed uint64, s shape) problem.Problem {
	r := rand.New(rand.NewPCG(seed, 8))
	p := problem.Problem{Limits: problem.Limits{Workloads: s.perSlot, Bytes: int64(s.perSlot) * 60, Crews: s.perSlot, UnknownBytes: 50}}
	origin := time.Date(2027, 1, 2, 21, 0, 0, 0, time.UTC)
	for i := range s.slots {
		start := origin.AddDate(0, 0, 7*(i/2)+i%2)
		p.Slots = append(p.Slots, problem.Slot{Name: start.Format(time.DateOnly), Start: start, End: start.Add(time.Duration(6+i%3) * time.Hour),
			Day: 7*(i/2) + i%2, Window: []string{"saturday", "sunday"}[i%2]})
	}
	environments := []estate.Environment{estate.NonProduction, estate.Production}
	for i := range s.workloads {
		w := problem.Workload{Name: fmt.Sprintf("w%04d", i), Service: fmt.Sprintf("s%03d", i/4), Environment: environments[min(r.IntN(3), 1)], Regulated: r.IntN(3) > 0,
			SizeBytes: int64(r.IntN(100)) - 1, Downtime: problem.Minutes{Low: 10, High: r.IntN(400)}, Risk: r.IntN(4), Crews: r.IntN(2)}
		if r.IntN(10) == 0 {
			w.Windows = []string{"saturday"}
		}
		if r.IntN(10) == 0 {
			w.Group = fmt.Sprintf("g%d-%s", i/10, w.Environment)
		}
		p.Workloads = append(p.Workloads, w)
	}
	seen := map[[2]int]bool{}
	for range s.dependencies {
		a, b := r.IntN(s.workloads), r.IntN(s.workloads)
		if s.workloads > 50 && r.IntN(4) > 0 {
			b = max(0, min(s.workloads-1, a-r.IntN(40)))
		}
		same := p.Workloads[a].Environment == p.Workloads[b].Environment
		back := same && max(a-b, b-a) < 4 && r.IntN(50) == 0
		if a == b || seen[[2]int{a, b}] {
			continue
		}
		if (a < b) != back {
			a, b = b, a
		}
		if seen[[2]int{a, b}] {
			continue
		}
		seen[[2]int{a, b}] = true
		p.Dependencies = append(p.Dependencies, problem.Dependency{From: p.Workloads[a].Name, To: p.Workloads[b].Name, Weight: r.IntN(9),
			MayCross: !same || r.IntN(100) < s.crossing})
	}
	bind(&p, s, r)
	return p
}

// bind adds proofs, closures and pins.
func bind(p *problem.Problem, s shape, r *rand.Rand) {
	for i := range s.workloads / 4 {
		a, b := p.Workloads[r.IntN(s.workloads)], p.Workloads[r.IntN(s.workloads)]
		if a.Environment == estate.NonProduction && b.Environment == estate.Production && i%2 == 0 {
			p.Proofs = append(p.Proofs, problem.Proof{NonProduction: a.Name, Production: b.Name, Days: 7})
		}
	}
	for i := range s.closures {
		start := p.Slots[r.IntN(s.slots)].Start.Add(-time.Hour)
		c := problem.Closure{Kind: problem.Freeze, Name: fmt.Sprintf("f%d", i), Spans: []problem.Span{{Start: start, End: start.Add(72 * time.Hour)}}}
		if i%2 == 0 {
			for range 1 + s.workloads/5 {
				c.Workloads = append(c.Workloads, p.Workloads[r.IntN(s.workloads)].Name)
			}
		}
		p.Closures = append(p.Closures, c)
	}
	pinned := map[int]bool{}
	for range s.pins {
		w, slot := r.IntN(s.workloads), p.Slots[r.IntN(s.slots)]
		if pinned[w] {
			continue
		}
		pinned[w] = true
		pin := problem.Pin{Workload: p.Workloads[w].Name, NotBefore: slot.Start, By: "Test", Reason: "made up"}
		if r.IntN(2) == 0 {
			pin.NotBefore, pin.NotAfter = time.Time{}, slot.Start
		}
		p.Pins = append(p.Pins, pin)
	}
}

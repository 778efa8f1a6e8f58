package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightferry/plan/method"
	"nightferry/plan/problem"
)

// take makes waves of a solution.
func (g *serviceGraph) take(p *Plan, asked problem.Problem, s problem.Solution, choices []method.Choice) {
	reasons := map[string]problem.Reason{}
	for _, r := range s.Reasons {
		reasons[r.Workload] = r
	}
	waveOf := map[int]string{}
	for _, w := range s.Waves {
		waveOf[w.Slot] = waveName(w.Number)
	}
	wording := NewWording(asked, waveOf)
	for _, w := range s.Waves {
		slot := asked.Slots[w.Slot]
		wave := Wave{Name: waveName(w.Number), From: slot.Start, To: slot.End}
		for _, name := range w.Members {
			id := g.index[name]
			wave.Phase = Phase(g.services[id].Environment)
			m := g.place(id, g.together(id, reasons[name]), wave.Phase)
			m.Downtime = downtime(name, choices)
			m.Reasons = append(m.Reasons, wording.around(reasons[name])...)
			wave.Members = append(wave.Members, m)
		}
		wave.Title = title(wave.Phase, wave.Members)
		p.Waves = append(p.Waves, wave)
	}
	p.Score = &Score{Crossing: s.Objective.Crossing, CrossingBound: s.Bound.Crossing, Days: s.Objective.Finish, DaysBound: s.Bound.Finish, Optimal: s.Optimal}
	for _, b := range s.Broken {
		p.Broken = append(p.Broken, Breach{Constraint: string(b.Constraint), Services: b.Workloads, Cost: b.Cost, By: b.Waiver.By, Reason: b.Waiver.Reason})
	}
	for _, u := range s.Unproven {
		p.Unproven = append(p.Unproven, fmt.Sprintf("%s cannot be judged: %s", u.Constraint, u.Missing))
	}
}

// together is a service with those that have to move with it.
func (g *serviceGraph) together(id int64, r problem.Reason) []int64 {
	group := []int64{id}
	for _, name := range r.With {
		group = append(group, g.index[name])
	}
	return group
}

// downtime is how long a service's people are without it, in words.
func downtime(service string, choices []method.Choice) string {
	at := slices.IndexFunc(choices, func(c method.Choice) bool { return c.Service == service })
	if at < 0 || len(choices[at].Pieces) == 0 {
		return ""
	}
	d := choices[at].Downtime
	high := "an unknown time"
	if !d.Unbounded {
		high = d.High.Round(time.Minute).String()
	}
	return fmt.Sprintf("%s to %s (confidence %s)", d.Low.Round(time.Minute), high, d.Confidence)
}

// Wording tells refusals in words.
type Wording struct {
	slots    []problem.Slot
	meanings map[problem.ID]problem.Meaning
	waves    map[int]string // by slot
}

// NewWording reads what the constraints of a problem ask; waves names the slots in which something moves.
func NewWording(asked problem.Problem, waves map[int]string) Wording {
	return Wording{asked.Slots, asked.Meanings(), waves}
}

// around says what stands against the nights around a service's own.
func (w Wording) around(r problem.Reason) []Reason {
	var list []Reason
	if r.Earlier != nil {
		list = append(list, Reason{"not-earlier", "not before: on " + w.Refused(*r.Earlier)})
	}
	if r.Later != nil {
		list = append(list, Reason{"not-later", "not after: on " + w.Refused(*r.Later)})
	}
	return list
}

// Refused tells what stands against a night.
func (w Wording) Refused(r problem.Refusal) string {
	night := w.slots[r.Slot].Name
	if wave := w.waves[r.Slot]; wave != "" {
		night += " (" + wave + ")"
	}
	var against []string
	for _, id := range r.Breaks {
		against = append(against, fmt.Sprintf("%s (%s)", w.meanings[id].Text, id))
	}
	if cost := costs(r.Costs); cost != "" {
		against = append(against, cost)
	}
	return night + ": " + cmp.Or(strings.Join(against, "; "), "as good, and not chosen")
}

// costs tells what a change of the goals loses.
func costs(o problem.Objective) string {
	var parts []string
	for _, goal := range []struct {
		n    int64
		what string
	}{{o.Crossing, "%d weighted days more on which dependencies cross sites"}, {o.Finish, "%d days later done"}, {o.Risk, "risk %d later in the calendar"}} {
		if goal.n > 0 {
			parts = append(parts, fmt.Sprintf(goal.what, goal.n))
			break // the first goal that loses decides
		}
		if goal.n < 0 {
			break
		}
	}
	return strings.Join(parts, ", ")
}

// conflict tells a collision in words, each constraint with its place.
func conflict(asked problem.Problem, c problem.Conflict) *Conflict {
	out := &Conflict{Proven: c.Proven, MoreNights: max(c.MoreSlots, 0)}
	for _, r := range c.Relaxations {
		buys := "not enough: another conflict is behind it"
		if r.Objective != nil {
			buys = fmt.Sprintf("a plan that is done on %s, crossing sites %d weighted days", r.Finish.Format(time.DateOnly), r.Objective.Crossing)
		}
		if guessed := unsized(asked); r.Constraint == problem.LimitBytes && len(guessed) > 0 {
			out.Proven = false
			buys += "; it rests on an assumed size of " + strings.Join(guessed, ", ")
		}
		out.Constraints = append(out.Constraints, Relaxation{Constraint: string(r.Constraint), Asks: r.Meaning.Text, Source: r.Meaning.Source, Buys: buys})
	}
	return out
}

// unsized are the workloads whose size nobody knows.
func unsized(asked problem.Problem) []string {
	var list []string
	for _, w := range asked.Workloads {
		if w.SizeBytes < 0 {
			list = append(list, w.Name)
		}
	}
	return list
}

// Nights gives each placed service its night, by the plan's waves; services that no longer move are left out.
func (p Plan) Nights(asked problem.Problem) problem.Assignment {
	slots := map[string]int{}
	for i, s := range asked.Slots {
		slots[s.Start.UTC().Format(time.RFC3339)] = i
	}
	a := problem.Assignment{}
	for _, w := range p.Waves {
		slot, known := slots[w.From.UTC().Format(time.RFC3339)]
		for _, m := range w.Members {
			if known {
				a[m.Service] = slot
			}
		}
	}
	return a
}

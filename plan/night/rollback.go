package night

import (
	"fmt"
	"slices"
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/runbook"
)

// rollback is the way back of the whole night; nil where nobody decides it.
func (w *writer) rollback() *runbook.Rollback {
	authority := w.contact(approver)
	noReturn := w.noReturn()
	if authority == nil || noReturn == "" {
		return nil
	}
	r := &runbook.Rollback{Authority: *authority, NoReturn: noReturn, Latest: w.latest()}
	for _, m := range w.moving() {
		o := of{w, m, w.slugs[m.Service.Name]}
		r.Criteria = append(r.Criteria, o.rowsDiffer()...)
		if w.production {
			r.Criteria = append(r.Criteria, o.slower()...)
			if p, found := m.Service.Person(estate.ClinicalStop); found {
				r.Stop = append(r.Stop, runbook.Contact{Role: "clinical-stop of " + m.Service.Name, Name: p.Name, How: p.Contact})
			}
			r.Messages = append(r.Messages, turnedBack(m.Service)...)
		}
		back := m.Choice.FallBack
		r.FallBacks = append(r.FallBacks, runbook.FallBack{Service: m.Service.Name, Promised: back.Promised == estate.Yes, Way: back.Way, DataLoss: back.DataLoss, Why: back.Why})
	}
	if r.Latest > 0 {
		r.Criteria = append(r.Criteria, w.tooLate(r.Latest))
	}
	if w.production {
		r.After = []string{"the legacy side serves again: log in, write a record, and find it", "interfaces point to the legacy side, are released, and what waited has arrived once and in order",
			"what was kept on paper is entered into the legacy side, with counts", "everybody is told that the night went back, and when the next word comes",
			"the landing zone's side is stopped and kept as it is until the cause is known: it holds patients' data"}
	}
	return r
}

func (w *writer) moving() []Member {
	return slices.DeleteFunc(slices.Clone(w.in.Members), func(m Member) bool { return len(m.Moves) == 0 })
}

// noReturn is the first step that lets users in, or that starts the target where nothing keeps them out.
func (w *writer) noReturn() string {
	for _, verb := range []string{"open", "start"} {
		for _, s := range w.book.Steps {
			for _, m := range w.moving() {
				o := of{w, m, w.slugs[m.Service.Name]}
				if slices.Contains(o.each(verb), s.ID) {
					return s.ID
				}
			}
		}
	}
	return ""
}

// listed is how many sensitive tables a runbook names. Where there are more, every table counts: that is stricter, and can be read.
const listed = 60

// rowsDiffer goes back where tables that hold patients' or financial data differ by one row, or were not proved.
func (o of) rowsDiffer() []runbook.Criterion {
	var criteria []runbook.Criterion
	for i, move := range o.m.Moves {
		id := o.id("validate", i)
		name := move.From.Server + "/" + move.From.Database
		c := runbook.Criterion{ID: id, Title: "Rows of " + name + " differ, or were not proved", At: []string{o.id("decide", 0)},
			When:  fact(id, "different") + " > 0 or " + fact(id, "unproven") + " > 0",
			Basis: "every table counts: which hold health or financial data is not known"}
		switch tables, known := o.m.Sensitive[name]; {
		case !o.production:
			c.Basis = "every table counts"
		case len(tables) > listed:
			c.Basis = fmt.Sprintf("every table counts: %d hold health or financial data, or nobody could judge them (classification.yaml)", len(tables))
		case known && len(tables) > 0:
			c.Title = "Rows with health or financial data of " + name + " differ, or were not proved"
			c.When = fact(id, "sensitive_different") + " > 0 or " + fact(id, "sensitive_unproven") + " > 0"
			c.Basis = fmt.Sprintf("not one row of %d tables with health or financial data may differ (classification.yaml)", len(tables))
		case known:
			c.Basis = "no table is classified as health or financial data (classification.yaml); every table counts"
		}
		criteria = append(criteria, c)
		if id := o.id("catchup", i); o.has(id) {
			criteria = append(criteria, runbook.Criterion{ID: id, Title: "The target lacks something that was written to " + name + " before the freeze", At: []string{o.id("decide", 0)},
				When: fact(id, "behind") + " > 0", Basis: "the position of the legacy server after the freeze"})
		}
	}
	return criteria
}

// slower goes back where nineteen in twenty answers of the critical path take half as long again as before.
func (o of) slower() []runbook.Criterion {
	var criteria []runbook.Criterion
	for i, move := range o.m.Moves {
		before, after := o.id("baseline", i), o.id("baseline-after", i)
		if move.From.URL == "" || move.To.URL == "" {
			o.warnings = append(o.warnings, fmt.Sprintf("service %s: without the address of both sides (from.url, to.url) no criterion holds its speed against the baseline", o.m.Service.Name))
			continue
		}
		at := []string{after}
		if !o.has(after) {
			continue
		}
		criteria = append(criteria, runbook.Criterion{ID: after, Title: "The critical path of " + o.m.Service.Name + " is slower than before", At: at,
			When:  fact(after, "p95") + " * 2 > " + fact(before, "p95") + " * 3",
			Basis: "95 in 100 answers within 1.5 times of what the legacy side needed tonight, before the freeze"})
	}
	return criteria
}

func (w *writer) has(id string) bool {
	return slices.ContainsFunc(w.book.Steps, func(s runbook.Step) bool { return s.ID == id })
}

// tooLate goes back where so much time has gone that going back later would not end within what was agreed.
func (w *writer) tooLate(latest time.Duration) runbook.Criterion {
	c := runbook.Criterion{ID: "too-late", Title: "Going back later would not end in time", When: "elapsed > " + minutes(latest),
		Basis: "the shortest RTO of the wave from the expected freeze on, or the end of the window, less the time that going back takes"}
	for _, s := range w.book.Steps {
		if s.Phase == runbook.PhaseDecide && s.Kind == "decision" || s.Phase == runbook.PhaseProve {
			c.At = append(c.At, s.ID)
		}
	}
	return c
}

// latest is how far into the run going back is still safe: its end must lie within the shortest RTO, counted from the expected
// freeze, and within the window, counted from the beginning. Zero where nobody stated an RTO and no window is known.
func (w *writer) latest() time.Duration {
	var rto, back time.Duration
	for _, m := range w.moving() {
		if stated := m.Service.RTO; stated > 0 && (rto == 0 || stated < rto) {
			rto = stated
		}
		back = max(back, m.Choice.Back.High)
		if m.Service.RTO <= 0 && w.production {
			w.warnings = append(w.warnings, "service "+m.Service.Name+" states no RTO: when its night must go back is bound by nothing of its own")
		}
	}
	limit := w.in.Window
	if bound := w.begun() + rto; rto > 0 && (limit == 0 || bound < limit) {
		limit = bound
	}
	if limit == 0 {
		return 0
	}
	latest := (limit - back).Truncate(time.Minute)
	if latest <= w.begun() {
		w.warnings = append(w.warnings, fmt.Sprintf("going back takes up to %s, and must have ended %s into the night: no moment of this night is safe to go back from", minutes(back), minutes(limit)))
		return w.begun() + time.Minute
	}
	if needed := w.expectedUntil(runbook.PhaseDecide); needed > latest {
		w.warnings = append(w.warnings, fmt.Sprintf("the decision is expected %s into the night, after the latest safe rollback at %s: the method, the RTO or the wave must change", minutes(needed), minutes(latest)))
	}
	return latest
}

// begun is when the freeze is expected to begin.
func (w *writer) begun() time.Duration { return w.expectedUntil(runbook.PhasePrepare) }

// expectedUntil is when the phase is expected to be over: the longest chain of needs through the phases up to it.
func (w *writer) expectedUntil(phase runbook.Phase) time.Duration {
	ends := map[string]time.Duration{}
	over := time.Duration(0)
	for _, p := range runbook.Phases() {
		if phase.Before(p) {
			break
		}
		from := over
		for _, s := range w.book.Steps { // needs come before those who need them
			if s.Phase != p {
				continue
			}
			start := from
			for _, id := range s.Needs {
				start = max(start, ends[id])
			}
			ends[s.ID] = start + s.Expected
			over = max(over, ends[s.ID])
		}
	}
	return over
}

// minutes is a duration as expressions and people write it.
func minutes(d time.Duration) string {
	whole := int((d + time.Minute - 1) / time.Minute)
	if whole >= 60 && whole%60 == 0 {
		return fmt.Sprintf("%dh", whole/60)
	} else if whole >= 60 {
		return fmt.Sprintf("%dh%dm", whole/60, whole%60)
	}
	return fmt.Sprintf("%dm", whole)
}

// turnedBack is what is told when the night goes back.
func turnedBack(s estate.Service) []runbook.Message {
	return []runbook.Message{
		{To: "users of " + s.Name, Text: s.Name + " stays where it was: tonight's move was called off. Stay on paper until you are told that it is open."},
		{To: "partners with an interface", Text: "The move of " + s.Name + " was called off. Addresses stay as they were; keep your messages until we release the interface."},
		{To: "service desk", Text: "The move of " + s.Name + " was called off. The legacy side comes back; refer questions to the conductor."},
	}
}

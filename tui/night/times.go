package night

import (
	"time"

	"nightferry/cutover"
	"nightferry/internal/runbook"
)

// clock is the time the screen reckons with: it stands still once the run is over, or nobody tells any more.
func (m Model) clock() time.Time {
	switch {
	case m.state.Mode == cutover.ModeFinished:
		return m.state.Changed
	case !m.ended.IsZero():
		return m.ended
	}
	return m.now
}

// spent is how long a step took, takes so far, or waits for its answer.
func (m Model) spent(at cutover.Step) (spent time.Duration, known bool) {
	switch at.Status {
	case cutover.StatusRunning, cutover.StatusUndoing:
		return m.clock().Sub(at.Started), true
	case cutover.StatusAsking:
		return m.clock().Sub(at.AskedAt), true
	case cutover.StatusPending:
		return 0, false
	}
	if at.Started.IsZero() || at.Ended.Before(at.Started) {
		return 0, false
	}
	return at.Ended.Sub(at.Started), true
}

// late is by how much a step exceeds what was expected: of what runs, and of what was done. How long a person thinks
// is not the step's lateness, but where deciding is all there is to do.
func (m Model) late(step runbook.Step, at cutover.Step) time.Duration {
	timed := at.Status == cutover.StatusRunning || at.Status == cutover.StatusDone || at.Status == cutover.StatusAsking && step.Phase == runbook.PhaseDecide
	spent, known := m.spent(at)
	if !timed || !known || step.Expected <= 0 {
		return 0
	}
	// Less than a second is the clock's, not the step's.
	if over := spent - step.Expected; over >= time.Second {
		return over
	}
	return 0
}

// left is what a step still takes, if it takes as long as expected.
func (m Model) left(step runbook.Step) time.Duration {
	at := m.state.Step(step.ID)
	if at.Status.Settled() {
		return 0
	}
	if at.Status == cutover.StatusRunning || at.Status == cutover.StatusAsking && step.Phase == runbook.PhaseDecide {
		spent, _ := m.spent(at)
		return max(0, step.Expected-spent)
	}
	return step.Expected
}

// reach is how long the steps take together by what each takes: those of a phase side by side, but after what they need.
func (m Model) reach(takes func(runbook.Step) time.Duration) time.Duration {
	var total time.Duration
	for _, phase := range runbook.Phases() {
		inPhase := map[string]runbook.Step{}
		for _, step := range m.config.Book.Steps {
			if step.Phase == phase {
				inPhase[step.ID] = step
			}
		}
		ends := map[string]time.Duration{}
		var end func(id string) time.Duration
		end = func(id string) time.Duration {
			if known, ok := ends[id]; ok {
				return known
			}
			ends[id] = 0 // a circle of needs ends here
			var begins time.Duration
			for _, need := range inPhase[id].Needs {
				if _, here := inPhase[need]; here {
					begins = max(begins, end(need))
				}
			}
			ends[id] = begins + takes(inPhase[id])
			return ends[id]
		}
		var longest time.Duration
		for id := range inPhase {
			longest = max(longest, end(id))
		}
		total += longest
	}
	return total
}

// forecast is when the night ends if all that is left takes as long as expected, and how far that is behind a night
// in which everything did.
func (m Model) forecast() (end time.Time, behind time.Duration) {
	end = m.clock().Add(m.reach(m.left))
	planned := m.state.Started.Add(m.reach(func(s runbook.Step) time.Duration { return s.Expected }))
	return end, end.Sub(planned)
}

package night

import (
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"nightferry/cutover"
	"nightferry/tui/look"
)

// Update takes a message and gives the next screen.
func (m Model) Update(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		if m.ask != nil {
			m.ask = m.ask.resized(m.width)
		}
	case TimeMsg:
		m.now = time.Time(msg)
	case UpdateMsg:
		return m.take(cutover.Update(msg)), nil
	case EndedMsg:
		m.ended, m.lost = m.now, msg.Err
	case answeredMsg:
		m.remark = string(msg.command.Kind) + ": taken"
		if msg.err != nil {
			m.remark = look.Plain(msg.err.Error())
		}
	case tea.KeyMsg:
		if m.ask != nil {
			return m.answer(msg)
		}
		return m.key(msg)
	}
	return m, nil
}

// take folds a record, or shows a tick.
func (m Model) take(u cutover.Update) Model {
	if u.Record != nil {
		m = m.fold(*u.Record)
	}
	if u.Tick != nil {
		if u.Tick.Doing != "" {
			m.doing[u.Tick.Step] = u.Tick.Doing
		}
		if u.Tick.Lost > 0 {
			m = m.print(fmt.Sprintf("… %d lines are not shown: this window was too slow for them", u.Tick.Lost))
		}
		if u.Tick.Line != "" {
			m = m.print(u.Tick.Step + " │ " + look.Plain(u.Tick.Line))
		}
	}
	return m
}

func (m Model) print(line string) Model {
	m.lines = append(m.lines, line)
	m.lines = m.lines[max(0, len(m.lines)-keptLines):]
	return m
}

// fold takes a record into the state. After one that cannot follow nothing more is believed.
func (m Model) fold(r cutover.Record) Model {
	if m.fault != nil {
		return m
	}
	next := m.state.Clone()
	if err := next.Apply(r); err != nil {
		m.fault = err
		return m
	}
	m.state = next
	m = m.remember(r)
	// What a person is deciding on must not move away under them.
	if m.follow && m.ask == nil {
		m.cursor = m.busiest()
	}
	return m
}

// remember keeps who decided, which the state does not hold in full.
func (m Model) remember(r cutover.Record) Model {
	said := func(what, by, reason string) string {
		return fmt.Sprintf("%s, by %s at %s%s", what, by, m.at(r.At), because(reason))
	}
	switch e := r.Event.(type) {
	case cutover.Confirmed:
		m.decided[e.Step] = said("yes", e.By, e.Reason)
	case cutover.NoGo:
		m.decided[e.Step] = said("no-go", e.By, e.Reason)
	case cutover.Retried:
		m.decided[e.Step] = said("once more", e.By, e.Reason)
	case cutover.Skipped:
		m.decided[e.Step] = said("go on without it", e.By, e.Reason)
	case cutover.Held:
		m.held = said("held", e.By, e.Reason)
	case cutover.RunResumed:
		m = m.print(fmt.Sprintf("… the engine is back, by %s on %s at %s", e.By, e.Host, m.at(r.At)))
	}
	return m
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// at is the time of day on the viewer's wall.
func (m Model) at(t time.Time) string { return t.In(m.now.Location()).Format("15:04") }

// busiest is the step a person should look at: one that waits for them, else one that runs, else the one that ended
// last. Among equals the selected one stays selected.
func (m Model) busiest() int {
	if waiting := m.waiting(); len(waiting) > 0 {
		for _, i := range waiting {
			if i == m.cursor && m.urgency(i) == m.urgency(waiting[0]) {
				return i
			}
		}
		return waiting[0]
	}
	best, rank := m.cursor, m.urgency(m.cursor)
	back := m.state.Mode == cutover.ModeRollingBack || m.state.Outcome == cutover.RolledBack
	for i := range m.config.Book.Steps {
		r := m.urgency(i)
		// Of what has ended, the last one: forward the lowest in the list, backward the highest.
		if r > rank || rank == 1 && r == 1 && (i > best) != back {
			best, rank = i, r
		}
	}
	return best
}

// urgency orders steps by how much they want to be seen.
func (m Model) urgency(i int) int {
	if i >= len(m.config.Book.Steps) {
		return 0
	}
	back := m.state.Mode == cutover.ModeRollingBack || m.state.Outcome == cutover.RolledBack
	switch s := m.state.Step(m.config.Book.Steps[i].ID).Status; {
	case s == cutover.StatusUndoFailed || s.Waits() && s != cutover.StatusAsking && !back:
		return 4
	case s == cutover.StatusAsking && !back:
		return 3
	case s == cutover.StatusRunning || s == cutover.StatusUndoing || s == cutover.StatusLeft && m.over():
		return 2
	case s == cutover.StatusUndone && back || s.Settled() && !back:
		return 1
	}
	return 0
}

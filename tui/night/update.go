package night

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"nightferry/cutover"
)

// Update takes a message and gives the next screen.
func (m Model) Update(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case TimeMsg:
		m.now = time.Time(msg)
	case UpdateMsg:
		return m.take(cutover.Update(msg)), nil
	case EndedMsg:
		m.ended = true
		if msg.Err != nil {
			m.remark = "the engine's stream ended: " + msg.Err.Error()
		}
	case answeredMsg:
		m.remark = string(msg.command.Kind) + ": taken"
		if msg.err != nil {
			m.remark = msg.err.Error()
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
		next := m.state.Clone()
		if err := next.Apply(*u.Record); err != nil {
			m.remark = err.Error()
			return m
		}
		m.state = next
		if m.follow {
			m.cursor = m.busiest()
		}
	}
	if u.Tick != nil {
		if u.Tick.Doing != "" {
			m.doing[u.Tick.Step] = u.Tick.Doing
		}
		if u.Tick.Line != "" {
			m.lines = append(m.lines, u.Tick.Step+" │ "+u.Tick.Line)
			m.lines = m.lines[max(0, len(m.lines)-keptLines):]
		}
	}
	return m
}

// busiest is the step a person should look at: one that waits for them, else one that runs, else the last that ended.
func (m Model) busiest() int {
	best, rank := m.cursor, 0
	for i, step := range m.config.Book.Steps {
		r := 0
		switch s := m.state.Step(step.ID).Status; {
		case s.Waits():
			r = 3
		case s == cutover.StatusRunning || s == cutover.StatusUndoing:
			r = 2
		case s == cutover.StatusDone && m.state.Mode != cutover.ModeRollingBack:
			r = 1
		}
		if r > rank || r == rank && r == 1 {
			best, rank = i, r
		}
	}
	return best
}

func (m Model) key(msg tea.KeyMsg) (Model, tea.Cmd) {
	step := m.selected()
	at := m.state.Step(step.ID)
	switch msg.String() {
	case "?":
		m.help = !m.help
	case "up", "k":
		m.cursor, m.follow = max(0, m.cursor-1), false
	case "down", "j":
		m.cursor, m.follow = max(0, min(len(m.config.Book.Steps)-1, m.cursor+1)), false
	case "f":
		m.follow = true
		m.cursor = m.busiest()
	case "y":
		if at.Status != cutover.StatusAsking {
			m.remark = "this step asks nothing"
			return m, nil
		}
		return m.open("Yes to “"+step.Title+"”? Type yes.", "yes", "yes", cutover.Command{Kind: cutover.OrderConfirm, Step: step.ID, Asked: at.Asked})
	case "n":
		if at.Status != cutover.StatusAsking {
			m.remark = "this step asks nothing"
			return m, nil
		}
		return m.open("NO-GO: everything is rolled back. Why?", "", "reason", cutover.Command{Kind: cutover.OrderNoGo, Step: step.ID, Asked: at.Asked})
	case "r":
		return m.send(cutover.Command{Kind: cutover.OrderRetry, Step: step.ID})
	case "s":
		return m.open("Go on without “"+step.Title+"”? You answer for it. Why?", "", "reason", cutover.Command{Kind: cutover.OrderSkip, Step: step.ID})
	case "R":
		return m.open("ROLL BACK the whole run. Why?", "", "reason", cutover.Command{Kind: cutover.OrderRollback})
	case "h":
		kind := cutover.OrderHold
		if m.state.Mode == cutover.ModeHeld {
			kind = cutover.OrderRelease
		}
		return m.send(cutover.Command{Kind: kind})
	case "N":
		return m.open("A note for the journal (no patient’s data):", "", "note", cutover.Command{Kind: cutover.OrderNote, Step: step.ID})
	}
	return m, nil
}

// answer takes keys while a dialogue is open. Escape leaves it and nothing is sent.
func (m Model) answer(msg tea.KeyMsg) (Model, tea.Cmd) {
	switch msg.Type {
	case tea.KeyEsc:
		m.ask, m.remark = nil, "nothing was sent"
		return m, nil
	case tea.KeyEnter:
		typed, ask := m.ask.input.Value(), m.ask
		if ask.want != "" && typed != ask.want || typed == "" {
			m.remark = "nothing was sent: type " + wanted(ask) + ", or Esc to leave"
			return m, nil
		}
		m.ask = nil
		if ask.want == "" {
			ask.command.Reason = typed
		}
		return m.send(ask.command)
	}
	var cmd tea.Cmd
	ask := *m.ask
	ask.input, cmd = ask.input.Update(msg)
	m.ask = &ask
	return m, cmd
}

func wanted(q *question) string {
	if q.want != "" {
		return "“" + q.want + "”"
	}
	return "a reason"
}

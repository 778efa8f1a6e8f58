package night

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"nightferry/cutover"
)

// key takes a key while no dialogue is open. Nothing that changes the run is sent by a key alone, but for a retry
// and a hold, which do no harm.
func (m Model) key(msg tea.KeyMsg) (Model, tea.Cmd) {
	if msg.Paste || msg.Type == tea.KeyRunes && len(msg.Runes) > 1 {
		m.remark = "pasted, or typed in one go: nothing was done; one key at a time here"
		return m, nil
	}
	switch key := msg.String(); key {
	case "?":
		return m.turn(pageHelp), nil
	case "o":
		return m.turn(pageOutput), nil
	case "esc":
		m.page = pageNight
	case "up", "k":
		m.cursor, m.follow = max(0, m.cursor-1), false
	case "down", "j":
		m.cursor, m.follow = max(0, min(len(m.config.Book.Steps)-1, m.cursor+1)), false
	case "f":
		m.follow = true
		m.cursor = m.busiest()
	case "y", "n", "r", "s", "R", "h", "N":
		if m.over() {
			m.remark = "nothing was sent: the run is over"
			if m.state.Mode != cutover.ModeFinished {
				m.remark = "nothing was sent: no engine listens here any more"
			}
			return m, nil
		}
		if m.fault != nil && key != "R" && key != "h" {
			m.remark = "nothing was sent: this screen cannot be relied on; attach anew"
			return m, nil
		}
		m.page = pageNight
		return m.order(key)
	}
	return m, nil
}

// turn shows a page, or goes back from it.
func (m Model) turn(to page) Model {
	if m.page == to {
		to = pageNight
	}
	m.page = to
	return m
}

// order begins what may become a command.
func (m Model) order(key string) (Model, tea.Cmd) {
	switch key {
	case "R":
		if m.state.Mode == cutover.ModeRollingBack {
			m.remark = "it is rolled back already"
			return m, nil
		}
		return m.open("ROLL BACK the whole run, last step first. Why?", "", "reason", cutover.Command{Kind: cutover.OrderRollback})
	case "h":
		kind := cutover.OrderHold
		if m.state.Mode == cutover.ModeHeld {
			kind = cutover.OrderRelease
		}
		return m.send(cutover.Command{Kind: kind})
	case "N":
		return m.open("A note for the journal (no patient’s data):", "", "note", cutover.Command{Kind: cutover.OrderNote, Step: m.selected().ID})
	}
	wanted := []cutover.Status{cutover.StatusFailed, cutover.StatusDoubtful, cutover.StatusUndoFailed}
	if key == "y" || key == "n" {
		wanted = []cutover.Status{cutover.StatusAsking}
	}
	var found bool
	if m, found = m.aim(wanted); !found {
		return m, nil
	}
	step := m.selected()
	at := m.state.Step(step.ID)
	switch key {
	case "y":
		return m.open("Type yes to: "+step.Title, "yes", "yes", cutover.Command{Kind: cutover.OrderConfirm, Step: step.ID, Asked: at.Asked})
	case "n":
		return m.open("NO-GO at “"+step.Title+"”: all is rolled back. Why?", "", "reason", cutover.Command{Kind: cutover.OrderNoGo, Step: step.ID, Asked: at.Asked})
	case "r":
		return m.send(cutover.Command{Kind: cutover.OrderRetry, Step: step.ID})
	}
	return m.open("Go on without “"+step.Title+"”? You answer for it. Why?", "", "reason", cutover.Command{Kind: cutover.OrderSkip, Step: step.ID})
}

// aim selects the step that an order is about: the selected one, else the only one that it can be about. With more
// than one, the person chooses.
func (m Model) aim(wanted []cutover.Status) (Model, bool) {
	var fits []int
	for _, i := range m.waiting() {
		if slices.Contains(wanted, m.state.Step(m.config.Book.Steps[i].ID).Status) {
			fits = append(fits, i)
		}
	}
	switch {
	case slices.Contains(fits, m.cursor):
		return m, true
	case len(fits) == 1:
		m.cursor = fits[0]
		return m, true
	case len(fits) > 1:
		m.remark = fmt.Sprintf("%d steps could be meant: choose one with ↑ ↓", len(fits))
	case wanted[0] == cutover.StatusAsking:
		m.remark = "nothing was sent: the run asks nothing now"
	default:
		m.remark = "nothing was sent: no step has failed"
	}
	return m, false
}

// question is a dialogue that must be answered before a command is sent.
type question struct {
	title   string
	want    string // word that must be typed; empty for free words
	command cutover.Command
	input   textinput.Model
}

func (m Model) open(title, want, hint string, command cutover.Command) (Model, tea.Cmd) {
	input := textinput.New()
	input.Placeholder = hint
	input.CharLimit = 200
	focus := input.Focus()
	m.ask, m.remark = (&question{title: title, want: want, command: command, input: input}).resized(m.width), ""
	return m, focus
}

func (q question) resized(width int) *question {
	q.input.Width = max(10, width-4)
	return &q
}

// stale says that what the dialogue is about was decided by somebody else meanwhile. The dialogue stays open, so that
// what is being typed does not turn into orders.
func (m Model) stale() string {
	c := m.ask.command
	at := m.state.Step(c.Step)
	switch {
	case m.over():
		return "no engine listens any more"
	case c.Asked != 0 && at.Asked != c.Asked, c.Kind == cutover.OrderSkip && !at.Status.Waits():
		if who := m.decided[c.Step]; who != "" {
			return "decided meanwhile: " + who
		}
		return "the question is not open any more"
	case c.Kind == cutover.OrderRollback && m.state.Mode == cutover.ModeRollingBack:
		return "it is rolled back already"
	}
	return ""
}

// answer takes keys while a dialogue is open. Escape leaves it and nothing is sent.
func (m Model) answer(msg tea.KeyMsg) (Model, tea.Cmd) {
	switch msg.Type {
	case tea.KeyEsc:
		m.ask, m.remark = nil, "nothing was sent"
		return m, nil
	case tea.KeyEnter:
		typed, ask := strings.TrimSpace(m.ask.input.Value()), m.ask
		if stale := m.stale(); stale != "" {
			m.ask, m.remark = nil, "nothing was sent: "+stale
			return m, nil
		}
		if ask.want != "" && !strings.EqualFold(typed, ask.want) || typed == "" {
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

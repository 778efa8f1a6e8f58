// Package night is the screen of a cutover night: its steps with owner, time and state, live output, and the
// questions that only a person can answer. It is a viewer: it folds the same records as the engine does, and
// closing it stops nothing.
package night

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"nightferry/cutover"
	"nightferry/internal/runbook"
	"nightferry/tui/look"
)

// Config is what the screen needs from outside.
type Config struct {
	Context   context.Context //nolint:containedctx // the viewer's life: orders are sent after the Update that made them
	Book      runbook.Runbook
	Commander cutover.Commander
	By        string                          // who sits here
	Journal   string                          // where the journal is, for people
	Resume    string                          // the command that joins the run again, or goes on with it
	WindowEnd func(began time.Time) time.Time // end of the maintenance window that a run began in; zero: in none
	NewID     func() string                   // id of a command
	Now       func() time.Time                // the viewer's clock
	Palette   look.Palette
}

// Model is the screen.
type Model struct {
	config Config
	state  *cutover.State
	now    time.Time

	width, height int
	cursor        int  // index of the selected step
	follow        bool // the cursor goes with what happens
	lines         []string
	doing         map[string]string // step → "check", "do", "verify", …
	decided       map[string]string // step → who decided what about it last
	held          string            // who holds the run, and why
	ask           *question         // open dialogue, or nil
	remark        string            // answer to the last command, in the foot
	page          page

	ended time.Time // when the engine's stream ended; zero while it runs
	lost  error     // why it ended, where it ended without a goodbye
	fault error     // a record that cannot follow: nothing shown since can be relied on
}

// page is what fills the middle of the screen.
type page int

const (
	pageNight  page = iota
	pageOutput      // live output over the whole height
	pageHelp
)

// UpdateMsg brings a record or a tick from the engine.
type UpdateMsg cutover.Update

// EndedMsg says that the engine's stream ended. Err is nil when the engine said goodbye.
type EndedMsg struct{ Err error }

// TimeMsg moves the screen's clock.
type TimeMsg time.Time

// answeredMsg is the engine's answer to a command.
type answeredMsg struct {
	command cutover.Command
	err     error
}

const keptLines = 500 // of live output

// New makes the screen of a run that has no record yet.
func New(c Config) Model {
	c.Book.Title = look.Plain(c.Book.Title)
	c.Book.Steps = slices.Clone(c.Book.Steps)
	for i, step := range c.Book.Steps {
		step.Title, step.Owner, step.Reason, step.Pass = look.Plain(step.Title), look.Plain(step.Owner), look.Plain(step.Reason), look.Plain(step.Pass)
		c.Book.Steps[i] = step
	}
	return Model{config: c, state: cutover.NewState(), now: c.Now(), width: 80, height: 24, follow: true,
		doing: map[string]string{}, decided: map[string]string{}}
}

// State is where the run stands, for whoever closes the screen.
func (m Model) State() *cutover.State { return m.state }

// Ended tells whether the engine's stream ended, and why, where it ended without a goodbye.
func (m Model) Ended() (ended bool, lost error) { return !m.ended.IsZero(), m.lost }

// Typing tells that keys belong to a text field, not to the root's global keys.
func (m Model) Typing() bool { return m.ask != nil }

// send gives a command to the engine without blocking the screen.
func (m Model) send(command cutover.Command) (Model, tea.Cmd) {
	command.ID, command.By = m.config.NewID(), m.config.By
	life, commander := m.config.Context, m.config.Commander
	m.remark = "sent: " + string(command.Kind)
	return m, func() tea.Msg {
		ctx, cancel := context.WithTimeout(life, 10*time.Second)
		defer cancel()
		_, err := commander.Command(ctx, command)
		return answeredMsg{command, err}
	}
}

func (m Model) selected() runbook.Step {
	if len(m.config.Book.Steps) == 0 {
		return runbook.Step{}
	}
	return m.config.Book.Steps[m.cursor]
}

// waiting are the indexes of the steps that wait for a person, in the order of the night: those that went wrong
// first, since they keep everything else from beginning.
func (m Model) waiting() []int {
	var wrong, asking []int
	open := m.state.Waiting()
	for i, step := range m.config.Book.Steps {
		switch {
		case !slices.Contains(open, step.ID):
		case m.state.Step(step.ID).Status == cutover.StatusAsking:
			asking = append(asking, i)
		default:
			wrong = append(wrong, i)
		}
	}
	return append(wrong, asking...)
}

// over says that no order can reach an engine any more.
func (m Model) over() bool { return m.state.Mode == cutover.ModeFinished || !m.ended.IsZero() }

// unseen says that the engine is gone before the run's end: what is shown is how it stood then.
func (m Model) unseen() bool { return m.state.Mode != cutover.ModeFinished && !m.ended.IsZero() }

// Package night is the screen of a cutover night: its steps with owner, time and state, live output, and the
// questions that only a person can answer. It is a viewer: it folds the same records as the engine does, and
// closing it stops nothing.
package night

import (
	"context"
	"time"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"nightferry/cutover"
	"nightferry/internal/runbook"
	"nightferry/tui/look"
)

// Config is what the screen needs from outside.
type Config struct {
	Context   context.Context // the viewer's life: commands end with it
	Book      runbook.Runbook
	Commander cutover.Commander
	By        string           // who sits here
	NewID     func() string    // id of a command
	Now       func() time.Time // the viewer's clock
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
	ask           *question         // open dialogue, or nil
	remark        string            // answer to the last command, in the foot
	help          bool
	ended         bool
}

// UpdateMsg brings a record or a tick from the engine.
type UpdateMsg cutover.Update

// EndedMsg says that the engine's stream ended. Err is nil after the last record of a run.
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
	return Model{config: c, state: cutover.NewState(), now: c.Now(), width: 80, height: 24, follow: true, doing: map[string]string{}}
}

// State is where the run stands, for whoever closes the screen.
func (m Model) State() *cutover.State { return m.state }

// Typing tells that keys belong to a text field, not to the root's global keys.
func (m Model) Typing() bool { return m.ask != nil }

// question is a dialogue that must be answered before a command is sent.
type question struct {
	title   string
	want    string // text that must be typed exactly; empty for free words
	command cutover.Command
	input   textinput.Model
}

func (m Model) open(title, want, hint string, command cutover.Command) (Model, tea.Cmd) {
	input := textinput.New()
	input.Placeholder = hint
	input.CharLimit = 200
	input.Width = max(10, m.width-8)
	focus := input.Focus()
	m.ask = &question{title: title, want: want, command: command, input: input}
	return m, focus
}

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

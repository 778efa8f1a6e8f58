// Package tui shows a cutover night in a terminal. The root owns size, global keys and the clock; what is on
// screen belongs to the screens in its subfolders.
package tui

import (
	"context"
	"errors"
	"io"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"nightferry/cutover"
	"nightferry/internal/runbook"
	"nightferry/tui/look"
	"nightferry/tui/night"
)

// Feed gives what happens in a run, in order: a control client, or a subscription to an engine in this process.
// Next returns io.EOF after the last update.
type Feed interface {
	Next(ctx context.Context) (cutover.Update, error)
}

// Options are what the program on screen needs.
type Options struct {
	Book      runbook.Runbook
	Feed      Feed
	Commander cutover.Commander
	By        string                          // who sits here
	Journal   string                          // where the run's journal is, for people
	Resume    string                          // the command that joins the run again, or goes on with it
	WindowEnd func(began time.Time) time.Time // end of the maintenance window that a run began in; zero: in none
	NewID     func() string                   // id of a command
	Now       func() time.Time                // its location is the one that times are shown in
	In        io.Reader
	Out       io.Writer
	Colour    bool
}

// Seen is what the viewer knew when it left.
type Seen struct {
	State *cutover.State
	Ended bool  // the engine's stream had ended
	Lost  error // why it ended, where it ended without a goodbye
}

// Run shows the night until the person leaves or ctx ends.
func Run(ctx context.Context, o Options) (Seen, error) {
	renderer := lipgloss.NewRenderer(o.Out)
	if !o.Colour {
		renderer.SetColorProfile(termenv.Ascii)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	screen := night.New(night.Config{Context: ctx, Book: o.Book, Commander: o.Commander, By: o.By, Journal: o.Journal, Resume: o.Resume,
		WindowEnd: o.WindowEnd, NewID: o.NewID, Now: o.Now, Palette: look.NewPalette(renderer)})
	// Signals end ctx: whoever calls decides which.
	program := tea.NewProgram(root{screen: screen, now: o.Now}, tea.WithContext(ctx), tea.WithInput(o.In), tea.WithOutput(o.Out),
		tea.WithAltScreen(), tea.WithoutSignalHandler())
	go follow(ctx, o.Feed, program)
	last, err := program.Run()
	if ctx.Err() != nil && (errors.Is(err, tea.ErrProgramKilled) || errors.Is(err, context.Canceled)) {
		err = ctx.Err()
	}
	if shown, ok := last.(root); ok {
		ended, lost := shown.screen.Ended()
		return Seen{shown.screen.State(), ended, lost}, err
	}
	return Seen{State: cutover.NewState()}, err
}

// follow carries the feed to the screen.
func follow(ctx context.Context, feed Feed, program *tea.Program) {
	for {
		update, err := feed.Next(ctx)
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			if ctx.Err() == nil {
				program.Send(night.EndedMsg{Err: err})
			}
			return
		}
		program.Send(night.UpdateMsg(update))
	}
}

// root owns what all screens share.
type root struct {
	screen night.Model
	now    func() time.Time
}

// Init starts the clock.
func (r root) Init() tea.Cmd { return r.tick() }

func (r root) tick() tea.Cmd {
	now := r.now
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return night.TimeMsg(now()) })
}

// Update handles what is global and hands everything else down.
func (r root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var again tea.Cmd
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if msg.Type == tea.KeyCtrlC || msg.String() == "q" && !msg.Paste && !r.screen.Typing() {
			return r, tea.Quit
		}
	case night.TimeMsg:
		again = r.tick()
	}
	var cmd tea.Cmd
	r.screen, cmd = r.screen.Update(msg)
	return r, tea.Batch(cmd, again)
}

// View draws the screen.
func (r root) View() string { return r.screen.View() }

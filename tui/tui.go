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
	By        string
	NewID     func() string
	Now       func() time.Time
	In        io.Reader
	Out       io.Writer
	Colour    bool
}

// Run shows the night until the person leaves or ctx ends, and returns the state last seen.
func Run(ctx context.Context, o Options) (*cutover.State, error) {
	renderer := lipgloss.NewRenderer(o.Out)
	if !o.Colour {
		renderer.SetColorProfile(termenv.Ascii)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	screen := night.New(night.Config{Context: ctx, Book: o.Book, Commander: o.Commander, By: o.By, NewID: o.NewID, Now: o.Now, Palette: look.NewPalette(renderer)})
	program := tea.NewProgram(root{screen: screen, now: o.Now}, tea.WithContext(ctx), tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithAltScreen())
	go follow(ctx, o.Feed, program)
	last, err := program.Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		err = ctx.Err()
	}
	if shown, ok := last.(root); ok {
		return shown.screen.State(), err
	}
	return cutover.NewState(), err
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
		if msg.Type == tea.KeyCtrlC || msg.String() == "q" && !r.screen.Typing() {
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

// Package look is how states and times look on every screen: a glyph, a word and a colour, never a colour alone.
package look

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/lipgloss"

	"nightferry/cutover"
)

// Palette colours text, or leaves it plain.
type Palette struct {
	Good, Bad, Warn, Faint, Strong lipgloss.Style
	Bar, Alarm, Call               lipgloss.Style // whole lines: the title, what went wrong, what a person must decide
}

// NewPalette gives the colours that a renderer can show. A renderer without colours gives plain text.
func NewPalette(r *lipgloss.Renderer) Palette {
	colour := func(code string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(code)) }
	return Palette{
		Good: colour("2"), Bad: colour("1").Bold(true), Warn: colour("3"), Faint: r.NewStyle().Faint(true),
		Strong: r.NewStyle().Bold(true), Bar: r.NewStyle().Reverse(true),
		Alarm: r.NewStyle().Bold(true).Foreground(lipgloss.Color("15")).Background(lipgloss.Color("1")),
		Call:  r.NewStyle().Bold(true).Foreground(lipgloss.Color("0")).Background(lipgloss.Color("3")),
	}
}

// Status gives a step's glyph and word, and the style that goes with them.
func (p Palette) Status(s cutover.Status) (glyph, word string, style lipgloss.Style) {
	switch s {
	case cutover.StatusDone:
		return "✓", "done", p.Good
	case cutover.StatusRunning:
		return "▶", "running", p.Strong
	case cutover.StatusAsking:
		return "?", "asks you", p.Warn
	case cutover.StatusFailed:
		return "✗", "failed", p.Bad
	case cutover.StatusDoubtful:
		return "‽", "in doubt", p.Bad
	case cutover.StatusSkipped:
		return "↷", "skipped", p.Warn
	case cutover.StatusUndoing:
		return "◀", "undoing", p.Strong
	case cutover.StatusUndone:
		return "↺", "undone", p.Warn
	case cutover.StatusUndoFailed:
		return "✗", "undo failed", p.Bad
	case cutover.StatusLeft:
		return "!", "left as is", p.Bad
	}
	return "·", "waits", p.Faint
}

// Mode gives the run's glyph and word in one, and the style.
func (p Palette) Mode(m cutover.Mode, o cutover.Outcome) (string, lipgloss.Style) {
	switch m {
	case cutover.ModeRunning:
		return "▶ RUNNING", p.Good
	case cutover.ModeHeld:
		return "‖ HELD", p.Warn
	case cutover.ModeRollingBack:
		return "◀ ROLLING BACK", p.Bad
	case cutover.ModeFinished:
		if o == cutover.Committed {
			return "✓ COMMITTED", p.Good
		}
		return "↺ ROLLED BACK", p.Bad
	}
	return "· NOT STARTED", p.Faint
}

// Clock shows a duration as a stopwatch does: 0:04, 3:05, 1:02:03. Less than nothing is nothing.
func Clock(d time.Duration) string {
	d = max(0, d.Round(time.Second))
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}

// Plain drops what could steer a terminal or break a line: texts of others must not draw outside their place.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == unicode.ReplacementChar || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
}

package night

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"nightferry/cutover"
	"nightferry/internal/runbook"
	"nightferry/tui/look"
)

// head is what must be seen from across the room: which night, how it stands, how late it is, and what is wanted now.
func (m Model) head() []string {
	p := m.config.Palette
	lines := []string{
		p.Bar.Render(spread(" nightferry · "+m.config.Book.Wave+" · "+m.config.Book.Title, m.progress()+" · "+m.now.Format("15:04:05")+" ", m.width)),
		" " + m.standing(),
		" " + m.wayBack(),
	}
	text, style := m.banner()
	said := m.wrap(text, 1)
	for _, line := range said[:min(3, len(said))] {
		lines = append(lines, style.Render(cell(line, m.width)))
	}
	return append(lines, "")
}

func (m Model) progress() string {
	done := 0
	for _, step := range m.config.Book.Steps {
		if m.state.Step(step.ID).Status.Settled() {
			done++
		}
	}
	return fmt.Sprintf("%d of %d done", done, len(m.config.Book.Steps))
}

// standing is the run's mode and its times.
func (m Model) standing() string {
	word, style := m.config.Palette.Mode(m.state.Mode, m.state.Outcome)
	if m.unseen() {
		word, style = "? LAST SEEN "+strings.TrimLeft(word, "▶‖◀· "), m.config.Palette.Bad
	}
	parts := []string{style.Render(word)}
	if m.state.Started.IsZero() {
		return parts[0]
	}
	parts = append(parts, fmt.Sprintf("%s since %s", look.Clock(m.clock().Sub(m.state.Started)), m.at(m.state.Started)))
	switch {
	case m.unseen():
	case m.state.Mode == cutover.ModeRunning, m.state.Mode == cutover.ModeHeld:
		end, behind := m.forecast()
		switch window := m.config.WindowEnd(m.state.Started); {
		case !window.IsZero() && end.After(window):
			parts = append(parts, m.config.Palette.Bad.Render("end ≈ "+m.at(end)+", AFTER WINDOW"))
		case behind >= time.Minute:
			parts = append(parts, "end about "+m.at(end))
		default:
			parts = append(parts, "end about "+m.at(end)+" if all goes as expected")
		}
		if behind >= time.Minute {
			parts = append(parts, m.config.Palette.Warn.Render("behind by "+look.Clock(behind)))
		}
	case m.state.Mode == cutover.ModeFinished:
		parts = append(parts, "ended "+m.at(m.state.Changed))
	}
	return strings.Join(parts, " · ")
}

// wayBack says how far back the run can still go without losing what users wrote. How long undoing takes is in no
// runbook, so the latest safe rollback is not reckoned: the window's end is told, and what is not known.
func (m Model) wayBack() string {
	p := m.config.Palette
	if m.state.Mode == cutover.ModeFinished || m.state.Mode == cutover.ModeRollingBack {
		return "run " + m.state.Run + " on " + m.state.Host
	}
	for _, step := range m.config.Book.Steps {
		if step.Phase == runbook.PhaseCommit && m.state.Step(step.ID).Effect {
			return p.Bad.Render("way back: closed") + ", users may write to the target since “" + step.Title + "” began"
		}
	}
	if m.state.Started.IsZero() {
		return "way back: open until commit"
	}
	window := m.config.WindowEnd(m.state.Started)
	left := window.Sub(m.clock())
	switch {
	case window.IsZero():
		return "way back: open until commit · latest safe rollback: unknown (in no window)"
	case left <= 0:
		return "way back: open until commit · " + p.Bad.Render("the window ended "+m.at(window)+", "+look.Clock(-left)+" ago")
	}
	return "way back: open until commit · window ends " + m.at(window) + ", in " + look.Clock(left) + " (undo time unknown)"
}

// banner is the one thing that matters most now.
func (m Model) banner() (string, lipgloss.Style) {
	p := m.config.Palette
	switch {
	case m.fault != nil:
		return "✗ DO NOT DECIDE FROM THIS SCREEN: what the engine tells does not fit together: " + look.Plain(m.fault.Error()), p.Alarm
	case m.state.Mode == cutover.ModeFinished:
		return m.epilogue()
	case !m.ended.IsZero() && m.lost == nil:
		return "✗ THE ENGINE STOPPED at " + m.at(m.ended) + ", the run has not ended. Leave with q, go on with: " + m.config.Resume, p.Alarm
	case !m.ended.IsZero():
		return "✗ NO CONNECTION to the engine since " + m.at(m.ended) + ": all below is how it stood then. Leave with q, come back with: " + m.config.Resume, p.Alarm
	case m.state.Mode == cutover.ModeNew:
		return "the engine has told nothing yet", p.Faint
	}
	if waiting := m.waiting(); len(waiting) > 0 {
		return m.call(waiting)
	}
	if m.state.Mode == cutover.ModeHeld {
		return "‖ " + m.held + " · nothing new begins · h: release", p.Warn
	}
	return m.quiet()
}

// call is what people are asked for. The selected step speaks, where it is one of those that wait.
func (m Model) call(waiting []int) (string, lipgloss.Style) {
	p, i := m.config.Palette, waiting[0]
	for _, other := range waiting {
		if other == m.cursor {
			i = other
		}
	}
	step := m.config.Book.Steps[i]
	at := m.state.Step(step.ID)
	more := ""
	if len(waiting) > 1 {
		more = fmt.Sprintf(" · %d more wait", len(waiting)-1)
	}
	_, word, _ := p.Status(at.Status)
	since, keys := at.Ended, "r: try again · s: go on without · R: roll back"
	switch at.Status {
	case cutover.StatusAsking:
		return fmt.Sprintf("? %s, GO ON? %s · y: yes · n: no-go · asked %s ago%s", strings.ToUpper(step.Owner), step.Title,
			look.Clock(m.clock().Sub(at.AskedAt)), more), p.Call
	case cutover.StatusUndoFailed:
		keys = "r: try the undo again · s: leave it as it is"
	}
	if !at.Retryable {
		keys = strings.TrimPrefix(keys, "r: try again · ")
	}
	if since.IsZero() {
		return fmt.Sprintf("✗ %s: %s · %s%s", strings.ToUpper(word), step.Title, keys, more), p.Alarm
	}
	return fmt.Sprintf("✗ %s %s ago: %s · %s%s", strings.ToUpper(word), look.Clock(m.clock().Sub(since)), step.Title, keys, more), p.Alarm
}

// quiet is the banner while nobody is asked.
func (m Model) quiet() (string, lipgloss.Style) {
	p := m.config.Palette
	var busy, late []string
	undone := 0
	for _, step := range m.config.Book.Steps {
		at := m.state.Step(step.ID)
		switch at.Status {
		case cutover.StatusRunning, cutover.StatusUndoing:
			busy = append(busy, step.Title)
			if over := m.late(step, at); over > 0 {
				told := fmt.Sprintf("%s is late by %s", step.Title, look.Clock(over))
				if spent, _ := m.spent(at); step.Deadline > spent {
					told += ", given up in " + look.Clock(step.Deadline-spent)
				}
				late = append(late, told)
			}
		case cutover.StatusUndone:
			undone++
		}
	}
	switch {
	case m.state.Mode == cutover.ModeRollingBack:
		turn := m.state.Turn
		return fmt.Sprintf("◀ turned back by %s at %s%s · undone so far: %d · now: %s", turn.By, m.at(turn.At), because(turn.Reason), undone,
			known(strings.Join(busy, ", "))), p.Bad
	case len(late) > 0:
		return "▶ " + strings.Join(late, ", "), p.Warn
	}
	return "nobody is asked · now: " + known(strings.Join(busy, ", ")), p.Faint
}

// epilogue is the end of the run.
func (m Model) epilogue() (string, lipgloss.Style) {
	p := m.config.Palette
	var left, skipped int
	for _, step := range m.config.Book.Steps {
		switch m.state.Step(step.ID).Status {
		case cutover.StatusLeft:
			left++
		case cutover.StatusSkipped:
			skipped++
		}
	}
	journal := " · the journal is " + m.config.Journal
	switch turn := m.state.Turn; {
	case m.state.Outcome == cutover.RolledBack && left > 0:
		return fmt.Sprintf("! rolled back, but %s NOT undone: see “left as is”%s", count(left, "step is", "steps are"), journal), p.Alarm
	case m.state.Outcome == cutover.RolledBack:
		return fmt.Sprintf("↺ rolled back by %s%s%s", turn.By, because(turn.Reason), journal), p.Warn
	case skipped > 0:
		return fmt.Sprintf("✓ committed, with %s%s", count(skipped, "step skipped", "steps skipped"), journal), p.Warn
	}
	return "✓ committed: every step is done" + journal, p.Good
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func spread(left, right string, width int) string {
	left = fit(left, max(0, width-lipgloss.Width(right)-1))
	return left + strings.Repeat(" ", max(1, width-lipgloss.Width(left)-lipgloss.Width(right))) + right
}

// known is a text, or a dash where there is none.
func known(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

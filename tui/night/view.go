package night

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"nightferry/cutover"
	"nightferry/internal/runbook"
	"nightferry/tui/look"
)

// View draws the screen into exactly the terminal's size.
func (m Model) View() string {
	if m.width < 40 || m.height < 10 {
		return fit("nightferry: this window is too small; the run goes on", m.width)
	}
	head := m.head()
	foot := m.foot()
	room := m.height - len(head) - len(foot)
	if m.help {
		return m.join(head, pad(helpText(), room), foot)
	}
	detail := m.detail()
	steps := m.steps(max(3, room-len(detail)-min(8, room/3)))
	output := m.output(room - len(steps) - len(detail))
	return m.join(head, pad(append(append(steps, detail...), output...), room), foot)
}

func (m Model) join(parts ...[]string) string {
	var lines []string
	for _, part := range parts {
		for _, line := range part {
			lines = append(lines, fit(line, m.width))
		}
	}
	return strings.Join(lines, "\n")
}

// fit cuts a line to a width in cells; what is cut off shows as an ellipsis.
func fit(line string, width int) string { return ansi.Truncate(line, max(0, width), "…") }

func pad(lines []string, height int) []string {
	lines = lines[:min(len(lines), max(0, height))]
	for len(lines) < height {
		lines = append(lines, "")
	}
	return lines
}

func (m Model) head() []string {
	p := m.config.Palette
	word, style := p.Mode(m.state.Mode, m.state.Outcome)
	done := 0
	for _, step := range m.config.Book.Steps {
		if m.state.Step(step.ID).Status.Settled() {
			done++
		}
	}
	elapsed := "not begun"
	if !m.state.Started.IsZero() {
		elapsed = look.Clock(m.until().Sub(m.state.Started))
	}
	left := " nightferry · " + m.config.Book.Wave + " · " + m.config.Book.Title
	right := fmt.Sprintf("%d/%d · %s ", done, len(m.config.Book.Steps), elapsed)
	return []string{
		p.Bar.Render(spread(left, right, m.width)),
		fmt.Sprintf(" %s   run %s on %s   latest safe way back: %s", style.Render(word), or(m.state.Run, "—"), or(m.state.Host, "—"), m.wayBack()),
		"",
	}
}

// wayBack says how far back the run can still go without losing what users wrote.
func (m Model) wayBack() string {
	for _, step := range m.config.Book.Steps {
		if step.Phase == runbook.PhaseCommit && m.state.Step(step.ID).Status.Settled() {
			return "past: users write to the target"
		}
	}
	return "open until “commit”"
}

// until is when the run's clock stands still: its end, or now.
func (m Model) until() time.Time {
	if m.state.Mode == cutover.ModeFinished {
		return m.state.Changed
	}
	return m.now
}

func spread(left, right string, width int) string {
	left = fit(left, max(0, width-lipgloss.Width(right)-1))
	return left + strings.Repeat(" ", max(1, width-lipgloss.Width(left)-lipgloss.Width(right))) + right
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// steps draws the list, scrolled so that the selected step is in it.
func (m Model) steps(room int) []string {
	all := m.config.Book.Steps
	titleWidth := max(12, m.width-52)
	lines := []string{m.config.Palette.Faint.Render(fmt.Sprintf("   %s %-9s %-10s %15s  %s", cell("STEP", titleWidth), "PHASE", "OWNER", "TIME / EXPECTED", "STATE"))}
	room = min(room-1, len(all))
	first := max(0, min(m.cursor-room/2, len(all)-room))
	for i := first; i < first+room && i < len(all); i++ {
		lines = append(lines, m.step(all[i], i == m.cursor, titleWidth))
	}
	return append(lines, "")
}

func (m Model) step(step runbook.Step, selected bool, titleWidth int) string {
	at := m.state.Step(step.ID)
	glyph, word, style := m.config.Palette.Status(at.Status)
	mark := " "
	if selected {
		mark = "▌"
	}
	times := "—"
	if spent, known := m.spent(at); known {
		times = look.Clock(spent)
	}
	times += " / " + look.Clock(step.Expected)
	if at.Status == cutover.StatusRunning && m.doing[step.ID] != "" {
		word += " (" + m.doing[step.ID] + ")"
	}
	return fmt.Sprintf("%s%s %s %-9s %s %15s  %s", mark, style.Render(glyph), cell(step.Title, titleWidth), step.Phase,
		cell(step.Owner, 10), times, style.Render(word))
}

// spent is how long a step took, or takes so far.
func (m Model) spent(at cutover.Step) (time.Duration, bool) {
	switch at.Status {
	case cutover.StatusRunning, cutover.StatusUndoing:
		return m.now.Sub(at.Started), true
	case cutover.StatusAsking:
		return m.now.Sub(at.AskedAt), true
	case cutover.StatusPending:
		return 0, false
	}
	if at.Started.IsZero() || at.Ended.IsZero() {
		return 0, false
	}
	return at.Ended.Sub(at.Started), true
}

func cell(text string, width int) string {
	text = fit(text, width)
	return text + strings.Repeat(" ", max(0, width-lipgloss.Width(text)))
}

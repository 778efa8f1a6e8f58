package night

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"nightferry/cutover"
	"nightferry/internal/runbook"
	"nightferry/tui/look"
)

// The sizes below which only the most important is drawn.
const (
	leastWidth  = 40
	leastHeight = 14
)

// View draws the screen into exactly the terminal's size.
func (m Model) View() string {
	if m.width < leastWidth || m.height < leastHeight {
		return m.tiny()
	}
	head, foot := m.head(), m.foot()
	room := m.height - len(head) - len(foot)
	switch m.page {
	case pageHelp:
		return m.join(head, pad(m.help(), room), foot)
	case pageOutput:
		return m.join(head, pad(m.output(room), room), foot)
	}
	detail := m.detail()
	steps := m.steps(min(len(m.config.Book.Steps)+2, max(5, room*2/3)))
	output := 3 // lines that are left for output where nobody is asked
	if len(m.waiting()) > 0 {
		output = 0
	}
	detail = detail[:min(len(detail), max(0, room-len(steps)-output))]
	return m.join(head, pad(append(append(steps, detail...), m.output(room-len(steps)-len(detail))...), room), foot)
}

// tiny is for windows in which nothing else has room: how the run stands, what is asked, and the open dialogue.
func (m Model) tiny() string {
	word, style := m.config.Palette.Mode(m.state.Mode, m.state.Outcome)
	lines := []string{style.Render(word) + " " + m.progress()}
	foot := m.foot()
	if m.ask == nil {
		foot = []string{m.remark}
	}
	text, style := m.banner()
	for _, line := range m.wrap(text, 0) {
		lines = append(lines, style.Render(line))
	}
	return m.join(pad(lines, m.height-len(foot)), foot[:min(len(foot), max(0, m.height))])
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

// wrap breaks a text over as many lines as it needs, each moved in by indent cells.
func (m Model) wrap(text string, indent int) []string {
	lines := strings.Split(ansi.Wrap(text, max(10, m.width-indent), ""), "\n")
	for i := range lines {
		lines[i] = strings.Repeat(" ", indent) + lines[i]
	}
	return lines
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

// The columns of the list of steps, in cells.
const (
	phaseWidth = 8
	ownerWidth = 9
	timeWidth  = 13
	stateWidth = 21
)

// steps draws the list, scrolled so that the selected step is in it.
func (m Model) steps(room int) []string {
	all := m.config.Book.Steps
	visible := max(1, min(room-2, len(all)))
	first := max(0, min(m.cursor-visible/2, len(all)-visible))
	title := "STEP"
	if visible < len(all) {
		title = fmt.Sprintf("STEP %d to %d of %d", first+1, first+visible, len(all))
	}
	lines := []string{m.config.Palette.Faint.Render(m.row(" ", " ", title, "PHASE", "OWNER", "TIME/EXPECTED", "STATE"))}
	for i := first; i < first+visible && i < len(all); i++ {
		lines = append(lines, m.step(all[i], i == m.cursor))
	}
	return append(lines, "")
}

// row lays out one line of the list. Narrow windows do without the phase, and very narrow ones without the owner.
func (m Model) row(mark, glyph, title, phase, owner, times, state string) string {
	columns := ""
	if m.width >= 100 {
		columns += " " + cell(phase, phaseWidth)
	}
	if m.width >= 72 {
		columns += " " + cell(owner, ownerWidth)
	}
	columns += fmt.Sprintf(" %*s  ", timeWidth, times) + state
	used := lipgloss.Width(columns) - lipgloss.Width(state) + stateWidth
	return mark + glyph + " " + cell(title, max(8, m.width-used-3)) + columns
}

func (m Model) step(step runbook.Step, selected bool) string {
	at := m.state.Step(step.ID)
	glyph, word, style := m.config.Palette.Status(at.Status)
	mark := " "
	if selected {
		mark = "▌"
	}
	times := "–"
	if spent, known := m.spent(at); known {
		times = look.Clock(spent)
	}
	state := style.Render(m.stateWord(word, at))
	if over := m.late(step, at); over > 0 {
		told := " late by " + look.Clock(over)
		if at.Status == cutover.StatusDone {
			state += m.config.Palette.Faint.Render(told)
		} else {
			state += m.config.Palette.Warn.Bold(true).Render(told)
		}
	}
	title := step.Title
	if selected {
		title = m.config.Palette.Strong.Render(title)
	}
	return m.row(mark, style.Render(glyph), title, string(step.Phase), step.Owner, times+"/"+look.Clock(step.Expected), state)
}

// stateWord is the word for a step's state.
func (m Model) stateWord(word string, at cutover.Step) string {
	busy := at.Status == cutover.StatusRunning || at.Status == cutover.StatusUndoing
	switch {
	case busy && !m.ended.IsZero():
		return "was " + word
	case at.Status == cutover.StatusRunning && at.Doubt && m.doing[at.ID] != "" && m.doing[at.ID] != "do":
		return m.doing[at.ID]
	case at.Status == cutover.StatusPending && m.doing[at.ID] == "check" && m.state.Mode == cutover.ModeRunning && m.ended.IsZero():
		return "checking"
	case at.Status == cutover.StatusAsking && m.over():
		return "was asking"
	}
	return word
}

func cell(text string, width int) string {
	text = fit(text, width)
	return text + strings.Repeat(" ", max(0, width-lipgloss.Width(text)))
}

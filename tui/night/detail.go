package night

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightferry/cutover"
)

// detail says what is known of the selected step.
func (m Model) detail() []string {
	step := m.selected()
	if step.ID == "" {
		return nil
	}
	p, at := m.config.Palette, m.state.Step(step.ID)
	lines := []string{p.Strong.Render(" " + step.ID)}
	if step.Reason != "" {
		lines = append(lines, " why: "+step.Reason)
	}
	for _, name := range slices.Sorted(maps.Keys(at.Facts)) {
		lines = append(lines, fmt.Sprintf(" %s: %s", name, at.Facts[name]))
	}
	if at.Gate != nil {
		lines = append(lines, fmt.Sprintf(" gate: %s → %s", at.Gate.Pass, at.Gate.Verdict))
	}
	if at.Evidence != nil {
		lines = append(lines, " evidence: "+at.Evidence.Path)
	}
	if at.Confirmed != "" {
		lines = append(lines, " confirmed by "+at.Confirmed)
	}
	if at.Reason != "" {
		lines = append(lines, p.Bad.Render(" "+at.Reason))
	}
	if at.Mend != "" {
		lines = append(lines, " mend: "+at.Mend)
	}
	if ask := m.asks(at); ask != "" {
		lines = append(lines, p.Warn.Render(" "+ask))
	}
	return append(lines, "")
}

// asks is what a person can do about the selected step now.
func (m Model) asks(at cutover.Step) string {
	switch at.Status {
	case cutover.StatusAsking:
		return "y: yes, go on   n: no-go, roll back"
	case cutover.StatusFailed, cutover.StatusDoubtful:
		return "r: try again   s: go on without it   R: roll back"
	case cutover.StatusUndoFailed:
		return "r: try the undo again   s: leave it as it is"
	}
	return ""
}

// output draws the last live lines.
func (m Model) output(room int) []string {
	if room < 2 {
		return nil
	}
	lines := []string{m.config.Palette.Faint.Render(" OUTPUT (shown, not kept)")}
	return append(lines, m.lines[max(0, len(m.lines)-room+1):]...)
}

func (m Model) foot() []string {
	p := m.config.Palette
	if m.ask != nil {
		return []string{p.Warn.Render(" " + m.ask.title), " " + m.ask.input.View() + "   Enter: send   Esc: leave"}
	}
	keys := " y yes · n no-go · r retry · s skip · R roll back · h hold · N note · f follow · ? help · q leave"
	if m.state.Mode == cutover.ModeFinished {
		keys = " the run is over · q leave"
	}
	return []string{" " + m.remark, p.Faint.Render(keys)}
}

func helpText() []string {
	return strings.Split(` This screen only looks on: the engine runs by itself, and closing this window stops nothing.

 ↑ ↓ j k   choose a step            f   go with what happens
 y         yes to the step that asks
 n         no-go: the run is rolled back, last step first
 r         try a failed step, or a failed undo, again
 s         go on without a failed step; your name and reason are kept
 R         roll back now; asks for a reason
 h         hold: begin no further step; h again releases
 N         write a note into the journal
 q         leave; nightferry cutover attach brings you back

 ✓ done  ▶ running  ? asks you  ✗ failed  ‽ in doubt after a crash  ↷ skipped  ↺ undone`, "\n")
}

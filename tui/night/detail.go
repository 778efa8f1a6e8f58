package night

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"nightferry/cutover"
	"nightferry/internal/runbook"
	"nightferry/tui/look"
)

// detail says what is known of the selected step, the most important first: what went wrong and what mends it, what a
// decision rests on, who decided, what was found.
func (m Model) detail() []string {
	step := m.selected()
	if step.ID == "" {
		return nil
	}
	p, at := m.config.Palette, m.state.Step(step.ID)
	lines := []string{p.Strong.Render(" "+step.Title) + p.Faint.Render(" · "+step.ID+" · "+string(step.Phase)+" · "+step.Owner+attempts(at))}
	say := func(style lipgloss.Style, text string) {
		for _, line := range m.wrap(text, 2) {
			lines = append(lines, style.Render(line))
		}
	}
	plain := lipgloss.NewStyle()
	if at.Reason != "" && at.SkippedBy == "" {
		style := p.Bad
		if at.Status == cutover.StatusUndone {
			style = plain
		}
		say(style, failure(at)+look.Plain(at.Reason))
	}
	if at.Mend != "" {
		say(p.Warn, "mend: "+look.Plain(at.Mend))
	}
	if at.Status == cutover.StatusAsking {
		for _, line := range m.grounds(step) {
			say(plain, line)
		}
	}
	if decided := m.decided[step.ID]; decided != "" {
		say(plain, decided)
	}
	if at.Gate != nil {
		say(plain, fmt.Sprintf("gate: %s → %s", at.Gate.Pass, at.Gate.Verdict))
	}
	if len(at.Facts) > 0 {
		say(plain, "found: "+facts(at.Facts))
	}
	if at.Evidence != nil {
		say(plain, "evidence: "+look.Plain(at.Evidence.Path))
	}
	for _, note := range m.state.Notes {
		if note.Step == step.ID {
			say(plain, fmt.Sprintf("✎ %s at %s: %s", note.By, m.at(note.At), note.Text))
		}
	}
	say(p.Faint, "deadline "+look.Clock(step.Deadline)+" · "+step.Kind+fields(step.With))
	if step.Reason != "" {
		say(p.Faint, "why: "+step.Reason)
	}
	return append(lines, "")
}

func attempts(at cutover.Step) string {
	if at.Attempt < 2 {
		return ""
	}
	return fmt.Sprintf(" · attempt %d", at.Attempt)
}

// failure says which part of the step failed, before why.
func failure(at cutover.Step) string {
	switch {
	case at.Status == cutover.StatusUndoFailed:
		return "the undo failed: "
	case at.Status == cutover.StatusFailed && at.Stage == cutover.StageCheck:
		return "failed before anything was changed: "
	case at.Status == cutover.StatusFailed && at.Stage == cutover.StageGate:
		return "it was done, and does not pass: "
	case at.Status == cutover.StatusFailed && at.Stage == cutover.StageVerify:
		return "it was done, and is not as it should be: "
	}
	return ""
}

// grounds are what a decision rests on: the steps it needs, with what they found.
func (m Model) grounds(step runbook.Step) []string {
	var lines []string
	if step.Phase == runbook.PhaseCommit {
		lines = append(lines, "AFTER A YES there is no way back without losing what users write.")
	}
	for _, need := range m.config.Book.Steps {
		if !slices.Contains(step.Needs, need.ID) {
			continue
		}
		at := m.state.Step(need.ID)
		glyph, word, style := m.config.Palette.Status(at.Status)
		line := style.Render(glyph+" "+word) + ": " + need.Title
		if len(at.Facts) > 0 {
			line += ": " + facts(at.Facts)
		}
		lines = append(lines, line)
	}
	if step.Pass != "" {
		lines = append(lines, "must hold: "+step.Pass)
	}
	if r := m.config.Book.Rollback; r != nil {
		for _, c := range r.Criteria {
			if slices.Contains(c.At, step.ID) {
				lines = append(lines, "no go when: "+look.Plain(c.Title)+" ("+look.Plain(c.When)+")")
			}
		}
	}
	return append(lines, stated(step.With)...)
}

// stated is what somebody gives their word on, or what is sent, one line each.
func stated(with map[string]any) []string {
	var lines []string
	for _, field := range []struct{ name, before string }{{"statement", "you state that "}, {"text", "to be sent: "}, {"to", "→ "}, {"items", "□ "}, {"counts", "say how many: "}} {
		switch value := with[field.name].(type) {
		case string:
			lines = append(lines, look.Plain(field.before+value))
		case []any:
			for _, item := range value {
				lines = append(lines, look.Plain(field.before+fmt.Sprint(item)))
			}
		}
	}
	return lines
}

// facts are names with what was found, in order.
func facts[M ~map[string]V, V fmt.Stringer](f M) string {
	var told []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		told = append(told, name+" "+f[name].String())
	}
	return strings.Join(told, " · ")
}

// fields are a step's own, in order.
func fields(with map[string]any) string {
	var told strings.Builder
	for _, name := range slices.Sorted(maps.Keys(with)) {
		value := fmt.Sprint(with[name])
		if list, ok := with[name].([]any); ok {
			value = strings.Trim(fmt.Sprint(list), "[]")
		}
		told.WriteString(" · " + name + " " + value)
	}
	return look.Plain(told.String())
}

// output draws the last live lines.
func (m Model) output(room int) []string {
	if room < 2 {
		return nil
	}
	title := " OUTPUT (shown, not kept)"
	if len(m.lines) == 0 {
		title = " OUTPUT: none since this window was opened"
	}
	return append([]string{m.config.Palette.Faint.Render(title)}, indented(m.lines[max(0, len(m.lines)-room+1):])...)
}

func indented(lines []string) []string {
	moved := make([]string, len(lines))
	for i, line := range lines {
		moved[i] = "  " + line
	}
	return moved
}

// foot is the open dialogue, or the answer to the last order and the keys that make sense now.
func (m Model) foot() []string {
	p := m.config.Palette
	if m.ask != nil {
		title, keys := p.Call.Render(cell(" "+m.ask.title, m.width)), " Enter: send · Esc: leave, nothing is sent"
		if stale := m.stale(); stale != "" {
			title = p.Alarm.Render(cell(" "+stale+" · Esc", m.width))
		}
		if m.remark != "" {
			keys = " " + m.remark
		}
		return []string{title, " " + m.ask.input.View(), p.Faint.Render(keys)}
	}
	return []string{" " + m.remark, p.Faint.Render(" " + m.keys())}
}

// keys are those that do something now, the likeliest first.
func (m Model) keys() string {
	var keys []string
	waiting := m.waiting()
	has := func(statuses ...cutover.Status) bool {
		return slices.ContainsFunc(waiting, func(i int) bool {
			return slices.Contains(statuses, m.state.Step(m.config.Book.Steps[i].ID).Status)
		})
	}
	if !m.over() {
		if has(cutover.StatusAsking) {
			keys = append(keys, "y yes", "n no-go")
		}
		if has(cutover.StatusFailed, cutover.StatusDoubtful, cutover.StatusUndoFailed) {
			keys = append(keys, "r retry", "s skip")
		}
		if m.state.Mode != cutover.ModeRollingBack {
			keys = append(keys, "R roll back", "h hold")
		}
		if m.state.Mode == cutover.ModeHeld {
			keys[len(keys)-1] = "h release"
		}
		keys = append(keys, "N note")
	}
	if !m.follow {
		keys = append(keys, "f follow")
	}
	return strings.Join(append(keys, "o output", "? help", "q leave"), " · ")
}

func (m Model) help() []string {
	return strings.Split(` This screen looks on: the engine runs by itself, and leaving stops nothing.
 You are `+m.config.By+`; run `+known(m.state.Run)+` on `+known(m.state.Host)+`
 come back with   `+m.config.Resume+`
 journal          `+m.config.Journal+`

 ↑ ↓ j k  choose a step           f  go with what happens
 y  yes to the question           n  no-go: all is rolled back, last first
 r  try what failed again         s  go on without it; name and reason are kept
 R  roll back now                 h  hold: nothing new begins; again: release
 N  a note into the journal       o  live output over the whole window
 q  leave

 ✓ done  ▶ running  ? asks you  ✗ failed  ‽ in doubt after a crash
 ↷ skipped  ◀ undoing  ↺ undone  ! left as is`, "\n")
}

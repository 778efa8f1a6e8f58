package night_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/internal/expr"
	"nightferry/internal/runbook"
	"nightferry/tui/look"
	"nightferry/tui/night"
)

var update = flag.Bool("update", false, "write the golden files")

// recorder is an engine's ear: it keeps what was ordered.
type recorder struct {
	got []cutover.Command
	err error
}

func (r *recorder) Command(_ context.Context, c cutover.Command) (int64, error) {
	r.got = append(r.got, c)
	return 1, r.err
}

func begun() time.Time { return time.Date(2026, 3, 7, 22, 0, 0, 0, time.UTC) }

func book() runbook.Runbook {
	step := func(id, title string, phase runbook.Phase) runbook.Step {
		return runbook.Step{ID: id, Title: title, Phase: phase, Owner: "dba", Kind: "decision", Expected: 90 * time.Second, Deadline: time.Hour,
			Reason: "nothing may change while the data is copied"}
	}
	b := runbook.Runbook{Version: 1, Wave: "wave-1", Title: "non-production: erp-staging", Steps: []runbook.Step{
		step("stop", "Stop Odoo on stg", runbook.PhaseFreeze), step("copy", "Copy the database clinic_stg to cloud-db", runbook.PhaseCopy),
		step("decide", "Go or no-go", runbook.PhaseDecide), step("open", "Open https://erp.cloud.example to its users", runbook.PhaseCommit),
	}}
	b.Steps[1].Needs, b.Steps[2].Needs, b.Steps[2].Pass = []string{"stop"}, []string{"copy"}, "copy.tables > 0"
	return b
}

// playing plays events into a screen, ten seconds apart.
func playing(t *testing.T, commander cutover.Commander, events ...cutover.Event) night.Model {
	t.Helper()
	return playingBook(t, book(), commander, events...)
}

func playingBook(t *testing.T, book runbook.Runbook, commander cutover.Commander, events ...cutover.Event) night.Model {
	t.Helper()
	renderer := lipgloss.NewRenderer(io.Discard)
	renderer.SetColorProfile(termenv.Ascii)
	m := night.New(night.Config{Context: t.Context(), Book: book, Commander: commander, By: "conductor@example",
		Journal: "journal/wave-1-a.jsonl", Resume: "nightferry cutover run wave-1",
		WindowEnd: func(began time.Time) time.Time {
			if began.Equal(begun()) && len(events) < 8 {
				return begun().Add(150 * time.Minute)
			}
			return time.Time{}
		}, NewID: func() string { return "id-1" }, Now: begun, Palette: look.NewPalette(renderer)})
	at := begun()
	for i, e := range append([]cutover.Event{cutover.RunStarted{Version: 1, Run: "wave-1-a", Wave: "wave-1", Runbook: "ab", By: "x", Host: "laptop"}}, events...) {
		m, _ = m.Update(night.UpdateMsg{Record: &cutover.Record{Seq: int64(i + 1), At: at, Event: e}})
		at = at.Add(10 * time.Second)
	}
	m, _ = m.Update(night.TimeMsg(at))
	return m
}

func asking() []cutover.Event {
	return []cutover.Event{
		cutover.StepStarted{Step: "stop", Attempt: 1, Memo: cutover.Memo{"active": "true"}}, cutover.StepSucceeded{Step: "stop"},
		cutover.StepStarted{Step: "copy", Attempt: 1}, cutover.StepSucceeded{Step: "copy", Facts: expr.Facts{"tables": expr.Int(512), "bytes": expr.Int(1 << 20)}},
		cutover.ConfirmAsked{Step: "decide", Facts: "cd"},
	}
}

func failed() []cutover.Event {
	return []cutover.Event{
		cutover.StepStarted{Step: "stop", Attempt: 1}, cutover.StepSucceeded{Step: "stop"}, cutover.StepStarted{Step: "copy", Attempt: 1},
		cutover.StepFailed{Step: "copy", Stage: cutover.StageDo, Reason: "createdb ended with exit code 1", Mend: "grant the account the right to run it", Retryable: true},
	}
}

func turned() []cutover.Event {
	return append(failed(), cutover.RollbackStarted{By: "Testa Approvera", Reason: "the ward needs it back", Command: "c-1"}, cutover.UndoStarted{Step: "copy"},
		cutover.UndoDone{Step: "copy"}, cutover.UndoStarted{Step: "stop"})
}

func committed() []cutover.Event {
	events := append(asking(), cutover.Confirmed{Step: "decide", Asked: 6, By: "Testa Approvera", Reason: "every row is the same", Command: "c-1"})
	for _, id := range []string{"decide", "open"} {
		events = append(events, cutover.StepStarted{Step: id, Attempt: 1}, cutover.StepSucceeded{Step: id})
	}
	return append(events, cutover.RunFinished{Outcome: cutover.Committed})
}

func late() []cutover.Event {
	return []cutover.Event{cutover.StepStarted{Step: "stop", Attempt: 1}, cutover.StepSucceeded{Step: "stop"}, cutover.StepStarted{Step: "copy", Attempt: 1},
		cutover.NoteAdded{Step: "copy", By: "conductor@example", Text: "the old machine is slow tonight", Command: "n-1"}}
}

// views are the stages of a night that golden files show.
func views(t *testing.T) map[string]night.Model {
	t.Helper()
	all := map[string]night.Model{}
	for name, events := range map[string][]cutover.Event{"new": nil, "asking": asking(), "failed": failed(), "rolling-back": turned(), "committed": committed(),
		"rolled-back": append(turned(), cutover.UndoDone{Step: "stop"}, cutover.RunFinished{Outcome: cutover.RolledBack}),
		"left-as-is": append(turned(), cutover.UndoFailed{Step: "stop", Reason: "the unit odoo on stg did not start again", Mend: "look at journalctl -u odoo on stg"},
			cutover.Skipped{Step: "stop", By: "Testa Approvera", Reason: "started by hand", Command: "c-2"}, cutover.RunFinished{Outcome: cutover.RolledBack}),
		"point-of-no-return": append(committed()[:8], cutover.ConfirmAsked{Step: "open", Facts: "cd"}),
		"held":               append(late()[:2], cutover.Held{By: "Testa Approvera", Reason: "wait for the DBA", Command: "c-1"})} {
		m := playing(t, &recorder{}, events...)
		all[name], _ = m.Update(night.UpdateMsg{Tick: &cutover.Tick{Step: "copy", Doing: "do", Line: "pg_restore: restoring\x1b[2J"}})
	}
	all["late"], _ = playing(t, &recorder{}, late()...).Update(night.TimeMsg(begun().Add(2*time.Minute + 45*time.Second)))
	all["after-the-window"], _ = playing(t, &recorder{}, late()...).Update(night.TimeMsg(begun().Add(3 * time.Hour)))
	all["before-its-end"], _ = playing(t, &recorder{}, late()...).Update(night.TimeMsg(begun().Add(149 * time.Minute)))
	all["lost"], _ = playing(t, &recorder{}, late()...).Update(night.EndedMsg{Err: io.ErrUnexpectedEOF})
	all["stopped"], _ = playing(t, &recorder{}, late()...).Update(night.EndedMsg{})
	all["dialogue"] = press(playing(t, &recorder{}, asking()...), "n")
	all["help"] = press(playing(t, &recorder{}, asking()...), "?")
	all["impossible"] = playing(t, &recorder{}, cutover.StepSucceeded{Step: "stop"})
	return all
}

func TestView(t *testing.T) {
	t.Parallel()
	for name, m := range views(t) {
		for size, dims := range map[string][2]int{"80x24": {80, 24}, "120x40": {120, 40}, "tiny": {30, 8}} {
			m, _ := m.Update(tea.WindowSizeMsg{Width: dims[0], Height: dims[1]})
			golden(t, name+"-"+size, fits(t, m, dims[0], dims[1]))
		}
	}
}

// fits is the view, which has the terminal's size exactly.
func fits(t *testing.T, m night.Model, width, height int) string {
	t.Helper()
	view := m.View()
	for line := range strings.SplitSeq(view, "\n") {
		require.LessOrEqual(t, lipgloss.Width(line), width, line)
	}
	require.Equal(t, height, strings.Count(view, "\n")+1, view)
	return view
}

// TestAnySize draws every stage in every size a window can have, wide characters and long words included.
func TestAnySize(t *testing.T) {
	t.Parallel()
	all := views(t)
	wide := book()
	wide.Title = strings.Repeat("病院", 60)
	for i := range wide.Steps {
		wide.Steps[i].Title, wide.Steps[i].Owner = strings.Repeat("データベース", 40), "übergabe-verantwortliche"
		wide.Steps[i].Reason = strings.Repeat("x", 500)
	}
	all["wide"] = playingBook(t, wide, &recorder{}, failed()...)
	all["one"] = playingBook(t, runbook.Runbook{Wave: "wave-1"}, &recorder{})
	for _, m := range all {
		for width := 1; width < 130; width += 3 {
			for _, height := range []int{1, 2, 5, 9, 13, 14, 15, 24, 60} {
				m, _ := m.Update(tea.WindowSizeMsg{Width: width, Height: height})
				fits(t, m, width, height)
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got+"\n"), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got+"\n", "run the test with -update and look at the change")
}

// press types keys into the screen and carries out the orders that come of them.
func press(m night.Model, keys ...string) night.Model {
	for _, k := range keys {
		msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)}
		switch k {
		case "enter":
			msg = tea.KeyMsg{Type: tea.KeyEnter}
		case "esc":
			msg = tea.KeyMsg{Type: tea.KeyEsc}
		case "up":
			msg = tea.KeyMsg{Type: tea.KeyUp}
		}
		typing := m.Typing()
		var cmd tea.Cmd
		m, cmd = m.Update(msg)
		if cmd != nil && !m.Typing() && (!typing || k == "enter") { // else it is the cursor's blinking
			m, _ = m.Update(cmd())
		}
	}
	return m
}

func TestConfirmNeedsTheWord(t *testing.T) {
	t.Parallel()
	ear := &recorder{}
	m := playing(t, ear, asking()...)
	m = press(m, "y", "enter")
	require.Empty(t, ear.got, "an empty line confirms nothing")
	m = press(m, "yes", "enter")
	require.Equal(t, []cutover.Command{{ID: "id-1", Kind: cutover.OrderConfirm, Step: "decide", Asked: 6, By: "conductor@example"}}, ear.got)
	require.False(t, m.Typing())
}

func TestNoGoAndRollbackNeedAReason(t *testing.T) {
	t.Parallel()
	ear := &recorder{}
	m := playing(t, ear, asking()...)
	m = press(m, "n", "enter")
	require.Empty(t, ear.got)
	m = press(m, "esc", "R", "ward needs it back", "enter")
	require.Equal(t, []cutover.Command{{ID: "id-1", Kind: cutover.OrderRollback, By: "conductor@example", Reason: "ward needs it back"}}, ear.got)
	press(m, "n", "lab is down", "enter")
	require.Equal(t, cutover.Command{ID: "id-1", Kind: cutover.OrderNoGo, Step: "decide", Asked: 6, By: "conductor@example", Reason: "lab is down"}, ear.got[1])
}

func TestKeysOfADialogueAreText(t *testing.T) {
	t.Parallel()
	ear := &recorder{}
	m := press(playing(t, ear, asking()...), "N", "R", "h", "q")
	require.True(t, m.Typing())
	require.Empty(t, ear.got, "letters typed into a note are no orders")
}

func TestRefusalIsShown(t *testing.T) {
	t.Parallel()
	m := press(playing(t, &recorder{err: errors.New("retry refused: the step is running")}, failed()...), "r")
	require.Contains(t, m.View(), "retry refused: the step is running")
}

func TestNothingToDecide(t *testing.T) {
	t.Parallel()
	ear := &recorder{}
	m := press(playing(t, ear, failed()...), "y")
	require.False(t, m.Typing())
	require.Contains(t, m.View(), "asks nothing")
	m = press(playing(t, ear, late()...), "r")
	require.Contains(t, m.View(), "no step has failed")
	m = press(playing(t, ear, turned()...), "R")
	require.Contains(t, m.View(), "rolled back already")
	for _, key := range []string{"y", "n", "r", "s", "R", "h", "N"} {
		m = press(playing(t, ear, committed()...), key)
		require.Contains(t, m.View(), "the run is over")
		m, _ = playing(t, ear, asking()...).Update(night.EndedMsg{})
		require.Contains(t, press(m, key).View(), "no engine listens")
	}
	require.Empty(t, ear.got)
}

// TestTheOnlyQuestionIsMeant: a tired conductor whose cursor stands elsewhere still answers the question that is shown.
func TestTheOnlyQuestionIsMeant(t *testing.T) {
	t.Parallel()
	ear := &recorder{}
	press(playing(t, ear, asking()...), "up", "up", "y", "yes", "enter")
	require.Len(t, ear.got, 1)
	require.Equal(t, "decide", ear.got[0].Step)
}

func two() runbook.Runbook {
	b := book()
	b.Steps[0].Title, b.Steps[1].Phase, b.Steps[1].Needs = "Stop Odoo on north", runbook.PhaseFreeze, nil
	return b
}

// TestAWordIsGivenOnWhatIsShown shows that whoever confirms sees what they state, item by item, and when the night goes back.
func TestAWordIsGivenOnWhatIsShown(t *testing.T) {
	t.Parallel()
	b := book()
	b.Steps[2].Kind = "attest"
	b.Steps[2].With = map[string]any{"by": "Probefrau", "statement": "the wards are on paper", "items": []any{"ward 1", "ward 2\x1b[2J"}, "counts": []any{"wards"}}
	b.Rollback = &runbook.Rollback{Criteria: []runbook.Criterion{{ID: "late", Title: "It is too late", When: "elapsed > 2h", At: []string{"decide"}},
		{ID: "slow", Title: "It is slow", When: "elapsed > 3h", At: []string{"open"}}}}
	m, _ := playingBook(t, b, &recorder{}, asking()...).Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	view := fits(t, m, 120, 40)
	for _, want := range []string{"you state that the wards are on paper", "□ ward 1", "□ ward 2", "say how many: wards", "no go when: It is too late (elapsed > 2h)"} {
		require.Contains(t, view, want)
	}
	require.NotContains(t, view, "It is slow")
	require.NotContains(t, view, "\x1b")
}

func twoAsk() []cutover.Event {
	return []cutover.Event{cutover.ConfirmAsked{Step: "stop", Facts: "ab"}, cutover.ConfirmAsked{Step: "copy", Facts: "ab"}}
}

func TestTwoQuestions(t *testing.T) {
	t.Parallel()
	ear := &recorder{}
	m := playingBook(t, two(), ear, twoAsk()...)
	require.Contains(t, m.View(), "GO ON? Stop Odoo on north")
	m, _ = m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	require.Contains(t, m.View(), "1 more wait")
	m = press(m, "j")
	require.Contains(t, m.View(), "GO ON? Copy the database", "the banner speaks of the selected one")
	m = press(m, "j", "y")
	require.False(t, m.Typing())
	require.Contains(t, m.View(), "2 steps could be meant")
	press(m, "up", "y", "yes", "enter")
	require.Equal(t, "copy", ear.got[0].Step)
	require.EqualValues(t, 3, ear.got[0].Asked)

	// Following, the cursor stays with the question it is at when another comes, and goes to what went wrong first.
	m = playingBook(t, two(), ear, twoAsk()[1], twoAsk()[0])
	require.Contains(t, m.View(), "GO ON? Copy the database")
	m, _ = m.Update(night.UpdateMsg{Record: &cutover.Record{Seq: 4, At: begun(), Event: cutover.Confirmed{Step: "stop", Asked: 3, By: "x", Command: "c"}}})
	m, _ = m.Update(night.UpdateMsg{Record: &cutover.Record{Seq: 5, At: begun(), Event: cutover.StepFailed{Step: "stop", Stage: cutover.StageCheck, Reason: "no way to stg"}}})
	require.Contains(t, m.View(), "FAILED")
	require.Contains(t, m.View(), "no way to stg")
}

// TestTheDialogueOutlivesItsQuestion: what is typed into it must not become orders because somebody else was quicker.
func TestTheDialogueOutlivesItsQuestion(t *testing.T) {
	t.Parallel()
	ear := &recorder{}
	m := press(playing(t, ear, asking()...), "n", "rain")
	m, _ = m.Update(night.UpdateMsg{Record: &cutover.Record{Seq: 7, At: begun().Add(time.Hour), Event: cutover.Confirmed{Step: "decide", Asked: 6, By: "Testa Approvera", Command: "c"}}})
	require.True(t, m.Typing())
	require.Contains(t, m.View(), "decided meanwhile: yes, by Testa Approvera at 23:00")
	m = press(m, "R", "h", "enter")
	require.False(t, m.Typing())
	require.Empty(t, ear.got)
	require.Contains(t, m.View(), "nothing was sent")
}

func TestPastedTextIsNoOrder(t *testing.T) {
	t.Parallel()
	ear := &recorder{}
	m := playing(t, ear, failed()...)
	for _, msg := range []tea.KeyMsg{{Type: tea.KeyRunes, Runes: []rune("rrR"), Paste: true}, {Type: tea.KeyRunes, Runes: []rune("r"), Paste: true}, {Type: tea.KeyRunes, Runes: []rune("hold")}} {
		var cmd tea.Cmd
		m, cmd = m.Update(msg)
		require.Nil(t, cmd)
		require.Contains(t, m.View(), "pasted")
	}
	m = press(playing(t, ear, asking()...), "n")
	m, _ = m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("rain\r\nand \x1b[2Jstorm"), Paste: true})
	press(m, "enter")
	require.Len(t, ear.got, 1)
	require.NotContains(t, ear.got[0].Reason, "\n")
	require.NotContains(t, ear.got[0].Reason, "\x1b")
}

func TestTheDialogueIsResized(t *testing.T) {
	t.Parallel()
	m := press(playing(t, &recorder{}, asking()...), "n", strings.Repeat("word ", 30))
	m, _ = m.Update(tea.WindowSizeMsg{Width: 44, Height: 20})
	require.Contains(t, fits(t, m, 44, 20), "word")
	m, _ = m.Update(tea.WindowSizeMsg{Width: 30, Height: 6})
	require.Contains(t, fits(t, m, 30, 6), "NO-GO", "a dialogue is never hidden")
}

func TestLostLinesAreTold(t *testing.T) {
	t.Parallel()
	m, _ := playing(t, &recorder{}, late()...).Update(night.UpdateMsg{Tick: &cutover.Tick{Step: "copy", Line: "after", Lost: 17}})
	require.Regexp(t, "17 lines are not shown(.|\n)*after", m.View())
}

func TestEnded(t *testing.T) {
	t.Parallel()
	m := playing(t, &recorder{}, late()...)
	ended, lost := m.Ended()
	require.False(t, ended)
	require.NoError(t, lost)
	m, _ = m.Update(night.EndedMsg{Err: io.ErrUnexpectedEOF})
	ended, lost = m.Ended()
	require.True(t, ended)
	require.ErrorIs(t, lost, io.ErrUnexpectedEOF)
	before := m.View()
	m, _ = m.Update(night.TimeMsg(begun().Add(time.Hour)))
	require.Equal(t, strings.Split(before, "\n")[5:], strings.Split(m.View(), "\n")[5:], "what nobody tells any more does not go on")
}

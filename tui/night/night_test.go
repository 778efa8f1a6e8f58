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
	return runbook.Runbook{Version: 1, Wave: "wave-1", Title: "non-production: erp-staging", Steps: []runbook.Step{
		step("stop", "Stop Odoo on stg", runbook.PhaseFreeze), step("copy", "Copy the database clinic_stg to cloud-db", runbook.PhaseCopy),
		step("decide", "Go or no-go", runbook.PhaseDecide), step("open", "Open https://erp.cloud.example to its users", runbook.PhaseCommit),
	}}
}

// night plays events into a screen, ten seconds apart.
func playing(t *testing.T, commander cutover.Commander, events ...cutover.Event) night.Model {
	t.Helper()
	renderer := lipgloss.NewRenderer(io.Discard)
	renderer.SetColorProfile(termenv.Ascii)
	m := night.New(night.Config{Context: t.Context(), Book: book(), Commander: commander, By: "conductor@example", NewID: func() string { return "id-1" },
		Now: begun, Palette: look.NewPalette(renderer)})
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

func TestView(t *testing.T) {
	t.Parallel()
	for name, events := range map[string][]cutover.Event{"new": nil, "asking": asking(), "failed": failed()} {
		for size, dims := range map[string][2]int{"80x24": {80, 24}, "120x40": {120, 40}, "tiny": {30, 8}} {
			m := playing(t, &recorder{}, events...)
			m, _ = m.Update(night.UpdateMsg{Tick: &cutover.Tick{Step: "copy", Doing: "do", Line: "pg_restore: restoring"}})
			m, _ = m.Update(tea.WindowSizeMsg{Width: dims[0], Height: dims[1]})
			view := m.View()
			for _, line := range strings.Split(view, "\n") {
				require.LessOrEqual(t, lipgloss.Width(line), dims[0], "%s %s: %s", name, size, line)
			}
			require.LessOrEqual(t, strings.Count(view, "\n")+1, dims[1], "%s %s", name, size)
			golden(t, name+"-"+size, view)
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

// press types keys into the screen and carries out what comes of them, but for the cursor's blinking.
func press(m night.Model, keys ...string) night.Model {
	for _, k := range keys {
		msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)}
		switch k {
		case "enter":
			msg = tea.KeyMsg{Type: tea.KeyEnter}
		case "esc":
			msg = tea.KeyMsg{Type: tea.KeyEsc}
		}
		var cmd tea.Cmd
		m, cmd = m.Update(msg)
		if cmd != nil && k == "enter" || k == "r" || k == "h" {
			if cmd != nil {
				m, _ = m.Update(cmd())
			}
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

func TestNothingToConfirm(t *testing.T) {
	t.Parallel()
	ear := &recorder{}
	m := press(playing(t, ear, failed()...), "y", "n")
	require.Empty(t, ear.got)
	require.Contains(t, m.View(), "asks nothing")
}

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"nightferry/cutover"
	"nightferry/internal/expr"
	"nightferry/internal/outcome"
	"nightferry/internal/runbook"
	"nightferry/tui/look"
)

// parseOrder reads what a person typed.
func parseOrder(line string) (cutover.Command, error) {
	words := append(strings.Fields(line), "")
	orders := map[string]cutover.Order{
		"yes": cutover.OrderConfirm, "no": cutover.OrderNoGo, "retry": cutover.OrderRetry, "skip": cutover.OrderSkip,
		"rollback": cutover.OrderRollback, "hold": cutover.OrderHold, "release": cutover.OrderRelease, "note": cutover.OrderNote,
	}
	kind, known := orders[words[0]]
	if !known {
		return cutover.Command{}, fmt.Errorf("%q is no order: yes, no, retry, skip, rollback, hold, release or note", words[0])
	}
	c := cutover.Command{Kind: kind}
	rest := words[1 : len(words)-1]
	if slices.Contains([]cutover.Order{cutover.OrderConfirm, cutover.OrderNoGo, cutover.OrderRetry, cutover.OrderSkip}, kind) {
		if len(rest) == 0 {
			return c, fmt.Errorf("%s which step?", words[0])
		}
		c.Step, rest = rest[0], rest[1:]
	}
	c.Reason = strings.Join(rest, " ")
	return c, nil
}

// recordLine tells a record in one line.
func recordLine(r cutover.Record) string {
	return fmt.Sprintf("%s %4d  %s", r.At.Local().Format(time.TimeOnly), r.Seq, printable(toldRun(r)))
}

func toldRun(r cutover.Record) string {
	switch e := r.Event.(type) {
	case cutover.RunStarted:
		return fmt.Sprintf("run %s begins, by %s on %s, runbook %.12s", e.Run, e.By, e.Host, e.Runbook)
	case cutover.RunResumed:
		return fmt.Sprintf("the engine is back, by %s on %s", e.By, e.Host)
	case cutover.Held:
		return fmt.Sprintf("‖ held by %s%s", e.By, because(e.Reason))
	case cutover.Released:
		return fmt.Sprintf("▶ released by %s", e.By)
	case cutover.RollbackStarted:
		return fmt.Sprintf("↺ rollback, by %s%s", e.By, because(e.Reason))
	case cutover.NoteAdded:
		return fmt.Sprintf("✎ %s: %s", strings.TrimSpace(e.Step+" by "+e.By), e.Text)
	case cutover.RunFinished:
		return fmt.Sprintf("the run is %s", e.Outcome)
	}
	return toldStep(r)
}

func toldStep(r cutover.Record) string {
	switch e := r.Event.(type) {
	case cutover.ConfirmAsked:
		return fmt.Sprintf("? %s: go on?  yes %s | no %s REASON", e.Step, e.Step, e.Step)
	case cutover.Confirmed:
		return fmt.Sprintf("✓ %s: yes, by %s%s", e.Step, e.By, because(e.Reason))
	case cutover.NoGo:
		return fmt.Sprintf("✗ %s: no-go, by %s%s; rolling back", e.Step, e.By, because(e.Reason))
	case cutover.StepStarted:
		if e.Attempt == 1 {
			return fmt.Sprintf("▶ %s: begins", e.Step)
		}
		return fmt.Sprintf("▶ %s: begins, attempt %d", e.Step, e.Attempt)
	case cutover.StepSucceeded:
		return fmt.Sprintf("✓ %s: done%s%s", e.Step, factsTold(e.Facts), gateTold(e.Gate))
	case cutover.StepFailed:
		return fmt.Sprintf("✗ %s: %s failed: %s%s%s; retry %s | skip %s REASON | rollback REASON", e.Step, e.Stage, e.Reason, mendTold(e.Mend), factsTold(e.Facts), e.Step, e.Step)
	case cutover.StepProbed:
		return fmt.Sprintf("‽ %s: looked: %s%s", e.Step, e.Answer, because(e.Reason))
	case cutover.Retried:
		return fmt.Sprintf("▶ %s: once more, by %s%s", e.Step, e.By, because(e.Reason))
	case cutover.Skipped:
		return fmt.Sprintf("↷ %s: skipped by %s%s", e.Step, e.By, because(e.Reason))
	case cutover.UndoStarted:
		return fmt.Sprintf("↺ %s: undoing", e.Step)
	case cutover.UndoDone:
		return fmt.Sprintf("↺ %s: undone", e.Step)
	case cutover.UndoFailed:
		return fmt.Sprintf("✗ %s: undo failed: %s%s; retry %s | skip %s REASON", e.Step, e.Reason, mendTold(e.Mend), e.Step, e.Step)
	}
	return string(r.Event.Type())
}

// endedStep is the step whose attempt, or undo, an event ends.
func endedStep(event cutover.Event) string {
	switch e := event.(type) {
	case cutover.StepSucceeded:
		return e.Step
	case cutover.StepFailed:
		return e.Step
	case cutover.UndoDone:
		return e.Step
	case cutover.UndoFailed:
		return e.Step
	}
	return ""
}

// legend tells what the steps' names stand for, before lines speak of them by name.
func legend(w io.Writer, book runbook.Runbook) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintf(table, "%s: %s\n", printable(book.Wave), printable(book.Title))
	for _, step := range book.Steps {
		fmt.Fprintf(table, "  %s\t%s\t%s\texpected %s\n", step.ID, printable(step.Title), printable(step.Owner), look.Clock(step.Expected))
	}
	return table.Flush()
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

func mendTold(mend string) string {
	if mend == "" {
		return ""
	}
	return " (mend: " + mend + ")"
}

func factsTold(facts expr.Facts) string {
	var told []string
	for name, value := range facts {
		told = append(told, name+" "+value.String())
	}
	if len(told) == 0 {
		return ""
	}
	slices.Sort(told)
	return " (" + strings.Join(told, ", ") + ")"
}

func gateTold(g *cutover.Gate) string {
	if g == nil {
		return ""
	}
	return fmt.Sprintf("; gate %s: %s", g.Verdict, g.Pass)
}

// printRunbook shows what a night would do.
func printRunbook(w io.Writer, file *runbook.File) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintf(table, "PHASE\tSTEP\tOWNER\tEXPECTED\tDEADLINE\tKIND\t\n")
	var sum time.Duration
	for _, step := range file.Runbook.Steps {
		asks := ""
		if step.Confirm {
			asks = "asks first"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", step.Phase, step.ID, step.Owner, step.Expected, step.Deadline, step.Kind, asks)
		sum += step.Expected
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d steps, %s when each takes as long as expected; runbook %.12s\n", len(file.Runbook.Steps), sum, file.SHA256)
	return err
}

// endOf is the end that a finished run's viewer reports.
func endOf(state *cutover.State) error {
	switch {
	case state.Outcome == cutover.RolledBack:
		return outcome.RolledBack(fmt.Errorf("run %s was rolled back", state.Run))
	case state.Mode != cutover.ModeFinished:
		return outcome.Stopped(fmt.Errorf("run %s has not ended", state.Run))
	}
	return nil
}

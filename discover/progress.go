package discover

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Plain is a listener that writes a line for each thing worth telling: for logs, pipes and screen readers.
func Plain(w io.Writer) func(Event) {
	return func(e Event) {
		if line := e.line(); line != "" {
			fmt.Fprintln(w, line)
		}
	}
}

// line is an event in words; empty for what only a live view shows.
func (e Event) line() string {
	switch e.Kind {
	case Skipped:
		return "- " + e.Target + "  read by an earlier run"
	case Stopped:
		return "- " + e.Target + "  not read: the run was stopped"
	case Finished:
		seconds := time.Duration(e.Elapsed) * time.Millisecond
		line := fmt.Sprintf("%s %s  %s  %.1f s", mark(e), e.Target, e.Coverage, seconds.Seconds())
		if e.Coverage.IsKnown() && e.Gaps > 0 {
			line += fmt.Sprintf("  %d gaps", e.Gaps)
		}
		if e.Problem != "" {
			line += "\n  " + e.Problem
		}
		if e.Mend != "" {
			line += "\n  mend: " + e.Mend
		}
		if e.Round > 0 {
			line = e.at() + "  " + line
		}
		return line
	case Sampled:
		return e.at() + "  " + e.sampled()
	case Done:
		if e.Rounds > 0 {
			return fmt.Sprintf("the watch is over: %d looks, %d missed", e.Summary.Read, e.Summary.Missing)
		}
		s := e.Summary
		line := fmt.Sprintf("%d read, %d missing, %d of earlier runs", s.Read, s.Missing, s.Skipped)
		if s.Stopped > 0 {
			line += fmt.Sprintf(", %d not read", s.Stopped)
		}
		return line
	}
	return ""
}

// at is the time of an event of a watch, which runs for days.
func (e Event) at() string { return e.At.Format("2006-01-02 15:04:05Z") }

// sampled is a round of a watch in words.
func (e Event) sampled() string {
	line := fmt.Sprintf("round %d of %d: %d of %d answered, %.1f s", e.Round, e.Rounds, e.Summary.Read, e.Summary.Read+e.Summary.Missing,
		(time.Duration(e.Elapsed) * time.Millisecond).Seconds())
	if e.Late > 0 {
		line += fmt.Sprintf("  %d rounds before it were left out", e.Late)
	}
	return line
}

// mark is the state as a glyph: colour is never needed to read it.
func mark(e Event) string {
	switch {
	case !e.Coverage.IsKnown():
		return "✗"
	case e.Gaps > 0:
		return "◐"
	}
	return "✓"
}

// Live is a view for a terminal: a few lines below the finished ones, redrawn with each event. Its zero value is
// not usable; see [NewLive].
type Live struct {
	w      io.Writer
	width  int
	height int
	drawn  int // lines of the view on the screen
	total  int
	ended  int
	active []activity
	round  string // the last round of a watch; empty in a run
}

type activity struct{ target, note string }

// NewLive draws on a terminal of a width, at most rows targets under way at once.
func NewLive(w io.Writer, width, rows int) *Live {
	return &Live{w: w, width: max(width, 20), height: max(rows, 1)}
}

// Tell takes an event. The view is gone after Done.
func (l *Live) Tell(e Event) {
	switch e.Kind {
	case Begun:
		l.total = e.Targets
	case Started:
		l.active = append(l.active, activity{target: e.Target})
	case Noted:
		for i := range l.active {
			if l.active[i].target == e.Target {
				l.active[i].note = e.Note
			}
		}
	case Sampled:
		l.round = "… " + e.sampled()
		if !e.Next.IsZero() {
			l.round += "  next at " + e.Next.Format("15:04:05Z")
		}
	case Skipped, Finished, Stopped:
		l.ended++
		l.active = slices.DeleteFunc(l.active, func(a activity) bool { return a.target == e.Target })
	}
	var frame strings.Builder
	if l.drawn > 0 {
		fmt.Fprintf(&frame, "\x1b[%dA\r\x1b[J", l.drawn) // up to the first line of the view, and clear below
	}
	if line := e.line(); line != "" && e.Kind != Sampled { // which is the view itself
		frame.WriteString(line + "\n")
	}
	l.drawn = 0
	if e.Kind != Done {
		for _, line := range l.view() {
			frame.WriteString(cut(line, l.width-1) + "\n")
			l.drawn++
		}
	}
	_, _ = io.WriteString(l.w, frame.String()) // a terminal that is gone is no reason to stop
}

func (l *Live) view() []string {
	if l.round != "" {
		return []string{l.round}
	}
	lines := []string{fmt.Sprintf("… %d of %d", l.ended, l.total)}
	for i, a := range l.active {
		if i == l.height && len(l.active) > l.height {
			return append(lines, fmt.Sprintf("  and %d more", len(l.active)-i))
		}
		lines = append(lines, strings.TrimRight("  "+a.target+"  "+a.note, " "))
	}
	return lines
}

// cut shortens a line to a number of characters, so that it never wraps and the redrawing stays in step.
func cut(s string, width int) string {
	runes := []rune(s)
	if len(runes) <= width {
		return s
	}
	return string(runes[:width-1]) + "…"
}

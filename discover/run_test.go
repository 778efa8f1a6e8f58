package discover_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/discover"
	"nightferry/internal/estate"
)

// shelf is a Sink in memory.
type shelf struct {
	saved map[string]discover.Asset
	has   map[string]bool
	full  error
}

func (s *shelf) Has(t discover.Target) bool { return s.has[t.ID()] }

func (s *shelf) Save(a discover.Asset) error {
	if s.full != nil {
		return s.full
	}
	if s.saved == nil {
		s.saved = map[string]discover.Asset{}
	}
	s.saved[name(a)] = a
	return nil
}

func name(a discover.Asset) string {
	switch {
	case a.Host != nil:
		return "host/" + a.Host.Name
	case a.Postgres != nil:
		return "postgres/" + a.Postgres.Name
	}
	return "odoo/" + a.Odoo.Name
}

// clock moves on by a second each time it is asked.
func clock() func() time.Time {
	var n atomic.Int64
	return func() time.Time { return time.Date(2026, 3, 1, 22, 0, int(n.Add(1)), 0, time.UTC) }
}

func target(name string, collect func(context.Context, func(string)) discover.Asset) discover.Target {
	return discover.Target{Kind: discover.KindHost, Name: name, Address: name + ".example:22", Environment: estate.Production, Collect: collect}
}

// found is a host of which one section is denied.
func found(name string) discover.Asset {
	h := estate.UnreadHost(name, estate.Production, estate.Collection{Coverage: estate.Known})
	h.Processes = estate.Miss[[]estate.Process](estate.Denied, "/proc", "hidden", "remove hidepid")
	return discover.Asset{Host: &h}
}

func TestRun(t *testing.T) {
	t.Parallel()
	var events []discover.Event
	s := &shelf{has: map[string]bool{"host/old": true}}
	targets := []discover.Target{
		target("erp-db", func(_ context.Context, note func(string)) discover.Asset { note("processes"); return found("erp-db") }),
		target("old", func(context.Context, func(string)) discover.Asset { t.Error("asked again"); return found("old") }),
		target("broken", func(context.Context, func(string)) discover.Asset { panic("Quarzling") }),
		{Kind: discover.KindPostgres, Name: "empty", Collect: func(context.Context, func(string)) discover.Asset { return discover.Asset{} }},
		{Kind: discover.KindOdoo, Name: "worse", Collect: func(context.Context, func(string)) discover.Asset { panic(errors.New("Quarzling")) }},
	}
	summary, err := discover.Run(t.Context(), targets, discover.Options{Clock: clock()}, s, func(e discover.Event) { events = append(events, e) })
	require.NoError(t, err)
	require.Equal(t, 1, summary.Read)
	require.Equal(t, 3, summary.Missing)
	require.Equal(t, 1, summary.Skipped)
	require.Len(t, s.saved, 4)
	require.Equal(t, estate.Failed, s.saved["host/broken"].Host.Collected.Coverage)
	require.Equal(t, estate.NotAsked, s.saved["host/broken"].Host.Processes.Coverage)
	require.Equal(t, estate.Production, s.saved["host/broken"].Host.Environment)
	require.Equal(t, estate.Failed, s.saved["postgres/empty"].Postgres.Collected.Coverage)
	require.Contains(t, summary.Gaps, estate.Gap{Asset: "host/erp-db", Section: "processes", Coverage: estate.Denied, Problem: "hidden", Mend: "remove hidepid"})
	require.Equal(t, discover.Begun, events[0].Kind)
	require.Equal(t, 5, events[0].Targets)
	require.Equal(t, discover.Done, events[len(events)-1].Kind)

	var lines bytes.Buffer
	write := discover.JSONLines(&lines)
	for _, e := range events {
		write(e)
	}
	require.NotContains(t, lines.String(), "Quarzling", "the text of a panic can quote what was read")
	for i, line := range strings.Split(strings.TrimSpace(lines.String()), "\n") {
		var back discover.Event
		require.NoError(t, json.Unmarshal([]byte(line), &back))
		require.Equal(t, events[i], back, "an event can be shown again from its line")
	}
}

func TestFreshAsksAgain(t *testing.T) {
	t.Parallel()
	s := &shelf{has: map[string]bool{"host/a": true}}
	asked := target("a", func(context.Context, func(string)) discover.Asset { return found("a") })
	summary, err := discover.Run(t.Context(), []discover.Target{asked}, discover.Options{Clock: clock(), Fresh: true}, s, nil)
	require.NoError(t, err)
	require.Equal(t, 1, summary.Read)
	require.Zero(t, summary.Skipped)
}

func TestParallelIsBounded(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	gate := make(chan struct{})
	open := sync.OnceFunc(func() { close(gate) })
	var targets []discover.Target
	for i := range 20 {
		n := fmt.Sprintf("h%02d", i)
		targets = append(targets, target(n, func(context.Context, func(string)) discover.Asset {
			if now.Add(1) == 3 {
				open() // when three run at once; a fourth would be seen in most
			}
			<-gate
			most.Store(max(most.Load(), now.Load()))
			now.Add(-1)
			return found(n)
		}))
	}
	summary, err := discover.Run(t.Context(), targets, discover.Options{Clock: clock(), Parallel: 3}, &shelf{}, nil)
	require.NoError(t, err)
	require.Equal(t, 20, summary.Read)
	require.LessOrEqual(t, most.Load(), int32(3))
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	defer close(held)
	s := &shelf{}
	targets := []discover.Target{
		target("deaf", func(context.Context, func(string)) discover.Asset { <-held; return found("deaf") }),
		target("heeds", func(ctx context.Context, _ func(string)) discover.Asset { <-ctx.Done(); return found("heeds") }),
	}
	_, err := discover.Run(t.Context(), targets, discover.Options{Clock: clock(), Deadline: 10 * time.Millisecond}, s, nil)
	require.NoError(t, err)
	require.Equal(t, estate.Timeout, s.saved["host/deaf"].Host.Collected.Coverage)
	require.Equal(t, estate.Known, s.saved["host/heeds"].Host.Collected.Coverage, "what a collector has at its deadline is kept")
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := &shelf{}
	targets := []discover.Target{
		target("a", func(context.Context, func(string)) discover.Asset { return found("a") }),
		target("b", func(ctx context.Context, _ func(string)) discover.Asset { cancel(); <-ctx.Done(); return found("b") }),
		target("c", func(context.Context, func(string)) discover.Asset { t.Error("begun after the stop"); return found("c") }),
	}
	summary, err := discover.Run(ctx, targets, discover.Options{Clock: clock(), Parallel: 1}, s, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, discover.Summary{Read: 1, Stopped: 2, Gaps: summary.Gaps}, summary)
	require.Contains(t, s.saved, "host/a")
	require.NotContains(t, s.saved, "host/b", "what was under way is asked again, not kept in part")
}

func TestSinkFails(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	var targets []discover.Target
	for i := range 5 {
		targets = append(targets, target(fmt.Sprint(i), func(context.Context, func(string)) discover.Asset { return found("a") }))
	}
	summary, err := discover.Run(t.Context(), targets, discover.Options{Clock: clock(), Parallel: 1}, &shelf{full: full}, nil)
	require.ErrorIs(t, err, full)
	require.ErrorContains(t, err, "host/0")
	require.Equal(t, 4, summary.Stopped)
}

func script() []discover.Event {
	return []discover.Event{
		{Kind: discover.Begun, Targets: 4},
		{Kind: discover.Skipped, Target: "host/bastion"},
		{Kind: discover.Started, Target: "host/erp-db"},
		{Kind: discover.Started, Target: "host/erp-app"},
		{Kind: discover.Noted, Target: "host/erp-app", Note: "reading the machine with a note that is far too long for the width"},
		{Kind: discover.Started, Target: "host/intf"},
		{Kind: discover.Finished, Target: "host/erp-db", Coverage: estate.Known, Gaps: 2, Elapsed: 1234},
		{Kind: discover.Finished, Target: "host/erp-app", Coverage: estate.Timeout, Problem: "no answer in time", Mend: "check the firewall"},
		{Kind: discover.Stopped, Target: "host/intf"},
		{Kind: discover.Done, Summary: &discover.Summary{Read: 1, Missing: 1, Skipped: 1, Stopped: 1}},
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	tell := discover.Plain(&out)
	for _, e := range script() {
		tell(e)
	}
	require.Equal(t, `- host/bastion  read by an earlier run
◐ host/erp-db  known  1.2 s  2 gaps
✗ host/erp-app  timeout  0.0 s
  no answer in time
  mend: check the firewall
- host/intf  not read: the run was stopped
1 read, 1 missing, 1 of earlier runs, 1 not read
`, out.String())
}

// TestLive replays the view on a tiny terminal, and looks at what stands there.
func TestLive(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	view := discover.NewLive(&out, 40, 1)
	events := script()
	for _, e := range events[:6] {
		view.Tell(e)
	}
	require.Equal(t, []string{"- host/bastion  read by an earlier run", "… 1 of 4", "  host/erp-db", "  and 2 more"}, screen(out.String()))
	for _, e := range events[6:] {
		view.Tell(e)
	}
	shown := screen(out.String())
	require.Equal(t, "1 read, 1 missing, 1 of earlier runs, 1 not read", shown[len(shown)-1])
	require.NotContains(t, strings.Join(shown, "\n"), "…", "the view is gone at the end")
	for line := range strings.SplitSeq(out.String(), "\n") {
		if strings.HasPrefix(line, "  host/") {
			require.LessOrEqual(t, len([]rune(line)), 39, "a line that wraps breaks the redrawing")
		}
	}
}

// screen applies the two movements that the view uses.
func screen(written string) []string {
	var lines []string
	for part := range strings.SplitSeq(written, "\n") {
		for {
			at := strings.Index(part, "\x1b[")
			if at < 0 {
				break
			}
			var up int
			if _, err := fmt.Sscanf(part[at:], "\x1b[%dA\r\x1b[J", &up); err != nil {
				return append(lines, "unknown movement: "+part)
			}
			lines = lines[:len(lines)-up]
			part = part[at+strings.Index(part[at:], "J")+1:]
		}
		lines = append(lines, part)
	}
	return lines[:len(lines)-1]
}

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"nightferry/cutover"
	"nightferry/cutover/journal"
	"nightferry/internal/outcome"
	"nightferry/internal/runbook"
	"nightferry/tui/look"
)

func newCutoverStatus(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status [WAVE]",
		Short: "Tell where a night stands, from its journal alone",
		Long: `status reads the journal of the last run of WAVE, or of all waves. It needs no
engine. Exit codes: 0 committed, 4 rolled back, 5 it has not ended.`,
		Example: `  nightferry cutover status
  nightferry cutover status wave-1 --json | jq .mode`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			d, err := a.open()
			if err != nil {
				return err
			}
			defer closing(d, &err)
			n, state, err := lastNight(d, strings.Join(args, ""))
			if err != nil {
				return err
			}
			if state == nil {
				return outcome.Mend(outcome.Misused(errors.New("no night was begun here")), "begin one with: nightferry cutover run WAVE")
			}
			file, err := runbook.Load(d.Path(n.bookName()), nil)
			if err != nil {
				return err
			}
			live := state.Mode != cutover.ModeFinished && a.lives(cmd.Context(), n)
			if err := a.printStatus(state, file, live, asJSON); err != nil {
				return err
			}
			switch err := endOf(state); {
			case state.Mode == cutover.ModeFinished:
				return err
			case live:
				return outcome.Mend(err, "decide with: "+n.command("attach"))
			default:
				return outcome.Mend(fmt.Errorf("%w, and no engine runs it", err), "go on with: "+n.resume())
			}
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// lives says whether an engine answers for the run.
func (a *app) lives(ctx context.Context, n night) bool {
	client, err := a.join(ctx, n, false)
	if err != nil {
		return false
	}
	_ = client.Close() // it was only looked at
	return true
}

// standing is what status prints.
type standing struct {
	Version int             `json:"version"`
	Run     string          `json:"run"`
	Mode    cutover.Mode    `json:"mode"`
	Outcome cutover.Outcome `json:"outcome,omitempty"`
	Engine  bool            `json:"engine"` // one answers now
	Records int64           `json:"records"`
	Started time.Time       `json:"started"`
	Changed time.Time       `json:"changed"`
	Waiting []string        `json:"waiting"` // steps that wait for a person
	Steps   []stepStanding  `json:"steps"`
}

type stepStanding struct {
	ID      string         `json:"id"`
	Status  cutover.Status `json:"status"`
	Attempt int            `json:"attempt"`
	Reason  string         `json:"reason,omitempty"`
	Mend    string         `json:"mend,omitempty"`
}

func (a *app) printStatus(state *cutover.State, file *runbook.File, live, asJSON bool) error {
	s := standing{Version: 1, Run: state.Run, Mode: state.Mode, Outcome: state.Outcome, Engine: live, Records: state.Seq,
		Started: state.Started, Changed: state.Changed, Waiting: append([]string{}, state.Waiting()...)}
	for _, step := range file.Runbook.Steps {
		p := state.Step(step.ID)
		s.Steps = append(s.Steps, stepStanding{step.ID, p.Status, p.Attempt, p.Reason, p.Mend})
	}
	if asJSON {
		return writeJSON(a.stdout, s)
	}
	fmt.Fprintf(a.stdout, "run %s is %s; begun %s, %d records, the last at %s\n", s.Run, modeTold(state), s.Started.Local().Format(time.DateTime),
		s.Records, s.Changed.Local().Format(time.TimeOnly))
	table := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	for _, step := range s.Steps {
		p := state.Step(step.ID)
		glyph, _, _ := look.Palette{}.Status(p.Status)
		fmt.Fprintf(table, "  %s %s\t%s\t%s\t%s\n", glyph, step.ID, step.Status, tookTold(p), printable(step.Reason+mendTold(step.Mend)))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(s.Waiting) > 0 {
		fmt.Fprintf(a.stdout, "waits for a person: %s\n", strings.Join(s.Waiting, ", "))
	}
	return nil
}

// modeTold is what the run does, and who turned it back.
func modeTold(state *cutover.State) string {
	told := string(state.Mode)
	if state.Outcome != "" {
		told += ": " + string(state.Outcome)
	}
	if turn := state.Turn; !turn.At.IsZero() {
		told += ", by " + printable(turn.By+because(turn.Reason))
	}
	return told
}

func tookTold(p cutover.Step) string {
	if p.Started.IsZero() || p.Ended.Before(p.Started) {
		return ""
	}
	return look.Clock(p.Ended.Sub(p.Started))
}

func newCutoverStop(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "stop [WAVE]",
		Short: "Stop the engine of a night, which undoes nothing",
		Long: `stop ends the engine. What it was doing is broken off and looked at when
"cutover run" goes on. To turn the night back, attach and roll back instead.`,
		Example: `  nightferry cutover stop wave-1`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			d, err := a.open()
			if err != nil {
				return err
			}
			defer closing(d, &err)
			n, client, err := a.attached(cmd.Context(), d, args)
			if err != nil {
				return err
			}
			defer closing(client, &err)
			if _, err := client.Command(cmd.Context(), cutover.Command{ID: rand.Text(), Kind: cutover.OrderStop, By: who()}); err != nil {
				return err
			}
			for err == nil { // until the engine has said goodbye
				_, err = client.Next(cmd.Context())
			}
			a.remark("stopped; go on with: %s", n.resume())
			return cmd.Context().Err()
		},
	}
}

func newCutoverJournal(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "journal", Short: "Look into journals", Example: `  nightferry cutover journal verify`}
	var asJSON bool
	verify := &cobra.Command{
		Use:   "verify [FILE]...",
		Short: "Check that journals are whole: chain, form and story",
		Long: `verify checks every line of journals: its number, its form, the hash of the line
before, and that the story they tell is possible. Without FILE it checks all
journals of the engagement. The last hash may be kept elsewhere: a journal that
was rewritten as a whole is told by it.`,
		Example: `  nightferry cutover journal verify
  nightferry cutover journal verify journal/wave-1.20260307-220000-000.jsonl`,
		RunE: func(_ *cobra.Command, args []string) error { return a.verifyJournals(args, asJSON) },
	}
	jsonFlag(verify, &asJSON)
	cmd.AddCommand(verify)
	return cmd
}

func (a *app) verifyJournals(paths []string, asJSON bool) (err error) {
	if len(paths) == 0 {
		d, err := a.open()
		if err != nil {
			return err
		}
		defer closing(d, &err)
		runs, err := runsOf(d, "")
		if err != nil {
			return err
		}
		for _, n := range runs {
			paths = append(paths, n.journal())
		}
	}
	if len(paths) == 0 {
		a.remark("there is no journal yet")
	}
	var all []journal.Summary
	var faults []error
	for _, path := range paths {
		summary, err := journal.Verify(path)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		all = append(all, summary)
		if !asJSON {
			fmt.Fprintf(a.stdout, "✓ %s: %d records, last %s%s\n", filepath.Base(path), summary.Lines, summary.Last, tornTold(summary.Torn))
		}
	}
	if asJSON {
		err = writeJSON(a.stdout, struct {
			Version  int               `json:"version"`
			Journals []journal.Summary `json:"journals"`
		}{1, append([]journal.Summary{}, all...)})
	}
	if joined := errors.Join(faults...); joined != nil {
		return outcome.Found(joined)
	}
	return err
}

func tornTold(bytes int) string {
	if bytes == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d bytes of an unfinished line, which the next engine cuts off)", bytes)
}

package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"nightferry/cutover"
	"nightferry/cutover/action"
	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
	"nightferry/internal/runbook"
	"nightferry/internal/yamlfile"
)

func newCutover(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cutover",
		Short: "Drive a cutover night, watch it, and look into its journal",
		Example: `  nightferry cutover check wave-1
  nightferry cutover run wave-1
  nightferry cutover status`,
	}
	cmd.AddCommand(newCutoverCheck(a), newCutoverRun(a), newCutoverAttach(a), newCutoverStatus(a), newCutoverStop(a), newCutoverJournal(a), newCutoverEngine(a))
	return cmd
}

func newCutoverCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check WAVE",
		Short: "Check a runbook before the night, touching nothing",
		Long: `check reads runbooks/WAVE.yaml as the night will: every field of every step, the
order, the conditions, and whether engagement.yaml knows the hosts and servers
that it names.`,
		Example: `  nightferry cutover check wave-1`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			d, err := a.open()
			if err != nil {
				return err
			}
			defer closing(d, &err)
			file, err := loadRunbook(d, args[0])
			if err != nil {
				return err
			}
			if err := printRunbook(a.stdout, file); err != nil {
				return err
			}
			systems := touchedBy(file.Runbook)
			return errors.Join(systems.known(d.e), systems.admitted(d.e, file.Runbook))
		},
	}
}

// runOptions are the flags of `cutover run`.
type runOptions struct {
	plain    bool
	headless bool
	answers  string
	confirm  string
	again    bool
	despite  string
}

func newCutoverRun(a *app) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run WAVE",
		Short: "Begin the night of a wave, or go on with it",
		Long: `run starts an engine in the background that does the steps of runbooks/WAVE.yaml,
and shows them. The engine lives on when this terminal is closed: come back with
"cutover attach", from here or through ssh. Run again after a crash, it goes on
where the journal ends; a step in doubt is looked at, never assumed.

With --headless nobody is asked: the answers stand in a file.

  version: 1
  answers:
    - {step: erp-staging-decide, order: confirm, by: "Testa Approvera", reason: "rehearsal"}
    - {step: "*", order: rollback, by: "Testa Approvera", reason: "nobody is here to decide"}

An order is confirm, no-go, retry, skip or rollback; each answer is used once.

With --plain, lines are printed, and orders are typed:

  yes STEP | no STEP REASON | retry STEP | skip STEP REASON | rollback REASON
  hold | release | note TEXT

Exit codes: 0 committed, 4 rolled back, 5 a person must act.`,
		Example: `  nightferry cutover run wave-1
  nightferry cutover run wave-1 --headless --answers answers.yaml --confirm clinic-north
  nightferry cutover run wave-1 --despite "rehearsal, agreed with the ward"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.cutoverRun(cmd.Context(), args[0], o) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.plain, "plain", false, "print lines instead of drawing a screen, and take typed orders")
	flags.BoolVar(&o.headless, "headless", false, "ask nobody: answer from --answers")
	flags.StringVar(&o.answers, "answers", "", "with --headless, answers in `FILE`")
	flags.StringVar(&o.confirm, "confirm", "", "begin without asking: the engagement's `NAME`")
	flags.BoolVar(&o.again, "again", false, "begin a new run of a wave that was committed")
	flags.StringVar(&o.despite, "despite", "", "begin within a freeze or outside every window; the `REASON` is kept in the journal")
	cmd.MarkFlagsMutuallyExclusive("plain", "headless")
	return cmd
}

func (a *app) cutoverRun(ctx context.Context, wave string, o runOptions) (err error) {
	answers, err := loadAnswers(o.answers, o.headless)
	if err != nil {
		return err
	}
	d, err := a.open()
	if err != nil {
		return err
	}
	defer closing(d, &err)
	n, err := a.nightOf(d, wave, o)
	if err != nil {
		return err
	}
	client, err := a.join(ctx, n, true)
	if err != nil {
		return err
	}
	defer closing(client, &err)
	if n.text != nil && o.despite != "" {
		note := cutover.Command{ID: rand.Text(), Kind: cutover.OrderNote, By: who(), Reason: "begun despite the calendar: " + o.despite}
		if _, err := client.Command(ctx, note); err != nil {
			return err
		}
	}
	switch {
	case o.headless:
		return a.headless(ctx, n, client, answers)
	case o.plain || !a.interactive() || !a.out.terminal:
		return a.plain(ctx, n, client)
	}
	return a.screen(ctx, n, client)
}

// nightOf finds the run of a wave that is to be gone on with, or prepares a new one.
func (a *app) nightOf(d *desk, wave string, o runOptions) (night, error) {
	last, state, err := lastNight(d, wave)
	switch {
	case err != nil:
		return night{}, err
	case state != nil && state.Mode != cutover.ModeFinished:
		if o.confirm != "" { // not asked for again; but a wrong one means another engagement
			if err := confirmed(d.e, o.confirm); err != nil {
				return night{}, err
			}
		}
		a.remark("going on with run %s", last.run)
		return last, nil
	case state != nil && state.Outcome == cutover.Committed && !o.again:
		return night{}, outcome.Mend(outcome.Misused(fmt.Errorf("%s was committed in run %s", wave, last.run)), "to do it all again: --again")
	}
	file, err := loadRunbook(d, wave)
	if err != nil {
		return night{}, err
	}
	if err := a.mayBegin(d, file, o); err != nil {
		return night{}, err
	}
	n := night{desk: d, wave: wave, text: file.Text, run: wave + "." + strings.ReplaceAll(a.now().UTC().Format("20060102-150405.000"), ".", "-")}
	if d.Has(engagement.JournalFile(n.run)) {
		return night{}, fmt.Errorf("run %s exists already", n.run)
	}
	return n, nil
}

// mayBegin asks for the leave that the engagement states, and for the word of the person who begins.
func (a *app) mayBegin(d *desk, file *runbook.File, o runOptions) error {
	systems := touchedBy(file.Runbook)
	if err := errors.Join(systems.known(d.e), systems.admitted(d.e, file.Runbook), systems.authorised(d.e, a.now())); err != nil {
		return err
	}
	if err := inSeason(d.e, a.now()); err != nil && o.despite == "" {
		return err
	}
	if o.confirm == "" && a.interactive() {
		fmt.Fprintf(a.stderr, "%s: %s (%d steps, %s)\nIt changes running systems. To begin, type the engagement's name (%s): ",
			file.Runbook.Wave, file.Runbook.Title, len(file.Runbook.Steps), file.Runbook.Environment, d.e.Name)
		line, err := bufio.NewReader(a.stdin).ReadString('\n')
		if err != nil {
			return outcome.Interrupted(errors.New("nothing was begun"))
		}
		o.confirm = strings.TrimSpace(line)
	}
	return confirmed(d.e, o.confirm)
}

// confirmed wants the engagement's name, word for word.
func confirmed(e *engagement.Engagement, name string) error {
	if name == e.Name {
		return nil
	}
	return outcome.Mend(outcome.Misused(errors.New("a cutover begins only with the engagement's name; nothing was begun")),
		fmt.Sprintf("--confirm %q", e.Name))
}

// loadRunbook reads a wave's runbook with all that the kinds of steps know.
func loadRunbook(d *desk, wave string) (*runbook.File, error) {
	if err := engagement.CheckName(wave); err != nil {
		return nil, outcome.Mend(outcome.Misused(fmt.Errorf("%q is not the name of a wave: %w", wave, err)), "name the wave as plan.yaml does, such as wave-1")
	}
	name := engagement.RunbookFile(wave)
	if !d.Has(name) {
		return nil, outcome.Mend(outcome.Misused(fmt.Errorf("%s does not exist", d.Path(name))),
			"write runbooks with: nightferry plan; a wave gets one once target.moves in engagement.yaml says where its services go")
	}
	return runbook.Load(d.Path(name), action.Kinds())
}

// loadAnswers reads the answers of a run without people.
func loadAnswers(path string, headless bool) ([]cutover.Scripted, error) {
	if path == "" {
		return nil, nil
	}
	if !headless {
		return nil, outcome.Misused(errors.New("--answers answers for nobody without --headless"))
	}
	text, err := readLimited(path)
	if err != nil {
		return nil, outcome.Misused(fmt.Errorf("read the answers: %w", err))
	}
	var script struct {
		Version int                `yaml:"version"`
		Answers []cutover.Scripted `yaml:"answers"`
	}
	y := yamlfile.Parse(path, text)
	y.Bind(&script)
	if script.Version != 1 {
		y.Fault("version", "the version is not 1", "write version: 1")
	}
	for i, answer := range script.Answers {
		if err := answer.Check(); err != nil {
			y.Fault(fmt.Sprintf("answers[%d]", i), err.Error(), "")
		}
	}
	return script.Answers, y.Err()
}

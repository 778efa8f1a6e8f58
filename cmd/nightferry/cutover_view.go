package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nightferry/cutover"
	"nightferry/cutover/control"
	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
	"nightferry/tui"
)

func newCutoverAttach(a *app) *cobra.Command {
	var plain bool
	cmd := &cobra.Command{
		Use:   "attach [WAVE]",
		Short: "Watch a night that is going on, and answer its questions",
		Long: `attach joins the engine of the last run of WAVE, or of all waves. Any number of
people may be attached; the first answer counts. Leaving stops nothing.`,
		Example: `  nightferry cutover attach
  nightferry cutover attach wave-1 --plain`,
		Args: cobra.MaximumNArgs(1),
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
			if plain || !a.interactive() || !a.out.terminal {
				return a.plain(cmd.Context(), n, client)
			}
			return a.screen(cmd.Context(), n, client)
		},
	}
	cmd.Flags().BoolVar(&plain, "plain", false, "print lines instead of drawing a screen, and take typed orders")
	return cmd
}

// attached joins the engine of the last run of the wave that args name, or of all.
func (a *app) attached(ctx context.Context, d *desk, args []string) (night, *control.Client, error) {
	n, state, err := lastNight(d, strings.Join(args, ""))
	switch {
	case err != nil:
		return n, nil, err
	case state == nil:
		return n, nil, outcome.Mend(outcome.Misused(errors.New("no night was begun here")), "begin one with: nightferry cutover run WAVE")
	case state.Mode == cutover.ModeFinished:
		return n, nil, outcome.Mend(outcome.Misused(fmt.Errorf("run %s has ended: %s", n.run, state.Outcome)), "see it with: nightferry cutover status")
	}
	client, err := a.join(ctx, n, false)
	if err != nil {
		err = outcome.Stopped(outcome.Mend(err, "the run has not ended; go on with: "+n.resume()))
	}
	return n, client, err
}

// screen shows the night until the person leaves.
func (a *app) screen(ctx context.Context, n night, client *control.Client) error {
	seen, err := tui.Run(ctx, tui.Options{
		Book: client.Runbook().Runbook, Feed: client, Commander: client, By: who(), Journal: engagement.JournalFile(n.run), Resume: n.resume(),
		WindowEnd: func(began time.Time) time.Time { return windowEnd(n.desk.e.Dates(), began) },
		NewID:     rand.Text, Now: a.now, In: a.stdin, Out: a.stdout.to, Colour: a.out.color, // the terminal itself: it is asked for its size
	})
	if err != nil {
		return a.left(ctx, n, seen.State, err)
	}
	if seen.Lost != nil {
		return a.left(ctx, n, seen.State, seen.Lost)
	}
	return a.farewell(n, seen.State, seen.Ended)
}

// told passes a feed on, prints its records and keeps the state.
type told struct {
	cutover.Feed
	out   io.Writer
	state *cutover.State
}

// Next takes the next update.
func (t *told) Next(ctx context.Context) (cutover.Update, error) {
	u, err := t.Feed.Next(ctx)
	if err == nil {
		err = t.take(u)
	}
	return u, err
}

func (t *told) take(u cutover.Update) error {
	if u.Record == nil {
		return nil
	}
	if err := t.state.Apply(*u.Record); err != nil {
		return err
	}
	line := recordLine(*u.Record)
	if took := tookTold(t.state.Step(endedStep(u.Record.Event))); took != "" {
		line += ", took " + took
	}
	_, err := fmt.Fprintln(t.out, line)
	return err
}

// headless answers from a script until the run ends or a question has no answer.
func (a *app) headless(ctx context.Context, n night, client *control.Client, answers []cutover.Scripted) error {
	feed := &told{client, a.stdout, cutover.NewState()}
	err := cutover.Drive(ctx, client, feed, client.Hello().Live, answers)
	if _, open := errors.AsType[*cutover.UnansweredError](err); open {
		return outcome.Mend(err, "the engine waits for a person: "+n.command("attach"))
	}
	return a.left(ctx, n, feed.state, err)
}

// plain prints lines and takes typed orders.
func (a *app) plain(ctx context.Context, n night, client *control.Client) error {
	if err := legend(a.stdout, client.Runbook().Runbook); err != nil {
		return err
	}
	feed := &told{client, a.stdout, cutover.NewState()}
	type next struct {
		update cutover.Update
		err    error
	}
	updates, typed := make(chan next), make(chan string)
	go func() {
		for {
			u, err := client.Next(ctx)
			updates <- next{u, err}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		for lines := bufio.NewScanner(a.stdin); lines.Scan(); {
			typed <- lines.Text()
		}
	}()
	for {
		heard := typed
		if feed.state.Seq < client.Hello().Live {
			heard = nil // answers are to what was shown, and that is still history
		}
		select {
		case line := <-heard:
			if err := order(ctx, client, feed.state, line); err != nil {
				fmt.Fprintf(a.stderr, "nightferry: %s\n", printable(err.Error()))
			}
		case got := <-updates:
			err := got.err
			if err == nil {
				err = feed.take(got.update)
			}
			switch {
			case errors.Is(err, io.EOF):
				return a.left(ctx, n, feed.state, nil)
			case err != nil:
				return a.left(ctx, n, feed.state, err)
			}
		}
	}
}

// order carries out what was typed. The answer to a question is to the one that was printed last.
func order(ctx context.Context, to cutover.Commander, state *cutover.State, line string) error {
	if strings.TrimSpace(line) == "" {
		return nil
	}
	c, err := parseOrder(line)
	if err != nil {
		return err
	}
	c.ID, c.By = rand.Text(), who()
	if c.Kind == cutover.OrderConfirm || c.Kind == cutover.OrderNoGo {
		c.Asked = state.Step(c.Step).Asked
	}
	_, err = to.Command(ctx, c)
	return err
}

// left tells how a viewer's time ended.
func (a *app) left(ctx context.Context, n night, state *cutover.State, err error) error {
	switch {
	case state.Mode == cutover.ModeFinished:
		return a.farewell(n, state, true)
	case ctx.Err() != nil:
		a.remark("the engine goes on; come back with: %s", n.command("attach"))
		return outcome.Interrupted(errors.New("you left the night"))
	case err != nil:
		return outcome.Stopped(outcome.Mend(err, "go on with: "+n.resume()))
	}
	return a.farewell(n, state, true)
}

// farewell turns the state a viewer saw last into the end of the command.
func (a *app) farewell(n night, state *cutover.State, ended bool) error {
	switch {
	case state.Outcome == cutover.RolledBack:
		return endOf(state)
	case state.Outcome == cutover.Committed:
		a.remark("committed; the journal is %s", n.journal())
		return nil
	case ended:
		return outcome.Stopped(outcome.Mend(fmt.Errorf("the engine stopped before the end of the run: %s", tail(n.log())), "go on with: "+n.resume()))
	}
	a.remark("the engine goes on; come back with: %s", n.command("attach"))
	return nil
}

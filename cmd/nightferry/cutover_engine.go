package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"nightferry/cutover"
	"nightferry/cutover/action"
	"nightferry/cutover/control"
	"nightferry/cutover/journal"
	"nightferry/internal/engagement"
	"nightferry/internal/outcome"
	"nightferry/internal/runbook"
)

// newCutoverEngine makes the command that `cutover run` starts in the background. People have no need of it.
func newCutoverEngine(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "engine RUN",
		Short:  "Be the engine of a run",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			d, err := a.open()
			if err != nil {
				return err
			}
			defer closing(d, &err)
			wave, _, ok := strings.Cut(args[0], ".")
			n := night{desk: d, wave: wave, run: args[0]}
			if !ok || !d.Has(n.bookName()) {
				return outcome.Misused(fmt.Errorf("there is no run %s", args[0]))
			}
			return a.engine(cmd.Context(), n)
		},
	}
}

// engine drives a run to its end.
func (a *app) engine(ctx context.Context, n night) (err error) {
	log := slog.New(slog.NewTextHandler(a.stderr, nil))
	file, err := runbook.Load(n.desk.Path(n.bookName()), action.Kinds())
	if err != nil {
		return err
	}
	ways, err := newReach(ctx, n.desk.e, a.env, engagement.ForCutover)
	if err != nil {
		return err
	}
	defer closing(ways, &err)
	records, err := journal.Open(n.journal(), log)
	if err != nil {
		return err
	}
	defer closing(records, &err)
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	e, err := cutover.New(cutover.Options{
		File: file, Run: n.run, By: who(), Host: host, Journal: records, Now: a.now,
		Actions: &action.Registry{Machines: ways, Web: ways, Databases: ways, Shelf: n.desk},
	})
	if err != nil {
		return err
	}
	access := engagement.Access{At: a.now().UTC(), Who: who(), Role: "operators of the night", System: n.wave, What: "cutover run " + n.run + ": every act is in its journal"}
	if err := n.desk.LogAccess(access); err != nil {
		return err
	}
	return a.serve(ctx, n, e, log)
}

// serve runs the engine behind its socket. Viewers are told the end before the socket goes.
func (a *app) serve(ctx context.Context, n night, e *cutover.Engine, log *slog.Logger) error {
	socket, err := control.Socket(a.env, n.journal())
	if err != nil {
		return err
	}
	server, err := control.Listen(ctx, socket, log)
	if err != nil {
		return err
	}
	if err := n.desk.Write(n.doorName(), []byte(socket)); err != nil {
		return err
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	served := make(chan error, 1)
	go func() { served <- server.Serve(serving, e) }()
	log.Info("the engine runs", "run", n.run, "socket", socket, "process", os.Getpid())
	err = e.Run(ctx)
	stop()
	return errors.Join(err, <-served)
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"nightferry/internal/outcome"
)

// interruptible returns a context that the first SIGINT or SIGTERM cancels;
// the second ends the process at once. The returned function gives the signals
// back to the system.
func interruptible(ctx context.Context, stderr io.Writer) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
			fmt.Fprintln(stderr, "nightferry: stopping; once more ends it at once")
			cancel()
		case <-done:
			return
		}
		select {
		case <-signals:
			os.Exit(outcome.CodeInterrupted)
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}

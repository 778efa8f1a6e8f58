package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"

	"nightferry/internal/outcome"
)

// interruptible returns a context that the first SIGINT or SIGTERM cancels;
// the second ends the process at once. The returned function gives the signals
// back to the system.
//
// SIGQUIT and SIGABRT end the process, too, and tell where it was: by the names
// of functions. Go's own dump of them would print registers and arguments,
// which can hold a piece of a row.
func interruptible(ctx context.Context, stderr io.Writer) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	quits := make(chan os.Signal, 1)
	signal.Notify(quits, syscall.SIGQUIT, syscall.SIGABRT)
	done := make(chan struct{})
	go func() {
		select {
		case <-quits:
			fmt.Fprintln(stderr, "nightferry: ended by a signal; it was here:")
			_ = pprof.Lookup("goroutine").WriteTo(stderr, 1) // whoever reads it is the last to know
			os.Exit(outcome.CodeInterrupted)
		case <-done:
		}
	}()
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
		signal.Stop(quits)
		close(done)
		cancel()
	}
}

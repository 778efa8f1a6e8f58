package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// waitForInterruption is a program for tests (see TestMain): it says that it
// is ready, waits for the first signal and says so. With an argument it then
// goes on for ever, as a command that does not heed its context.
func waitForInterruption() {
	ctx, _ := interruptible(context.Background(), os.Stderr)
	if len(os.Args) > 1 && os.Args[1] == "holding" {
		held := make(chan struct{})
		go holdValue(heldValue, held, make(chan struct{}))
		<-held
	}
	fmt.Println("ready")
	<-ctx.Done()
	fmt.Println("cancelled")
	if len(os.Args) > 1 {
		select {}
	}
	os.Exit(report(os.Stderr, fmt.Errorf("wait: %w", ctx.Err())))
}

func TestFirstSignalStopsCleanly(t *testing.T) {
	t.Parallel()
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			p := startWaiter(t)
			p.signal(t, sig)
			require.Equal(t, 130, p.wait(t))
			require.Equal(t, "nightferry: stopping; once more ends it at once\nnightferry: wait: context canceled\n", p.stderr.String())
		})
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := startWaiter(t, "deaf")
	p.signal(t, os.Interrupt)
	p.expect(t, "cancelled")
	p.signal(t, os.Interrupt)
	require.Equal(t, 130, p.wait(t))
	require.Equal(t, "nightferry: stopping; once more ends it at once\n", p.stderr.String())
}

// TestQuitQuotesNothing: a value that a function is called with, or that lies in a register, is not in the dump.
func TestQuitQuotesNothing(t *testing.T) {
	t.Parallel()
	for _, sig := range []os.Signal{syscall.SIGQUIT, syscall.SIGABRT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			p := startWaiter(t, "holding")
			p.signal(t, sig)
			require.Equal(t, 130, p.wait(t))
			require.Contains(t, p.stderr.String(), ".holdValue+", "without the place this test proves nothing")
			require.NotContains(t, p.stderr.String(), fmt.Sprintf("%x", heldValue))
			require.NotContains(t, p.stderr.String(), "goroutine 1 [")
		})
	}
}

// heldValue is eight characters of a patient's name as a function may be called with.
const heldValue = uint64(0x5175617a6c696e67)

// holdValue says that it runs, and holds a value in its arguments until the process ends.
//
//go:noinline
func holdValue(value uint64, held, wait chan struct{}) uint64 {
	close(held)
	<-wait
	return value
}

// waiter is a running waitForInterruption.
type waiter struct {
	cmd    *exec.Cmd
	lines  *bufio.Scanner
	stderr bytes.Buffer
}

func startWaiter(t *testing.T, args ...string) *waiter {
	t.Helper()
	p := &waiter{cmd: exec.CommandContext(t.Context(), "waiter", args...)}
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	p.lines = bufio.NewScanner(out)
	p.expect(t, "ready")
	return p
}

func (p *waiter) expect(t *testing.T, line string) {
	t.Helper()
	require.True(t, p.lines.Scan())
	require.Equal(t, line, p.lines.Text())
}

func (p *waiter) signal(t *testing.T, sig os.Signal) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(sig))
}

func (p *waiter) wait(t *testing.T) int {
	t.Helper()
	for p.lines.Scan() {
		// Wait closes the pipe; everything is read first.
	}
	var exit *exec.ExitError
	require.ErrorAs(t, p.cmd.Wait(), &exit)
	return exit.ExitCode()
}

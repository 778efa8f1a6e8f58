package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"nightferry/internal/outcome"
)

// app is what every subcommand is wired with: the process's surroundings and
// the global flags. A subcommand is one constructor, newX(*app) *cobra.Command,
// added in newRoot.
//
// The flags' fields, the screens and the logger hold their values from the
// moment a command's RunE begins, not in its constructor.
type app struct {
	env    func(string) (string, bool)
	stdin  io.Reader
	stdout *results
	stderr io.Writer
	now    func() time.Time

	out screen // facts of stdout
	err screen // facts of stderr
	log *slog.Logger

	dir     string // engagement folder
	quiet   bool   // no progress, no remarks; results and errors only
	noInput bool
	noColor bool
	logFile string
	debug   bool

	opened []io.Closer
}

// interactive says whether a person can be asked: both ends of the
// conversation are terminals, and --no-input was not given.
func (a *app) interactive() bool {
	return !a.noInput && a.err.terminal && isTerminal(a.stdin)
}

// remark writes one line for the person at the keyboard to stderr, unless -q was given.
func (a *app) remark(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.stderr, format+"\n", args...)
	}
}

// settle takes the global flags into use. It runs after they were parsed and
// before the command itself.
func (a *app) settle() error {
	a.out = screenOf(a.stdout.to, a.env, a.noColor)
	a.err = screenOf(a.stderr, a.env, a.noColor)
	if a.logFile == "" {
		if a.debug {
			return outcome.Mend(outcome.Misused(fmt.Errorf("--debug says more in the log, and there is no log")), "add --log FILE")
		}
		return nil
	}
	// 0600: a log names hosts, databases and accounts.
	file, err := os.OpenFile(a.logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return outcome.Misused(fmt.Errorf("open the log: %w", err))
	}
	a.opened = append(a.opened, file)
	level := slog.LevelInfo
	if a.debug {
		level = slog.LevelDebug
	}
	a.log = slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: level}))
	return nil
}

// close releases what settle opened and returns the first error.
func (a *app) close() error {
	var first error
	for _, c := range a.opened {
		if err := c.Close(); err != nil && first == nil {
			first = err
		}
	}
	a.opened = nil
	return first
}

// results is stdout. It remembers the first error, so that a full disk ends
// the run as a failure without every line of output being asked.
type results struct {
	to  io.Writer
	err error
}

func (r *results) Write(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.to.Write(p)
	if err != nil {
		r.err = fmt.Errorf("write the results: %w", err)
	}
	return n, err
}

// Package outcome says how a run of nightferry ended: the exit code and the
// mend are properties of the error that ended it.
//
// An error that nobody marked is a plain failure (exit code 1). Where a stage
// knows better it marks its error once, as near to the cause as it can:
//
//	return outcome.Found(fmt.Errorf("3 of 9 hosts could not be read"))
//	return outcome.Mend(err, "grant pg_monitor to "+role)
//
// Marks survive wrapping with %w and joining with errors.Join. Any error type
// of another package takes part by having the method ExitCode() int or
// Mend() string.
package outcome

import (
	"context"
	"errors"
)

// The exit codes of nightferry. Scripts depend on them: a number never changes its meaning.
const (
	CodeDone        = 0   // all that was asked for was done
	CodeFailed      = 1   // it could not be done
	CodeMisused     = 2   // the command line or a file the user wrote is wrong; nothing was begun
	CodeFound       = 3   // done, and blockers, gaps or mismatches were found
	CodeRolledBack  = 4   // the cutover was rolled back
	CodeStopped     = 5   // the cutover stopped; a person must act
	CodeInterrupted = 130 // the user interrupted it
)

// codeError and mendError are two types, so that adding a mend does not hide
// the code of the error inside, nor the other way round.
type codeError struct {
	error
	code int
}

func (e *codeError) Unwrap() error { return e.error }
func (e *codeError) ExitCode() int { return e.code }

type mendError struct {
	error
	mend string
}

func (e *mendError) Unwrap() error { return e.error }
func (e *mendError) Mend() string  { return e.mend }

func withCode(err error, code int) error {
	if err == nil {
		return nil
	}
	return &codeError{err, code}
}

// Misused marks err as wrong use: a bad flag, argument or file that the user wrote.
// A nil err stays nil, here and in the other functions of this package.
func Misused(err error) error { return withCode(err, CodeMisused) }

// Found marks err as news, not failure: the work was done, and it turned up
// blockers, gaps or mismatches.
func Found(err error) error { return withCode(err, CodeFound) }

// RolledBack marks err as the end of a cutover that went back to the legacy side.
func RolledBack(err error) error { return withCode(err, CodeRolledBack) }

// Stopped marks err as the end of a cutover that waits for a person.
func Stopped(err error) error { return withCode(err, CodeStopped) }

// Interrupted marks err as the user's own wish to stop.
func Interrupted(err error) error { return withCode(err, CodeInterrupted) }

// Mend attaches what would mend err, in words or as a command to type.
// The exit code stays what it was.
func Mend(err error, mend string) error {
	if err == nil {
		return nil
	}
	return &mendError{err, mend}
}

// Code returns the exit code of a run that ended with err: 0 for nil, else the
// outermost mark. Unmarked cancellation is an interruption, since nothing but
// the user cancels a whole run.
func Code(err error) int {
	var coded interface{ ExitCode() int }
	switch {
	case err == nil:
		return CodeDone
	case errors.As(err, &coded):
		return coded.ExitCode()
	case errors.Is(err, context.Canceled):
		return CodeInterrupted
	}
	return CodeFailed
}

// Mends returns what would mend err. The outermost mend of a chain speaks for
// the chain; joined errors each have their say, in order and without repeats.
func Mends(err error) []string {
	var mends []string
	seen := map[string]bool{}
	var walk func(error)
	walk = func(err error) {
		if m, ok := err.(interface{ Mend() string }); ok && m.Mend() != "" {
			if !seen[m.Mend()] {
				seen[m.Mend()] = true
				mends = append(mends, m.Mend())
			}
			return
		}
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			if inner := e.Unwrap(); inner != nil {
				walk(inner)
			}
		case interface{ Unwrap() []error }:
			for _, inner := range e.Unwrap() {
				walk(inner)
			}
		}
	}
	if err != nil {
		walk(err)
	}
	return mends
}

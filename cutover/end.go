package cutover

import "fmt"

// The exit codes that ends of a run carry.
const (
	exitFailed     = 1
	exitRolledBack = 4
	exitStopped    = 5
)

// EndError is the end of a run that cannot be gone on with: it was rolled back, or it had ended before.
type EndError struct {
	Run     string
	Outcome Outcome
	Already bool // it had ended before this engine
}

// Error tells the end.
func (e *EndError) Error() string {
	if e.Already {
		return fmt.Sprintf("run %s has ended: %s", e.Run, e.Outcome)
	}
	return fmt.Sprintf("run %s was rolled back", e.Run)
}

// ExitCode is 4 for a rollback of this engine's, 1 for a run that had ended before.
func (e *EndError) ExitCode() int {
	if e.Already {
		return exitFailed
	}
	return exitRolledBack
}

// StoppedError is an engine that ended before its run did.
type StoppedError struct {
	Run   string
	Wave  string
	Cause error
}

// Error names the run and the cause.
func (e *StoppedError) Error() string { return fmt.Sprintf("run %s stopped: %v", e.Run, e.Cause) }

// Unwrap is the cause.
func (e *StoppedError) Unwrap() error { return e.Cause }

// ExitCode is 5: a person must act.
func (e *StoppedError) ExitCode() int { return exitStopped }

// Mend is the command that goes on.
func (e *StoppedError) Mend() string { return "go on with: nightferry cutover run " + e.Wave }

// JournalError is a journal that could not be written. Nothing is done that cannot be journaled.
type JournalError struct {
	Run   string
	Event Type
	Cause error
}

// Error names the run and the event that is not in the journal.
func (e *JournalError) Error() string {
	return fmt.Sprintf("run %s stopped: the journal does not take %s: %v", e.Run, e.Event, e.Cause)
}

// Unwrap is the cause.
func (e *JournalError) Unwrap() error { return e.Cause }

// ExitCode is 5: a person must act.
func (e *JournalError) ExitCode() int { return exitStopped }

// Mend says how to go on.
func (e *JournalError) Mend() string {
	return "make the journal's folder writable (free space, mount, rights), then run the same command again"
}

// ChangedError is a runbook that is not the one the run began with.
type ChangedError struct{ Run, Was, Is string }

// Error names both texts.
func (e *ChangedError) Error() string {
	return fmt.Sprintf("run %s began with runbook %.12s, this one is %.12s", e.Run, e.Was, e.Is)
}

// Mend says how to go on.
func (e *ChangedError) Mend() string {
	return "a run keeps the text it began with: use the copy beside its journal, or roll back and begin a new run"
}

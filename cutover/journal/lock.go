package journal

import "fmt"

// LockedError is a journal that another process writes.
type LockedError struct{ Path string }

// Error names the lock.
func (e *LockedError) Error() string {
	return fmt.Sprintf("%s is held: another engine writes this journal", e.Path)
}

// ExitCode is 5: a person must act.
func (e *LockedError) ExitCode() int { return 5 }

// Mend is the command that joins the other engine.
func (e *LockedError) Mend() string { return "join it with: nightferry cutover attach" }

package hardening

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Apply forbids core dumps of this process and of what it starts, and makes
// the process undumpable, so that others of the same user can neither trace it
// nor read its memory under /proc. It has to run before the first connection.
func Apply() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbid core dumps: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("make the process undumpable: %w", err)
	}
	return nil
}

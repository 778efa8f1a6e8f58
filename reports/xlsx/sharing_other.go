//go:build !windows

package xlsx

// isSharingViolation is a matter of Windows: elsewhere an open file can be replaced, and inUse looks for
// the locks of the programs themselves.
func isSharingViolation(error) bool { return false }

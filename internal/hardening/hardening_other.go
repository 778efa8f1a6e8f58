//go:build !linux

package hardening

// Apply does nothing here: these doors are Linux's, which is where cutovers are driven from.
func Apply() error { return nil }

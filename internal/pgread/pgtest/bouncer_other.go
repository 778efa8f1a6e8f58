//go:build !linux

package pgtest

import (
	"testing"

	"nightferry/internal/pgread"
)

// Bouncer knows no way to run a pooler elsewhere.
func (c *Cluster) Bouncer(tb testing.TB, _, _, _ string) pgread.Config {
	tb.Helper()
	tb.Skip("no pooler for the tests on this system")
	return pgread.Config{}
}

package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDays(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{"7d": 7 * day, "1d12h": 36 * time.Hour, "2w": 14 * day, "90m": 90 * time.Minute, "1w1d1h": 8*day + time.Hour, "10s": 10 * time.Second} {
		var d days
		require.NoError(t, d.Set(text))
		require.Equal(t, want, time.Duration(d), text)
		var again days
		require.NoError(t, again.Set(d.String()))
		require.Equal(t, d, again, "%s is written as %s", text, d.String())
	}
	for _, text := range []string{"", "7", "d", "-1d", "7x", "1d-1h", "0d", "0s", "99999d", "1h7d"} {
		var d days
		require.Error(t, d.Set(text), text)
	}
	for want, d := range map[string]time.Duration{"5m": 5 * time.Minute, "1h": time.Hour, "1h30m": 90 * time.Minute, "10s": 10 * time.Second, "1m10s": 70 * time.Second, "20m": 20 * time.Minute, "7d": 7 * day, "1d1m": day + time.Minute} {
		require.Equal(t, want, inDays(d))
	}
}

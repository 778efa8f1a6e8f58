package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
)

func TestParseOrder(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]cutover.Command{
		"yes go":                        {Kind: cutover.OrderConfirm, Step: "go"},
		" yes  go   the crew agrees ":   {Kind: cutover.OrderConfirm, Step: "go", Reason: "the crew agrees"},
		"no go rain":                    {Kind: cutover.OrderNoGo, Step: "go", Reason: "rain"},
		"rollback enough for today":     {Kind: cutover.OrderRollback, Reason: "enough for today"},
		"hold":                          {Kind: cutover.OrderHold},
		"note yes go is not meant here": {Kind: cutover.OrderNote, Reason: "yes go is not meant here"},
	} {
		got, err := parseOrder(line)
		require.NoError(t, err, line)
		require.Equal(t, want, got, line)
	}
	for _, line := range []string{"", "dance", "YES go", "yes", "skip", "stop", "yesgo"} {
		_, err := parseOrder(line)
		require.Error(t, err, line)
	}
}

func FuzzParseOrder(f *testing.F) {
	for _, line := range []string{"", "yes go", "no go rain", "rollback \x00", "\t \n"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c, err := parseOrder(line)
		if err == nil {
			require.NotEmpty(t, c.Kind)
			require.Empty(t, c.ID+c.By, "who orders is not typed")
		}
	})
}

package host

import (
	"bytes"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// TestShells runs the script in the shells of this machine, and expects the same questions answered by each.
func TestShells(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the script asks Linux")
	}
	for _, shell := range [][]string{{"dash"}, {"bash"}, {"busybox", "sh"}, {"ksh"}, {"mksh"}, {"zsh", "--emulate", "sh"}} {
		t.Run(shell[0], func(t *testing.T) {
			t.Parallel()
			program, err := exec.LookPath(shell[0])
			if err != nil {
				t.Skipf("no %s here", shell[0])
			}
			cmd := exec.CommandContext(t.Context(), program, append(shell[1:], "-s")...)
			cmd.Stdin = strings.NewReader(script("n0nce", false))
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			require.NoError(t, cmd.Run())
			require.Empty(t, errs.String(), "what is said on stderr could be anything")
			read := readTranscript(out.String(), "n0nce")
			require.True(t, read.hello)
			require.True(t, read.bye)
			for _, p := range probes() {
				coverage, problem := read.coverage(p.key)
				require.NotEqual(t, estate.Failed, coverage, "%s: %s", p.key, problem)
				require.NotEqual(t, estate.Timeout, coverage, "%s: %s", p.key, problem)
			}
			h := estate.UnreadHost("here", estate.UnknownEnv, estate.Collection{Coverage: estate.Known})
			fill(&h, read)
			require.NotEmpty(t, h.Identity.Value.Hostname)
			require.NotEmpty(t, h.Identity.Value.OS)
			require.Positive(t, h.Capacity.Value.MemoryBytes)
			require.NotEmpty(t, h.Processes.Value)
			require.NotEmpty(t, h.Mounts.Value)
			require.NotEmpty(t, h.Accounts.Value)
		})
	}
}

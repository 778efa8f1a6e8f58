package hardening_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"nightferry/internal/hardening"
)

const childEnv = "NIGHTFERRY_HARDENING_CHILD"

// TestMain lets the test binary play the hardened child: what Apply does
// cannot be undone, so it must not happen to the test process itself.
func TestMain(m *testing.M) {
	if mode := os.Getenv(childEnv); mode != "" {
		os.Exit(child(mode))
	}
	os.Exit(m.Run())
}

// child prints the two facts as the kernel tells them.
func child(mode string) int {
	if mode == "hardened" {
		if err := hardening.Apply(); err != nil {
			fmt.Println(err)
			return 1
		}
	}
	var core unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &core); err != nil {
		fmt.Println(err)
		return 1
	}
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Printf("core %d %d dumpable %d\n", core.Cur, core.Max, dumpable)
	return 0
}

func TestApply(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	run := func(mode string) string {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), childEnv+"="+mode)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	require.Contains(t, run("plain"), "dumpable 1", "without Apply the child is dumpable, else this test proves nothing")
	require.Equal(t, "core 0 0 dumpable 0\n", run("hardened"))
}

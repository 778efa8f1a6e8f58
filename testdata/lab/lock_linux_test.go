package lab

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := lock(dir, lockShared)
	require.NoError(t, err)
	second, err := lock(dir, lockShared)
	require.NoError(t, err, "shared holders do not exclude each other")

	got := make(chan string, 2)
	go func() {
		release, err := lock(dir, lockExclusive)
		if err == nil {
			got <- "exclusive"
			release()
		}
	}()
	waitTurnstile(t, dir)
	go func() {
		release, err := lock(dir, lockShared)
		if err == nil {
			got <- "latecomer"
			release()
		}
	}()
	first()
	require.Empty(t, got, "one shared holder is left")
	second()
	require.Equal(t, "exclusive", receive(t, got), "the latecomer queues behind the exclusive one")
	require.Equal(t, "latecomer", receive(t, got))
}

// waitTurnstile waits until somebody stands in the turnstile.
func waitTurnstile(t *testing.T, dir string) {
	t.Helper()
	require.Eventually(t, func() bool {
		file, err := os.Open(filepath.Join(dir, "tests.turnstile"))
		if err != nil {
			return false
		}
		defer file.Close()
		return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil
	}, 10*time.Second, time.Millisecond)
}

func receive(t *testing.T, got <-chan string) string {
	t.Helper()
	select {
	case who := <-got:
		return who
	case <-time.After(10 * time.Second):
		t.Fatal("nobody got the lock")
		return ""
	}
}

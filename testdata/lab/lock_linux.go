package lab

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// lock takes the lab across processes and returns the function that gives it back.
//
// Everyone passes the turnstile, one at a time, and an exclusive test waits inside it: so shared tests that
// come after it queue behind it, instead of keeping it waiting for as long as any of them runs.
func lock(dir string, kind lockKind) (func(), error) {
	turnstile, err := flock(filepath.Join(dir, "tests.turnstile"), syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer turnstile.Close() // which unlocks it
	how := syscall.LOCK_SH
	if kind == lockExclusive {
		how = syscall.LOCK_EX
	}
	held, err := flock(filepath.Join(dir, "tests.lock"), how)
	if err != nil {
		return nil, err
	}
	return func() { held.Close() }, nil
}

// flock opens the file and waits for its lock. The kernel releases it when the process ends, however.
func flock(path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(file.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		file.Close()
		return nil, &os.PathError{Op: "flock", Path: path, Err: err}
	}
	return file, nil
}

package lab_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/testdata/lab"
)

// restore has the lab up again when the test ends, whatever it did. (t.Context is over by then.)
func restore(t *testing.T, l *lab.Lab) {
	t.Helper()
	t.Cleanup(func() {
		out, err := exec.Command(l.Program(t), "up").CombinedOutput()
		require.NoError(t, err, "%s", out)
	})
}

func TestUpTwiceChangesNothing(t *testing.T) {
	l := lab.Exclusive(t)
	_, err := l.Command(t, "up") // whoever had the lab before may have left a machine stopped
	require.NoError(t, err)
	before := status(t, l)
	begin := time.Now()
	_, err = l.Command(t, "up")
	require.NoError(t, err)
	require.Less(t, time.Since(begin), time.Minute)
	require.Equal(t, before, status(t, l), "a machine was started again")
}

// status returns the name and PID of each machine, all of which have to serve.
func status(t *testing.T, l *lab.Lab) map[string]string {
	t.Helper()
	out, err := l.Command(t, "status")
	require.NoError(t, err)
	pids := map[string]string{}
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[0] != "MACHINE" {
			require.Equal(t, "serves", fields[len(fields)-1], line)
			pids[fields[0]] = fields[1]
		}
	}
	require.Len(t, pids, len(l.Machines()))
	return pids
}

func TestDownLeavesNothing(t *testing.T) {
	l := lab.Exclusive(t)
	require.NotEmpty(t, traces(t, l), "the lab is up: a look for its traces that finds none is worth nothing")
	restore(t, l)
	_, err := l.Command(t, "down")
	require.NoError(t, err)
	require.Empty(t, traces(t, l))
	_, err = l.Command(t, "down")
	require.NoError(t, err, "down when all is down")
}

// traces looks in the system, not in the lab's own records, for what belongs to the lab: processes, mounts in
// any mount namespace, network namespaces and interfaces, cgroups, and files of the run.
func traces(t *testing.T, l *lab.Lab) []string {
	t.Helper()
	var found []string
	for _, pattern := range []string{"/run/netns/nf-*", "/sys/class/net/nf-*", filepath.Join(l.Dir, "run", "*")} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		found = append(found, paths...)
	}
	processes, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(t, err)
	for _, process := range processes {
		if dead(process) {
			continue
		}
		if cgroup, err := os.ReadFile(filepath.Join(process, "cgroup")); err == nil && bytes.Contains(cgroup, []byte("/nf-")) {
			found = append(found, process+" in "+strings.TrimSpace(string(cgroup)))
		}
		mounts, err := os.ReadFile(filepath.Join(process, "mountinfo"))
		if err == nil && bytes.Contains(mounts, []byte(l.Dir+"/")) {
			found = append(found, process+" mounts what is in "+l.Dir)
		}
	}
	mounts, err := os.ReadFile("/proc/mounts")
	require.NoError(t, err)
	for line := range strings.Lines(string(mounts)) {
		if fields := strings.Fields(line); fields[2] == "cgroup2" {
			groups, err := filepath.Glob(filepath.Join(fields[1], "nf-*"))
			require.NoError(t, err)
			found = append(found, groups...)
		}
	}
	return found
}

// dead says whether a process has ended: it is gone, or its parent has not yet taken note.
func dead(process string) bool {
	stat, err := os.ReadFile(filepath.Join(process, "stat"))
	_, state, _ := strings.Cut(string(stat), ") ") // after the name, which is in brackets
	return err != nil || strings.HasPrefix(state, "Z") || strings.HasPrefix(state, "X")
}

// TestMachinesInheritNothing raises the lab with a file open, as under flock or in a pipe, and looks for it in
// what outlives the command.
func TestMachinesInheritNothing(t *testing.T) {
	l := lab.Exclusive(t)
	restore(t, l)
	_, err := l.Command(t, "down")
	require.NoError(t, err)
	file, err := os.Create(filepath.Join(t.TempDir(), "open"))
	require.NoError(t, err)
	defer file.Close()
	up := exec.CommandContext(t.Context(), l.Program(t), "up")
	up.ExtraFiles = []*os.File{file}
	out, err := up.CombinedOutput()
	require.NoError(t, err, "%s", out)
	descriptors, err := filepath.Glob("/proc/[0-9]*/fd/*")
	require.NoError(t, err)
	ours := 0
	for _, descriptor := range descriptors {
		if target, err := os.Readlink(descriptor); err != nil || target != file.Name() {
			continue // of another file, or closed meanwhile
		}
		require.Equal(t, fmt.Sprint(os.Getpid()), strings.Split(descriptor, "/")[2])
		ours++
	}
	require.Positive(t, ours, "this process has the file open: a look that does not find it is worth nothing")
}

// TestUpAfterBeingKilled ends `lab up` by SIGKILL at several moments of its work; the next one has to succeed.
func TestUpAfterBeingKilled(t *testing.T) {
	l := lab.Exclusive(t)
	restore(t, l)
	moments := map[string]func() bool{
		"networks are half made": func() bool { return exists("/run/netns/nf-net") },
		"machines are booting":   func() bool { return exists("/run/netns/nf-erp-db") },
	}
	for moment, come := range moments {
		t.Run(moment, func(t *testing.T) {
			_, err := l.Command(t, "down")
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			up := exec.CommandContext(ctx, l.Program(t), "up")
			require.NoError(t, up.Start())
			require.Eventually(t, come, 2*time.Minute, 2*time.Millisecond)
			require.NoError(t, up.Process.Signal(syscall.SIGKILL))
			require.Error(t, up.Wait(), "it was done before it was killed")

			_, err = l.Command(t, "up")
			require.NoError(t, err)
			status(t, l)
		})
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"nightferry/testdata/lab"
)

// TestLabScript runs testdata/script/lab: the command line on real servers. Beside what other scripts have
// there are
//
//	lab MACHINE COMMAND…   run a command as root in a machine
//	nocanaries PATH…       no secret and no patient of the lab is in these files, folders, stdout or stderr
//
// and the variables LAB (the lab's cache folder, with keys/ and pki/), ADDRESS_MACHINE (such as ADDRESS_erp_db:
// where its sshd listens; the bastion's is the one to begin with) and PASSWORD_ACCOUNT.
func TestLabScript(t *testing.T) {
	t.Parallel()
	const dir = "testdata/script/lab"
	scriptsOfLab, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	require.NoError(t, err)
	if len(scriptsOfLab) == 0 {
		t.Skip("there are no scripts yet")
	}
	l := lab.Shared(t)
	params := scripts(dir)
	params.Condition = func(condition string) (bool, error) {
		if condition != "platform" {
			return false, fmt.Errorf("unknown condition %q", condition)
		}
		return len(l.Truth().Kubernetes) > 0, nil
	}
	params.Setup = func(env *testscript.Env) error {
		env.Setenv("LAB", l.Dir)
		for name, m := range l.Machines() {
			env.Setenv("ADDRESS_"+strings.ReplaceAll(name, "-", "_"), m.SSH())
		}
		env.Setenv("ADDRESS_bastion", l.Machine(t, "bastion").Front)
		for account, password := range l.Canaries().Passwords {
			env.Setenv("PASSWORD_"+account, password)
		}
		return nil
	}
	params.Cmds["lab"] = func(ts *testscript.TestScript, neg bool, args []string) {
		if len(args) < 2 {
			ts.Fatalf("usage: lab MACHINE COMMAND…")
		}
		err := ts.Exec(l.Program(t), append([]string{"sh"}, args...)...)
		if (err != nil) != neg {
			ts.Fatalf("lab %s: %v", strings.Join(args, " "), err)
		}
	}
	params.Cmds["nocanaries"] = func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) == 0 {
			ts.Fatalf("usage: nocanaries PATH…")
		}
		for _, path := range args {
			if found := sightings(ts, l.Canaries(), path); len(found) > 0 {
				ts.Fatalf("canaries in %s:\n%s", path, strings.Join(found, "\n"))
			}
		}
	}
	testscript.Run(t, params)
}

// sightings looks for canaries in stdout, stderr, a file or a folder.
func sightings(ts *testscript.TestScript, canaries lab.Canaries, path string) []string {
	if path == "stdout" || path == "stderr" {
		return canaries.Find([]byte(ts.ReadFile(path)))
	}
	info, err := os.Stat(ts.MkAbs(path))
	ts.Check(err)
	if !info.IsDir() {
		return canaries.Find([]byte(ts.ReadFile(path)))
	}
	found, err := canaries.FindIn(os.DirFS(ts.MkAbs(path)))
	ts.Check(err)
	return found
}

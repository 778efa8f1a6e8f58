package main

import (
	"errors"
	"flag"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"nightferry/internal/pgread/pgtest"
)

var update = flag.Bool("update", false, "rewrite the scripts' expected output with what was seen")

func TestMain(m *testing.M) {
	testscript.Main(clustered{m}, map[string]func(){
		"nightferry": main,
		"waiter":     waitForInterruption,
	})
}

// clustered takes the PostgreSQL server of the tests down after them.
type clustered struct{ m *testing.M }

func (c clustered) Run() int { return pgtest.Main(c.m) }

// TestScript runs testdata/script: the command line as its users see it.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, scripts("testdata/script"))
}

// scripts describes a folder of scripts. Beside testscript's own commands they have
//
//	exits CODE COMMAND ARGS…   run COMMAND and require that exit code
func scripts(dir string) testscript.Params {
	return testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d\n%s", got, want, ts.ReadFile("stderr"))
	}
}

// Every command shows how it is used.
func TestEveryCommandHasAnExample(t *testing.T) {
	t.Parallel()
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			if sub.Hidden || sub.Name() == "help" || sub.Name() == "completion" {
				continue
			}
			require.NotEmpty(t, sub.Example, sub.CommandPath())
			walk(sub)
		}
	}
	walk(newRoot(&app{}))
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"nightferry/internal/outcome"
)

func TestReport(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  error
		code int
		want string
	}{
		"done":    {nil, 0, ""},
		"failed":  {errors.New("disk full"), 1, "nightferry: disk full\n"},
		"mended":  {outcome.Mend(outcome.Found(errors.New("one gap")), "grant it"), 3, "nightferry: one gap\n  mend: grant it\n"},
		"hostile": {errors.New("host \x1b]0;x\a\u202ename\r\nnext"), 1, "nightferry: host ]0;xname\nnext\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			require.Equal(t, tt.code, report(&stderr, tt.err))
			require.Equal(t, tt.want, stderr.String())
		})
	}
}

func TestPanicKeepsItsWordsToItself(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	code := func() (code int) {
		defer func() { code = reportPanic(&stderr, recover()) }()
		panic(fmt.Sprintf("row of %s", "Erika Testmann"))
	}()
	require.Equal(t, 1, code)
	require.Contains(t, stderr.String(), "panic of type string")
	require.Contains(t, stderr.String(), "exit_test.go:")
	require.NotContains(t, stderr.String(), "Testmann")
}

// TestErrorsBeforeRunEAreMisuse holds the rule for what cobra itself raises.
func TestErrorsBeforeRunEAreMisuse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		code int
	}{
		"required flag":   {[]string{"sail"}, 2},
		"too many args":   {[]string{"sail", "--port", "x", "a", "b"}, 2},
		"the command's":   {[]string{"sail", "--port", "x"}, 1},
		"bad global flag": {[]string{"sail", "--quiet=maybe"}, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &app{env: os.LookupEnv, stdout: &results{to: io.Discard}, stderr: io.Discard}
			root := newRoot(a)
			sail := &cobra.Command{Use: "sail", Args: cobra.MaximumNArgs(1), RunE: func(*cobra.Command, []string) error { return errors.New("storm") }}
			sail.Flags().String("port", "", "")
			require.NoError(t, sail.MarkFlagRequired("port"))
			root.AddCommand(sail)
			require.Equal(t, tt.code, outcome.Code(execute(t.Context(), root, tt.args)))
		})
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	vcs := []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123"},
		{Key: "vcs.time", Value: "2026-01-31T12:00:00Z"},
		{Key: "vcs.modified", Value: "true"},
	}
	tests := map[string]struct {
		info debug.BuildInfo
		want string
	}{
		"nothing known": {debug.BuildInfo{}, "devel"},
		"go run":        {debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "devel"},
		"a release":     {debug.BuildInfo{Main: debug.Module{Version: "v1.2.0"}, Settings: vcs[:2]}, "v1.2.0 (commit 0123456789ab, 2026-01-31T12:00:00Z)"},
		"a checkout": {
			debug.BuildInfo{Main: debug.Module{Version: "v0.0.0-20260131120000-0123456789ab+dirty"}, Settings: vcs},
			"devel (commit 0123456789ab, 2026-01-31T12:00:00Z, with changes that are not committed)",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, describe(&tt.info))
		})
	}
}

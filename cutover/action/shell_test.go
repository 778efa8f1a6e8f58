package action_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/cutover"
	"nightferry/cutover/action"
	"nightferry/internal/outcome"
	"nightferry/internal/remote"
	"nightferry/internal/runbook"
	"nightferry/testdata/lab"
)

func TestFailureOfACommand(t *testing.T) {
	t.Parallel()
	sudo := []byte("sudo: a password is required: Müller-Testmann\n")
	for name, c := range map[string]struct {
		result remote.Result
		argv   []string
		want   string
		mend   string
	}{
		"done":            {argv: action.AsRoot("systemctl", "stop", "odoo")},
		"it failed":       {remote.Result{ExitCode: 1, Stderr: []byte("Job failed")}, action.AsRoot("systemctl", "stop", "odoo"), "ended with exit code 1", ""},
		"root refused":    {remote.Result{ExitCode: 1, Stderr: sudo}, action.AsRoot("systemctl", "stop", "odoo"), "ferry is not allowed to run it on stg by sudo", "ferry ALL=(root) NOPASSWD: /usr/bin/systemctl stop odoo"},
		"account refused": {remote.Result{ExitCode: 1, Stderr: sudo}, action.AsAccount("postgres", "pg_dump", "-d", "x"), "not allowed", "ferry ALL=(postgres) NOPASSWD: /usr/bin/pg_dump"},
		"escaped":         {remote.Result{ExitCode: 1, Stderr: sudo}, action.AsRoot("/opt/gate", "a:b=c,d"), "not allowed", `ferry ALL=(root) NOPASSWD: /opt/gate a\:b\=c\,d`},
		"its own words":   {remote.Result{ExitCode: 1, Stderr: []byte("gate: sudo: no")}, action.AsRoot("/opt/gate"), "exit code 1", ""},
		"no sudo":         {remote.Result{ExitCode: 127}, action.AsRoot("systemctl"), "there is no sudo on stg", "install"},
		"without sudo":    {remote.Result{ExitCode: 1, Stderr: sudo}, []string{"true"}, "exit code 1", ""},
	} {
		err := action.Failure("stg", "ferry", "it", c.result, c.argv...)
		if c.want == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, c.want, name)
		require.NotContains(t, err.Error(), "Testmann", "what was printed is not quoted")
		if c.mend != "" {
			require.Contains(t, outcome.Mends(err)[0], c.mend, name)
		}
	}
}

// TestShellsOnTheLab shows how commands end that may not begin, do not end, or break a pipe.
func TestShellsOnTheLab(t *testing.T) {
	t.Parallel()
	c := newCrew(t, lab.Shared(t))
	registry := &action.Registry{Machines: c, Web: c, Databases: c, Shelf: c}
	made := func(kind string, with map[string]any) cutover.Action {
		act, err := registry.Action(runbook.Step{ID: "step", Kind: kind, With: with})
		require.NoError(t, err)
		return act
	}
	attempt := cutover.Attempt{Output: &bytes.Buffer{}, Memo: cutover.Memo{"active": "true"}}

	_, err := made("service.stop", map[string]any{"host": "stg", "unit": "cron"}).Do(t.Context(), attempt)
	require.ErrorContains(t, err, "ferry is not allowed to run systemctl stop on stg by sudo")
	require.Contains(t, outcome.Mends(err)[0], "ferry ALL=(root) NOPASSWD: /usr/bin/systemctl stop cron")

	probing := made("command", map[string]any{"host": "stg", "do": []any{"true"}, "probe": []any{"sudo", "-n", "cat", "/etc/shadow"}})
	answer, err := probing.Probe(t.Context(), attempt)
	require.ErrorContains(t, err, "not allowed")
	require.Equal(t, cutover.ProbeUnknown, answer, "who may not look does not know")

	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	result, err := made("command", map[string]any{"host": "stg", "do": []any{"sleep", "5"}}).Do(short, attempt)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Nil(t, result.Exit)

	require.NoError(t, action.Pipe(t.Context(), c, "stg", []string{"echo", "x"}, "cloud-app", []string{"cat"}))
	require.ErrorContains(t, action.Pipe(t.Context(), c, "stg", []string{"false"}, "cloud-app", []string{"grep", "x"}), "copying (reading) ended with exit code 1")
	require.ErrorContains(t, action.Pipe(t.Context(), c, "stg", []string{"cat", "/dev/zero"}, "cloud-app", []string{"false"}), "copying (writing) ended with exit code 1")
	ended, stop := context.WithCancelCause(t.Context())
	stop(errors.New("the run is turned back"))
	require.Error(t, action.Pipe(ended, c, "stg", []string{"true"}, "cloud-app", []string{"true"}))
}

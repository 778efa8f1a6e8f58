package engagement

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"
)

func TestSecretNeverPrints(t *testing.T) {
	t.Parallel()
	secrets := map[string]Secret{
		"[secret env NAME]":    {Env: "NAME"},
		"[secret file /s/f]":   {File: "/s/f"},
		"[secret exec pass]":   {Exec: []string{"/usr/bin/pass", "show", "hunter2"}},
		"[secret keyring erp]": {Keyring: "erp"},
		"[no secret]":          {},
	}
	for want, s := range secrets {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			holder := struct {
				Password Secret `json:"password" yaml:"password"`
			}{s}
			inJSON, err := json.Marshal(holder)
			require.NoError(t, err)
			inYAML, err := yaml.Marshal(holder)
			require.NoError(t, err)
			var log bytes.Buffer
			slog.New(slog.NewTextHandler(&log, nil)).Info("login", "password", s, "holder", holder)
			for _, printed := range []string{
				s.String(), fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s", s, holder, holder, s), string(inJSON), string(inYAML), log.String(),
			} {
				require.Contains(t, printed, want)
				require.NotContains(t, printed, "hunter2")
			}
		})
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the programs of this test are those of Unix")
	}
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		require.NoError(t, os.Chmod(path, mode))
		return path
	}
	env := func(name string) (string, bool) {
		value, set := map[string]string{"SET": "hunter2", "EMPTY": "", "LINES": "hunter2\nhunter3"}[name]
		return value, set
	}
	tests := map[string]struct {
		secret Secret
		want   string // the secret, or if it begins with "!", the end of the error
	}{
		"env":            {Secret{Env: "SET"}, "hunter2"},
		"env not set":    {Secret{Env: "NOT_SET"}, "!the variable is not set"},
		"env empty":      {Secret{Env: "EMPTY"}, "!it is empty"},
		"two lines":      {Secret{Env: "LINES"}, "!it has more than one line"},
		"file":           {Secret{File: file("own", "hunter2\n", 0o600)}, "hunter2"},
		"file, CRLF":     {Secret{File: file("crlf", "hunter2\r\n", 0o400)}, "hunter2"},
		"file of others": {Secret{File: file("open", "hunter2", 0o640)}, "!others than its owner can read the file"},
		"no file":        {Secret{File: filepath.Join(dir, "none")}, "!there is no such file"},
		"a folder":       {Secret{File: dir}, "!this is not a file"},
		"large file":     {Secret{File: file("large", strings.Repeat("hunter2", 10_000), 0o600)}, "!the file cannot be read, or is far too large"},
		"exec":           {Secret{Exec: []string{"printf", "%s\n", "hunter2"}}, "hunter2"},
		"exec, no shell": {Secret{Exec: []string{"printf", "%s", "$HOME;`id`"}}, "$HOME;`id`"},
		"exec fails":     {Secret{Exec: []string{"sh", "-c", "echo hunter2; echo hunter2 >&2; exit 7"}}, "!it ended with exit code 7"},
		"exec endless":   {Secret{Exec: []string{"yes", "hunter2"}}, "!it printed far too much"},
		"exec missing":   {Secret{Exec: []string{filepath.Join(dir, "none")}}, "!it could not be run"},
		"nothing":        {Secret{}, "!nothing is referred to"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.secret.Resolve(t.Context(), env)
			if end, fails := strings.CutPrefix(tt.want, "!"); fails {
				var failed *SecretError
				require.ErrorAs(t, err, &failed)
				require.Equal(t, end, failed.Text)
				require.NotEmpty(t, failed.Mend())
				require.Equal(t, 2, failed.ExitCode())
				require.NotContains(t, err.Error()+failed.Mend(), "hunter")
				require.Empty(t, got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

// TestExecEndsWithItsContext also has a grandchild that holds the pipe open.
func TestExecEndsWithItsContext(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the programs of this test are those of Unix")
	}
	started := filepath.Join(t.TempDir(), "started")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := Secret{Exec: []string{"sh", "-c", "sleep 8 & touch " + started + "; wait"}}.Resolve(ctx, noEnv)
		ended <- err
	}()
	require.Eventually(t, func() bool { _, err := os.Stat(started); return err == nil }, testDeadline, testTick)
	cancel()
	select {
	case err := <-ended:
		require.ErrorIs(t, err, context.Canceled)
	case <-time.After(5 * time.Second): // well within the grandchild's life
		require.Fail(t, "it waits for the grandchild")
	}
}

// TestKeyring does not run beside others: the stand-in for the system's keyring is one for the process.
func TestKeyring(t *testing.T) {
	keyring.MockInit()
	require.NoError(t, keyring.Set("nightferry", "erp", "hunter2"))
	got, err := Secret{Keyring: "erp"}.Resolve(t.Context(), noEnv)
	require.NoError(t, err)
	require.Equal(t, "hunter2", got)
	_, err = Secret{Keyring: "crm"}.Resolve(t.Context(), noEnv)
	require.EqualError(t, err, "[secret keyring crm]: the keyring has no such entry")

	keyring.MockInitWithError(fmt.Errorf("hunter2"))
	_, err = Secret{Keyring: "erp"}.Resolve(t.Context(), noEnv)
	require.EqualError(t, err, "[secret keyring erp]: the keyring does not answer")
}

func TestCheckSecrets(t *testing.T) {
	t.Parallel()
	text := `name: x
ssh: {user: u, password: {env: SSH}, operator: {password: {env: OPERATOR}}}
hosts: [{name: a, address: a.example}]
databases:
  - {name: d, address: d.example, user: u, password: {env: SET}, validation: {user: v, password: {env: VALIDATION}}}
odoo:
  - {name: o, url: https://o.example, database: d, user: u, password: {exec: [/none]}}
`
	env := func(name string) (string, bool) { return "hunter2", name == "SET" || name == "HOME" }
	for purpose, want := range map[Purpose][]string{
		ForDiscovery: {"2:26 [secret env SSH]: the variable is not set"},
		ForCutover: {
			"2:59 [secret env OPERATOR]: the variable is not set", "5:98 [secret env VALIDATION]: the variable is not set",
		},
	} {
		t.Run(string(purpose), func(t *testing.T) {
			t.Parallel()
			e, err := parse("e", []byte(text), env)
			require.NoError(t, err)
			require.Equal(t, want, list(problemsOf(t, e.CheckSecrets(t.Context(), env, purpose))))
			require.Equal(t, want, list(problemsOf(t, e.CheckSecrets(t.Context(), env, purpose))), "asked again, it says the same")
		})
	}
}

package cluster

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// program writes a shell script that a kubeconfig can name.
func program(t *testing.T, script string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	path := filepath.Join(t.TempDir(), "login")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700))
	return path
}

func TestPlugin(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ script, want string }{
		"a token":       {`case $KUBERNETES_EXEC_INFO in *ExecCredential*) echo '{"status":{"token":"t-'$A'"}}';; esac`, ""},
		"a failure":     {"echo secretword >&2; exit 3", "the credential plugin login failed"},
		"no credential": {"echo secretword", "printed no credential"},
		"a flood":       {"yes secretword", "printed far too much"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &plugin{version: "client.authentication.k8s.io/v1", command: program(t, tt.script), env: []string{"A=1"}}
			given, err := p.run(t.Context())
			if tt.want == "" {
				require.NoError(t, err)
				require.Equal(t, "t-1", given.Status.Token)
				return
			}
			require.ErrorIs(t, err, BadPlugin)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "secretword")
		})
	}
}

// TestPluginHangs: a plugin that waits for ever, with a child that holds its output open, ends with the deadline.
func TestPluginHangs(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := (&plugin{version: "client.authentication.k8s.io/v1", command: program(t, "sleep 60 & wait")}).run(ctx)
	require.ErrorContains(t, err, "gave no answer in time")
	require.Less(t, time.Since(began), 1300*time.Millisecond)
}

func TestPluginIsNotInstalled(t *testing.T) {
	t.Parallel()
	_, err := (&plugin{command: "nightferry-no-such-program"}).run(t.Context())
	require.ErrorContains(t, err, "is not installed")
}

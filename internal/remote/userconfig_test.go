package remote_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"nightferry/internal/remote"
)

// userConfig writes a file of OpenSSH's client, read by the real ssh, or by the library where ssh is not found.
func userConfig(t *testing.T, withSSH bool, text string) remote.UserConfig {
	t.Helper()
	home := t.TempDir()
	file := filepath.Join(home, "config")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	find := exec.LookPath
	if !withSSH {
		find = func(string) (string, error) { return "", exec.ErrNotFound }
	} else if _, err := find("ssh"); err != nil {
		leaveOut(t, "no ssh: install openssh-client")
	}
	env := func(name string) (string, bool) {
		value, set := map[string]string{"SSH_AUTH_SOCK": "/run/agent", "KEYS": filepath.Join(home, "keys"), "OTHER": "/run/other"}[name]
		return value, set
	}
	return remote.UserConfig{File: file, Home: home, Env: env, Find: find}
}

// sources runs a test with ssh and with the library.
func sources(t *testing.T, test func(t *testing.T, withSSH bool)) {
	t.Helper()
	for name, withSSH := range map[string]bool{"ssh -G": true, "library": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, withSSH)
		})
	}
}

// TestUserConfigReaches goes to a real machine by nothing but its alias: through a jump host that only the file knows.
func TestUserConfigReaches(t *testing.T) {
	t.Parallel()
	sources(t, func(t *testing.T, withSSH bool) {
		t.Helper()
		bastion, target := startSSHD(t), startSSHD(t)
		known := filepath.Join(t.TempDir(), "known")
		lines := "erp-key " + keyLine(target) + bracketed(bastion.Address) + " " + keyLine(bastion)
		require.NoError(t, os.WriteFile(known, []byte(lines), 0o600))
		choice := "Host erp-db"
		if withSSH {
			choice = `Match originalhost erp-db exec "test %n = erp-db"` // the library knows no Match
		}
		config := userConfig(t, withSSH, fmt.Sprintf(`
Include %s/more
%s
  HostName 127.0.0.1
  Port %s
  ProxyJump ops
  HostKeyAlias erp-key
Host *
  User %s
  IdentityFile %s
  UserKnownHostsFile %s
`, filepath.Dir(known), choice, portOf(target), target.User, target.KeyFile, known))
		more := fmt.Sprintf("Host ops\n  HostName 127.0.0.1\n  Port %s\n  IdentityFile %s\n  IdentityAgent none\n", portOf(bastion), bastion.KeyFile)
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(known), "more"), []byte(more), 0o600))

		endpoints, err := config.Complete(t.Context(), []remote.Endpoint{{Name: "erp", Address: "erp-db"}})
		require.NoError(t, err)
		d := newDialer(t, remote.Options{}, endpoints...)
		result, err := connect(t, d, "erp").Run(soon(t, 20*time.Second), remote.Command{Argv: []string{"echo", "there"}})
		require.NoError(t, err)
		require.Equal(t, "there\n", string(result.Stdout))
		hops, err := d.Hops("erp")
		require.NoError(t, err)
		require.Equal(t, []string{"jump/ops"}, hops)
	})
}

func TestUserConfigPrecedence(t *testing.T) {
	t.Parallel()
	sources(t, func(t *testing.T, withSSH bool) {
		t.Helper()
		config := userConfig(t, withSSH, `
Host erp-db
  HostName 10.0.0.5
  Port 2222
  User bob
  IdentityFile ${KEYS}/%r
  IdentityFile ~/absent
  IdentitiesOnly yes
  IdentityAgent $OTHER
  HostKeyAlias erp
  UserKnownHostsFile ~/k1 ~/k2
  ProxyJump ops@gate:2200,inner
Host inner
  ProxyJump never-heeded
Host gate
  HostName gate.clinic.example
  IdentityAgent none
Host quiet
  IdentityAgent none
  ProxyJump none
Host *.clinic
  HostName %h.example
  ProxyCommand none
`)
		keys := filepath.Join(config.Home, "keys")
		require.NoError(t, os.Mkdir(keys, 0o700))
		bob, _ := writeKey(t, filepath.Join(keys, "bob"))
		mine := remote.Auth{Agent: "/run/mine"}
		got, err := config.Complete(t.Context(), []remote.Endpoint{
			{Name: "all-from-file", Address: "erp-db"},
			{Name: "stated", Address: "erp-db:22", User: "eve", Auth: mine, Via: "bastion", HostKeyAlias: "x", KnownHosts: []string{"y"}},
			{Name: "bastion", Address: "b.clinic", User: "assess", Auth: mine, KnownHosts: []string{"y"}},
			{Name: "quiet", Address: "quiet", User: "assess", KnownHosts: []string{"y"}},
			{Name: "v6", Address: "fd00::1", User: "assess", Auth: mine, KnownHosts: []string{"y"}},
		})
		require.NoError(t, err)
		byName := map[string]remote.Endpoint{}
		for _, e := range got {
			byName[e.Name] = e
		}
		require.Len(t, byName, 7)
		e := byName["all-from-file"]
		require.Equal(t, "10.0.0.5:2222", e.Address)
		require.Equal(t, "bob", e.User)
		require.Equal(t, remote.Auth{Keys: []remote.Key{{Path: bob, IfUsable: true}}, Agent: "/run/other", OnlyKeys: true}, e.Auth)
		require.Equal(t, "erp", e.HostKeyAlias)
		require.Equal(t, "jump/inner", e.Via)
		require.Len(t, e.KnownHosts, 2)
		require.Equal(t, remote.Endpoint{Name: "stated", Address: "10.0.0.5:22", User: "eve", Auth: mine, Via: "bastion", HostKeyAlias: "x", KnownHosts: []string{"y"}}, byName["stated"])
		require.Equal(t, "b.clinic.example:22", byName["bastion"].Address)
		require.Empty(t, byName["quiet"].Auth.Agent)
		require.Empty(t, byName["quiet"].Via)
		require.Equal(t, "[fd00::1]:22", byName["v6"].Address)
		require.Equal(t, "inner:22", byName["jump/inner"].Address)
		require.Equal(t, "/run/agent", byName["jump/inner"].Auth.Agent)
		require.Equal(t, "jump/gate", byName["jump/inner"].Via)
		require.Equal(t, "gate.clinic.example:2200", byName["jump/gate"].Address)
		require.Equal(t, "ops", byName["jump/gate"].User)
		require.Empty(t, byName["jump/gate"].Auth.Agent)
	})
}

// TestUserConfigSharesHops: a jump host that is an endpoint already, or that two hosts share, is one endpoint.
func TestUserConfigSharesHops(t *testing.T) {
	t.Parallel()
	sources(t, func(t *testing.T, withSSH bool) {
		t.Helper()
		config := userConfig(t, withSSH, "Host bast\n  HostName 10.0.0.1\nHost outer\n  User ops\nHost bast a b\n  User assess\nHost a b\n  ProxyJump bast\nHost bast\n  ProxyJump outer\nHost c\n  ProxyJump eve@bast\n")
		got, err := config.Complete(t.Context(), []remote.Endpoint{
			{Name: "a", Address: "a"}, {Name: "b", Address: "b"}, {Name: "bastion", Address: "bast"}, {Name: "c", Address: "c"},
		})
		require.NoError(t, err)
		var ways []string
		for _, e := range got {
			ways = append(ways, e.Name+" via "+e.Via)
		}
		require.Equal(t, []string{"a via bastion", "b via bastion", "bastion via jump/outer", "c via jump/bast", "jump/outer via ", "jump/bast via jump/outer"}, ways)
	})
}

func TestUserConfigFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text    string
		problem string
		mend    string
	}{
		"ProxyCommand":              {"Host erp-db\n  ProxyCommand connect --password Quarzling %h %p\n", "ProxyCommand, which is not supported", "ProxyJump"},
		"ProxyCommand of a hop":     {"Host erp-db\n  ProxyJump gate\nHost gate\n  ProxyCommand Quarzling\n", "its jump host gate", "ProxyJump"},
		"a circle":                  {"Host erp-db\n  ProxyJump gate\nHost gate\n  ProxyJump door\nHost door\n  ProxyJump gate\n", "circle", "ProxyJump"},
		"no host in ProxyJump":      {"Host erp-db\n  ProxyJump ops@\n", "", ""},
		"an option for a jump host": {"Host erp-db\n  ProxyJump -oProxyCommand=Quarzling\n", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sources(t, func(t *testing.T, withSSH bool) {
				t.Helper()
				config := userConfig(t, withSSH, tt.text)
				_, err := config.Complete(t.Context(), []remote.Endpoint{{Name: "ok", Address: "ok"}, {Name: "erp", Address: "erp-db"}})
				failed := requireKind(t, err, kindOf(err))
				require.Contains(t, failed.Error(), tt.problem)
				require.Contains(t, failed.Mend(), tt.mend)
				if tt.problem != "" {
					require.Equal(t, "erp", failed.Name)
				}
			})
		})
	}
	t.Run("a mistyped line", func(t *testing.T) {
		t.Parallel()
		config := userConfig(t, true, "Host erp-db\n  Quarzling yes\n")
		_, err := config.Complete(t.Context(), []remote.Endpoint{{Name: "erp", Address: "erp-db"}, {Name: "b", Address: "b"}})
		failed := requireKind(t, err, remote.Misconfigured)
		require.Contains(t, failed.Error(), "at line 2")
		require.Equal(t, 1, strings.Count(err.Error(), "at line 2"), "a fault of the file is told once")
	})
	t.Run("Match without ssh", func(t *testing.T) {
		t.Parallel()
		config := userConfig(t, false, "Match host erp-db\n  User bob\n")
		_, err := config.Complete(t.Context(), []remote.Endpoint{{Name: "erp", Address: "erp-db"}})
		require.Contains(t, requireKind(t, err, remote.Misconfigured).Error(), "Match")
	})
	t.Run("no such file", func(t *testing.T) {
		t.Parallel()
		config := userConfig(t, true, "")
		config.File += "x"
		_, err := config.Complete(t.Context(), nil)
		requireKind(t, err, remote.Misconfigured)
	})
	t.Run("a Match that waits ends with us", func(t *testing.T) {
		t.Parallel()
		config := userConfig(t, true, "Match exec \"sleep 60\"\n  User bob\n")
		began := time.Now()
		_, err := config.Complete(soon(t, 300*time.Millisecond), []remote.Endpoint{{Name: "erp", Address: "erp-db"}})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Less(t, time.Since(began), 10*time.Second)
	})
}

// TestUserConfigKeys: a file names keys for many machines, so one that cannot be opened is left out, and said so.
func TestUserConfigKeys(t *testing.T) {
	t.Parallel()
	sshd := startSSHD(t)
	dir := t.TempDir()
	stranger, _ := writeKey(t, filepath.Join(dir, "stranger"))
	locked := filepath.Join(dir, "locked")
	text, err := os.ReadFile(sshd.KeyFile)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(locked, text, 0o600))
	require.NoError(t, exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-p", "-P", "", "-N", secretWord, "-f", locked).Run())
	agent, foreign := startAgent(t, sshd.KeyFile), startAgent(t, stranger)
	key := func(path string) []remote.Key { return []remote.Key{{Path: path, IfUsable: true}} }
	tests := map[string]struct {
		auth remote.Auth
		want remote.Kind // empty: let in
		mend string
	}{
		"locked, and nothing else":      {remote.Auth{Keys: key(locked)}, remote.AuthFailed, "ssh-add " + locked},
		"locked, the agent holds it":    {remote.Auth{Keys: key(locked), Agent: agent, OnlyKeys: true}, "", ""},
		"locked, the agent does not":    {remote.Auth{Keys: key(locked), Agent: foreign}, remote.AuthFailed, "ssh-add"},
		"missing, the agent holds it":   {remote.Auth{Keys: key(filepath.Join(dir, "absent")), Agent: agent}, "", ""},
		"only keys, the agent's is not": {remote.Auth{Keys: key(stranger), Agent: agent, OnlyKeys: true}, remote.AuthFailed, "authorized_keys"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := sshd.endpoint("erp-db")
			e.Auth, e.KnownHosts = tt.auth, []string{sshd.KnownHosts}
			client, err := newDialer(t, remote.Options{}, e).Client(t.Context(), "erp-db")
			if tt.want == "" {
				require.NoError(t, err)
				require.NoError(t, client.Close())
				return
			}
			require.Contains(t, requireKind(t, err, tt.want).Mend(), tt.mend)
		})
	}
}

func FuzzUserConfig(f *testing.F) {
	f.Add("Host a\n  HostName %h%%\n  Port 99999\n  ProxyJump a@b:c,,ssh://[::1]:22\n")
	f.Add("Host *\n  IdentityFile \"~/${X} %d\"\n  IdentityAgent ${HOME}\n  UserKnownHostsFile none\n")
	f.Fuzz(func(t *testing.T, text string) {
		if bytes.Contains(bytes.ToLower([]byte(text)), []byte("include")) {
			t.Skip("it would read this machine's files")
		}
		config := userConfig(t, false, text)
		got, err := config.Complete(t.Context(), []remote.Endpoint{{Name: "a", Address: "a"}, {Name: "b", Address: "b:1", User: "x"}})
		var ours *remote.Error
		if err != nil {
			require.ErrorAs(t, err, &ours)
			return
		}
		require.GreaterOrEqual(t, len(got), 2)
		_, _ = remote.New(got, remote.Options{}) // a circle by names alone may be refused, nothing may panic
	})
}

func kindOf(err error) remote.Kind {
	var failed *remote.Error
	errors.As(err, &failed)
	if failed == nil {
		return ""
	}
	return failed.Kind
}

func keyLine(d *daemon) string {
	return string(ssh.MarshalAuthorizedKey(d.HostKey))
}

func portOf(d *daemon) string {
	_, port, _ := net.SplitHostPort(d.Address)
	return port
}

func bracketed(address string) string {
	host, port, _ := net.SplitHostPort(address)
	return "[" + host + "]:" + port
}

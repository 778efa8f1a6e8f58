package remote_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"nightferry/internal/remote"
)

func TestRun(t *testing.T) {
	t.Parallel()
	sshd := startSSHD(t)
	client := connect(t, newDialer(t, remote.Options{KnownHosts: []string{sshd.KnownHosts}}, sshd.endpoint("erp-db")), "erp-db")

	t.Run("script", func(t *testing.T) {
		result, err := client.Run(t.Context(), remote.Command{Script: "echo one; echo two >&2; exit 3"})
		require.NoError(t, err)
		require.Equal(t, "one\n", string(result.Stdout))
		require.Equal(t, "two\n", string(result.Stderr))
		require.Equal(t, 3, result.ExitCode)
		sum := sha256.Sum256([]byte("one\n"))
		require.Equal(t, hex.EncodeToString(sum[:]), result.SHA256)
		require.EqualValues(t, 4, result.Bytes)
	})
	t.Run("arguments arrive as they are", func(t *testing.T) {
		args := []string{"", "a b", "it's", `"$HOME"`, "`id`", "$(id)", "a\nb", `\`, "!!", "*", "-n", "Κλεονίκη", ";reboot"}
		result, err := client.Run(t.Context(), remote.Command{Argv: append([]string{"printf", `%s\000`}, args...)})
		require.NoError(t, err)
		require.Equal(t, strings.Join(args, "\x00")+"\x00", string(result.Stdout))
	})
	t.Run("streams both ways", func(t *testing.T) {
		sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<17) // 2 MiB, more than a channel's window
		var got bytes.Buffer
		result, err := client.Run(t.Context(), remote.Command{Argv: []string{"cat"}, Stdin: bytes.NewReader(sent), Stdout: &got})
		require.NoError(t, err)
		require.True(t, bytes.Equal(sent, got.Bytes()))
		require.EqualValues(t, len(sent), result.Bytes)
		require.Nil(t, result.Stdout)
	})
	t.Run("one machine into another", func(t *testing.T) {
		from, to := io.Pipe()
		first := make(chan error, 1)
		go func() {
			_, err := client.Run(t.Context(), remote.Command{Argv: []string{"head", "-c", "300000", "/dev/zero"}, Stdout: to})
			first <- errors.Join(err, to.Close())
		}()
		result, err := client.Run(t.Context(), remote.Command{Argv: []string{"wc", "-c"}, Stdin: from})
		require.NoError(t, err)
		require.NoError(t, <-first)
		require.Equal(t, "300000", strings.TrimSpace(string(result.Stdout)))
	})
	t.Run("a reader that stops ends the writer", func(t *testing.T) {
		from, to := io.Pipe()
		first := make(chan error, 1)
		go func() {
			_, err := client.Run(t.Context(), remote.Command{Argv: []string{"cat", "/dev/zero"}, Stdout: to})
			first <- err
		}()
		result, err := client.Run(t.Context(), remote.Command{Argv: []string{"head", "-c", "10"}, Stdin: from})
		require.NoError(t, err)
		require.EqualValues(t, 10, result.Bytes)
		require.ErrorIs(t, <-first, io.ErrClosedPipe)
	})
	t.Run("lines as they come", func(t *testing.T) {
		var mu sync.Mutex
		var lines []string
		_, err := client.Run(t.Context(), remote.Command{
			Script: `printf 'one\n\033[31mred\007\n'; printf 'err\n' >&2; printf 'no end'`,
			Line: func(stream, line string) {
				mu.Lock()
				defer mu.Unlock()
				lines = append(lines, stream+" "+line)
			}})
		require.NoError(t, err)
		require.ElementsMatch(t, []string{"stdout one", "stdout [31mred", "stderr err", "stdout no end"}, lines)
	})
	t.Run("output has a cap", func(t *testing.T) {
		result, err := client.Run(t.Context(), remote.Command{Argv: []string{"cat", "/dev/zero"}, MaxOutput: 100_000})
		require.NoError(t, err)
		require.True(t, result.Truncated)
		require.Len(t, result.Stdout, 100_000)
		require.Error(t, result.Err("erp-db", "cat"))
	})
	t.Run("much on stderr blocks nothing", func(t *testing.T) {
		result, err := client.Run(t.Context(), remote.Command{Script: "head -c 5000000 /dev/zero >&2; echo done"})
		require.NoError(t, err)
		require.Equal(t, "done\n", string(result.Stdout))
		require.Len(t, result.Stderr, 64<<10)
	})
	t.Run("a full disk on our side", func(t *testing.T) {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		require.NoError(t, err)
		defer full.Close()
		_, err = client.Run(t.Context(), remote.Command{Argv: []string{"cat", "/dev/zero"}, Stdout: full})
		require.ErrorIs(t, err, syscall.ENOSPC)
	})
	t.Run("exit codes", func(t *testing.T) {
		for name, want := range map[string]struct {
			argv []string
			kind remote.Kind
		}{
			"missing": {[]string{"no-such-program"}, remote.CommandMissing},
			"denied":  {[]string{"/etc/passwd"}, remote.CommandDenied},
			"failed":  {[]string{"false"}, remote.CommandFailed},
			"killed":  {[]string{"sh", "-c", "kill -9 $$"}, remote.CommandFailed},
		} {
			result, err := client.Run(t.Context(), remote.Command{Argv: want.argv})
			require.NoError(t, err, name)
			var failed *remote.Error
			require.ErrorAs(t, result.Err("erp-db", name), &failed, name)
			require.Equal(t, want.kind, failed.Kind, name)
		}
	})
	t.Run("nothing to run", func(t *testing.T) {
		for _, command := range []remote.Command{{}, {Argv: []string{""}}, {Argv: []string{"a\x00b"}}, {Argv: []string{"a"}, Script: "b"}} {
			_, err := client.Run(t.Context(), command)
			require.Error(t, err)
		}
	})
}

func TestConnectionIsShared(t *testing.T) {
	t.Parallel()
	// One unauthenticated connection at a time: without sharing, most of these would be dropped.
	bastion := startSSHD(t, "MaxStartups 1:100:1", "MaxSessions 1")
	target := startSSHD(t, "MaxStartups 100")
	endpoints := []remote.Endpoint{bastion.endpoint("bastion")}
	for i := range 20 {
		e := target.endpoint("host-" + string(rune('a'+i)))
		e.Via = "bastion"
		endpoints = append(endpoints, e)
	}
	d := newDialer(t, remote.Options{KnownHosts: []string{bastion.KnownHosts, target.KnownHosts}}, endpoints...)
	var wg sync.WaitGroup
	errs := make([]error, len(endpoints))
	for i, e := range endpoints[1:] {
		wg.Go(func() {
			client, err := d.Client(t.Context(), e.Name)
			if err == nil {
				_, err = client.Run(t.Context(), remote.Command{Argv: []string{"true"}})
				client.Close()
			}
			errs[i] = err
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	hops, err := d.Hops("host-a")
	require.NoError(t, err)
	require.Equal(t, []string{"bastion"}, hops)
}

func TestTunnel(t *testing.T) {
	t.Parallel()
	sshd := startSSHD(t)
	shut := startSSHD(t, "AllowTcpForwarding no")
	d := newDialer(t, remote.Options{KnownHosts: []string{sshd.KnownHosts, shut.KnownHosts}}, sshd.endpoint("bastion"), shut.endpoint("shut"))
	echo := listen(t, func(conn net.Conn) { io.Copy(conn, conn) })

	t.Run("echo", func(t *testing.T) {
		conn, err := d.DialContext(t.Context(), "bastion", "tcp", echo)
		require.NoError(t, err)
		defer conn.Close()
		require.Equal(t, echo, conn.RemoteAddr().String())
		sent := bytes.Repeat([]byte("x"), 1<<20)
		go conn.Write(sent)
		got := make([]byte, len(sent))
		_, err = io.ReadFull(conn, got)
		require.NoError(t, err)
		require.True(t, bytes.Equal(sent, got))
	})
	t.Run("deadline", func(t *testing.T) {
		conn, err := d.DialContext(t.Context(), "bastion", "tcp", echo)
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
		_, err = conn.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, conn.SetReadDeadline(time.Time{}))
		_, err = conn.Write([]byte("y"))
		require.NoError(t, err)
		_, err = io.ReadFull(conn, make([]byte, 1))
		require.NoError(t, err, "the connection survives a deadline")
	})
	t.Run("nothing listens", func(t *testing.T) {
		_, err := d.DialContext(t.Context(), "bastion", "tcp", closedPort(t))
		requireKind(t, err, remote.Refused)
	})
	t.Run("forwarding not allowed", func(t *testing.T) {
		_, err := d.DialContext(t.Context(), "shut", "tcp", echo)
		requireKind(t, err, remote.ChannelRefused)
	})
	t.Run("no such hop", func(t *testing.T) {
		_, err := d.DialContext(t.Context(), "nowhere", "tcp", echo)
		requireKind(t, err, remote.NoSuchHop)
	})
	t.Run("direct", func(t *testing.T) {
		conn, err := d.DialContext(t.Context(), "", "tcp", echo)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		_, err = d.DialContext(t.Context(), "", "tcp", closedPort(t))
		requireKind(t, err, remote.Refused)
	})
}

func TestHostKeys(t *testing.T) {
	t.Parallel()
	sshd := startSSHD(t)
	_, other := writeKey(t, filepath.Join(t.TempDir(), "other"))
	try := func(t *testing.T, knownHosts ...string) error {
		t.Helper()
		d := newDialer(t, remote.Options{KnownHosts: knownHosts}, sshd.endpoint("erp-db"))
		client, err := d.Client(t.Context(), "erp-db")
		if err == nil {
			client.Close()
		}
		return err
	}
	t.Run("unknown", func(t *testing.T) {
		absent := filepath.Join(t.TempDir(), "absent")
		failed := requireKind(t, try(t, absent), remote.UnknownHostKey)
		require.Equal(t, ssh.FingerprintSHA256(sshd.HostKey), failed.Fingerprint)
		require.Contains(t, failed.Error(), failed.Fingerprint)
		require.Contains(t, failed.Mend(), absent)
		require.Contains(t, failed.Mend(), failed.Line)
		require.NoError(t, os.WriteFile(absent, []byte(failed.Line+"\n"), 0o600))
		require.NoError(t, try(t, absent), "the line it told us to add is right")
	})
	t.Run("changed", func(t *testing.T) {
		file := writeKnownHosts(t, sshd.Address, other.PublicKey())
		failed := requireKind(t, try(t, file), remote.ChangedHostKey)
		require.Contains(t, failed.Mend(), file)
		require.Empty(t, failed.Line, "a changed key is not to be added by copying a line")
	})
	t.Run("revoked", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "known_hosts")
		require.NoError(t, os.WriteFile(file, []byte("@revoked * "+string(ssh.MarshalAuthorizedKey(sshd.HostKey))), 0o600))
		requireKind(t, try(t, file, sshd.KnownHosts), remote.ChangedHostKey)
	})
	t.Run("broken file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "known_hosts")
		require.NoError(t, os.WriteFile(file, []byte("erp-db nonsense\n"), 0o600))
		_, err := remote.New(nil, remote.Options{KnownHosts: []string{file}})
		requireKind(t, err, remote.Misconfigured)
	})
}

func TestRecordedKeyOfAnotherType(t *testing.T) {
	t.Parallel()
	// The server prefers another type than the one on record: it must be asked for the recorded one.
	file := filepath.Join(t.TempDir(), "rsa")
	require.NoError(t, exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", file).Run())
	text, err := os.ReadFile(file + ".pub")
	require.NoError(t, err)
	key, _, _, _, err := ssh.ParseAuthorizedKey(text)
	require.NoError(t, err)
	sshd := startSSHD(t, "HostKey "+file)
	connect(t, newDialer(t, remote.Options{KnownHosts: []string{sshd.KnownHosts}}, sshd.endpoint("a")), "a")
	recorded := writeKnownHosts(t, sshd.Address, key)
	connect(t, newDialer(t, remote.Options{KnownHosts: []string{recorded}}, sshd.endpoint("a")), "a")
}

func TestAuth(t *testing.T) {
	t.Parallel()
	sshd := startSSHD(t)
	dir := t.TempDir()
	stranger, _ := writeKey(t, filepath.Join(dir, "stranger"))
	nonsense := filepath.Join(dir, "nonsense")
	require.NoError(t, os.WriteFile(nonsense, []byte("nonsense"), 0o600))
	locked := filepath.Join(dir, "locked")
	text, err := os.ReadFile(sshd.KeyFile)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(locked, text, 0o600))
	require.NoError(t, exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-p", "-P", "", "-N", secretWord, "-f", locked).Run())
	agent := startAgent(t, sshd.KeyFile)
	phrase := func(s string, err error) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return s, err }
	}
	tests := map[string]struct {
		auth remote.Auth
		want remote.Kind // empty: let in
	}{
		"key":                   {remote.Auth{Keys: []remote.Key{{Path: sshd.KeyFile}}}, ""},
		"agent":                 {remote.Auth{Agent: agent}, ""},
		"second key":            {remote.Auth{Keys: []remote.Key{{Path: stranger}, {Path: sshd.KeyFile}}}, ""},
		"agent after a key":     {remote.Auth{Keys: []remote.Key{{Path: stranger}}, Agent: agent}, ""},
		"encrypted key":         {remote.Auth{Keys: []remote.Key{{Path: locked, Passphrase: phrase(secretWord, nil)}}}, ""},
		"wrong passphrase":      {remote.Auth{Keys: []remote.Key{{Path: locked, Passphrase: phrase(secretWord+"x", nil)}}}, remote.KeyUnusable},
		"no passphrase":         {remote.Auth{Keys: []remote.Key{{Path: locked}}}, remote.KeyUnusable},
		"passphrase not had":    {remote.Auth{Keys: []remote.Key{{Path: locked, Passphrase: phrase("", errors.New(secretWord))}}}, remote.KeyUnusable},
		"no such file":          {remote.Auth{Keys: []remote.Key{{Path: filepath.Join(dir, "absent")}}}, remote.KeyUnusable},
		"not a key":             {remote.Auth{Keys: []remote.Key{{Path: nonsense}}}, remote.KeyUnusable},
		"stranger":              {remote.Auth{Keys: []remote.Key{{Path: stranger}}}, remote.AuthFailed},
		"nothing":               {remote.Auth{}, remote.AuthFailed},
		"password not accepted": {remote.Auth{Password: phrase(secretWord, nil)}, remote.AuthFailed},
		"agent gone":            {remote.Auth{Agent: filepath.Join(dir, "absent")}, remote.AuthFailed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := sshd.endpoint("erp-db")
			e.Auth = tt.auth
			client, err := newDialer(t, remote.Options{KnownHosts: []string{sshd.KnownHosts}}, e).Client(t.Context(), "erp-db")
			if tt.want != "" {
				failed := requireKind(t, err, tt.want)
				require.Contains(t, failed.Error(), "erp-db")
				return
			}
			require.NoError(t, err)
			client.Close()
		})
	}
}

func startAgent(t *testing.T, key string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "agent") // t.TempDir can be too long for a socket
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	cmd := exec.Command("ssh-agent", "-D", "-a", socket)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	add := func() bool {
		c := exec.CommandContext(t.Context(), "ssh-add", "-q", key)
		c.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
		return c.Run() == nil
	}
	require.Eventually(t, add, 10*time.Second, 20*time.Millisecond)
	return socket
}

func TestMisconfigured(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		endpoints []remote.Endpoint
		want      remote.Kind
	}{
		"no name":    {[]remote.Endpoint{{Address: "a:22"}}, remote.Misconfigured},
		"same name":  {[]remote.Endpoint{{Name: "a"}, {Name: "a"}}, remote.Misconfigured},
		"no hop":     {[]remote.Endpoint{{Name: "a", Via: "b"}}, remote.NoSuchHop},
		"itself":     {[]remote.Endpoint{{Name: "a", Via: "a"}}, remote.NoSuchHop},
		"circle":     {[]remote.Endpoint{{Name: "a", Via: "b"}, {Name: "b", Via: "a"}}, remote.NoSuchHop},
		"far circle": {[]remote.Endpoint{{Name: "a", Via: "b"}, {Name: "b", Via: "c"}, {Name: "c", Via: "b"}}, remote.NoSuchHop},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := remote.New(tt.endpoints, remote.Options{})
			requireKind(t, err, tt.want)
		})
	}
}

// TestBastionDown: each machine behind a bastion that is silent says so, and the silence is waited for once.
func TestBastionDown(t *testing.T) {
	t.Parallel()
	silent := listen(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	endpoints := []remote.Endpoint{{Name: "bastion", Address: silent, User: "x"}}
	for i := range 30 {
		endpoints = append(endpoints, remote.Endpoint{Name: "host-" + string(rune('A'+i)), Address: "10.0.0.1", User: "x", Via: "bastion"})
	}
	d := newDialer(t, remote.Options{Limits: remote.Limits{Connect: 200 * time.Millisecond, RetryAfter: time.Minute}}, endpoints...)
	began := time.Now()
	for _, e := range endpoints[1:] {
		_, err := d.Client(t.Context(), e.Name)
		failed := requireKind(t, err, remote.HopFailed)
		require.Equal(t, e.Name, failed.Name)
		require.Contains(t, failed.Error(), "its jump host failed: bastion")
	}
	require.Less(t, time.Since(began), 2*time.Second)
}

func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return l.Addr().String()
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

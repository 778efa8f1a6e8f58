package host_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"nightferry/discover/host"
	"nightferry/internal/estate"
	"nightferry/internal/remote"
)

// shell answers one exec request: it is given the script, and writes what it likes. Its value is the exit code;
// below zero the session ends without one.
type shell func(conn io.Closer, out io.Writer, script string) int

// startHost is an SSH server with such a shell, and a dialer that knows it.
func startHost(t testing.TB, serve shell) (*remote.Dialer, remote.Endpoint) {
	t.Helper()
	e := serveHost(t, serve)
	d, err := remote.New([]remote.Endpoint{e}, remote.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { d.Close() })
	return d, e
}

// serveHost is such a server, and the endpoint it is reached by.
func serveHost(t testing.TB, serve shell) remote.Endpoint {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveSSH(conn, config, serve)
		}
	}()
	address, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	known := filepath.Join(t.TempDir(), "known_hosts")
	line := fmt.Sprintf("[%s]:%s %s", address, port, ssh.MarshalAuthorizedKey(signer.PublicKey()))
	require.NoError(t, os.WriteFile(known, []byte(line), 0o600))
	return remote.Endpoint{Name: "erp-db", Address: listener.Addr().String(), User: "assess", KnownHosts: []string{known}}
}

func serveSSH(conn net.Conn, config *ssh.ServerConfig, serve shell) {
	c, chans, reqs, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(reqs)
	for offered := range chans {
		if offered.ChannelType() != "session" {
			offered.Reject(ssh.Prohibited, "no")
			continue
		}
		ch, reqs, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for req := range reqs {
				req.Reply(req.Type == "exec", nil)
				if req.Type != "exec" {
					continue
				}
				go func() {
					script, _ := io.ReadAll(ch)
					if code := serve(c, ch, string(script)); code >= 0 {
						ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Code uint32 }{uint32(code)}))
					}
					ch.Close()
				}()
			}
		}()
	}
}

func collect(t *testing.T, limit time.Duration, serve shell) *estate.Host {
	t.Helper()
	d, e := startHost(t, serve)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	began := time.Now()
	h := host.Collect(ctx, d, e, estate.Production, options(), func(string) {})
	require.Less(t, time.Since(began), limit+time.Second)
	return h
}

// ordinary runs the script in a shell of this machine, as sshd would.
func ordinary(out io.Writer, script string) int {
	cmd := exec.Command("/bin/sh", "-s")
	cmd.Stdin, cmd.Stdout = strings.NewReader(script), out
	if err := cmd.Run(); err != nil {
		return 1
	}
	return 0
}

var nonce = regexp.MustCompile(`N='(@@[A-Z0-9]+)'`)

func mark(script string) string { return nonce.FindStringSubmatch(script)[1] }

func TestCollect(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the script asks Linux")
	}
	h := collect(t, time.Minute, func(_ io.Closer, out io.Writer, script string) int {
		io.WriteString(out, "\x1b[2JWelcome to the hospital!\nYou have mail.\n") // a noisy profile
		return ordinary(out, script)
	})
	require.Equal(t, estate.Known, h.Collected.Coverage, h.Collected.Problem)
	require.Empty(t, h.Collected.Warnings)
	require.Equal(t, "assess", h.Collected.Account)
	require.Equal(t, estate.Production, h.Environment)
	require.NotEmpty(t, h.Processes.Value)
	require.NotEqual(t, estate.NotAsked, h.Containers.Coverage)
	require.NotContains(t, string(text(t, h)), "Welcome")
}

func TestHostileHosts(t *testing.T) {
	t.Parallel()
	whole := string(record(t))
	tests := map[string]struct {
		serve    shell
		coverage estate.Coverage
		problem  string // of the host
		warning  string
	}{
		"a forced command": {func(_ io.Closer, out io.Writer, _ string) int {
			io.WriteString(out, "This account is restricted. Quarzling\n")
			return 1
		}, estate.Denied, "ForceCommand", ""},
		"no shell at all": {func(io.Closer, io.Writer, string) int { return 127 }, estate.Denied, "ForceCommand", ""},
		"hangs before the first frame": {func(io.Closer, io.Writer, string) int {
			<-t.Context().Done()
			return 0
		}, estate.Timeout, "no answer in time", ""},
		"hangs after the first frame": {func(_ io.Closer, out io.Writer, script string) int {
			io.WriteString(out, "\n"+mark(script)+" hello 1\n")
			<-t.Context().Done()
			return 0
		}, estate.Known, "", "no answer in time"},
		"drops the line in the middle": {func(conn io.Closer, out io.Writer, script string) int {
			says(out, script, whole[:min(len(whole)/2, 20_000)]) // within one window: the client has nothing to say, and the reset loses nothing
			conn.Close()
			return -1
		}, estate.Known, "", "ended early"},
		"ends the script early": {func(_ io.Closer, out io.Writer, script string) int {
			io.WriteString(out, "\n"+mark(script)+" hello 1\n")
			return 0
		}, estate.Known, "", "ended the script early"},
		"no exit status": {func(_ io.Closer, out io.Writer, script string) int {
			io.WriteString(out, "\n"+mark(script)+" hello 1\n")
			return -1
		}, estate.Known, "", "ended early"},
		"endless output": {func(_ io.Closer, out io.Writer, script string) int {
			io.WriteString(out, "\n"+mark(script)+" hello 1\n\n"+mark(script)+" begin os\n")
			for {
				if _, err := out.Write(bytes.Repeat([]byte("Quarzling "), 3000)); err != nil {
					return -1
				}
			}
		}, estate.Known, "", "more than is read"},
		"forged frames of another word": {func(_ io.Closer, out io.Writer, _ string) int {
			io.WriteString(out, "\n@@FORGED hello 1\n\n@@FORGED bye\n")
			return 0
		}, estate.Denied, "ForceCommand", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := collect(t, 4*time.Second, tt.serve)
			require.Equal(t, tt.coverage, h.Collected.Coverage, h.Collected.Problem)
			require.Contains(t, h.Collected.Problem, tt.problem)
			require.Contains(t, strings.Join(h.Collected.Warnings, "\n"), tt.warning)
			if tt.coverage == estate.Known {
				require.NotEmpty(t, h.Collected.Warnings)
				require.Contains(t, []estate.Coverage{estate.Failed, estate.Timeout}, h.Certificates.Coverage, "what did not come is not known")
			} else {
				require.NotEmpty(t, h.Collected.Mend)
				require.Equal(t, estate.NotAsked, h.Processes.Coverage)
			}
			require.NotContains(t, string(text(t, h)), "Quarzling")
		})
	}
}

// TestHostileWords: whatever each probe answers, what is saved cannot act.
func TestHostileWords(t *testing.T) {
	t.Parallel()
	const evil = "\x1b]0;pwned\x07\u202egpj.exe\xff\x00\u200f\r"
	h := collect(t, 10*time.Second, func(_ io.Closer, out io.Writer, script string) int {
		n := "\n" + mark(script) + " "
		io.WriteString(out, n+"hello 1\n")
		for _, key := range regexp.MustCompile(`(?m)^p ([a-z]+) `).FindAllStringSubmatch(script, -1) {
			lines := []string{"ID=" + evil, "hostname=" + evil, "model=" + evil, "1: " + evil + " inet 10.0.0.1/8", "/proc/9/cmdline:" + evil + "\t--x", "/proc/9/status:Uid:\t0",
				evil + ":0:0:/root:/bin/sh", "ii \t" + evil + "\t" + evil, evil + ".service loaded active", "/etc/cron.d/x:* * * * * " + evil + " " + evil,
				"/dev/" + evil + " /mnt/" + evil + " ext4 rw", "10.0.0.1 " + evil, "server { listen " + evil + "; server_name " + evil + "; }"}
			io.WriteString(out, n+"begin "+key[1]+"\n"+strings.Join(lines, "\n")+"\n"+n+"end "+key[1]+" 0\n")
		}
		io.WriteString(out, n+"bye\n")
		return 0
	})
	saved := string(text(t, h))
	require.Equal(t, estate.Known, h.Collected.Coverage)
	require.NotEmpty(t, h.Packages.Value)
	for _, bad := range []string{"\x1b", `\u001b`, "\u202e", "\u200f", `\u0007`, `\u0000`, `\r`, "\x00"} {
		require.NotContains(t, saved, bad)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	e := remote.Endpoint{Name: "gone", Address: "127.0.0.1:1", User: "assess"}
	d, err := remote.New([]remote.Endpoint{e}, remote.Options{})
	require.NoError(t, err)
	defer d.Close()
	h := host.Collect(t.Context(), d, e, estate.Production, options(), func(string) {})
	require.Equal(t, estate.Failed, h.Collected.Coverage)
	require.Contains(t, h.Collected.Problem, "nothing listens")
	require.NotEmpty(t, h.Collected.Mend)
	require.Equal(t, estate.NotAsked, h.Identity.Coverage)
}

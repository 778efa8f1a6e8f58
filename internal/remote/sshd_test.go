package remote_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/skeema/knownhosts"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"nightferry/internal/remote"
)

// daemon is a real OpenSSH server on a loopback port, for the account that runs the tests.
type daemon struct {
	Address    string
	User       string
	KeyFile    string // private key that is let in
	KnownHosts string
	HostKey    ssh.PublicKey
	dir        string
}

// startSSHD starts sshd with extra lines of configuration, and ends it with the test.
func startSSHD(t *testing.T, config ...string) *daemon {
	t.Helper()
	sshd, err := exec.LookPath("sshd")
	if err != nil {
		sshd = "/usr/sbin/sshd"
	}
	if _, err := os.Stat(sshd); err != nil {
		leaveOut(t, "no sshd: install openssh-server")
	}
	if os.Geteuid() == 0 {
		require.NoError(t, os.MkdirAll("/run/sshd", 0o755)) // where sshd of root drops its privileges
	}
	me, err := user.Current()
	require.NoError(t, err)
	d := &daemon{dir: t.TempDir(), User: me.Username}
	hostFile, hostKey := writeKey(t, filepath.Join(d.dir, "host"))
	keyFile, key := writeKey(t, filepath.Join(d.dir, "client"))
	d.KeyFile, d.HostKey = keyFile, hostKey.PublicKey()
	authorised := filepath.Join(d.dir, "authorized_keys")
	require.NoError(t, os.WriteFile(authorised, ssh.MarshalAuthorizedKey(key.PublicKey()), 0o600))

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	d.Address = listener.Addr().String()
	_, port, err := net.SplitHostPort(d.Address)
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	file := filepath.Join(d.dir, "sshd_config")
	lines := append(slices.Clone(config), "ListenAddress 127.0.0.1", "Port "+port, "HostKey "+hostFile, "AuthorizedKeysFile "+authorised,
		"StrictModes no", "UsePAM no", "PidFile none", "PermitRootLogin yes", "PasswordAuthentication no", "KbdInteractiveAuthentication no")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	cmd := exec.Command(sshd, "-D", "-e", "-f", file)
	log := &daemonLog{listening: make(chan struct{})}
	cmd.Stderr = log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Log(log.text())
		}
	})
	// Not by connecting: to a server with a small MaxStartups that would be one too many for a while.
	select {
	case <-log.listening:
	case <-time.After(20 * time.Second):
		require.Fail(t, "sshd does not listen", log.text())
	}
	d.KnownHosts = writeKnownHosts(t, d.Address, d.HostKey)
	return d
}

// daemonLog keeps what sshd says, and tells when it says that it listens.
type daemonLog struct {
	mu        sync.Mutex
	said      strings.Builder
	once      sync.Once
	listening chan struct{}
}

func (l *daemonLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said.Write(p)
	if strings.Contains(l.said.String(), "Server listening on") {
		l.once.Do(func() { close(l.listening) })
	}
	return len(p), nil
}

func (l *daemonLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.String()
}

// leaveOut skips a test and writes that down for the count at the end of `make test`.
func leaveOut(t *testing.T, why string) {
	t.Helper()
	if file := os.Getenv("NIGHTFERRY_LEFT_OUT"); file != "" {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		_, err = fmt.Fprintf(f, "%s: %s\n", t.Name(), why)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	t.Skip(why)
}

func writeKey(t *testing.T, path string) (string, ssh.Signer) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	signer, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)
	return path, signer
}

func writeKnownHosts(t *testing.T, address string, key ssh.PublicKey) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "known_hosts")
	require.NoError(t, os.WriteFile(file, []byte(knownhosts.Line([]string{address}, key)+"\n"), 0o600))
	return file
}

// endpoint is the daemon as nightferry would be told of it.
func (d *daemon) endpoint(name string) remote.Endpoint {
	return remote.Endpoint{Name: name, Address: d.Address, User: d.User, Auth: remote.Auth{Keys: []remote.Key{{Path: d.KeyFile}}}}
}

func newDialer(t *testing.T, options remote.Options, endpoints ...remote.Endpoint) *remote.Dialer {
	t.Helper()
	if options.Limits.Connect == 0 {
		options.Limits.Connect = 20 * time.Second // two cores that others use, too
	}
	d, err := remote.New(endpoints, options)
	require.NoError(t, err)
	t.Cleanup(func() { d.Close() })
	return d
}

func connect(t *testing.T, d *remote.Dialer, name string) *remote.Client {
	t.Helper()
	client, err := d.Client(t.Context(), name)
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	return client
}

// requireKind checks the kind of an error, that it says how to mend it, and that it does so without quoting the peer.
func requireKind(t *testing.T, err error, kind remote.Kind) *remote.Error {
	t.Helper()
	var failed *remote.Error
	require.ErrorAs(t, err, &failed)
	require.Equal(t, kind, failed.Kind, failed.Error())
	require.NotEmpty(t, failed.Mend(), failed.Error())
	require.NotContains(t, failed.Error()+failed.Mend(), secretWord)
	return failed
}

// secretWord is what hostile peers and passwords say, and no error may repeat.
const secretWord = "Quarzling"

func soon(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

package host_test

import (
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

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"nightferry/internal/remote"
)

// daemon is a real OpenSSH server on loopback ports, at most 16, for the account that runs the tests.
type daemon struct {
	addresses  []string
	user       string
	key        string // private key file that is let in
	knownHosts string
}

// startSSHD starts sshd with extra lines of configuration, and ends it with the test.
func startSSHD(t testing.TB, ports int, config ...string) *daemon {
	t.Helper()
	const sshd = "/usr/sbin/sshd"
	if _, err := os.Stat(sshd); err != nil {
		t.Skip("no sshd: install openssh-server")
	}
	if os.Geteuid() == 0 {
		require.NoError(t, os.MkdirAll("/run/sshd", 0o755)) // where sshd of root drops its privileges
	}
	me, err := user.Current()
	require.NoError(t, err)
	dir := t.TempDir()
	d := &daemon{user: me.Username, key: filepath.Join(dir, "client"), knownHosts: filepath.Join(dir, "known_hosts")}
	public := writeKey(t, d.key)
	hostKey := writeKey(t, filepath.Join(dir, "host"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "authorized"), ssh.MarshalAuthorizedKey(public), 0o600))
	lines := append(slices.Clone(config), "HostKey "+filepath.Join(dir, "host"), "AuthorizedKeysFile "+filepath.Join(dir, "authorized"),
		"StrictModes no", "UsePAM no", "PidFile none", "PermitRootLogin yes", "PasswordAuthentication no")
	var known strings.Builder
	var chosen []net.Listener
	for range ports {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		d.addresses = append(d.addresses, listener.Addr().String())
		chosen = append(chosen, listener)
	}
	for _, listener := range chosen { // once all ports are chosen, so that they differ
		require.NoError(t, listener.Close())
	}
	for _, address := range d.addresses {
		host, port, _ := net.SplitHostPort(address)
		fmt.Fprintf(&known, "[%s]:%s %s", host, port, ssh.MarshalAuthorizedKey(hostKey))
		lines = append(lines, "ListenAddress "+address)
	}
	require.NoError(t, os.WriteFile(d.knownHosts, []byte(known.String()), 0o600))
	file := filepath.Join(dir, "sshd_config")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	d.run(t, exec.Command(sshd, "-D", "-e", "-f", file), ports)
	return d
}

// run waits for sshd's own word that it listens: a probing connection would count against its MaxStartups.
func (d *daemon) run(t testing.TB, cmd *exec.Cmd, ports int) {
	t.Helper()
	log := &daemonLog{want: ports, listening: make(chan struct{})}
	cmd.Stderr = log
	cmd.WaitDelay = time.Second // sessions may hold its stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	select {
	case <-log.listening:
	case <-time.After(20 * time.Second):
		require.Fail(t, "sshd does not listen")
	}
}

type daemonLog struct {
	mu        sync.Mutex
	said      strings.Builder
	want      int
	done      bool
	listening chan struct{}
}

func (l *daemonLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return len(p), nil
	}
	l.said.Write(p)
	if strings.Count(l.said.String(), "Server listening on") >= l.want {
		l.done = true
		close(l.listening)
	}
	return len(p), nil
}

func writeKey(t testing.TB, path string) ssh.PublicKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	signer, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)
	return signer.PublicKey()
}

// endpoint is one of the daemon's addresses as a host.
func (d *daemon) endpoint(name string, i int) remote.Endpoint {
	return remote.Endpoint{Name: name, Address: d.addresses[i], User: d.user, KnownHosts: []string{d.knownHosts},
		Auth: remote.Auth{Keys: []remote.Key{{Path: d.key}}}}
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"nightferry/discover/host"
	"nightferry/internal/estate"
)

// estateServer is one SSH server that plays many hosts, each known by the account that logs in. It replays what this
// machine once answered, and counts who was asked to the end.
type estateServer struct {
	address string
	key     ssh.PublicKey
	answer  string // with @@RANDOM for the word of the run

	mu    sync.Mutex
	asked map[string]int // by account
	told  func(asked int)
}

func startEstate(t testing.TB) *estateServer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)
	cmd := exec.Command("/bin/sh", "-s")
	cmd.Stdin = strings.NewReader(host.Explain(false))
	answer, err := cmd.Output()
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	s := &estateServer{address: listener.Addr().String(), key: signer.PublicKey(), answer: string(answer), asked: map[string]int{}, told: func(int) {}}
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(conn, config)
		}
	}()
	return s
}

func (s *estateServer) serve(conn net.Conn, config *ssh.ServerConfig) {
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
				if req.Type == "exec" {
					go s.play(c.User(), ch)
				}
			}
		}()
	}
}

func (s *estateServer) play(account string, ch ssh.Channel) {
	script, _ := io.ReadAll(ch)
	s.mu.Lock()
	s.asked[account]++
	n := len(s.asked)
	s.mu.Unlock()
	s.told(n)
	if m := regexp.MustCompile(`N='(@@[A-Z0-9]+)'`).FindSubmatch(script); m != nil {
		io.WriteString(ch, strings.ReplaceAll(s.answer, "@@RANDOM", string(m[1])))
	}
	ch.SendRequest("exit-status", false, []byte{0, 0, 0, 0})
	ch.Close()
}

// folder writes an engagement of n hosts.
func (s *estateServer) folder(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	address, port, err := net.SplitHostPort(s.address)
	require.NoError(t, err)
	var text bytes.Buffer
	text.WriteString("name: clinic\nssh: {known_hosts: [known_hosts], password: {env: NF_TEST_PASSWORD}}\nhosts:\n")
	for i := range n {
		fmt.Fprintf(&text, "  - {name: host-%03d, address: %s, port: %s, user: reader-%03d, environment: production}\n", i, address, port, i)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "engagement.yaml"), text.Bytes(), 0o600))
	line := fmt.Sprintf("[%s]:%s %s", address, port, ssh.MarshalAuthorizedKey(s.key))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "known_hosts"), []byte(line), 0o600))
	return dir
}

// readHosts returns the hosts that are saved, and fails at one that is not whole.
func readHosts(t *testing.T, dir string) map[string]estate.Coverage {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "inventory", "hosts", "*.json"))
	require.NoError(t, err)
	found := map[string]estate.Coverage{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var h estate.Host
		require.NoError(t, json.Unmarshal(text, &h), file)
		found[h.Name] = h.Collected.Coverage
	}
	return found
}

// TestKilledAndResumed kills a run with -9 halfway: the next one loses no host and asks none twice whose answer was
// kept. Those that were under way, at most as many as are read at once, may be asked again.
func TestKilledAndResumed(t *testing.T) {
	t.Parallel()
	const hosts, parallel = 120, 4
	s := startEstate(t)
	dir := s.folder(t, hosts)
	run := func() *exec.Cmd {
		cmd := exec.Command("nightferry", "-C", dir, "discover", "--parallel", fmt.Sprint(parallel))
		cmd.Env = append(os.Environ(), "NF_TEST_PASSWORD=test-only-password")
		return cmd
	}
	first := run()
	halfway := make(chan struct{})
	var once sync.Once
	s.told = func(asked int) {
		if asked > hosts/2 {
			once.Do(func() { close(halfway) })
		}
	}
	require.NoError(t, first.Start())
	<-halfway
	require.NoError(t, first.Process.Kill())
	require.Error(t, first.Wait())
	saved := readHosts(t, dir)
	require.NotEmpty(t, saved)
	require.Less(t, len(saved), hosts)

	out, err := run().CombinedOutput()
	var exit *exec.ExitError
	if err != nil {
		require.ErrorAs(t, err, &exit)
		require.Equal(t, 3, exit.ExitCode(), "%s", out) // facts of this machine may be missing
	}
	after := readHosts(t, dir)
	require.Len(t, after, hosts, "none is lost")
	twice := 0
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range hosts {
		name := fmt.Sprintf("host-%03d", i)
		require.Equal(t, estate.Known, after[name], name)
		n := s.asked[fmt.Sprintf("reader-%03d", i)]
		if _, kept := saved[name]; kept {
			require.Equal(t, 1, n, "%s was kept, and asked again", name)
		}
		require.Contains(t, []int{1, 2}, n, name)
		twice += n - 1
	}
	require.LessOrEqual(t, twice, parallel, "only what was under way is asked again")
}

// BenchmarkThousandHosts is the whole command on a thousand simulated hosts: engagement, access log, folder, summary.
// The second run finds everything read. Memory is that of nightferry alone, the most of both runs.
func BenchmarkThousandHosts(b *testing.B) {
	const hosts = 1000
	s := startEstate(b)
	for b.Loop() {
		dir := s.folder(b, hosts)
		var most int64
		for _, metric := range []string{"s/1000hosts", "s/resumed"} {
			cmd := exec.Command("nightferry", "-C", dir, "discover")
			cmd.Env = append(os.Environ(), "NF_TEST_PASSWORD=test-only-password")
			began := time.Now()
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil {
				require.ErrorAs(b, err, &exit)
				require.Equal(b, 3, exit.ExitCode(), "%s", out)
			}
			seconds := time.Since(began).Seconds()
			b.ReportMetric(seconds, metric)
			most = max(most, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss/1024)
			b.Logf("%s %.1f, at most 60; %d MiB, at most 256", metric, seconds, most)
			if seconds > 60 || most > 256 {
				b.Errorf("%s %.1f (at most 60), %d MiB (at most 256)", metric, seconds, most)
			}
		}
		b.ReportMetric(float64(most), "rss-MiB")
	}
}

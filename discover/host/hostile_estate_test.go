package host_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"nightferry/discover"
	"nightferry/discover/host"
	"nightferry/internal/estate"
	"nightferry/internal/remote"
)

// recording is what a host answers, with RECORDED for the word of the run.
type recording string

const recordedWord = "@@RECORDED"

// record asks this machine once.
func record(t testing.TB) recording {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the script asks Linux")
	}
	var out bytes.Buffer
	require.Zero(t, ordinary(&out, strings.ReplaceAll(host.Explain(false), "@@RANDOM", recordedWord)))
	return recording(out.String())
}

// frames cuts the recording behind each frame.
func (r recording) frames() []string {
	var cut []string
	for _, at := range regexp.MustCompile(regexp.QuoteMeta(recordedWord)+` [^\n]*\n`).FindAllStringIndex(string(r), -1) {
		cut = append(cut, string(r[:at[1]]))
	}
	return cut
}

// says plays a recording to whoever asks.
func says(out io.Writer, script, recorded string) {
	io.WriteString(out, strings.ReplaceAll(recorded, recordedWord, mark(script)))
}

// TestDroppedAtEveryFrame: wherever the line breaks, what came is kept, and what did not is failed: never absent, never none.
func TestDroppedAtEveryFrame(t *testing.T) {
	t.Parallel()
	whole := record(t)
	cuts := whole.frames()
	require.Greater(t, len(cuts), 50)
	var at atomic.Int64
	d, e := startHost(t, func(conn io.Closer, out io.Writer, script string) int {
		says(out, script, cuts[at.Load()])
		conn.Close()
		return -1
	})
	failed := regexp.MustCompile(`"coverage": "failed"`)
	for i := range cuts {
		at.Store(int64(i))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		h := host.Collect(ctx, d, e, estate.Production, options(), func(string) {})
		cancel()
		if h.Collected.Coverage == estate.Failed { // the reset overtook even the first frame
			require.Contains(t, h.Collected.Problem, "the connection ended", "frame %d", i)
			continue
		}
		require.Equal(t, estate.Known, h.Collected.Coverage, "frame %d", i)
		if i < len(cuts)-1 {
			require.Equal(t, []string{"the reading ended early: the connection ended before the command did"}, h.Collected.Warnings, "frame %d", i)
		}
		if i < len(cuts)/2 {
			require.True(t, failed.Match(text(t, h)), "frame %d", i)
		}
		if i == 0 {
			for _, coverage := range []estate.Coverage{h.Identity.Coverage, h.Processes.Coverage, h.Listeners.Coverage, h.Packages.Coverage} {
				require.Equal(t, estate.Failed, coverage)
			}
		}
	}
}

// TestForgers knows the run's word, as every host does, and uses it as no script would.
func TestForgers(t *testing.T) {
	t.Parallel()
	whole := record(t)
	frame := func(n, key, body, code string) string {
		return "\n" + n + " begin " + key + "\n" + body + "\n" + n + " end " + key + " " + code + "\n"
	}
	tests := map[string]func(n string) string{
		"an end without a begin": func(n string) string { return "\n" + n + " end os 0\n" },
		"the same question twice": func(n string) string {
			return frame(n, "os", "ID=debian", "0") + frame(n, "os", "ID=Quarzling", "0")
		},
		"a frame in a frame": func(n string) string {
			return "\n" + n + " begin os\n" + frame(n, "identity", "me=x", "0") + "\n" + n + " end os 0\n"
		},
		"codes that are none": func(n string) string {
			return frame(n, "os", "ID=Quarzling", "99999999999999999999") + frame(n, "identity", "me=Quarzling", "-1 sudo x")
		},
		"questions nobody asked": func(n string) string {
			return frame(n, "../../etc/passwd", "Quarzling", "0") + frame(n, "%s%n{{.}}", "Quarzling", "0")
		},
		"a hundred thousand words": func(n string) string { return "\n" + n + " " + strings.Repeat("Quarzling ", 100_000) + "\n" },
		"many empty frames":        func(n string) string { return strings.Repeat("\n"+n+" \n", 100_000) },
		"hello without end":        func(n string) string { return strings.Repeat("\n"+n+" hello 99999999999999999999\n", 10_000) },
		"bye before all":           func(n string) string { return "\n" + n + " bye\n" + frame(n, "os", "ID=debian", "0") },
	}
	for name, forge := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := collect(t, 10*time.Second, func(_ io.Closer, out io.Writer, script string) int {
				n := mark(script)
				says(out, script, strings.SplitAfter(string(whole), "\n")[0]+"\n"+n+" hello 1\n")
				io.WriteString(out, forge(n))
				return 0
			})
			require.Equal(t, estate.Known, h.Collected.Coverage)
			require.NotContains(t, string(text(t, h)), "Quarzling")
			require.Contains(t, []estate.Coverage{estate.Failed, estate.NotAsked}, h.Packages.Coverage, "nothing was said of packages")
		})
	}
}

// TestLoginShells: accounts whose login shell is none of POSIX's are read like others.
func TestLoginShells(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "fish", "csh", "tcsh", "zsh", "busybox"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			program, err := exec.LookPath(shell)
			if err != nil {
				t.Skipf("no %s here", shell)
			}
			args := []string{"-c", "exec /bin/sh -s"} // what sshd is asked to run, and how it asks the login shell
			if shell == "busybox" {
				args = append([]string{"sh"}, args...)
			}
			h := collect(t, time.Minute, func(_ io.Closer, out io.Writer, script string) int {
				cmd := exec.Command(program, args...)
				cmd.Stdin, cmd.Stdout = strings.NewReader(script), out
				if cmd.Run() != nil {
					return 1
				}
				return 0
			})
			require.Equal(t, estate.Known, h.Collected.Coverage, h.Collected.Problem)
			require.Empty(t, h.Collected.Warnings)
			require.NotEmpty(t, h.Processes.Value)
		})
	}
}

// TestHostileEstate reads good machines and hostile ones in one run: each hostile one ends by its deadline and says
// why, and all others are complete.
func TestHostileEstate(t *testing.T) {
	t.Parallel()
	whole := string(record(t))
	const deadline = 5 * time.Second
	good := func(_ io.Closer, out io.Writer, script string) int {
		says(out, script, whole)
		return 0
	}
	begun := func(out io.Writer, script string) {
		io.WriteString(out, "\n"+mark(script)+" hello 1\n\n"+mark(script)+" begin os\n")
	}
	hostile := map[string]shell{
		"silent": func(io.Closer, io.Writer, string) int { <-t.Context().Done(); return 0 },
		"a-byte-a-second": func(_ io.Closer, out io.Writer, script string) int {
			begun(out, script)
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			for range tick.C {
				if _, err := out.Write([]byte("x")); err != nil {
					return -1
				}
			}
			return -1
		},
		"endless": func(_ io.Closer, out io.Writer, script string) int {
			begun(out, script)
			for chunk := bytes.Repeat([]byte("Quarzling\n"), 3000); ; {
				if _, err := out.Write(chunk); err != nil {
					return -1
				}
			}
		},
		"endless-noise": func(_ io.Closer, out io.Writer, _ string) int { // never comes to the script
			for chunk := bytes.Repeat([]byte("Quarzling\x1b[2J\u202e\xff\r"), 3000); ; {
				if _, err := out.Write(chunk); err != nil {
					return -1
				}
			}
		},
		"drops":   func(conn io.Closer, out io.Writer, script string) int { begun(out, script); conn.Close(); return -1 },
		"forced":  func(_ io.Closer, out io.Writer, _ string) int { io.WriteString(out, "Quarzling\n"); return 1 },
		"no-exit": func(_ io.Closer, out io.Writer, script string) int { says(out, script, whole); return -1 },
	}
	var endpoints []remote.Endpoint
	add := func(name string, e remote.Endpoint) {
		e.Name = name
		endpoints = append(endpoints, e)
	}
	for name, serve := range hostile {
		add(name, serveHost(t, serve))
	}
	changed := serveHost(t, good)
	changed.KnownHosts = []string{rekeyed(t, changed)}
	add("changed-key", changed)
	for i := range 6 {
		add(fmt.Sprintf("good-%d", i), serveHost(t, good))
	}
	dialer, err := remote.New(endpoints, remote.Options{})
	require.NoError(t, err)
	defer dialer.Close()
	var targets []discover.Target
	for _, e := range endpoints {
		targets = append(targets, host.Target(dialer, e, estate.Production, options()))
	}
	found := shelf{}
	began := time.Now()
	summary, err := discover.Run(t.Context(), targets, discover.Options{Clock: time.Now, Deadline: deadline, Parallel: len(targets)}, found, nil)
	require.NoError(t, err)
	require.Less(t, time.Since(began), deadline+time.Second)
	require.Len(t, found, len(endpoints))
	require.Equal(t, len(endpoints), summary.Read+summary.Missing)
	for name, h := range found {
		require.NotContains(t, string(text(t, h)), "Quarzling", name)
		if strings.HasPrefix(name, "good-") {
			require.Equal(t, estate.Known, h.Collected.Coverage, name)
			require.Empty(t, h.Collected.Warnings, name)
			require.Equal(t, estate.Known, h.Processes.Coverage, name)
		}
	}
	for name, want := range map[string]estate.Coverage{"silent": estate.Timeout, "endless-noise": estate.Failed, "forced": estate.Denied, "changed-key": estate.Failed} {
		require.Equal(t, want, found[name].Collected.Coverage, "%s: %s", name, found[name].Collected.Problem)
		require.NotEmpty(t, found[name].Collected.Mend, name)
	}
	require.Equal(t, estate.Timeout, found["a-byte-a-second"].Packages.Coverage)
	for _, name := range []string{"endless", "drops"} {
		require.Equal(t, estate.Failed, found[name].Packages.Coverage, name)
	}
	require.Contains(t, found["changed-key"].Collected.Problem, "is not the recorded one")
	require.Equal(t, estate.Known, found["no-exit"].Packages.Coverage, "all frames came; how the shell ended matters to nobody")
}

// rekeyed is a known_hosts file with another key for an endpoint.
func rekeyed(t *testing.T, e remote.Endpoint) string {
	t.Helper()
	dir := t.TempDir()
	address, port, _ := strings.Cut(e.Address, ":")
	file := filepath.Join(dir, "known_hosts")
	writeFile(t, file, fmt.Sprintf("[%s]:%s %s", address, port, ssh.MarshalAuthorizedKey(writeKey(t, filepath.Join(dir, "other")))))
	return file
}

// TestRealSSHD reads this machine through a real sshd that allows little.
func TestRealSSHD(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the script asks Linux")
	}
	read := func(t *testing.T, config ...string) *estate.Host {
		t.Helper()
		sshd := startSSHD(t, 1, config...)
		e := sshd.endpoint("here", 0)
		dialer, err := remote.New([]remote.Endpoint{e}, remote.Options{})
		require.NoError(t, err)
		defer dialer.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		return host.Collect(ctx, dialer, e, estate.Production, options(), func(string) {})
	}
	t.Run("MaxSessions 1", func(t *testing.T) {
		t.Parallel()
		h := read(t, "MaxSessions 1")
		require.Equal(t, estate.Known, h.Collected.Coverage, h.Collected.Problem)
		require.Empty(t, h.Collected.Warnings)
		require.NotEmpty(t, h.Processes.Value)
	})
	t.Run("MaxSessions 0", func(t *testing.T) {
		t.Parallel()
		h := read(t, "MaxSessions 0")
		require.Equal(t, estate.Denied, h.Collected.Coverage, h.Collected.Problem)
		require.Contains(t, h.Collected.Mend, "MaxSessions")
	})
	t.Run("ForceCommand", func(t *testing.T) {
		t.Parallel()
		h := read(t, "ForceCommand /bin/echo This account is restricted. Quarzling")
		require.Equal(t, estate.Denied, h.Collected.Coverage, h.Collected.Problem)
		require.Contains(t, h.Collected.Mend, "ForceCommand")
		require.NotContains(t, string(text(t, h)), "Quarzling")
	})
	t.Run("no forwarding, a banner", func(t *testing.T) {
		t.Parallel()
		banner := filepath.Join(t.TempDir(), "banner")
		writeFile(t, banner, strings.Repeat("\x1b[2J\u202eQuarzling\xff\n", 500))
		h := read(t, "AllowTcpForwarding no", "Banner "+banner)
		require.Equal(t, estate.Known, h.Collected.Coverage, h.Collected.Problem)
		require.NotContains(t, string(text(t, h)), "Quarzling")
	})
}

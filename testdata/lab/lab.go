// Package lab is how Go tests reach the lab: real servers in namespaces of this computer, which
// `make lab` and `make test` raise (README.md tells what is in it).
//
// A test says first how it uses the lab:
//
//	func TestPatients(t *testing.T) {
//		t.Parallel()
//		l := lab.Shared(t)
//
// Shared tests of all packages run at the same time on one lab, so they must not disturb each other: they
// read, or write only what carries a name of their own, and take back what they changed. A test that
// restarts a machine, or needs the lab as it was just raised, takes it with Exclusive.
//
// Where there is no lab the test is skipped, and the skip is recorded for `make test` to tell.
package lab

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Environment variables by which `make test` speaks to the tests.
const (
	envLab     = "NIGHTFERRY_LAB"      // "up" while the lab serves
	envLeftOut = "NIGHTFERRY_LEFT_OUT" // a file that takes one line for each test left out
)

// Lab is the running lab.
type Lab struct {
	// Dir is the cache folder that holds its keys, certificates and, under run/, what runs.
	Dir      string
	machines map[string]Machine
	canaries Canaries
	truth    Truth
	missing  []TruePart // that it was raised without
}

// Shared takes the lab together with other tests until the end of t, or skips t where there is none.
// Call it after t.Parallel: a test that holds the lab while it is paused keeps exclusive ones waiting.
func Shared(t testing.TB) *Lab {
	t.Helper()
	return open(t, lockShared)
}

// Exclusive takes the lab for t alone, once all tests that share it are done, in whatever process. The test
// has to leave the lab as it found it: every machine serving. It must not be parallel: while it waits it would keep
// a place that tests which share the lab need to come to their end.
func Exclusive(t testing.TB) *Lab {
	t.Helper()
	require.False(t, shared.inUse(), "a test that takes the lab alone must not be parallel: another of this process holds it")
	return open(t, lockExclusive)
}

func open(t testing.TB, kind lockKind) *Lab {
	t.Helper()
	record := os.Getenv(envLeftOut) // asked for in any case: its name makes each run of `make test` a new one to go test's cache
	if os.Getenv(envLab) != "up" {
		leaveOut(t, record)
	}
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	l := &Lab{Dir: filepath.Join(cache, "nightferry", "lab")}
	l.machines, err = readMachines()
	require.NoError(t, err)
	l.canaries, err = ReadCanaries()
	require.NoError(t, err)
	l.truth, err = parseTruth()
	require.NoError(t, err)
	take := lock
	if kind == lockShared {
		take = share
	}
	release, err := take(l.Dir, kind)
	require.NoError(t, err)
	t.Cleanup(release)
	// The lab's own: another test may have raised it anew while this one waited.
	var missing []TruePart
	l.truth, missing, err = l.truth.withParts(l.hasPart)
	require.NoError(t, err)
	l.missing = missing
	for _, part := range missing {
		maps.DeleteFunc(l.machines, func(_ string, m Machine) bool { return m.Part == part.Part })
		t.Logf("left out: %d facts of truth.yaml about %s, which this lab was raised without", part.Facts(), part.Part)
	}
	return l
}

// Needs skips t, and records the skip, where the lab was raised without a part that takes long to build.
func (l *Lab) Needs(t testing.TB, part string) {
	t.Helper()
	if slices.ContainsFunc(l.missing, func(p TruePart) bool { return p.Part == part }) {
		recordSkip(t, os.Getenv(envLeftOut))
		t.Skipf("needs the lab's part %s: make lab-%s builds it", part, part)
	}
}

// leaveOut records that t is left out, and skips it.
func leaveOut(t testing.TB, record string) {
	t.Helper()
	recordSkip(t, record)
	t.Skip("needs the lab: make test raises it")
}

func recordSkip(t testing.TB, record string) {
	t.Helper()
	if record != "" {
		file, err := os.OpenFile(record, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		_, err = file.WriteString(t.Name() + "\n") // one write: other processes append too
		require.NoError(t, err)
		require.NoError(t, file.Close())
	}
}

// Machine returns the machine of that name. An unknown name fails the test.
func (l *Lab) Machine(t testing.TB, name string) Machine {
	t.Helper()
	m, ok := l.machines[name]
	require.True(t, ok, "the lab has no machine %q", name)
	return m
}

// Machines returns all machines by name.
func (l *Lab) Machines() map[string]Machine { return l.machines }

// Key returns the path of a user's private ssh key: "assess" (unprivileged) or "ferry" (the cutover's operator).
func (l *Lab) Key(user string) string { return filepath.Join(l.Dir, "keys", "id_"+user) }

// KnownHosts returns the path of the known_hosts file that names every machine, by name and by address.
func (l *Lab) KnownHosts() string { return filepath.Join(l.Dir, "keys", "known_hosts") }

// CA returns the path of the certificate that the lab's honest certificates are signed by.
func (l *Lab) CA() string { return filepath.Join(l.Dir, "pki", "ca.pem") }

// Canaries returns what must never appear in any output.
func (l *Lab) Canaries() Canaries { return l.canaries }

// Truth returns what is planted, with the parts that this lab has.
func (l *Lab) Truth() Truth { return l.truth }

// Password returns the password of a lab account, by its name in canaries.yaml. An unknown name fails the test.
func (l *Lab) Password(t testing.TB, account string) string {
	t.Helper()
	password, ok := l.canaries.Passwords[account]
	require.True(t, ok, "canaries.yaml has no password %q", account)
	return password
}

// Exec runs a command as root in a machine, with no ssh between, and returns what it printed. A failing
// command fails the test.
func (l *Lab) Exec(t testing.TB, machine string, argv ...string) string {
	t.Helper()
	out, err := l.Try(t, machine, argv...)
	require.NoError(t, err)
	return out
}

// Try is Exec for commands that may fail; the error carries what the command wrote to stderr.
func (l *Lab) Try(t testing.TB, machine string, argv ...string) (string, error) {
	t.Helper()
	return l.Command(t, append([]string{"sh", machine}, argv...)...)
}

// Command runs the lab's own command (`lab up`, `lab status` …) and returns what it printed to stdout.
func (l *Lab) Command(t testing.TB, args ...string) (string, error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), l.Program(t), args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil {
		err = &CommandError{Args: args, Stderr: stderr.String(), err: err}
	}
	return stdout.String(), err
}

// HTTPClient returns a client that trusts the lab's authority and finds the lab's names, such as
// erp.clinic.example, at their front addresses.
func (l *Lab) HTTPClient(t testing.TB) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(l.CA())
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	front := map[string]string{}
	for name, m := range l.machines {
		for _, alias := range append(m.Aliases, name, name+".clinic.example") {
			front[alias] = m.Front
		}
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			if known := front[host]; known != "" {
				host = known
			}
			return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(host, port))
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

// Program returns the path of the lab's command, from wherever in the module the test runs.
func (l *Lab) Program(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "testdata", "lab", "lab")
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, parent, dir, "no go.mod above the working directory")
		dir = parent
	}
}

// CommandError is a failed command of the lab's.
type CommandError struct {
	Args   []string
	Stderr string
	err    error
}

func (e *CommandError) Error() string {
	return "lab " + e.Args[0] + ": " + e.err.Error() + "\n" + e.Stderr
}

// Unwrap gives the *exec.ExitError.
func (e *CommandError) Unwrap() error { return e.err }

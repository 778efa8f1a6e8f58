package host_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"nightferry/discover"
	"nightferry/discover/host"
	"nightferry/internal/estate"
	"nightferry/internal/remote"
)

// The goals of reading hosts, two cores for both sides. A benchmark that misses one fails.
const (
	mostOwnCPU    = 20.0 // ms of our own processor time a host
	mostMemory    = 64.0 // MiB, the most that was resident
	mostOfPlain   = 1.5  // times what plain ssh takes with the same script
	mostSimulated = 60.0 // seconds for a thousand hosts, servers in the same process
	mostTogether  = 256.0
)

// errand is what a measured process is told to do; it is a process of its own so that its figures are its own.
type errand struct {
	Endpoints []wayTo `json:"endpoints"`
	Parallel  int     `json:"parallel"`
	Simulated int     `json:"simulated"` // hosts served in the same process from Recording
	Recording string  `json:"recording"`
}

type wayTo struct {
	Name       string `json:"name"`
	Address    string `json:"address"`
	User       string `json:"user"`
	Key        string `json:"key"`
	KnownHosts string `json:"known_hosts"`
	Via        string `json:"via"`
}

// figures are what it found out about itself.
type figures struct {
	Seconds  float64  `json:"seconds"`  // wall
	CPU      float64  `json:"cpu"`      // own processor seconds, without children
	MiB      float64  `json:"mib"`      // most that was resident
	Known    int      `json:"known"`    // hosts
	Complete int      `json:"complete"` // hosts
	Problems []string `json:"problems"`
}

// TestErrand is no test: it is the measured process.
func TestErrand(t *testing.T) {
	text, asked := os.LookupEnv("NIGHTFERRY_ERRAND")
	if !asked {
		return
	}
	raw, err := os.ReadFile(text)
	require.NoError(t, err)
	var e errand
	require.NoError(t, json.Unmarshal(raw, &e))
	var endpoints []remote.Endpoint
	for _, w := range e.Endpoints {
		endpoints = append(endpoints, remote.Endpoint{Name: w.Name, Address: w.Address, User: w.User, Via: w.Via, KnownHosts: []string{w.KnownHosts},
			Auth: remote.Auth{Keys: []remote.Key{{Path: w.Key}}}})
	}
	if e.Simulated > 0 {
		endpoints = simulated(t, e.Recording, e.Simulated)
	}
	f := measure(t, endpoints, e.Parallel)
	out, err := json.Marshal(f)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(text+".done", out, 0o600))
}

// simulated is one server that answers for many hosts.
func simulated(t testing.TB, recorded string, n int) []remote.Endpoint {
	t.Helper()
	one := serveHost(t, func(_ io.Closer, out io.Writer, script string) int {
		says(out, script, recorded)
		return 0
	})
	endpoints := make([]remote.Endpoint, n)
	for i := range endpoints {
		endpoints[i] = one
		endpoints[i].Name = fmt.Sprintf("host-%04d", i)
	}
	return endpoints
}

// tally counts assets and forgets them.
type tally struct{ figures }

func (c *tally) Has(discover.Target) bool { return false }

func (c *tally) Save(a discover.Asset) error {
	collected := a.Host.Collected
	if collected.Coverage == estate.Known {
		c.Known++
		if len(collected.Warnings) == 0 && a.Host.Processes.Coverage == estate.Known {
			c.Complete++
			return nil
		}
	}
	c.Problems = append(c.Problems, a.Host.Name+": "+collected.Problem+strings.Join(collected.Warnings, ", "))
	return nil
}

func measure(t testing.TB, endpoints []remote.Endpoint, parallel int) figures {
	t.Helper()
	dialer, err := remote.New(endpoints, remote.Options{})
	require.NoError(t, err)
	defer dialer.Close()
	var targets []discover.Target
	for _, e := range endpoints {
		if !strings.HasPrefix(e.Name, "bastion") {
			targets = append(targets, host.Target(dialer, e, estate.Production, options()))
		}
	}
	var c tally
	before, began := usedCPU(t, syscall.RUSAGE_SELF), time.Now()
	_, err = discover.Run(t.Context(), targets, discover.Options{Clock: time.Now, Parallel: parallel}, &c, nil)
	require.NoError(t, err)
	c.Seconds, c.CPU, c.MiB = time.Since(began).Seconds(), usedCPU(t, syscall.RUSAGE_SELF)-before, mostResident(t)
	return c.figures
}

// usedCPU is in seconds.
func usedCPU(t testing.TB, whose int) float64 {
	t.Helper()
	var usage syscall.Rusage
	require.NoError(t, syscall.Getrusage(whose, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

// mostResident is in MiB. Not getrusage's: that begins with what the parent of a process held.
func mostResident(t testing.TB) float64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	require.NotNil(t, m)
	kib, err := strconv.ParseFloat(string(m[1]), 64)
	require.NoError(t, err)
	return kib / 1024
}

// run does an errand in a process of its own.
func (e errand) run(b *testing.B) figures {
	b.Helper()
	text, err := json.Marshal(e)
	require.NoError(b, err)
	file := b.TempDir() + "/errand"
	writeFile(b, file, string(text))
	args := []string{"-test.run", "^TestErrand$"}
	if profile := os.Getenv("NIGHTFERRY_BENCH_PROFILE"); profile != "" {
		args = append(args, "-test.cpuprofile", profile+".cpu", "-test.memprofile", profile+".mem")
	}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "NIGHTFERRY_ERRAND="+file)
	out, err := cmd.CombinedOutput()
	require.NoError(b, err, "%s", out)
	var f figures
	text, err = os.ReadFile(file + ".done")
	require.NoError(b, err)
	require.NoError(b, json.Unmarshal(text, &f))
	return f
}

func goal(b *testing.B, what string, got, most float64) {
	b.Helper()
	b.ReportMetric(got, what)
	b.Logf("%s %.2f, goal %.2f", what, got, most) // a failed benchmark shows no metrics
	if got > most {
		b.Errorf("%s is %.2f, the goal is at most %.2f", what, got, most)
	}
}

// BenchmarkFiftyHosts reads fifty addresses of this machine through real sshds, 8 at once, and does the same with
// plain ssh: 50 times `ssh … /bin/sh -s` with the same script.
func BenchmarkFiftyHosts(b *testing.B) {
	const hosts, parallel = 50, 8
	ssh, err := exec.LookPath("ssh")
	if err != nil {
		b.Skip("no ssh: install openssh-client")
	}
	var ways []wayTo
	for len(ways) < hosts {
		sshd := startSSHD(b, 13) // it listens on at most 16 sockets
		for _, address := range sshd.addresses[:min(13, hosts-len(ways))] {
			ways = append(ways, wayTo{fmt.Sprintf("host-%d", len(ways)), address, sshd.user, sshd.key, sshd.knownHosts, ""})
		}
	}
	var own figures
	var plain, plainCPU float64
	for b.Loop() {
		before := usedCPU(b, syscall.RUSAGE_CHILDREN) // the sshds are not waited for yet, and do not count
		plain += plainSSH(b, ssh, ways, parallel)
		plainCPU += usedCPU(b, syscall.RUSAGE_CHILDREN) - before
		f := errand{Endpoints: ways, Parallel: parallel}.run(b)
		require.Equal(b, hosts, f.Complete, f.Problems)
		own.Seconds, own.CPU, own.MiB = own.Seconds+f.Seconds, own.CPU+f.CPU, max(own.MiB, f.MiB)
	}
	b.ReportMetric(own.Seconds/float64(b.N), "s/50hosts")
	b.ReportMetric(own.CPU/plainCPU, "cpu/plain-ssh") // on a busy machine both cost more
	b.Logf("own CPU %.2f times that of plain ssh", own.CPU/plainCPU)
	goal(b, "own-cpu-ms/host", own.CPU*1000/hosts/float64(b.N), mostOwnCPU)
	goal(b, "rss-MiB", own.MiB, mostMemory)
	goal(b, "wall/plain-ssh", own.Seconds/plain, mostOfPlain)
}

// plainSSH returns the seconds that it takes.
func plainSSH(b *testing.B, ssh string, ways []wayTo, parallel int) float64 {
	b.Helper()
	script := host.Explain(false)
	began := time.Now()
	var group errgroup.Group
	group.SetLimit(parallel)
	for _, w := range ways {
		group.Go(func() error {
			_, port, _ := net.SplitHostPort(w.Address)
			cmd := exec.Command(ssh, "-F", "none", "-T", "-i", w.Key, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "UserKnownHostsFile="+w.KnownHosts,
				"-o", "BatchMode=yes", "-p", port, w.User+"@127.0.0.1", "exec /bin/sh -s")
			var out bytes.Buffer
			cmd.Stdin, cmd.Stdout = strings.NewReader(script), &out
			if err := cmd.Run(); err != nil || !strings.Contains(out.String(), "@@RANDOM bye") {
				return fmt.Errorf("plain ssh: %w", err)
			}
			return nil
		})
	}
	require.NoError(b, group.Wait())
	return time.Since(began).Seconds()
}

// BenchmarkBehindOneBastion reads 200 hosts, 32 at once, through a real sshd with its default MaxStartups
// (10:30:100). Not one may be dropped, and the bastion sees one connection.
func BenchmarkBehindOneBastion(b *testing.B) {
	const hosts = 200
	bastion := startSSHD(b, 1)
	behind := simulated(b, string(record(b)), 1)[0]
	for b.Loop() {
		var accepted atomic.Int64
		front := bastion.endpoint("bastion", 0)
		front.HostKeyAlias = "bastion"
		front.KnownHosts = []string{aliased(b, bastion.knownHosts, "bastion")}
		front.Address = counting(b, bastion.addresses[0], &accepted)
		endpoints := []remote.Endpoint{front}
		for i := range hosts {
			e := behind
			e.Name, e.Via = fmt.Sprintf("host-%03d", i), "bastion"
			endpoints = append(endpoints, e)
		}
		f := measure(b, endpoints, 32)
		require.Equal(b, hosts, f.Complete, f.Problems)
		require.EqualValues(b, 1, accepted.Load(), "connections to the bastion")
		b.ReportMetric(float64(hosts-f.Known), "dropped")
		b.ReportMetric(float64(accepted.Load()), "bastion-connections")
		b.ReportMetric(f.Seconds, "s/200hosts")
	}
}

// counting passes connections on and counts them.
func counting(b *testing.B, to string, accepted *atomic.Int64) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	b.Cleanup(func() { listener.Close() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			accepted.Add(1)
			go func() {
				defer near.Close()
				far, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				go func() {
					io.Copy(far, near)
					far.Close()
				}()
				io.Copy(near, far)
			}()
		}
	}()
	return listener.Addr().String()
}

// aliased is a known_hosts file whose keys are those of a name.
func aliased(b *testing.B, knownHosts, name string) string {
	b.Helper()
	text, err := os.ReadFile(knownHosts)
	require.NoError(b, err)
	_, key, found := strings.Cut(string(text), " ")
	require.True(b, found)
	file := b.TempDir() + "/known_hosts"
	writeFile(b, file, name+" "+key)
	return file
}

// BenchmarkThousandHosts reads a thousand simulated hosts; the figures are of both sides, in one process.
func BenchmarkThousandHosts(b *testing.B) {
	const hosts = 1000
	recorded := string(record(b))
	for b.Loop() {
		f := errand{Simulated: hosts, Recording: recorded, Parallel: 8}.run(b)
		require.Equal(b, hosts, f.Complete, f.Problems)
		b.ReportMetric(float64(len(recorded))/1024, "KiB/host")
		b.ReportMetric(f.CPU*1000/hosts, "cpu-ms/host")
		goal(b, "s/1000hosts", f.Seconds, mostSimulated)
		goal(b, "rss-MiB", f.MiB, mostTogether)
	}
}

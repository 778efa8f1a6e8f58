package host_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/discover"
	"nightferry/discover/host"
	"nightferry/internal/estate"
	"nightferry/internal/remote"
	"nightferry/testdata/lab"
)

// labDialer reaches a machine of the lab through the bastion.
func labDialer(t testing.TB, l *lab.Lab, name string) (*remote.Dialer, remote.Endpoint) {
	t.Helper()
	e := remote.Endpoint{Name: name, Address: l.Machine(t, name).SSH(), User: "assess", Via: "bastion", Auth: remote.Auth{Keys: []remote.Key{{Path: l.Key("assess")}}}}
	bastion := remote.Endpoint{Name: "bastion", Address: l.Machine(t, "bastion").Front, User: "assess", Auth: e.Auth}
	dialer, err := remote.New([]remote.Endpoint{e, bastion}, remote.Options{KnownHosts: []string{l.KnownHosts()}})
	require.NoError(t, err)
	t.Cleanup(func() { dialer.Close() })
	return dialer, e
}

// TestBriefPartner: a partner calls, is answered and gone before anybody looks. The look finds who it was.
func TestBriefPartner(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	dialer, e := labDialer(t, l, "intf")
	target := host.LookTarget(dialer, e, options())
	look := func() *estate.HostLook {
		found := target.Collect(t.Context(), func(string) {}).HostLook
		require.Equal(t, estate.Known, found.Collected.Coverage, found.Collected.Problem)
		require.True(t, found.PeersRead)
		require.NotNil(t, found.Counters)
		require.False(t, slices.ContainsFunc(found.Peers, func(p estate.SeenPeer) bool {
			return p.LocalPort == 22 && p.PeerAddress == l.Machine(t, "bastion").Inside && !p.Ended
		}),
			"our own login is no partner: %v", found.Peers)
		return found
	}
	look()
	// The machine calls the partner's sftp server, reads its greeting, and hangs up.
	partner := l.Machine(t, "partner").Outside
	l.Exec(t, "intf", "bash", "-c", "exec 3<>/dev/tcp/"+partner+"/22; read -r greeting <&3; exec 3<&- 3>&-")
	found := look()
	require.True(t, slices.ContainsFunc(found.Peers, func(p estate.SeenPeer) bool {
		return p.PeerAddress == partner && p.PeerPort == 22 && !p.Inbound && p.LocalPort == 0 && p.Ended
	}), "no partner in %v", found.Peers)
}

// TestLookOnEveryMachine: also where there is no systemd, no ss and no OpenSSH.
func TestLookOnEveryMachine(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	for name := range l.Machines() {
		if name == "partner" || name == "bastion" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			dialer, e := labDialer(t, l, name)
			target := host.LookTarget(dialer, e, options())
			before := target.Collect(t.Context(), func(string) {}).HostLook
			after := target.Collect(t.Context(), func(string) {}).HostLook
			require.Equal(t, estate.Known, after.Collected.Coverage, after.Collected.Problem)
			require.True(t, after.PeersRead)
			require.Greater(t, after.Counters.Uptime, before.Counters.Uptime)
			require.Positive(t, after.Counters.MemoryBytes)
		})
	}
}

// TestLookReconnects: a connection that broke between two looks is made anew.
func TestLookReconnects(t *testing.T) {
	t.Parallel()
	sshd := startSSHD(t, 1)
	e := sshd.endpoint("here", 0)
	dialer, err := remote.New([]remote.Endpoint{e}, remote.Options{KnownHosts: []string{sshd.knownHosts}})
	require.NoError(t, err)
	defer dialer.Close()
	var ours discover.Ours
	o := options()
	o.Ours = &ours
	target := host.LookTarget(dialer, e, o)
	look := func() *estate.HostLook { return target.Collect(t.Context(), func(string) {}).HostLook }
	require.Equal(t, estate.Known, look().Collected.Coverage)
	client, err := dialer.Client(t.Context(), "here")
	require.NoError(t, err)
	_, err = client.Run(t.Context(), remote.Command{Script: "kill $PPID"}) // the session's own sshd
	require.Error(t, err)
	require.NoError(t, client.Close())
	found := look()
	require.Equal(t, estate.Known, found.Collected.Coverage, found.Collected.Problem)
}

// TestLookAtNobody: what does not answer is a look that was missed, with its reason.
func TestLookAtNobody(t *testing.T) {
	t.Parallel()
	e := remote.Endpoint{Name: "closed", Address: "127.0.0.1:1", User: "assess"}
	dialer, err := remote.New([]remote.Endpoint{e}, remote.Options{KnownHosts: []string{t.TempDir() + "/none"}})
	require.NoError(t, err)
	defer dialer.Close()
	found := host.LookTarget(dialer, e, options()).Collect(t.Context(), func(string) {}).HostLook
	require.Equal(t, estate.Failed, found.Collected.Coverage)
	require.NotEmpty(t, found.Collected.Problem)
	require.NotEmpty(t, found.Collected.Mend)
}

// mostLookCPU is what a look may cost the machine, in seconds of a processor.
const mostLookCPU = 0.1

// BenchmarkLook takes looks at the lab's database machine over one connection, and asks the control group of its sshd
// session what they cost there: sshd, shell and all.
func BenchmarkLook(b *testing.B) {
	l := lab.Shared(b)
	dialer, e := labDialer(b, l, "erp-db")
	target := host.LookTarget(dialer, e, options())
	require.Equal(b, estate.Known, target.Collect(b.Context(), func(string) {}).HostLook.Collected.Coverage)
	client, err := dialer.Client(b.Context(), "erp-db") // joins the connection
	require.NoError(b, err)
	defer client.Close()
	used := func() float64 {
		result, err := client.Run(b.Context(), remote.Command{Script: `cat "/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/cpu.stat"; sed -n 's/^0:://p' /proc/self/cgroup`})
		require.NoError(b, err)
		require.Contains(b, string(result.Stdout), "/session-")
		for line := range strings.Lines(string(result.Stdout)) {
			if figure, ok := strings.CutPrefix(line, "usage_usec "); ok {
				microseconds, err := strconv.ParseFloat(strings.TrimSpace(figure), 64)
				require.NoError(b, err)
				return microseconds / 1e6
			}
		}
		b.Fatal("the control group tells no use")
		return 0
	}
	before, twice := used(), used()
	asking := twice - before
	before = used()
	n := 0
	for b.Loop() {
		require.Equal(b, estate.Known, target.Collect(b.Context(), func(string) {}).HostLook.Collected.Coverage)
		n++
	}
	goal(b, "host-cpu-s/look", (used()-before-asking)/float64(n), mostLookCPU)
}

package host

import (
	"bytes"
	"net/netip"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/discover"
	"nightferry/internal/estate"
)

// lookText is what a machine prints on a look: a database behind 5432, our own login, and what has ended.
const lookText = `
@@n0nce hello 4711

@@n0nce begin moment
login=10.0.0.2 50000 10.0.0.5 22
/proc/uptime:1000.50 1900.00
/proc/loadavg:0.25 0.50 0.75 1/200 4711
/proc/stat:cpu  100 10 50 1800 20 1 2 3 0 0
/proc/meminfo:MemTotal:        2000 kB
/proc/meminfo:MemAvailable:     500 kB
/proc/diskstats:   8       0 sda 30 0 100 5 70 0 200 5 0 0 0
/proc/diskstats:   8       1 sda1 30 0 100 5 70 0 200 5 0 0 0
/proc/net/dev:  eth0: 5000 1 0 0 0 0 0 0 7000 1 0 0 0 0 0 0
/proc/self/status:Name:	grep
/proc/self/status:Uid:	1000	1000	1000	1000

@@n0nce end moment 0

@@n0nce begin flows

@@n0nce end flows 91

@@n0nce begin sockets
tcp
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   105        0 100 1
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1
   2: 0500000A:0016 0200000A:C350 01 00000000:00000000 00:00000000 00000000     0        0 102 1
   3: 0500000A:1538 0900000A:9C40 01 00000000:00000000 00:00000000 00000000   105        0 103 1
   4: 0500000A:1538 0900000A:9C41 06 00000000:00000000 03:00000AAA 00000000     0        0 0 3
   5: 0500000A:1538 0700000A:9C42 06 00000000:00000000 03:00000AAA 00000000     0        0 0 3
   6: 0500000A:9C50 070200C0:0016 06 00000000:00000000 03:00000AAA 00000000     0        0 0 3
   7: 0500000A:9C51 070200C0:01BB 02 00000000:00000000 00:00000000 00000000  1001        0 104 1
   8: 0500000A:1538 0300000A:EA60 01 00000000:00000000 00:00000000 00000000   105        0 105 1
   9: 0500000A:8000 080200C0:9C52 06 00000000:00000000 03:00000AAA 00000000     0        0 0 3
  10: 0500000A:0019 080200C0:9C53 06 00000000:00000000 03:00000AAA 00000000     0        0 0 3
udp
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
   1: 0500000A:9C60 090200C0:0202 01 00000000:00000000 00:00000000 00000000     0        0 106 2 0 0
   2: 0100007F:9C61 0100007F:9C61 01 00000000:00000000 00:00000000 00000000   105        0 107 2 0 0

@@n0nce end sockets 0

@@n0nce begin passwd
postgres:105:110:/var/lib/postgresql:/bin/bash

@@n0nce end passwd 0

@@n0nce bye
`

func readLook(t testing.TB, text string) estate.HostLook {
	t.Helper()
	var ours discover.Ours
	ours.Add(netip.MustParseAddrPort("10.0.0.3:60000")) // our session of PostgreSQL
	var l estate.HostLook
	fillLook(&l, readTranscript(text, "n0nce"), &ours)
	return l
}

func TestLook(t *testing.T) {
	t.Parallel()
	l := readLook(t, lookText)
	require.Equal(t, &estate.HostCounters{Uptime: 1000.5, CPU: [8]int64{100, 10, 50, 1800, 20, 1, 2, 3}, LoadAverage: 0.25, MemoryBytes: 2000 << 10, AvailableBytes: 500 << 10,
		ReadBytes: 512 * 100, WrittenBytes: 512 * 200, Operations: 100, ReceivedBytes: 5000, SentBytes: 7000}, l.Counters)
	require.True(t, l.PeersRead)
	require.False(t, l.PeersCut)
	tcp := func(local, peer int, address string, ended bool) estate.SeenPeer {
		return estate.SeenPeer{Ended: ended, Counterpart: estate.Counterpart{Protocol: "tcp", LocalAddress: "10.0.0.5", LocalPort: local, PeerAddress: address, PeerPort: peer, Inbound: local != 0}}
	}
	called := func(address string, ended bool) estate.SeenPeer {
		p := tcp(5432, 0, address, ended)
		p.User = "postgres" // of a trace, who listens
		return p
	}
	log := estate.SeenPeer{Counterpart: estate.Counterpart{Protocol: "udp", LocalAddress: "10.0.0.5", PeerAddress: "192.0.2.9", PeerPort: 514, User: "root"}}
	require.Equal(t, []estate.SeenPeer{
		tcp(25, 0, "192.0.2.8", true),     // nobody listens any more: the low port was the service's
		called("10.0.0.7", true),          // spoke, and hung up
		called("10.0.0.9", false),         // one is open, and another has ended
		tcp(0, 22, "192.0.2.7", true),     // we called
		tcp(0, 0x9c52, "192.0.2.8", true), // of two high ports, nobody can tell
		log,
	}, l.Peers, "not our login, not our session, no call that is not answered, no socket to itself")
}

// TestLookCutShort: what is missing is not none.
func TestLookCutShort(t *testing.T) {
	t.Parallel()
	early, _, _ := strings.Cut(lookText, "@@n0nce begin sockets")
	l := readLook(t, early)
	require.NotNil(t, l.Counters)
	require.False(t, l.PeersRead)

	l = readLook(t, strings.Replace(lookText, "end sockets 0", "end sockets 91", 1))
	require.False(t, l.PeersRead, "denied")
	l = readLook(t, strings.Replace(lookText, "end sockets 0", "end sockets 0 cut", 1))
	require.True(t, l.PeersCut)
	l = readLook(t, strings.Replace(lookText, "end moment 0", "end moment 2", 1))
	require.Nil(t, l.Counters)
	require.True(t, l.PeersRead)
}

// flowsText is of a host with containers behind translated addresses: made by the form of the kernel's table.
const flowsText = `ipv4     2 tcp      6 86 TIME_WAIT src=10.0.0.5 dst=192.0.2.7 sport=40000 dport=22 src=192.0.2.7 dst=10.0.0.5 sport=22 dport=40000 [ASSURED] mark=0 zone=0 use=2
ipv4     2 tcp      6 431999 ESTABLISHED src=10.0.0.9 dst=10.0.0.5 sport=40001 dport=5432 src=10.0.0.5 dst=10.0.0.9 sport=5432 dport=40001 [ASSURED] mark=0 use=1
ipv4     2 tcp      6 431999 ESTABLISHED src=192.0.2.30 dst=10.0.0.5 sport=40002 dport=8080 src=172.17.0.2 dst=192.0.2.30 sport=80 dport=40002 [ASSURED] mark=0 use=1
ipv4     2 tcp      6 100 ESTABLISHED src=172.17.0.2 dst=192.0.2.40 sport=40003 dport=443 src=192.0.2.40 dst=10.0.0.5 sport=443 dport=40003 [ASSURED] mark=0 use=1
ipv4     2 udp      17 170 src=10.0.0.5 dst=192.0.2.53 sport=40004 dport=53 src=192.0.2.53 dst=10.0.0.5 sport=53 dport=40004 mark=0 use=1
ipv4     2 udp      17 10 src=10.0.0.5 dst=192.0.2.54 sport=40005 dport=53 [UNREPLIED] src=192.0.2.54 dst=10.0.0.5 sport=53 dport=40005 mark=0 use=1
ipv4     2 tcp      6 10 SYN_SENT src=10.0.0.5 dst=192.0.2.55 sport=40006 dport=22 [UNREPLIED] src=192.0.2.55 dst=10.0.0.5 sport=22 dport=40006 mark=0 use=1
ipv4     2 tcp      6 10 TIME_WAIT src=198.51.100.1 dst=198.51.100.2 sport=40007 dport=22 src=198.51.100.2 dst=198.51.100.1 sport=22 dport=40007 [ASSURED] mark=0 use=1
ipv4     2 icmp     1 10 src=10.0.0.5 dst=192.0.2.56 type=8 code=0 id=1 src=192.0.2.56 dst=10.0.0.5 type=0 code=0 id=1 mark=0 use=1
own
           |-- 10.0.0.5
              /32 host LOCAL
--
           |-- 127.0.0.1
              /32 host LOCAL
`

func TestFlows(t *testing.T) {
	t.Parallel()
	var found []string
	for _, p := range peers(nil, owners{}, parseFlows(flowsText)) {
		way := " to "
		if p.Inbound {
			way = " from "
		}
		line := p.Protocol + way + p.PeerAddress
		if p.Ended {
			line += ", ended"
		}
		found = append(found, line)
	}
	require.Equal(t, []string{
		"tcp from 192.0.2.30",     // to a container
		"tcp to 192.0.2.40",       // from a container
		"tcp to 192.0.2.7, ended", // of the machine itself
		"udp to 192.0.2.53",
	}, found, "not what is passed on, nor what nobody answered; what is open, the machine's own sockets tell better")
}

// TestLookInShells runs the script of a look in the shells of this machine.
func TestLookInShells(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the script asks Linux")
	}
	for _, shell := range [][]string{{"dash"}, {"bash"}, {"busybox", "sh"}, {"ksh"}, {"mksh"}, {"zsh", "--emulate", "sh"}} {
		t.Run(shell[0], func(t *testing.T) {
			t.Parallel()
			program, err := exec.LookPath(shell[0])
			if err != nil {
				t.Skipf("no %s here", shell[0])
			}
			cmd := exec.CommandContext(t.Context(), program, append(shell[1:], "-s")...)
			cmd.Stdin = strings.NewReader(compose("n0nce", false, lookProbes()))
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			require.NoError(t, cmd.Run())
			require.Empty(t, errs.String())
			read := readTranscript(out.String(), "n0nce")
			require.True(t, read.bye)
			l := readLook(t, out.String())
			require.NotNil(t, l.Counters)
			require.Positive(t, l.Counters.Uptime)
			require.Positive(t, l.Counters.CPU[3])
			require.Positive(t, l.Counters.MemoryBytes)
			require.True(t, l.PeersRead)
			require.False(t, l.PeersCut)
		})
	}
}

// TestExplainLook: what is printed for people is what is sent.
func TestExplainLook(t *testing.T) {
	t.Parallel()
	require.Equal(t, strings.ReplaceAll(compose("n0nce", true, lookProbes()), "@@n0nce", "@@RANDOM"), ExplainLook(true))
	require.NotContains(t, ExplainLook(false), "odoo", "a look asks who talks and how busy it is, no more")
	require.Contains(t, Grants("assess"), "assess ALL=(root) NOPASSWD: /usr/bin/cat /proc/net/nf_conntrack\n")
}

func FuzzLook(f *testing.F) {
	f.Add(lookText)
	f.Add(strings.Replace(lookText, "@@n0nce begin flows\n\n@@n0nce end flows 91", "@@n0nce begin flows\n"+flowsText+"\n@@n0nce end flows 0", 1))
	f.Add("\n@@n0nce hello 1\n\n@@n0nce begin sockets\ntcp\n 0: zz:1 0500000A:9C60 06 0 0 0 0 0 0 0\n\n@@n0nce end sockets 0\n")
	f.Add("\n@@n0nce hello 1\n\n@@n0nce begin moment\n/proc/uptime:1e300 NaN\n/proc/stat:cpu -1 99999999999999999999\n/proc/self/status:Uid:\tx\nlogin=a b c d\n\n@@n0nce end moment 0\n")
	f.Fuzz(func(t *testing.T, text string) {
		l := readLook(t, text)
		seen := map[estate.Counterpart]bool{}
		for _, p := range l.Peers {
			require.False(t, seen[p.Counterpart], "each once")
			seen[p.Counterpart] = true
			require.True(t, p.LocalPort == 0 || p.PeerPort == 0, "a client's own port is not kept")
			for _, word := range []string{p.Process, p.User, p.LocalAddress, p.PeerAddress} {
				require.Equal(t, clean(word), word)
			}
		}
		if l.Counters != nil {
			require.Positive(t, l.Counters.Uptime)
			require.GreaterOrEqual(t, l.Counters.SwapUsedBytes, int64(0))
		}
	})
}

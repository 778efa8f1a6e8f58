package estate

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// night is ten past two in the morning.
func night() time.Time { return time.Date(2026, 3, 1, 2, 10, 0, 0, time.UTC) }

type hostLog = SampleLog[Counterpart, HostCounters]

func entry(minute int, seen ...int) SampleEntry[HostCounters] {
	return SampleEntry[HostCounters]{At: night().Add(time.Duration(minute) * time.Minute), Every: 300, Seen: seen}
}

func TestSampling(t *testing.T) {
	t.Parallel()
	missed := entry(10)
	missed.Missed, missed.Problem = Timeout, "it did not answer in time"
	tests := map[string]struct {
		entries []SampleEntry[HostCounters]
		want    Sampling
	}{
		"none":             {nil, Sampling{}},
		"never answered":   {[]SampleEntry[HostCounters]{missed}, Sampling{Missed: 1, EverySeconds: 300, Problem: "it did not answer in time"}},
		"all":              {[]SampleEntry[HostCounters]{entry(0), entry(5), entry(10)}, Sampling{Taken: 3, EverySeconds: 300, First: night(), Last: night().Add(10 * time.Minute)}},
		"one not answered": {[]SampleEntry[HostCounters]{entry(0), entry(5), missed, entry(15)}, Sampling{Taken: 3, Missed: 1, EverySeconds: 300, First: night(), Last: night().Add(15 * time.Minute), Problem: "it did not answer in time"}},
		"an hour without":  {[]SampleEntry[HostCounters]{entry(0), entry(60)}, Sampling{Taken: 2, Missed: 11, EverySeconds: 300, First: night(), Last: night().Add(time.Hour)}},
		"two days meet":    {[]SampleEntry[HostCounters]{entry(0), entry(8), entry(11)}, Sampling{Taken: 3, EverySeconds: 300, First: night(), Last: night().Add(11 * time.Minute)}},
		"a clock set back": {[]SampleEntry[HostCounters]{entry(60), entry(0)}, Sampling{Taken: 2, EverySeconds: 300, First: night().Add(time.Hour), Last: night()}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, MergeHost("erp-db", hostLog{Entries: tt.entries}).Sampling)
		})
	}
}

// TestPeers: who spoke twice, in which hours, and of whom only the end was seen.
func TestPeers(t *testing.T) {
	t.Parallel()
	odoo := Counterpart{Protocol: "tcp", LocalAddress: "10.0.0.5", LocalPort: 5432, PeerAddress: "10.0.0.9", Inbound: true, Process: "postgres", User: "postgres"}
	push := Counterpart{Protocol: "tcp", LocalAddress: "10.0.0.5", PeerAddress: "192.0.2.7", PeerPort: 22, Process: "sftp", User: "labor"}
	ended := push.unnamed()
	lines := []SampleEntry[HostCounters]{entry(0, 0), entry(5, 0, 1), entry(10, 0, 2), entry(60, 0, 1), entry(65, 0, 1, 2)}
	lines[2].Ended = []int{2}
	lines[4].Ended = []int{2}
	lines[0].Blind = true
	h := MergeHost("erp-db", hostLog{Known: []Counterpart{odoo, push, ended}, Entries: lines})
	at := func(minute int) time.Time { return night().Add(time.Duration(minute) * time.Minute) }
	require.Equal(t, []Peer{
		{odoo, Sighting{Samples: 5, First: at(0), Last: at(65), Hours: [24]int{2: 3, 3: 2}}, 0},
		{push, Sighting{Samples: 4, First: at(5), Last: at(65), Hours: [24]int{2: 2, 3: 2}}, 1},
	}, h.Peers, "a trace has no program, and is who it was when open")
	require.Equal(t, 4, h.PeerSamples, "sockets were hidden once")
}

func TestFoldCounterparts(t *testing.T) {
	t.Parallel()
	out := func(peer string, port int, process string) Counterpart {
		return Counterpart{Protocol: "tcp", LocalAddress: "10.0.0.5", PeerAddress: peer, PeerPort: port, Process: process}
	}
	var ftp []Counterpart
	for i := range MostVaryingPorts + 1 {
		ftp = append(ftp, out("192.0.2.1", 40000+i, "ftp"))
	}
	tests := map[string]struct {
		known, folded []Counterpart
		same          []int
	}{
		"two programs: whose trace it is, nobody can tell": {
			[]Counterpart{out("192.0.2.1", 22, "sftp"), out("192.0.2.1", 22, "rsync"), out("192.0.2.1", 22, "")},
			[]Counterpart{out("192.0.2.1", 22, "sftp"), out("192.0.2.1", 22, "rsync"), out("192.0.2.1", 22, "")}, []int{0, 1, 2}},
		"a high port of a service stays": {[]Counterpart{out("192.0.2.1", 50000, "sap")}, []Counterpart{out("192.0.2.1", 50000, "sap")}, []int{0}},
		"ports that differ each time":    {ftp, []Counterpart{out("192.0.2.1", 0, "ftp")}, make([]int, len(ftp))},
		"and those that were cut when they were written": {
			[]Counterpart{out("192.0.2.1", 40000, "ftp"), out("192.0.2.1", 0, "ftp"), out("192.0.2.2", 40000, "ftp")},
			[]Counterpart{out("192.0.2.1", 0, "ftp"), out("192.0.2.2", 40000, "ftp")}, []int{0, 0, 1}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folded, same := foldCounterparts(tt.known)
			require.Equal(t, tt.folded, folded)
			require.Equal(t, tt.same, same)
		})
	}
}

// busy is a machine of one processor that works a share of each interval.
func busy(shares ...int64) []SampleEntry[HostCounters] {
	c := HostCounters{Uptime: 1000, CPU: [8]int64{3: 5000}, MemoryBytes: 1000, AvailableBytes: 400, LoadAverage: 0.5}
	first, start := entry(0), c
	first.Counters = &start
	entries := []SampleEntry[HostCounters]{first}
	for i, share := range shares {
		c.Uptime += 300
		c.CPU[0] += share
		c.CPU[3] += 100 - share
		c.ReadBytes += 300 * share
		now := c
		e := entry(5 * (i + 1))
		e.Counters = &now
		entries = append(entries, e)
	}
	return entries
}

func TestHostLoad(t *testing.T) {
	t.Parallel()
	var shares []int64
	for i := range int64(100) {
		shares = append(shares, i+1)
	}
	load := hostLoad(busy(shares...))
	require.Equal(t, Percentiles{Samples: 100, P50: 50, P90: 90, P95: 95, P99: 99, Max: 100}, load.CPUBusyPercent)
	require.Equal(t, Percentiles{Samples: 100, P50: 50, P90: 90, P95: 95, P99: 99, Max: 100}, load.DiskReadRate)
	require.Equal(t, Percentiles{Samples: 101, P50: 600, P90: 600, P95: 600, P99: 600, Max: 600}, load.MemoryUsedBytes)
	require.Equal(t, 101, load.LoadAverage.Samples)

	require.Zero(t, hostLoad(busy()).CPUBusyPercent, "one sample says nothing of what counts up")

	restarted := busy(10, 20, 30)
	restarted[2].Counters = &HostCounters{Uptime: 5, CPU: [8]int64{1, 0, 0, 1}}
	require.Equal(t, 1, hostLoad(restarted[:3]).CPUBusyPercent.Samples, "nothing is averaged over a restart")

	gap := busy(10, 20, 30)
	gap[3].At = gap[2].At.Add(2 * time.Hour)
	gap[3].Counters.Uptime = gap[2].Counters.Uptime + 7200
	require.Equal(t, 2, hostLoad(gap).CPUBusyPercent.Samples, "nor over hours, which would hide every peak")

	setBack := busy(10, 20)
	setBack[2].Counters.ReadBytes = 0
	require.Equal(t, 1, hostLoad(setBack).DiskReadRate.Samples)
	require.Equal(t, 2, hostLoad(setBack).CPUBusyPercent.Samples)
}

func TestMergePostgres(t *testing.T) {
	t.Parallel()
	odoo := DatabaseCaller{Database: "clinic", Role: "odoo", Address: "10.0.0.9", Application: "odoo-#"}
	hidden := DatabaseCaller{Database: "clinic", Role: "bi", Hidden: true}
	look := func(minute int, counters PostgresCounters, seen, sessions []int) SampleEntry[PostgresCounters] {
		return SampleEntry[PostgresCounters]{At: night().Add(time.Duration(minute) * time.Minute), Every: 300, Counters: &counters,
			Seen: seen, Sessions: sessions, Longest: sessions}
	}
	p := MergePostgres("erp", SampleLog[DatabaseCaller, PostgresCounters]{Known: []DatabaseCaller{odoo, hidden}, Entries: []SampleEntry[PostgresCounters]{
		look(0, PostgresCounters{Uptime: 100, Sessions: 3, Active: -1, Transactions: 1000, Begun: -1, BlocksHit: 10, BlocksRead: 10, WALBytes: 5}, []int{0}, []int{3}),
		look(5, PostgresCounters{Uptime: 400, Sessions: 8, Active: -1, Transactions: 4000, Begun: -1, BlocksHit: 100, BlocksRead: 20, WALBytes: 305}, []int{0, 1}, []int{7, 1}),
	}})
	require.Equal(t, []SampledClient{
		{hidden, Sighting{Samples: 1, First: night().Add(5 * time.Minute), Last: night().Add(5 * time.Minute), Hours: [24]int{2: 1}}, 1, 1},
		{odoo, Sighting{Samples: 2, First: night(), Last: night().Add(5 * time.Minute), Hours: [24]int{2: 2}}, 7, 7},
	}, p.Clients)
	require.Equal(t, 2, p.ClientSamples)
	require.Equal(t, Percentiles{Samples: 2, P50: 3, P90: 8, P95: 8, P99: 8, Max: 8}, p.Load.Sessions)
	require.Equal(t, Percentiles{Samples: 1, P50: 10, P90: 10, P95: 10, P99: 10, Max: 10}, p.Load.TransactionRate)
	require.Equal(t, 90.0, p.Load.CacheHitPercent.P50)
	require.Equal(t, 1.0, p.Load.WALRate.P50)
	require.Zero(t, p.Load.Active, "what the role may not see is not none")
	require.Zero(t, p.Load.SessionRate, "nor what the version does not count")
}

func TestSamplesByName(t *testing.T) {
	t.Parallel()
	s := Samples{Hosts: []HostSamples{{Name: "erp-db"}}, Postgres: []PostgresSamples{{Name: "erp"}}}
	_, watched := s.Host("erp-db")
	require.True(t, watched)
	_, watched = s.Host("erp")
	require.False(t, watched)
	_, watched = s.PostgresServer("erp")
	require.True(t, watched)
	_, watched = s.PostgresServer("erp-db")
	require.False(t, watched)
}

// TestOrder: the order of what was seen does not change what is merged.
func TestOrder(t *testing.T) {
	t.Parallel()
	known := []Counterpart{{Protocol: "tcp", PeerAddress: "192.0.2.2", PeerPort: 443}, {Protocol: "tcp", PeerAddress: "192.0.2.1", LocalPort: 22, Inbound: true}, {Protocol: "tcp", PeerAddress: "192.0.2.1", PeerPort: 25}}
	want := MergeHost("x", hostLog{Known: known, Entries: []SampleEntry[HostCounters]{entry(0, 0, 1, 2)}})
	slices.Reverse(known)
	require.Equal(t, want, MergeHost("x", hostLog{Known: known, Entries: []SampleEntry[HostCounters]{entry(0, 2, 0, 1)}}))
	require.True(t, want.Peers[0].Inbound)
}

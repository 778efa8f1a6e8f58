package engagement_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/engagement"
	"nightferry/internal/estate"
)

func openFolder(t testing.TB) *engagement.Folder {
	t.Helper()
	folder, err := engagement.Create(filepath.Join(t.TempDir(), "clinic"))
	require.NoError(t, err)
	t.Cleanup(func() { folder.Close() })
	return folder
}

func samplesBegan() time.Time { return time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC) }

// lookAt is a look with a partner who is always there, and those that are named.
func lookAt(round int, peers ...estate.SeenPeer) estate.HostLook {
	always := estate.SeenPeer{Counterpart: estate.Counterpart{Protocol: "tcp", LocalAddress: "10.0.0.5", LocalPort: 5432, PeerAddress: "10.0.0.9", Inbound: true}}
	return estate.HostLook{Name: "erp-db", PeersRead: true, Peers: append(peers, always),
		Collected: estate.Collection{At: samplesBegan().Add(time.Duration(round) * 5 * time.Minute), Coverage: estate.Known},
		Counters:  &estate.HostCounters{Uptime: float64(1000 + 300*round), CPU: [8]int64{int64(100 * round), 3: int64(200 * round)}}}
}

func push(ended bool) estate.SeenPeer {
	return estate.SeenPeer{Ended: ended, Counterpart: estate.Counterpart{Protocol: "tcp", LocalAddress: "10.0.0.5", PeerAddress: "192.0.2.7", PeerPort: 22}}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	folder := openFolder(t)
	in, err := folder.Inventory()
	require.NoError(t, err)
	require.Zero(t, in.Samples, "nobody watched")

	record := folder.RecordSamples(5 * time.Minute)
	require.NoError(t, record.AddHost(lookAt(0)))
	require.NoError(t, record.AddHost(lookAt(1, push(false))))
	require.NoError(t, record.AddHost(estate.HostLook{Name: "erp-db", Collected: estate.Collection{At: samplesBegan().Add(10 * time.Minute), Coverage: estate.Timeout, Problem: "it does not answer"}}))
	require.NoError(t, record.AddHost(estate.HostLook{Name: "old-crm", Collected: estate.Collection{At: samplesBegan(), Coverage: estate.Denied, Problem: "no login"}}))
	require.NoError(t, record.AddPostgres(estate.PostgresLook{Name: "erp", ClientsRead: true, Collected: estate.Collection{At: samplesBegan(), Coverage: estate.Known},
		Clients: []estate.SeenClient{{DatabaseCaller: estate.DatabaseCaller{Database: "clinic", Role: "odoo"}, Sessions: 3, LongestSeconds: 60}}}))

	// The same command again, after a stop.
	again := folder.RecordSamples(5 * time.Minute)
	require.NoError(t, again.AddHost(lookAt(4, push(true))))
	require.NoError(t, again.AddHost(lookAt(5)))

	in, err = folder.Inventory()
	require.NoError(t, err)
	require.Len(t, in.Samples.Hosts, 2)
	h, watched := in.Samples.Host("erp-db")
	require.True(t, watched)
	require.Equal(t, estate.Sampling{Taken: 4, Missed: 2, EverySeconds: 300, First: samplesBegan(), Last: samplesBegan().Add(25 * time.Minute), Problem: "it does not answer"}, h.Sampling)
	require.Len(t, h.Peers, 2)
	require.Equal(t, 4, h.Peers[0].Samples)
	require.Equal(t, 2, h.Peers[1].Samples)
	require.Equal(t, 1, h.Peers[1].Ended)
	require.Equal(t, 3, h.Load.CPUBusyPercent.Samples)
	silent, _ := in.Samples.Host("old-crm")
	require.Equal(t, estate.Sampling{Missed: 1, EverySeconds: 300, Problem: "no login"}, silent.Sampling)
	require.Zero(t, silent.PeerSamples, "nothing is known of its peers")
	p, watched := in.Samples.PostgresServer("erp")
	require.True(t, watched)
	require.Equal(t, 3, p.Clients[0].Most)

	text, err := folder.Read(engagement.HostSamplesFile("erp-db"))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(text), "192.0.2.7"), "who is told once")
	if runtime.GOOS != "windows" {
		info, err := os.Stat(folder.Path(engagement.HostSamplesFile("erp-db")))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}

	require.NoError(t, folder.WriteJSON(engagement.WatchFile, 1))
	require.NoError(t, folder.SetSamplesAside("before"))
	in, err = folder.Inventory()
	require.NoError(t, err)
	require.Zero(t, in.Samples, "what is set aside does not count")
	require.False(t, folder.Has(engagement.WatchFile))
	require.True(t, folder.Has("samples/before/hosts/erp-db.jsonl"))
	require.Error(t, folder.RecordSamples(time.Minute).AddHost(estate.HostLook{Name: "../erp-db"}))
}

// TestTornSample cuts a record off at each byte of its last sample, as a kill does: the samples before it count, and
// the next goes over the half one.
func TestTornSample(t *testing.T) {
	t.Parallel()
	folder := openFolder(t)
	record := folder.RecordSamples(5 * time.Minute)
	require.NoError(t, record.AddHost(lookAt(0)))
	file := folder.Path(engagement.HostSamplesFile("erp-db"))
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, record.AddHost(lookAt(1, push(false))))
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	for cut := len(before); cut < len(whole); cut++ {
		require.NoError(t, os.WriteFile(file, whole[:cut], 0o600))
		in, err := folder.Inventory()
		require.NoError(t, err, "cut at %d", cut)
		require.Equal(t, 1, in.Samples.Hosts[0].Taken, "cut at %d", cut)
		require.NoError(t, folder.RecordSamples(5*time.Minute).AddHost(lookAt(2, push(false))))
		in, err = folder.Inventory()
		require.NoError(t, err, "cut at %d", cut)
		h := in.Samples.Hosts[0]
		require.Equal(t, 2, h.Taken, "cut at %d", cut)
		require.Equal(t, 1, h.Missed, "cut at %d", cut)
		require.Len(t, h.Peers, 2, "cut at %d", cut)
	}
}

func TestDamagedSamples(t *testing.T) {
	t.Parallel()
	const head = `{"version":1,"asset":"host/erp-db"}` + "\n" + `{"every_seconds":300}` + "\n"
	const who = `{"who":{"protocol":"tcp","local_address":"10.0.0.5","peer_address":"10.0.0.9","inbound":true}}` + "\n"
	tests := map[string]struct{ text, want string }{
		"no JSON":                   {head + "{\"at\":\"Quarzling\n", ":3:16: damaged"},
		"another's":                 {`{"version":1,"asset":"host/erp-app"}` + "\n", `:1:1: it holds the samples of "host/erp-app"`},
		"of a newer form":           {`{"version":2,"asset":"host/erp-db"}` + "\n", ":1:1: its form is 2"},
		"of a newer nightferry":     {head + `{"at":"2026-03-01T02:00:00Z","battery":3}` + "\n", ":3:30: it has a key"},
		"without its first line":    {who, ":1:1: damaged: this is no line"},
		"with two first lines":      {head + head, ":3:1: damaged: this is no line"},
		"an empty line":             {head + "{}\n", ":3:1: damaged: this is no line"},
		"two in one":                {head + `{"every_seconds":300,"at":"2026-03-01T02:00:00Z"}` + "\n", ":3:1: damaged: this is no line"},
		"a number that is nobody's": {head + who + `{"at":"2026-03-01T02:00:00Z","seen":[1]}` + "\n", ":4:1: damaged: number 1 was never told"},
		"a trace that is nobody's":  {head + who + `{"at":"2026-03-01T02:00:00Z","seen":[0],"ended":[-1]}` + "\n", ":4:1: damaged: number -1 was never told"},
		"no time":                   {head + `{"missed":"timeout"}` + "\n", ":3:1: damaged: at is missing"},
		"lists that do not fit":     {head + who + `{"at":"2026-03-01T02:00:00Z","seen":[0],"sessions":[1,2]}` + "\n", ":4:1: damaged: its lists differ in length"},
		"an interval below zero":    {`{"version":1,"asset":"host/erp-db"}` + "\n" + `{"every_seconds":-1}` + "\n", ":2:1: damaged: every_seconds"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := openFolder(t)
			require.NoError(t, folder.Write(engagement.HostSamplesFile("erp-db"), []byte(tt.text)))
			_, err := folder.Inventory()
			require.ErrorContains(t, err, filepath.Join("samples", "hosts", "erp-db.jsonl")+tt.want)
			require.NotContains(t, err.Error(), "Quarzling", "no value is quoted")
			fault, is := errors.AsType[*engagement.FileError](err)
			require.True(t, is)
			require.NotEmpty(t, fault.Hint)
			require.Error(t, folder.RecordSamples(time.Minute).AddHost(lookAt(0)), "nothing is added to what cannot be read")
		})
	}
}

// TestSamplesAreBounded: a peer of many ports, and a machine of very many peers.
func TestSamplesAreBounded(t *testing.T) {
	t.Parallel()
	folder := openFolder(t)
	record := folder.RecordSamples(time.Minute)
	ftp := push(true)
	for i := range 50 {
		ftp.PeerPort = 40_000 + i
		require.NoError(t, record.AddHost(lookAt(i, ftp)))
	}
	text, err := folder.Read(engagement.HostSamplesFile("erp-db"))
	require.NoError(t, err)
	require.Equal(t, estate.MostVaryingPorts+1, strings.Count(string(text), "192.0.2.7"), "ports that differ each time are not kept")
	in, err := folder.Inventory()
	require.NoError(t, err)
	require.Len(t, in.Samples.Hosts[0].Peers, 2)
	require.Equal(t, 50, in.Samples.Hosts[0].Peers[1].Samples)

	crowd := lookAt(60)
	for i := range 3_000 {
		peer := push(false)
		peer.PeerAddress = "2001:db8::" + strconv.FormatInt(int64(i), 16)
		crowd.Peers = append(crowd.Peers, peer)
	}
	require.NoError(t, record.AddHost(crowd))
	in, err = folder.Inventory()
	require.NoError(t, err)
	require.True(t, in.Samples.Hosts[0].PeersCut, "and is told that they are not all")
	require.LessOrEqual(t, len(in.Samples.Hosts[0].Peers), 2_002)
}

func TestSamplesAreWrittenByOne(t *testing.T) {
	t.Parallel()
	folder := openFolder(t)
	lock, err := folder.LockSamples("discover --watch, process 4711")
	require.NoError(t, err)
	_, err = folder.LockSamples("another")
	require.ErrorIs(t, err, engagement.ErrLocked)
	require.ErrorContains(t, err, "process 4711")
	whole, err := folder.Lock("classify")
	require.NoError(t, err, "a watch runs for days; others work meanwhile")
	require.NoError(t, whole.Release())
	require.NoError(t, lock.Release())
}

func FuzzSamples(f *testing.F) {
	f.Add(`{"version":1,"asset":"host/erp-db"}` + "\n" + `{"every_seconds":300}` + "\n" + `{"who":{"protocol":"tcp","local_address":"10.0.0.5","peer_address":"10.0.0.9","peer_port":40000,"inbound":false}}` + "\n" +
		`{"at":"2026-03-01T02:00:00Z","counters":{"uptime_seconds":1,"cpu_ticks":[1,2,3,4,5,6,7,8]},"seen":[0],"ended":[0]}` + "\n" + `{"at":"2026-03-01T02:05:00Z","missed":"timeout"}` + "\n" + `{"at":"2026-03-01T02:1`)
	f.Add(`{"version":1,"asset":"host/erp-db"}` + "\n" + `{"at":"0001-01-01T00:00:01Z","seen":[0]}` + "\n")
	f.Add(`{"version":1,"asset":"host/erp-db"}` + "\n" + `{"who":{},"at":"2026-03-01T02:00:00Z"}` + "\n")
	f.Add("\x00\n\n{}")
	folder := openFolder(f)
	f.Fuzz(func(t *testing.T, text string) {
		require.NoError(t, os.MkdirAll(folder.Path("samples/hosts"), 0o700))
		require.NoError(t, os.WriteFile(folder.Path(engagement.HostSamplesFile("erp-db")), []byte(text), 0o600))
		before, err := folder.Inventory()
		if err != nil {
			return
		}
		// What can be read can be gone on with, and nothing of it is lost.
		look := lookAt(0)
		look.Collected.At = time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC)
		require.NoError(t, folder.RecordSamples(5*time.Minute).AddHost(look))
		after, err := folder.Inventory()
		require.NoError(t, err)
		taken := 0
		if len(before.Samples.Hosts) > 0 {
			taken = before.Samples.Hosts[0].Taken
		}
		require.Equal(t, taken+1, after.Samples.Hosts[0].Taken)
	})
}

// BenchmarkSamples merges a week of samples every five minutes of fifty hosts with thirty peers each.
func BenchmarkSamples(b *testing.B) {
	const hosts, rounds, partners = 50, 2016, 30
	folder := openFolder(b)
	record := folder.RecordSamples(5 * time.Minute)
	for round := range rounds {
		look := lookAt(round)
		for i := range partners - 1 {
			if (round+i)%7 == 0 {
				peer := push(i%3 == 0)
				peer.PeerAddress = "192.0.2." + strconv.Itoa(i)
				look.Peers = append(look.Peers, peer)
			}
		}
		require.NoError(b, record.AddHost(look))
	}
	text, err := folder.Read(engagement.HostSamplesFile("erp-db"))
	require.NoError(b, err)
	for i := range hosts - 1 {
		name := "host-" + strconv.Itoa(i)
		require.NoError(b, folder.Write(engagement.HostSamplesFile(name), []byte(strings.Replace(string(text), "host/erp-db", "host/"+name, 1))))
	}
	b.ReportAllocs()
	for b.Loop() {
		in, err := folder.Inventory()
		require.NoError(b, err)
		require.Len(b, in.Samples.Hosts, hosts)
		require.Equal(b, rounds, in.Samples.Hosts[0].Taken)
		require.Equal(b, rounds-1, in.Samples.Hosts[0].Load.CPUBusyPercent.Samples)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/50hosts×2016")
	b.ReportMetric(float64(len(text))/1024, "KiB/host-week")
}

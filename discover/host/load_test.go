package host

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

const firstMoment = `/proc/uptime:1000.00 500.00
/proc/loadavg:0.50 0.40 0.30 1/100 42
/proc/stat:cpu  1000 0 500 8000 500 0 0 0 0 0
/proc/meminfo:MemFree:         1000 kB
/proc/meminfo:MemAvailable:    4000 kB
/proc/meminfo:SwapTotal:       2000 kB
/proc/meminfo:SwapFree:        1500 kB
/proc/diskstats:   8       0 sda 10 0 1000 0 10 0 2000 0 0 0 0
/proc/diskstats:   8       1 sda1 10 0 1000 0 10 0 2000 0 0 0 0
/proc/diskstats: 253       0 dm-0 10 0 1000 0 10 0 2000 0 0 0 0
/proc/diskstats: 202       1 xvda1 0 0 100 0 0 0 0 0 0 0 0
/proc/net/dev:Inter-|   Receive                                                |  Transmit
/proc/net/dev: face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
/proc/net/dev:    lo: 5000 1 0 0 0 0 0 0 5000 1 0 0 0 0 0 0
/proc/net/dev:  eth0:1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0
/proc/net/dev:docker0: 9000 1 0 0 0 0 0 0 9000 1 0 0 0 0 0 0
own:77 (sh) S 42 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1
own:42 (sh -s) S 1 1 1 0 -1 0 0 0 0 0 2 1 5 2 20 0 1
`

const secondMoment = `/proc/uptime:1002.00 500.00
/proc/loadavg:0.60 0.40 0.30 1/100 42
/proc/stat:cpu  1080 0 520 8050 530 0 0 20 0 0
/proc/meminfo:MemFree:         1000 kB
/proc/meminfo:MemAvailable:    3000 kB
/proc/meminfo:SwapTotal:       2000 kB
/proc/meminfo:SwapFree:        1500 kB
/proc/diskstats:   8       0 sda 10 0 1008 0 10 0 2004 0 0 0 0
/proc/diskstats: 202       1 xvda1 0 0 100 0 0 0 0 0 0 0 0
/proc/net/dev:  eth0:1500 1 0 0 0 0 0 0 3000 1 0 0 0 0 0 0
own:42 (sh -s) S 1 1 1 0 -1 0 0 0 0 0 10 5 25 10 20 0 1
`

func TestLoad(t *testing.T) {
	t.Parallel()
	read := transcript{self: 42, frames: map[string]frame{"loadbefore": {body: firstMoment}, "loadafter": {body: secondMoment}, "sysstat": {code: exitAbsent}}}
	want := estate.Load{Seconds: 2, CPUBusyPercent: 30, CPUStealPercent: 10, CPUWaitPercent: 15, CPUBusyBoot: 15.7, LoadAverage: []float64{0.6, 0.4, 0.3}, AvailableBytes: 3000 * kib, SwapUsedBytes: 500 * kib,
		DiskReadRate: 2048, DiskWriteRate: 1024, ReceiveRate: 250, SendRate: 500}
	s := load(read)
	require.Equal(t, want, s.Value, "the script's own 40 ticks are no work of the machine")
	require.Empty(t, s.Problem)

	read.frames["sysstat"] = frame{body: "nosadf\n"}
	require.Contains(t, load(read).Problem, "sadf")
	read.frames["sysstat"] = frame{code: exitDenied}
	require.Contains(t, load(read).Problem, "sysstat")
	delete(read.frames, "loadbefore")
	s = load(read)
	require.Contains(t, s.Problem, "no rates")
	require.Zero(t, s.Value.Seconds)
	require.Zero(t, s.Value.DiskReadRate)
	require.InDelta(t, 15.7, s.Value.CPUBusyBoot, 0.1)
}

func TestOldMemory(t *testing.T) {
	t.Parallel()
	m := parseLook("/proc/meminfo:MemFree: 100 kB\n/proc/meminfo:Buffers: 20 kB\n/proc/meminfo:Cached: 30 kB\n/proc/stat:cpu 1 x NaN 1e99\n/proc/uptime:-5 x\n", 1)
	require.EqualValues(t, 150*kib, loadOf(m, m).AvailableBytes)
}

func TestParseHistory(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		want *estate.LoadHistory
	}{
		"sysstat 12": {"# hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle\nerp;600;2026-11-24 00:10:01 UTC;-1;10.00;0.00;5.00;1.00;0.00;84.00\nerp;600;2026-11-24 00:20:01 UTC;-1;50.00;1.00;9.00;1.00;0.00;39.00\n" +
			"erp;-1;2026-11-25 00:00:00 UTC;LINUX-RESTART\t(2 CPU)\n# hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle[...]\n# hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle\nerp;600;2026-11-25 00:10:01 UTC;-1;1.00;0.00;1.00;0.00;0.00;98.00\n",
			&estate.LoadHistory{Days: 2, Samples: 3, Median: 15, P95: 60, Most: 60}},
		"nothing": {"Cannot open\n", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, parseHistory(tt.body))
		})
	}
}

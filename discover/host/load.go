package host

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// look asks how busy the machine is. It is asked twice, with the other questions of this file's neighbours between:
// there is no waiting. The lines of "own" are what the script itself has used, which is taken off.
const look = `
grep -s -E '^cpu |^ |^[0-9]|:' /proc/uptime /proc/loadavg /proc/stat /proc/meminfo /proc/diskstats /proc/net/dev
p=$PPID
for i in 1 2 3 4 5; do read -r line <"/proc/$p/stat" || break; echo "own:$line"; set -- $line; p=$4; [ "$p" -ge 2 ] || break; done
exit 0`

func firstLook() probe {
	return probe{key: "loadbefore", source: "/proc", limit: 256 * kib, shell: look}
}

func secondLook() probe {
	return probe{key: "loadafter", source: "/proc, twice; sysstat", limit: 256 * kib, shell: look}
}

// historyProbe reads what sysstat recorded in the last week.
func historyProbe() probe {
	return probe{key: "sysstat", source: "sadf", limit: 2 * mib, shell: `
set -- $(find /var/log/sysstat /var/log/sa -name 'sa[0-9]*' -mtime -8 | sort | tail -n 9)
[ $# -gt 0 ] || exit 90
has sadf || { echo nosadf; exit 0; }
ok=91; for f; do [ -r "$f" ] && sadf -d "$f" -- -u && ok=0; done; exit $ok`}
}

// moment is one look.
type moment struct {
	seconds  float64 // since boot
	averages []float64
	cpu      []float64 // user nice system idle iowait irq softirq steal, in ticks
	own      float64   // ticks that the script used
	memory   map[string]int64
	read     int64 // bytes since boot
	written  int64
	done     int64 // reads and writes of disks since boot
	received int64
	sent     int64
}

// parseLook reads lines of "FILE:LINE"; self is the process whose use is ours.
func parseLook(body string, self int) moment {
	m := moment{memory: map[string]int64{}}
	disks, done, nics := map[string][2]int64{}, map[string][2]int64{}, map[string][2]int64{}
	for line := range lines(body) {
		file, rest, _ := strings.Cut(line, ":")
		words := strings.Fields(rest)
		if len(words) < 2 {
			continue
		}
		switch file {
		case "/proc/uptime":
			m.seconds = numbers(words[:1])[0]
		case "/proc/loadavg":
			m.averages = numbers(words[:min(len(words), 3)])
		case "/proc/stat":
			m.cpu = numbers(words[1:min(len(words), 9)])
		case "/proc/meminfo":
			if n, err := strconv.ParseInt(words[1], 10, 64); err == nil && n >= 0 && n < 1<<50 {
				m.memory[words[0]] = n * kib
			}
		case "/proc/diskstats":
			if len(words) > 9 {
				disks[words[2]] = [2]int64{512 * count(words[5]), 512 * count(words[9])}
				done[words[2]] = [2]int64{count(words[3]), count(words[7])}
			}
		case "/proc/net/dev":
			name, figures, _ := strings.Cut(rest, ":")
			if f := strings.Fields(figures); len(f) > 8 {
				nics[strings.TrimSpace(name)] = [2]int64{count(f[0]), count(f[8])}
			}
		case "own":
			if f := strings.Fields(rest[strings.LastIndexByte(rest, ')')+1:]); words[0] == strconv.Itoa(self) && len(f) > 14 {
				for _, n := range numbers(f[11:15]) {
					m.own += n
				}
			}
		}
	}
	m.read, m.written = sum(disks, isWholeDisk)
	reads, writes := sum(done, isWholeDisk)
	m.done = reads + writes
	m.received, m.sent = sum(nics, isOwnNIC)
	return m
}

// available is the memory that programs could still have.
func (m moment) available() int64 {
	available, stated := m.memory["MemAvailable:"]
	if !stated { // kernels before 3.14
		available = m.memory["MemFree:"] + m.memory["Buffers:"] + m.memory["Cached:"]
	}
	return available
}

// numbers reads figures; what is none is 0.
func numbers(words []string) []float64 {
	found := make([]float64, 0, len(words))
	for _, w := range words {
		n, err := strconv.ParseFloat(w, 64)
		if err != nil || math.IsNaN(n) || n < 0 || n > 1e15 {
			n = 0
		}
		found = append(found, n)
	}
	return found
}

func count(word string) int64 {
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || n < 0 || n > 1<<52 {
		return 0
	}
	return n
}

func sum(rows map[string][2]int64, counts func(map[string][2]int64, string) bool) (a, b int64) {
	for name, row := range rows {
		if counts(rows, name) {
			a, b = a+row[0], b+row[1]
		}
	}
	return a, b
}

var (
	diskForm   = regexp.MustCompile(`^((?:sd|vd|xvd|hd|dasd)[a-z]+|nvme\d+n\d+|mmcblk\d+)(p?\d+)?$`)
	foreignNIC = regexp.MustCompile(`^(lo|veth|docker|br|virbr|vnet|bond|team|tun|tap|wg|dummy|ifb|sit|gre|cali|cni|flannel|kube|nodelocal)|[.:@]`)
)

// isWholeDisk leaves out partitions and what is built on disks: both would count twice.
func isWholeDisk(all map[string][2]int64, name string) bool {
	parts := diskForm.FindStringSubmatch(name)
	if parts == nil {
		return false
	}
	_, parent := all[parts[1]]
	return parts[2] == "" || !parent
}

// isOwnNIC leaves out the loopback, bridges, bonds, tunnels and the ends of containers' wires.
func isOwnNIC(_ map[string][2]int64, name string) bool {
	return !foreignNIC.MatchString(name)
}

// loadOf is what two looks say together.
func loadOf(a, b moment) estate.Load {
	l := estate.Load{Seconds: round(b.seconds-a.seconds, 2), LoadAverage: b.averages, SwapUsedBytes: max(b.memory["SwapTotal:"]-b.memory["SwapFree:"], 0)}
	if l.LoadAverage == nil {
		l.LoadAverage = []float64{}
	}
	l.AvailableBytes = b.available()
	l.CPUBusyBoot, _, _ = shares(nil, b.cpu, 0)
	if l.Seconds <= 0 {
		return l
	}
	l.CPUBusyPercent, l.CPUWaitPercent, l.CPUStealPercent = shares(a.cpu, b.cpu, b.own-a.own)
	rate := func(was, is int64) int64 { return int64(float64(max(is-was, 0)) / l.Seconds) }
	l.DiskReadRate, l.DiskWriteRate = rate(a.read, b.read), rate(a.written, b.written)
	l.ReceiveRate, l.SendRate = rate(a.received, b.received), rate(a.sent, b.sent)
	return l
}

// shares are the percentages of busy, waiting and stolen time between two looks; own ticks are not of the machine's work.
func shares(was, is []float64, own float64) (busy, wait, steal float64) {
	var spent [8]float64
	total := 0.0
	for i := range min(len(is), 8) {
		spent[i] = is[i]
		if i < len(was) {
			spent[i] = max(spent[i]-was[i], 0)
		}
		total += spent[i]
	}
	if total <= 0 {
		return 0, 0, 0
	}
	working := spent[0] + spent[1] + spent[2] + spent[5] + spent[6]
	return round(100*max(working-max(own, 0), 0)/total, 1), round(100*spent[4]/total, 1), round(100*spent[7]/total, 1)
}

func round(n float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(n*scale) / scale
}

// load joins the looks and sysstat's records.
func load(t transcript) estate.Section[estate.Load] {
	first := parseLook(t.body("loadbefore"), t.self)
	s := section(t, "loadafter", "", func(body string) estate.Load {
		second := parseLook(body, t.self)
		if first.seconds <= 0 {
			return loadOf(second, second)
		}
		return loadOf(first, second)
	})
	if s.Coverage != estate.Known {
		return s
	}
	if first.seconds <= 0 {
		s.Problem = "the first of the two looks is missing: there are no rates"
	}
	switch coverage, problem := t.coverage("sysstat"); {
	case strings.HasPrefix(t.body("sysstat"), "nosadf"):
		s.Problem = strings.TrimPrefix(s.Problem+"; sysstat's records are there, and sadf that reads them is not", "; ")
	case coverage == estate.Known:
		s.Value.History = parseHistory(t.body("sysstat"))
	case coverage != estate.Absent:
		s.Problem = strings.TrimPrefix(s.Problem+"; sysstat's records: "+problem, "; ")
	}
	return s
}

// parseHistory reads `sadf -d`: "host;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle", CPU -1 for all.
func parseHistory(body string) *estate.LoadHistory {
	var columns []string
	var busy []float64
	days := map[string]bool{}
	for line := range lines(body) {
		cells := strings.Split(strings.TrimPrefix(line, "# "), ";")
		if strings.HasPrefix(line, "#") {
			columns = cells
			continue
		}
		row := map[string]string{}
		for i, cell := range cells[:min(len(cells), len(columns))] {
			row[columns[i]] = cell
		}
		day, _, ok := strings.Cut(row["timestamp"], " ")
		if !ok || row["CPU"] != "-1" || len(cells) != len(columns) {
			continue // a restart, or a single processor
		}
		n := numbers([]string{row["%user"], row["%nice"], row["%system"]})
		days[day] = true
		busy = append(busy, min(n[0]+n[1]+n[2], 100))
	}
	if len(busy) == 0 {
		return nil
	}
	slices.Sort(busy)
	at := func(share float64) float64 { return round(busy[int(math.Ceil(share*float64(len(busy))))-1], 1) }
	return &estate.LoadHistory{Days: len(days), Samples: len(busy), Median: at(0.5), P95: at(0.95), Most: at(1)}
}

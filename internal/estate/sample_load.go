package estate

import (
	"math"
	"slices"
)

// mostIntervals is how many intervals may lie between two samples for an average between them to stand for a sample:
// over a longer gap it would hide the peaks that percentiles are for.
const mostIntervals = 3

// series gathers the figures of one measure.
type series []float64

func (s *series) add(figure float64) {
	if !math.IsNaN(figure) && !math.IsInf(figure, 0) {
		*s = append(*s, figure)
	}
}

// percentiles by nearest rank: each is a figure that was measured.
func (s series) percentiles() Percentiles {
	if len(s) == 0 {
		return Percentiles{}
	}
	slices.Sort(s)
	at := func(share float64) float64 {
		figure := s[int(math.Ceil(share*float64(len(s))))-1]
		return math.Round(figure*100) / 100
	}
	return Percentiles{Samples: len(s), P50: at(0.5), P90: at(0.9), P95: at(0.95), P99: at(0.99), Max: at(1)}
}

// follow calls each with every sample that has counters, the one before it and the seconds between them on the asset's
// own clock; before is nil where there is none near enough, or the asset was restarted in between.
func follow[C any](entries []SampleEntry[C], uptime func(*C) float64, each func(before, now *C, seconds float64)) {
	var last SampleEntry[C]
	for _, e := range entries {
		if e.Counters == nil {
			continue
		}
		before, seconds := last.Counters, 0.0
		if before != nil {
			seconds = uptime(e.Counters) - uptime(before)
			apart := e.At.Sub(last.At).Seconds()
			if seconds <= 0 || apart <= 0 || apart > float64(mostIntervals*e.Every) {
				before = nil
			}
		}
		each(before, e.Counters, seconds)
		last = e
	}
}

// rate is how fast a counter grew; no figure where it was set back, or is not told.
func rate(was, is int64, seconds float64) float64 {
	if was < 0 || is < was {
		return math.NaN()
	}
	return float64(is-was) / seconds
}

// share is a part of a whole in percent; no figure where there is no whole.
func share(part, whole float64) float64 {
	if whole <= 0 || part < 0 {
		return math.NaN()
	}
	return 100 * part / whole
}

func hostLoad(entries []SampleEntry[HostCounters]) HostLoad {
	var busy, wait, steal, average, memory, swap, read, written, operations, received, sent series
	follow(entries, func(c *HostCounters) float64 { return c.Uptime }, func(before, now *HostCounters, seconds float64) {
		average.add(now.LoadAverage)
		if now.MemoryBytes > 0 {
			memory.add(float64(max(now.MemoryBytes-now.AvailableBytes, 0)))
			swap.add(float64(now.SwapUsedBytes))
		}
		if before == nil {
			return
		}
		working, waiting, stolen, all := spent(before.CPU, now.CPU)
		busy.add(share(working, all))
		wait.add(share(waiting, all))
		steal.add(share(stolen, all))
		read.add(rate(before.ReadBytes, now.ReadBytes, seconds))
		written.add(rate(before.WrittenBytes, now.WrittenBytes, seconds))
		operations.add(rate(before.Operations, now.Operations, seconds))
		received.add(rate(before.ReceivedBytes, now.ReceivedBytes, seconds))
		sent.add(rate(before.SentBytes, now.SentBytes, seconds))
	})
	return HostLoad{
		CPUBusyPercent: busy.percentiles(), CPUWaitPercent: wait.percentiles(), CPUStealPercent: steal.percentiles(),
		LoadAverage: average.percentiles(), MemoryUsedBytes: memory.percentiles(), SwapUsedBytes: swap.percentiles(),
		DiskReadRate: read.percentiles(), DiskWriteRate: written.percentiles(), DiskOperations: operations.percentiles(),
		ReceiveRate: received.percentiles(), SendRate: sent.percentiles(),
	}
}

// spent is processor time between two samples, in ticks. Waiting may count backwards on Linux: it is then none.
func spent(was, is [8]int64) (working, waiting, stolen, all float64) {
	var ticks [8]float64
	for i := range is {
		ticks[i] = float64(max(is[i]-was[i], 0))
		all += ticks[i]
	}
	return ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6], ticks[4], ticks[7], all
}

func postgresLoad(entries []SampleEntry[PostgresCounters]) PostgresLoad {
	var sessions, active, transactions, begun, hit, temporary, wal series
	told := func(s *series, figure int64) {
		if figure >= 0 {
			s.add(float64(figure))
		}
	}
	follow(entries, func(c *PostgresCounters) float64 { return c.Uptime }, func(before, now *PostgresCounters, seconds float64) {
		told(&sessions, now.Sessions)
		told(&active, now.Active)
		if before == nil {
			return
		}
		transactions.add(rate(before.Transactions, now.Transactions, seconds))
		begun.add(rate(before.Begun, now.Begun, seconds))
		temporary.add(rate(before.TemporaryBytes, now.TemporaryBytes, seconds))
		wal.add(rate(before.WALBytes, now.WALBytes, seconds))
		found, sought := rate(before.BlocksHit, now.BlocksHit, 1), rate(before.BlocksRead, now.BlocksRead, 1)
		hit.add(share(found, found+sought))
	})
	return PostgresLoad{Sessions: sessions.percentiles(), Active: active.percentiles(), TransactionRate: transactions.percentiles(),
		SessionRate: begun.percentiles(), CacheHitPercent: hit.percentiles(), TemporaryRate: temporary.percentiles(), WALRate: wal.percentiles()}
}

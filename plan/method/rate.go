package method

import (
	"fmt"
	"slices"
	"time"

	"nightferry/internal/estate"
)

// Rate is how fast something goes, in bytes a second, from slowest to fastest.
type Rate struct {
	Slow, Fast int64
	Confidence Confidence
	Basis      string
}

// Rates are those of a night.
type Rates struct {
	Copy    Rate // dump and restore of a database
	Files   Rate // copy of a filestore
	Compare Rate // comparison of rows by hashes
}

// Work is what a rate is of.
type Work string

// The works, by the kind of step that does them.
const (
	CopyWork    Work = "postgres.copy"
	FilesWork   Work = "files.copy"
	CompareWork Work = "validate"
)

// Sample is one measurement, of a rehearsal or of an earlier night.
type Sample struct {
	Work  Work
	Bytes int64
	Took  time.Duration
	Run   string // where it was measured
}

// least is the size of a copy that tells something about a rate: of smaller ones it is the beginning that takes time.
const least = 64 << 20

const mega = 1000 * 1000

// RatesFrom gives the rates that were measured, else those that were stated, else cautious assumptions.
func RatesFrom(stated estate.Rates, samples []Sample) Rates {
	return Rates{
		Copy:    rate(CopyWork, stated.Copy, stated.Basis, samples, Rate{Slow: 5 * mega, Fast: 30 * mega}),
		Files:   rate(FilesWork, stated.Files, stated.Basis, samples, Rate{Slow: 5 * mega, Fast: 60 * mega}),
		Compare: rate(CompareWork, stated.Compare, stated.Basis, samples, Rate{Slow: 20 * mega, Fast: 150 * mega}),
	}
}

func rate(work Work, stated int, basis string, samples []Sample, assumed Rate) Rate {
	var seen []int64
	runs := map[string]bool{}
	for _, s := range samples {
		if s.Work == work && s.Bytes >= least && s.Took > 0 {
			seen = append(seen, int64(float64(s.Bytes)/s.Took.Seconds()))
			runs[s.Run] = true
		}
	}
	switch {
	case len(seen) > 0:
		r := Rate{Slow: max(slices.Min(seen), 1), Fast: max(slices.Max(seen), 1), Confidence: High}
		if len(runs) < 2 { // one rehearsal shows no spread
			r.Slow, r.Confidence = max(r.Slow*2/3, 1), Medium
		}
		r.Basis = fmt.Sprintf("%s: measured in %d %s, %s", work, len(runs), plural(len(runs), "run", "runs"), r.words())
		return r
	case stated > 0:
		r := Rate{Slow: max(int64(stated)*mega/2, 1), Fast: int64(stated) * mega, Confidence: Medium}
		r.Basis = fmt.Sprintf("%s: stated (%s), half of it in the worst case, %s", work, basis, r.words())
		return r
	}
	assumed.Confidence = Low
	assumed.Basis = fmt.Sprintf("%s: assumed, %s: neither measured in a rehearsal nor stated under target.rates", work, assumed.words())
	return assumed
}

func (r Rate) words() string {
	return fmt.Sprintf("%s to %s MB/s", mb(r.Slow), mb(r.Fast))
}

func mb(perSecond int64) string { return fmt.Sprintf("%.3g", float64(perSecond)/mega) }

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// lasting is how long it takes for this many bytes; -1 is not known, and then at most bounds it where that is above zero.
func (r Rate) lasting(bytes, atMost int64) Range {
	switch {
	case bytes >= 0:
		return Range{Low: seconds(bytes, r.Fast), High: seconds(bytes, r.Slow)}
	case atMost > 0:
		return Range{High: seconds(atMost, r.Slow)}
	}
	return Range{Unbounded: true}
}

// seconds rounds up.
func seconds(bytes, perSecond int64) time.Duration {
	whole := bytes / perSecond
	if bytes%perSecond != 0 {
		whole++
	}
	return time.Duration(whole) * time.Second
}

// Plus is one after the other.
func (r Range) Plus(o Range) Range {
	sum := Range{Low: r.Low + o.Low, Unbounded: r.Unbounded || o.Unbounded}
	if !sum.Unbounded {
		sum.High = r.High + o.High
	}
	return sum
}

// Beside is both at once: as long as the longer.
func (r Range) Beside(o Range) Range {
	both := Range{Low: max(r.Low, o.Low), Unbounded: r.Unbounded || o.Unbounded}
	if !both.Unbounded {
		both.High = max(r.High, o.High)
	}
	return both
}

// Within answers whether the range stays within a limit; a limit of zero is none that anybody stated.
func (r Range) Within(limit time.Duration) estate.Answer {
	switch {
	case limit <= 0:
		return estate.NoIdea
	case r.Low > limit:
		return estate.No
	case !r.Unbounded && r.High <= limit:
		return estate.Yes
	}
	return estate.NoIdea
}

// String is the range for people: "20m to 1h10m", "at least 20m".
func (r Range) String() string {
	switch {
	case r.Unbounded && r.Low == 0:
		return "not known"
	case r.Unbounded:
		return "at least " + short(r.Low)
	case r.Low == r.High:
		return short(r.Low)
	}
	return short(r.Low) + " to " + short(r.High)
}

// short is a duration rounded up to what people plan by: seconds below two minutes, minutes above.
func short(d time.Duration) string {
	if d < 2*time.Minute {
		return d.Round(time.Second).String()
	}
	whole := (d + time.Minute - 1) / time.Minute
	if h, m := whole/60, whole%60; h > 0 && m > 0 {
		return fmt.Sprintf("%dh%dm", h, m)
	} else if h > 0 {
		return fmt.Sprintf("%dh", h)
	}
	return fmt.Sprintf("%dm", whole)
}

func worse(a, b Confidence) Confidence {
	order := []Confidence{High, Medium, Low}
	return order[max(slices.Index(order, a), slices.Index(order, b), 0)]
}

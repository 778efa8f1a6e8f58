package main

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// days is a flag's duration, which people state in days and weeks, too: 7d, 1d12h, 2w, 90m.
type days time.Duration

// Set reads a duration.
func (d *days) Set(text string) error {
	var sum time.Duration
	rest := text
	for _, unit := range []struct {
		sign string
		is   time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		count, after, found := strings.Cut(rest, unit.sign)
		if !found {
			continue
		}
		n, err := strconv.ParseUint(count, 10, 16)
		if err != nil {
			return errNoDuration
		}
		sum, rest = sum+time.Duration(n)*unit.is, after //nolint:gosec // of 16 bits
	}
	if rest != "" {
		more, err := time.ParseDuration(rest)
		if err != nil || more < 0 {
			return errNoDuration
		}
		sum += more
	}
	if sum <= 0 {
		return errNoDuration
	}
	*d = days(sum)
	return nil
}

var errNoDuration = errors.New("this is no time; write it as 7d, 12h or 90m")

// String writes it as people do: 7d, 1d12h, 5m; empty for none.
func (d *days) String() string { return inDays(time.Duration(*d)) }

// Type is what help calls the value.
func (d *days) Type() string { return "TIME" }

func inDays(d time.Duration) string {
	if d == 0 {
		return ""
	}
	text := ""
	if whole := d / (24 * time.Hour); whole > 0 {
		text, d = strconv.FormatInt(int64(whole), 10)+"d", d%(24*time.Hour)
	}
	if d == 0 {
		return text
	}
	rest := d.String()
	for _, empty := range []string{"0s", "0m"} { // 1h0m0s is 1h, and 10s stays
		if shorter, is := strings.CutSuffix(rest, empty); is && strings.ContainsAny(shorter[max(len(shorter)-1, 0):], "hm") {
			rest = shorter
		}
	}
	return text + rest
}

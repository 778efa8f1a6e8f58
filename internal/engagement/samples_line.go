package engagement

import (
	"bytes"
	"fmt"

	"nightferry/internal/estate"
)

// The record of an asset's samples is lines of JSON, which are only ever added:
//
//	{"version":1,"asset":"host/erp-db"}      the first line
//	{"every_seconds":300}                    how far apart the samples after it are
//	{"who":{…}}                              somebody who was seen for the first time: number 0, 1, …
//	{"at":"…","counters":{…},"seen":[0,2]}   a sample
//	{"at":"…","missed":"timeout"}            one that was not answered
//
// Somebody is told once and then by number, so that a week of samples every five minutes stays below a megabyte for
// most hosts, and a line is of use only after those before it.
type sampleLine[Who comparable, Counters any] struct {
	Version int    `json:"version,omitempty"`
	Asset   string `json:"asset,omitempty"`
	Every   int    `json:"every_seconds,omitempty"`
	Who     *Who   `json:"who,omitempty"`
	*estate.SampleEntry[Counters]
}

// samplesVersion is of the form of the lines.
const samplesVersion = 1

// sampleText is a record taken apart.
type sampleText[Who comparable, Counters any] struct {
	estate.SampleLog[Who, Counters]
	every int // of the last lines
	whole int // bytes up to the end of the last whole line
}

// parseSamples reads the record of an asset, "host/erp-db". What stands behind the last end of a line is being written
// just now, or was when a run was killed: it is no record. name is what errors call the file.
func parseSamples[Who comparable, Counters any](name, asset string, text []byte) (sampleText[Who, Counters], error) {
	s := sampleText[Who, Counters]{whole: bytes.LastIndexByte(text, '\n') + 1}
	number := 0
	for line := range bytes.Lines(text[:s.whole]) {
		number++
		var l sampleLine[Who, Counters]
		fault := decodeJSON(name, bytes.TrimRight(line, "\n"), &l)
		if fault == nil {
			if problem := s.take(number, asset, l); problem != "" {
				fault = &FileError{Name: name, Text: problem, Column: 1}
			}
		}
		if fault != nil {
			fault.Line, fault.Hint = number, "take the file back from git, or move it away: the samples in it are then not counted"
			return sampleText[Who, Counters]{}, fault
		}
	}
	return s, nil
}

// take adds a line, or says what is wrong with it.
func (s *sampleText[Who, Counters]) take(number int, asset string, l sampleLine[Who, Counters]) (problem string) {
	kinds := 0
	for _, is := range []bool{l.Version != 0 || l.Asset != "", l.Every != 0, l.Who != nil, l.SampleEntry != nil} {
		if is {
			kinds++
		}
	}
	header := l.Version != 0 || l.Asset != ""
	switch {
	case kinds != 1 || header != (number == 1):
		return "damaged: this is no line of a record of samples"
	case header && l.Version != samplesVersion:
		return fmt.Sprintf("its form is %d, and this nightferry knows form %d", l.Version, samplesVersion)
	case header && l.Asset != asset:
		return fmt.Sprintf("it holds the samples of %.70q", l.Asset)
	case header:
	case l.Every != 0:
		if l.Every < 0 {
			return "damaged: every_seconds is below zero"
		}
		s.every = l.Every
	case l.Who != nil:
		s.Known = append(s.Known, *l.Who)
	default:
		return s.takeEntry(*l.SampleEntry)
	}
	return ""
}

func (s *sampleText[Who, Counters]) takeEntry(e estate.SampleEntry[Counters]) (problem string) {
	if e.At.IsZero() {
		return "damaged: at is missing"
	}
	for _, numbers := range [][]int{e.Seen, e.Ended} {
		for _, n := range numbers {
			if n < 0 || n >= len(s.Known) {
				return fmt.Sprintf("damaged: number %d was never told", n)
			}
		}
	}
	if len(e.Sessions) > len(e.Seen) || len(e.Longest) > len(e.Seen) {
		return "damaged: its lists differ in length"
	}
	e.Every = s.every
	s.Entries = append(s.Entries, e)
	return ""
}

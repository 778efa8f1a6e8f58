package cutover

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const (
	maxLine      = 4 << 10 // bytes of a live line; the rest of it is counted and hashed, not shown
	maxShownLine = 500     // bytes of a journaled line
)

// output takes what a step prints: it counts and hashes every byte, shows lines live and keeps only those that the
// step's show pattern allows.
type output struct {
	show *regexp.Regexp // nil allows none
	live func(line string)

	mu    sync.Mutex
	bytes int64
	sum   hash.Hash
	line  []byte // the unfinished one
	cut   bool   // it is longer than maxLine
	shown []string
}

func (e *Engine) output(id string) *output {
	return &output{
		show: e.opts.File.Shows[id], sum: sha256.New(),
		live: func(line string) { e.tick(Tick{Step: id, Line: line}) },
	}
}

// Write never fails: a viewer's trouble is not the command's.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes += int64(len(p))
	o.sum.Write(p)
	for rest := p; len(rest) > 0; {
		part, after, ended := bytes.Cut(rest, []byte{'\n'})
		room := maxLine - len(o.line)
		o.cut = o.cut || len(part) > room
		o.line = append(o.line, part[:min(room, len(part))]...)
		if ended {
			o.endLine()
		}
		rest = after
	}
	return len(p), nil
}

func (o *output) endLine() {
	line := printable(string(o.line))
	if o.cut {
		line += "…"
	}
	o.line, o.cut = o.line[:0], false
	o.live(line)
	if o.show != nil && len(o.shown) < maxShown && len(line) <= maxShownLine && o.show.MatchString(line) {
		o.shown = append(o.shown, line)
	}
}

// printed sums up what was printed so far.
func (o *output) printed(exit *int) Printed {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.line) > 0 {
		o.endLine()
	}
	p := Printed{Exit: exit, Bytes: o.bytes, Shown: o.shown}
	if o.bytes > 0 {
		p.SHA256 = hex.EncodeToString(o.sum.Sum(nil))
	}
	return p
}

// printable drops what could steer a terminal or break a line, and bytes that are not UTF-8.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
}

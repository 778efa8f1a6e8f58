package remote

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"strings"
	"sync"
	"unicode"
)

// sink takes one output stream: it counts, hashes, keeps or passes on, and splits into lines.
// It is locked because a command that we hung up on may still print while its result is read.
type sink struct {
	to    io.Writer     // passes on; nil keeps
	keep  int64         // bytes kept
	drain bool          // takes and forgets what is beyond, instead of ending
	lines *lineSplitter // may be nil
	ended chan struct{} // closed when nothing more will be taken

	mu      sync.Mutex
	sum     hash.Hash
	n       int64
	buf     bytes.Buffer
	over    bool  // more came than may be kept
	err     error // of the writer passed on to
	stopped bool
}

var errNoMore = errors.New("no more output is taken")

func newSink(to io.Writer, keep int64) *sink {
	return &sink{to: to, keep: keep, sum: sha256.New(), ended: make(chan struct{})}
}

// Write refuses once the sink has ended: the reader of the channel then stops, and flow control the peer.
func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return 0, errNoMore
	}
	if s.to == nil {
		return s.store(p)
	}
	s.n += int64(len(p))
	s.sum.Write(p)
	if _, err := s.to.Write(p); err != nil {
		s.err = err
		s.finish()
		return 0, err
	}
	return len(p), nil
}

func (s *sink) store(p []byte) (int, error) {
	fits := p[:min(int64(len(p)), s.keep-s.n)]
	s.n += int64(len(fits))
	s.sum.Write(fits)
	s.buf.Write(fits)
	if s.lines != nil {
		if s.drain {
			s.lines.write(p)
		} else {
			s.lines.write(fits)
		}
	}
	if len(fits) < len(p) && !s.drain {
		s.over = true
		s.finish()
		return len(fits), errNoMore
	}
	return len(p), nil
}

func (s *sink) finish() {
	if !s.stopped {
		s.stopped = true
		close(s.ended)
	}
}

// stop ends the sink and returns what it kept. Its fields are safe to read afterwards.
func (s *sink) stop() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish()
	if s.lines != nil {
		s.lines.flush()
	}
	if s.to != nil {
		return nil
	}
	return s.buf.Bytes()
}

const longestLine = 4 << 10

// lineSplitter hands out lines, cut and cleaned.
type lineSplitter struct {
	each func(string)
	part []byte
}

func (l *lineSplitter) write(p []byte) {
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		end := i
		if i < 0 {
			end = len(p)
		}
		if room := longestLine - len(l.part); room > 0 {
			l.part = append(l.part, p[:min(end, room)]...)
		}
		if i < 0 {
			return
		}
		l.each(CleanLine(string(l.part)))
		l.part = l.part[:0]
		p = p[i+1:]
	}
}

func (l *lineSplitter) flush() {
	if len(l.part) > 0 {
		l.each(CleanLine(string(l.part)))
		l.part = nil
	}
}

// CleanLine makes a line of a peer safe for a terminal and a file: control and direction characters are
// removed, a tab becomes a space, and invalid UTF-8 the replacement character.
func CleanLine(s string) string {
	if isPlain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029', r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// isPlain tells whether s is printable ASCII, as nearly all that machines say is, so that nothing has to be looked up.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

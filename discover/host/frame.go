package host

import (
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// frame is what one probe printed.
type frame struct {
	body string
	code int
	cut  bool // a limit cut the body
	root bool // a part of it was read with sudo
}

// transcript is everything the script printed, taken apart.
type transcript struct {
	hello  bool // a shell ran the script
	bye    bool // to its end
	late   bool // time was up before its end
	self   int  // process id of the script's shell
	frames map[string]frame

	sources map[string]string // of the probes' facts, by key; nil where a transcript was not read from output
}

// readTranscript takes apart the output of the script. A frame without an end is not kept: its exit code is unknown.
func readTranscript(output, nonce string) transcript {
	t := transcript{frames: map[string]frame{}, sources: sources()}
	mark := "\n@@" + nonce + " "
	parts := strings.Split(output, mark)
	open, body := "", ""
	for _, part := range parts[1:] {
		line, rest, _ := strings.Cut(part, "\n")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch {
		case words[0] == "hello" && len(words) == 2:
			t.hello = true
			t.self, _ = strconv.Atoi(words[1])
		case words[0] == "begin" && len(words) == 2:
			open, body = words[1], rest
		case words[0] == "end" && len(words) >= 3 && words[1] == open:
			if f, ok := ended(words[2:]); ok {
				if _, twice := t.frames[open]; !twice {
					f.body = body
					t.frames[open] = f
				}
			}
			open = ""
		case words[0] == "bye":
			t.bye = true
		}
	}
	return t
}

// ended reads how a probe ended: its exit code, "cut" where a limit cut the body, and "sudo" for each part that was read
// with it, in any order.
func ended(words []string) (frame, bool) {
	f, known := frame{}, false
	for _, word := range words {
		switch code, err := strconv.Atoi(word); {
		case word == "cut":
			f.cut = true
		case word == "sudo":
			f.root = true
		case err == nil:
			f.code, known = code, true
			f.cut = f.cut || code == sigPipe
		}
	}
	return f, known
}

// The codes of shells and timeout(1).
const (
	exitTimeout  = 124
	exitNotRun   = 126
	exitNotFound = 127
	sigKill      = 128 + 9
	sigPipe      = 128 + 13 // head closed the pipe at the limit
	sigTerm      = 128 + 15
)

// coverage says what the exit code of a probe means, with the problem in words.
func (t transcript) coverage(key string) (estate.Coverage, string) {
	f, ok := t.frames[key]
	switch {
	case !ok && t.bye:
		return estate.Failed, "the host skipped the question"
	case !ok && t.late:
		return estate.Timeout, "the time for this host was up before it came to this"
	case !ok:
		return estate.Failed, "the script was cut short before it came to this"
	}
	switch f.code {
	case 0, sigPipe:
		return estate.Known, ""
	case exitAbsent, exitNotFound:
		return estate.Absent, ""
	case exitDenied, exitNotRun:
		return estate.Denied, "this account may not read it"
	case exitTimeout, sigKill, sigTerm:
		return estate.Timeout, "it took longer than 15 seconds"
	}
	return estate.Failed, "it ended with exit code " + strconv.Itoa(f.code)
}

// section reads one probe by a parser. grant is the right that would help where reading is denied.
func section[T any](t transcript, key, grant string, parse func(string) T) estate.Section[T] {
	source := t.source(key)
	coverage, problem := t.coverage(key)
	if coverage != estate.Known {
		if coverage != estate.Denied {
			grant = ""
		}
		return estate.Miss[T](coverage, source, problem, grant)
	}
	s := estate.Know(source, parse(t.frames[key].body))
	s.Truncated = t.frames[key].cut || strings.Count(t.frames[key].body, "\n") > mostRows
	if t.frames[key].root {
		s.Privilege = privilegeSudo
	}
	return s
}

// privilegeSudo is how a section says that a part of it was read with sudo.
const privilegeSudo = "sudo"

// sources says where the facts of each probe are from. The probes are written anew each time they are listed, so that
// is done once a host.
func sources() map[string]string {
	found := map[string]string{}
	for _, p := range slices.Concat(probes(), lookProbes()) {
		found[p.key] = p.source
	}
	return found
}

func (t transcript) source(key string) string {
	if t.sources == nil {
		return sources()[key]
	}
	return t.sources[key]
}

// body is what a probe printed; empty where it did not answer well.
func (t transcript) body(key string) string {
	if f := t.frames[key]; f.code == 0 || f.code == sigPipe {
		return f.body
	}
	return ""
}

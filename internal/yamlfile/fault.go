package yamlfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// excerptWidth bounds the part of a long line that is shown.
const excerptWidth = 100

// Fault adds a problem at the value that the path names, such as "hosts[2].via". Where the file has no such
// value, the nearest thing around it is shown: a host without an address is shown by its first line. A value
// that could not be bound has its problem already, and gets no second one that only follows from it.
func (f *File) Fault(path, text, mend string) {
	p := f.place(path)
	if f.Has(path) && slices.ContainsFunc(f.problems[:f.bound], func(q Problem) bool { return q.Line == p.line && q.Column == p.column }) {
		return
	}
	p.veil = 0 // the value was bound: a reference, not a secret
	f.add(p, text, mend)
}

// Line is the line of the value that the path names, or of the nearest thing around it; 0 if there is none.
func (f *File) Line(path string) int { return f.place(path).line }

// Has tells whether the file states the value that the path names, be it empty.
func (f *File) Has(path string) bool {
	_, ok := f.places[path]
	return ok
}

// Faulty tells whether a problem was found on the line of the value that the path names, so that a caller does
// not add what only follows from it.
func (f *File) Faulty(path string) bool {
	line := f.Line(path)
	return slices.ContainsFunc(f.problems, func(p Problem) bool { return p.Line == line })
}

func (f *File) place(path string) place {
	for path != "" {
		if p, ok := f.places[path]; ok {
			return p
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return f.places[""]
}

// Conceal keeps the line of the value that the path names out of excerpts, but for its first key: the caller
// has seen that it may hold a secret.
func (f *File) Conceal(path string) { f.conceal(f.Line(path), 1, behindKey) }

// conceal draws a veil over lines; a thicker one stays.
func (f *File) conceal(first, lines int, v veil) {
	for line := first; line < first+lines; line++ {
		f.secret[line] = max(f.secret[line], v)
	}
}

func (f *File) add(p place, text, mend string) {
	problem := Problem{File: f.name, Text: text, Mend: mend}
	if p.line > 0 {
		problem.Line, problem.Column = p.line, max(p.column, 1)
		if p.veil != 0 {
			f.conceal(p.line, 1, p.veil)
		}
	}
	f.problems = append(f.problems, problem)
}

// excerpt is a line with its number, and a caret below.
func (f *File) excerpt(number, column int) string {
	if number < 1 || number > len(f.lines) {
		return ""
	}
	line := f.lines[number-1]
	switch {
	case f.secret[number] == wholeLine:
		line = indentOf(line) + "…"
	case f.secret[number] == behindKey, hasUserInfo(line):
		line = keyOnly(line)
	}
	shown := []rune(strings.Map(oneCell, line))
	caret := min(column-1, len(shown))
	if caret > excerptWidth*3/4 {
		cut := caret - excerptWidth/2
		shown, caret = append([]rune("…"), shown[cut:]...), caret-cut+1
	}
	if len(shown) > excerptWidth {
		shown = append(shown[:excerptWidth], '…')
	}
	margin := fmt.Sprintf("%5d | ", number)
	return margin + string(shown) + "\n" + strings.Repeat(" ", utf8.RuneCountInString(margin)-2) + "| " + strings.Repeat(" ", caret) + "^"
}

// oneCell keeps the caret under its character and the terminal out of danger.
func oneCell(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case unicode.IsPrint(r):
		return r
	}
	return '�'
}

// keyOnly leaves out what stands behind the key of a line; without a key, all of it.
func keyOnly(line string) string {
	if i := strings.Index(line, ":"); i >= 0 {
		return line[:i+1] + " …"
	}
	return indentOf(line) + "…"
}

func indentOf(line string) string {
	return line[:len(line)-len(strings.TrimLeft(line, " \t-"))]
}

var (
	userInfo   = regexp.MustCompile(`://[^/\s]*@`)
	secretWord = regexp.MustCompile(`(?i)pass|pwd|secret|token|kennwort|credential|api.?key`)
)

// hasUserInfo tells whether a line holds a URL with a login, which often has the password behind it.
func hasUserInfo(line string) bool {
	return userInfo.MatchString(line)
}

// namesSecret tells whether a line looks as if a secret stood in it.
func namesSecret(line string) bool {
	return secretWord.MatchString(line)
}

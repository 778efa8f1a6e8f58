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
// value, the nearest thing around it is shown: a host without an address is shown by its first line.
func (f *File) Fault(path, text, mend string) {
	f.add(f.place(path), text, mend)
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

func (f *File) add(p place, text, mend string) {
	problem := Problem{File: f.name, Text: text, Mend: mend}
	if p.line > 0 {
		problem.Line = p.line
		problem.Column = max(p.column, 1)
		problem.Excerpt = f.excerpt(p)
	}
	f.problems = append(f.problems, problem)
}

// excerpt is the line of a place with its number, and a caret below.
func (f *File) excerpt(p place) string {
	if p.line > len(f.lines) {
		return ""
	}
	line := f.lines[p.line-1]
	switch {
	case p.blank:
		line = indentOf(line) + "…"
	case p.secret, hasUserInfo(line):
		line = keyOnly(line)
	}
	shown := []rune(strings.Map(oneCell, line))
	caret := min(max(p.column, 1)-1, len(shown))
	if caret > excerptWidth*3/4 {
		cut := caret - excerptWidth/2
		shown, caret = append([]rune("…"), shown[cut:]...), caret-cut+1
	}
	if len(shown) > excerptWidth {
		shown = append(shown[:excerptWidth], '…')
	}
	margin := fmt.Sprintf("%5d | ", p.line)
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

// hasUserInfo tells whether a line holds a URL with a login, which often has the password behind it.
func hasUserInfo(line string) bool {
	return regexp.MustCompile(`://[^/\s]*@`).MatchString(line)
}

// namesSecret tells whether a line looks as if a secret stood in it.
func namesSecret(line string) bool {
	return regexp.MustCompile(`(?i)pass|pwd|secret|token|kennwort|credential|api.?key`).MatchString(line)
}

package yamlfile

import "strings"

// FaultWithin adds a problem inside of a text that the path names: at the character of its value with this number, from
// 0. Folded and quoted texts are followed to where the character stands in the file.
func (f *File) FaultWithin(path string, offset int, value, text, mend string) {
	p := f.place(path)
	if p.line < 1 || p.line > len(f.lines) || !f.Has(path) {
		f.Fault(path, text, mend)
		return
	}
	w := walker{lines: f.lines, line: p.line - 1, at: p.column - 1}
	w.begin()
	for _, r := range []rune(value)[:min(max(offset, 0), len([]rune(value)))] {
		w.pass(r)
	}
	f.add(place{line: w.line + 1, column: w.at + 1}, text, mend)
}

// walker follows the characters of a value through the lines of the file.
type walker struct {
	lines []string
	line  int
	at    int // character in the line
	quote rune
}

func (w *walker) here() rune {
	if letters := []rune(w.lines[w.line]); w.at < len(letters) {
		return letters[w.at]
	}
	return '\n'
}

// begin steps over what stands before the text: a quotation mark, or the sign of a block.
func (w *walker) begin() {
	switch r := w.here(); r {
	case '"', '\'':
		w.quote = r
		w.at++
	case '|', '>':
		w.next()
	}
}

// next goes to the first character of the next line that has any.
func (w *walker) next() {
	for w.line+1 < len(w.lines) {
		w.line++
		if bare := strings.TrimLeft(w.lines[w.line], " "); bare != "" {
			w.at = len(w.lines[w.line]) - len(bare)
			return
		}
	}
}

// pass steps over one character of the value, however the file writes it.
func (w *walker) pass(r rune) {
	switch here := w.here(); {
	case here == '\n' && (r == ' ' || r == '\n'):
		w.next()
	case w.quote == '"' && here == '\\', w.quote == '\'' && here == '\'':
		w.at += 2
	default:
		w.at++
	}
}

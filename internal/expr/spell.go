package expr

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/expr-lang/expr/file"
)

// spelling is an expression in the library's spelling, and the way back to places in the text as it was written.
type spelling struct {
	written []rune
	spelt   string
	from    []int // for each character of spelt, its place in written
}

// spell turns 30m into duration("30m"), which is how the library wants it.
// Texts in quotation marks are left alone; where the language has none they are a mistake.
func spell(source string, texts bool) (spelling, error) {
	s := spelling{written: []rune(source)}
	var b strings.Builder
	put := func(text string, at, step int) {
		for _, r := range text {
			b.WriteRune(r)
			s.from = append(s.from, at)
			at += step
		}
	}
	for i := 0; i < len(s.written); {
		word := s.word(i)
		switch {
		case texts && strings.ContainsRune("\"'", s.written[i]):
			end := s.closing(i)
			if end < 0 {
				return s, s.at(i, "this text does not end", "close the quotation mark; a text has no backslash in it")
			}
			put(string(s.written[i:end]), i, 1)
			i = end
			continue
		case strings.ContainsRune("\"'`", s.written[i]):
			return s, s.at(i, "there is no text in a gate", "compare numbers, durations and truths")
		case s.written[i] == '/' && i+1 < len(s.written) && strings.ContainsRune("/*", s.written[i+1]), s.written[i] == '#':
			return s, s.at(i, "there are no comments in a gate", "write a YAML comment above it")
		case word == "":
			put(string(s.written[i]), i, 1)
			i++
			continue
		case isDurationText(word):
			put(`duration("`+word+`")`, i, 0)
		case word == "duration":
			return s, s.at(i, "duration is not called", "write 30m or 1h30m")
		default:
			put(word, i, 1)
		}
		i += len([]rune(word))
	}
	s.spelt = b.String()
	return s, nil
}

// closing is the place behind the text that begins at i, or -1 where it does not end.
func (s spelling) closing(i int) int {
	for end := i + 1; end < len(s.written); end++ {
		switch s.written[end] {
		case s.written[i]:
			return end + 1
		case '\\', '\n':
			return -1
		}
	}
	return -1
}

// word is the number or name that begins at i, or empty.
func (s spelling) word(i int) string {
	end := i
	for end < len(s.written) {
		r := s.written[end]
		within := unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.'
		if !within {
			break
		}
		end++
	}
	return string(s.written[i:end])
}

func isDurationText(word string) bool {
	if !unicode.IsDigit(rune(word[0])) || !unicode.IsLetter(rune(word[len(word)-1])) {
		return false
	}
	_, err := time.ParseDuration(word)
	return err == nil
}

// at is a mistake at a place in the written text.
func (s spelling) at(place int, text, mend string) *Error {
	e := &Error{Line: 1, Column: 1, Text: text, Mend: mend}
	for _, r := range s.written[:min(place, len(s.written))] {
		e.Column++
		if r == '\n' {
			e.Line, e.Column = e.Line+1, 1
		}
	}
	return e
}

// explain turns an error of the library's into one of ours.
func (s spelling) explain(err error, schema Schema) *Error {
	var at *file.Error
	if !errors.As(err, &at) {
		return s.at(0, err.Error(), "")
	}
	place := len(s.written)
	if at.From < len(s.from) {
		place = s.from[at.From]
	}
	message, mend := strings.ReplaceAll(at.Message, "time.Duration", "duration"), ""
	switch { // only advice depends on the words
	case strings.HasPrefix(message, "unknown"):
		mend = "known facts: " + strings.Join(schema.names(), ", ")
	case strings.Contains(message, "duration"):
		mend = "durations are written 30m or 1h30m"
	}
	return s.at(place, message, mend)
}

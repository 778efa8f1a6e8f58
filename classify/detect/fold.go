package detect

import (
	"unicode"
	"unicode/utf8"
)

// maxWord is the longest word that is looked up, in bytes.
const maxWord = 48

// foldEnd is the first letter that folding leaves alone; up to there Latin letters have their plain form in a table.
const foldEnd = 0x250

// foldTable holds the plain, small form of each Latin letter beyond ASCII; empty for what is no letter.
type foldTable [foldEnd]string

func newFoldTable() *foldTable {
	var table foldTable
	for r := rune(0x80); r < foldEnd; r++ {
		if unicode.IsLetter(r) {
			table[r] = foldWord(string(r))
		}
	}
	return &table
}

// nextWord finds the next word of text: letters, digits and what stands within words. It folds it into room and
// returns the word as it is written, its folded form (empty where it is too long), and the text after it.
func (f *foldTable) nextWord(room *[maxWord]byte, text []byte) (word, folded, rest []byte) {
	start := 0
	for start < len(text) && !inWord(text[start]) {
		start++
	}
	at, n, fits := start, 0, true
	for at < len(text) {
		b := text[at]
		switch {
		case b < utf8.RuneSelf:
			if !inWord(b) && !joins(text, at) {
				return text[start:at], foldedOf(room, n, fits), text[at:]
			}
			if inWord(b) || b == '-' || b == '/' || b == '^' {
				if b >= 'A' && b <= 'Z' {
					b += 'a' - 'A'
				}
				if fits = fits && n < maxWord; fits {
					room[n] = b
					n++
				}
			}
			at++
		default:
			r, size := utf8.DecodeRune(text[at:])
			plain := string(text[at : at+size])
			if r < foldEnd {
				plain = f[r]
			}
			if fits = fits && n+len(plain) <= maxWord; fits {
				n += copy(room[n:], plain)
			}
			at += size
		}
	}
	return text[start:at], foldedOf(room, n, fits), nil
}

func foldedOf(room *[maxWord]byte, n int, fits bool) []byte {
	if !fits {
		return nil
	}
	return room[:n]
}

func inWord(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b >= 0x80 || b == '%'
}

// joins tells whether a sign stands within a word: "O'Brien", "mg/dl", "10^9", "3.5"; not a hyphen, which parts names.
func joins(text []byte, at int) bool {
	if at+1 >= len(text) || !inWord(text[at+1]) {
		return false
	}
	switch text[at] {
	case '\'', '/', '^':
		return true
	case '.':
		return isDigit(text[at+1])
	}
	return false
}

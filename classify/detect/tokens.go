package detect

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Tokens splits an identifier into lower-case words without diacritics: "patientBirth_Date2" gives
// patient, birth, date. Digits end a word and are dropped, since they number columns.
func Tokens(name string) []string {
	fold := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	folded, _, err := transform.String(fold, name)
	if err != nil {
		folded = name
	}
	folded = strings.ReplaceAll(folded, "ß", "ss")
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	letters := []rune(folded)
	for i, r := range letters {
		switch {
		case !unicode.IsLetter(r):
			flush()
			continue
		case unicode.IsUpper(r) && len(word) > 0 && startsWord(letters, i):
			flush()
		}
		word = append(word, r)
	}
	flush()
	return words
}

// startsWord tells whether the capital at i begins a word: after a small letter, or before one ("HL7Message").
func startsWord(letters []rune, i int) bool {
	return unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])
}

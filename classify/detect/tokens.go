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
	letters := []rune(foldMarks(name))
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
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

// foldMarks takes diacritics off; ß is ss, œ is oe, ñ is n.
func foldMarks(name string) string {
	if isASCII(name) {
		return name
	}
	fold := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	folded, _, err := transform.String(fold, name)
	if err != nil {
		folded = name
	}
	return strings.NewReplacer("ß", "ss", "œ", "oe", "Œ", "OE", "æ", "ae", "ø", "o", "ł", "l", "ı", "i").Replace(folded)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// startsWord tells whether the capital at i begins a word: after a small letter, or before one ("HL7Message").
func startsWord(letters []rune, i int) bool {
	return unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])
}

// significant leaves out articles and prepositions, so that "date de naissance" is "date naissance".
func significant(tokens []string) []string {
	kept := tokens[:0:0]
	for _, token := range tokens {
		if !isArticle(token) {
			kept = append(kept, token)
		}
	}
	if len(kept) == 0 {
		return tokens
	}
	return kept
}

func isArticle(token string) bool {
	switch token {
	case "of", "the", "and", "or", "for", "de", "du", "des", "la", "le", "les", "l", "d", "del", "el", "los", "las",
		"et", "ou", "au", "aux", "y", "der", "die", "das", "von", "und", "oder", "en", "a", "an", "un", "une":
		return true
	}
	return false
}

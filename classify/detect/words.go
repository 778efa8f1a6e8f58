package detect

import (
	"embed"
	"fmt"
	"path"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// The dictionaries are text, one file a language. A line in brackets opens a section; the lines after it are terms,
// parted by commas, each of one or more words as people write them: diacritics and case are of no matter, and articles
// are left out. "#" begins a comment. What tells a table's subject by single words is in stems.txt (see stems).
//
//	[KIND WEIGHT]       names that say what a column holds, with the chance that they are right
//	[negative]          words that make a name speak about data, rather than hold it ("email_template")
//	[qualifier]         words beside a term that change nothing ("email_private")
//	[subject SUBJECT]   whom a table's rows are about
//	[other]             persons and bodies that are not the one a row is about ("physician_npi" in a patient's row)
//	[key], [value]      the two columns of a table of keys and values
//	[audit]             words of a record's own bookkeeping ("created"), which tells nothing of whom it is about
//	[parts]             further words that compounds are made of
//
//go:embed words/*.txt
var wordFiles embed.FS

// Language is a language that the dictionaries are written in: "en", "fr", "de", "es".
type Language string

// term is one entry of a dictionary.
type term struct {
	text      string // its words, folded, without articles, parted by a space
	words     int
	kind      estate.Kind
	weight    float64
	languages uint8 // bits, in the order of languages()
}

// section is where the lines of a file belong.
type section struct {
	name    string // "kind", or the word in brackets
	kind    estate.Kind
	weight  float64
	subject Subject
}

// LoadError is a fault in a file of words.
type LoadError struct {
	File string
	Line int // from 1
	Text string
}

func (e *LoadError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }

// readWords calls take for each term of a file.
func readWords(file, text string, take func(section, string)) error {
	var now section
	line := 0
	for raw := range strings.Lines(text) {
		line++
		content, _, _ := strings.Cut(raw, "#")
		content = strings.TrimSpace(content)
		switch {
		case content == "":
			continue
		case strings.HasPrefix(content, "["):
			var problem string
			if now, problem = openSection(content); problem != "" {
				return &LoadError{file, line, problem}
			}
			continue
		case now.name == "":
			return &LoadError{file, line, "terms before the first section"}
		}
		for word := range strings.SplitSeq(content, ",") {
			folded := strings.Join(significant(termTokens(word)), " ")
			if folded == "" {
				return &LoadError{file, line, fmt.Sprintf("%.40q is no term: it holds no word that counts", word)}
			}
			take(now, folded)
		}
	}
	return nil
}

// termTokens are the words of a term, with the abbreviations of names spelt out.
func termTokens(text string) []string {
	words := Tokens(text)
	for i, word := range words {
		words[i] = unabridged(word)
	}
	return words
}

// openSection reads a line in brackets; problem tells what is wrong with it.
func openSection(line string) (s section, problem string) {
	inner, closed := strings.CutSuffix(strings.TrimPrefix(line, "["), "]")
	fields := strings.Fields(inner)
	if !closed || len(fields) == 0 || len(fields) > 2 {
		return s, "want [KIND WEIGHT], [subject NAME] or [SECTION]"
	}
	switch fields[0] {
	case "negative", "qualifier", "other", "key", "value", "parts", "audit":
		if len(fields) == 2 {
			return s, "[" + fields[0] + "] takes nothing more"
		}
		return section{name: fields[0]}, ""
	case "subject":
		if len(fields) == 2 {
			if subject, known := subjectOf(fields[1]); known {
				return section{name: "subject", subject: subject}, ""
			}
		}
		return s, "want [subject NAME] with one of patient, care, employee, person, money, reference, event, technical, organisation"
	}
	kind, known := estate.KindOf(fields[0])
	if !known {
		return s, fmt.Sprintf("unknown kind %.40q", fields[0])
	}
	if len(fields) != 2 {
		return s, "a kind needs a weight, as in [email 0.95]"
	}
	weight, err := strconv.ParseFloat(fields[1], 64)
	if err != nil || !(weight > 0 && weight < 1) {
		return s, fmt.Sprintf("weight %.20q is not between 0 and 1", fields[1])
	}
	return section{name: "kind", kind: kind, weight: weight}, ""
}

// languages are those that there is a dictionary of.
func languages() []Language { return []Language{"en", "fr", "de", "es"} }

// wordFile reads an embedded file of words.
func wordFile(name string) (string, error) {
	text, err := wordFiles.ReadFile(path.Join("words", name+".txt"))
	if err != nil {
		return "", fmt.Errorf("embedded words: %w", err)
	}
	return string(text), nil
}

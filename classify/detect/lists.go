package detect

import (
	"fmt"
	"strings"
)

// lists says which lists of words a word stands in, a bit each.
type lists uint32

const (
	given lists = 1 << iota
	family
	title
	particle
	street
	city
	country
	nationality
	religion
	ethnicity
	union
	orientation
	politics
	marital
	sex
	drug
	doseForm
	unit
	analyte
	clinical
	clinicalWeak
	occupation
	stopEnglish
	stopFrench
	stopGerman
	stopSpanish
	company
	household
	lorem
	visit
)

const stopWords = stopEnglish | stopFrench | stopGerman | stopSpanish

func listOf(name string) (lists, bool) {
	known := map[string]lists{"given": given, "family": family, "title": title, "particle": particle, "street": street, "city": city,
		"country": country, "nationality": nationality, "religion": religion, "ethnicity": ethnicity, "union": union,
		"orientation": orientation, "politics": politics, "marital": marital, "sex": sex, "drug": drug, "form": doseForm, "unit": unit,
		"analyte": analyte, "clinical": clinical, "clinicalweak": clinicalWeak, "employment": occupation, "stopen": stopEnglish,
		"stopfr": stopFrench, "stopde": stopGerman, "stopes": stopSpanish, "company": company, "household": household, "lorem": lorem, "visit": visit}
	list, ok := known[name]
	return list, ok
}

// loadLists reads words/values.txt: a line in brackets opens a list, then come its words, parted by spaces, folded as
// values are.
func loadLists() (map[string]lists, error) {
	text, err := wordFile("values")
	if err != nil {
		return nil, err
	}
	return readLists("values.txt", text)
}

func readLists(file, text string) (map[string]lists, error) {
	words := map[string]lists{}
	var now lists
	line := 0
	for raw := range strings.Lines(text) {
		line++
		content := strings.TrimSpace(raw)
		if content == "" || strings.HasPrefix(content, "#") {
			continue
		}
		if name, opens := strings.CutPrefix(content, "["); opens {
			list, known := listOf(strings.TrimSuffix(name, "]"))
			if !known {
				return nil, &LoadError{file, line, fmt.Sprintf("unknown list %.40q", content)}
			}
			now = list
			continue
		}
		if now == 0 {
			return nil, &LoadError{file, line, "words before the first list"}
		}
		for word := range strings.FieldsSeq(content) {
			words[foldWord(word)] |= now
		}
	}
	return words, nil
}

// foldWord is how words of values are looked up: small letters without diacritics.
func foldWord(word string) string { return strings.ToLower(foldMarks(word)) }

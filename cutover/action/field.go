package action

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"nightferry/internal/runbook"
)

// shape is what a field may hold. Strict shapes are a wall: values end up in command lines.
type shape int

const (
	shapeName     shape = iota // host, unit, database, role, account: no character with a meaning to a shell or to SQL
	shapeDatabase              // SERVER/DATABASE
	shapePath                  // absolute folder, deep enough that removing it cannot remove a system
	shapeURL                   // https address
	shapeArgv                  // program and arguments
	shapeText                  // words for people
	shapeNames                 // list of names
	shapeTexts                 // list of words for people
	shapeNumber                // whole number
)

type field struct {
	name     string
	shape    shape
	optional bool
}

// fields are the checked values of a step.
type fields struct {
	step    string // id
	text    map[string]string
	lists   map[string][]string
	numbers map[string]int
}

func nameRule() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.@:-]*$`) }
func pairRule() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*/[A-Za-z0-9_][A-Za-z0-9_.-]*$`)
}

// read checks the fields under with against what the kind declares, and says everything that is wrong.
func read(with map[string]any, declared []field) (fields, []runbook.Fault) {
	f := fields{text: map[string]string{}, lists: map[string][]string{}, numbers: map[string]int{}}
	var faults []runbook.Fault
	for _, d := range declared {
		value, given := with[d.name]
		if !given || value == nil {
			if !d.optional {
				faults = append(faults, runbook.Fault{Field: d.name, Text: "is missing", Mend: "add " + d.name + " under with"})
			}
			continue
		}
		if text, mend := f.take(d, value); text != "" {
			faults = append(faults, runbook.Fault{Field: d.name, Text: text, Mend: mend})
		}
	}
	for name := range with {
		if !slices.ContainsFunc(declared, func(d field) bool { return d.name == name }) {
			faults = append(faults, runbook.Fault{Field: name, Text: "is not a field of this kind", Mend: "remove it; the fields are " + names(declared)})
		}
	}
	slices.SortFunc(faults, func(a, b runbook.Fault) int { return strings.Compare(a.Field, b.Field) })
	return f, faults
}

func names(declared []field) string {
	var all []string
	for _, d := range declared {
		all = append(all, d.name)
	}
	return strings.Join(all, ", ")
}

// take stores a value that has the declared shape, else says what is wrong and what would be right.
func (f fields) take(d field, value any) (text, mend string) {
	switch d.shape {
	case shapeArgv, shapeNames, shapeTexts:
		list, ok := stringList(value)
		if !ok || len(list) == 0 {
			return "is not a list of words", "write it as [first, second, …]"
		}
		for _, item := range list {
			if d.shape == shapeNames && !nameRule().MatchString(item) {
				return fmt.Sprintf("holds %q, which is no name", item), "use letters, digits, _ . -"
			}
		}
		f.lists[d.name] = list
		return "", ""
	case shapeNumber:
		n, ok := wholeNumber(value)
		if !ok {
			return "is not a whole number", "write digits without quotes"
		}
		f.numbers[d.name] = n
		return "", ""
	}
	word, ok := value.(string)
	if !ok || word == "" {
		return "is not a text", "write it in quotes"
	}
	f.text[d.name] = word
	return misshapen(d.shape, word)
}

func misshapen(s shape, word string) (text, mend string) {
	switch s {
	case shapeName:
		if !nameRule().MatchString(word) {
			return fmt.Sprintf("%q is no name", word), "use letters, digits, _ . - and begin with a letter or digit"
		}
	case shapeDatabase:
		if !pairRule().MatchString(word) {
			return fmt.Sprintf("%q is no SERVER/DATABASE", word), "write the server's name in engagement.yaml, a slash, and the database"
		}
	case shapePath:
		if !path.IsAbs(word) || path.Clean(word) != word || strings.Count(word, "/") < 3 {
			return fmt.Sprintf("%q is not a folder that may be copied", word), "give an absolute folder at least three deep, without . or .."
		}
	case shapeURL:
		u, err := url.Parse(word)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
			return "is not an https address", "write https://HOST/PATH, without a password in it"
		}
	}
	return "", ""
}

func stringList(value any) ([]string, bool) {
	switch list := value.(type) {
	case []string:
		return list, true
	case []any:
		words := make([]string, 0, len(list))
		for _, item := range list {
			word, ok := item.(string)
			if !ok {
				return nil, false
			}
			words = append(words, word)
		}
		return words, true
	}
	return nil, false
}

func wholeNumber(value any) (int, bool) {
	switch n := value.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case uint64:
		return int(n), true
	}
	return 0, false
}

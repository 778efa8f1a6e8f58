package rules

import (
	"fmt"
	"strings"
)

// template is a text with names of facts in braces.
type template []piece

// piece is plain text, or the name of a fact.
type piece struct{ text, fact string }

// parseTemplate reads a template and checks its facts; place is where a mistake is, in characters from 0.
func parseTemplate(text string, known map[string]Field) (t template, place int, err error) {
	for rest, at := text, 0; rest != ""; {
		before, after, open := strings.Cut(rest, "{")
		if before != "" {
			t = append(t, piece{text: before})
		}
		if !open {
			return t, 0, nil
		}
		name, tail, closed := strings.Cut(after, "}")
		at += len([]rune(before))
		if !closed {
			return nil, at, fmt.Errorf("a brace is not closed")
		}
		if _, is := known[name]; !is {
			return nil, at, fmt.Errorf("there is no fact %q", name)
		}
		t = append(t, piece{fact: name})
		at += len([]rune(name)) + 2
		rest = tail
	}
	return t, 0, nil
}

// fill puts the facts in. What is not known is said so.
func (t template) fill(fact func(string) Fact) string {
	var b strings.Builder
	for _, p := range t {
		if p.fact == "" {
			b.WriteString(p.text)
			continue
		}
		f := fact(p.fact)
		switch text := f.Value.String(); {
		case !f.Value.Coverage().IsKnown():
			b.WriteString("(not known)")
		default:
			b.WriteString(text)
		}
	}
	return b.String()
}

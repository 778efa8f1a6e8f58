package labelled

import (
	"fmt"
	"strings"
)

// lexicon is the words and sentences of a language, by section.
type lexicon map[string][]string

// parseLexicon reads "[section]" lines, each with its entries below it. Short entries share a line, parted by " | ".
func parseLexicon(text string) (lexicon, error) {
	l, section := lexicon{}, ""
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			section = strings.Trim(line, "[]")
			if l[section] != nil {
				return nil, fmt.Errorf("line %d: section %s stands here a second time", i+1, section)
			}
		case section == "":
			return nil, fmt.Errorf("line %d: an entry before the first section", i+1)
		default:
			l[section] = append(l[section], strings.Split(line, " | ")...)
		}
	}
	return l, nil
}

// cells makes every entry ready to be drawn: most are plain text, some hold <VALUES>.
func (l lexicon) cells() (map[string][]cell, error) {
	ready := make(map[string][]cell, len(l))
	for section, entries := range l {
		for _, entry := range entries {
			made, err := template(entry)
			if err != nil {
				return nil, fmt.Errorf("section %s: %w", section, err)
			}
			ready[section] = append(ready[section], made)
		}
	}
	return ready, nil
}

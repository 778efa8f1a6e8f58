package detect

import (
	"fmt"
	"strconv"
	"strings"
)

// stems tell by single words whom a table's rows are about: "nephrologie_seance" is about care, whatever else is in it.
// They are in words/stems.txt, for all languages at once: a line in brackets holds a subject and how much one of its
// stems tells ("[care 3]"), then come the stems, parted by spaces, folded. A stem of up to four letters is a whole word;
// a longer one begins a word; one of six or more may stand within a compound as well.
type stems map[string]stem

type stem struct {
	subject Subject
	votes   int
}

const (
	wholeStem  = 4  // letters up to which a stem is a whole word
	withinStem = 6  // letters from which on it may stand within a compound
	mostStem   = 24 // no stem is longer
)

// Topic counts what the words of names speak of, by subject.
type Topic [subjects]int

// loadStems reads the embedded file.
func loadStems() (stems, error) {
	text, err := wordFile("stems")
	if err != nil {
		return nil, err
	}
	return readStems("stems.txt", text)
}

func readStems(file, text string) (stems, error) {
	all, now, line := stems{}, stem{}, 0
	for raw := range strings.Lines(text) {
		line++
		content, _, _ := strings.Cut(raw, "#")
		content = strings.TrimSpace(content)
		if inner, opens := strings.CutPrefix(content, "["); opens {
			name, votes, _ := strings.Cut(strings.TrimSuffix(inner, "]"), " ")
			subject, known := subjectOf(name)
			n, err := strconv.Atoi(votes)
			if !known || err != nil || n < 1 || n > 9 {
				return nil, &LoadError{file, line, fmt.Sprintf("%.40q: want a subject and a number of votes, as in [care 3]", content)}
			}
			now = stem{subject, n}
			continue
		}
		if content != "" && now.votes == 0 {
			return nil, &LoadError{file, line, "stems before the first subject"}
		}
		for word := range strings.FieldsSeq(content) {
			if word = umlauts(foldWord(word)); len(word) > mostStem {
				return nil, &LoadError{file, line, fmt.Sprintf("%.40q is too long for a stem", word)}
			}
			if known, twice := all[word]; !twice || now.votes > known.votes {
				all[word] = now
			}
		}
	}
	return all, nil
}

// vote adds what a token's stems tell, each of a compound's, the longest ones first.
func (s stems) vote(token string, topic *Topic) {
	for at := 0; at < len(token); {
		found, n := s.at(token, at)
		if n == 0 {
			at++
			continue
		}
		topic[found.subject] += found.votes
		at += n
	}
}

// at finds the longest stem at a place of a token.
func (s stems) at(token string, at int) (stem, int) {
	rest := len(token) - at
	for n := min(rest, mostStem); n >= 2; n-- {
		if n <= wholeStem && (at > 0 || rest > n+1 || rest == n+1 && (n < 3 || token[len(token)-1] != 's')) {
			continue
		}
		if at > 0 && n < withinStem && (n < rest || n <= wholeStem) {
			continue
		}
		if found, known := s[token[at:at+n]]; known {
			return found, n
		}
	}
	return stem{}, 0
}

// Speaks adds what the words of a name speak of, each subject with at most a strong stem's votes. Words that were heard
// before say nothing new: many columns begin with the name of their table. A nil map remembers nothing.
func (d *Dictionary) Speaks(topic *Topic, name string, heard map[string]bool) {
	var here Topic
	for _, token := range Tokens(name) {
		if heard[token] {
			continue
		}
		if heard != nil {
			heard[token] = true
		}
		d.stems.vote(umlauts(token), &here)
	}
	for i, n := range here {
		topic[i] += min(n, strongStem)
	}
}

// strongStem is how many votes a stem has that hardly stands anywhere else.
const strongStem = 3

// Lead is the subject that most votes are for, the first of several with as many.
func (t *Topic) Lead() (subject Subject, votes int) {
	for i, n := range t {
		if n > votes {
			subject, votes = Subject(i), n
		}
	}
	return subject, votes
}

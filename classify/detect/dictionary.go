package detect

import "strings"

// mostTermWords is the longest term, in words.
const mostTermWords = 6

// Dictionary finds the terms that a name holds. Load it with [LoadDictionary]; it does not change then.
type Dictionary struct {
	terms     map[string][]term  // by text
	joined    map[string]string  // terms of several words, written as one: the text
	lexicon   map[string]lexeme  // what is known of single words
	subjects  map[string]Subject // of tables, by text
	keyNames  map[string]bool
	valueName map[string]bool
	others    map[string]bool // of several words each
	stems     stems
}

// lexeme is what the dictionaries know of one word.
type lexeme struct {
	languages uint8 // bits, in the order of languages()
	negative  uint8 // the languages in which it is a negative word
	qualifier bool
	audit     bool
	other     bool // a person or body that is not whom a row is about
	subject   Subject
}

// LoadDictionary reads the embedded files.
func LoadDictionary() (*Dictionary, error) {
	d := newDictionary()
	var err error
	if d.stems, err = loadStems(); err != nil {
		return nil, err
	}
	for i, language := range languages() {
		text, err := wordFile(string(language))
		if err != nil {
			return nil, err
		}
		if err := d.read(string(language)+".txt", text, i); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func newDictionary() *Dictionary {
	return &Dictionary{terms: map[string][]term{}, joined: map[string]string{}, lexicon: map[string]lexeme{},
		subjects: map[string]Subject{}, keyNames: map[string]bool{}, valueName: map[string]bool{}, others: map[string]bool{}}
}

// read takes the terms of one language's file.
func (d *Dictionary) read(file, text string, language int) error {
	bit := uint8(1) << language
	return readWords(file, text, func(s section, folded string) {
		single := !strings.Contains(folded, " ")
		for word := range strings.SplitSeq(folded, " ") {
			known := d.lexicon[word]
			if s.name != "qualifier" {
				known.languages |= bit
			}
			if single {
				known.note(s, bit)
			}
			d.lexicon[word] = known
		}
		d.enter(s, folded, bit)
	})
}

// note remembers what a section says of a single word.
func (l *lexeme) note(s section, bit uint8) {
	switch s.name {
	case "negative":
		l.negative |= bit
	case "qualifier":
		l.qualifier = true
	case "audit":
		l.audit = true
	case "other":
		l.other = true
	case "subject":
		if l.subject == NoSubject || s.subject < l.subject {
			l.subject = s.subject
		}
	}
}

// enter files a term where names are looked up.
func (d *Dictionary) enter(s section, folded string, language uint8) {
	switch s.name {
	case "kind":
		for i, known := range d.terms[folded] {
			if known.kind == s.kind {
				d.terms[folded][i].weight = max(known.weight, s.weight)
				d.terms[folded][i].languages |= language
				return
			}
		}
		d.terms[folded] = append(d.terms[folded], term{text: folded, words: strings.Count(folded, " ") + 1, kind: s.kind, weight: s.weight, languages: language})
	case "subject":
		if known, twice := d.subjects[folded]; !twice || s.subject < known {
			d.subjects[folded] = s.subject
		}
	case "other":
		d.others[folded] = true
	case "key":
		d.keyNames[folded] = true
	case "value":
		d.valueName[folded] = true
	}
	d.joinable(folded)
}

// joinable lets a term of several words be written as one.
func (d *Dictionary) joinable(folded string) {
	if strings.Contains(folded, " ") {
		if joined := strings.ReplaceAll(folded, " ", ""); len(joined) > 4 {
			if _, known := d.joined[joined]; !known {
				d.joined[joined] = folded
			}
		}
	}
}

// words splits a name into words that the dictionary knows, as far as it can.
func (d *Dictionary) words(name string) []string {
	var words []string
	for _, token := range Tokens(name) {
		words = d.split(words, unabridged(token))
	}
	return significant(words)
}

// unabridged spells out abbreviations that schemas use in any place.
func unabridged(token string) string {
	switch token {
	case "nbr", "nmbr", "numb", "nmb", "nbre":
		return "no"
	case "nm", "nme":
		return "name"
	case "dte":
		return "date"
	case "cde", "kode":
		return "code"
	case "descr", "dsc":
		return "desc"
	case "amnt", "amount":
		return "amt"
	case "addrs":
		return "address"
	case "emailaddr":
		return "email"
	case "pswd", "passw", "psw":
		return "password"
	}
	return token
}

// split appends a token as it is known: itself, a term written as one, without an ending, transliterated, or the parts
// of a compound.
func (d *Dictionary) split(words []string, token string) []string {
	if len(token) > maxToken {
		return append(words, token[:maxToken])
	}
	if text, known := d.joined[token]; known && len(d.terms[token]) == 0 {
		return append(words, strings.Fields(text)...)
	}
	if word, known := d.known(token); known {
		return append(words, word)
	}
	if parts := d.compound(token); parts != nil {
		return append(words, parts...)
	}
	return d.begun(words, token)
}

// begun splits a word of which only the beginning or the end is known ("lohnlauf", "blutgruppenwert").
func (d *Dictionary) begun(words []string, token string) []string {
	for n := len(token) - 2; n >= 4 && len(token) >= 7; n-- {
		if known := d.lexicon[token[:n]]; known.subject != NoSubject || n >= 5 && len(d.terms[token[:n]]) > 0 {
			return append(words, token[:n], token[n:])
		}
		end := token[len(token)-n:]
		if known := d.lexicon[end]; n >= 5 && (known.subject != NoSubject || len(d.terms[end]) > 0) {
			return append(words, token[:len(token)-n], end)
		}
	}
	return append(words, token)
}

// maxToken is the longest word that is taken apart; PostgreSQL's names end at 63 bytes.
const maxToken = 64

// german is the bit of the language whose plurals end in n: no wage is a "Wagen".
const german = 1 << 2

// known finds a word, or what it is without a plural ending, or with ae, oe and ue as in a name without umlauts.
func (d *Dictionary) known(token string) (string, bool) {
	if _, ok := d.lexicon[token]; ok {
		return token, true
	}
	if len(token) > 4 {
		for _, ending := range [...]string{"s", "es", "n", "en", "e", "x"} {
			if stem, cut := strings.CutSuffix(token, ending); cut && len(stem) > 3 {
				if known, ok := d.lexicon[stem]; ok && (ending[len(ending)-1] != 'n' || known.languages&german != 0) {
					return stem, true
				}
			}
		}
	}
	if plain := umlauts(token); plain != token {
		if _, ok := d.lexicon[plain]; ok {
			return plain, true
		}
	}
	return token, false
}

// umlauts undoes the transliteration of German: "geschaeft" is "geschaft", as folding makes it of "geschäft".
func umlauts(token string) string {
	if !strings.Contains(token, "e") {
		return token
	}
	return strings.NewReplacer("ae", "a", "oe", "o", "ue", "u").Replace(token)
}

// compound takes a word apart into known ones, with the letters that German puts between; nil where that fails.
// Fewest parts win.
func (d *Dictionary) compound(token string) []string {
	if len(token) < 6 {
		return nil
	}
	if parts := d.parts(token); parts != nil {
		return parts
	}
	if plain := umlauts(token); plain != token {
		return d.parts(plain)
	}
	return nil
}

// parts finds the fewest known words that make up the whole token, by dynamic programming from its end.
func (d *Dictionary) parts(token string) []string {
	const unreachable = 99
	n := len(token)
	var cost, next, cut [maxToken + 1]int
	for at := n - 1; at >= 0; at-- {
		cost[at] = unreachable
		for end := at + 3; end <= n; end++ {
			word := token[at:end]
			if !d.isPart(word) {
				continue
			}
			for _, link := range [...]string{"", "s", "n", "en", "es", "er", "e"} {
				after := end + len(link)
				if after > n || !strings.HasPrefix(token[end:], link) || cost[after] >= unreachable {
					continue
				}
				if here := cost[after] + partCost(word, link); here < cost[at] {
					cost[at], next[at], cut[at] = here, after, end
				}
			}
		}
	}
	if cost[0] >= unreachable || cost[0] > 9 {
		return nil
	}
	var parts []string
	for at := 0; at < n; at = next[at] {
		parts = append(parts, token[at:cut[at]])
	}
	return parts
}

// isPart tells whether a compound may have a word in it.
func (d *Dictionary) isPart(word string) bool {
	_, known := d.lexicon[word]
	return known
}

// partCost makes short parts and links dear: two long words are likelier than four short ones.
func partCost(word, link string) int {
	cost := 2
	if len(word) == 3 {
		cost = 5
	}
	if link != "" {
		cost++
	}
	return cost
}

// isNegative tells whether a word makes a name speak about data. Where a word is negative in some language only (French
// "nombre" is a count, Spanish "nombre" a name), the language of the table decides.
func (d *Dictionary) isNegative(word string, language int) bool {
	known := d.lexicon[word]
	if known.negative == 0 {
		return false
	}
	return language < 0 || known.languages&^known.negative == 0 || known.negative&(1<<language) != 0
}

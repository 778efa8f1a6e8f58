package detect

import (
	"bytes"

	"nightferry/internal/estate"
)

// census counts what the words of a text are.
type census struct {
	words, capital, numbers                  int
	given, family, both, title, particle     int
	street, city, company                    int
	household, clinical, weak, drug, form    int
	units, analytes, lorem, visits           int
	pairs                                    int // a given name before another, or a title before a name
	stop                                     [4]int
	first, last                              lists
	firstNumber, lastNumber, initials, comma bool
	lastCapital, firstStreet, compound       bool // compound: a street's word at the end of another, "Hauptstraße"
}

// mostWords is how many words of a text are looked up.
const mostWords = 96

// survey counts the words of a text.
func (a *Accumulator) survey(v []byte) census {
	var c census
	c.comma = bytes.IndexByte(v, ',') > 0
	rest := v
	for c.words < mostWords {
		var word, folded []byte
		word, folded, rest = a.knowledge.fold.nextWord(&a.fold, rest)
		if len(word) == 0 {
			break
		}
		in := a.knowledge.words[string(folded)]
		if in == 0 && isStreet(folded) {
			in, c.compound = street, true
		}
		c.count(word, in)
		if rest == nil {
			break
		}
	}
	return c
}

// isStreet tells whether a word ends as German and Dutch streets do: "Hauptstraße", "Birkenweg".
func isStreet(folded []byte) bool {
	for _, ending := range [...]string{"strasse", "str", "weg", "platz", "allee", "gasse", "straat", "laan", "damm", "ufer"} {
		if len(folded) > len(ending)+2 && string(folded[len(folded)-len(ending):]) == ending {
			return true
		}
	}
	return false
}

func (c *census) count(word []byte, in lists) {
	c.words++
	if c.words == 1 {
		c.first, c.firstNumber, c.firstStreet = in, isDigit(word[0]), in&street != 0 && len(word) > 2
	}
	if isUpper(word[0]) && len(word) > 1 && in&(stopWords|clinical|clinicalWeak|household) == 0 &&
		(c.last&title != 0 || c.last&given != 0 && c.lastCapital && (in&family != 0 || in == 0)) {
		c.pairs++
	}
	c.last, c.lastNumber, c.lastCapital = in, isDigit(word[0]), isUpper(word[0])
	switch {
	case isDigit(word[0]):
		c.numbers++
	case isUpper(word[0]) || word[0] >= 0x80:
		c.capital++
		if len(word) == 1 {
			c.initials = true
		}
	}
	if in == 0 {
		return
	}
	if in&given != 0 {
		c.given++
	}
	if in&family != 0 {
		c.family++
		if in&given != 0 {
			c.both++
		}
	}
	add := func(n *int, list lists) {
		if in&list != 0 {
			*n++
		}
	}
	add(&c.title, title)
	add(&c.particle, particle)
	add(&c.street, street)
	add(&c.city, city)
	add(&c.company, company)
	add(&c.household, household)
	add(&c.clinical, clinical)
	add(&c.weak, clinicalWeak)
	add(&c.drug, drug)
	add(&c.form, doseForm)
	add(&c.units, unit)
	add(&c.analytes, analyte)
	add(&c.lorem, lorem)
	add(&c.visits, visit)
	add(&c.stop[0], stopEnglish)
	add(&c.stop[1], stopFrench)
	add(&c.stop[2], stopGerman)
	add(&c.stop[3], stopSpanish)
}

// prose tells whether the words make sentences of one language: small words between others. "12 Rue de la Paix" and
// "María de la Cruz" have some as well, and hardly another that begins small.
func (c *census) prose() bool {
	if c.words-c.capital-c.particle-c.numbers < 2 && c.words < 12 {
		return false
	}
	for _, n := range c.stop {
		if c.words >= 5 && n >= 2 || c.words >= 4 && n >= 1 {
			return true
		}
	}
	return false
}

// phrase looks at words: names, places, codes spelt out, free text.
func (a *Accumulator) phrase(v []byte, s *shape, t *tally) {
	c := a.survey(v)
	if c.words == 0 {
		return
	}
	if t == &a.whole {
		a.counts.Words += c.words
	}
	if isTemplate(v) {
		t.see(estate.KindTemplate)
		return
	}
	if s.spaces > 0 && s.digits >= 4 && identifiers(v, s, t) && c.words <= 9 {
		return
	}
	if c.words >= 4 && c.prose() {
		a.free(v, s, &c, t)
		return
	}
	if c.words <= 2 {
		c.enumerated(v, t)
	}
	if c.words == 1 && s.lower == len(v) && a.isLogin(v) {
		t.see(estate.KindUsername)
	}
	switch {
	case c.measured(v, s, t):
	case c.address(s, t):
	case c.medical(t):
	case c.company > 0 && c.words >= 2 && c.title == 0:
		t.see(estate.KindOrganisation)
		if c.pairs > 0 {
			t.see(estate.KindName)
		}
	case c.household > 0:
		t.see(estate.KindText)
	case c.person(s, t):
	case c.words >= 4:
		a.free(v, s, &c, t)
	case s.spaces > 0 && s.digits > 0 && phoneWithWords(v, s):
		t.check(estate.KindPhone, true)
	default:
		t.see(estate.KindText)
	}
}

// isLogin tells whether a word is made as logins are: an initial before or after a family name ("jdupont", "muellerk").
func (a *Accumulator) isLogin(v []byte) bool {
	return len(v) >= 5 && len(v) <= 20 && (a.knowledge.words[string(v[1:])]&family != 0 || a.knowledge.words[string(v[:len(v)-1])]&family != 0 ||
		a.knowledge.words[string(v[2:])]&family != 0) && a.knowledge.words[string(v)] == 0
}

// phoneWithWords: "Tel. 030 1234567", "555-0100 ext 12".
func phoneWithWords(v []byte, s *shape) bool {
	return s.digits >= 7 && s.letters() <= 8 && holdsAny(bytes.ToLower(v), "tel", "ext", "fax", "mob", "ph")
}

// enumerated looks for the words of closed lists: religions, sexes, states of marriage.
func (c *census) enumerated(v []byte, t *tally) {
	if isBloodGroup(v) {
		t.see(estate.KindBloodGroup)
	}
	for _, pair := range [...]struct {
		list lists
		kind estate.Kind
	}{{religion, estate.KindReligion}, {ethnicity, estate.KindEthnicity}, {union, estate.KindUnion}, {orientation, estate.KindOrientation},
		{politics, estate.KindPolitics}, {marital, estate.KindMarital}, {sex, estate.KindSex}, {nationality, estate.KindNationality}, {country, estate.KindCountry}} {
		if c.first&pair.list != 0 || pair.kind == estate.KindUnion && c.last&pair.list != 0 {
			t.see(pair.kind)
		}
	}
}

// isBloodGroup: A, B, AB or 0 with its Rhesus factor.
func isBloodGroup(v []byte) bool {
	var rest []byte
	switch {
	case hasAnyPrefix(v, "AB"):
		rest = v[2:]
	case hasAnyPrefix(v, "A", "B", "O", "0"):
		rest = v[1:]
	default:
		return false
	}
	switch string(bytes.TrimSpace(rest)) {
	case "+", "-", "Rh+", "Rh-", "Rh +", "Rh -", "pos", "neg", "Rh pos", "Rh neg", "RhD+", "RhD-", "rh+", "rh-", "positive", "negative", "positiv", "negativ", "positivo", "negativo", "POS", "NEG", "positif", "négatif":
		return true
	}
	return false
}

// measured looks for a number with a unit, or a dose.
func (c *census) measured(v []byte, s *shape, t *tally) bool {
	switch {
	case c.drug > 0 && (c.numbers > 0 || c.form > 0) && c.words <= 8, c.drug > 0 && c.words <= 2:
		t.see(estate.KindDrug)
	case c.form > 0 && c.numbers > 0 && c.words <= 8:
		t.see(estate.KindDosage)
	case c.units > 0 && c.firstNumber && c.words <= 3 && s.digits <= 8:
		t.see(estate.KindLabResult)
	case c.analytes > 0 && c.words <= 3:
		t.see(estate.KindLabResult)
	case isScheme(v):
		t.see(estate.KindDosage)
	default:
		return false
	}
	return true
}

// isScheme: times of the day that a drug is taken at, "1-0-1" or "1-0-1-0".
func isScheme(v []byte) bool {
	if len(v) != 5 && len(v) != 7 {
		return false
	}
	for i, b := range v {
		if i%2 == 0 && (b < '0' || b > '4') || i%2 == 1 && b != '-' {
			return false
		}
	}
	return true
}

// address looks for a street with a number: before it, as in English and French; at the end, as in German; after the
// word for a street, as in Spanish; or with a postal code and a town.
func (c *census) address(s *shape, t *tally) bool {
	if c.numbers == 0 || c.words < 2 || c.words > 12 || c.capital == 0 {
		return false
	}
	switch {
	case c.street > 0 && c.firstNumber && c.words <= 8,
		c.street > 0 && c.lastNumber && c.words <= 4 && (c.words > 2 || c.compound),
		c.firstStreet && c.words > 2 && c.words <= 9,
		c.street > 0 && c.numbers >= 2 && c.city > 0,
		c.city > 0 && c.words <= 4 && c.firstNumber && s.longest >= 4 && s.longest <= 5:
		t.see(estate.KindAddress)
	default:
		return false
	}
	return true
}

// medical looks for a diagnosis or a drug in few words.
func (c *census) medical(t *tally) bool {
	switch {
	case c.words > 12:
		return false
	case c.clinical > 0 && c.company == 0:
		t.see(estate.KindDiagnosis)
	case c.drug > 0:
		t.see(estate.KindDrug)
	case c.weak >= 2 && c.company == 0:
		t.see(estate.KindDiagnosis)
	default:
		return false
	}
	return true
}

// person looks for names of people: of known given and family names, with a title, turned round by a comma.
func (c *census) person(s *shape, t *tally) bool {
	if c.numbers > 0 || c.words > 6 || s.unders+s.slashes+s.colons > 0 || c.capital == 0 {
		return false
	}
	known := c.given + c.family - c.both
	named := c.words - c.title - c.particle
	switch {
	case c.words == 1:
		return c.single(t)
	case c.title > 0 && (known > 0 || c.capital >= 2 && named <= 3):
		t.see(estate.KindName)
	case known == 0:
		return c.place(t)
	case c.given == c.words:
		t.see(estate.KindGivenName)
		if c.family > 0 || c.words <= 3 {
			t.see(estate.KindName)
		}
	case c.city+c.street > 0 && c.given == 0:
		return c.place(t)
	case known*2 >= named && c.capital+c.particle >= c.words && (c.given > 0 || c.comma || c.initials):
		t.see(estate.KindName)
		if c.given == 0 {
			t.see(estate.KindFamilyName)
		}
	default:
		return false
	}
	return true
}

// single looks at one word; it may be in several lists.
func (c *census) single(t *tally) bool {
	if c.given > 0 {
		t.see(estate.KindGivenName)
	}
	if c.family > 0 {
		t.see(estate.KindFamilyName)
	}
	if c.city > 0 {
		t.see(estate.KindCity)
	}
	return c.given+c.family+c.city > 0
}

func (c *census) place(t *tally) bool {
	if c.city == 0 || c.city+c.particle < c.words-1 {
		return false
	}
	t.see(estate.KindCity)
	return true
}

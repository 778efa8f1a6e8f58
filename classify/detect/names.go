// Package detect recognises kinds of data by the evidence that one column gives: its place in Odoo's
// catalogue, its name in four languages, and its values. It is pure, never sees a connection, and keeps counts only.
package detect

import (
	"math/bits"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// Hint is what a name suggests.
type Hint struct {
	Kind   estate.Kind
	Weight float64 // probability that the suggestion is right, before values and context
	Term   string  // the words that gave it away
}

// Reading is everything that a column's name tells.
type Reading struct {
	Hints    []Hint  // strongest first; what is below half is in it too
	Negative string  // the word that makes the name speak about data; empty mostly
	Subject  Subject // whom the name itself speaks of ("patient_email"); mostly nobody
	Other    bool    // it speaks of somebody who is not whom the row is about ("physician_npi")
	Points   bool    // it ends as a name of a key does ("patient_id")
	Audit    bool    // it speaks of the record's own bookkeeping ("created")
	Unknown  int     // words that no dictionary holds
	Words    int
}

// AnyLanguage is for names whose table's language is not known.
const AnyLanguage = -1

// Read reads a column's name with its SQL type, as format_type spells it. The language is that of the table, an index
// that [LanguageOf] gave, or [AnyLanguage]: it settles words that mean different things.
func (d *Dictionary) Read(column, sqlType string, language int) Reading {
	words := d.words(column)
	r := Reading{Words: len(words), Points: pointsAway(column)}
	spans := d.spans(words, language)
	covered := make([]bool, len(words))
	for _, s := range spans {
		for i := s.from; i < s.to; i++ {
			covered[i] = true
		}
	}
	for i, word := range words {
		known, is := d.lexicon[word]
		switch {
		case !is && len(word) > 2:
			r.Unknown++
		case known.other && !d.soleTerm(words, word):
			r.Other = true
		}
		r.Audit = r.Audit || known.audit
		if is && known.subject != NoSubject && (!covered[i] || len(words) > 1) && (r.Subject == NoSubject || known.subject < r.Subject) {
			r.Subject = known.subject
		}
	}
	for i := range max(0, len(words)-1) {
		r.Other = r.Other || d.others[words[i]+" "+words[i+1]]
	}
	for _, s := range spans {
		h := Hint{Kind: s.term.kind, Term: s.term.text, Weight: s.term.weight * s.order * fit(s.term.kind, sqlType)}
		if word := d.negated(words, s, language, sqlType); word != "" {
			h.Weight *= 0.3
			r.Negative = word
		}
		for range min(r.Unknown, 3) {
			h.Weight *= 0.93
		}
		r.Hints = append(r.Hints, h)
	}
	if byWhom(column) && kindOf(sqlType) == "text" {
		r.Hints = append(r.Hints, Hint{Kind: estate.KindUsername, Term: "by whom", Weight: 0.6})
	}
	slices.SortStableFunc(r.Hints, func(a, b Hint) int {
		switch {
		case a.Weight != b.Weight:
			if a.Weight > b.Weight {
				return -1
			}
			return 1
		default:
			return ClassOf(a.Kind).Rank() - ClassOf(b.Kind).Rank()
		}
	})
	return r
}

// Hint is the strongest sensitive or technical hint of a name, if it is likelier than not.
func (d *Dictionary) Hint(column, sqlType string) (Hint, bool) {
	r := d.Read(column, sqlType, AnyLanguage)
	if len(r.Hints) == 0 || r.Hints[0].Weight < 0.5 {
		return Hint{}, false
	}
	return r.Hints[0], true
}

// span is a term found in a name, at words from up to before to.
type span struct {
	term     term
	from, to int
	order    float64 // 1, or less where its words stand the other way round
}

// spans finds the terms of a name. A term within a longer one does not count: in "file name" there is no name.
func (d *Dictionary) spans(words []string, language int) []span {
	var found []span
	for from := range words {
		for to := from + 1; to <= len(words) && to-from <= mostTermWords; to++ {
			text := strings.Join(words[from:to], " ")
			found = d.take(found, text, from, to, 1, language)
			if to-from == 2 {
				found = d.take(found, words[to-1]+" "+words[from], from, to, 0.97, language)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(found), func(s span) bool {
		return slices.ContainsFunc(found, func(o span) bool {
			return o.from <= s.from && s.to <= o.to && o.to-o.from > s.to-s.from
		})
	})
}

// take adds the terms with a text. Where the table's own language has it, what it means in others does not count.
func (d *Dictionary) take(found []span, text string, from, to int, order float64, language int) []span {
	own := uint8(0)
	if language >= 0 {
		own = 1 << language
	}
	terms := d.terms[text]
	native := slices.ContainsFunc(terms, func(t term) bool { return t.languages&own != 0 })
	for _, t := range terms {
		if native && t.languages&own == 0 || t.words == 1 && d.foreign(t, own) {
			continue
		}
		found = append(found, span{t, from, to, order})
	}
	return found
}

// foreign tells whether a single word means something else in the table's language, where it is a negative word.
func (d *Dictionary) foreign(t term, own uint8) bool {
	return own != 0 && t.languages&own == 0 && d.lexicon[t.text].negative&own != 0
}

// soleTerm tells whether a name is hardly more than the word: "physician" is a name of somebody, "physician_npi" is not.
func (d *Dictionary) soleTerm(words []string, word string) bool {
	return len(words) == 1 && len(d.terms[word]) > 0
}

// negated finds the word beside a term that makes the name speak about data. "is" and "has" do not where the kind is a
// yes or no itself ("is_pregnant").
func (d *Dictionary) negated(words []string, s span, language int, sqlType string) string {
	if s.term.kind >= estate.KindBlank {
		return ""
	}
	for i, word := range words {
		if i >= s.from && i < s.to || !d.isNegative(word, language) {
			continue
		}
		if kindOf(sqlType) == "boolean" && yesOrNo(s.term.kind) || qualifies(s.term.kind, word) {
			continue
		}
		return word
	}
	return ""
}

// qualifies lists words that are negative beside most terms, and not beside some.
func qualifies(kind estate.Kind, word string) bool {
	switch word {
	case "status", "statut", "estado", "level", "niveau", "nivel", "stufe", "group", "groupe", "grupo", "gruppe",
		"type", "typ", "tipo", "art", "class", "klasse", "days", "jours", "dias", "tage", "tipos", "total", "stadium", "percent", "prozent", "porcentaje", "taux":
		switch kind {
		case estate.KindLifestyle, estate.KindDisability, estate.KindPregnancy, estate.KindMarital, estate.KindDiagnosis,
			estate.KindAllergy, estate.KindBloodGroup, estate.KindAbsence, estate.KindEmployment, estate.KindAmount,
			estate.KindPay, estate.KindEthnicity, estate.KindReligion, estate.KindLabResult, estate.KindProcedure, estate.KindNationality, estate.KindCare:
			return true
		}
	}
	return false
}

// yesOrNo lists the kinds that a boolean can hold.
func yesOrNo(kind estate.Kind) bool {
	switch kind {
	case estate.KindLifestyle, estate.KindDisability, estate.KindPregnancy, estate.KindDeathDate, estate.KindLabResult,
		estate.KindUnion, estate.KindDiagnosis, estate.KindAllergy, estate.KindCriminal, estate.KindCare, estate.KindAbsence:
		return true
	}
	return false
}

// byWhom tells whether a name asks who did something: "cleared_by", "saisi_par".
func byWhom(column string) bool {
	words := Tokens(column)
	if len(words) < 2 {
		return false
	}
	switch words[len(words)-1] {
	case "by", "par", "por":
		return true
	}
	return false
}

// pointsAway tells whether a name looks like that of a key to another table.
func pointsAway(column string) bool {
	lower := strings.ToLower(column)
	for _, affix := range [...]string{"_id", "_fk", "_uid", "_uuid", "_key", "_ref_id"} {
		if strings.HasSuffix(lower, affix) {
			return true
		}
	}
	return strings.HasPrefix(lower, "id_") || strings.HasPrefix(lower, "fk_") ||
		strings.HasSuffix(column, "Id") || strings.HasSuffix(column, "ID") && strings.ToUpper(column) != column
}

// fit says how well a SQL type can hold what a term promises.
func fit(kind estate.Kind, sqlType string) float64 {
	if kind >= estate.KindBlank {
		return 1
	}
	switch kindOf(sqlType) {
	case "boolean":
		if yesOrNo(kind) {
			return 1
		}
		return 0.3
	case "number":
		return fitNumber(kind)
	case "date":
		switch kind {
		case estate.KindActivity, estate.KindBirthDate, estate.KindServiceDate, estate.KindDeathDate, estate.KindCardExpiry, estate.KindEmployment,
			estate.KindAbsence, estate.KindPregnancy, estate.KindDiagnosis, estate.KindProcedure, estate.KindDrug:
			return 1
		}
		return 0.4
	case "uuid":
		if kind == estate.KindSecret || kind == estate.KindSessionToken {
			return 0.9
		}
		return 0.4
	}
	return 1
}

// fitNumber says what may be kept as a number.
func fitNumber(kind estate.Kind) float64 {
	switch kind {
	case estate.KindName, estate.KindGivenName, estate.KindFamilyName, estate.KindInitials, estate.KindEmail, estate.KindCity,
		estate.KindBirthPlace, estate.KindPasswordHash, estate.KindPrivateKey, estate.KindConnectionString, estate.KindSecret,
		estate.KindIBAN, estate.KindBIC, estate.KindCardHolder, estate.KindPhoto, estate.KindSignature, estate.KindUsername,
		estate.KindProfile, estate.KindPersonalText, estate.KindClinicalNote, estate.KindEmergencyContact, estate.KindPassword,
		estate.KindHL7, estate.KindFHIR, estate.KindIP, estate.KindMAC, estate.KindSessionToken, estate.KindPlate, estate.KindVAT:
		return 0.4
	}
	return 1
}

// kindOf groups SQL types as format_type spells them.
func kindOf(sqlType string) string {
	sqlType = strings.TrimSuffix(sqlType, "[]")
	switch base, _, _ := strings.Cut(sqlType, "("); base {
	case "boolean":
		return "boolean"
	case "integer", "bigint", "smallint", "numeric", "double precision", "real", "money":
		return "number"
	case "date", "timestamp without time zone", "timestamp with time zone", "timestamp", "time without time zone", "time with time zone", "interval",
		"time", "timestamp ":
		return "date"
	case "bytea", "oid":
		return "binary"
	case "uuid":
		return "uuid"
	}
	return "text"
}

// Binary tells whether a column holds bytes that nobody can read by name or by a text sample.
func Binary(sqlType string) bool { return kindOf(sqlType) == "binary" }

// Votes counts, by language, the words of a name that only one language has.
func (d *Dictionary) Votes(name string, votes *[4]int) {
	for _, word := range d.words(name) {
		if known := d.lexicon[word].languages; bits.OnesCount8(known) == 1 {
			votes[bits.TrailingZeros8(known)]++
		}
	}
}

// LanguageOf picks the language that most votes are for, by a margin; [AnyLanguage] where none is.
func LanguageOf(votes [4]int) int {
	best, sum := 0, 0
	for i, n := range votes {
		sum += n
		if n > votes[best] {
			best = i
		}
	}
	if sum == 0 || votes[best]*2 <= sum {
		return AnyLanguage
	}
	return best
}

// TableSubject reads a table's name: whom its rows are about. Words at its end weigh no more than others: "patient_log"
// is about patients, and "log_entry" is not.
func (d *Dictionary) TableSubject(table string) Subject {
	words := d.words(table)
	best := NoSubject
	for from := range words {
		for to := len(words); to > from; to-- {
			subject, known := d.subjects[strings.Join(words[from:to], " ")]
			if known && (best == NoSubject || subjectStrength(subject, to-from) < subjectStrength(best, 1)) {
				best = subject
			}
		}
	}
	return best
}

// subjectStrength orders subjects of a table's name; of terms of several words, each counts before those of one.
func subjectStrength(s Subject, words int) int {
	if words > 1 {
		return int(s) - int(subjects)
	}
	return int(s)
}

// KeyAndValue tells the parts that two columns play in a table of keys and values.
func (d *Dictionary) KeyAndValue(column string) (key, value bool) {
	text := strings.Join(d.words(column), " ")
	return d.keyNames[text], d.valueName[text]
}

package classify

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
)

// finding is what the values of a column show to be of one kind.
type finding struct {
	kind   estate.Kind
	weight float64 // chance that the column holds this, by its values alone
	share  float64 // of the filled rows
	strong bool    // a form or check digit proves it; a list of words does not
	where  place
	detail string
}

// place is where in a value a kind was found.
type place uint8

const (
	whole place = iota // the value itself
	keyed              // under a key of the value, or of the row
	parts              // within text
)

// profile is what the counts of one column tell together.
type profile struct {
	sampled  bool // rows were read
	filled   int
	rows     int
	findings []finding
	against  float64 // share of values that are plainly technical: numbers of a sequence, UUIDs, hashes, paths
	refuted  map[estate.Kind]bool
	enum     bool // few different values, repeated
	counts   *estate.ColumnCounts
}

// profileOf reads counts; nil where no row was read.
func profileOf(c *estate.ColumnCounts) profile {
	if c == nil {
		return profile{}
	}
	p := profile{sampled: true, filled: c.Filled(), rows: c.Rows, counts: c, refuted: map[estate.Kind]bool{}}
	if p.filled == 0 {
		return p
	}
	p.enum = p.filled >= 24 && c.Distinct <= 12 && c.Distinct*5 <= p.filled
	p.wholes(c)
	p.insides(c)
	p.birthDates(c)
	return p
}

// share of the filled rows.
func (p *profile) shareOf(n int) float64 { return min(1, float64(n)/float64(max(p.filled, 1))) }

// has is the share of values of a kind's form.
func (p *profile) has(kinds ...estate.Kind) float64 {
	if p.counts == nil {
		return 0
	}
	n := 0
	for _, kind := range kinds {
		n += p.counts.Whole[kind].Matched
	}
	return p.shareOf(n)
}

// wholes weighs what whole values are.
func (p *profile) wholes(c *estate.ColumnCounts) {
	p.against = p.has(estate.KindUUID, estate.KindHash, estate.KindURL, estate.KindPath, estate.KindVersion, estate.KindTemplate,
		estate.KindMIME, estate.KindMessageID, estate.KindFile, estate.KindBoolean, estate.KindOrderNumber, estate.KindCode, estate.KindHex)
	for kind, f := range inOrder(c.Whole) {
		n, proven := genuine(kind, f)
		if !proven {
			p.refuted[kind] = f.Matched >= 4
			continue
		}
		p.consider(kind, p.shareOf(n), n, c)
	}
}

// inOrder goes through counts in the order of their kinds: the same counts give the same bytes.
func inOrder(counts map[estate.Kind]estate.Found) iter.Seq2[estate.Kind, estate.Found] {
	return func(yield func(estate.Kind, estate.Found) bool) {
		for _, kind := range slices.Sorted(maps.Keys(counts)) {
			if !yield(kind, counts[kind]) {
				return
			}
		}
	}
}

// genuine tells how many values of a kind's form are of the kind, and whether so many could not be by chance: the check
// digit of random numbers is right once in ten, or once in ninety-seven, and one that is right proves nothing.
func genuine(kind estate.Kind, f estate.Found) (n int, proven bool) {
	switch kind {
	case estate.KindSSN:
		return f.Passed, f.Passed >= 3 || f.Passed == f.Matched // written with dashes; nine digits alone tell nothing
	case estate.KindPhone:
		if f.Passed*3 < f.Matched {
			return f.Matched, false
		}
		return f.Matched, true
	}
	chance := detect.Chance(kind)
	if chance >= 1 {
		return f.Matched, true
	}
	expected := float64(f.Matched) * chance
	excess := float64(f.Passed) - expected
	spread := expected * (1 - chance)
	if f.Passed < 3 || excess*excess < 25*spread || excess < 0.08*float64(f.Matched) {
		return 0, false
	}
	if float64(f.Passed) >= 0.9*float64(f.Matched) {
		return f.Passed, true
	}
	return int(excess / (1 - chance)), true
}

// consider adds a finding where enough values agree.
func (p *profile) consider(kind estate.Kind, share float64, n int, c *estate.ColumnCounts) {
	s := strengthOf(kind)
	if kind == estate.KindICD10 {
		s = diagnosisCodes(s, c)
	}
	if p.enum && c.Distinct <= 5 && isOpen(kind) {
		return // a few values, repeated, are nobody's names
	}
	if p.enum && share >= 0.5 && c.Distinct >= 2 && isBelief(kind) {
		s.least, s.distinct = 0.5, 2
	}
	if p.enum && c.Distinct <= 6 && kind == estate.KindDiagnosis {
		s.least = 0.5 // one word of six is no list of illnesses
	}
	if s.weight == 0 || share < s.least || n < 3 && p.filled > 6 || c.Distinct < min(s.distinct, p.filled) {
		return
	}
	weight := s.weight
	switch {
	case share >= 0.8:
	case share >= 0.4:
		weight *= 0.97
	case share >= 0.15:
		weight *= 0.92
	default:
		weight *= 0.85
	}
	if p.filled < 8 {
		weight *= 0.9
	}
	p.findings = append(p.findings, finding{kind: kind, weight: weight, share: share, strong: s.strong, where: whole,
		detail: fmt.Sprintf("%d of %d values are of the form of %s%s", n, p.filled, kind, withCheck(kind))})
}

// isOpen lists the kinds of which every person has another.
func isOpen(kind estate.Kind) bool {
	switch kind {
	case estate.KindName, estate.KindGivenName, estate.KindFamilyName, estate.KindAddress, estate.KindPhone, estate.KindUsername, estate.KindPassword:
		return true
	}
	return false
}

// isBelief lists the kinds whose lists hold words that hardly stand anywhere else.
func isBelief(kind estate.Kind) bool {
	return kind == estate.KindReligion || kind == estate.KindUnion || kind == estate.KindOrientation
}

// diagnosisCodes: real ones are of several chapters, and written with a point or short.
func diagnosisCodes(s strength, c *estate.ColumnCounts) strength {
	f := c.Whole[estate.KindICD10]
	switch {
	case c.Chapters < 3 || f.Passed*3 < f.Matched:
		s.weight = 0
	case f.Passed*10 >= f.Matched*9 && c.Chapters >= 5:
		s.weight = 0.86
	}
	return s
}

func withCheck(kind estate.Kind) string {
	if detect.Chance(kind) < 1 {
		return " with the right check digit"
	}
	return ""
}

// insides weighs what was found under keys and within text.
func (p *profile) insides(c *estate.ColumnCounts) {
	for kind, f := range inOrder(c.Keyed) {
		if f.Matched < 2 && p.filled > 4 || kind != estate.KindCare && f.Passed*2 < f.Matched || p.shareOf(f.Matched) < 0.01 {
			continue
		}
		weight := 0.9
		if kind == estate.KindPersonalText || kind == estate.KindLanguage || kind == estate.KindCity || kind == estate.KindName && p.shareOf(f.Matched) < 0.1 {
			weight = 0.6
		}
		if kind == estate.KindCare {
			continue // it only says whom the document is about
		}
		p.findings = append(p.findings, finding{kind: kind, weight: weight, share: p.shareOf(f.Matched), strong: true, where: keyed,
			detail: fmt.Sprintf("a key that says %s stands over values, %d in %d rows", kind, f.Matched, p.filled)})
	}
	for kind, f := range inOrder(c.Parts) {
		n, proven := genuine(kind, f)
		s := strengthOf(kind)
		if !proven || s.weight < 0.8 || !s.strong && !isTelling(kind) || n < 2 && p.filled > 4 || p.shareOf(n) < 0.01 {
			continue
		}
		p.findings = append(p.findings, finding{kind: kind, weight: 0.9 * s.weight, share: p.shareOf(n), strong: s.strong, where: parts,
			detail: fmt.Sprintf("within text: %s%s, %d in %d rows", kind, withCheck(kind), n, p.filled)})
	}
}

// isTelling lists the kinds that a list of words shows well enough within text.
func isTelling(kind estate.Kind) bool {
	switch kind {
	case estate.KindName, estate.KindClinicalNote, estate.KindAddress, estate.KindPhone, estate.KindDrug, estate.KindLabResult:
		return true
	}
	return false
}

// birthDates looks at how years are spread: people of all ages are born over ninety years, events are of the last ones.
func (p *profile) birthDates(c *estate.ColumnCounts) {
	n, decades, old := 0, 0, 0
	for i, count := range c.Decades {
		n += count
		if i < 9 {
			old += count // before 1990
		}
	}
	for _, count := range c.Decades {
		if count*40 >= n && count > 0 {
			decades++
		}
	}
	recent := c.Decades[12] + c.Decades[13]
	future := c.Decades[13]
	if n < 12 || p.shareOf(n) < 0.5 || decades < 4 || old*4 < n || recent*3 > n || future*50 > n {
		return
	}
	p.findings = append(p.findings, finding{kind: estate.KindBirthDate, weight: 0.88, share: p.shareOf(n), where: whole,
		detail: fmt.Sprintf("%d dates are spread over %d decades as births are", n, decades)})
}

// recentDates tells whether nearly all dates are of the last years, as no births of all ages are.
func (p *profile) recentDates() bool {
	if p.counts == nil {
		return false
	}
	n, recent := 0, 0
	for i, count := range p.counts.Decades {
		n += count
		if i >= 11 {
			recent += count // from 2010
		}
	}
	return n >= 12 && recent*20 >= n*19
}

// strength is how far the form of values proves a kind.
type strength struct {
	weight   float64 // where nearly all values are of the form
	least    float64 // the smallest share that tells anything
	distinct int     // different values that there must be
	strong   bool
}

// strengthOf judges the forms. What two kinds of things are written as (a shelf is "A12", and so is a diagnosis) is weak.
func strengthOf(kind estate.Kind) strength { //nolint:cyclop // one line a kind
	switch kind {
	case estate.KindPasswordHash, estate.KindPrivateKey, estate.KindIBAN, estate.KindNIR, estate.KindCodiceFiscale, estate.KindHL7, estate.KindFHIR:
		return strength{0.98, 0.02, 1, true}
	case estate.KindSSN, estate.KindEmail, estate.KindJWT, estate.KindSecret, estate.KindConnectionString, estate.KindPAN, estate.KindKVNR,
		estate.KindPensionNumber, estate.KindDNI, estate.KindAHV, estate.KindNUSS, estate.KindSteuerID, estate.KindMBI, estate.KindDEA:
		return strength{0.97, 0.02, 2, true}
	case estate.KindINSZ, estate.KindNHS, estate.KindNPI, estate.KindBSN, estate.KindNINO:
		return strength{0.93, 0.03, 3, true}
	case estate.KindMRN, estate.KindVital, estate.KindProfile, estate.KindMAC, estate.KindIP, estate.KindABA, estate.KindLOINC, estate.KindDICOM:
		return strength{0.88, 0.2, 2, true}
	case estate.KindBIC:
		return strength{0.85, 0.8, 2, true}
	case estate.KindSNOMED:
		return strength{0.82, 0.5, 4, true}
	case estate.KindVAT:
		return strength{0.7, 0.5, 3, true}
	case estate.KindPhone:
		return strength{0.88, 0.25, 4, false}
	case estate.KindName, estate.KindAddress, estate.KindClinicalNote:
		return strength{0.9, 0.12, 5, false}
	case estate.KindUsername:
		return strength{0.72, 0.4, 6, false}
	case estate.KindPassword:
		return strength{0.72, 0.15, 6, false}
	case estate.KindCoordinates:
		return strength{0.45, 0.8, 6, false} // fine decimals: it bears out a name, and tells nothing alone
	case estate.KindGivenName, estate.KindFamilyName:
		return strength{0.86, 0.3, 6, false}
	case estate.KindBloodGroup:
		return strength{0.93, 0.6, 2, false}
	case estate.KindDiagnosis, estate.KindDrug, estate.KindDosage, estate.KindLabResult, estate.KindATC:
		return strength{0.86, 0.2, 3, false}
	case estate.KindReligion, estate.KindOrientation, estate.KindMarital, estate.KindEthnicity, estate.KindUnion, estate.KindPolitics:
		return strength{0.84, 0.7, 3, false}
	case estate.KindICD10:
		return strength{0.8, 0.7, 4, false}
	case estate.KindCity, estate.KindNationality:
		return strength{0.66, 0.5, 4, false}
	case estate.KindSex, estate.KindSessionToken:
		return strength{0.62, 0.9, 2, false}
	}
	return strength{}
}

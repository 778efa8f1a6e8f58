package detect

import (
	"strings"

	"nightferry/internal/estate"
)

// formOf tells how a type's values are written.
func formOf(sqlType string) form {
	if strings.HasSuffix(sqlType, "[]") {
		return array
	}
	switch kindOf(sqlType) {
	case "boolean":
		return logical
	case "number":
		return numeric
	case "date":
		return temporal
	case "binary":
		return binary
	case "uuid":
		return unique
	}
	return plain
}

// look recognises one value that is not empty.
func (a *Accumulator) look(key, v []byte) {
	a.leaves = 0
	if key != nil {
		a.under(key, v)
	}
	switch a.form {
	case logical:
		a.whole.see(estate.KindBoolean)
	case unique:
		a.whole.see(estate.KindUUID)
	case temporal:
		a.temporal(v)
	case numeric:
		a.numeric(v)
	case binary:
		a.bytes(v)
	case array:
		a.items(v)
	default:
		a.value(v)
	}
}

// value looks at text: a message, a document, or a plain value.
func (a *Accumulator) value(v []byte) {
	if a.message(v, &a.whole) || a.isDocument(v) {
		return
	}
	s := shapeOf(v)
	a.plain(v, &s, &a.whole)
}

// plain looks at text that is no document.
func (a *Accumulator) plain(v []byte, s *shape, t *tally) {
	switch {
	case s.letters() == 0 && s.digits > 0:
		if isScheme(v) {
			t.see(estate.KindDosage)
		}
		a.figures(v, s, t)
		if isBloodGroup(v) {
			t.see(estate.KindBloodGroup)
		}
	case s.letters() == 0:
		t.see(estate.KindTechnical)
	case s.spaces == 0 && isBloodGroup(v):
		t.see(estate.KindBloodGroup)
	case s.spaces == 0, len(v) > 64 && s.spaces < 4, hasKeyPrefix(v):
		a.token(v, s, t)
	default:
		if holdsAny(v, "-----BEGIN") && holdsAny(v, "PRIVATE KEY") {
			t.see(estate.KindPrivateKey)
			return
		}
		if holdsPassword(v) {
			t.see(estate.KindConnectionString)
			return
		}
		if dated, _ := dateOf(v); dated > 0 {
			a.seeDate(t, dated, true)
			return
		}
		a.phrase(v, s, t)
	}
}

// Decided tells whether more values could not change what is concluded: a sequential test, asked after each page. It
// ends early only where nearly all values agree on what is certain by its form; what is not found yet may be on later
// pages, so that a column of nothing in particular is never decided.
func (a *Accumulator) Decided() bool {
	filled := a.counts.Filled()
	if filled < enough {
		return false
	}
	agree := func(kinds ...estate.Kind) bool {
		for _, kind := range kinds {
			n := a.whole[kind].matched
			if Chance(kind) < 1 {
				n = a.whole[kind].passed
			}
			if int(n)*20 >= filled*19 {
				return true
			}
		}
		return false
	}
	return agree(estate.KindEmail, estate.KindIBAN, estate.KindPasswordHash, estate.KindJWT, estate.KindPrivateKey, estate.KindHL7, estate.KindFHIR,
		estate.KindUUID, estate.KindBoolean, estate.KindNIR, estate.KindDNI, estate.KindKVNR, estate.KindPensionNumber, estate.KindCodiceFiscale,
		estate.KindPAN, estate.KindAHV, estate.KindMAC, estate.KindMessageID)
}

// enough is how many values must agree before reading ends: with 48 that agree, fewer than 6 in 100 of all others do
// not, at 95 in 100 confidence.
const enough = 48

// Chance is the share of random values of a kind's form that have the right check digit; 1 where there is none.
func Chance(kind estate.Kind) float64 {
	switch kind {
	case estate.KindPAN, estate.KindNPI, estate.KindDEA, estate.KindKVNR, estate.KindPensionNumber, estate.KindAHV, estate.KindEAN,
		estate.KindABA, estate.KindSIREN, estate.KindSIRET, estate.KindSNOMED, estate.KindLOINC, estate.KindVAT:
		return 1.0 / 10
	case estate.KindIBAN, estate.KindNIR, estate.KindNUSS:
		return 1.0 / 97
	case estate.KindINSZ:
		return 2.0 / 97
	case estate.KindNHS, estate.KindBSN:
		return 1.0 / 11
	case estate.KindSteuerID:
		return 1.0 / 25 // its digits must repeat in a certain way, too
	case estate.KindDNI:
		return 1.0 / 23
	case estate.KindCodiceFiscale:
		return 1.0 / 26
	}
	return 1
}

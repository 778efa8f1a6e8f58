package detect

import (
	"bytes"

	"nightferry/internal/estate"
)

// figures looks at a value without letters.
func (a *Accumulator) figures(v []byte, s *shape, t *tally) {
	if year, timed := dateOf(v); year > 0 {
		a.seeDate(t, year, timed)
		if len(v) != 8 {
			return
		}
	}
	switch {
	case s.digits == len(v):
		t.see(estate.KindNumber)
		a.follow(v, t)
	case isDecimal(v, s):
		t.see(estate.KindNumber)
		if s.dots == 1 && len(v)-bytes.IndexByte(v, '.') > 4 {
			t.see(estate.KindCoordinates)
		}
		return
	case a.dotted(v, s, t), isPair(v, s, t):
		return
	}
	if isLOINC(v, s) {
		t.check(estate.KindLOINC, loinc(v))
		return
	}
	if may, sure := phone(v, s); may {
		t.check(estate.KindPhone, sure)
	}
	var room [mostCompact]byte
	if text := compact(room[:0], v); len(text) >= 6 && len(text) == s.digits {
		numbers(text, v, s, t)
	}
}

// isDecimal: an optional sign, digits, one point or comma, digits.
func isDecimal(v []byte, s *shape) bool {
	if s.dots+s.commas > 1 || s.spaces+s.slashes+s.colons+s.others+s.unders+s.ats > 0 {
		return false
	}
	return s.dashes == 0 || s.dashes == 1 && v[0] == '-'
}

// follow counts a number that is one more than the one before.
func (a *Accumulator) follow(v []byte, t *tally) {
	if t != &a.whole || len(v) > 18 {
		return
	}
	n := number(v)
	if a.counts.Rows > 1 && n-a.previous > 0 && n-a.previous <= 3 {
		a.counts.Ascending++
	}
	a.previous = n
}

// dotted looks at numbers parted by points: addresses, versions, object identifiers.
func (a *Accumulator) dotted(v []byte, s *shape, t *tally) bool {
	if s.dots == 0 || s.dots+s.digits != len(v) && (s.slashes != 1 || s.dots != 3) {
		return false
	}
	switch {
	case s.dots == 3 && isIPv4(v):
		t.see(estate.KindIP)
	case s.dots >= 5 && (v[0] == '1' || v[0] == '2') && len(v) >= 14:
		t.see(estate.KindDICOM)
	case s.dots <= 4 && s.longest <= 5 && s.dots >= 2:
		t.see(estate.KindVersion)
	default:
		return false
	}
	return true
}

func isIPv4(v []byte) bool {
	value, digits, parts := 0, 0, 1
	for _, b := range v {
		switch {
		case isDigit(b):
			value, digits = value*10+int(b-'0'), digits+1
			if value > 255 || digits > 3 {
				return false
			}
		case b == '.' && digits > 0:
			value, digits, parts = 0, 0, parts+1
		case b == '/' && parts == 4 && digits > 0:
			return true // with the length of a network
		default:
			return false
		}
	}
	return parts == 4 && digits > 0
}

// isPair looks at two numbers: a position, or a blood pressure.
func isPair(v []byte, s *shape, t *tally) bool {
	if s.dots == 2 && s.commas == 1 || s.dots == 2 && s.spaces == 1 && s.commas == 0 {
		t.see(estate.KindCoordinates)
		return true
	}
	if s.slashes != 1 || s.digits+s.slashes+s.spaces != len(v) {
		return false
	}
	before, after, _ := bytes.Cut(v, []byte("/"))
	before, after = bytes.TrimSpace(before), bytes.TrimSpace(after)
	if len(before) < 2 || len(before) > 3 || len(after) < 2 || len(after) > 3 || !allDigits(before, len(before)) || !allDigits(after, len(after)) {
		return false
	}
	if high, low := number(before), number(after); high < 60 || high > 260 || low < 30 || low >= high {
		return false
	}
	t.see(estate.KindVital)
	return true
}

// isLOINC: up to six digits, a dash, a check digit.
func isLOINC(v []byte, s *shape) bool {
	return s.dashes == 1 && s.digits+1 == len(v) && len(v) >= 3 && len(v) <= 8 && v[len(v)-2] == '-'
}

// loinc: the digits before the dash and the one after it, Luhn (Regenstrief: modulus 10).
func loinc(v []byte) bool {
	var room [8]byte
	text := append(room[:0], v[:len(v)-2]...)
	return luhn(append(text, v[len(v)-1]))
}

// numbers holds a number against the identifiers that are digits only, by its length.
func numbers(text, v []byte, s *shape, t *tally) {
	switch len(text) {
	case 8:
		tryEach(text, t, estate.KindEAN)
	case 9:
		tryEach(text, t, estate.KindBSN, estate.KindSIREN, estate.KindABA)
		if ssn(text) {
			t.check(estate.KindSSN, s.dashes == 2 && v[3] == '-' && v[6] == '-')
		}
	case 10:
		tryEach(text, t, estate.KindNHS, estate.KindNPI)
	case 11:
		tryEach(text, t, estate.KindSteuerID, estate.KindINSZ)
	case 12:
		tryEach(text, t, estate.KindNUSS, estate.KindEAN)
	case 13:
		tryEach(text, t, estate.KindAHV, estate.KindEAN, estate.KindPAN)
	case 14:
		tryEach(text, t, estate.KindSIRET, estate.KindEAN, estate.KindPAN)
	case 15:
		tryEach(text, t, estate.KindNIR, estate.KindPAN)
	case 16, 19:
		tryEach(text, t, estate.KindPAN)
	}
	if s.digits == len(v) && len(text) <= 18 {
		tryEach(text, t, estate.KindSNOMED)
	}
}

// phone tells whether a value without letters may be a telephone number, and whether it is clearly one: with a country's
// prefix, or with the brackets, points and spaces that people group it by. Digits alone are not clear.
func phone(v []byte, s *shape) (may, sure bool) {
	if s.digits < 7 || s.digits > 15 || s.colons+s.ats+s.unders+s.commas > 0 {
		return false, false
	}
	international := v[0] == '+' || s.digits > 10 && v[0] == '0' && v[1] == '0' && s.digits != len(v)
	bracket := bytes.IndexByte(v, '(') >= 0 && bytes.IndexByte(v, ')') > 0
	separators := s.spaces + s.dashes + s.dots + s.slashes
	switch {
	case international, bracket:
		return s.digits >= 9, s.digits >= 9
	case s.others > 0:
		return false, false
	case separators == 0:
		plain := s.digits == 9 && (v[0] == '6' || v[0] == '7' || v[0] == '9') || s.digits >= 10 && s.digits <= 12 && v[0] == '0' && v[1] >= '1' ||
			s.digits == 10 && v[0] >= '2' && v[0] <= '9'
		return plain, false
	case v[0] == '0':
		ok := s.digits >= 8 && s.digits <= 12 && v[1] >= '1'
		return ok, ok
	case separators == 2 && s.digits == 10 && len(v) == 12:
		ok := v[3] == v[7] && v[3] != '/' // 555-010-1234
		return ok, ok
	case separators >= 2 && s.digits == 9 && s.spaces+s.dashes+s.dots == separators:
		ok := v[0] == '6' || v[0] == '7' || v[0] == '8' || v[0] == '9' // Spain
		return ok && (s.dashes != 2 || v[3] != '-' || v[6] != '-'), ok && s.spaces == separators
	}
	return false, false
}

// numeric looks at a value of a number's type.
func (a *Accumulator) numeric(v []byte) {
	s := shapeOf(v)
	if s.letters() > 0 { // NaN, Infinity, 1e10
		a.whole.see(estate.KindNumber)
		return
	}
	a.figures(v, &s, &a.whole)
}

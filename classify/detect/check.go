package detect

import (
	"slices"

	"nightferry/internal/estate"
)

// Matches tells whether a value has the form of an identifier of a kind, and whether its check digit is right; where
// the kind has none, a value of its form passes. Spaces, points, dashes and slashes that people write within an
// identifier are of no matter. Other kinds than identifiers match nothing.
func Matches(kind estate.Kind, value []byte) (form, passed bool) {
	var room [mostCompact]byte
	text := compact(room[:0], value)
	form, passed = identify(kind, text)
	return form, form && passed
}

// mostCompact is the longest identifier without separators.
const mostCompact = 40

// compact appends the letters, as capitals, and digits of a value; empty where it holds something else or is too long.
func compact(room, value []byte) []byte {
	for _, b := range value {
		switch {
		case len(room) == cap(room):
			return room[:0]
		case b >= '0' && b <= '9', b >= 'A' && b <= 'Z':
			room = append(room, b)
		case b >= 'a' && b <= 'z':
			room = append(room, b-'a'+'A')
		case b == ' ' || b == '.' || b == '-' || b == '/':
		default:
			return room[:0]
		}
	}
	return room
}

// identify holds compact text against the form and the check of one kind.
func identify(kind estate.Kind, t []byte) (form, passed bool) { //nolint:cyclop // one line a kind
	switch kind {
	case estate.KindPAN:
		return cardForm(t), cardForm(t) && luhn(t)
	case estate.KindIBAN:
		return ibanForm(t), ibanForm(t) && mod97(t[4:], t[:4]) == 1
	case estate.KindNPI:
		ok := allDigits(t, 10) && (t[0] == '1' || t[0] == '2')
		return ok, ok && (luhnSum(t, true)+24)%10 == 0 // 80840 before it adds 24
	case estate.KindDEA:
		return deaForm(t), deaForm(t) && dea(t)
	case estate.KindSSN:
		ok := allDigits(t, 9) && ssn(t)
		return ok, ok
	case estate.KindMBI:
		ok := mbi(t)
		return ok, ok
	case estate.KindNHS:
		ok := allDigits(t, 10)
		return ok, ok && nhs(t)
	case estate.KindNIR:
		ok := nirForm(t)
		return ok, ok && nir(t)
	case estate.KindDNI:
		ok := dniForm(t)
		return ok, ok && dni(t)
	case estate.KindNUSS:
		ok := allDigits(t, 12) && number(t[:2]) > 0 && number(t[:2]) <= 66
		return ok, ok && nuss(t)
	case estate.KindSteuerID:
		ok := allDigits(t, 11) && t[0] != '0'
		return ok, ok && steuerID(t)
	case estate.KindKVNR:
		ok := len(t) == 10 && isUpper(t[0]) && allDigits(t[1:], 9)
		return ok, ok && kvnr(t)
	case estate.KindPensionNumber:
		ok := pensionForm(t)
		return ok, ok && pension(t)
	case estate.KindINSZ:
		ok := allDigits(t, 11) && inszDate(t)
		return ok, ok && insz(t)
	case estate.KindBSN:
		ok := allDigits(t, 9) || allDigits(t, 8)
		return ok, ok && bsn(t)
	case estate.KindAHV:
		ok := allDigits(t, 13) && string(t[:3]) == "756"
		return ok, ok && gs1(t)
	case estate.KindEAN:
		ok := allDigits(t, 8) || allDigits(t, 12) || allDigits(t, 13) && string(t[:3]) != "756" || allDigits(t, 14)
		return ok, ok && gs1(t)
	case estate.KindCodiceFiscale:
		ok := codiceForm(t)
		return ok, ok && codice(t)
	case estate.KindNINO:
		ok := nino(t)
		return ok, ok
	case estate.KindABA:
		ok := allDigits(t, 9) && abaPrefix(t)
		return ok, ok && aba(t)
	case estate.KindSIREN:
		ok := allDigits(t, 9)
		return ok, ok && luhn(t)
	case estate.KindSIRET:
		ok := allDigits(t, 14)
		return ok, ok && luhn(t)
	case estate.KindVAT:
		return vat(t)
	case estate.KindBIC:
		ok := bic(t)
		return ok, ok
	case estate.KindSNOMED:
		ok := len(t) >= 6 && len(t) <= 18 && allDigits(t, len(t)) && t[0] != '0' && snomedPartition(t)
		return ok, ok && verhoeff(t)
	}
	return false, false
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
func isUpper(b byte) bool { return b >= 'A' && b <= 'Z' }

func allDigits(t []byte, n int) bool {
	if len(t) != n || n == 0 {
		return false
	}
	for _, b := range t {
		if !isDigit(b) {
			return false
		}
	}
	return true
}

// number reads digits; they are few enough for 63 bits.
func number(t []byte) int64 {
	var n int64
	for _, b := range t {
		n = n*10 + int64(b-'0')
	}
	return n
}

// weighted sums digits times weights.
func weighted(t []byte, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(t[i]-'0') * w
	}
	return sum
}

// crossSum is the sum of a number's digits, below 100.
func crossSum(n int) int { return n/10 + n%10 }

// luhnSum is the sum of ISO/IEC 7812-1 Annex B; with check, the last digit is the check digit.
func luhnSum(t []byte, check bool) int {
	sum := 0
	double := !check
	for _, b := range slices.Backward(t) {
		d := int(b - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return sum
}

func luhn(t []byte) bool { return luhnSum(t, true)%10 == 0 }

// mod97 is the remainder of ISO 7064 MOD 97-10 of parts written one after the other, letters as 10 to 35.
func mod97(parts ...[]byte) int {
	rest := 0
	for _, part := range parts {
		for _, b := range part {
			if isDigit(b) {
				rest = (rest*10 + int(b-'0')) % 97
			} else {
				rest = (rest*100 + int(b-'A') + 10) % 97
			}
		}
	}
	return rest
}

// mod1110 is ISO 7064 MOD 11,10 over all digits, the last being the check digit.
func mod1110(t []byte) bool {
	product := 10
	for _, b := range t[:len(t)-1] {
		sum := (int(b-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return (11-product)%10 == int(t[len(t)-1]-'0')
}

// gs1 is the check digit of EAN, GTIN and the Swiss AHV number: weights 3 and 1 from the right.
func gs1(t []byte) bool {
	sum, weight := 0, 1
	for _, b := range slices.Backward(t) {
		sum += int(b-'0') * weight
		weight = 4 - weight
	}
	return sum%10 == 0
}

// verhoeff is the check digit of SNOMED CT identifiers: the dihedral group of order ten.
func verhoeff(t []byte) bool {
	multiply := [10][10]byte{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
		{3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1}, {6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
		{7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}}
	permute := [8][10]byte{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
		{8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1}, {2, 7, 9, 3, 8, 0, 6, 4, 1, 5},
		{7, 0, 4, 6, 9, 1, 3, 2, 5, 8}}
	check := byte(0)
	for i := range t {
		check = multiply[check][permute[i%8][t[len(t)-1-i]-'0']]
	}
	return check == 0
}

package people

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// number returns width random digits.
func number(r *rand.Rand, width int) string {
	text := make([]byte, width)
	for i := range text {
		text[i] = byte('0' + r.IntN(10))
	}
	return string(text)
}

// NHS returns an NHS number (modulus 11) of the range 999, which is kept for tests. Ten digits.
func NHS(r *rand.Rand) string {
	for {
		payload := "999" + number(r, 6)
		if check := (11 - weighted(payload, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11; check < 10 {
			return payload + strconv.Itoa(check)
		}
	}
}

// NIR returns a French social security number with its key (97 less the rest of 97). Fifteen characters; people
// born in Corsica have 2A or 2B in it.
func NIR(r *rand.Rand, born time.Time, female bool) string {
	sex, department := "1", "99"
	if female {
		sex = "2"
	}
	if r.IntN(10) == 0 {
		department = []string{"2A", "2B"}[r.IntN(2)]
	}
	body := sex + born.Format("0601") + department + number(r, 6)
	return body + nirKey(body)
}

// nirKey returns the key of the thirteen characters before it. Corsica's letters count as 19 and 18.
func nirKey(body string) string {
	return pad(97-mod97(strings.NewReplacer("2A", "19", "2B", "18").Replace(body)), 2)
}

// DNI returns a Spanish identity number: eight digits and the letter that modulo 23 selects.
func DNI(r *rand.Rand) string {
	body := "9" + number(r, 7)
	return body + dniLetter(body)
}

func dniLetter(body string) string {
	n, _ := strconv.Atoi(body) // eight digits of our own making
	return string("TRWAGMYFPDXBNJZSQVHLCKE"[n%23])
}

// SteuerID returns a German tax number: among its first ten digits exactly one is there twice, and one is missing.
// The eleventh is ISO 7064 MOD 11,10.
func SteuerID(r *rand.Rand) string {
	for {
		order := r.Perm(10)
		order[r.IntN(9)+1] = order[0]
		r.Shuffle(10, func(i, j int) { order[i], order[j] = order[j], order[i] })
		if order[0] == 0 {
			continue
		}
		var body strings.Builder
		for _, digit := range order {
			body.WriteString(strconv.Itoa(digit))
		}
		return body.String() + strconv.Itoa(iso7064(body.String()))
	}
}

// KVNR returns a German health insurance number: a letter, eight digits and a check digit.
func KVNR(r *rand.Rand) string {
	letter, body := byte('A'+r.IntN(26)), number(r, 8)
	return string(letter) + body + strconv.Itoa(kvnrDigit(letter, body))
}

// NPI returns a US provider identifier: ten digits, Luhn over the prefix 80840.
func NPI(r *rand.Rand) string {
	body := "1" + number(r, 8)
	return body + strconv.Itoa(luhn("80840"+body))
}

// DEA returns a US prescriber's registration: two letters, six digits, and the last digit of
// d1+d3+d5 + 2(d2+d4+d6).
func DEA(r *rand.Rand) string {
	body := number(r, 6)
	letters := string("ABFM"[r.IntN(4)]) + string(byte('A'+r.IntN(26)))
	return letters + body + strconv.Itoa(weighted(body, 1, 2, 1, 2, 1, 2)%10)
}

// SSN returns a US social security number, with hyphens, of an area (773 to 899) that was never issued before
// numbers were drawn at random in 2011.
func SSN(r *rand.Rand) string {
	return pad(773+r.IntN(127), 3) + "-" + pad(1+r.IntN(99), 2) + "-" + pad(1+r.IntN(9999), 4)
}

// AHV returns a Swiss social security number, 756.xxxx.xxxx.xx, an EAN-13.
func AHV(r *rand.Rand) string {
	body := "756" + number(r, 9)
	full := body + strconv.Itoa(ean13(body))
	return full[:3] + "." + full[3:7] + "." + full[7:11] + "." + full[11:]
}

// BSN returns a Dutch citizen service number of the range 9999, kept for tests; it passes the eleven-test.
func BSN(r *rand.Rand) string {
	for {
		body := "9999" + number(r, 4)
		if check := weighted(body, 9, 8, 7, 6, 5, 4, 3, 2) % 11; check < 10 {
			return body + strconv.Itoa(check)
		}
	}
}

// INSZ returns a Belgian national number: birth date, a serial that is odd for men, and 97 less the rest of 97,
// where those born from 2000 on put a 2 before the nine digits.
func INSZ(r *rand.Rand, born time.Time, female bool) string {
	serial := 1 + 2*r.IntN(498)
	if female {
		serial++
	}
	body := born.Format("060102") + pad(serial, 3)
	return body + inszCheck(body, born.Year() >= 2000)
}

func inszCheck(body string, from2000 bool) string {
	if from2000 {
		body = "2" + body
	}
	return pad(97-mod97(body), 2)
}

// IBAN returns an account number of a bank that does not exist, in one of six countries.
func IBAN(r *rand.Rand) string {
	switch r.IntN(6) {
	case 0:
		return iban("DE", "99999999"+number(r, 10))
	case 1:
		return iban("GB", "TEST999999"+number(r, 8))
	case 2:
		return iban("NL", "TEST"+number(r, 10))
	case 3:
		return iban("CH", "99999"+number(r, 12))
	case 4:
		return iban("ES", "99999999"+number(r, 12))
	default:
		return iban("BE", "999"+number(r, 9))
	}
}

func iban(country, bban string) string { return country + ibanDigits(country, bban) + bban }

// PAN returns a card number under an issuer prefix that payment providers use for tests. Sixteen digits, Luhn.
func PAN(r *rand.Rand) string {
	body := []string{"424242", "400000", "555555", "222300"}[r.IntN(4)] + number(r, 9)
	return body + strconv.Itoa(luhn(body))
}

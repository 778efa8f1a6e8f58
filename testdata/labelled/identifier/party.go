package identifier

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// npi is the number of a US provider: Luhn over 80840 and nine digits.
func npi(r *rand.Rand, _ Holder) string {
	body := pick(r, "1", "2") + digits(r, 8)
	return body + luhn("80840"+body)
}

// dea is the registration of a US prescriber: kind, first letter of the surname, six digits, check digit.
func dea(r *rand.Rand, h Holder) string {
	letter := "T"
	if h.Family != "" && h.Family[0] >= 'A' && h.Family[0] <= 'Z' {
		letter = h.Family[:1]
	}
	body := digits(r, 6)
	return pick(r, "A", "B", "F", "M") + letter + body + digit(weighed(body, 1, 2)%10)
}

// lanr is the number of a German panel doctor; the check digit is the seventh, and two of the specialty follow.
func lanr(r *rand.Rand, _ Holder) string {
	body := digits(r, 6)
	return body + digit((10-weighed(body, 4, 9)%10)%10) + fmt.Sprintf("%02d", 1+r.IntN(68))
}

// rpps is the number of a French health professional.
func rpps(r *rand.Rand, _ Holder) string {
	body := "10" + digits(r, 8)
	return body + luhn(body)
}

// ik names an institution of German social insurance; the first two digits are not checked.
func ik(r *rand.Rand, _ Holder) string {
	body := digits(r, 6)
	return pick(r, "10", "26", "30") + body + digit(crossWeighed(body, 2, 1)%10)
}

// finess names a French health establishment.
func finess(r *rand.Rand, _ Holder) string {
	body := fmt.Sprintf("%02d", 1+r.IntN(95)) + digits(r, 6)
	return body + luhn(body)
}

// siren names a French company.
func siren(r *rand.Rand, _ Holder) string {
	body := digits(r, 8)
	return body + luhn(body)
}

// siret names an establishment of a French company.
func siret(r *rand.Rand, h Holder) string {
	body := siren(r, h) + "000" + digits(r, 1)
	return body + luhn(body)
}

// cif is the tax number of a Spanish company of a form whose check is a digit.
func cif(r *rand.Rand, _ Holder) string {
	body := fmt.Sprintf("%02d", 1+r.IntN(52)) + digits(r, 5)
	return pick(r, "A", "B") + body + digit((10-crossWeighed(body, 2, 1)%10)%10)
}

// vatDE is the German VAT number.
func vatDE(r *rand.Rand, _ Holder) string {
	body := digit(1+r.IntN(9)) + digits(r, 7)
	return "DE" + body + iso7064(body)
}

// vatFR is the French VAT number: a key of two digits before the SIREN.
func vatFR(r *rand.Rand, h Holder) string {
	company := siren(r, h)
	return "FR" + fmt.Sprintf("%02d", (12+3*modulo(company, 97))%97) + company
}

// iban puts the two check digits of ISO 13616 before an account.
func iban(country, account string) string {
	return country + fmt.Sprintf("%02d", 98-modulo(alphabetNumber(account+country+"00"), 97)) + account
}

func ibanDE(r *rand.Rand, _ Holder) string { return iban("DE", "99"+digits(r, 16)) } // no bank has a code from 99

// ibanFR holds bank, branch, account and the key of the RIB.
func ibanFR(r *rand.Rand, _ Holder) string {
	bank, branch, account := "99"+digits(r, 3), digits(r, 5), digits(r, 11)
	key := 97 - (89*modulo(bank, 97)+15*modulo(branch, 97)+3*modulo(account, 97))%97
	return iban("FR", bank+branch+account+fmt.Sprintf("%02d", key))
}

// ibanES holds bank, branch, two check digits and the account.
func ibanES(r *rand.Rand, _ Holder) string {
	bank, account := "99"+digits(r, 6), digits(r, 10)
	check := func(body string) string {
		switch n := 11 - weighed(body, 1, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11; n {
		case 11:
			return "0"
		case 10:
			return "1"
		default:
			return digit(n)
		}
	}
	return iban("ES", bank+check("00"+bank)+check(account)+account)
}

func ibanGB(r *rand.Rand, _ Holder) string { return iban("GB", "TEST"+digits(r, 14)) }

// aba is a US routing number: weights 3, 7, 1, and a sum that ends in 0.
func aba(r *rand.Rand, _ Holder) string {
	body := fmt.Sprintf("%02d", 1+r.IntN(12)) + digits(r, 6)
	return body + digit((10-weighed(body, 3, 7, 1)%10)%10)
}

// card is the number of a payment card, under the prefixes that processors keep for tests.
func card(r *rand.Rand, _ Holder) string {
	prefix := pick(r, "424242", "411111", "555555", "510510", "378282", "601111")
	length := 16
	if strings.HasPrefix(prefix, "37") {
		length = 15
	}
	body := prefix + digits(r, length-7)
	return body + luhn(body)
}

// ean13 numbers goods; 200 to 299 are left to the shops themselves.
func ean13(r *rand.Rand, _ Holder) string {
	body := fmt.Sprintf("%d", 200+r.IntN(100)) + digits(r, 9)
	return body + ean(body)
}

// cip13 numbers French medicines: an EAN-13 that begins with 34009.
func cip13(r *rand.Rand, _ Holder) string {
	body := "34009" + digits(r, 7)
	return body + ean(body)
}

// pzn numbers German medicines: weights 1 to 7, modulo 11, without those that give 10.
func pzn(r *rand.Rand, _ Holder) string {
	for {
		body := digits(r, 7)
		if check := weighed(body, 1, 2, 3, 4, 5, 6, 7) % 11; check < 10 {
			return body + digit(check)
		}
	}
}

// imei numbers mobile devices: 00 is the prefix of test devices.
func imei(r *rand.Rand, _ Holder) string {
	body := "00" + digits(r, 12)
	return body + luhn(body)
}

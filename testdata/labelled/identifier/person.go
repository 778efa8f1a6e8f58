package identifier

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// nir is the French social security number: sex, year, month, department, commune, order, and 97 less the rest of a
// division by 97; Corsica's 2A and 2B count as 19 and 18.
func nir(r *rand.Rand, h Holder) string {
	sex := "1"
	if h.Female {
		sex = "2"
	}
	place := fmt.Sprintf("%02d", 1+r.IntN(95))
	switch place {
	case "20":
		place = pick(r, "2A", "2B")
	case "96":
		place = "75"
	}
	body := sex + h.Born.Format("0601") + place + fmt.Sprintf("%03d%03d", 1+r.IntN(900), 1+r.IntN(990))
	number := strings.NewReplacer("2A", "19", "2B", "18").Replace(body[5:7])
	return body + fmt.Sprintf("%02d", 97-modulo(body[:5]+number+body[7:], 97))
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

// dni is the Spanish identity number: the letter is the rest of a division by 23.
func dni(r *rand.Rand, _ Holder) string {
	body := digits(r, 8)
	return body + string(dniLetters[modulo(body, 23)])
}

// nie is the same for foreigners, whose X, Y or Z counts as 0, 1 or 2.
func nie(r *rand.Rand, _ Holder) string {
	first, body := r.IntN(3), digits(r, 7)
	return string("XYZ"[first]) + body + string(dniLetters[modulo(digit(first)+body, 23)])
}

// nuss is the Spanish social security number: province, number, and the rest of a division by 97. Numbers below ten
// million are reckoned without their leading zero, so none is drawn.
func nuss(r *rand.Rand, _ Holder) string {
	body := fmt.Sprintf("%02d%d", 1+r.IntN(52), 10_000_000+r.IntN(89_999_999))
	return body + fmt.Sprintf("%02d", modulo(body, 97))
}

// cip is the code of the Catalan health card: two letters of each surname, sex, birth date, and three digits that
// the register gives.
func cip(r *rand.Rand, h Holder) string {
	sex := "0"
	if h.Female {
		sex = "1"
	}
	return letters(r, 4, "ABCDEFGHIJLMNOPRSTUV") + sex + h.Born.Format("060102") + digits(r, 3)
}

// steuerID is the German tax number of a person: of its first ten digits one stands twice, one not at all.
func steuerID(r *rand.Rand, _ Holder) string {
	set := r.Perm(10)
	set[9] = set[r.IntN(9)]
	r.Shuffle(10, func(i, j int) { set[i], set[j] = set[j], set[i] })
	for set[0] == 0 {
		r.Shuffle(10, func(i, j int) { set[i], set[j] = set[j], set[i] })
	}
	var body strings.Builder
	for _, d := range set {
		body.WriteString(digit(d))
	}
	return body.String() + iso7064(body.String())
}

// kvnr is the part of the German health insurance number that stays for life.
func kvnr(r *rand.Rand, _ Holder) string {
	letter, body := letters(r, 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), digits(r, 8)
	return letter + body + digit(crossWeighed(letterNumber(letter[0])+body, 1, 2)%10)
}

// rvnr is the German pension number: area, birth date, first letter of the birth name, serial by sex, check digit.
func rvnr(r *rand.Rand, h Holder) string {
	letter := "M"
	if h.Family != "" && h.Family[0] >= 'A' && h.Family[0] <= 'Z' {
		letter = h.Family[:1]
	}
	serial := r.IntN(50)
	if h.Female {
		serial += 50
	}
	head, tail := pick(r, "12", "13", "15", "24", "40", "53", "65")+h.Born.Format("020106"), fmt.Sprintf("%02d", serial)
	check := crossWeighed(head+letterNumber(letter[0])+tail, 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1) % 10
	return head + letter + tail + digit(check)
}

// ssn is the US social security number, which has no check digit but areas, groups and serials that do not exist.
func ssn(r *rand.Rand, _ Holder) string {
	area := 1 + r.IntN(898)
	if area == 666 {
		area = 667
	}
	return fmt.Sprintf("%03d-%02d-%04d", area, 1+r.IntN(99), 1+r.IntN(9999))
}

// mbi is the Medicare beneficiary identifier: eleven places, each a digit, a letter or either; without S L O I B Z.
func mbi(r *rand.Rand, _ Holder) string {
	const alpha = "ACDEFGHJKMNPQRTUVWXY"
	var out strings.Builder
	for _, place := range "CAXNAXNAANN" {
		switch place {
		case 'C':
			out.WriteString(digit(1 + r.IntN(9)))
		case 'A':
			out.WriteString(letters(r, 1, alpha))
		case 'X':
			out.WriteString(letters(r, 1, alpha+"0123456789"))
		default:
			out.WriteString(digits(r, 1))
		}
	}
	return out.String()
}

// nhs is the number of England's health service, in the range from 999 that is kept for tests.
func nhs(r *rand.Rand, _ Holder) string {
	for {
		body := "999" + digits(r, 6)
		check := 11 - weighed(body, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
		if check == 10 {
			continue // such a number is not given out
		}
		return body + digit(check%11)
	}
}

// nino is the British national insurance number.
func nino(r *rand.Rand, _ Holder) string {
	return letters(r, 1, "ABCEGHJKLMNPRSTWXYZ") + letters(r, 1, "ABCEHJLMPRSWXYZ") + digits(r, 6) + letters(r, 1, "ABCD")
}

// insz is the Belgian national number; of those born from 2000 on, a 2 is put before it for the check.
func insz(r *rand.Rand, h Holder) string {
	serial := 1 + 2*r.IntN(498)
	if h.Female {
		serial++
	}
	body := h.Born.Format("060102") + fmt.Sprintf("%03d", serial)
	checked := body
	if h.Born.Year() >= 2000 {
		checked = "2" + body
	}
	return body + fmt.Sprintf("%02d", 97-modulo(checked, 97))
}

// bsn is the Dutch citizen number, which passes the test of eleven: weights 9 to 2, and -1.
func bsn(r *rand.Rand, _ Holder) string {
	for {
		body := digits(r, 8)
		check := weighed(body, 9, 8, 7, 6, 5, 4, 3, 2) % 11
		if check < 10 && body[0] != '0' {
			return body + digit(check)
		}
	}
}

// ahv is the Swiss social insurance number: 756 and the check digit of EAN-13.
func ahv(r *rand.Rand, _ Holder) string {
	body := "756" + digits(r, 9)
	return body + ean(body)
}

// codiceFiscale is the Italian tax code of a person: name, birth, place, and a letter that weighs odd places by a table.
func codiceFiscale(r *rand.Rand, h Holder) string {
	day := h.Born.Day()
	if h.Female {
		day += 40
	}
	body := letters(r, 6, "BCDFGLMNPRSTV") + h.Born.Format("06") + string("ABCDEHLMPRST"[h.Born.Month()-1]) +
		fmt.Sprintf("%02d", day) + letters(r, 1, "ABCDEFGHL") + fmt.Sprintf("%03d", 1+r.IntN(999))
	return body + italianCheck(body)
}

func italianCheck(body string) string {
	odd := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i := range len(body) {
		value := int(body[i]) - 'A'
		if value < 0 {
			value = int(body[i]) - '0'
		}
		if i%2 == 0 { // the first place is an odd one
			value = odd[value]
		}
		sum += value
	}
	return string(rune('A' + sum%26))
}

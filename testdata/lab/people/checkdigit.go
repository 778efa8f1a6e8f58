package people

import (
	"strconv"
	"strings"
)

// digits returns the values of the decimal digits in s; other characters are skipped.
func digits(s string) []int {
	values := make([]int, 0, len(s))
	for _, r := range s {
		if r >= '0' && r <= '9' {
			values = append(values, int(r-'0'))
		}
	}
	return values
}

// luhn returns the Luhn check digit of a payload (ISO/IEC 7812-1, annex B).
func luhn(payload string) int {
	values, sum := digits(payload), 0
	for i := range values {
		value := values[len(values)-1-i]
		if i%2 == 0 {
			if value *= 2; value > 9 {
				value -= 9
			}
		}
		sum += value
	}
	return (10 - sum%10) % 10
}

// mod97 returns number modulo 97 for a string of digits of any length.
func mod97(number string) int {
	rest := 0
	for _, value := range digits(number) {
		rest = (rest*10 + value) % 97
	}
	return rest
}

// iso7064 returns the check digit of ISO 7064 MOD 11,10.
func iso7064(payload string) int {
	product := 10
	for _, value := range digits(payload) {
		sum := (value + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return (11 - product) % 10
}

// weighted returns the sum of the digits of payload, each times its weight.
func weighted(payload string, weights ...int) int {
	sum := 0
	for i, value := range digits(payload) {
		sum += value * weights[i]
	}
	return sum
}

// ean13 returns the check digit of a GTIN-13 (GS1 General Specifications, 7.9).
func ean13(payload string) int {
	return (10 - weighted(payload, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3)%10) % 10
}

// kvnrDigit returns the check digit of a German health insurance number: the letter counts as its two-digit place
// in the alphabet, weights alternate 1 and 2, and digit sums are added.
func kvnrDigit(letter byte, payload string) int {
	place := int(letter-'A') + 1
	sum := 0
	for i, value := range append([]int{place / 10, place % 10}, digits(payload)...) {
		value *= 1 + i%2
		sum += value/10 + value%10
	}
	return sum % 10
}

// ibanDigits returns the two check digits of an IBAN (ISO 13616): letters count from A = 10.
func ibanDigits(country, bban string) string {
	var number strings.Builder
	for _, r := range bban + country + "00" {
		if r >= 'A' && r <= 'Z' {
			number.WriteString(strconv.Itoa(int(r-'A') + 10))
			continue
		}
		number.WriteRune(r)
	}
	return pad(98-mod97(number.String()), 2)
}

// pad writes n with at least width digits.
func pad(n, width int) string {
	text := strconv.Itoa(n)
	for len(text) < width {
		text = "0" + text
	}
	return text
}

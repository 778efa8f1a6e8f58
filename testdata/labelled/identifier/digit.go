// Package identifier makes numbers that name people, accounts and things, each with the check digit that its issuer
// asks for, and the same numbers with a wrong one. What it makes belongs to nobody: reserved and test ranges are used
// wherever an issuer has set one aside. The rules are written from the issuers' publications, apart from those that
// nightferry detects by, so that the one is a check of the other.
package identifier

import (
	"math/rand/v2"
	"strings"
)

// digits draws n decimal digits.
func digits(r *rand.Rand, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte('0' + r.IntN(10))
	}
	return string(text)
}

// letters draws n of the given letters.
func letters(r *rand.Rand, n int, of string) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = of[r.IntN(len(of))]
	}
	return string(text)
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func digit(n int) string { return string(rune('0' + n)) }

// luhn is the check digit of ISO/IEC 7812-1 annex B.
func luhn(body string) string {
	sum := 0
	for i := range len(body) {
		d := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			d = crossSum(2 * d)
		}
		sum += d
	}
	return digit((10 - sum%10) % 10)
}

// crossSum adds up the two digits of a number below 100.
func crossSum(n int) int { return n/10 + n%10 }

// weighed adds up the digits, each times its weight; weights repeat.
func weighed(body string, weights ...int) int {
	sum := 0
	for i := range len(body) {
		sum += int(body[i]-'0') * weights[i%len(weights)]
	}
	return sum
}

// crossWeighed is weighed with the cross sum of every product.
func crossWeighed(body string, weights ...int) int {
	sum := 0
	for i := range len(body) {
		sum += crossSum(int(body[i]-'0') * weights[i%len(weights)])
	}
	return sum
}

// modulo is the remainder of a number of any length.
func modulo(number string, divisor int) int {
	rest := 0
	for i := range len(number) {
		rest = (rest*10 + int(number[i]-'0')) % divisor
	}
	return rest
}

// iso7064 is the check digit of ISO 7064 MOD 11,10.
func iso7064(body string) string {
	product := 10
	for i := range len(body) {
		sum := (int(body[i]-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return digit((11 - product) % 10)
}

// ean is the check digit of GS1: weights 1 and 3 from the left of twelve digits.
func ean(body string) string { return digit((10 - weighed(body, 1, 3)%10) % 10) }

// letterNumber writes a letter as the two digits of its place in the alphabet.
func letterNumber(letter byte) string {
	n := int(letter-'A') + 1
	return digit(n/10) + digit(n%10)
}

// alphabetNumber writes letters as 10 to 35, as ISO 13616 wants them.
func alphabetNumber(text string) string {
	var out strings.Builder
	for _, c := range text {
		if c >= 'A' && c <= 'Z' {
			n := int(c-'A') + 10
			out.WriteString(digit(n/10) + digit(n%10))
			continue
		}
		out.WriteRune(c)
	}
	return out.String()
}

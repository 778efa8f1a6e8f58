package detect

// cardForm: a number of the length that its issuer's range has (ISO/IEC 7812, ranges as the schemes publish them).
func cardForm(t []byte) bool {
	n := len(t)
	if n < 13 || n > 19 || !allDigits(t, n) {
		return false
	}
	switch two, four := number(t[:2]), number(t[:4]); {
	case t[0] == '4':
		return n == 13 || n == 16 || n == 19
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720:
		return n == 16
	case two == 34, two == 37:
		return n == 15
	case two == 36, two == 38, two == 39, four >= 3000 && four <= 3059:
		return n == 14
	case four >= 3528 && four <= 3589, two == 65, four == 6011, four >= 6440 && four <= 6499:
		return n == 16
	case two == 62:
		return n >= 16
	case two == 50, two >= 56 && two <= 58, two == 63, two == 67, two == 68:
		return n == 16
	}
	return false
}

// ibanLength is the length of an IBAN by country (SWIFT IBAN Registry); 0 for a country without.
func ibanLength(country string) int {
	switch country {
	case "NO":
		return 15
	case "BE":
		return 16
	case "DK", "FI", "FO", "GL", "NL":
		return 18
	case "MK", "SI":
		return 19
	case "AT", "BA", "EE", "KZ", "LT", "LU", "XK":
		return 20
	case "CH", "HR", "LI", "LV":
		return 21
	case "BG", "BH", "CR", "DE", "GB", "GE", "IE", "ME", "RS", "VA":
		return 22
	case "AE", "GI", "IL", "IQ", "TL":
		return 23
	case "AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG":
		return 24
	case "PT", "ST":
		return 25
	case "IS", "TR":
		return 26
	case "FR", "GR", "IT", "MC", "MR", "SM":
		return 27
	case "AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "PL", "SV":
		return 28
	case "BR", "EG", "PS", "QA", "UA":
		return 29
	case "JO", "KW", "MU":
		return 30
	case "MT", "SC":
		return 31
	case "LC":
		return 32
	}
	return 0
}

func ibanForm(t []byte) bool {
	return len(t) >= 15 && len(t) <= 34 && isDigit(t[2]) && isDigit(t[3]) && ibanLength(string(t[:2])) == len(t)
}

// bic: four letters of the bank, two of the country, two of the place, three of the branch (ISO 9362).
func bic(t []byte) bool {
	if len(t) != 8 && len(t) != 11 {
		return false
	}
	for _, b := range t[:6] {
		if !isUpper(b) {
			return false
		}
	}
	return isCountry(string(t[4:6]))
}

func isCountry(code string) bool {
	const codes = "AD AE AL AR AT AU AZ BA BE BG BH BR BY CA CH CL CN CO CR CY CZ DE DK DO DZ EC EE EG ES FI FO FR GB GE GI GL GR GT HK HR HU " +
		"ID IE IL IN IQ IS IT JO JP KR KW KZ LB LI LT LU LV MA MC MD ME MK MR MT MU MX MY NG NL NO NZ PA PE PH PK PL PS PT QA RO RS RU SA SE SG " +
		"SI SK SM SN ST SV TH TN TR TW UA US UY VA VE VN XK ZA"
	for i := 0; i+2 <= len(codes); i += 3 {
		if codes[i:i+2] == code {
			return true
		}
	}
	return false
}

// abaPrefix: the ranges of the Federal Reserve districts, thrift institutions, electronic and cheques.
func abaPrefix(t []byte) bool {
	two := number(t[:2])
	return two <= 12 && number(t[:4]) > 0 || two >= 21 && two <= 32 || two >= 61 && two <= 72 || two == 80
}

func aba(t []byte) bool { return weighted(t, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 }

// vat tells the form of an EU VAT number by its country's prefix, and its check digit where that is published.
func vat(t []byte) (form, passed bool) {
	if len(t) < 10 || len(t) > 14 || !isUpper(t[0]) || !isUpper(t[1]) {
		return false, false
	}
	body := t[2:]
	switch string(t[:2]) {
	case "DE":
		ok := allDigits(body, 9)
		return ok, ok && mod1110(body)
	case "FR":
		ok := len(body) == 11 && allDigits(body[2:], 9)
		return ok, ok && frenchVAT(body)
	case "IT":
		ok := allDigits(body, 11)
		return ok, ok && luhn(body)
	case "BE":
		ok := allDigits(body, 10)
		return ok, ok && 97-number(body[:8])%97 == number(body[8:])
	case "AT":
		ok := len(body) == 9 && body[0] == 'U' && allDigits(body[1:], 8)
		return ok, ok && austrianVAT(body[1:])
	case "NL":
		ok := len(body) == 12 && body[9] == 'B' && allDigits(body[:9], 9)
		return ok, ok && (bsn(body[:9]) || mod97(t) == 1)
	case "ES":
		ok := len(body) == 9 && allDigits(body[1:8], 7)
		return ok, ok && spanishVAT(body)
	case "PT":
		ok := allDigits(body, 9)
		return ok, ok && (11-weighted(body, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11%10 == int(body[8]-'0')
	case "PL":
		ok := allDigits(body, 10)
		return ok, ok && weighted(body, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(body[9]-'0')
	case "LU":
		ok := allDigits(body, 8)
		return ok, ok && number(body[:6])%89 == number(body[6:])
	case "DK":
		ok := allDigits(body, 8)
		return ok, ok && weighted(body, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
	case "SE", "GB", "IE", "CZ", "HU", "RO", "BG", "EL", "FI", "HR", "SK", "SI", "LT", "LV", "EE", "CY", "MT":
		ok := len(body) >= 8 && len(body) <= 12 && isDigit(body[0]) && isDigit(body[len(body)-2])
		return ok, ok
	}
	return false, false
}

// frenchVAT: the key is 12 + 3 times the SIREN, modulo 97; keys with letters are of foreign companies.
func frenchVAT(body []byte) bool {
	if !allDigits(body[:2], 2) {
		return luhn(body[2:])
	}
	siren := number(body[2:])
	return luhn(body[2:]) && (12+3*(siren%97))%97 == number(body[:2])
}

func austrianVAT(d []byte) bool {
	sum := 0
	for i, b := range d[:7] {
		v := int(b - '0')
		if i%2 == 1 {
			v = crossSum(v * 2)
		}
		sum += v
	}
	return (10-(sum+4)%10)%10 == int(d[7]-'0')
}

// spanishVAT: a CIF of a letter, seven digits and a control digit or letter, or a DNI or NIE.
func spanishVAT(body []byte) bool {
	if dniForm(body) && dni(body) {
		return true
	}
	if !isUpper(body[0]) {
		return false
	}
	sum := 0
	for i, b := range body[1:8] {
		v := int(b - '0')
		if i%2 == 0 {
			v = crossSum(v * 2)
		}
		sum += v
	}
	control := (10 - sum%10) % 10
	return body[8] == byte('0'+control) || body[8] == "JABCDEFGHI"[control]
}

// snomedPartition: the two digits before the check digit tell concept, description or relationship.
func snomedPartition(t []byte) bool {
	switch string(t[len(t)-3 : len(t)-1]) {
	case "00", "01", "02", "10", "11", "12":
		return true
	}
	return false
}

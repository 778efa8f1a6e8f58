package detect

// The identifiers of persons and bodies, by country. Each function takes compact text whose form was seen.

// ssn: area not 000, 666 or 900 and up, group not 00, serial not 0000 (US Social Security Administration).
func ssn(t []byte) bool {
	area := number(t[:3])
	return area > 0 && area != 666 && area < 900 && number(t[3:5]) > 0 && number(t[5:]) > 0
}

// mbi: eleven characters by position, without S, L, O, I, B, Z (US Centers for Medicare & Medicaid Services).
func mbi(t []byte) bool {
	const pattern = "1ax9ax9aa99"
	if len(t) != len(pattern) {
		return false
	}
	for i, b := range t {
		letter := isUpper(b) && b != 'S' && b != 'L' && b != 'O' && b != 'I' && b != 'B' && b != 'Z'
		switch pattern[i] {
		case '1':
			if b < '1' || b > '9' {
				return false
			}
		case 'a':
			if !letter {
				return false
			}
		case 'x':
			if !letter && !isDigit(b) {
				return false
			}
		case '9':
			if !isDigit(b) {
				return false
			}
		}
	}
	return true
}

// deaForm: a letter for the kind of registrant, the first of the surname or 9, seven digits.
func deaForm(t []byte) bool {
	return len(t) == 9 && isUpper(t[0]) && (isUpper(t[1]) || t[1] == '9') && allDigits(t[2:], 7)
}

func dea(t []byte) bool {
	d := t[2:]
	return (weighted(d, 1, 0, 1, 0, 1, 0)+2*weighted(d, 0, 1, 0, 1, 0, 1))%10 == int(d[6]-'0')
}

// nhs: modulus 11 with weights 10 to 2 (NHS Data Dictionary).
func nhs(t []byte) bool {
	check := (11 - weighted(t, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11
	return check == int(t[9]-'0') && t[0] != '0'
}

// nino: two letters, six digits, A to D. It has no check digit (HMRC).
func nino(t []byte) bool {
	if len(t) != 9 || !isUpper(t[0]) || !isUpper(t[1]) || !allDigits(t[2:8], 6) || t[8] < 'A' || t[8] > 'D' {
		return false
	}
	for i, b := range t[:2] {
		switch b {
		case 'D', 'F', 'I', 'Q', 'U', 'V':
			return false
		case 'O':
			if i == 1 {
				return false
			}
		}
	}
	switch string(t[:2]) {
	case "BG", "GB", "NK", "KN", "TN", "NT", "ZZ":
		return false
	}
	return true
}

// nirForm: sex, year, month, department (2A and 2B for Corsica), commune, order, key (INSEE).
func nirForm(t []byte) bool {
	if len(t) != 15 || t[0] == '0' || t[0] == '5' || t[0] == '6' || t[0] == '9' || !allDigits(t[:6], 6) || !allDigits(t[7:], 8) {
		return false
	}
	month := number(t[3:5])
	if month == 0 || month > 12 && month < 20 || month > 42 && month < 50 {
		return false
	}
	return isDigit(t[6]) || t[5] == '2' && (t[6] == 'A' || t[6] == 'B')
}

func nir(t []byte) bool {
	department := int64(t[5]-'0')*10 + int64(t[6]-'0')
	switch t[6] {
	case 'A':
		department = 19
	case 'B':
		department = 18
	}
	body := number(t[:5])*100_000_000 + department*1_000_000 + number(t[7:13])
	return 97-body%97 == number(t[13:])
}

// dniForm: DNI of eight digits, or NIE of X, Y or Z with seven, and a letter (Spain, Ministry of the Interior).
func dniForm(t []byte) bool {
	return len(t) == 9 && isUpper(t[8]) && allDigits(t[1:8], 7) && (isDigit(t[0]) || t[0] >= 'X' && t[0] <= 'Z')
}

func dni(t []byte) bool {
	first := int64(t[0] - '0')
	if isUpper(t[0]) {
		first = int64(t[0] - 'X')
	}
	return "TRWAGMYFPDXBNJZSQVHLCKE"[(first*10_000_000+number(t[1:8]))%23] == t[8]
}

// nuss: province, number, and the remainder of both by 97 (Spain, Social Security).
func nuss(t []byte) bool {
	province, serial := number(t[:2]), number(t[2:10])
	body := province*100_000_000 + serial
	if serial < 10_000_000 {
		body = province*10_000_000 + serial
	}
	return body%97 == number(t[10:])
}

// steuerID: of the first ten digits one stands twice or three times, and ISO 7064 MOD 11,10 (Germany, BZSt).
func steuerID(t []byte) bool {
	var count [10]int
	for _, b := range t[:10] {
		count[b-'0']++
	}
	repeated := 0
	for _, n := range count {
		switch {
		case n > 3:
			return false
		case n > 1:
			repeated++
		}
	}
	return repeated == 1 && mod1110(t)
}

// kvnr: the letter as two digits, weights 1 and 2 with cross sums, modulus 10 (Germany, §290 SGB V).
func kvnr(t []byte) bool {
	letter := int(t[0]-'A') + 1
	sum := letter/10 + crossSum(letter%10*2)
	for i, b := range t[1:9] {
		d := int(b - '0')
		if i%2 == 1 {
			d = crossSum(d * 2)
		}
		sum += d
	}
	return sum%10 == int(t[9]-'0')
}

// pensionForm: area, day (51 and up where a number is used up) and month of birth, year, letter, serial, check.
func pensionForm(t []byte) bool {
	if len(t) != 12 || !allDigits(t[:8], 8) || !isUpper(t[8]) || !allDigits(t[9:], 3) {
		return false
	}
	day, month := number(t[2:4]), number(t[4:6])
	return day <= 81 && month <= 12
}

// pension: weights 2 1 2 5 7 1 2 1 2 1 2 1 with cross sums, the letter as two digits (Germany, VKVV §2).
func pension(t []byte) bool {
	letter := int(t[8]-'A') + 1
	digits := [12]int{int(t[0] - '0'), int(t[1] - '0'), int(t[2] - '0'), int(t[3] - '0'), int(t[4] - '0'), int(t[5] - '0'),
		int(t[6] - '0'), int(t[7] - '0'), letter / 10, letter % 10, int(t[9] - '0'), int(t[10] - '0')}
	sum := 0
	for i, w := range [12]int{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1} {
		sum += crossSum(digits[i] * w)
	}
	return sum%10 == int(t[11]-'0')
}

// inszDate: year, month (20 or 40 more for those without a register entry), day (Belgium).
func inszDate(t []byte) bool {
	month, day := number(t[2:4]), number(t[4:6])
	return month%20 <= 12 && month < 60 && day <= 31
}

// insz: 97 less the remainder of the first nine digits, with a 2 before them for those born from 2000.
func insz(t []byte) bool {
	body, check := number(t[:9]), number(t[9:])
	return 97-body%97 == check || 97-(2_000_000_000+body)%97 == check
}

// bsn: the eleven test with weights 9 to 2 and -1 (Netherlands).
func bsn(t []byte) bool {
	var padded [9]byte
	padded[0] = '0'
	copy(padded[9-len(t):], t)
	d := padded[:]
	return number(d) > 0 && (weighted(d, 9, 8, 7, 6, 5, 4, 3, 2)-int(d[8]-'0'))%11 == 0
}

// codiceForm: six letters, date, municipality; digits may stand as letters where two people would have the same (Italy).
func codiceForm(t []byte) bool {
	const pattern = "aaaaaa99m99a999a"
	if len(t) != len(pattern) {
		return false
	}
	for i, b := range t {
		switch pattern[i] {
		case 'a':
			if !isUpper(b) {
				return false
			}
		case '9':
			if !isDigit(b) && (b < 'L' || b > 'V') {
				return false
			}
		case 'm':
			if b < 'A' || b > 'T' {
				return false
			}
		}
	}
	return true
}

func codice(t []byte) bool {
	odd := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i, b := range t[:15] {
		value := int(b - '0')
		if isUpper(b) {
			value = int(b - 'A')
		}
		if i%2 == 0 {
			value = odd[value]
		}
		sum += value
	}
	return sum%26 == int(t[15]-'A')
}

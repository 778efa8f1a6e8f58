package people

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

func TestPersonIsAFunctionOfSeedAndIndex(t *testing.T) {
	t.Parallel()
	require.Equal(t, NewCrowd(7).Person(41), NewCrowd(7).Person(41))
	require.NotEqual(t, NewCrowd(7).Person(41), NewCrowd(8).Person(41))
	require.NotEqual(t, NewCrowd(7).Person(41), NewCrowd(7).Person(42))
}

func TestEveryPersonIsRecognisablySynthetic(t *testing.T) {
	t.Parallel()
	var marks []string
	for _, s := range scripts() {
		marks = append(marks, s.marks...)
	}
	fiction := regexp.MustCompile(`^(\+1 \d{3}-555-01\d\d|\+44 20 7946 0\d{3}|\+44 7700 900\d{3}|\+33 (1 99 00|6 39 98) \d\d \d\d|\+49 30 23125 \d{3}|\+49 171 39200 \d\d)$`)
	crowd, seen := NewCrowd(1), map[string]bool{}
	for i := range 3000 {
		p := crowd.Person(i)
		require.Condition(t, func() bool {
			for _, mark := range marks {
				if strings.HasPrefix(p.Family, mark) {
					return true
				}
			}
			return false
		}, p.Family)
		require.True(t, strings.HasSuffix(p.Email, ".example"), p.Email)
		require.Regexp(t, fiction, p.Phone)
		require.Regexp(t, fiction, p.Mobile)
		require.NotEmpty(t, p.Identifiers, p.Country)
		require.False(t, seen[p.MRN])
		seen[p.MRN] = true
	}
}

func TestScriptsAreAllThere(t *testing.T) {
	t.Parallel()
	share := 0
	for _, s := range scripts() {
		share += s.share
	}
	require.Equal(t, 100, share)
	crowd, found := NewCrowd(1), map[string]int{}
	for i := range 2000 {
		family := crowd.Person(i).Family
		for name, table := range map[string]*unicode.RangeTable{
			"Latin": unicode.Latin, "Greek": unicode.Greek, "Cyrillic": unicode.Cyrillic, "Arabic": unicode.Arabic, "Han": unicode.Han,
		} {
			if strings.IndexFunc(family, func(r rune) bool { return unicode.Is(table, r) }) >= 0 {
				found[name]++
			}
		}
		if strings.Contains(family, "'") {
			found["apostrophe"]++
		}
	}
	for _, name := range []string{"Latin", "Greek", "Cyrillic", "Arabic", "Han", "apostrophe"} {
		require.Greater(t, found[name], 50, name)
	}
}

// Each identifier is taken apart again by its rule, which is written here a second time and differently.
func TestIdentifiersCheck(t *testing.T) {
	t.Parallel()
	crowd := NewCrowd(3)
	whole := map[string]func(string) bool{
		"nhs_number": func(s string) bool { return weighted(s, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11 == 0 && len(s) == 10 },
		"bsn":        func(s string) bool { return weighted(s, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 && len(s) == 9 },
		"ahv":        func(s string) bool { return weighted(s, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0 && len(s) == 16 },
		"kvnr":       func(s string) bool { return len(s) == 10 && strconv.Itoa(kvnrDigit(s[0], s[1:9])) == s[9:] },
		"dni":        func(s string) bool { return len(s) == 9 && dniLetter(s[:8]) == s[8:] },
		"steuer_id":  oneDigitTwice,
		"ssn": func(s string) bool {
			return regexp.MustCompile(`^[78]\d\d-\d\d-\d{4}$`).MatchString(s) && s[4:6] != "00" && s[7:] != "0000"
		},
		"nir":  func(s string) bool { return len(s) == 15 && nirKey(s[:13]) == s[13:] },
		"insz": func(s string) bool { return len(s) == 11 },
	}
	seen := map[string]bool{}
	for i := range 4000 {
		for column, value := range crowd.Person(i).Identifiers {
			require.True(t, whole[column](value), "%s %s", column, value)
			seen[column] = true
		}
		r := crowd.Rand(i, 9)
		account := IBAN(r)
		require.Equal(t, account[2:4], ibanDigits(account[:2], account[4:]), account)
		require.Zero(t, luhnSum(PAN(r))%10)
		require.Zero(t, luhnSum("80840"+NPI(r))%10)
	}
	require.Len(t, seen, len(whole))
}

// luhnSum is the sum over a whole number, check digit and all: a multiple of ten.
func luhnSum(whole string) int {
	sum := 0
	for i, value := range digits(whole) {
		if (len(whole)-i)%2 == 0 {
			value = value*2/10 + value*2%10
		}
		sum += value
	}
	return sum
}

func oneDigitTwice(s string) bool {
	count := map[rune]int{}
	for _, r := range s[:10] {
		count[r]++
	}
	return len(s) == 11 && s[0] != '0' && len(count) == 9 && strconv.Itoa(iso7064(s[:10])) == s[10:]
}

func BenchmarkPerson(b *testing.B) {
	crowd := NewCrowd(1)
	for i := 0; b.Loop(); i++ {
		crowd.Person(i)
	}
}

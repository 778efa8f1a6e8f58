package identifier

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestPublishedVectors holds the rules against numbers that the issuers, or those who explain them, have printed.
func TestPublishedVectors(t *testing.T) {
	t.Parallel()
	require.Equal(t, "3", luhn("7992739871"), "Luhn's own example")
	require.Equal(t, "3", luhn("80840123456789"), "NPI 1234567893")
	require.Equal(t, "8", luhn("49015420323751"), "IMEI 490154203237518")
	require.Equal(t, "0", luhn("73282932"), "SIREN 732829320")
	require.Equal(t, 3, weighed("912345", 1, 2)%10, "DEA F91234563")
	require.Equal(t, 9, 11-weighed("943476591", 10, 9, 8, 7, 6, 5, 4, 3, 2)%11, "NHS 943 476 5919")
	require.Equal(t, 80, 97-modulo("2690549588157", 97), "NIR 2 69 05 49 588 157 80")
	require.Equal(t, "Z", string(dniLetters[modulo("12345678", 23)]), "DNI 12345678Z")
	require.Equal(t, "L", string(dniLetters[modulo("01234567", 23)]), "NIE X1234567L")
	require.Equal(t, 40, modulo("2812345678", 97), "NUSS 281234567840")
	require.Equal(t, "9", iso7064("8609574271"), "tax number 86095742719")
	require.Equal(t, "6", iso7064("13669597"), "VAT number DE136695976")
	require.Equal(t, 3, crossWeighed("150706490310"[:8]+"03"+"10", 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)%10, "pension number 15 070649 C 103")
	require.Equal(t, 0, crossWeighed(letterNumber('A')+"12345678", 1, 2)%10, "insurance number A123456780")
	require.Equal(t, 6, (10-weighed("123456", 4, 9)%10)%10, "LANR 123456601")
	require.Equal(t, 7, crossWeighed("801800", 2, 1)%10, "IK 108018007")
	require.Equal(t, 9, weighed("2758089", 1, 2, 3, 4, 5, 6, 7)%11, "PZN 27580899")
	require.Equal(t, 83, (12+3*modulo("404833048", 97))%97, "VAT number FR83404833048")
	require.Equal(t, 1, (10-crossWeighed("5881850", 2, 1)%10)%10, "CIF A58818501")
	require.Equal(t, "S", italianCheck("RSSMRA85T10A562"), "RSSMRA85T10A562S")
	require.Equal(t, "5", ean("756921707698"), "AHV 756.9217.0769.85")
	require.Equal(t, "1", ean("400638133393"), "EAN 4006381333931")
	require.Equal(t, 28, 97-modulo("850730033", 97), "INSZ 85.07.30-033.28")
	require.Equal(t, 3, weighed("11122233", 9, 8, 7, 6, 5, 4, 3, 2)%11, "BSN 111222333")
	require.Equal(t, 8, (10-weighed("12210527", 3, 7, 1)%10)%10, "ABA 122105278")
	for _, sample := range []string{
		"GB82WEST12345698765432", "DE89370400440532013000", "FR1420041010050500013M02606", "ES9121000418450200051332",
	} {
		require.Equal(t, sample, iban(sample[:2], sample[4:]), "ISO 13616 registry")
	}
}

// TestDecoysDifferInTheirCheckDigitOnly makes each kind twice from one stream of random numbers. The check digit
// follows from the rest, so another one is wrong.
func TestDecoysDifferInTheirCheckDigitOnly(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			for i := range uint64(500) {
				h := Holder{Born: time.Date(1930+int(i%90), time.Month(1+i%12), 1+int(i%28), 0, 0, 0, 0, time.UTC), Female: i%2 == 0, Family: "Muster"}
				right := k.Make(rand.New(rand.NewPCG(1, i)), h)
				require.Equal(t, right, k.Make(rand.New(rand.NewPCG(1, i)), h))
				if !k.HasCheck() {
					continue
				}
				wrong, at := k.Decoy(rand.New(rand.NewPCG(1, i)), h), len(right)-k.check
				require.NotEqual(t, right[at], wrong[at])
				require.Equal(t, right[:at]+right[at+1:], wrong[:at]+wrong[at+1:])
			}
		})
	}
}

// TestIBANsOfCountries checks whole IBANs by the published procedure: moved, spelled in digits, the rest is 1.
func TestIBANsOfCountries(t *testing.T) {
	t.Parallel()
	lengths := map[string]int{"iban-de": 22, "iban-fr": 27, "iban-es": 24, "iban-gb": 22}
	for name, length := range lengths {
		k, err := Find(name)
		require.NoError(t, err)
		for i := range uint64(200) {
			right := k.Make(rand.New(rand.NewPCG(2, i)), Holder{})
			require.Len(t, right, length)
			require.Equal(t, 1, modulo(alphabetNumber(right[4:]+right[:4]), 97), right)
			wrong := k.Decoy(rand.New(rand.NewPCG(2, i)), Holder{})
			require.NotEqual(t, 1, modulo(alphabetNumber(wrong[4:]+wrong[:4]), 97), wrong)
		}
	}
}

func TestSteuerIDRepeatsOneDigit(t *testing.T) {
	t.Parallel()
	for i := range uint64(500) {
		id := steuerID(rand.New(rand.NewPCG(3, i)), Holder{})
		require.Len(t, id, 11)
		require.NotEqual(t, byte('0'), id[0])
		missing, twice := 0, 0
		for d := range 10 {
			switch strings.Count(id[:10], fmt.Sprint(d)) {
			case 0:
				missing++
			case 2:
				twice++
			}
		}
		require.Equal(t, [2]int{1, 1}, [2]int{missing, twice}, id)
	}
}

func TestFindTellsWhatIsUnknown(t *testing.T) {
	t.Parallel()
	_, err := Find("library-card")
	require.ErrorContains(t, err, `"library-card"`)
}

package people

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// The vectors are those that the issuers or the standards publish as examples.
func TestPublishedVectors(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]struct{ got, want string }{
		"card 4111111111111111":       {strconv.Itoa(luhn("411111111111111")), "1"},
		"card 378282246310005":        {strconv.Itoa(luhn("37828224631000")), "5"},
		"NPI 1234567893":              {strconv.Itoa(luhn("80840" + "123456789")), "3"},
		"IBAN GB82WEST12345698765432": {ibanDigits("GB", "WEST12345698765432"), "82"},
		"IBAN DE89370400440532013000": {ibanDigits("DE", "370400440532013000"), "89"},
		"NHS 9434765919":              {strconv.Itoa((11 - weighted("943476591", 10, 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11), "9"},
		"NIR 255081416802538":         {nirKey("2550814168025"), "38"},
		"NIR of Corsica":              {nirKey("1234562A12345"), pad(97-mod97("1234561912345"), 2)},
		"DNI 12345678Z":               {dniLetter("12345678"), "Z"},
		"Steuer-ID 86095742719":       {strconv.Itoa(iso7064("8609574271")), "9"},
		"Steuer-ID 47036892816":       {strconv.Itoa(iso7064("4703689281")), "6"},
		"KVNR A123456780":             {strconv.Itoa(kvnrDigit('A', "12345678")), "0"},
		"AHV 756.9217.0769.85":        {strconv.Itoa(ean13("756921707698")), "5"},
		"BSN 111222333":               {strconv.Itoa(weighted("11122233", 9, 8, 7, 6, 5, 4, 3, 2) % 11), "3"},
		"INSZ 85.07.30-033.28":        {inszCheck("850730033", false), "28"},
		"DEA AB1234563":               {strconv.Itoa(weighted("123456", 1, 2, 1, 2, 1, 2) % 10), "3"},
	} {
		require.Equal(t, check.want, check.got, name)
	}
}

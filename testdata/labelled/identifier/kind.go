package identifier

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Holder is what some issuers write into the number of a person.
type Holder struct {
	Born   time.Time
	Female bool
	Family string // only its first letters A to Z matter
}

// Kind is a kind of number.
type Kind struct {
	Name string
	// draw makes a number. The issuer's separators are left out.
	draw func(r *rand.Rand, h Holder) string
	// check is where the check character stands, counted from the end: 1 for the last. 0 where there is none.
	check int
}

// Make draws a number with a right check digit.
func (k Kind) Make(r *rand.Rand, h Holder) string { return k.draw(r, h) }

// HasCheck tells whether the kind has a check digit that can be wrong.
func (k Kind) HasCheck() bool { return k.check > 0 }

// Decoy draws a number of the same shape whose check digit is wrong.
func (k Kind) Decoy(r *rand.Rand, h Holder) string {
	text := []byte(k.draw(r, h))
	at := len(text) - k.check
	if c := text[at]; c >= 'A' {
		text[at] = 'A' + (c-'A'+1)%26
	} else {
		text[at] = '0' + (c-'0'+byte(1+r.IntN(9)))%10
	}
	return string(text)
}

// Find returns the kind of a name.
func Find(name string) (Kind, error) {
	for _, k := range Kinds() {
		if k.Name == name {
			return k, nil
		}
	}
	return Kind{}, fmt.Errorf("no identifier is called %q", name)
}

// Kinds lists all kinds.
func Kinds() []Kind { return slices.Concat(persons(), parties(), things()) }

// persons are the kinds that name a human being.
func persons() []Kind {
	return []Kind{
		{"nir", nir, 1}, {"dni", dni, 1}, {"nie", nie, 1}, {"nuss", nuss, 1}, {"cip", cip, 0},
		{"steuer-id", steuerID, 1}, {"kvnr", kvnr, 1}, {"rvnr", rvnr, 1},
		{"ssn", ssn, 0}, {"mbi", mbi, 0}, {"nhs", nhs, 1}, {"nino", nino, 0},
		{"insz", insz, 1}, {"bsn", bsn, 1}, {"ahv", ahv, 1}, {"codice-fiscale", codiceFiscale, 1},
	}
}

// parties are the kinds that name professionals, companies and accounts.
func parties() []Kind {
	return []Kind{
		{"npi", npi, 1}, {"dea", dea, 1}, {"lanr", lanr, 3}, {"rpps", rpps, 1},
		{"ik", ik, 1}, {"finess", finess, 1}, {"siren", siren, 1}, {"siret", siret, 1}, {"cif", cif, 1},
		{"vat-de", vatDE, 1}, {"vat-fr", vatFR, 1},
		{"iban-de", ibanDE, 1}, {"iban-fr", ibanFR, 1}, {"iban-es", ibanES, 1}, {"iban-gb", ibanGB, 1},
		{"aba", aba, 1}, {"card", card, 1},
	}
}

// things are the kinds that name goods and devices: none of them is about a person.
func things() []Kind {
	return []Kind{{"ean", ean13, 1}, {"cip13", cip13, 1}, {"pzn", pzn, 1}, {"imei", imei, 1}}
}

package people

import (
	"math/rand/v2"
	"strconv"
)

// address gives a person a street and telephones that lead nowhere.
func (p *Person) address(r *rand.Rand) {
	house := strconv.Itoa(1 + r.IntN(180))
	switch p.Country {
	case "US":
		p.Street, p.City, p.Zip = house+" Sample Street", pick(r, []string{"Testville", "Exampleton", "Placeholder Falls"}), "000"+number(r, 2)
	case "GB":
		p.Street, p.City, p.Zip = house+" Specimen Road", pick(r, []string{"Testbury", "Exampleford"}), "ZZ"+number(r, 1)+" "+number(r, 1)+"ZZ"
	case "FR", "BE":
		p.Street, p.City, p.Zip = house+" rue de l'Essai", pick(r, []string{"Essai-sur-Mer", "Exempleville"}), "00"+number(r, 3)
	case "ES":
		p.Street, p.City, p.Zip = "Calle de la Muestra "+house, pick(r, []string{"Villaprueba", "Ejemplo del Río"}), "00"+number(r, 3)
	default:
		p.Street, p.City, p.Zip = "Probestraße "+house, pick(r, []string{"Musterstadt", "Prüfhausen", "Beispielburg"}), "00"+number(r, 3)
	}
	p.Phone, p.Mobile = phones(r, p.Country)
}

// phones returns a fixed and a mobile number of the ranges that are kept for fiction: 555-01xx in North America,
// Ofcom's drama numbers, and those of the Bundesnetzagentur and of Arcep. Other countries get the German ones.
func phones(r *rand.Rand, country string) (fixed, mobile string) {
	switch country {
	case "US":
		return "+1 202-555-01" + number(r, 2), "+1 303-555-01" + number(r, 2)
	case "GB":
		return "+44 20 7946 0" + number(r, 3), "+44 7700 900" + number(r, 3)
	case "FR":
		return "+33 1 99 00 " + number(r, 2) + " " + number(r, 2), "+33 6 39 98 " + number(r, 2) + " " + number(r, 2)
	default:
		return "+49 30 23125 " + number(r, 3), "+49 171 39200 " + number(r, 2)
	}
}

package people

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Person is someone who does not exist.
type Person struct {
	Given, Family string
	FullName      string // in the order of the language
	Female        bool
	Born          time.Time // midnight UTC; 1923 to 2010
	Country       string    // ISO 3166 code of the country of insurance
	Street        string
	City          string
	Zip           string
	Phone, Mobile string
	Email         string
	MRN           string // medical record number, unique for an index
	BloodGroup    string
	Identifiers   map[string]string // by column of clinic.patient: nhs_number, ssn, nir, dni, steuer_id, kvnr, ahv, bsn, insz
}

// Crowd makes people from a seed.
type Crowd struct {
	seed    uint64
	scripts []script
}

// NewCrowd returns the people of a seed.
func NewCrowd(seed uint64) *Crowd { return &Crowd{seed: seed, scripts: scripts()} }

// Rand returns the random numbers that belong to one index and one purpose, so that what is drawn for one purpose
// never changes another.
func (c *Crowd) Rand(index int, purpose uint64) *rand.Rand {
	return rand.New(rand.NewPCG(c.seed<<8|purpose, uint64(index))) //nolint:gosec // made-up people need no secrecy
}

// Person returns the person with an index: always the same one.
func (c *Crowd) Person(index int) Person {
	r := c.Rand(index, 0)
	s := c.script(r)
	p := Person{Female: r.IntN(2) == 0, Country: pick(r, s.countries), MRN: fmt.Sprintf("MRN%08d", 10_000_000+index)}
	p.Given, p.Family = s.name(r, p.Female)
	p.FullName = p.Given + " " + p.Family
	if s.familyFirst {
		p.FullName = p.Family + p.Given
	}
	p.Born = time.Date(1923+r.IntN(88), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	p.BloodGroup = pick(r, []string{"A+", "A+", "A+", "0+", "0+", "0+", "B+", "A-", "0-", "AB+", "B-", "AB-"})
	p.Email = fmt.Sprintf("p%d@patients.example", 10_000_000+index)
	p.address(r)
	p.identify(r)
	return p
}

// script draws a script by its share.
func (c *Crowd) script(r *rand.Rand) script {
	place := r.IntN(100)
	for _, s := range c.scripts {
		if place -= s.share; place < 0 {
			return s
		}
	}
	return c.scripts[0]
}

// identify gives a person the identifiers of the country of insurance.
func (p *Person) identify(r *rand.Rand) {
	p.Identifiers = make(map[string]string, 2)
	switch p.Country {
	case "GB":
		p.Identifiers["nhs_number"] = NHS(r)
	case "US":
		p.Identifiers["ssn"] = SSN(r)
	case "FR":
		p.Identifiers["nir"] = NIR(r, p.Born, p.Female)
	case "ES":
		p.Identifiers["dni"] = DNI(r)
	case "DE":
		p.Identifiers["steuer_id"] = SteuerID(r)
		p.Identifiers["kvnr"] = KVNR(r)
	case "CH":
		p.Identifiers["ahv"] = AHV(r)
	case "NL":
		p.Identifiers["bsn"] = BSN(r)
	case "BE":
		p.Identifiers["insz"] = INSZ(r, p.Born, p.Female)
	}
}

package engagement

import (
	"fmt"
	"strings"

	"nightferry/internal/estate"
)

// people checks who has which duty on a service's night: each duty once, with a way to reach the person.
func (c *checker) people(path string, people []estate.Person) {
	first := map[estate.Duty]int{}
	for i, p := range people {
		at := fmt.Sprintf("%s.people[%d]", path, i)
		c.required(at+".duty", string(p.Duty), "a person without a duty", "add duty: clinical-lead, key-user, …")
		choice(c, at+".duty", p.Duty, estate.Duties()...)
		c.required(at+".name", strings.TrimSpace(p.Name), "a duty without a person", "add name:")
		c.required(at+".contact", strings.TrimSpace(p.Contact), "a person who cannot be reached at night", "add contact: with a telephone number")
		if line, twice := first[p.Duty]; twice {
			c.f.Fault(at+".duty", fmt.Sprintf("a second person has the duty %s, the first on line %d", p.Duty, line), "name one who answers for it; others belong under contacts")
			continue
		}
		first[p.Duty] = c.f.Line(at + ".duty")
	}
}

// waiver checks that two different people bear what a night goes without.
func (c *checker) waiver(path string, w estate.Waiver) {
	if w.Service != "" {
		c.f.Fault(path+".service", "a waiver belongs to the service that it stands under", "remove service:")
	}
	c.required(path+".assurance", string(w.Assurance), "a waiver of nothing", "add assurance: NAME")
	choice(c, path+".assurance", w.Assurance, estate.Assurances()...)
	if !w.HasTwo() {
		c.f.Fault(path+".by", "a waiver takes two people by name", "write by: [N. N., M. M.], two different people who may decide it")
	}
	c.required(path+".reason", strings.TrimSpace(w.Reason), "a waiver without a reason", "add reason:")
	c.required(path+".date", w.Date, "a waiver without a date", "add date: 2026-01-31")
	if w.Date != "" && new(Day).UnmarshalText([]byte(w.Date)) != nil {
		c.f.Fault(path+".date", fmt.Sprintf("%.40q is not a date", w.Date), "write it like 2026-01-31")
	}
}

// rates checks what was measured or promised of the target.
func (c *checker) rates(r estate.Rates) {
	stated := false
	for _, rate := range []struct {
		key string
		mb  int
	}{{"copy", r.Copy}, {"files", r.Files}, {"compare", r.Compare}} {
		at := "target.rates." + rate.key
		if c.f.Has(at) && rate.mb < 1 {
			c.f.Fault(at, "a rate that moves nothing", "write megabytes a second, from 1, or leave the line out")
		}
		stated = stated || c.f.Has(at)
	}
	if stated {
		c.required("target.rates.basis", strings.TrimSpace(r.Basis), "rates without a basis", "add basis: with the rehearsal or the promise that they come from")
	}
}

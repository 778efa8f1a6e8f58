package main

import (
	"math/rand/v2"
	"strings"
	"time"

	"nightferry/testdata/lab/people"
)

// identifiers are columns of clinic_patient, one a national scheme.
const identifiers = "nhs_number, ssn, nir, dni, steuer_id, kvnr, ahv, bsn, insz"

// tables returns the blocks in the order that foreign keys ask for.
func (h *hospital) tables() []table {
	return []table{
		h.partners(), h.patientRows(), h.encounters(), h.prescriptions(), h.results(), h.policies(), h.messages(),
		h.beds(), h.importLines(), h.readings(),
	}
}

func (h *hospital) partners() table {
	return table{
		name: "res_partner", serial: true,
		columns: "id, name, display_name, commercial_partner_id, active, type, is_company, partner_share, street, zip, city, phone, mobile, " +
			"email, email_normalized, lang, tz, color, create_uid, create_date, write_uid, write_date",
		rows: func(index int, emit func(...any)) error {
			p, id := h.person(index), firstID+index
			emit(id, p.FullName, p.FullName, id, true, "contact", false, true, p.Street, p.Zip, p.City, p.Phone, p.Mobile,
				p.Email, p.Email, "en_US", "Europe/Berlin", 0, 1, h.today, 1, h.today)
			return nil
		},
	}
}

func (h *hospital) patientRows() table {
	columns := strings.Split(identifiers, ", ")
	return table{
		name: "clinic_patient", serial: true,
		columns: "id, partner_id, company_id, mrn, last_name, first_name, birth_date, legacy_birth_date, sex, blood_group, allergies, religion, " +
			"ethnic_origin, confidential, deceased, date_of_death, merged, emergency_contact, create_uid, create_date, write_uid, write_date, " + identifiers,
		rows: func(index int, emit func(...any)) error {
			p, r, id := h.person(index), h.crowd.Rand(index, forVisits<<4), firstID+index
			sex := "m"
			if p.Female {
				sex = "f"
			}
			values := []any{
				id, id, 1, p.MRN, p.Family, p.Given, date(p.Born), h.legacyBirth(index, p), sex, p.BloodGroup,
				sometimes(r, 30, "Penicillin", "Latex", "Peanuts", "Nickel, pollen", "none known"),
				sometimes(r, 8, "catholic", "protestant", "muslim", "jewish", "buddhist", "none"),
				sometimes(r, 4, "european", "south asian", "african", "mixed"),
				r.IntN(50) == 0,
			}
			values = append(values, h.death(r)...)
			values = append(values, h.planted[index].Name == "error_text", sometimes(r, 20, "mother, "+p.Phone, "spouse, "+p.Mobile), 1, h.today, 1, h.today)
			for _, column := range columns {
				values = append(values, p.Identifiers[column])
			}
			emit(values...)
			return nil
		},
	}
}

// legacyBirth is the former system's date as text. One patient's holds a name: reading it as a date fails, and the
// error quotes it.
func (h *hospital) legacyBirth(index int, p people.Person) string {
	text := ""
	if index%3 == 0 {
		text = p.Born.Format("20060102")
	}
	return h.plant(index, "error_text", text)
}

// death returns deceased and date_of_death: one patient in forty.
func (h *hospital) death(r *rand.Rand) []any {
	if r.IntN(40) > 0 {
		return []any{false, nil}
	}
	return []any{true, date(h.moment(r))}
}

// sometimes returns one of the texts for so many patients in a hundred, else nothing.
func sometimes(r *rand.Rand, percent int, texts ...string) string {
	text := texts[r.IntN(len(texts))]
	if r.IntN(100) >= percent {
		return ""
	}
	return text
}

func (h *hospital) policies() table {
	id := firstID - 1
	return table{
		name: "clinic_insurance_policy", serial: true,
		columns: "id, patient_id, insurer, member_number, iban, card_number, card_expiry, copay, currency_id, valid_from, valid_until, create_uid, create_date",
		rows: func(index int, emit func(...any)) error {
			r := h.crowd.Rand(index, forPolicies)
			if r.IntN(10) >= 7 {
				return nil
			}
			id++
			card, expiry := "", ""
			if r.IntN(4) == 0 {
				card, expiry = people.PAN(r), pad2(1+r.IntN(12))+"/"+pad2(27+r.IntN(5))
			}
			from := h.moment(r)
			emit(id, firstID+index, pick(r, "Testkasse AG", "Sample Health Plan", "Mutuelle Essai", "Seguros Prueba"),
				"P"+strings.ToUpper(sometimes(r, 100, "a", "b", "c"))+"-"+pad2(r.IntN(100))+"-"+h.person(index).MRN[3:], people.IBAN(r), card, expiry,
				float64(r.IntN(200))/4, 1, date(from), date(from.AddDate(2, 0, 0)), 1, from)
			return nil
		},
	}
}

// beds fills the ward's bed plan; clinic_bed_stay has a key of three columns.
func (h *hospital) beds() table {
	return table{
		name: "clinic_bed_stay", columns: "ward, bed, since, patient_id, until",
		rows: func(index int, emit func(...any)) error {
			if index%10 > 0 {
				return nil
			}
			r := h.crowd.Rand(index, forBeds)
			since := h.moment(r)
			var until any
			if r.IntN(5) > 0 {
				until = since.Add(time.Duration(20+r.IntN(200)) * time.Hour)
			}
			emit(pick(r, wards()...), index+1, since, firstID+index, until)
			return nil
		},
	}
}

func wards() []string { return []string{"W1", "W2", "ICU", "MAT", "ONC", "PSY", "ER"} }

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func pad2(n int) string {
	if n < 10 {
		return "0" + string(rune('0'+n))
	}
	return string(rune('0'+n/10)) + string(rune('0'+n%10))
}

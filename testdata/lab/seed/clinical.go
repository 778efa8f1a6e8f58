package main

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"time"

	"nightferry/testdata/lab/people"
)

// Encounters, prescriptions and results are so many a patient, always: their ids follow from the patient's index.
const (
	visits  = 2
	drugs   = 2
	samples = 3
)

func (h *hospital) encounters() table {
	return table{
		name: "clinic_encounter", serial: true,
		columns: "id, patient_id, number, kind, ward, started_at, ended_at, diagnosis_code, physician_npi, note, state, create_uid, create_date",
		rows: func(index int, emit func(...any)) error {
			r := h.crowd.Rand(index, forVisits)
			for visit := range visits {
				id, started := firstID+index*visits+visit, h.moment(r)
				var ended any = started.Add(time.Duration(1+r.IntN(240)) * time.Hour)
				state := "done"
				if r.IntN(12) == 0 {
					ended, state = nil, "open"
				}
				emit(id, firstID+index, "V"+strconv.Itoa(id), pick(r, "in", "out", "out", "em"), pick(r, wards()...), started, ended,
					pick(r, "E11.9", "I10", "J45.9", "K21.9", "M54.5", "F32.1", "B20", "C50.9", "N18.3", "O80", "S72.0", "Z00.0"),
					people.NPI(r), h.note(index, visit, pick(r, notes()...)), state, 1, started)
			}
			return nil
		},
	}
}

// note is free text, and one note in five names the patient.
func (h *hospital) note(index, visit int, text string) string {
	if visit == 0 && h.planted[index].Name == "note" {
		return h.planted[index].Value + " denies chest pain and asks for a call."
	}
	if index%5 == 0 {
		p := h.person(index)
		return p.FullName + " (" + p.Born.Format(time.DateOnly) + ", " + p.Phone + "): " + text
	}
	return text
}

func notes() []string {
	return []string{
		"Stable, no fever, discharged home.", "Pain on movement; physiotherapy twice a week.\nReview in a fortnight.",
		"Allergie geprüft, keine Auffälligkeiten.", "Se queja de dolor lumbar desde hace tres días.",
		"Patient adressé par son médecin traitant pour bilan.", "Declined transfusion; informed and signed.",
	}
}

func (h *hospital) prescriptions() table {
	type drug struct{ name, atc, dose string }
	list := []drug{
		{"Metformin", "A10BA02", "500 mg 1-0-1"}, {"Ramipril", "C09AA05", "5 mg 1-0-0"}, {"Salbutamol", "R03AC02", "2 puffs as needed"},
		{"Pantoprazole", "A02BC02", "40 mg 1-0-0"}, {"Sertraline", "N06AB06", "50 mg 1-0-0"}, {"Tamoxifen", "L02BA01", "20 mg 1-0-0"},
		{"Emtricitabine/tenofovir", "J05AR03", "1-0-0"}, {"Oxycodone", "N02AA05", "10 mg 1-0-1"},
	}
	return table{
		name: "clinic_prescription", serial: true,
		columns: "id, patient_id, encounter_id, drug, atc_code, dose, quantity, start_date, end_date, prescriber_npi, prescriber_dea, create_uid, create_date",
		rows: func(index int, emit func(...any)) error {
			r := h.crowd.Rand(index, forResults<<4)
			for i := range drugs {
				d, start := list[r.IntN(len(list))], h.moment(r)
				dea := ""
				if d.name == "Oxycodone" {
					dea = people.DEA(r)
				}
				var end any
				if r.IntN(3) > 0 {
					end = date(start.AddDate(0, 1+r.IntN(6), 0))
				}
				emit(firstID+index*drugs+i, firstID+index, firstID+index*visits+r.IntN(visits), d.name, d.atc, d.dose, float64(10*(1+r.IntN(10))),
					date(start), end, people.NPI(r), dea, 1, start)
			}
			return nil
		},
	}
}

// observation is a LOINC code with the middle and half the width of its usual range.
type observation struct {
	loinc, unit  string
	middle, half float64
}

func observations() []observation {
	return []observation{
		{"718-7", "g/dL", 14, 2}, {"2345-7", "mg/dL", 95, 25}, {"2160-0", "mg/dL", 1, 0.4}, {"4548-4", "%", 5.6, 0.8},
		{"2951-2", "mmol/L", 140, 5}, {"6690-2", "10*3/uL", 7.5, 3}, {"25836-8", "copies/mL", 20, 20},
	}
}

func (h *hospital) results() table {
	list := observations()
	return table{
		name: "clinic_lab_result", serial: true,
		columns: "id, patient_id, encounter_id, loinc, value, unit, abnormal, taken_at, device_serial, payload, create_uid, create_date",
		rows: func(index int, emit func(...any)) error {
			r, p := h.crowd.Rand(index, forResults), h.person(index)
			for i := range samples {
				o, taken := list[r.IntN(len(list))], h.moment(r)
				value := math.Round((o.middle+o.half*r.NormFloat64())*100) / 100
				abnormal := math.Abs(value-o.middle) > o.half
				serial := fmt.Sprintf("AX9-%05d", r.IntN(40))
				emit(firstID+index*samples+i, firstID+index, firstID+index*visits+r.IntN(visits), o.loinc, value, o.unit, abnormal, taken,
					serial, h.payload(index, i, p, o, value, serial), 1, taken)
			}
			return nil
		},
	}
}

// payload is what an analyser sent: JSON that repeats the patient's name, and the original segment in base64.
func (h *hospital) payload(index, i int, p people.Person, o observation, value float64, serial string) string {
	comment := "comment"
	if i == 0 {
		comment = h.plant(index, "json_key", comment)
	}
	segment := fmt.Sprintf("OBX|1|NM|%s||%g|%s|||||F|||||%s", o.loinc, value, o.unit, p.MRN)
	return fmt.Sprintf(`{"analyser": {"serial": %q, "firmware": "4.2.%d"}, "patient": {"mrn": %q, "name": %q, "born": %q}, "result": {"code": %q, "value": %g}, %q: "", "original": %q}`,
		serial, i, p.MRN, p.FullName, p.Born.Format(time.DateOnly), o.loinc, value, comment, base64.StdEncoding.EncodeToString([]byte(segment)))
}

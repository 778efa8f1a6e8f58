package main

import (
	"fmt"
	"strings"

	"nightferry/testdata/lab/people"
)

// messages fills the log of what interfaces sent, as free text.
func (h *hospital) messages() table {
	return table{
		name: "clinic_hl7_message", serial: true,
		columns: "id, control_id, kind, raw, state, error, received_at, patient_id, create_uid, create_date",
		rows: func(index int, emit func(...any)) error {
			r, p := h.crowd.Rand(index, forMessages), h.person(index)
			received, id := h.moment(r), firstID+index
			state, failure := "done", ""
			if r.IntN(200) == 0 {
				state, failure = "failed", "unknown ward in PV1-3 of "+p.MRN
			}
			kind := pick(r, "ADT^A01", "ADT^A08", "ORU^R01", "ADT^A03")
			control := fmt.Sprintf("S%09d", id)
			raw := h.message(index, p, kind, control, received.Format("20060102150405"))
			emit(id, control, kind, raw, state, failure, received, id, 1, received)
			return nil
		},
	}
}

// message writes HL7 version 2 with a line a segment.
func (h *hospital) message(index int, p people.Person, kind, control, at string) string {
	sex := "M"
	if p.Female {
		sex = "F"
	}
	name := h.plant(index, "hl7_message", p.Family+"^"+p.Given)
	return strings.Join([]string{
		`MSH|^~\&|EHR|NORTH|ODOO|CLINIC|` + at + "||" + kind + "|" + control + "|P|2.5",
		fmt.Sprintf("PID|1||%s^^^NORTH||%s||%s|%s|||%s^^%s^^%s||%s", p.MRN, name, p.Born.Format("20060102"), sex, p.Street, p.City, p.Zip, p.Phone),
		"PV1|1|I|W1^^" + control[5:],
		"NTE|1||Please call " + p.FullName + " at " + p.Mobile + " before noon.",
	}, "\n")
}

// importLines fills the table without a key. Some of its lines are there twice, as such tables have them.
func (h *hospital) importLines() table {
	return table{
		name: "clinic_import_line", columns: "source, line, content, loaded",
		rows: func(index int, emit func(...any)) error {
			if index%2 > 0 {
				return nil
			}
			p := h.person(index)
			content := strings.Join([]string{p.MRN, p.Family, p.Given, p.Born.Format("02.01.2006"), p.Phone}, ";")
			emit("altsystem_2019.csv", index, content, h.today)
			if index%100 == 0 {
				emit("altsystem_2019.csv", index, content, h.today)
			}
			return nil
		},
	}
}

// readings fills a table whose key begins with a UUID.
func (h *hospital) readings() table {
	return table{
		name: "clinic_device_reading", columns: "device, taken_at, channel, reading",
		rows: func(index int, emit func(...any)) error {
			r := h.crowd.Rand(index, forBeds<<4)
			device, at := fmt.Sprintf("%08x-0000-4000-8000-%012x", index%60, index), h.moment(r)
			for channel := range 2 {
				emit(device, at, channel, 36+float64(r.IntN(40))/10)
			}
			return nil
		},
	}
}

package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"nightferry/testdata/lab/people"
)

// Every draw of a patient belongs to a purpose, so that tables can be written one after the other.
const (
	forVisits = iota + 1
	forResults
	forPolicies
	forMessages
	forBeds
	forDocuments
)

// hospital makes the rows. Its present is a fixed day, so that the same seed gives the same bytes in any year.
type hospital struct {
	crowd    *people.Crowd
	patients int
	today    time.Time
	planted  map[int]canary
}

// canary is a patient that tests look for in what nightferry writes.
type canary struct{ Name, Value string }

// newHospital reads the canaries from a file, if one is named.
func newHospital(seed uint64, patients int, path string) (*hospital, error) {
	h := &hospital{
		crowd: people.NewCrowd(seed), patients: patients, planted: map[int]canary{},
		today: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC),
	}
	if path == "" {
		return h, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct{ Patients []canary }
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	// Spread over the whole table: what reads only its first pages must not look complete.
	for i, c := range file.Patients {
		if len(file.Patients) <= patients {
			h.planted[(2*i+1)*patients/(2*len(file.Patients))] = c
		}
	}
	return h, nil
}

// plant returns a canary's value where the patient carries the canary of that name, and otherwise the text.
func (h *hospital) plant(index int, name, text string) string {
	if c := h.planted[index]; c.Name == name {
		return c.Value
	}
	return text
}

// person returns a patient, under a planted name where there is one.
func (h *hospital) person(index int) people.Person {
	p := h.crowd.Person(index)
	p.MRN = h.plant(index, "mrn", p.MRN)
	if c := h.planted[index]; strings.HasPrefix(c.Name, "row_") {
		p.FullName, p.Family, p.Given = c.Value, c.Value, "?"
		if given, family, ok := strings.Cut(c.Value, " "); ok {
			p.Given, p.Family = given, family
		}
	}
	return p
}

// moment returns a time within the last three years, in the daytime more often than not.
func (h *hospital) moment(r *rand.Rand) time.Time {
	day := h.today.AddDate(0, 0, -1-r.IntN(3*365)).Truncate(24 * time.Hour)
	return day.Add(time.Duration(6+r.IntN(9)+r.IntN(9)) * time.Hour).Add(time.Duration(r.IntN(3600)) * time.Second)
}

// finish writes what follows the rows: a planted message in a patient's history, and the view over the encounters.
func (h *hospital) finish(out io.Writer) {
	for index, c := range h.planted {
		if c.Name == "note" {
			fmt.Fprintf(out, "INSERT INTO mail_message (model, res_id, message_type, date, body, create_uid, create_date) "+
				"VALUES ('clinic.patient', %d, 'comment', '%[2]s', '<p>%[3]s called about the result.</p>', 1, '%[2]s');\n",
				firstID+index, h.today.Format(time.DateTime), strings.ReplaceAll(c.Value, "'", "''"))
		}
	}
	fmt.Fprintln(out, "REFRESH MATERIALIZED VIEW clinic_encounter_month;")
}

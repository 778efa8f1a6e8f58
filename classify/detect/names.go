// Package detect recognises kinds of data by the evidence that one column gives: its place in Odoo's
// catalogue and its name. It is pure and never sees a connection.
package detect

import (
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// Hint is what a name suggests.
type Hint struct {
	Class   estate.DataClass
	Subtype string  // kind of identifier or content, such as "email", "mrn", "diagnosis"
	Weight  float64 // probability that the suggestion is right, before context
	Term    string  // the words that gave it away
}

// Hint reads a column's name with its SQL type and returns the strongest hint, or false.
// A negative word beside the term ("type", "count", "format") says that the column describes
// data rather than holds it; a boolean or a bare number cannot hold a name or an address.
func (d *Dictionary) Hint(column, sqlType string) (Hint, bool) {
	tokens := Tokens(column)
	best, found := Hint{}, false
	for _, t := range d.in(tokens) {
		h := Hint{Class: t.class, Subtype: t.subtype, Weight: t.weight * fit(t, sqlType), Term: strings.Join(t.words, " ")}
		if describes(tokens, t.words) {
			h.Weight *= 0.3
		}
		if !found || h.Weight > best.Weight || h.Weight == best.Weight && h.Class.Rank() < best.Class.Rank() {
			best, found = h, true
		}
	}
	return best, found && best.Weight >= 0.5
}

// describes tells whether a word beside the term makes the column speak about the data.
func describes(tokens, words []string) bool {
	for _, token := range tokens {
		if isNegative(token) && !slices.Contains(words, token) {
			return true
		}
	}
	return false
}

func isNegative(token string) bool {
	switch token {
	case "type", "typ", "tipo", "count", "nombre", "anzahl", "format", "template", "is", "has", "can", "use", "show",
		"status", "state", "color", "sequence", "required", "visible", "enabled", "policy", "mode", "level", "category",
		"hint", "help", "label", "domain", "model", "field", "param", "default", "allow", "days", "qty", "quantity", "method", "check", "auto":
		return true
	}
	return false
}

// fit says how well a SQL type can hold what the term promises.
func fit(t term, sqlType string) float64 {
	switch kindOf(sqlType) {
	case "boolean":
		return 0.3
	case "number":
		if t.class == estate.Financial || t.class == estate.HR || t.subtype == "vital-sign" || t.subtype == "result" {
			return 1
		}
		return 0.4
	case "date":
		if strings.Contains(t.subtype, "date") {
			return 1
		}
		return 0.4
	}
	return 1
}

// kindOf groups SQL types as format_type spells them.
func kindOf(sqlType string) string {
	switch base, _, _ := strings.Cut(sqlType, "("); base {
	case "boolean":
		return "boolean"
	case "integer", "bigint", "smallint", "numeric", "double precision", "real":
		return "number"
	case "date", "timestamp without time zone", "timestamp with time zone", "timestamp", "time without time zone":
		return "date"
	case "bytea":
		return "binary"
	}
	return "text"
}

// Structural tells whether a column only keeps a table together: keys, bookkeeping, order.
func Structural(column, sqlType string) bool {
	kind := kindOf(sqlType)
	switch column {
	case "id", "create_uid", "write_uid", "create_date", "write_date", "active", "sequence", "parent_path", "color", "company_id", "currency_id":
		return true
	}
	return kind == "boolean" || kind == "number" && strings.HasSuffix(column, "_id")
}

// OfPatients tells whether a table's name says that its rows are patients.
func OfPatients(table string) bool {
	for _, token := range Tokens(table) {
		switch strings.TrimSuffix(token, "s") {
		case "patient", "paciente", "patienten":
			return true
		}
	}
	return false
}

// Binary tells whether a column holds bytes that nobody can read by name or by a text sample.
func Binary(sqlType string) bool { return kindOf(sqlType) == "binary" }

// Clinical tells whether a table's name speaks of patients and their care.
func Clinical(table string) bool {
	for _, token := range Tokens(table) {
		switch strings.TrimSuffix(token, "s") {
		case "patient", "encounter", "prescription", "diagnosi", "medication", "allergy", "allergie", "immunization", "vaccination",
			"lab", "laboratory", "observation", "admission", "episode", "clinical", "clinic", "hl7", "fhir", "dicom", "medical", "surgery",
			"ordonnance", "rezept", "befund", "diagnose", "consultation", "receta", "paciente", "hospitalization", "radiology":
			return true
		}
	}
	return false
}

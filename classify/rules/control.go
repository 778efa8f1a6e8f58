package rules

import (
	_ "embed" // controls.csv
	"encoding/csv"
	"fmt"
	"strings"
)

//go:embed controls.csv
var controlsFile string

// Control is a demand of a law or a standard, by its number and title.
type Control struct {
	Of       string // "HIPAA" or "ISO"
	Citation string // "164.312(a)(1)" of 45 CFR, or "A.8.5" of ISO/IEC 27001:2022
	Title    string
}

// Controls lists all that rules may cite, by citation.
func Controls() (map[string]Control, error) {
	list, err := controlList()
	if err != nil {
		return nil, err
	}
	table := map[string]Control{}
	for _, c := range list {
		table[c.Citation] = c
	}
	return table, nil
}

// controlList is the table in its order.
func controlList() ([]Control, error) {
	reader := csv.NewReader(strings.NewReader(controlsFile))
	reader.FieldsPerRecord = 3
	rows, err := reader.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the table of controls: %w", err)
	}
	var list []Control
	for _, row := range rows[1:] {
		list = append(list, Control{row[0], row[1], row[2]})
	}
	return list, nil
}

package main

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// firstID is where our ids begin, far above those that an installation hands out.
const firstID = 100_001

// table is one COPY block. rows emits those of one patient; index counts patients from 0.
type table struct {
	name    string
	columns string // as in SQL, separated by commas
	serial  bool   // the first column is an id with a sequence
	rows    func(index int, emit func(values ...any)) error
}

// write writes the tables' blocks for so many patients, in one transaction, and sets their sequences.
func write(out *bufio.Writer, tables []table, patients int) error {
	fmt.Fprintln(out, "BEGIN;")
	for _, t := range tables {
		fmt.Fprintf(out, "COPY %s (%s) FROM stdin;\n", t.name, t.columns)
		for index := range patients {
			if err := t.rows(index, func(values ...any) { writeRow(out, values) }); err != nil {
				return fmt.Errorf("%s of patient %d: %w", t.name, index, err)
			}
		}
		fmt.Fprintln(out, `\.`)
		if t.serial {
			fmt.Fprintf(out, "SELECT setval('%[1]s_id_seq', greatest((SELECT max(id) FROM %[1]s), 1));\n", t.name)
		}
	}
	fmt.Fprintln(out, "COMMIT;")
	return nil
}

// writeRow writes a row in COPY's text format. A nil or empty string is NULL, as Odoo stores it.
func writeRow(out *bufio.Writer, values []any) {
	for i, value := range values {
		if i > 0 {
			_ = out.WriteByte('\t')
		}
		_, _ = out.WriteString(field(value)) // bufio keeps the first error for Flush
	}
	_ = out.WriteByte('\n')
}

// date is written without a time of day.
type date time.Time

func field(value any) string {
	switch v := value.(type) {
	case string:
		if v == "" {
			return `\N`
		}
		return escape(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case date:
		return time.Time(v).Format(time.DateOnly)
	case time.Time:
		return v.Format(time.DateTime)
	default:
		return `\N`
	}
}

// escape quotes what COPY's text format gives a meaning.
func escape(text string) string {
	if !strings.ContainsAny(text, "\\\t\n\r") {
		return text
	}
	return strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(text)
}

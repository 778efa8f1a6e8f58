package labelled

import (
	"bufio"
	"io"
	"slices"
	"strings"
)

// WriteSQL writes a script for psql that makes the schemas, tables and rows of the parts: n rows a table, from a seed.
// Foreign keys come last, so the order of tables is free.
func (s *Set) WriteSQL(w io.Writer, seed uint64, n int, parts ...Part) error {
	out := bufio.NewWriter(w) // keeps its first error until Flush
	put := func(texts ...string) {
		for _, text := range texts {
			_, _ = out.WriteString(text)
		}
	}
	put("\\set ON_ERROR_STOP on\nBEGIN;\n")
	escape := strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	var made []string
	for _, t := range s.Tables {
		if !slices.Contains(parts, t.Part) {
			continue
		}
		if !slices.Contains(made, t.Schema) {
			made = append(made, t.Schema)
			put("CREATE SCHEMA IF NOT EXISTS ", quote(t.Schema), ";\n")
		}
		put(t.definition())
		put("COPY ", t.quoted(), " FROM stdin;\n")
		for row := range t.Rows(seed, n) {
			for i, value := range row {
				if i > 0 {
					put("\t")
				}
				put(copied(escape, value))
			}
			put("\n")
		}
		put("\\.\n")
	}
	for _, t := range s.Tables {
		if slices.Contains(parts, t.Part) {
			put(t.constraints())
		}
	}
	put("COMMIT;\nANALYZE;\n")
	return out.Flush()
}

// definition is the table without its foreign keys.
func (t *Table) definition() string {
	var lines, keys []string
	for _, c := range t.Columns {
		lines = append(lines, "  "+quote(c.Name)+" "+c.Type)
		if c.Key {
			keys = append(keys, quote(c.Name))
		}
	}
	if len(keys) > 0 {
		lines = append(lines, "  PRIMARY KEY ("+strings.Join(keys, ", ")+")")
	}
	return "CREATE TABLE " + t.quoted() + " (\n" + strings.Join(lines, ",\n") + "\n);\n"
}

func (t *Table) constraints() string {
	var out strings.Builder
	for _, c := range t.Columns {
		if c.Refers == "" {
			continue
		}
		target, column := t.set.target(c.Refers)
		out.WriteString("ALTER TABLE " + t.quoted() + " ADD FOREIGN KEY (" + quote(c.Name) + ") REFERENCES " +
			target.quoted() + " (" + quote(column.Name) + ");\n")
	}
	return out.String()
}

func (t *Table) quoted() string { return quote(t.Schema) + "." + quote(t.Name) }

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// copied writes a value as COPY's text format wants it.
func copied(escape *strings.Replacer, value []byte) string {
	if value == nil {
		return `\N`
	}
	return escape.Replace(string(value))
}

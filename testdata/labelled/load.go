package labelled

import (
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

//go:embed open/*.csv heldout/*.csv fresh/*.csv unseen/*.csv lexicon/*.txt
var files embed.FS

// Load reads the set. An error names file and line.
func Load() (*Set, error) { return load(files) }

func load(from fs.FS) (*Set, error) {
	s := &Set{lexicons: map[string]lexicon{}, entries: map[string]map[string][]cell{}}
	for _, language := range Languages() {
		text, err := fs.ReadFile(from, "lexicon/"+language+".txt")
		if err != nil {
			return nil, err
		}
		words, err := parseLexicon(string(text))
		if err == nil {
			s.lexicons[language] = words
			s.entries[language], err = words.cells()
		}
		if err != nil {
			return nil, fmt.Errorf("lexicon/%s.txt: %w", language, err)
		}
	}
	for _, part := range Parts() {
		names, err := fs.Glob(from, string(part)+"/*.csv")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := s.read(from, name, part); err != nil {
				return nil, err
			}
		}
	}
	return s, s.tie()
}

// The fields of a line. A line with a table's name begins it: its values say how many rows it has, its last field
// what it is. The lines after it are its columns.
const (
	fieldTable = iota
	fieldColumn
	fieldType
	fieldClass
	fieldFlags
	fieldLabels
	fieldValues
	fieldWhy
	fieldCount
)

// read takes the tables of one file; its name begins with the language: "de-klinik.csv".
func (s *Set) read(from fs.FS, name string, part Part) error {
	file, err := from.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // nothing was written
	language, _, _ := strings.Cut(path.Base(name), "-")
	reader := csv.NewReader(file)
	reader.Comma, reader.Comment, reader.LazyQuotes, reader.FieldsPerRecord = ';', '#', true, fieldCount
	var table *Table
	for first := true; ; first = false {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		line, _ := reader.FieldPos(0)
		switch {
		case first: // the header
		case record[fieldTable] != "":
			table, err = newTable(record)
			if err == nil && s.Table(record[fieldTable]) != nil {
				err = errors.New("the table stands here a second time")
			}
			if err == nil {
				table.Part, table.Language, table.set = part, language, s
				s.Tables = append(s.Tables, table)
			}
		case table == nil:
			err = errors.New("a column before the first table")
		default:
			err = table.add(record)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", name, line, err)
		}
	}
}

func newTable(record []string) (*Table, error) {
	schema, name, found := strings.Cut(record[fieldTable], ".")
	if !found {
		return nil, fmt.Errorf("%q is not schema.table", record[fieldTable])
	}
	t := &Table{Schema: schema, Name: name, About: record[fieldWhy], fixed: -1}
	if rows := record[fieldValues]; rows != "" {
		n, err := strconv.Atoi(rows)
		if err != nil {
			return nil, fmt.Errorf("rows: %w", err)
		}
		t.fixed = n
	}
	return t, nil
}

// add reads a column.
func (t *Table) add(record []string) error {
	c := &Column{
		Name: record[fieldColumn], Type: fullType(record[fieldType]), Class: estate.DataClass(record[fieldClass]),
		Labels: strings.Fields(record[fieldLabels]), Why: record[fieldWhy],
	}
	if c.Name == "" || t.Column(c.Name) != nil {
		return fmt.Errorf("column %q has no name, or stands here a second time", c.Name)
	}
	if !slices.Contains(estate.DataClasses(), c.Class) {
		return fmt.Errorf("column %s: %q is no class", c.Name, c.Class)
	}
	for flag := range strings.FieldsSeq(record[fieldFlags]) {
		if err := c.flag(flag); err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
	}
	spec := record[fieldValues]
	if spec == "" && c.Refers != "" {
		spec = "ref " + c.Refers
	}
	var err error
	if c.values, err = parseCell(spec); err != nil {
		return fmt.Errorf("column %s: %w", c.Name, err)
	}
	t.Columns, t.staff = append(t.Columns, c), t.staff || c.Class == estate.HR
	return nil
}

func (c *Column) flag(flag string) error {
	name, value, _ := strings.Cut(flag, "=")
	switch name {
	case "pk":
		c.Key = true
	case "hard":
		c.Hard = true
	case "decoy":
		c.Decoy = true
	case "tail":
		c.Tail = true
	case "fk":
		c.Refers = value
	case "also":
		class := estate.DataClass(value)
		if !slices.Contains(estate.DataClasses(), class) {
			return fmt.Errorf("also: %q is no class", value)
		}
		c.Also = append(c.Also, class)
	default:
		return fmt.Errorf("%q is no flag", flag)
	}
	return nil
}

// tie checks that references stay within their part, so that each part is whole without the others, and lead to keys.
func (s *Set) tie() error {
	for _, t := range s.Tables {
		for _, c := range t.Columns {
			if c.Refers == "" {
				continue
			}
			target, column := s.target(c.Refers)
			switch {
			case column == nil:
				return fmt.Errorf("%s.%s: there is no %s", t.QualifiedName(), c.Name, c.Refers)
			case target.Part != t.Part:
				return fmt.Errorf("%s.%s: %s is in another part", t.QualifiedName(), c.Name, c.Refers)
			case !column.Key || column.Type != c.Type:
				return fmt.Errorf("%s.%s: %s is no key, or of another type", t.QualifiedName(), c.Name, c.Refers)
			}
		}
	}
	return nil
}

package labelled

import (
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// Part is a part of the set.
type Part string

// The parts: dictionaries are written with the first three in view, and scored on all. The unseen one was labelled by
// somebody who had seen no dictionary, and its misses were looked at by nobody.
const (
	Open    Part = "open"
	HeldOut Part = "heldout"
	Fresh   Part = "fresh"
	Unseen  Part = "unseen"
)

// Parts lists the parts.
func Parts() []Part { return []Part{Open, HeldOut, Fresh, Unseen} }

// Languages lists the languages of the set.
func Languages() []string { return []string{"de", "en", "es", "fr"} }

// Set is all tables, with what makes their rows.
type Set struct {
	Tables []*Table // in order of part, language and file

	lexicons map[string]lexicon           // by language
	entries  map[string]map[string][]cell // the same, ready to be drawn from
}

// Table is one table.
type Table struct {
	Schema, Name string
	Part         Part
	Language     string
	About        string
	Columns      []*Column

	fixed int // rows that it always has; -1 for as many as are asked for
	set   *Set
	staff bool // its people work, so they are of an age to
}

// Column is one column and its label.
type Column struct {
	Name   string
	Type   string // as format_type writes it
	Class  estate.DataClass
	Also   []estate.DataClass // classes that are as right, for the reason in Why
	Hard   bool               // its name does not tell, or tells wrong
	Decoy  bool               // holds numbers of an identifier's shape with a wrong check digit
	Tail   bool               // what makes it sensitive stands in the last tenth of the table only
	Key    bool               // of the primary key
	Labels []string           // subtype of identifier, "art9:religion", "cardholder"
	Refers string             // schema.table.column of a declared foreign key
	Why    string             // why it is labelled so, where that is not plain

	values cell
}

// QualifiedName is schema.name.
func (t *Table) QualifiedName() string { return t.Schema + "." + t.Name }

// Count is the number of rows when n are asked for.
func (t *Table) Count(n int) int {
	if t.fixed >= 0 {
		return t.fixed
	}
	return n
}

// Column returns a column by name, nil where there is none.
func (t *Table) Column(name string) *Column {
	i := slices.IndexFunc(t.Columns, func(c *Column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return t.Columns[i]
}

// Of returns the tables of a part.
func (s *Set) Of(part Part) []*Table {
	var tables []*Table
	for _, t := range s.Tables {
		if t.Part == part {
			tables = append(tables, t)
		}
	}
	return tables
}

// Table returns a table by its qualified name, nil where there is none.
func (s *Set) Table(name string) *Table {
	i := slices.IndexFunc(s.Tables, func(t *Table) bool { return t.QualifiedName() == name })
	if i < 0 {
		return nil
	}
	return s.Tables[i]
}

// target finds the column that "schema.table.column" names.
func (s *Set) target(path string) (*Table, *Column) {
	at := strings.LastIndexByte(path, '.')
	if at < 0 {
		return nil, nil
	}
	t := s.Table(path[:at])
	if t == nil {
		return nil, nil
	}
	return t, t.Column(path[at+1:])
}

// Database is the inventory of the parts as discovery would have found it, with tables of n rows, for scoring without
// a server.
func (s *Set) Database(n int, parts ...Part) estate.Database {
	const source = "testdata/labelled"
	var tables []estate.Table
	for _, t := range s.Tables {
		if slices.Contains(parts, t.Part) {
			tables = append(tables, t.inventory(n))
		}
	}
	return estate.Database{
		Name: "labelled", Owner: "labelled", Encoding: "UTF8", Collation: "C",
		Extensions: estate.Know(source, []estate.Extension{}),
		Tables:     estate.Know(source, tables),
		Sequences:  estate.Know(source, []estate.Sequence{}),
	}
}

func (t *Table) inventory(n int) estate.Table {
	const perRow = 20 // bytes of a value with what is around it, roughly
	rows := int64(t.Count(n))
	out := estate.Table{
		Schema: t.Schema, Name: t.Name, Kind: "table", RowEstimate: rows, ReplicaIdentity: "default",
		TotalBytes: rows * int64(len(t.Columns)) * perRow,
	}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, estate.Column{Name: c.Name, Type: c.Type, NotNull: c.Key})
		if c.Key {
			out.PrimaryKey = append(out.PrimaryKey, c.Name)
		}
		if c.Refers != "" {
			target, column := t.set.target(c.Refers)
			out.References = append(out.References, estate.ForeignKey{
				Columns: []string{c.Name}, Table: target.QualifiedName(), RefColumns: []string{column.Name},
			})
		}
	}
	return out
}

// fullType writes out the short names of types in the files.
func fullType(short string) string {
	array := strings.HasSuffix(short, "[]")
	short = strings.TrimSuffix(short, "[]")
	full := map[string]string{
		"int": "integer", "small": "smallint", "big": "bigint", "bool": "boolean", "float": "double precision",
		"num": "numeric(12,2)", "ts": "timestamp without time zone", "tstz": "timestamp with time zone",
		"vc": "character varying", "time": "time without time zone",
	}[short]
	if full == "" {
		full = sizedType(short)
	}
	if array {
		full += "[]"
	}
	return full
}

// sizedType reads vc40 and c8; other names are types already.
func sizedType(short string) string {
	for prefix, name := range map[string]string{"vc": "character varying", "c": "character"} {
		size, found := strings.CutPrefix(short, prefix)
		if _, err := strconv.Atoi(size); found && err == nil {
			return name + "(" + size + ")"
		}
	}
	return short
}

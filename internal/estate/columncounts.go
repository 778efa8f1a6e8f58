package estate

import (
	"cmp"
	"slices"
	"time"
)

// SampledServer is what row sampling saved about one PostgreSQL server: counts, and never a value. No type from here
// down has a field that could hold one: names come from the catalogue, kinds are a closed set, all else is a number.
type SampledServer struct {
	Server    string            `json:"server"`
	Databases []SampledDatabase `json:"databases"`
}

// SampledDatabase is one database whose rows were looked at, or were not.
type SampledDatabase struct {
	Database     string         `json:"database"`
	Coverage     Coverage       `json:"coverage"`
	Problem      string         `json:"problem,omitempty"` // in our own words
	At           time.Time      `json:"at,omitzero"`       // start of reading, UTC, whole seconds
	Account      string         `json:"account,omitempty"` // the role that looked
	AuthorisedBy string         `json:"authorised_by,omitempty"`
	Basis        string         `json:"basis,omitempty"` // of the authorisation, as engagement.yaml states it
	Date         string         `json:"date,omitempty"`  // of the authorisation, the same
	Tables       []SampledTable `json:"tables"`
}

// SampledTable is one table of which rows were read.
type SampledTable struct {
	Schema   string         `json:"schema"`
	Table    string         `json:"table"`
	Coverage Coverage       `json:"coverage"`
	Problem  string         `json:"problem,omitempty"` // in our own words
	Rows     int            `json:"rows"`              // rows read
	Columns  []ColumnCounts `json:"columns"`
}

// LengthBuckets counts lengths in bytes: up to 1, 3, 7, 15, 31, 63, 255, and more.
const LengthBuckets = 8

// DecadeBuckets counts years: 1900–1909 up to 2020–2029, then later; earlier years are in the first.
const DecadeBuckets = 14

// ColumnCounts is what sampling saved about one column.
type ColumnCounts struct {
	Column   string `json:"column"`
	Rows     int    `json:"rows"`               // rows read
	Nulls    int    `json:"nulls,omitempty"`    // of rows
	Empty    int    `json:"empty,omitempty"`    // of rows: no character but spaces
	Distinct int    `json:"distinct,omitempty"` // different values; counting ends at DistinctLimit
	Binary   int    `json:"binary,omitempty"`   // of rows: bytes that are no text
	Decided  bool   `json:"decided,omitempty"`  // reading stopped early: more could not change the verdict

	Words     int                `json:"words,omitempty"`     // words in all values together
	Prose     int                `json:"prose,omitempty"`     // of rows: sentences in a language that we know
	Chapters  int                `json:"chapters,omitempty"`  // different chapters that codes of the form of ICD-10 are of
	Ascending int                `json:"ascending,omitempty"` // of rows: one more than the number before
	Lengths   [LengthBuckets]int `json:"lengths,omitzero"`    // of rows with text
	Decades   [DecadeBuckets]int `json:"decades,omitzero"`    // of rows that are dates

	Whole map[Kind]Found `json:"whole,omitempty"` // what whole values, or items of arrays, look like
	Keyed map[Kind]Found `json:"keyed,omitempty"` // what stands under a key that the dictionary knows (JSON, key and value, HL7 fields), by the key's kind
	Parts map[Kind]Found `json:"parts,omitempty"` // what was found within text, JSON leaves, decoded bytes
}

// DistinctLimit is where counting of different values ends.
const DistinctLimit = 256

// Found counts the values of one kind.
type Found struct {
	Matched int `json:"matched"`          // of its form
	Passed  int `json:"passed,omitempty"` // and with the right check digit, where the kind has one
}

// Filled is the number of rows that held something.
func (c ColumnCounts) Filled() int { return c.Rows - c.Nulls - c.Empty }

// After is what is known after a second reading, of other columns or tables than the first: d is the second.
func (d SampledDatabase) After(first SampledDatabase) SampledDatabase {
	tables := slices.Clone(first.Tables)
	for _, t := range d.Tables {
		at := slices.IndexFunc(tables, func(old SampledTable) bool { return old.Schema == t.Schema && old.Table == t.Table })
		if at < 0 {
			tables = append(tables, t)
			continue
		}
		old := tables[at]
		t.Rows += old.Rows
		for _, c := range old.Columns {
			if !slices.ContainsFunc(t.Columns, func(known ColumnCounts) bool { return known.Column == c.Column }) {
				t.Columns = append(t.Columns, c)
			}
		}
		slices.SortFunc(t.Columns, func(a, b ColumnCounts) int { return cmp.Compare(a.Column, b.Column) })
		tables[at] = t
	}
	slices.SortFunc(tables, func(a, b SampledTable) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Table, b.Table))
	})
	d.Tables = tables
	return d
}

// Sampled finds what was saved about a database, or nil.
func (inventory Inventory) Sampled(server, database string) *SampledDatabase {
	for s := range inventory.Columns {
		if inventory.Columns[s].Server != server {
			continue
		}
		for d := range inventory.Columns[s].Databases {
			if inventory.Columns[s].Databases[d].Database == database {
				return &inventory.Columns[s].Databases[d]
			}
		}
	}
	return nil
}

// Counts finds what was saved about a table's columns, or nil.
func (inventory Inventory) Counts(server, database, schema, table string) *SampledTable {
	d := inventory.Sampled(server, database)
	if d == nil {
		return nil
	}
	return d.Table(schema, table)
}

// Table finds what was saved about a table, or nil.
func (d SampledDatabase) Table(schema, table string) *SampledTable {
	for t := range d.Tables {
		if d.Tables[t].Schema == schema && d.Tables[t].Table == table {
			return &d.Tables[t]
		}
	}
	return nil
}

// Undecided is a column whose rows would tell more than its name and place do.
type Undecided struct {
	Server, Database, Schema, Table string
	Column                          Column
	Key                             string  // the column whose value names what this one holds (key/value tables); empty mostly
	Telling                         float64 // how much its rows are expected to tell, 0 to 1
}

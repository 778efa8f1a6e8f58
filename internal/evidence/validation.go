package evidence

import (
	"slices"
	"strings"
	"time"
)

// Verdict is what a comparison of legacy and target found for one thing.
type Verdict string

// The verdicts. Only Same is proof; whatever could not be compared is said to be so.
const (
	Same            Verdict = "same"
	Different       Verdict = "different"
	MissingOnTarget Verdict = "missing-on-target" // the thing as a whole
	MissingOnLegacy Verdict = "missing-on-legacy" // the thing as a whole
	Skipped         Verdict = "skipped"           // left out because a person said so
	NotCompared     Verdict = "not-compared"      // of a kind that holds no rows of its own
	Denied          Verdict = "denied"            // a role may not read it
	Failed          Verdict = "failed"            // comparing it went wrong
	TimedOut        Verdict = "timeout"           // comparing it took longer than allowed
)

// IsMismatch tells whether the two sides were seen to differ.
func (v Verdict) IsMismatch() bool {
	return v == Different || v == MissingOnTarget || v == MissingOnLegacy
}

// IsUnproven tells whether nothing can be said, though it should be.
func (v Verdict) IsUnproven() bool { return v == Denied || v == Failed || v == TimedOut }

// Validation is one comparison of a legacy database with its target.
type Validation struct {
	Version   int        `json:"version"` // of this document: 1
	Legacy    Side       `json:"legacy"`
	Target    Side       `json:"target"`
	Method    Method     `json:"method"`
	Started   time.Time  `json:"started"`  // UTC
	Finished  time.Time  `json:"finished"` // UTC
	Totals    Totals     `json:"totals"`
	Tables    []Table    `json:"tables"`          // by name
	Sequences []Sequence `json:"sequences"`       // by name
	Notes     []string   `json:"notes,omitempty"` // what limits the proof as a whole
}

// Side is one of the two databases.
type Side struct {
	Address  string `json:"address"` // host:port
	Database string `json:"database"`
	Role     string `json:"role"`
	Version  string `json:"version"` // "13.14 (Debian 13.14-0+deb11u1)"
	Encoding string `json:"encoding"`
}

// Method says how rows were compared, so that "same" has an exact meaning.
type Method struct {
	Hash     string   `json:"hash"`               // "record", "array" or "text"
	Why      string   `json:"why,omitempty"`      // why not the fastest
	Strict   bool     `json:"strict"`             // also 1.0 and 1.00 differ
	AsText   []string `json:"as_text,omitempty"`  // types whose hashes differ between the servers, compared as text
	Excluded []string `json:"excluded,omitempty"` // tables and sequences that a person left out
}

// Totals sums up a validation. Rows of tables that were not compared are not in it.
type Totals struct {
	Tables     int   `json:"tables"`
	Same       int   `json:"same"`
	Mismatched int   `json:"mismatched"`
	Unproven   int   `json:"unproven"`
	Skipped    int   `json:"skipped"` // and not compared
	LegacyRows int64 `json:"legacy_rows"`
	TargetRows int64 `json:"target_rows"`
	Missing    int64 `json:"missing"` // rows
	Extra      int64 `json:"extra"`   // rows
	Changed    int64 `json:"changed"` // rows
	AtLeast    bool  `json:"at_least,omitempty"`

	Sequences           int `json:"sequences"`
	SequencesMismatched int `json:"sequences_mismatched"`
	SequencesUnproven   int `json:"sequences_unproven"`
}

// Table is the comparison of one table. Counts of rows are -1 where they were not read.
type Table struct {
	Name       string        `json:"name"` // schema.table
	Verdict    Verdict       `json:"verdict"`
	Problem    string        `json:"problem,omitempty"` // why it is not same, in our own words
	Mend       string        `json:"mend,omitempty"`
	Key        []string      `json:"key,omitempty"` // columns that tell rows apart; none where there is no usable key
	LegacyRows int64         `json:"legacy_rows"`
	TargetRows int64         `json:"target_rows"`
	Missing    int64         `json:"missing"`            // rows of the legacy side that the target lacks
	Extra      int64         `json:"extra"`              // rows of the target that the legacy side lacks
	Changed    int64         `json:"changed"`            // rows on both sides with other contents
	AtLeast    bool          `json:"at_least,omitempty"` // counting stopped at a bound: there may be more
	Rows       []Row         `json:"rows,omitempty"`     // some of those rows, missing first
	Columns    []ColumnDiff  `json:"columns,omitempty"`
	Notes      []string      `json:"notes,omitempty"`
	Chunks     int           `json:"chunks,omitempty"`
	Took       time.Duration `json:"took_ns"`
}

// Difference is how a row differs between the sides.
type Difference string

// The differences of a row.
const (
	RowMissing Difference = "missing-on-target"
	RowExtra   Difference = "missing-on-legacy"
	RowChanged Difference = "changed"
)

// Row is one row that differs, by its key: a number or uuid as it is, "(7, 9)" for several columns, anything
// else as "hmac:" and a hash under a key that nobody keeps.
type Row struct {
	Key        string     `json:"key"`
	Difference Difference `json:"difference"`
}

// ColumnDiff is a column that is not the same on both sides. An empty type means that the side lacks it.
type ColumnDiff struct {
	Name       string `json:"name"`
	LegacyType string `json:"legacy_type,omitempty"`
	TargetType string `json:"target_type,omitempty"`
}

// IsMissing tells whether one side lacks the column.
func (c ColumnDiff) IsMissing() bool { return c.LegacyType == "" || c.TargetType == "" }

// Sequence is the comparison of one sequence. The target's must stand where the legacy one stands or further.
type Sequence struct {
	Name    string  `json:"name"` // schema.sequence
	Verdict Verdict `json:"verdict"`
	Problem string  `json:"problem,omitempty"`
	Mend    string  `json:"mend,omitempty"`
	Legacy  *int64  `json:"legacy,omitempty"` // the last value given out; nil where not read
	Target  *int64  `json:"target,omitempty"`
}

// Verdict is that of the whole: different where anything differs, failed where nothing differs and something
// is unproven, else same.
func (v *Validation) Verdict() Verdict {
	switch t := v.Totals; {
	case t.Mismatched+t.SequencesMismatched > 0:
		return Different
	case t.Unproven+t.SequencesUnproven > 0 || t.Same == 0:
		return Failed // a comparison of no table proves nothing
	}
	return Same
}

// Sum sorts tables and sequences by name and recomputes the totals from them.
func (v *Validation) Sum() {
	slices.SortFunc(v.Tables, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(v.Sequences, func(a, b Sequence) int { return strings.Compare(a.Name, b.Name) })
	t := Totals{Tables: len(v.Tables), Sequences: len(v.Sequences)}
	for _, table := range v.Tables {
		switch {
		case table.Verdict.IsMismatch():
			t.Mismatched++
		case table.Verdict.IsUnproven():
			t.Unproven++
		case table.Verdict == Same:
			t.Same++
		default:
			t.Skipped++
		}
		t.LegacyRows += max(0, table.LegacyRows)
		t.TargetRows += max(0, table.TargetRows)
		t.Missing += table.Missing
		t.Extra += table.Extra
		t.Changed += table.Changed
		t.AtLeast = t.AtLeast || table.AtLeast
	}
	for _, sequence := range v.Sequences {
		switch {
		case sequence.Verdict.IsMismatch():
			t.SequencesMismatched++
		case sequence.Verdict.IsUnproven():
			t.SequencesUnproven++
		}
	}
	v.Totals = t
}

package detect

import (
	"bytes"
	"math/bits"
	"unicode/utf8"

	"nightferry/internal/estate"
)

// mostBytes is how much of one value is looked at: as much as sampling reads of it.
const mostBytes = 4096

// Accumulator looks at the values of one column, one after the other, and keeps counts only. It is made for one
// column by [NewAccumulator] or [Accumulator.Reset], and is not for several goroutines.
type Accumulator struct {
	knowledge *Knowledge
	column    estate.Column
	form      form
	counts    estate.ColumnCounts
	whole     tally
	keyed     tally
	parts     tally
	distinct  distinct
	previous  int64 // the number before, to see sequences; in memory only
	fold      [maxWord]byte
	room      []byte    // decoded bytes of one value, reused
	keys      [64]known // what keys within values mean
	chapters  uint32    // first letters of ICD-10 codes, a bit each
	leaves    int       // of the document that is looked at
}

// form is how the values of a column are written, by its type.
type form uint8

const (
	plain form = iota
	array
	binary   // bytea, as \x…
	temporal // dates and timestamps
	numeric
	logical
	unique // uuid
)

// tally counts by kind.
type tally [estate.KindCount]found

type found struct{ matched, passed int32 }

// NewAccumulator makes an accumulator for a column. Its type decides how values are read: as PostgreSQL writes them
// in text format.
func NewAccumulator(knowledge *Knowledge, column estate.Column) *Accumulator {
	a := &Accumulator{knowledge: knowledge}
	a.Reset(column)
	return a
}

// Reset makes the accumulator ready for another column.
func (a *Accumulator) Reset(column estate.Column) {
	*a = Accumulator{knowledge: a.knowledge, column: column, form: formOf(column.Type), room: a.room}
	clear(a.room[:cap(a.room)])
}

// Add looks at one value in PostgreSQL's text format; nil is NULL. The bytes are borrowed for the call. More than
// 4096 of them are not looked at. It allocates nothing.
func (a *Accumulator) Add(value []byte) { a.AddKeyed(nil, value) }

// AddKeyed is [Accumulator.Add] for a value whose meaning another column of the row names, as in tables of
// key and value; a nil key is none.
func (a *Accumulator) AddKeyed(key, value []byte) {
	a.counts.Rows++
	if value == nil {
		a.counts.Nulls++
		return
	}
	if len(value) > mostBytes {
		value = value[:mostBytes]
	}
	value = bytes.TrimSpace(value)
	if len(value) == 0 {
		a.counts.Empty++
		return
	}
	a.counts.Lengths[lengthBucket(len(value))]++
	a.distinct.add(value)
	if a.form != binary && !validText(value) {
		a.counts.Binary++
		return
	}
	a.look(key, value)
}

// validText tells whether bytes are text; a character that the cut at 4096 bytes broke does not count against it.
func validText(value []byte) bool {
	if utf8.Valid(value) {
		return true
	}
	for cut := 1; cut < utf8.UTFMax && cut < len(value); cut++ {
		if len(value) == mostBytes && utf8.Valid(value[:len(value)-cut]) {
			return true
		}
	}
	return false
}

func lengthBucket(n int) int {
	for bucket, most := range [...]int{1, 3, 7, 15, 31, 63, 255} {
		if n <= most {
			return bucket
		}
	}
	return estate.LengthBuckets - 1
}

// Counts is what was counted so far.
func (a *Accumulator) Counts() estate.ColumnCounts {
	c := a.counts
	c.Column = a.column.Name
	c.Distinct, c.Chapters = a.distinct.count, bits.OnesCount32(a.chapters)
	c.Decided = a.Decided()
	c.Whole, c.Keyed, c.Parts = a.whole.counts(), a.keyed.counts(), a.parts.counts()
	return c
}

func (t *tally) counts() map[estate.Kind]estate.Found {
	var counts map[estate.Kind]estate.Found
	for kind, f := range t {
		if f.matched == 0 {
			continue
		}
		if counts == nil {
			counts = map[estate.Kind]estate.Found{}
		}
		counts[estate.Kind(kind)] = estate.Found{Matched: int(f.matched), Passed: int(f.passed)}
	}
	return counts
}

// see counts a value of a kind that has no check digit.
func (t *tally) see(kind estate.Kind) { t[kind].matched++ }

// check counts a value of a kind that has one.
func (t *tally) check(kind estate.Kind, passed bool) {
	t[kind].matched++
	if passed {
		t[kind].passed++
	}
}

// distinct counts different values by their hash, up to a limit. Hashes stay in memory.
type distinct struct {
	hashes [2 * estate.DistinctLimit]uint64
	count  int
}

func (d *distinct) add(value []byte) {
	if d.count >= estate.DistinctLimit {
		return
	}
	hash := hashOf(value)
	for at := hash >> 8 % uint64(len(d.hashes)); ; at = (at + 1) % uint64(len(d.hashes)) {
		switch d.hashes[at] {
		case hash:
			return
		case 0:
			d.hashes[at] = hash
			d.count++
			return
		}
	}
}

// hashOf is FNV-1a, and never zero, which marks a free place.
func hashOf(value []byte) uint64 {
	hash := uint64(14695981039346656037)
	for _, b := range value {
		hash = (hash ^ uint64(b)) * 1099511628211
	}
	return hash | 1
}

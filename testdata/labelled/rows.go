package labelled

import (
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"strconv"
)

// draw is what a cell is made of: where it stands, and its own random numbers.
type draw struct {
	r         *rand.Rand
	seed      uint64
	table     *Table
	row, rows int
	size      int // rows that were asked for
}

func (d *draw) words() lexicon { return d.table.set.lexicons[d.table.Language] }

// cell makes a value as COPY's text format has it before escaping; false for NULL.
type cell func(d *draw) (text string, known bool)

// Rows makes the rows of a table from a seed when tables have n of them: values in the order of the columns, as text,
// nil for NULL. The same seed and n give the same bytes; a row and its values belong to the reader.
func (t *Table) Rows(seed uint64, n int) iter.Seq[[][]byte] {
	return func(yield func([][]byte) bool) {
		for row := range t.Count(n) {
			values := make([][]byte, len(t.Columns))
			for i, c := range t.Columns {
				if text, known := t.value(c, seed, row, n); known {
					values[i] = []byte(text)
				}
			}
			if !yield(values) {
				return
			}
		}
	}
}

// value makes one value. It depends on nothing but its place and the seed, so that a reference can make the value
// that it refers to.
func (t *Table) value(c *Column, seed uint64, row, n int) (string, bool) {
	r := rand.New(rand.NewPCG(hash(seed, t.QualifiedName(), c.Name, 0), uint64(row))) //nolint:gosec // made-up rows need no secrecy
	return c.values(&draw{r: r, seed: seed, table: t, row: row, rows: t.Count(n), size: n})
}

// hash makes a seed of its own for each purpose.
func hash(seed uint64, table, purpose string, k int) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strconv.FormatUint(seed, 16) + "\x00" + table + "\x00" + purpose + "\x00" + strconv.Itoa(k)))
	return h.Sum64()
}

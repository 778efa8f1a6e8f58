package sample

import (
	"context"
	"fmt"
	"strconv"

	"nightferry/internal/pgread"
)

const (
	// thinFilled is how many values a column must have shown for its sample to count as one.
	thinFilled = 20
	// sparseRows is how many values of a sparse column are read.
	sparseRows = 64
	// sparsePages bounds the pages that one pass for sparse columns reads: of larger tables it reads a share.
	sparsePages = 25_000
)

// sparse looks on purpose for values of columns that hardly any row has: they can be identifiers all the same. One pass
// tells which columns hold anything, and each of those is then read where it does.
func (r *reading) sparse(ctx context.Context, t *table) {
	var thin []*column
	for _, c := range t.open() {
		if c.filled < thinFilled && (!t.exact || !c.stretch.ended(t.walk)) {
			thin = append(thin, c)
		}
	}
	percent := min(100, 100*sparsePages/float64(t.walk.pages))
	if note := partlySearched(thin, t.walk.pages); note != "" {
		t.problems = append(t.problems, note)
	}
	for _, some := range t.portions(thin, 1) {
		held, err := r.holding(ctx, t, some, percent)
		if err != nil {
			t.missed(some, err)
			continue
		}
		for _, c := range held {
			r.ask(ctx, t, []bundle{{columns: []*column{c}}}, func(b []bundle) (pgread.SQL, []string) {
				return t.scarce(b[0].columns[0], percent, sparseRows), nil
			})
		}
	}
}

// partlySearched says of which columns a large table was not searched to its end; empty where it was.
func partlySearched(thin []*column, pages uint64) string {
	if len(thin) == 0 || pages <= sparsePages {
		return ""
	}
	names := make([]string, len(thin))
	for i, c := range thin {
		names[i] = strconv.Quote(c.Name)
	}
	return fmt.Sprintf("columns %s: hardly a row holds anything, and %d of %d pages were searched for more", few(names), sparsePages, pages)
}

// holding tells which of the columns hold more than was seen of them.
func (r *reading) holding(ctx context.Context, t *table, columns []*column, percent float64) (held []*column, err error) {
	err = r.session.Read(ctx, func(reader *pgread.Reader) error {
		return reader.Arrays(t.filledIn(columns, percent), nil, func(counts []pgread.Array) error {
			for i, c := range columns {
				if i >= len(counts) {
					break
				}
				count, _ := counts[i].Next()
				if n, err := strconv.ParseInt(string(count), 10, 64); err == nil && n > 0 {
					held = append(held, c)
				}
			}
			return nil
		})
	})
	return held, err
}

package sample

import (
	"context"
	"fmt"
	"slices"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// facts is what a table is, as far as reading it needs to know.
type facts struct {
	kind               string // relkind
	populated, may     bool
	places             bool // it is kept in pages, whose rows can be read by place
	whole              bool // the role may read all columns, and places with them
	pages              int64
	missing, forbidden []string
}

// read looks what the table is and reads it as that kind of table can be read.
func (r *reading) read(ctx context.Context, t *table) {
	f, found, err := r.facts(ctx, t)
	switch {
	case err != nil:
		t.problem(coverageOf(err), wordsOf(err))
		return
	case !found:
		t.problem(estate.Absent, "there is no such table any more")
		return
	case f.kind == "f":
		t.problem(estate.NotAsked, "a foreign table: its rows lie on another server, which this leave is not about")
		return
	case !f.may:
		t.problem(estate.Denied, fmt.Sprintf("role %q may not SELECT from it", r.session.Server().Role))
		return
	case !f.populated:
		t.problem(estate.Absent, "a materialised view that holds nothing yet")
		return
	}
	t.without(t.named(f.missing), estate.Absent, "there is no such column any more")
	t.without(t.named(f.forbidden), estate.Denied, fmt.Sprintf("role %q may not SELECT it", r.session.Server().Role))
	switch {
	case f.places && f.pages == 0: // nothing to read, and that is known
	case f.places && f.whole:
		r.byPlace(ctx, t, f.pages)
	case f.kind == "p" && f.whole:
		r.overParts(ctx, t, f.pages)
	default:
		r.strided(ctx, t)
	}
}

// strided reads what has no places, views mostly: rows spread over as many as are looked at. Where even counting those
// takes too long, the first ones must do.
func (r *reading) strided(ctx context.Context, t *table) {
	var rows int
	var note string
	err := r.session.Read(ctx, func(reader *pgread.Reader) error { return reader.Row(t.counted(), nil, &rows) })
	switch {
	case err != nil && pgread.KindOf(err) == pgread.TimedOut:
		note = fmt.Sprintf("its rows take long to come: the first %d at most were read", looseRows)
	case err != nil:
		t.missed(t.open(), err)
		return
	case rows > mostLoose:
		note = fmt.Sprintf("its rows have no places to choose: %d of the first %d were read, and none of those after", looseRows, mostLoose)
	}
	stride := (min(rows, mostLoose) + looseRows - 1) / looseRows
	r.loose(ctx, t, func(columns []*column) pgread.SQL {
		if stride <= 1 {
			return t.first(columns, looseRows)
		}
		return t.strided(columns, stride)
	})
	if note != "" && t.rows > 0 {
		t.problems = append(t.problems, note)
	}
}

// named finds the columns that are among the names, or need one of them.
func (t *table) named(names []string) []*column {
	return slices.DeleteFunc(slices.Clone(t.columns), func(c *column) bool {
		return !slices.Contains(names, c.Name) && (c.key == "" || !slices.Contains(names, c.key))
	})
}

func (r *reading) facts(ctx context.Context, t *table) (f facts, found bool, err error) {
	var wanted []string
	for _, c := range t.columns {
		wanted = append(wanted, c.Name)
		if c.key != "" {
			wanted = append(wanted, c.key)
		}
	}
	err = r.session.Read(ctx, func(reader *pgread.Reader) error {
		err := reader.Each(sqlTable, []any{t.schema, t.name}, func(row pgread.Row) error {
			found = true
			return row.Scan(&f.kind, &f.populated, &f.may, &f.places, &f.whole, &f.pages)
		})
		if err != nil || !found || !f.may {
			return err
		}
		return reader.Each(sqlUnreadable, []any{t.schema, t.name, wanted}, func(row pgread.Row) error {
			var name string
			var gone bool
			err := row.Scan(&name, &gone)
			if gone {
				f.missing = append(f.missing, name)
			} else {
				f.forbidden = append(f.forbidden, name)
			}
			return err
		})
	})
	return f, found, err
}

const (
	// looseRows is how many rows are read where they cannot be chosen by place.
	looseRows = 256
	// mostLoose is over how many rows those are spread: the server makes all of them.
	mostLoose = 8192
)

// loose reads columns by one statement for all of them.
func (r *reading) loose(ctx context.Context, t *table, query func([]*column) pgread.SQL) {
	for _, some := range t.portions(t.open(), looseRows) {
		r.ask(ctx, t, []bundle{{columns: some}}, func(bundles []bundle) (pgread.SQL, []string) {
			return query(bundles[0].columns), nil
		})
	}
}

// partPages is how many pages of a partitioned table are looked at, and partRows how many of the rows on them are wanted.
const (
	partPages = 400
	partRows  = 256
)

func (r *reading) overParts(ctx context.Context, t *table, pages int64) {
	if pages == 0 {
		return
	}
	percent := min(100, 100*partPages/float64(pages))
	const few = 4 // pages whose rows are all wanted
	share := min(1, few/(float64(pages)*percent/100))
	r.loose(ctx, t, func(columns []*column) pgread.SQL { return t.overParts(columns, percent, share, 2*partRows) })
}

// ask runs one statement about bundles of columns and hands the values on. Where it fails by a value, each column is asked
// by itself, so that one that cannot be read costs no other.
func (r *reading) ask(ctx context.Context, t *table, bundles []bundle, query func([]bundle) (pgread.SQL, []string)) {
	err := r.run(ctx, t, bundles, query)
	columns := columnsOf(bundles)
	switch {
	case err == nil:
	case pgread.KindOf(err) != pgread.ServerError || len(columns) == 1:
		t.missed(columns, err)
	default:
		var failures []error
		failed := map[string][]*column{}
		for _, b := range bundles {
			for _, c := range b.columns {
				if err := r.run(ctx, t, []bundle{{[]*column{c}, b.rows, b.places}}, query); err != nil {
					if failed[wordsOf(err)] == nil {
						failures = append(failures, err)
					}
					failed[wordsOf(err)] = append(failed[wordsOf(err)], c)
				}
			}
		}
		for _, err := range failures {
			t.missed(failed[wordsOf(err)], err)
		}
	}
}

// run runs one statement, and counts the rows and values of its answer.
func (r *reading) run(ctx context.Context, t *table, bundles []bundle, query func([]bundle) (pgread.SQL, []string)) error {
	sql, args := query(bundles)
	return r.session.Read(ctx, func(reader *pgread.Reader) error {
		return reader.Arrays(sql, args, func(arrays []pgread.Array) error {
			next := func() pgread.Array {
				if len(arrays) == 0 {
					return pgread.Array{}
				}
				first := arrays[0]
				arrays = arrays[1:]
				return first
			}
			for _, b := range bundles {
				rows := 0
				for _, c := range b.columns {
					var keys pgread.Array
					if c.key != "" {
						keys = next()
					}
					values := next()
					rows = max(rows, values.Len())
					for value, ok := values.Next(); ok; value, ok = values.Next() {
						key, _ := keys.Next()
						c.add(key, value)
					}
				}
				t.rows += rows
			}
			return nil
		})
	})
}

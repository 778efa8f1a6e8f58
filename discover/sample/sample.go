// Package sample reads rows of the columns whose name and place do not tell what they hold, and keeps counts.
//
// Reading patients' rows is an access, so as little as decides is read: only undecided columns, of each value no
// more than its first 4096 characters, and of each column no more values than the sequential test of package detect
// asks for. The places that are read are spread evenly over all pages of a table, and each column has its own, so
// that hardly any row is read for more than a few of its columns. What a column holds in few rows only is looked for
// by itself.
//
// No value is kept. Values are seen where they lie in the connection's buffer, by an accumulator that counts; what
// goes wrong is told in our own words, by SQLSTATE and by names from the inventory, and a panic by fixed words.
package sample

import (
	"context"
	"slices"
	"time"

	"nightferry/classify/detect"
	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// Collector reads rows of one database.
type Collector struct {
	Config pgread.Config // as a role that may SELECT
	Now    func() time.Time
	// Tally makes what counts the values of a column; see [Accumulators].
	Tally func(estate.Column) Tally
}

// Tally counts the values of one column as they pass. Values are borrowed for the call; nil is NULL.
type Tally interface {
	AddKeyed(key, value []byte)
	// Decided tells whether more values could not change what is concluded.
	Decided() bool
	Counts() estate.ColumnCounts
}

// resetter is a tally that can count another column. Its memory is used again, and what it knew is gone.
type resetter interface{ Reset(column estate.Column) }

// Accumulators is the Tally of a Collector that counts what package detect knows.
func Accumulators(knowledge *detect.Knowledge) func(estate.Column) Tally {
	return func(column estate.Column) Tally { return detect.NewAccumulator(knowledge, column) }
}

// Event tells how far reading is. It holds nothing of a customer's data.
type Event struct {
	Table  string // schema.table: the one that is read next
	Number int    // of it, from 1
	Tables int    // in all
}

// mostReopened is how many connections may break, or be given up with a table, before the rest of a database is left.
const mostReopened = 20

// tableDeadline bounds the reading of one table: what more it would tell is not worth what it costs the server.
const tableDeadline = 45 * time.Second

// Collect reads rows of columns of one database, tables in the order of their most telling column. It never fails: what
// goes wrong is in the coverage of the database or the table. Tables that were not reached are not in the result.
func (c Collector) Collect(ctx context.Context, columns []estate.Undecided, tell func(Event)) estate.SampledDatabase {
	result := estate.SampledDatabase{Coverage: estate.Known, At: c.Now().UTC().Truncate(time.Second), Account: c.Config.User}
	r := &reading{collector: c, reopen: mostReopened}
	defer r.close(ctx)
	if err := r.open(ctx); err != nil {
		result.Coverage, result.Problem = coverageOf(err), wordsOf(err)
		return result
	}
	tables := tablesOf(columns)
	for i, t := range tables {
		if ctx.Err() != nil {
			break
		}
		tell(Event{Table: t.schema + "." + t.name, Number: i + 1, Tables: len(tables)})
		if r.session.IsClosed() {
			if err := r.open(ctx); err != nil {
				result.Coverage, result.Problem = coverageOf(err), wordsOf(err)
				break
			}
		}
		sampled := r.table(ctx, t)
		if ctx.Err() != nil {
			break // cut short by the caller, and not by the table
		}
		result.Tables = append(result.Tables, sampled)
	}
	slices.SortFunc(result.Tables, byName)
	return result
}

// reading is a connection on its way through the tables.
type reading struct {
	collector Collector
	session   *pgread.Session
	reopen    int     // connections that may still be opened
	spare     []Tally // of earlier tables
}

func (r *reading) open(ctx context.Context) error {
	if r.reopen == 0 {
		return &pgread.Error{Kind: pgread.Lost, Words: "again and again"}
	}
	r.reopen--
	session, err := pgread.Open(ctx, r.collector.Config)
	if err == nil {
		r.session = session
	}
	return err
}

func (r *reading) close(ctx context.Context) {
	if r.session != nil {
		r.session.Close(ctx)
	}
}

// table reads one table. A panic on the way could quote the value that caused it: it ends here, in fixed words.
func (r *reading) table(ctx context.Context, t *table) (result estate.SampledTable) {
	ctx, cancel := context.WithTimeout(ctx, tableDeadline)
	defer cancel()
	defer func() {
		if recover() != nil {
			r.close(ctx)
			t.problem(estate.Failed, "reading broke off: a fault of nightferry, not of the table")
		}
		result = t.result()
		r.spare = append(t.tallies(), r.spare[min(len(t.columns), len(r.spare)):]...)
	}()
	for i, c := range t.columns {
		c.tally = r.tally(i, c.Column)
	}
	r.read(ctx, t)
	return result
}

// tally gives the column of a place in its table what counts it.
func (r *reading) tally(place int, column estate.Column) Tally {
	if place < len(r.spare) {
		if used, can := r.spare[place].(resetter); can {
			used.Reset(column)
			return r.spare[place]
		}
	}
	return r.collector.Tally(column)
}

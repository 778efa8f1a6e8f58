package sample

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// table is one table on its way: what is asked for, and what was counted so far.
type table struct {
	schema, name string
	columns      []*column
	walk         walk    // over its pages; empty where it has none that can be read by place
	density      float64 // rows a place
	most         int     // values of a column that are read
	exact        bool    // all pages were probed: the walk misses no line
	rows         int     // read so far, each time that one was
	visited      map[place]bool
	visits       int // of places, each time that one was
	coverage     estate.Coverage
	problems     []string
}

// column is one undecided column of a table.
type column struct {
	estate.Column

	key     string // column that says what the values of this one mean; empty mostly
	tally   Tally
	filled  int // values that are not NULL
	bytes   int // of all values
	stretch stretch
	asked   int  // values that were asked for by place
	failed  bool // nothing more is asked of it
}

// enough is how many bytes of one column are read, whatever its values are: notes and documents, not identifiers,
// come to it.
const enough = 64 << 10

// open tells whether more values are wanted.
func (c *column) open() bool { return !c.failed && c.bytes < enough && !c.tally.Decided() }

// add hands one value on.
func (c *column) add(key, value []byte) {
	if len(value) > 0 {
		c.filled++
		c.bytes += len(value)
	}
	c.tally.AddKeyed(key, value)
}

// tablesOf gathers columns by table, in the order in which the tables first come.
func tablesOf(columns []estate.Undecided) []*table {
	var tables []*table
	at := map[[2]string]*table{}
	for _, u := range columns {
		name := [2]string{u.Schema, u.Table}
		if at[name] == nil {
			at[name] = &table{schema: u.Schema, name: u.Table, coverage: estate.Known}
			tables = append(tables, at[name])
		}
		at[name].columns = append(at[name].columns, &column{Column: u.Column, key: u.Key})
	}
	return tables
}

// tallies lists what counted the columns.
func (t *table) tallies() []Tally {
	tallies := make([]Tally, len(t.columns))
	for i, c := range t.columns {
		tallies[i] = c.tally
	}
	return tallies
}

// open lists the columns of which more values are wanted.
func (t *table) open() []*column {
	return slices.DeleteFunc(slices.Clone(t.columns), func(c *column) bool { return !c.open() })
}

// problem notes why the table could not be read.
func (t *table) problem(coverage estate.Coverage, words string) {
	t.coverage = coverage
	t.problems = append(t.problems, words)
}

// missed notes columns that could not be read, or not to their end.
func (t *table) missed(columns []*column, err error) {
	t.without(columns, coverageOf(err), wordsOf(err))
}

// without leaves columns out from here on, and says why. Where nothing of the table was read and nothing of it will be, the
// reason is the table's.
func (t *table) without(columns []*column, coverage estate.Coverage, words string) {
	if len(columns) == 0 {
		return
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		c.failed = true
		names[i] = strconv.Quote(c.Name)
	}
	if t.rows == 0 && !slices.ContainsFunc(t.columns, func(c *column) bool { return !c.failed }) {
		t.coverage = coverage
	}
	if len(columns) < len(t.columns) {
		words = "columns " + few(names) + ": " + words
	}
	t.problems = append(t.problems, words)
}

// few names the first of many.
func few(names []string) string {
	const shown = 5
	if more := len(names) - shown; more > 0 {
		names = append(names[:shown], strconv.Itoa(more)+" more")
	}
	return strings.Join(names, ", ")
}

// result is what is saved of the table.
func (t *table) result() estate.SampledTable {
	result := estate.SampledTable{Schema: t.schema, Table: t.name, Coverage: t.coverage, Problem: strings.Join(t.problems, "; "),
		Rows: t.distinct(), Columns: []estate.ColumnCounts{}}
	for _, c := range t.columns {
		if counts := c.tally.Counts(); counts.Rows > 0 || t.coverage.IsKnown() && !c.failed {
			result.Columns = append(result.Columns, counts)
		}
	}
	slices.SortFunc(result.Columns, func(a, b estate.ColumnCounts) int { return cmp.Compare(a.Column, b.Column) })
	return result
}

// distinct is how many rows were read, each counted once as far as that is known.
func (t *table) distinct() int {
	if t.visits == 0 || t.rows == 0 {
		return t.rows
	}
	return max(1, int(math.Round(float64(t.rows)*float64(len(t.visited))/float64(t.visits))))
}

func byName(a, b estate.SampledTable) int {
	return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Table, b.Table))
}

func coverageOf(err error) estate.Coverage {
	switch pgread.KindOf(err) {
	case pgread.Denied, pgread.WrongPassword, pgread.NoEntry, pgread.Superuser:
		return estate.Denied
	case pgread.NoDatabase:
		return estate.Absent
	case pgread.TimedOut:
		return estate.Timeout
	}
	return estate.Failed
}

// wordsOf tells an error without the names that the server gave: a function that raises it can put a value there.
func wordsOf(err error) string {
	own, is := errors.AsType[*pgread.Error](err)
	if !is {
		return "reading went wrong"
	}
	bare := *own
	bare.Target, bare.Object = "", ""
	if bare.SQLState != "" && !slices.Contains(knownStates(), bare.SQLState[:2]) {
		bare.SQLState = "of its own"
	}
	return bare.Error()
}

// knownStates lists the classes of PostgreSQL's own SQLSTATEs. A function can raise any other five letters, too.
func knownStates() []string {
	return strings.Fields("08 0A 0L 0P 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 72 F0 HV P0 XX")
}

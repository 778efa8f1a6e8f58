package sample

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/pgread"
)

// bundle is some columns that are read from the same rows.
type bundle struct {
	columns []*column
	rows    int // wanted
	places  []place
}

func columnsOf(bundles []bundle) (all []*column) {
	for _, b := range bundles {
		all = append(all, b.columns...)
	}
	return all
}

const (
	// mostBundles bounds in how many ways the columns of a table are spread over its rows, and with it the pages that
	// one statement reads.
	mostBundles = 12
	// probed is how many pages are probed.
	probed = 8
	// mostPlaces bounds the places of one bundle in one statement, where hardly any of them holds a row.
	mostPlaces = 4096
	// mostMessage bounds what one statement can bring, in characters.
	mostMessage = 2 << 20
)

// A twelfth of a table's values is read of a column at most, or few where the table has few: what those do not show, more
// of them hardly would.
const (
	leastValues = 40
	mostValues  = 192
)

// rounds is how many more values of each open column every round asks for. After each the sequential test decides which
// columns go on.
func rounds() []int { return []int{32, 64, 96} }

// byPlace reads a table that is kept in pages, round by round.
func (r *reading) byPlace(ctx context.Context, t *table, pages int64) {
	if err := r.probe(ctx, t, pages); err != nil {
		t.missed(t.open(), err)
		return
	}
	if t.walk.lines == 0 { // the pages that were probed are empty: whatever rows there are, they are few
		r.loose(ctx, t, func(columns []*column) pgread.SQL { return t.first(columns, looseRows) })
		return
	}
	t.spread()
	for _, rows := range rounds() {
		for _, bundles := range t.statements(rows) {
			r.ask(ctx, t, bundles, func(bundles []bundle) (pgread.SQL, []string) {
				args := make([]string, len(bundles))
				for i, b := range bundles {
					args[i] = tids(b.places)
				}
				return t.byPlace(bundles), args
			})
		}
	}
	r.sparse(ctx, t)
}

// probe learns how many lines pages have, and how many of them hold a row.
func (r *reading) probe(ctx context.Context, t *table, pages int64) error {
	var numbers []string
	step := max(1, pages/probed)
	for page := int64(0); page < pages && len(numbers) < probed; page += step {
		numbers = append(numbers, strconv.FormatInt(page, 10))
	}
	var rows, last int64
	err := r.session.Read(ctx, func(reader *pgread.Reader) error {
		return reader.Row(t.probe(), []any{"{" + strings.Join(numbers, ",") + "}"}, &rows, &last)
	})
	if err == nil && rows > 0 {
		t.walk = walk{uint64(pages), uint64(last)}
		t.exact = int64(len(numbers)) == pages
		t.density = float64(rows) / float64(last*int64(len(numbers)))
	}
	return err
}

// spread lets the columns begin their walks at different places, as far as the table has rows enough for that. In a small
// table all columns are read from the same rows.
func (t *table) spread() {
	rows := float64(t.walk.pages*t.walk.lines) * t.density
	ways := uint64(max(1, min(mostBundles, len(t.columns), int(rows)/rounds()[0])))
	t.most = max(leastValues, min(mostValues, int(rows/12)))
	for i, c := range t.columns {
		c.stretch.start = t.walk.steps() / ways * (uint64(i) % ways)
	}
}

// statements gives each open column the places of its next rows, and divides them into statements whose answers fit in
// memory.
func (t *table) statements(rows int) [][]bundle {
	var statements [][]bundle
	size := 0
	for _, b := range t.bundles(rows) {
		for _, some := range t.portions(b.columns, b.rows) {
			weight := 0
			for _, c := range some {
				weight += c.weight() * b.rows
			}
			last := len(statements) - 1
			if last < 0 || size+weight > mostMessage || len(statements[last]) == mostBundles {
				statements, size, last = append(statements, nil), 0, last+1
			}
			size += weight
			statements[last] = append(statements[last], bundle{some, b.rows, b.places})
		}
	}
	return statements
}

// bundles gathers the open columns that go the same way, and takes their next places.
func (t *table) bundles(rows int) []bundle {
	type way struct {
		stretch
		rows int
	}
	at := map[way]int{}
	var bundles []bundle
	for _, c := range t.open() {
		next := way{c.stretch, min(rows, t.most-c.asked)}
		if c.stretch.ended(t.walk) || next.rows <= 0 {
			continue
		}
		if c.filled > 0 { // what is long ends by its bytes, and not far beyond
			next.rows = min(next.rows, 1+(enough-c.bytes)*c.filled/max(1, c.bytes))
		}
		i, known := at[next]
		if !known {
			i, at[next] = len(bundles), len(bundles)
			bundles = append(bundles, bundle{rows: next.rows})
		}
		bundles[i].columns = append(bundles[i].columns, c)
	}
	for i := range bundles {
		b := &bundles[i]
		on := b.columns[0].stretch
		b.places = on.take(t.walk, min(mostPlaces, int(float64(b.rows)/t.density)+1))
		t.visit(b.places)
		for _, c := range b.columns {
			c.stretch = on
			c.asked += b.rows
		}
	}
	return bundles
}

// visit remembers which places were asked for: columns of a small table meet at some of them.
func (t *table) visit(places []place) {
	if t.visited == nil {
		t.visited = map[place]bool{}
	}
	for _, p := range places {
		t.visited[p] = true
	}
	t.visits += len(places)
}

// portions divides columns so that the answer for each part fits in memory.
func (t *table) portions(columns []*column, rows int) [][]*column {
	var parts [][]*column
	size := mostMessage
	for _, c := range columns {
		if size+c.weight()*rows > mostMessage || len(parts[len(parts)-1]) == mostColumns {
			parts, size = append(parts, nil), 0
		}
		size += c.weight() * rows
		parts[len(parts)-1] = append(parts[len(parts)-1], c)
	}
	return parts
}

// mostColumns bounds the columns of one part of a statement; PostgreSQL's own limit is 1,664 in all.
const mostColumns = 400

// weight is how many characters a value of the column has at most.
func (c *column) weight() int {
	base, length, _ := strings.Cut(c.Type, "(")
	if n, err := strconv.Atoi(strings.TrimSuffix(length, ")")); err == nil && strings.HasPrefix(base, "character") {
		return min(n+4, mostCharacters)
	}
	if slices.ContainsFunc([]string{"integer", "bigint", "smallint", "numeric", "date", "time", "uuid", "boolean", "real", "double", "money", "interval", "inet"},
		func(short string) bool { return strings.HasPrefix(base, short) }) && !strings.HasSuffix(c.Type, "[]") {
		return 48
	}
	return mostCharacters
}

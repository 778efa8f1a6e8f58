package validate

import (
	"fmt"
	"strconv"
	"strings"

	"nightferry/internal/pgread"
)

// queries holds the pieces of SQL that read one table on one side. In all of them $1 is the seed.
type queries struct {
	from    string   // the table
	row     string   // hash of the row
	bucket  string   // hash of the key, by which rows are put into buckets; of the row where there is no key
	keyText string   // the key as text; empty where there is no key
	rehash  string   // second hash, of h
	ranges  []string // leading key columns that can bound a range
	types   []string // of those
}

// queriesFor builds the queries for one side of a pair.
func (h hashing) queriesFor(own, other *side, t, like *relation, columns, key []string) queries {
	elementsOf := func(names []string) (elements []element) {
		for _, name := range names {
			elements = append(elements, h.element(name, own.typeOf(t.column(name).typ), other.typeOf(like.column(name).typ)))
		}
		return elements
	}
	q := queries{from: t.from(), row: h.combine(elementsOf(columns), "$1::int8"), rehash: h.rehash("h")}
	q.bucket = q.row
	if len(key) == 0 {
		return q
	}
	// The seed differs, so that the bucket says nothing about a row whose only column is its key.
	q.bucket = h.combine(elementsOf(key), "($1::int8 # 7)")
	texts := make([]string, len(key))
	for i, name := range key {
		texts[i] = pgread.Ident(name) + "::text"
	}
	q.keyText = texts[0]
	if len(key) > 1 {
		q.keyText = "ARRAY[" + strings.Join(texts, ", ") + "]::text"
	}
	for _, name := range key {
		typ, otherTyp := own.typeOf(t.column(name).typ), other.typeOf(like.column(name).typ)
		expression, bound := rangeOf(name, typ)
		if expression == "" || typ.key() != otherTyp.key() {
			break
		}
		q.ranges, q.types = append(q.ranges, expression), append(q.types, bound)
	}
	return q
}

// rangeOf is the expression that bounds of a key column compare with, and the type of the bounds; empty where
// the order of the type is not sure to be the same on both servers. Text is ordered by bytes, since collations
// differ between systems.
func rangeOf(name string, t *typeInfo) (expression, bound string) {
	if t.schema != "pg_catalog" {
		return "", ""
	}
	switch t.name {
	case "int2", "int4", "int8", "uuid", "date", "timestamp", "timestamptz", "numeric":
		return pgread.Ident(name), "pg_catalog." + t.name
	case "text", "varchar":
		return pgread.Ident(name) + `::text COLLATE "C"`, "pg_catalog.text"
	}
	return "", ""
}

// span is a range of the key: from lower inclusive to upper exclusive. An empty bound is open, so that the
// first and the last span reach rows beyond the other side's.
type span struct{ lower, upper []string }

// where is the condition of a span and its arguments, with which args goes on.
func (q queries) where(s span, args []any) (string, []any) {
	var conditions []string
	add := func(operator string, bound []string) {
		if len(bound) == 0 {
			return
		}
		places := make([]string, len(bound))
		for i, value := range bound {
			args = append(args, value)
			places[i] = "$" + strconv.Itoa(len(args)) + "::" + q.types[i]
		}
		conditions = append(conditions, "ROW("+strings.Join(q.ranges, ", ")+") "+operator+" ROW("+strings.Join(places, ", ")+")")
	}
	add(">=", s.lower)
	add("<", s.upper)
	if len(conditions) == 0 {
		return "true", args
	}
	return strings.Join(conditions, " AND "), args
}

// OFFSET 0 keeps the planner from merging the inner query into the outer one, which would hash each row twice.

func (q queries) sums(s span, seed int64) (pgread.SQL, []any) {
	where, args := q.where(s, []any{seed})
	return pgread.SQL(fmt.Sprintf(`SELECT 0::int8, count(*), coalesce(sum(h), 0)::text, coalesce(sum(%s), 0)::text
FROM (SELECT %s AS h FROM %s WHERE %s OFFSET 0) s`, q.rehash, q.row, q.from, where)), args
}

func (q queries) buckets(s span, seed, mask int64) (pgread.SQL, []any) {
	where, args := q.where(s, []any{seed, mask})
	return pgread.SQL(fmt.Sprintf(`SELECT b & $2::int8, count(*), sum(h)::text, sum(%s)::text
FROM (SELECT %s AS b, %s AS h FROM %s WHERE %s OFFSET 0) s GROUP BY 1`, q.rehash, q.bucket, q.row, q.from, where)), args
}

// rows lists key, hash and number of the rows in some buckets.
func (q queries) rows(s span, seed, mask int64, buckets []int64) (pgread.SQL, []any) {
	where, args := q.where(s, []any{seed, mask, buckets})
	where += fmt.Sprintf(" AND (%s & $2::int8) = ANY ($3::int8[])", q.bucket)
	if q.keyText == "" {
		return pgread.SQL(fmt.Sprintf("SELECT '', h, count(*) FROM (SELECT %s AS h FROM %s WHERE %s OFFSET 0) s GROUP BY h",
			q.row, q.from, where)), args
	}
	return pgread.SQL(fmt.Sprintf("SELECT coalesce(%s, ''), %s, 1::int8 FROM %s WHERE %s", q.keyText, q.row, q.from, where)), args
}

// bounds takes a sample of blocks and asks for the keys that cut it into about as many equal parts as wanted.
// The sample is read from few places of the table, whatever its size.
func (q queries) bounds(percent float64, parts int) (pgread.SQL, []any) {
	names, texts := make([]string, len(q.ranges)), make([]string, len(q.ranges))
	for i, expression := range q.ranges {
		names[i] = fmt.Sprintf("%s AS k%d", expression, i)
		texts[i] = fmt.Sprintf("k%d::text", i)
	}
	order := strings.Join(q.ranges, ", ")
	return pgread.SQL(fmt.Sprintf(`SELECT ARRAY[%s] FROM (
  SELECT %s, row_number() OVER (ORDER BY %s) AS n, count(*) OVER () AS size
  FROM %s TABLESAMPLE SYSTEM ($1::float4) REPEATABLE (1)) s
WHERE n > 1 AND (n - 1) %% greatest(size / $2::int8, 1) = 0 ORDER BY n LIMIT $2::int8 - 1`,
		strings.Join(texts, ", "), strings.Join(names, ", "), order, q.from)), []any{percent, int64(parts)}
}

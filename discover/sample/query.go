package sample

import (
	"strconv"
	"strings"

	"nightferry/internal/pgread"
)

// mostCharacters is how much of one value is read.
const mostCharacters = 4096

// sqlTable asks what a table is, before any row of it: its kind, whether it is populated, whether the role may read at least
// a column, whether its rows have places, whether the role may read all columns, which takes in the place, and its pages.
// Partitions are counted for the table that they make up.
const sqlTable pgread.SQL = `
WITH RECURSIVE parts(oid, kind) AS (
  SELECT c.oid, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2
  UNION ALL
  SELECT c.oid, c.relkind FROM parts p JOIN pg_inherits i ON i.inhparent = p.oid JOIN pg_class c ON c.oid = i.inhrelid WHERE p.kind = 'p')
SELECT c.relkind::text, c.relispopulated, has_any_column_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'),
       c.relkind IN ('r', 'm') AND c.relam IN (0, 2), has_table_privilege(c.oid, 'SELECT'),
       CASE WHEN c.relkind IN ('r', 'm', 'p') THEN
         (SELECT coalesce(sum(pg_relation_size(oid)), 0) / current_setting('block_size')::int8 FROM parts WHERE kind IN ('r', 'm'))
         ELSE 0 END::int8
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`

// sqlUnreadable lists which of the columns named are gone, and which the role may not read.
const sqlUnreadable pgread.SQL = `
SELECT u.name, a.attnum IS NULL
FROM unnest($3::text[]) u(name) LEFT JOIN (
  SELECT a.attname, a.attnum, a.attrelid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped) a ON a.attname = u.name
WHERE a.attnum IS NULL OR NOT has_column_privilege(a.attrelid, a.attnum, 'SELECT')`

// probe asks how many rows some pages hold, and on which line the last one is: statistics are old or missing, and pages
// that much was deleted from are half empty. No column is read.
func (t *table) probe() pgread.SQL {
	return pgread.SQL(`SELECT count(*)::int8, coalesce(max((ctid::text::point)[1]), 0)::int8 FROM ONLY ` + pgread.Ident(t.schema, t.name) + `
WHERE ctid = ANY (ARRAY(SELECT ('(' || page || ',' || line || ')')::tid
  FROM unnest($1::int8[]) page, generate_series(1, current_setting('block_size')::int / 28) line))`)
}

// values is the expression of a column's value.
func (c *column) value() string {
	return "left(" + pgread.Ident(c.Name) + "::text, " + strconv.Itoa(mostCharacters) + ")"
}

// keyValue is the expression of the value that says what the column's means.
func (c *column) keyValue() string { return "left(" + pgread.Ident(c.key) + "::text, 256)" }

// arrays lists what is read of columns: of each an array of its keys, where it has any, and one of its values.
func arrays(columns []*column) []string {
	var out []string
	for _, c := range columns {
		if c.key != "" {
			out = append(out, "array_agg("+c.keyValue()+")")
		}
		out = append(out, "array_agg("+c.value()+")")
	}
	return out
}

func selection(columns []*column) string { return strings.Join(arrays(columns), ", ") }

// names lists the columns that a selection of others needs.
func names(columns []*column) string {
	seen := map[string]bool{}
	var out []string
	for _, c := range columns {
		for _, name := range []string{c.key, c.Name} {
			if name != "" && !seen[name] {
				seen[name] = true
				out = append(out, pgread.Ident(name))
			}
		}
	}
	return strings.Join(out, ", ")
}

// byPlace reads bundles of columns in one statement, each at places of its own: $1 for the first, and so on.
func (t *table) byPlace(bundles []bundle) pgread.SQL {
	var all, from []string
	for i, b := range bundles {
		var own []string
		for range arrays(b.columns) {
			own = append(own, "a"+strconv.Itoa(len(all)+len(own)+1))
		}
		all = append(all, own...)
		n := strconv.Itoa(i + 1)
		from = append(from, "(SELECT "+selection(b.columns)+" FROM ONLY "+pgread.Ident(t.schema, t.name)+" WHERE ctid = ANY ($"+n+"::tid[])) b"+n+" ("+strings.Join(own, ", ")+")")
	}
	return pgread.SQL("SELECT " + strings.Join(all, ", ") + "\nFROM " + strings.Join(from, ",\n     "))
}

// first reads the rows that come first, of what has no places: views, and tables that are not kept in pages.
func (t *table) first(columns []*column, rows int) pgread.SQL {
	return pgread.SQL("SELECT " + selection(columns) + " FROM (SELECT " + names(columns) + " FROM " + pgread.Ident(t.schema, t.name) +
		" LIMIT " + strconv.Itoa(rows) + ") s")
}

// counted counts the rows of what has no places, as far as they are looked at, and one more.
func (t *table) counted() pgread.SQL {
	return pgread.SQL("SELECT count(*)::int8 FROM (SELECT FROM " + pgread.Ident(t.schema, t.name) + " LIMIT " + strconv.Itoa(mostLoose+1) + ") s")
}

// strided reads every so manieth row of what has no places, as far as it is looked at.
func (t *table) strided(columns []*column, stride int) pgread.SQL {
	number := "n"
	for strings.Contains(names(columns), pgread.Ident(number)) {
		number += "n"
	}
	number = pgread.Ident(number)
	return pgread.SQL("SELECT " + selection(columns) + " FROM (SELECT " + names(columns) + ", row_number() OVER () AS " + number +
		" FROM (SELECT " + names(columns) + " FROM " + pgread.Ident(t.schema, t.name) + " LIMIT " + strconv.Itoa(mostLoose) + ") s) s WHERE " +
		number + " % " + strconv.Itoa(stride) + " = 0")
}

// overParts reads a partitioned table: a share of the pages of all its partitions, and of each page a share of its rows.
func (t *table) overParts(columns []*column, percent, share float64, rows int) pgread.SQL {
	return pgread.SQL("SELECT " + selection(columns) + " FROM (SELECT " + names(columns) + " FROM " + pgread.Ident(t.schema, t.name) +
		" TABLESAMPLE SYSTEM (" + decimal(percent) + ") REPEATABLE (1) WHERE ('x' || left(md5(tableoid::text || ctid::text), 6))::bit(24)::int < " +
		decimal(share) + " * 16777216 LIMIT " + strconv.Itoa(rows) + ") s")
}

// filledIn counts, in one pass over a table or a share of its pages, the rows in which columns hold something.
func (t *table) filledIn(columns []*column, percent float64) pgread.SQL {
	counts := make([]string, len(columns))
	for i, c := range columns {
		counts[i] = "ARRAY[(count(*) FILTER (WHERE " + c.holds() + "))::text]"
	}
	return pgread.SQL("SELECT " + strings.Join(counts, ", ") + " FROM " + t.share(percent))
}

// scarce reads values of a column that few rows have, from all over the table.
func (t *table) scarce(c *column, percent float64, rows int) pgread.SQL {
	return pgread.SQL("SELECT " + selection([]*column{c}) + " FROM (SELECT " + names([]*column{c}) + " FROM " + t.share(percent) +
		" WHERE " + c.holds() + " ORDER BY md5(ctid::text) LIMIT " + strconv.Itoa(rows) + ") s")
}

// share is a table, or a share of its pages.
func (t *table) share(percent float64) string {
	from := "ONLY " + pgread.Ident(t.schema, t.name)
	if percent < 100 {
		from += " TABLESAMPLE SYSTEM (" + decimal(percent) + ") REPEATABLE (1)"
	}
	return from
}

// holds is the condition that a column holds something in a row.
func (c *column) holds() string {
	name := pgread.Ident(c.Name)
	if strings.HasPrefix(c.Type, "text") || strings.HasPrefix(c.Type, "character") {
		if !strings.HasSuffix(c.Type, "[]") {
			return name + " <> ''"
		}
	}
	return name + " IS NOT NULL"
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 6, 64) }

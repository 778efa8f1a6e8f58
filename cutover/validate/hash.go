package validate

import (
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/evidence"
	"nightferry/internal/pgread"
)

// PostgreSQL's own hash functions serve its indexes, which check equality afterwards, and so they may be
// blind: hash_numeric does not see the sign, hashint8 (and with it timestamps) folds 64 bits to 32, hash_array
// and jsonb_hash do not see where one level ends, enums hash by OID. Only types whose hash sees every bit are
// hashed as they are; all others go through their binary output function, or as text.

// mode is how the hash of a row is put together.
type mode string

const (
	byRecord mode = "record" // hash_record_extended(row(…)): PostgreSQL 14 and later
	byArray  mode = "array"  // hash_array_extended of one array a type: 11 and later
	byText   mode = "text"   // md5 of the row as text: anywhere
)

// form is how a column enters the hash.
type form int

const (
	native form = iota // as it is
	send               // through its type's binary output function
	text               // cast to text
)

// hashing is what both sides agreed on.
type hashing struct {
	mode    mode
	why     string          // why not byRecord
	seed    int64           // of the row's hash
	lenient bool            // hold equal what PostgreSQL holds equal
	trim    bool            // lenient, and both servers have trim_scale
	convert bool            // encodings differ: text is compared as UTF-8 bytes
	blind   map[string]bool // types that hash differently on the two servers
}

func (h hashing) method(options Options) evidence.Method {
	m := evidence.Method{Hash: string(h.mode), Why: h.why, Strict: !h.lenient, Excluded: slices.Sorted(slices.Values(options.Exclude))}
	for name := range h.blind {
		m.AsText = append(m.AsText, name)
	}
	slices.Sort(m.AsText)
	return m
}

// element is one value that enters a hash: an SQL expression and the type it has.
type element struct{ sql, typ string }

// hashesAllOfItself tells of which types PostgreSQL's hash sees every bit, by the same function in every
// version that has one.
func hashesAllOfItself(typ string) bool {
	switch typ {
	case "bool", "int2", "int4", "oid", "char", "name", "text", "varchar", "bytea", "date", "uuid", "inet", "cidr", "macaddr", "macaddr8":
		return true
	}
	return false
}

// hashesWhatEquals tells of which types it sees all but what their = operator holds equal.
func hashesWhatEquals(typ string) bool { return typ == "float4" || typ == "float8" || typ == "bpchar" }

// formOf is how a type enters the hash when both sides have it.
func (h hashing) formOf(t *typeInfo) form {
	switch {
	case h.blind[t.name]:
		return text
	case t.kind != "b" || t.schema != "pg_catalog" || t.isArray || strings.HasPrefix(t.name, "reg"):
		return text // output functions of these name types by OID, or are an extension's
	case hashesAllOfItself(t.name), h.lenient && hashesWhatEquals(t.name):
		return native
	case t.send != "":
		return send
	}
	return text
}

// element is the expression of a column that is of type legacy on one side and target on the other.
func (h hashing) element(name string, own, other *typeInfo) element {
	column := pgread.Ident(name)
	if own.key() != other.key() {
		return h.asText(column + "::text")
	}
	base := "pg_catalog." + pgread.Ident(own.name)
	switch h.formOf(own) {
	case native:
		switch own.name {
		case "text", "varchar", "name":
			return h.asText(column + "::text")
		}
		return element{column + "::" + base, base}
	case send:
		if h.trim && own.name == "numeric" {
			column = "trim_scale(" + column + ")"
		}
		return element{"pg_catalog." + pgread.Ident(own.send) + "(" + column + "::" + base + ")", "bytea"}
	}
	return h.asText(column + "::text")
}

func (h hashing) asText(sql string) element {
	if h.convert {
		return element{"convert_to(" + sql + ", 'UTF8')", "bytea"}
	}
	return element{sql, "text"}
}

// combine is the 64-bit hash of some elements under a seed, which is an SQL expression of type int8.
func (h hashing) combine(elements []element, seed string) string {
	sqls := make([]string, len(elements))
	for i, e := range elements {
		sqls[i] = e.sql
	}
	switch h.mode {
	case byRecord:
		return "hash_record_extended(ROW(" + strings.Join(sqls, ", ") + "), " + seed + ")"
	case byArray:
		return combineArrays(elements, seed)
	}
	for i, e := range elements {
		if e.typ != "text" {
			sqls[i] = "(" + e.sql + ")::text"
		}
	}
	// The text of an array quotes its elements, so that no two rows have the same.
	return md5Number(seed + "::text || ARRAY[" + strings.Join(sqls, ", ") + "]::text[]::text")
}

// combineArrays hashes one array a type, each under a seed of its own, and takes the exclusive or of them.
// Hashing the hashes would fold each to 32 bits.
func combineArrays(elements []element, seed string) string {
	var order []string
	groups := map[string][]string{}
	for _, e := range elements {
		if groups[e.typ] == nil {
			order = append(order, e.typ)
		}
		groups[e.typ] = append(groups[e.typ], e.sql)
	}
	parts := make([]string, len(order))
	for i, typ := range order {
		parts[i] = fmt.Sprintf("hash_array_extended(ARRAY[%s]::%s[], %s # %d)", strings.Join(groups[typ], ", "), typ, seed, i)
	}
	return "(" + strings.Join(parts, " # ") + ")"
}

// rehash is a second hash, made of the first. Row hashes are linear in those of their cells, so that swapping
// cells between two rows leaves their sum as it was: the sum of the second is what sees it.
func (h hashing) rehash(hash string) string {
	if h.mode == byText {
		return md5Number("'again' || " + hash + "::text")
	}
	return "hashfloat8extended(" + hash + "::float8, $1::int8)" // hashint8extended would fold to 32 bits
}

func md5Number(text string) string { return "('x' || substr(md5(" + text + "), 1, 16))::bit(64)::int8" }

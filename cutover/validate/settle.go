package validate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightferry/internal/pgread"
)

// typeInfo is a type as one server knows it, domains resolved to what they are made of.
type typeInfo struct {
	schema  string
	name    string
	kind    string // as typtype: b base, c composite, d domain, e enum, r range, m multirange
	send    string // binary output function, where it is PostgreSQL's own
	isArray bool
	base    int64 // of a domain
}

// key tells types apart between servers, where OIDs mean nothing.
func (t *typeInfo) key() string { return t.schema + "." + t.name }

// sqlTypes lists the types of all columns, and those that they are domains over.
const sqlTypes pgread.SQL = `
WITH RECURSIVE used(oid) AS (
  SELECT DISTINCT a.atttypid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT t.typbasetype FROM used u JOIN pg_type t ON t.oid = u.oid WHERE t.typbasetype <> 0)
SELECT t.oid::int8, n.nspname::text, t.typname::text, t.typtype::text, t.typelem <> 0, t.typbasetype::int8,
       coalesce((SELECT p.proname::text FROM pg_proc p WHERE p.oid = t.typsend AND p.pronamespace = 'pg_catalog'::regnamespace), '')
FROM used u JOIN pg_type t ON t.oid = u.oid JOIN pg_namespace n ON n.oid = t.typnamespace`

func (s *side) readTypes(r *pgread.Reader) error {
	return r.Each(sqlTypes, nil, func(row pgread.Row) error {
		var oid int64
		t := &typeInfo{}
		err := row.Scan(&oid, &t.schema, &t.name, &t.kind, &t.isArray, &t.base, &t.send)
		s.types[oid] = t
		return err
	})
}

// typeOf is a column's type with domains resolved. A type the catalogue did not give is compared as text.
func (s *side) typeOf(oid int64) *typeInfo {
	t := s.types[oid]
	for range 32 { // domains over domains; the bound is for a catalogue that lies
		if t == nil || t.kind != "d" {
			break
		}
		t = s.types[t.base]
	}
	if t == nil {
		return &typeInfo{kind: "?"}
	}
	return t
}

// riddles are the values that both servers must hash alike before a type is trusted. They are ASCII, since a
// database need not have any other letter.
func riddles() map[string][]string {
	return map[string][]string{
		"bool": {"t", "f"}, "int2": {"-32768", "32767", "0"}, "int4": {"-2147483648", "2147483647", "1"}, "oid": {"0", "4294967295"},
		"char": {"a", "~"}, "text": {"", "a", "a longer text, of more than twelve bytes", " trailing "}, "bytea": {`\x`, `\x00ff10`}, "date": {"0044-03-15 BC", "1900-02-28", "infinity"},
		"uuid": {"00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		"inet": {"10.0.0.1/8", "::1"}, "cidr": {"10.0.0.0/8"}, "macaddr": {"08:00:2b:01:02:03"}, "macaddr8": {"08:00:2b:01:02:03:04:05"},
		"float4": {"0", "1.5", "-3e38", "NaN"}, "float8": {"0", "1.5", "-1e300", "NaN"}, "bpchar": {"", "ab "},
	}
}

// settle finds the fastest way of hashing that both servers do alike.
func settle(ctx context.Context, w *worker, legacy, target *side, options Options) (hashing, error) {
	oldest := min(legacy.server.Major(), target.server.Major())
	h := hashing{mode: byRecord, seed: options.seed(), lenient: options.Lenient, blind: map[string]bool{},
		convert: legacy.server.Encoding != target.server.Encoding}
	h.trim = h.lenient && oldest >= 13
	switch {
	case oldest < 11:
		h.mode, h.why = byText, "a server is older than 11"
	case oldest < 14:
		h.mode, h.why = byArray, "a server is older than 14"
	}
	if options.force != "" {
		h.mode = options.force
	}
	if h.mode == byText {
		return h, nil
	}
	var answers [2]map[string]string
	err := w.both(ctx, func(ctx context.Context, c *connector, isTarget bool) error {
		found, err := h.answers(ctx, c)
		if isTarget {
			answers[1] = found
		} else {
			answers[0] = found
		}
		return err
	})
	switch {
	case ctx.Err() != nil:
		return h, fmt.Errorf("validation was stopped: %w", ctx.Err())
	case pgread.KindOf(err) == pgread.ServerError:
		h.mode, h.why = byText, "a server could not answer with its hash functions"
		return h, nil
	case err != nil:
		return h, err
	}
	for name, answer := range answers[0] {
		h.blind[name] = answer != answers[1][name]
	}
	if h.blind["text"] || h.blind["bytea"] || h.blind["rehash"] {
		h.mode, h.why = byText, "the servers hash differently"
	}
	maps.DeleteFunc(h.blind, func(_ string, differs bool) bool { return !differs })
	return h, nil
}

// answers gives a server's hash of each type's riddles.
func (h hashing) answers(ctx context.Context, c *connector) (map[string]string, error) {
	parts := []string{"SELECT 'rehash', " + h.rehash("$1::int8") + "::text"}
	for _, name := range slices.Sorted(maps.Keys(riddles())) {
		typ := "pg_catalog." + pgread.Ident(name)
		elements := make([]element, len(riddles()[name])+1)
		for i, value := range riddles()[name] {
			elements[i] = element{"'" + value + "'::" + typ, typ}
		}
		elements[len(riddles()[name])] = element{"NULL::" + typ, typ}
		parts = append(parts, "SELECT '"+name+"', "+h.combine(elements, "$1::int8")+"::text")
	}
	found := map[string]string{}
	err := c.read(ctx, func(r *pgread.Reader) error {
		return r.Each(pgread.SQL(strings.Join(parts, " UNION ALL ")), []any{h.seed}, func(row pgread.Row) error {
			var name, answer string
			err := row.Scan(&name, &answer)
			found[name] = answer
			return err
		})
	})
	return found, err
}

package validate

import (
	"cmp"
	"context"
	"encoding/hex"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"nightferry/internal/evidence"
	"nightferry/internal/pgread"
)

const (
	bucketRows = 500 // rows aimed at in a bucket
	maxBuckets = 1 << 14
	batchRows  = 20_000 // rows fetched from each side at once, about
)

// drill finds the rows that differ in a span: by bucket first, then row by row in the buckets that differ.
func (c *comparison) drill(ctx context.Context, s span, rows int64) error {
	seed, mask := c.run.hash.seed, bucketMask(rows)
	found, err := c.ask(ctx, func(q queries) (pgread.SQL, []any) { return q.buckets(s, seed, mask) })
	if err != nil {
		return err
	}
	differing := map[int64]int64{} // bucket → rows
	for side := range found {
		for bucket, own := range found[side] {
			if own != found[1-side][bucket] {
				differing[bucket] = max(differing[bucket], own.count)
			}
		}
	}
	buckets := slices.Sorted(maps.Keys(differing))
	for len(buckets) > 0 {
		if c.full() {
			c.table.AtLeast = true
			return nil
		}
		batch, total := 0, int64(0)
		for batch < len(buckets) && (batch == 0 || total+differing[buckets[batch]] <= batchRows) {
			total += differing[buckets[batch]]
			batch++
		}
		if err := c.diffRows(ctx, s, mask, buckets[:batch]); err != nil {
			return err
		}
		buckets = buckets[batch:]
	}
	return nil
}

// bucketMask selects the bits of a hash that are the bucket.
func bucketMask(rows int64) int64 {
	buckets := min(max(rows/bucketRows, 1), maxBuckets)
	return int64(1)<<bits.Len64(uint64(buckets-1)) - 1
}

// keyed is a row as fetched: its key and the hash of all of it.
type keyed struct {
	key  string
	hash int64
}

// diffRows compares the rows of some buckets.
func (c *comparison) diffRows(ctx context.Context, s span, mask int64, buckets []int64) error {
	var rows [2]map[keyed]int64
	err := c.each(ctx, func(ctx context.Context, side int, read *connector) error {
		rows[side] = map[keyed]int64{}
		sql, args := c.queries[side].rows(s, c.run.hash.seed, mask, buckets)
		return read.read(ctx, func(r *pgread.Reader) error {
			return r.Each(sql, args, func(row pgread.Row) error {
				var k keyed
				var n int64
				err := row.Scan(&k.key, &k.hash, &n)
				rows[side][k] += n
				return err
			})
		})
	})
	if err != nil {
		return err
	}
	c.count(cancelEqual(rows[0], rows[1]))
	return nil
}

// cancelEqual takes away what both sides have, by hash alone, since the hash covers the key, whose text may
// differ where its value does not. What is left is by key.
func cancelEqual(legacy, target map[keyed]int64) (onLegacy, onTarget map[string]int64) {
	balance := map[int64]int64{}
	for k, n := range legacy {
		balance[k.hash] += n
	}
	for k, n := range target {
		balance[k.hash] -= n
	}
	onLegacy, onTarget = map[string]int64{}, map[string]int64{}
	leftover := func(rows map[keyed]int64, sign int64, into map[string]int64) {
		for _, k := range slices.SortedFunc(maps.Keys(rows), func(a, b keyed) int { return strings.Compare(a.key, b.key) }) {
			if left := min(rows[k], max(0, sign*balance[k.hash])); left > 0 {
				into[k.key] += left
				balance[k.hash] -= sign * left
			}
		}
	}
	leftover(legacy, 1, onLegacy)
	leftover(target, -1, onTarget)
	return onLegacy, onTarget
}

// count adds rows that are left over on one side, or under one key on both.
func (c *comparison) count(onLegacy, onTarget map[string]int64) {
	isKeyed := len(c.table.Key) > 0
	note := func(key string, difference evidence.Difference) {
		if isKeyed {
			c.found = append(c.found, evidence.Row{Key: key, Difference: difference})
		}
	}
	for key, n := range onLegacy {
		changed := int64(0)
		if isKeyed {
			changed = min(n, onTarget[key])
		}
		if changed > 0 {
			c.table.Changed += changed
			note(key, evidence.RowChanged)
		}
		if n > changed {
			c.table.Missing += n - changed
			note(key, evidence.RowMissing)
		}
	}
	for key, n := range onTarget {
		changed := int64(0)
		if isKeyed {
			changed = min(n, onLegacy[key])
		}
		if n > changed {
			c.table.Extra += n - changed
			note(key, evidence.RowExtra)
		}
	}
}

// rank orders missing before extra before changed.
func rank(d evidence.Difference) int {
	return slices.Index([]evidence.Difference{evidence.RowMissing, evidence.RowExtra, evidence.RowChanged}, d)
}

// compareRows orders rows by rank, and numbers by size.
func compareRows(a, b evidence.Row) int {
	return cmp.Or(cmp.Compare(rank(a.Difference), rank(b.Difference)),
		cmp.Compare(len(a.Key), len(b.Key)), strings.Compare(a.Key, b.Key))
}

// showKey is how a key of the pair is shown: numbers and uuids as they are unless their name says that they
// identify a person, all else as a hash.
func (r *run) showKey(p pair, key []string) func(string) string {
	plain := true
	for _, name := range key {
		switch r.legacy.typeOf(p.legacy.column(name).typ).key() {
		case "pg_catalog.int2", "pg_catalog.int4", "pg_catalog.int8", "pg_catalog.uuid":
			plain = plain && !r.options.Conceal(p.name, name)
		default:
			plain = false
		}
	}
	return func(text string) string {
		switch {
		case !plain:
			return "hmac:" + hex.EncodeToString(r.options.mac(p.name + "\x00" + text)[:16])
		case len(key) > 1:
			return "(" + strings.ReplaceAll(strings.Trim(text, "{}"), ",", ", ") + ")"
		}
		return text
	}
}

// NamesAPerson tells by a column's name whether its values identify a person outside of the database: numbers
// that people are given, not those that a sequence made up.
func NamesAPerson(column string) bool {
	column = strings.ToLower(column)
	for _, part := range strings.FieldsFunc(column, func(r rune) bool { return r == '_' || r == ' ' || r == '-' }) {
		switch part {
		case "mrn", "medical", "ssn", "social", "nhs", "national", "passport", "licence", "license", "mobile", "fax", "birth", "vat",
			"iban", "barcode", "identifier", "identity", "ref", "number", "zip", "postal":
			return true
		case "insurance", "phone", "tax", "account", "card", "code":
			return !strings.HasSuffix(column, "_id") // account_id is Odoo's link to an account, not its number
		}
	}
	return false
}

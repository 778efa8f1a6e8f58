package pgread

import (
	"context"
	"encoding/binary"

	"github.com/jackc/pgx/v5"
)

// Array is a text[] as it came from the server: many values in one message. Its bytes are the connection's own buffer.
type Array struct {
	rest []byte
	left int
}

// Len is the number of elements that are left.
func (a *Array) Len() int { return a.left }

// Next gives the next element, nil for NULL. It holds until the function that got the array returns, and no longer.
func (a *Array) Next() (value []byte, ok bool) {
	if a.left == 0 {
		return nil, false
	}
	a.left--
	value, a.rest, _ = element(a.rest)
	return value, true
}

// Arrays runs a statement that gives rows of text[] columns. The arguments are text, and of the types that the
// statement needs. An error of row ends it and is returned as it is.
func (r *Reader) Arrays(sql SQL, args []string, row func(columns []Array) error) error {
	ctx, cancel := context.WithTimeout(r.ctx, r.s.config.Limits.Statement+grace)
	defer cancel()
	values := make([][]byte, len(args))
	for i, arg := range args {
		values[i] = []byte(arg)
	}
	result := r.s.conn.PgConn().ExecParams(ctx, string(sql), values, nil, nil, []int16{pgx.BinaryFormatCode})
	defer func() { _, _ = result.Close() }() // where row fails or panics
	for result.NextRow() {
		columns := make([]Array, len(result.Values()))
		for i, raw := range result.Values() {
			array, whole := arrayOf(raw)
			if !whole {
				return &Error{Kind: ServerError, Words: "the answer has an unexpected shape"}
			}
			columns[i] = array
		}
		if err := row(columns); err != nil {
			return err
		}
	}
	_, err := result.Close()
	return r.s.config.failure(r.ctx, err, r.s.guard)
}

// arrayOf checks a one-dimensional array of PostgreSQL's binary form: number of dimensions, whether it has NULLs, type
// of the elements; number of elements and lower bound; the elements. NULL, which array_agg gives for no row, is empty.
func arrayOf(raw []byte) (a Array, whole bool) {
	const head, dimension = 12, 8
	if raw == nil || len(raw) >= head && binary.BigEndian.Uint32(raw) == 0 {
		return Array{}, true
	}
	if len(raw) < head+dimension || binary.BigEndian.Uint32(raw) != 1 {
		return Array{}, false
	}
	count, rest := int64(binary.BigEndian.Uint32(raw[head:])), raw[head+dimension:]
	if count > int64(len(rest)) {
		return Array{}, false
	}
	a = Array{rest, int(count)}
	for range count {
		if _, rest, whole = element(rest); !whole {
			return Array{}, false
		}
	}
	return a, true
}

// element cuts one element off: its length, -1 for NULL, and its bytes.
func element(raw []byte) (value, rest []byte, whole bool) {
	if len(raw) < 4 {
		return nil, nil, false
	}
	length := int64(int32(binary.BigEndian.Uint32(raw)))
	raw = raw[4:]
	switch {
	case length < 0:
		return nil, raw, true
	case length > int64(len(raw)):
		return nil, nil, false
	}
	return raw[:length:length], raw[length:], true
}

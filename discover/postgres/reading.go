package postgres

import (
	"context"
	"reflect"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// What one cluster may take of us. 20,000 tables of ten columns are 25 MB.
const (
	mostUnitBytes = 48 << 20  // in one unit of work
	mostListBytes = 32 << 20  // in the things of one list, without their text
	mostBytes     = 384 << 20 // in all
	mostReopened  = 5         // connections that may break before we give up
)

// bounded keeps what a server may send in one unit of work below what a catalogue can need.
func bounded(config pgread.Config) pgread.Config {
	if config.Limits.UnitBytes == 0 {
		config.Limits.UnitBytes = mostUnitBytes
	}
	return config
}

// allowance is what is left to a cluster, over all its connections.
type allowance struct {
	bytes       int64
	connections int
}

// reading is one connection on the way through its sections.
type reading struct {
	session *pgread.Session
	config  pgread.Config // of this connection
	left    *allowance
	broken  error // why there is no connection any more
}

// read runs one unit of work, on a new connection where the last one broke: what one section did to it must not cost
// the others.
func (r *reading) read(ctx context.Context, work func(*pgread.Reader) error) error {
	if r.left.bytes <= 0 {
		return &pgread.Error{Kind: pgread.Flooded, Target: r.config.String(), Words: "it has sent all that a whole cluster may"}
	}
	if r.session.IsClosed() {
		if err := r.reopen(ctx); err != nil {
			return err
		}
	}
	before := r.session.Received()
	err := r.session.Read(ctx, work)
	r.left.bytes -= r.session.Received() - before
	if err != nil && r.session.IsClosed() {
		r.broken = err
	}
	return err
}

func (r *reading) reopen(ctx context.Context) error {
	if r.left.connections <= 0 || ctx.Err() != nil {
		return r.broken
	}
	r.left.connections--
	session, err := pgread.Open(ctx, r.config)
	if err != nil {
		r.broken = err
		return err
	}
	r.session = session
	return nil
}

// major is the major version of the server.
func (r *reading) major() int { return r.session.Server().Major() }

// list reads the rows of a query, each by scan.
func list[T any](ctx context.Context, r *reading, query pgread.SQL, scan func(pgread.Row, *T) error) ([]T, error) {
	values := []T{}
	most := mostListBytes / int(reflect.TypeFor[T]().Size())
	err := r.read(ctx, func(reader *pgread.Reader) error {
		return reader.Each(query, nil, func(row pgread.Row) error {
			if len(values) == most {
				return &pgread.Error{Kind: pgread.Flooded, Target: r.config.String(), Words: "more rows than any catalogue has"}
			}
			var value T
			if err := scan(row, &value); err != nil {
				return err
			}
			values = append(values, value)
			return nil
		})
	})
	return values, err
}

// one reads the single row of a query.
func one[T any](ctx context.Context, r *reading, source string, query pgread.SQL, scan func(pgread.Row, *T) error) estate.Section[T] {
	found, err := list(ctx, r, query, scan)
	switch {
	case err != nil:
		var none T
		return section(source, none, err)
	case len(found) != 1:
		return estate.Miss[T](estate.Failed, source, "it gave no row", "")
	}
	return estate.Know(source, found[0])
}

package pgread

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SQL is the text of a statement. Constants convert to it by themselves and strings do not, so that each
// place where a statement is put together shows. Values always go as arguments; names go through [Ident].
type SQL string

// Ident quotes a name, and joins several with dots: Ident("public", `a"b`) is "public"."a""b".
func Ident(names ...string) string { return pgx.Identifier(names).Sanitize() }

// Row is the current row of a query.
type Row interface {
	// Scan copies the columns into the values that dest points to; NULL needs a pointer to a pointer.
	Scan(dest ...any) error
}

// Reader reads inside one unit of work: one read-only transaction.
type Reader struct {
	s   *Session
	ctx context.Context //nolint:containedctx // of the unit of work, which is also the Reader's life
}

// sqlPin is run first in every transaction. The search path holds nothing that a user of the database could
// put a look-alike function or operator into; the rest makes text come out the same on every server.
// row_security = off turns rows that a policy would hide in silence into an error. One number is all it answers.
const sqlPin SQL = `
SELECT num_nonnulls(set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),
       set_config('idle_in_transaction_session_timeout', $3, true),
       set_config('search_path', 'pg_catalog, pg_temp', true), set_config('row_security', 'off', true),
       set_config('jit', 'off', true), set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
       set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '3', true),
       set_config('bytea_output', 'hex', true), set_config('lc_monetary', 'C', true),
       set_config('standard_conforming_strings', 'on', true))`

// sqlPin10 is sqlPin for servers that have no jit setting: 10.
const sqlPin10 SQL = `
SELECT num_nonnulls(set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),
       set_config('idle_in_transaction_session_timeout', $3, true),
       set_config('search_path', 'pg_catalog, pg_temp', true), set_config('row_security', 'off', true),
       set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
       set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '3', true),
       set_config('bytea_output', 'hex', true), set_config('lc_monetary', 'C', true),
       set_config('standard_conforming_strings', 'on', true))`

// Opening lists the statements that begin every unit of work, for people to read.
func Opening() []SQL { return []SQL{begin, sqlPin} }

const begin SQL = "BEGIN READ ONLY"

// Read runs one unit of work in a read-only transaction of its own and always ends it by rolling back:
// there is nothing to keep. Keep units short, since they hold back vacuum on the server.
func (s *Session) Read(ctx context.Context, work func(r *Reader) error) error {
	s.guard.startUnit()
	r := &Reader{s: s, ctx: ctx}
	err := r.open()
	if err == nil {
		err = work(r)
	}
	switch {
	case s.conn.IsClosed() || s.conn.PgConn().TxStatus() == 'I':
	case ctx.Err() != nil:
		// The caller's time is up: hanging up ends the transaction, too, and waits for no answer.
		s.Close(ctx)
	default:
		within, cancel := context.WithTimeout(ctx, grace)
		defer cancel()
		end := &Reader{s: s, ctx: within}
		if ended := end.Each("ROLLBACK", nil, nil); err == nil {
			err = ended
		}
	}
	return s.config.failure(ctx, err, s.guard)
}

// open begins the transaction and pins its settings in one round trip: tunnels are long.
func (r *Reader) open() error {
	pin := sqlPin
	if version := r.s.conn.PgConn().ParameterStatus("server_version"); strings.HasPrefix(version, "10.") {
		pin = sqlPin10
	}
	l := r.s.config.Limits
	ctx, cancel := context.WithTimeout(r.ctx, l.Statement+grace)
	defer cancel()
	p := r.s.conn.PgConn().StartPipeline(ctx)
	p.SendQueryParams(string(begin), nil, nil, nil, nil)
	p.SendQueryParams(string(pin), [][]byte{milliseconds(l.Statement), milliseconds(l.Lock), milliseconds(l.Idle)}, nil, nil, nil)
	err := p.Sync()
	for done := false; err == nil && !done; {
		var result any
		result, err = p.GetResults()
		switch result := result.(type) {
		case *pgconn.ResultReader:
			_, err = result.Close()
		case *pgconn.PipelineSync, nil:
			done = true
		}
	}
	if closed := p.Close(); err == nil {
		err = closed
	}
	return r.s.config.failure(r.ctx, err, r.s.guard)
}

func milliseconds(d time.Duration) []byte { return fmt.Appendf(nil, "%dms", max(1, d.Milliseconds())) }

// Each runs a statement and gives its rows to row one by one; a nil row drops them. An error of row ends it
// and is returned as it is.
func (r *Reader) Each(sql SQL, args []any, row func(Row) error) error {
	ctx, cancel := context.WithTimeout(r.ctx, r.s.config.Limits.Statement+grace)
	defer cancel()
	rows, err := r.s.conn.Query(ctx, string(sql), args...)
	if err != nil {
		return r.s.config.failure(r.ctx, err, r.s.guard)
	}
	defer rows.Close()
	for rows.Next() {
		if row == nil {
			continue
		}
		if err := row(ownRow{rows}); err != nil {
			return err
		}
	}
	return r.s.config.failure(r.ctx, rows.Err(), r.s.guard)
}

// Row runs a statement and scans its first row into dest.
func (r *Reader) Row(sql SQL, args []any, dest ...any) error {
	seen := false
	err := r.Each(sql, args, func(row Row) error {
		if seen {
			return nil
		}
		seen = true
		return row.Scan(dest...)
	})
	if err == nil && !seen {
		return &Error{Kind: ServerError, Target: r.s.config.String(), Words: errNoRow.Error()}
	}
	return err
}

// Server tells what is read from.
func (r *Reader) Server() Server { return r.s.server }

// ownRow keeps the driver's words out of scan errors, since they quote the value that did not fit.
type ownRow struct{ rows pgx.Rows }

func (o ownRow) Scan(dest ...any) error {
	err := o.rows.Scan(dest...)
	var scan pgx.ScanArgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &scan):
		return &Error{Kind: ServerError, Words: fmt.Sprintf("column %d of the answer has an unexpected type", scan.ColumnIndex+1)}
	}
	return &Error{Kind: ServerError, Words: "the answer has an unexpected shape"}
}

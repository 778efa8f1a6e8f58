// Package validate proves that two PostgreSQL databases hold the same rows, or names the rows that differ.
//
// Rows never leave the servers. Each server hashes its own rows and answers with a count and two sums: of the
// hashes, and of the hashes of those hashes, so that neither duplicate rows nor unlucky sums cancel out. Where
// the answers differ the range is cut into buckets by the hash of the key, and of the buckets that differ, keys
// and hashes are fetched. Both servers first answer the same riddles: a type whose hash differs between them
// is compared as text, and where the functions themselves differ, all is.
//
// Both databases should stand still: a row that changes between the two readings is a difference.
package validate

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"nightferry/internal/evidence"
	"nightferry/internal/pgread"
)

// Options says what to compare and how. Key and Now must be given; the zero values of the rest have defaults.
type Options struct {
	// Key is random, at least 16 bytes, made by the caller for this run and thrown away after it: keys of rows
	// that could identify a person are shown as hashes under it, and it seeds the hashes of rows.
	Key []byte
	// Now is the clock.
	Now func() time.Time
	// Exclude names tables and sequences to leave out: "schema.name", or "name" in schema public.
	Exclude []string
	// Lenient holds equal what PostgreSQL holds equal though it is stored otherwise: numeric 1.0 and 1.00 (where
	// both servers are 13 or later), float 0 and -0, and trailing blanks of a bpchar. A copy needs no leniency.
	Lenient bool
	// Conceal tells whether a key column identifies a person, so that its numbers are not shown either.
	// Nil means by the column's name, see [NamesAPerson].
	Conceal    func(table, column string) bool
	RowsShown  int           // differing rows listed a table: 20
	CountBound int64         // differing rows counted a table before counting stops: 10,000
	Parallel   int           // tables at once, with one session on each side: 2
	ChunkBytes int64         // size on disk above which a table is read in ranges of its key: 256 MiB
	Statement  time.Duration // deadline of one statement, which reads one chunk: 10 min
	// Events hears of progress, one call at a time. Nil means nobody listens.
	Events func(Event)

	force mode // for tests: the way of hashing, whatever the versions
}

// Event is progress. It holds no customer data but names of tables.
type Event struct {
	Table   string           // the table it is about; empty for the comparison as a whole
	Verdict evidence.Verdict // set when the table is done
	Rows    int64            // rows of the legacy side read so far, in all tables
	Done    int              // tables done
	Tables  int              // tables in all
}

func (o Options) withDefaults() Options {
	if o.RowsShown == 0 {
		o.RowsShown = 20
	}
	if o.CountBound == 0 {
		o.CountBound = 10_000
	}
	if o.Parallel <= 0 {
		o.Parallel = 2
	}
	if o.ChunkBytes <= 0 {
		o.ChunkBytes = 256 << 20
	}
	if o.Statement <= 0 {
		o.Statement = 10 * time.Minute
	}
	if o.Conceal == nil {
		o.Conceal = func(_, column string) bool { return NamesAPerson(column) }
	}
	if o.Events == nil {
		o.Events = func(Event) {}
	}
	return o
}

// seed is that of the row hashes: unknown to whoever wrote the rows, so nobody can prepare two that collide.
func (o Options) seed() int64 { return int64(binary.BigEndian.Uint64(o.mac("seed of the row hashes"))) }

func (o Options) mac(text string) []byte {
	mac := hmac.New(sha256.New, o.Key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// CompareDSN is [Compare] for two connection strings, as [pgread.ParseDSN] takes them.
func CompareDSN(ctx context.Context, legacy, target string, options Options) (evidence.Validation, error) {
	from, err := pgread.ParseDSN(legacy)
	if err != nil {
		return evidence.Validation{}, fmt.Errorf("legacy: %w", err)
	}
	to, err := pgread.ParseDSN(target)
	if err != nil {
		return evidence.Validation{}, fmt.Errorf("target: %w", err)
	}
	return Compare(ctx, from, to, options)
}

// Compare compares all tables and sequences of two databases. What cannot be compared is a verdict, not an
// error: an error means that the comparison could not begin, or was cancelled; it is a [*pgread.Error] where
// a server caused it. Sessions are opened as the configurations say, but for the statement's deadline.
func Compare(ctx context.Context, legacy, target pgread.Config, options Options) (evidence.Validation, error) {
	if len(options.Key) < 16 || options.Now == nil {
		return evidence.Validation{}, errors.New("validate: a key of 16 bytes and a clock are needed")
	}
	options = options.withDefaults()
	legacy.Limits.Statement, target.Limits.Statement = options.Statement, options.Statement
	started := options.Now().UTC()
	first := &worker{legacy: connector{config: legacy, name: "legacy"}, target: connector{config: target, name: "target"}}
	defer first.close(ctx)
	run, err := prepare(ctx, first, options)
	if err != nil {
		return evidence.Validation{}, err
	}
	run.result.Started = started
	run.result.Sequences = run.compareSequences()
	run.compareTables(ctx, first)
	if ctx.Err() != nil {
		return evidence.Validation{}, fmt.Errorf("validation was stopped: %w", ctx.Err())
	}
	run.result.Finished = options.Now().UTC()
	run.result.Sum()
	return run.result, nil
}

// run is one comparison under way.
type run struct {
	options Options
	legacy  *side
	target  *side
	hash    hashing
	exclude map[string]bool // schema.name → seen
	pairs   []pair

	mutex  sync.Mutex // guards what follows
	result evidence.Validation
	rows   int64
	done   int
}

// prepare reads both schemas and settles how to hash.
func prepare(ctx context.Context, w *worker, options Options) (*run, error) {
	r := &run{options: options, exclude: map[string]bool{}}
	for _, name := range options.Exclude {
		r.exclude[qualified(name)] = false
	}
	err := w.both(ctx, func(ctx context.Context, c *connector, isTarget bool) error {
		s, err := readSide(ctx, c)
		if isTarget {
			r.target = s
		} else {
			r.legacy = s
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if r.hash, err = settle(ctx, w, r.legacy, r.target, options); err != nil {
		return nil, err
	}
	r.result = evidence.Validation{Version: 1, Legacy: r.legacy.evidence(), Target: r.target.evidence(), Method: r.hash.method(options)}
	r.result.Notes = encodingNotes(r.legacy, r.target)
	r.pairUp()
	return r, nil
}

func encodingNotes(legacy, target *side) (notes []string) {
	for _, s := range []*side{legacy, target} {
		if s.server.Encoding == "SQL_ASCII" {
			notes = append(notes, s.name+": the database has encoding SQL_ASCII, so its text is compared byte by byte, whatever it means")
		}
	}
	if legacy.server.Encoding != target.server.Encoding {
		notes = append(notes, "the encodings differ ("+legacy.server.Encoding+", "+target.server.Encoding+"): text is compared as UTF-8")
	}
	return notes
}

// compareTables works through the pairs with some workers, of which first is one.
func (r *run) compareTables(ctx context.Context, first *worker) {
	queue := make(chan pair, len(r.pairs))
	for _, p := range r.pairs {
		queue <- p
	}
	close(queue)
	var group errgroup.Group
	for i := range r.options.Parallel {
		w := first
		if i > 0 {
			w = &worker{legacy: connector{config: first.legacy.config, name: "legacy"}, target: connector{config: first.target.config, name: "target"}}
		}
		group.Go(func() error {
			if i > 0 {
				defer w.close(ctx)
			}
			for p := range queue {
				if ctx.Err() != nil {
					return nil
				}
				begun := r.options.Now()
				table := r.compareTable(ctx, w, p)
				table.Took = r.options.Now().Sub(begun)
				r.finish(table)
			}
			return nil
		})
	}
	_ = group.Wait() // what went wrong is in the verdicts
}

// finish records a table that is done.
func (r *run) finish(table evidence.Table) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.result.Tables = append(r.result.Tables, table)
	r.done++
	r.options.Events(Event{Table: table.Name, Verdict: table.Verdict, Rows: r.rows, Done: r.done, Tables: len(r.pairs)})
}

// advance reports rows read within a table.
func (r *run) advance(table string, rows int64) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.rows += rows
	r.options.Events(Event{Table: table, Rows: r.rows, Done: r.done, Tables: len(r.pairs)})
}

// connector opens a session when one is needed, again after it was lost.
type connector struct {
	config  pgread.Config
	name    string // "legacy" or "target"
	session *pgread.Session
}

func (c *connector) read(ctx context.Context, work func(*pgread.Reader) error) error {
	if c.session == nil || c.session.IsClosed() {
		session, err := pgread.Open(ctx, c.config)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		c.session = session
	}
	if err := c.session.Read(ctx, work); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}

// worker compares one table at a time, with one session on each side.
type worker struct{ legacy, target connector }

func (w *worker) close(ctx context.Context) {
	for _, c := range []*connector{&w.legacy, &w.target} {
		if c.session != nil {
			c.session.Close(ctx)
		}
	}
}

// both does the same on both sides at once. The first error ends both.
func (w *worker) both(ctx context.Context, do func(ctx context.Context, c *connector, isTarget bool) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return do(ctx, &w.legacy, false) })
	group.Go(func() error { return do(ctx, &w.target, true) })
	return group.Wait()
}

// sortLargestFirst lets the longest tables begin first, so that no worker is left with one at the end.
func sortLargestFirst(pairs []pair) {
	slices.SortStableFunc(pairs, func(a, b pair) int { return int(b.pages() - a.pages()) })
}

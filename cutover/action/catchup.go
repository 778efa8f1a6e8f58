package action

import (
	"context"
	"fmt"
	"time"

	"nightferry/cutover"
	"nightferry/internal/expr"
	"nightferry/internal/pgread"
)

const catchupPause = 250 * time.Millisecond // between two looks at the slot

func catchupFields() []field {
	return []field{{name: "database", shape: shapeDatabase}, {name: "slot", shape: shapeName}}
}

func catchupFacts() expr.Schema {
	return expr.Schema{"behind": expr.TypeInt, "waited": expr.TypeDuration}
}

// catchup waits until the subscriber of a logical slot has confirmed everything that the frozen server had written.
//
// The position is taken once, when the step begins: a server that nobody writes to still writes WAL of its own, so its
// current position is never reached for good.
type catchup struct {
	databases      Databases
	database, slot string
}

func newCatchup(r *Registry, f fields) cutover.Action {
	return &catchup{r.Databases, f.text["database"], f.text["slot"]}
}

const (
	sqlFrozen pgread.SQL = `SELECT pg_current_wal_lsn()::text`
	sqlBehind pgread.SQL = `SELECT greatest(pg_wal_lsn_diff($1::text::pg_lsn, confirmed_flush_lsn), 0)::bigint, active
FROM pg_replication_slots WHERE slot_name = $2 AND slot_type = 'logical' AND confirmed_flush_lsn IS NOT NULL`
)

// Check looks whether the slot is there.
func (c *catchup) Check(ctx context.Context, _ cutover.Attempt) (cutover.Memo, error) {
	session, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	defer session.Close(ctx)
	_, _, err = c.behind(ctx, session, "0/0")
	return nil, err
}

func (c *catchup) open(ctx context.Context) (*pgread.Session, error) {
	config, err := c.databases.Postgres(c.database)
	if err != nil {
		return nil, err
	}
	return pgread.Open(ctx, config)
}

// behind is how many bytes of WAL up to a position the subscriber has not confirmed.
func (c *catchup) behind(ctx context.Context, session *pgread.Session, position string) (bytes int64, active bool, err error) {
	found := false
	err = session.Read(ctx, func(r *pgread.Reader) error {
		return r.Each(sqlBehind, []any{position, c.slot}, func(row pgread.Row) error {
			found = true
			return row.Scan(&bytes, &active)
		})
	})
	if err == nil && !found {
		err = refuse("look whether the subscription is there, and how its slot is called", "%s has no logical replication slot %s", c.database, c.slot)
	}
	return bytes, active, err
}

// Do waits; how far the subscriber is behind when time is up is part of the error.
func (c *catchup) Do(ctx context.Context, a cutover.Attempt) (cutover.Result, error) {
	session, err := c.open(ctx)
	if err != nil {
		return cutover.Result{}, err
	}
	defer session.Close(ctx)
	var frozen string
	if err := session.Read(ctx, func(r *pgread.Reader) error { return r.Row(sqlFrozen, nil, &frozen) }); err != nil {
		return cutover.Result{}, err
	}
	began, pause, told := time.Now(), time.NewTicker(catchupPause), int64(-1)
	defer pause.Stop()
	for {
		bytes, active, err := c.behind(ctx, session, frozen)
		switch {
		case err != nil:
			return cutover.Result{}, err
		case bytes == 0:
			return cutover.Result{Facts: expr.Facts{"behind": expr.Int(0), "waited": expr.Duration(time.Since(began).Truncate(time.Millisecond))}}, nil
		case bytes != told:
			fmt.Fprintf(a.Output, "%d bytes behind\n", bytes)
			told = bytes
		}
		select {
		case <-ctx.Done():
			return cutover.Result{}, c.late(bytes, active)
		case <-pause.C:
		}
	}
}

func (c *catchup) late(bytes int64, active bool) error {
	if !active {
		return refuse("start the subscription, and look at the target's log for why it stopped", "slot %s of %s is %d bytes behind, and nobody reads from it", c.slot, c.database, bytes)
	}
	return refuse("wait and retry: it is being read", "slot %s of %s is still %d bytes behind", c.slot, c.database, bytes)
}

// Verify has nothing to add: Do was the proof.
func (c *catchup) Verify(context.Context, cutover.Attempt) error { return nil }

// Undo has nothing to take back.
func (c *catchup) Undo(context.Context, cutover.Attempt) error { return nil }

// Probe answers not done: looking again is the way to know.
func (c *catchup) Probe(context.Context, cutover.Attempt) (cutover.Answer, error) {
	return cutover.ProbeNotDone, nil
}

// Reversible is false: nothing was changed.
func (c *catchup) Reversible() bool { return false }

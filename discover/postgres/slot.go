package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlSlots has two versions: wal_status came with 13. A slot without restart_lsn holds back nothing yet.
const (
	sqlSlots   = sqlSlotsHead + `coalesce(s.wal_status, '')` + sqlSlotsTail
	sqlSlots12 = sqlSlotsHead + `''` + sqlSlotsTail

	sqlSlotsHead pgread.SQL = `
SELECT s.slot_name::text, s.slot_type, coalesce(s.plugin::text, ''), coalesce(s.database::text, ''), s.active, s.temporary,
       coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END, s.restart_lsn), -1)::int8, `
	sqlSlotsTail pgread.SQL = `
FROM pg_replication_slots s ORDER BY 1`
)

func slotsQuery(major int) pgread.SQL {
	if major < 13 {
		return sqlSlots12
	}
	return sqlSlots
}

func (r *reading) slots(ctx context.Context) estate.Section[[]estate.ReplicationSlot] {
	found, err := list(ctx, r, slotsQuery(r.major()), func(row pgread.Row, s *estate.ReplicationSlot) error {
		err := row.Scan(&s.Name, &s.Kind, &s.Plugin, &s.Database, &s.Active, &s.Temporary, &s.RetainedBytes, &s.Status)
		s.Name, s.Kind, s.Plugin, s.Database, s.Status = clean(s.Name), clean(s.Kind), clean(s.Plugin), clean(s.Database), clean(s.Status)
		return err
	})
	return section("pg_replication_slots", found, err)
}

// sqlPrepared leaves the names of the transactions: whoever made them could put anything there.
const sqlPrepared pgread.SQL = `
SELECT database::text, owner::text, extract(epoch FROM prepared)::int8 FROM pg_prepared_xacts ORDER BY 1, 2, 3`

func (r *reading) prepared(ctx context.Context) estate.Section[[]estate.PreparedTransaction] {
	found, err := list(ctx, r, sqlPrepared, func(row pgread.Row, p *estate.PreparedTransaction) error {
		var prepared *int64
		err := row.Scan(&p.Database, &p.Owner, &prepared)
		p.Database, p.Owner, p.Prepared = clean(p.Database), clean(p.Owner), timeOf(prepared)
		return err
	})
	return section("pg_prepared_xacts", found, err)
}

package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

const sqlEventTriggers pgread.SQL = `
SELECT e.evtname::text, e.evtevent::text, pg_get_userbyid(e.evtowner)::text,
       CASE e.evtenabled WHEN 'O' THEN 'origin' WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' ELSE 'disabled' END, n.nspname || '.' || p.proname
FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid JOIN pg_namespace n ON n.oid = p.pronamespace ORDER BY 1`

func (r *reading) eventTriggers(ctx context.Context) estate.Section[[]estate.EventTrigger] {
	found, err := list(ctx, r, sqlEventTriggers, func(row pgread.Row, e *estate.EventTrigger) error {
		err := row.Scan(&e.Name, &e.Event, &e.Owner, &e.Enabled, &e.Function)
		e.Name, e.Event, e.Owner, e.Enabled, e.Function = clean(e.Name), clean(e.Event), clean(e.Owner), clean(e.Enabled), clean(e.Function)
		return err
	})
	return section("pg_event_trigger", found, err)
}

package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlPublications has two versions: truncate came with 11.
const (
	sqlPublications   = sqlPublicationsHead + `, CASE WHEN p.pubtruncate THEN 'truncate' END` + sqlPublicationsTail
	sqlPublications10 = sqlPublicationsHead + sqlPublicationsTail

	sqlPublicationsHead pgread.SQL = `
SELECT p.pubname::text, pg_get_userbyid(p.pubowner)::text, p.puballtables,
       ARRAY(SELECT t.schemaname || '.' || t.tablename FROM pg_publication_tables t WHERE t.pubname = p.pubname AND NOT p.puballtables ORDER BY 1),
       array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END`
	sqlPublicationsTail pgread.SQL = `], NULL)
FROM pg_publication p ORDER BY 1`
)

func publicationsQuery(major int) pgread.SQL {
	if major < 11 {
		return sqlPublications10
	}
	return sqlPublications
}

func (r *reading) publications(ctx context.Context) estate.Section[[]estate.Publication] {
	found, err := list(ctx, r, publicationsQuery(r.major()), func(row pgread.Row, p *estate.Publication) error {
		err := row.Scan(&p.Name, &p.Owner, &p.AllTables, &p.Tables, &p.Operations)
		p.Name, p.Owner, p.Tables, p.Operations = clean(p.Name), clean(p.Owner), cleanAll(p.Tables), cleanAll(p.Operations)
		return err
	})
	return section("pg_publication, pg_publication_tables", found, err)
}

// sqlSubscriptions never asks for subconninfo, which is closed to all but superusers, too: a password is in it.
const sqlSubscriptions pgread.SQL = `
SELECT s.subname::text, pg_get_userbyid(s.subowner)::text, s.subenabled, coalesce(s.subslotname::text, ''), s.subpublications
FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1`

func (r *reading) subscriptions(ctx context.Context) estate.Section[[]estate.Subscription] {
	found, err := list(ctx, r, sqlSubscriptions, func(row pgread.Row, s *estate.Subscription) error {
		err := row.Scan(&s.Name, &s.Owner, &s.Enabled, &s.Slot, &s.Publications)
		s.Name, s.Owner, s.Slot, s.Publications = clean(s.Name), clean(s.Owner), clean(s.Slot), cleanAll(s.Publications)
		return err
	})
	result := section("pg_subscription", found, err)
	if result.Coverage == estate.Denied {
		result.Problem = "what other servers send here is closed to the role"
		result.Grant = "GRANT SELECT (subdbid, subname, subowner, subenabled, subslotname, subpublications) ON pg_subscription TO " + pgread.Ident(r.session.Server().Role)
	}
	return result
}

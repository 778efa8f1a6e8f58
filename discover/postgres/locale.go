package postgres

import (
	"context"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// sqlLocale has three versions: 15 brought another provider and the version of the database's collation, 17 renamed the
// locale of such providers and brought the built-in one.
const (
	sqlLocale = sqlLocaleHead + `
       CASE d.datlocprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END, coalesce(d.datlocale, ''),
       coalesce(d.datcollversion, ''), coalesce(pg_database_collation_actual_version(d.oid), '')` + sqlLocaleTail
	sqlLocale16 = sqlLocaleHead + `
       CASE d.datlocprovider WHEN 'i' THEN 'icu' ELSE 'libc' END, coalesce(d.daticulocale, ''),
       coalesce(d.datcollversion, ''), coalesce(pg_database_collation_actual_version(d.oid), '')` + sqlLocaleTail
	sqlLocale14 = sqlLocaleHead + `
       'libc', '', '', ''` + sqlLocaleTail

	// Only collations that a column uses matter: a system has a thousand.
	sqlLocaleHead pgread.SQL = `
SELECT d.datcollate::text, d.datctype::text,
       ARRAY(SELECT c.collname::text FROM pg_collation c WHERE c.collversion IS DISTINCT FROM pg_collation_actual_version(c.oid) AND c.collversion IS NOT NULL
               AND EXISTS (SELECT FROM pg_attribute a WHERE a.attcollation = c.oid) ORDER BY 1),`
	sqlLocaleTail pgread.SQL = `
FROM pg_database d WHERE d.datname = current_database()`
)

func localeQuery(major int) pgread.SQL {
	switch {
	case major < 15:
		return sqlLocale14
	case major < 17:
		return sqlLocale16
	}
	return sqlLocale
}

func (r *reading) locale(ctx context.Context) estate.Section[estate.Locale] {
	return one(ctx, r, "pg_database, pg_collation", localeQuery(r.major()), func(row pgread.Row, l *estate.Locale) error {
		err := row.Scan(&l.Collate, &l.CType, &l.Differing, &l.Provider, &l.ICU, &l.Recorded, &l.Actual)
		l.Collate, l.CType, l.ICU = clean(l.Collate), clean(l.CType), clean(l.ICU)
		l.Provider, l.Recorded, l.Actual, l.Differing = clean(l.Provider), clean(l.Recorded), clean(l.Actual), cleanAll(l.Differing)
		return err
	})
}

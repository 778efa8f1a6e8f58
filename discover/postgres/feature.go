package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/pgread"
)

// feature is something that came with a version, and how to find it in the catalogue of that version and later ones.
type feature struct {
	since   int
	what    string
	perhaps bool // an older version takes it, and may understand it otherwise
	// sql gives the names of the objects that have it, as one column.
	sql pgread.SQL
}

// features lists what the catalogue can tell. Bodies of functions are text that nobody parsed, but for those of 14 in
// SQL's own form; what an application asks is not in the catalogue at all.
func features() []feature {
	const (
		index    pgread.SQL = `SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace IN (SELECT oid FROM own_schema) AND `
		column   pgread.SQL = `SELECT a.attrelid::regclass::text || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace IN (SELECT oid FROM own_schema) AND NOT a.attisdropped AND a.attnum > 0 AND `
		relation pgread.SQL = `SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace IN (SELECT oid FROM own_schema) AND `
		parted   pgread.SQL = `SELECT p.partrelid::regclass::text FROM pg_partitioned_table p WHERE `
		check    pgread.SQL = `SELECT k.conrelid::regclass::text || '.' || k.conname FROM pg_constraint k WHERE k.connamespace IN (SELECT oid FROM own_schema) AND `
		routine  pgread.SQL = `SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.oid IN (SELECT oid FROM own_schema) AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') AND `
		database pgread.SQL = `SELECT d.datname::text FROM pg_database d WHERE d.datname = current_database() AND `
		tree     pgread.SQL = `SELECT name FROM own_tree WHERE tree ~ `
	)
	return []feature{
		{11, "partitions by hash", false, parted + `p.partstrat = 'h'`},
		{11, "default partitions", false, parted + `p.partdefid <> 0`},
		{11, "keys of partitioned tables", false, check + `k.contype IN ('p', 'u', 'f') AND EXISTS (SELECT FROM pg_class c WHERE c.oid = k.conrelid AND c.relkind = 'p')`},
		{11, "procedures", false, routine + `p.prokind = 'p'`},
		{11, "indexes with INCLUDE", false, index + `i.indnkeyatts < i.indnatts`},
		{12, "references to partitioned tables", false, check + `k.contype = 'f' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = k.confrelid AND c.relkind = 'p')`},
		{12, "generated columns", false, column + `a.attgenerated = 's'`},
		{12, "columns of jsonpath", false, column + `a.atttypid = 'jsonpath'::regtype`},
		{12, "collations that are not deterministic", false, `SELECT c.collname::text FROM pg_collation c WHERE c.collnamespace IN (SELECT oid FROM own_schema) AND NOT c.collisdeterministic`},
		{13, "publications by the root of partitions", false, `SELECT p.pubname::text FROM pg_publication p WHERE p.pubviaroot`},
		{13, "FETCH FIRST … WITH TIES", false, tree + `':limitOption 1'`},
		{14, "columns of multirange types", false, column + `a.atttypid IN (SELECT oid FROM pg_type WHERE typtype = 'm')`},
		{14, "columns with a compression of their own", false, column + `a.attcompression <> ''`},
		{14, "functions with a body in SQL's own form", false, routine + `p.prosqlbody IS NOT NULL`},
		{14, "statistics by expression", false, `SELECT n.nspname || '.' || s.stxname FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxexprs IS NOT NULL`},
		{14, "SEARCH or CYCLE in recursive queries", false, tree + `':(search|cycle)_clause [{]'`},
		{15, "unique keys with NULLS NOT DISTINCT", false, index + `i.indnullsnotdistinct`},
		{15, "views with security_invoker", false, relation + `c.relkind = 'v' AND 'security_invoker=true' = ANY (c.reloptions)`},
		{15, "publications with row filters or column lists", false, `SELECT DISTINCT p.pubname::text FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid WHERE r.prqual IS NOT NULL OR r.prattrs IS NOT NULL`},
		{15, "publications of schemas", false, `SELECT DISTINCT p.pubname::text FROM pg_publication p JOIN pg_publication_namespace r ON r.pnpubid = p.oid`},
		{15, "a locale of ICU for the database", false, database + `d.datlocprovider = 'i'`},
		{15, "unlogged sequences", false, relation + `c.relkind = 'S' AND c.relpersistence = 'u'`},
		{16, "collations with rules of their own", false, `SELECT c.collname::text FROM pg_collation c WHERE c.collnamespace IN (SELECT oid FROM own_schema) AND c.collicurules IS NOT NULL`},
		{16, "SQL's own JSON constructors and IS JSON", false, tree + `'[{](JSONCONSTRUCTOREXPR|JSONISPREDICATE)'`},
		{17, "the built-in locale for the database", false, database + `d.datlocprovider = 'b'`},
		{17, "JSON_TABLE, JSON_VALUE, JSON_QUERY, JSON_EXISTS", false, tree + `'[{]JSONEXPR'`},
		{18, "generated columns that are virtual", false, column + `a.attgenerated = 'v'`},
		{18, "keys WITHOUT OVERLAPS and references with PERIOD", false, check + `k.conperiod`},
		{18, "constraints that are NOT ENFORCED", false, check + `NOT k.conenforced`},
		{18, "NOT NULL that is not validated", false, check + `k.contype = 'n' AND NOT k.convalidated`},
	}
}

// newFunctions are functions of the system by the version that they came with, as views, defaults, checks, indexes and
// bodies in SQL's own form may call them. EXTRACT gives numeric instead of double precision since 14: an older version
// takes a view with it, and may then find no function for what is done with the result.
func newFunctions() []struct {
	since int
	names string
} {
	return []struct {
		since int
		names string
	}{
		{11, "sha224 sha256 sha384 sha512 websearch_to_tsquery starts_with"},
		{12, "jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first sinh cosh tanh asinh acosh atanh"},
		{13, "gcd lcm min_scale trim_scale normalize is_normalized gen_random_uuid jsonb_set_lax jsonb_path_exists_tz jsonb_path_match_tz jsonb_path_query_tz jsonb_path_query_array_tz jsonb_path_query_first_tz"},
		{14, "extract date_bin bit_count string_to_table unistr trim_array range_agg range_intersect_agg multirange"},
		{15, "regexp_count regexp_instr regexp_like regexp_substr"},
		{16, "any_value array_sample array_shuffle random_normal erf erfc pg_input_is_valid pg_input_error_info date_add date_subtract"},
		{17, "to_bin to_oct xmltext uuid_extract_timestamp uuid_extract_version"},
		{18, "array_reverse array_sort uuidv4 uuidv7 gamma lgamma casefold crc32 crc32c"},
	}
}

// sqlTrees are the stored trees of what the database's own views, defaults, checks and indexes compute. They are
// searched on the server: none of their text leaves it.
const (
	sqlTrees pgread.SQL = `
WITH own_schema AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
own_tree AS MATERIALIZED (` + sqlTreesAll + `
  UNION ALL SELECT n.nspname || '.' || p.proname, p.prosqlbody::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE p.prosqlbody IS NOT NULL AND n.oid IN (SELECT oid FROM own_schema))`
	sqlTrees13 pgread.SQL = `
WITH own_schema AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
own_tree AS (` + sqlTreesAll + `)`

	sqlTreesAll pgread.SQL = `
  SELECT r.ev_class::regclass::text AS name, r.ev_action::text AS tree FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
  WHERE c.relnamespace IN (SELECT oid FROM own_schema)
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL SELECT a.adrelid::regclass::text, a.adbin::text FROM pg_attrdef a JOIN pg_class c ON c.oid = a.adrelid WHERE c.relnamespace IN (SELECT oid FROM own_schema)
  UNION ALL SELECT k.conrelid::regclass::text, k.conbin::text FROM pg_constraint k WHERE k.conbin IS NOT NULL AND k.conrelid <> 0 AND k.connamespace IN (SELECT oid FROM own_schema)
  UNION ALL SELECT i.indexrelid::regclass::text, coalesce(i.indexprs::text, '') || coalesce(i.indpred::text, '') FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
  WHERE (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) AND c.relnamespace IN (SELECT oid FROM own_schema)`
)

// featuresQuery asks for all features that a version can have at once. Each row: the place in the list, from 0, or the
// name of a function; how many objects, and the first of them.
func featuresQuery(major int) pgread.SQL {
	var out strings.Builder
	if major < 14 {
		out.WriteString(string(sqlTrees13))
	} else {
		out.WriteString(string(sqlTrees))
	}
	out.WriteString(", found (what, name) AS (\n  SELECT p.proname::text, t.name FROM own_tree t, regexp_matches(t.tree, ':(?:funcid|aggfnoid|winfnoid) ([0-9]+)', 'g') m\n" +
		"  JOIN pg_proc p ON p.oid = m[1]::oid\n  WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname::text = ANY (string_to_array('")
	var names []string
	for _, f := range newFunctions() {
		if f.since <= major {
			names = append(names, f.names)
		}
	}
	out.WriteString(strings.Join(names, " ") + "', ' '))")
	for i, f := range features() {
		if f.since <= major {
			fmt.Fprintf(&out, "\n  UNION ALL SELECT '%d', name FROM (%s) f%d (name)", i, f.sql, i)
		}
	}
	out.WriteString(")\nSELECT what, count(DISTINCT name)::int, (array_agg(DISTINCT name ORDER BY name))[1:10] FROM found GROUP BY 1 ORDER BY 1")
	return pgread.SQL(out.String()) // put together from constants of this file alone
}

// features finds what an older version would not take.
func (r *reading) features(ctx context.Context) estate.Section[[]estate.VersionFeature] {
	const source = "pg_rewrite, pg_attrdef, pg_constraint, pg_index, pg_proc, pg_class, pg_publication"
	byWhat := map[string]feature{}
	for i, f := range features() {
		byWhat[fmt.Sprint(i)] = f
	}
	for _, f := range newFunctions() {
		for name := range strings.FieldsSeq(f.names) {
			byWhat[name] = feature{since: f.since, what: name + "()", perhaps: name == "extract"}
		}
	}
	found, err := list(ctx, r, featuresQuery(r.major()), func(row pgread.Row, f *estate.VersionFeature) error {
		var what string
		err := row.Scan(&what, &f.Count, &f.Objects)
		known := byWhat[what]
		f.Since, f.What, f.Perhaps, f.Objects = known.since, known.what, known.perhaps, cleanAll(f.Objects)
		return err
	})
	slices.SortStableFunc(found, func(a, b estate.VersionFeature) int {
		if a.Since != b.Since {
			return b.Since - a.Since
		}
		return strings.Compare(a.What, b.What)
	})
	return section(source, found, err)
}

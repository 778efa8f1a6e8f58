package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightferry/internal/evidence"
	"nightferry/internal/pgread"
)

// sequence is where one side's sequence stands.
type sequence struct {
	schema, name string
	increment    int64
	readable     bool
	last         *int64 // the last value given out; the one before the first when none was
}

// sqlSequences lists all sequences, also those no column owns, which are the ones easily forgotten.
const sqlSequences pgread.SQL = `
SELECT n.nspname::text, c.relname::text, s.seqincrement,
       has_sequence_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 1, 2`

// sequencesAtOnce bounds the length of one statement.
const sequencesAtOnce = 200

func readSequences(r *pgread.Reader) (map[string]*sequence, error) {
	found := map[string]*sequence{}
	err := r.Each(sqlSequences, nil, func(row pgread.Row) error {
		s := &sequence{}
		err := row.Scan(&s.schema, &s.name, &s.increment, &s.readable)
		found[s.schema+"."+s.name] = s
		return err
	})
	if err != nil {
		return nil, err
	}
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(found)), func(name string) bool { return !found[name].readable })
	for batch := range slices.Chunk(names, sequencesAtOnce) {
		if err := readLast(r, found, batch); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// readLast asks the sequences themselves: the view over them hides where an unused one will start.
func readLast(r *pgread.Reader, found map[string]*sequence, names []string) error {
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = fmt.Sprintf("SELECT %d, last_value, is_called FROM %s", i, pgread.Ident(found[name].schema, found[name].name))
	}
	return r.Each(pgread.SQL(strings.Join(parts, " UNION ALL ")), nil, func(row pgread.Row) error {
		var i int
		var last int64
		var called bool
		err := row.Scan(&i, &last, &called)
		if err != nil || i < 0 || i >= len(names) {
			return err
		}
		s := found[names[i]]
		if !called {
			last -= s.increment
		}
		s.last = &last
		return nil
	})
}

// compareSequences judges what both sides' catalogues gave.
func (r *run) compareSequences() []evidence.Sequence {
	legacy, target := r.legacy.sequences, r.target.sequences
	names := maps.Clone(legacy)
	maps.Copy(names, target)
	verdicts := make([]evidence.Sequence, 0, len(names))
	for name := range names {
		if _, excluded := r.exclude[name]; excluded {
			verdicts = append(verdicts, evidence.Sequence{Name: name, Verdict: evidence.Skipped, Problem: "left out as asked"})
			continue
		}
		verdicts = append(verdicts, r.judgeSequence(name, legacy[name], target[name]))
	}
	return verdicts
}

func (r *run) judgeSequence(name string, legacy, target *sequence) evidence.Sequence {
	v := evidence.Sequence{Name: name, Verdict: evidence.Same}
	switch {
	case target == nil:
		v.Verdict, v.Problem = evidence.MissingOnTarget, "the target has no such sequence"
	case legacy == nil:
		v.Verdict, v.Problem = evidence.MissingOnLegacy, "the legacy side has no such sequence"
	case legacy.last == nil:
		v.Verdict, v.Problem, v.Mend = evidence.Denied, "legacy: the role may not read it", grantSequence(legacy, r.legacy)
	case target.last == nil:
		v.Verdict, v.Problem, v.Mend = evidence.Denied, "target: the role may not read it", grantSequence(target, r.target)
	default:
		v.Legacy, v.Target = legacy.last, target.last
		ahead := *target.last >= *legacy.last
		if legacy.increment < 0 {
			ahead = *target.last <= *legacy.last
		}
		switch {
		case legacy.increment != target.increment:
			v.Verdict, v.Problem = evidence.Different, fmt.Sprintf("it steps by %d on the legacy side and by %d on the target", legacy.increment, target.increment)
		case !ahead:
			v.Verdict, v.Problem = evidence.Different, "the target is behind, and would give out numbers that are in use"
			v.Mend = fmt.Sprintf("SELECT setval('%s', %d)", strings.ReplaceAll(pgread.Ident(target.schema, target.name), "'", "''"), *legacy.last)
		}
	}
	return v
}

func grantSequence(q *sequence, s *side) string {
	return "GRANT SELECT ON SEQUENCE " + pgread.Ident(q.schema, q.name) + " TO " + pgread.Ident(s.server.Role)
}

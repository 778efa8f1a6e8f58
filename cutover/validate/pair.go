package validate

import (
	"slices"
	"strings"

	"nightferry/internal/evidence"
	"nightferry/internal/pgread"
)

// pair is a table of one side, with its like on the other; nil where there is none.
type pair struct {
	name   string
	legacy *relation
	target *relation
}

func (p pair) pages() (pages int64) {
	for _, t := range []*relation{p.legacy, p.target} {
		if t != nil {
			pages = max(pages, t.pages)
		}
	}
	return pages
}

// pairUp matches the tables of both sides by name. What was excluded is a verdict already.
func (r *run) pairUp() {
	names := map[string]bool{}
	for _, s := range []*side{r.legacy, r.target} {
		for name := range s.relations {
			names[name] = true
		}
	}
	for name := range names {
		r.pairs = append(r.pairs, pair{name, r.legacy.relations[name], r.target.relations[name]})
	}
	slices.SortFunc(r.pairs, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	sortLargestFirst(r.pairs)
	for _, name := range r.options.Exclude {
		whole := qualified(name)
		if !names[whole] && r.legacy.sequences[whole] == nil && r.target.sequences[whole] == nil {
			r.result.Notes = append(r.result.Notes, "the exclusion "+name+" names no table or sequence of either side")
		}
	}
}

// settled gives the verdict of a pair that need not, or cannot, be read.
func (r *run) settled(p pair) (evidence.Table, bool) {
	t := evidence.Table{Name: p.name, LegacyRows: -1, TargetRows: -1}
	_, excluded := r.exclude[p.name]
	switch {
	case excluded:
		t.Verdict, t.Problem = evidence.Skipped, "left out as asked"
	case p.target == nil:
		t.Verdict, t.Problem = evidence.MissingOnTarget, "the target has no such table"
	case p.legacy == nil:
		t.Verdict, t.Problem = evidence.MissingOnLegacy, "the legacy side has no such table"
	case !holdsRows(p.legacy) && !holdsRows(p.target):
		t.Verdict, t.Problem = evidence.NotCompared, "a materialised view or foreign table holds no rows of its own"
	case !holdsRows(p.legacy) || !holdsRows(p.target):
		t.Verdict, t.Problem = evidence.Different, "it is a table on one side only"
	case !p.legacy.readable:
		t.Verdict, t.Problem, t.Mend = evidence.Denied, "legacy: the role may not read it", grantSelect(p.legacy, r.legacy)
	case !p.target.readable:
		t.Verdict, t.Problem, t.Mend = evidence.Denied, "target: the role may not read it", grantSelect(p.target, r.target)
	default:
		return t, false
	}
	return t, true
}

func holdsRows(t *relation) bool { return t.kind == "r" || t.kind == "p" }

func grantSelect(t *relation, s *side) string {
	role := pgread.Ident(s.server.Role)
	return "GRANT USAGE ON SCHEMA " + pgread.Ident(t.schema) + " TO " + role +
		"; GRANT SELECT ON " + pgread.Ident(t.schema, t.name) + " TO " + role
}

// diffColumns lists columns that only one side has, or that have another type.
func diffColumns(p pair) (diffs []evidence.ColumnDiff) {
	for _, c := range p.legacy.columns {
		other := p.target.column(c.name)
		switch {
		case other == nil:
			diffs = append(diffs, evidence.ColumnDiff{Name: c.name, LegacyType: c.format})
		case other.format != c.format:
			diffs = append(diffs, evidence.ColumnDiff{Name: c.name, LegacyType: c.format, TargetType: other.format})
		}
	}
	for _, c := range p.target.columns {
		if p.legacy.column(c.name) == nil {
			diffs = append(diffs, evidence.ColumnDiff{Name: c.name, TargetType: c.format})
		}
	}
	return diffs
}

// shared lists the columns that both sides have, in the legacy side's order.
func shared(p pair) (names []string) {
	for _, c := range p.legacy.columns {
		if p.target.column(c.name) != nil {
			names = append(names, c.name)
		}
	}
	return names
}

// keyOf is the key that tells the rows of a pair apart: the legacy side's, else the target's, as far as both
// sides have its columns.
func keyOf(p pair) []string {
	for _, t := range []*relation{p.legacy, p.target} {
		key := t.bestKey()
		present := func(name string) bool { return p.legacy.column(name) != nil && p.target.column(name) != nil }
		if len(key) > 0 && !slices.ContainsFunc(key, func(name string) bool { return !present(name) }) {
			return key
		}
	}
	return nil
}

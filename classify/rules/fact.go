package rules

import (
	"time"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// Fact is what a rule can ask of a subject: a value, or why there is none.
type Fact struct {
	Value expr.Value
	Gap   estate.Gap // of a missing value: the section it would be in, and what would mend it
}

func word[S ~string](s S) Fact       { return Fact{Value: expr.Text(string(s))} }
func truth(b bool) Fact              { return Fact{Value: expr.Bool(b)} }
func number[N int | int64](n N) Fact { return Fact{Value: expr.Int(int64(n))} }

// missing is a fact without a value.
func missing(gap estate.Gap) Fact {
	return Fact{Value: expr.Missing(gap.Coverage), Gap: gap}
}

// days is the whole number of days from one moment to another; missing where either is not known.
func days(from, to time.Time, section string) Fact {
	if from.IsZero() || to.IsZero() {
		return missing(estate.Gap{Section: section, Coverage: estate.Absent, Problem: "no date is known"})
	}
	return number(int(to.Sub(from).Hours() / 24))
}

// told is a fact of a section. What is absent is known not to be there: it has the zero value.
func told[T any](name string, s estate.Section[T], of func(T) Fact) Fact {
	if s.Coverage.IsKnown() || s.Coverage == estate.Absent {
		return of(s.Value)
	}
	return missing(gapOf(name, s))
}

// has tells whether an entry of a list is of a kind. A list that is known only in part shows that there is one, and
// never that there is none.
func has[T any](name string, s estate.Section[[]T], test func(*T) bool) Fact {
	for i := range s.Value {
		if test(&s.Value[i]) {
			return truth(true)
		}
	}
	if gap, partial := partial(name, s); partial {
		return missing(gap)
	}
	return truth(false)
}

// count counts entries of a list; what is known in part has no number.
func count[T any](name string, s estate.Section[[]T], test func(*T) bool) Fact {
	if gap, partial := partial(name, s); partial {
		return missing(gap)
	}
	n := 0
	for i := range s.Value {
		if test(&s.Value[i]) {
			n++
		}
	}
	return number(n)
}

// partial tells whether more may be in a section than is known, and why.
func partial[T any](name string, s estate.Section[T]) (estate.Gap, bool) {
	if s.Coverage == estate.Absent || s.Coverage.IsKnown() && s.Grant == "" && !s.Truncated {
		return estate.Gap{}, false
	}
	gap := gapOf(name, s)
	if gap.Coverage.IsKnown() {
		gap.Coverage = estate.Denied
	}
	return gap, true
}

func gapOf[T any](name string, s estate.Section[T]) estate.Gap {
	coverage := s.Coverage
	if coverage == "" {
		coverage = estate.NotAsked
	}
	return estate.Gap{Section: name, Coverage: coverage, Problem: s.Problem, Mend: s.Grant}
}

package runbook

import "nightferry/internal/expr"

// Kinds are the kinds of steps that a build can do, by name. They are handed to the loader, so that a mistake in a
// step's fields is found when the runbook is read and not in the middle of the night.
type Kinds map[string]Kind

// Kind is what the loader must know of a kind of step.
type Kind struct {
	// Check looks at the fields under with and returns everything that is wrong with them. Values are as YAML gives
	// them: string, bool, uint64, int64, float64, []any and map[string]any.
	Check func(with map[string]any) []Fault
	// Facts are the facts that a step of this kind leaves when it is done: "different" is an int.
	// The pass expressions of this step and of later ones use them as STEP.FACT.
	Facts expr.Schema
	// Asks says that the kind does nothing by itself: a person states that something is so. Such a step must have confirm: true.
	Asks bool
}

// Fault is something wrong with one field under with.
type Fault struct {
	Field string // "unit", "hosts[2].name"; empty for the step as a whole
	Text  string // "is missing", "is not a duration"
	Mend  string // what to write instead
}

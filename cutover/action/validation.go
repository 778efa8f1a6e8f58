package action

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"nightferry/cutover"
	"nightferry/cutover/validate"
	"nightferry/internal/evidence"
	"nightferry/internal/expr"
	"nightferry/internal/pgread"
)

// Databases says how to read a database of the engagement, named SERVER/DATABASE, as the role that may validate.
type Databases interface {
	Postgres(name string) (pgread.Config, error)
}

// Shelf keeps what a step found, beside the journal. Name is a file's name without folder; the path that it
// returns is within the engagement's folder.
type Shelf interface {
	Keep(run, name string, found any) (path, sha256 string, err error)
}

func validateFields() []field {
	return []field{{name: "legacy", shape: shapeDatabase}, {name: "target", shape: shapeDatabase}, {name: "exclude", shape: shapeNames, optional: true},
		{name: "sensitive", shape: shapeNames, optional: true}}
}

func validateFacts() expr.Schema {
	return expr.Schema{"tables": expr.TypeInt, "same": expr.TypeInt, "different": expr.TypeInt, "unproven": expr.TypeInt,
		"rows": expr.TypeInt, "sequences_different": expr.TypeInt, "sensitive_different": expr.TypeInt, "sensitive_unproven": expr.TypeInt}
}

// validation compares every row of two databases and leaves the counts as facts and the whole as evidence.
type validation struct {
	databases      Databases
	shelf          Shelf
	step           string
	legacy, target string
	exclude        []string
	sensitive      []string // tables, schema.table, in which not one row may differ
}

func newValidation(r *Registry, f fields) cutover.Action {
	return &validation{databases: r.Databases, shelf: r.Shelf, step: f.step, legacy: f.text["legacy"], target: f.text["target"], exclude: f.lists["exclude"],
		sensitive: f.lists["sensitive"]}
}

// Check opens a session on both sides, so that a wrong password shows before hours of work.
func (v *validation) Check(ctx context.Context, _ cutover.Attempt) (cutover.Memo, error) {
	for _, name := range []string{v.legacy, v.target} {
		config, err := v.databases.Postgres(name)
		if err != nil {
			return nil, err
		}
		session, err := pgread.Open(ctx, config)
		if err != nil {
			return nil, err
		}
		session.Close(ctx)
	}
	return nil, nil
}

// Do compares. Differences are facts, not an error: the step's pass expression judges them.
func (v *validation) Do(ctx context.Context, a cutover.Attempt) (cutover.Result, error) {
	legacy, err := v.databases.Postgres(v.legacy)
	if err != nil {
		return cutover.Result{}, err
	}
	target, err := v.databases.Postgres(v.target)
	if err != nil {
		return cutover.Result{}, err
	}
	key := make([]byte, 32)
	rand.Read(key)
	found, err := validate.Compare(ctx, legacy, target, validate.Options{Key: key, Now: time.Now, Exclude: v.exclude, Events: progress(a.Output)})
	if err != nil {
		return cutover.Result{}, err
	}
	path, sum, err := v.shelf.Keep(a.Run, fmt.Sprintf("%s-%d.json", v.step, a.Number), found)
	if err != nil {
		return cutover.Result{}, err
	}
	return cutover.Result{Facts: v.facts(found), Evidence: &cutover.Evidence{Path: path, SHA256: sum}}, nil
}

// facts sums up what was found. A table that was named as sensitive and is not among those compared is unproven: it was
// renamed, dropped or left out.
func (v *validation) facts(found evidence.Validation) expr.Facts {
	t := found.Totals
	verdicts := map[string]evidence.Verdict{}
	for _, table := range found.Tables {
		verdicts[table.Name] = table.Verdict
	}
	var different, unproven int64
	for _, name := range v.sensitive {
		switch verdict := verdicts[name]; {
		case verdict.IsMismatch():
			different++
		case verdict != evidence.Same:
			unproven++
		}
	}
	return expr.Facts{
		"sensitive_different": expr.Int(different), "sensitive_unproven": expr.Int(unproven),
		"tables": expr.Int(int64(t.Tables)), "same": expr.Int(int64(t.Same)),
		"different": expr.Int(int64(t.Mismatched + t.SequencesMismatched)), "unproven": expr.Int(int64(t.Unproven + t.SequencesUnproven)),
		"rows": expr.Int(t.LegacyRows), "sequences_different": expr.Int(int64(t.SequencesMismatched)),
	}
}

func progress(output io.Writer) func(validate.Event) {
	return func(e validate.Event) {
		if e.Table != "" && e.Verdict != "" && e.Verdict != evidence.Same {
			fmt.Fprintf(output, "%s: %s\n", e.Table, e.Verdict)
		}
		if e.Verdict != "" && e.Done%100 == 0 {
			fmt.Fprintf(output, "%d of %d tables\n", e.Done, e.Tables)
		}
	}
}

// Verify has nothing to add: Do was the proof.
func (v *validation) Verify(context.Context, cutover.Attempt) error { return nil }

// Undo has nothing to take back.
func (v *validation) Undo(context.Context, cutover.Attempt) error { return nil }

// Probe answers not done: comparing again is the way to know.
func (v *validation) Probe(context.Context, cutover.Attempt) (cutover.Answer, error) {
	return cutover.ProbeNotDone, nil
}

// Reversible is false: nothing was changed.
func (v *validation) Reversible() bool { return false }

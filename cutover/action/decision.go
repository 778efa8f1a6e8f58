package action

import (
	"context"

	"nightferry/cutover"
)

func decisionFields() []field { return []field{{name: "question", shape: shapeText, optional: true}} }

// decision does nothing by itself: the step's confirmation and its pass expression are the point.
type decision struct{}

func newDecision(*Registry, fields) cutover.Action { return decision{} }

// Check has nothing to look at.
func (decision) Check(context.Context, cutover.Attempt) (cutover.Memo, error) { return nil, nil }

// Do has no effect.
func (decision) Do(context.Context, cutover.Attempt) (cutover.Result, error) {
	return cutover.Result{}, nil
}

// Verify has nothing to prove.
func (decision) Verify(context.Context, cutover.Attempt) error { return nil }

// Undo has nothing to take back.
func (decision) Undo(context.Context, cutover.Attempt) error { return nil }

// Probe answers not done: to decide again harms nobody.
func (decision) Probe(context.Context, cutover.Attempt) (cutover.Answer, error) {
	return cutover.ProbeNotDone, nil
}

// Reversible is false: there is nothing to take back.
func (decision) Reversible() bool { return false }

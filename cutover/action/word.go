package action

import (
	"context"

	"nightferry/cutover"
)

func decisionFields() []field { return []field{{name: "question", shape: shapeText, optional: true}} }

// attestFields: who states what. Items are looked at one by one; counts are the numbers that belong into the answer.
func attestFields() []field {
	return []field{{name: "by", shape: shapeText}, {name: "statement", shape: shapeText}, {name: "items", shape: shapeTexts, optional: true},
		{name: "counts", shape: shapeTexts, optional: true}}
}

// noticeFields: what is sent to whom.
func noticeFields() []field {
	return []field{{name: "to", shape: shapeTexts}, {name: "by", shape: shapeText}, {name: "text", shape: shapeText}}
}

// word is a step that a person's word makes: a decision, a statement, a message that was sent. It does nothing by itself;
// the step's confirmation, which names the person in the journal, and its pass expression are the point.
type word struct{}

func newWord(*Registry, fields) cutover.Action { return word{} }

// Check has nothing to look at.
func (word) Check(context.Context, cutover.Attempt) (cutover.Memo, error) { return nil, nil }

// Do has no effect.
func (word) Do(context.Context, cutover.Attempt) (cutover.Result, error) {
	return cutover.Result{}, nil
}

// Verify has nothing to prove.
func (word) Verify(context.Context, cutover.Attempt) error { return nil }

// Undo has nothing to take back.
func (word) Undo(context.Context, cutover.Attempt) error { return nil }

// Probe answers not done: to give one's word again harms nobody.
func (word) Probe(context.Context, cutover.Attempt) (cutover.Answer, error) {
	return cutover.ProbeNotDone, nil
}

// Reversible is false: there is nothing to take back.
func (word) Reversible() bool { return false }

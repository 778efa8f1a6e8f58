// Package cutover drives a cutover night. It knows no step kind, no screen and no disk: actions, journal, clock and
// ids are handed in.
//
// The journal is the cutover. Before a step has any effect its intent is written and synced, afterwards its outcome.
// [State] is a fold over the records, so engine, viewers and reports cannot disagree about where the night stands,
// and an engine that was killed goes on where it was: a step with an intent and no outcome is probed, never assumed.
//
// A step goes through
//
//	pending → (asking → confirmed) → check → intent → do → verify → gate → done
//
// and whatever goes wrong on the way makes it failed, with the stage that failed. A failed step stops the night: what
// runs may end, nothing new begins, until a person says retry, skip or roll back. A no to a question, or the order to
// roll back, undoes what may have had an effect, last first.
package cutover

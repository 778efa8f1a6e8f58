package cutover

import (
	"context"
	"io"

	"nightferry/internal/expr"
	"nightferry/internal/runbook"
)

// Action does one step. The engine makes one value for each step of a run and never uses it from two goroutines at once,
// but a value may be new after a crash: what Undo or Probe must know goes into the [Memo], not into the value.
//
// Every method ends soon after its context does. Errors are in our own words: they are journaled, so they quote
// nothing that a server or command printed. An error may have the methods Retryable() bool (true is assumed) and Mend() string.
type Action interface {
	// Check looks whether Do can work, and changes nothing. The memo it returns is journaled with the intent,
	// before any effect: how things stood, so that Undo can put them back.
	Check(ctx context.Context, a Attempt) (Memo, error)
	// Do has the effect. It starts again cleanly where an earlier attempt stopped half way.
	Do(ctx context.Context, a Attempt) (Result, error)
	// Verify proves the effect independently of Do, and changes nothing.
	Verify(ctx context.Context, a Attempt) error
	// Undo takes back what Do did, in whole or in part, and does no harm where there is nothing to take back.
	Undo(ctx context.Context, a Attempt) error
	// Probe looks at the world and says whether Do's effect is there. It changes nothing and is asked after a crash.
	// Read-only actions answer NotDone: doing them again is the way to know.
	Probe(ctx context.Context, a Attempt) (Answer, error)
	// Reversible says whether Undo can do anything. The engine passes over steps that have no way back.
	Reversible() bool
}

// Actions makes the action of a step. The step was checked at load; an error here names what is missing at run time.
type Actions interface {
	Action(step runbook.Step) (Action, error)
}

// Attempt is what an action is told about the occasion.
type Attempt struct {
	Run    string    // id of the run
	Number int       // 1 for the first attempt of the step
	Memo   Memo      // what Check remembered before the first effect; nil while Check runs for the first time
	Output io.Writer // raw output of commands: shown live, counted and hashed, not kept; safe for concurrent use
}

// Memo is what an action must remember across a crash: short names and states ("active": "true"), never data or secrets.
// Keys from before the first effect win over later ones. At most 4 KiB as JSON.
type Memo map[string]string

// Result is what Do found.
type Result struct {
	Exit     *int       // exit code of the command, where there was one
	Facts    expr.Facts // by the names that the kind declares
	Evidence *Evidence  // a saved file with more
}

// Answer is what a probe says.
type Answer string

// The answers of a probe.
const (
	ProbeDone    Answer = "done"
	ProbeNotDone Answer = "not-done"
	ProbeUnknown Answer = "unknown" // also when the probe failed: a person decides
)

package cutover

import (
	"nightferry/internal/expr"
)

// Version is the format of events that this build reads and writes. It stands in [RunStarted].
// Types of events and their fields never change meaning; new ones raise the version.
const Version = 1

// Type names an event in journals and on the wire.
type Type string

// Event is one thing that happened in a run. The set is closed: the types of this file.
// Events hold names, counts, hashes and words of ours or of the crew, never a value of the customer's data.
type Event interface {
	Type() Type
	check() error // what must hold of the event by itself
}

// RunStarted opens every journal.
type RunStarted struct {
	Version int    `json:"version"`
	Run     string `json:"run"`
	Wave    string `json:"wave"`
	Runbook string `json:"runbook"` // SHA-256 (hex) of the exact text that is run
	By      string `json:"by"`      // who started it
	Host    string `json:"host"`    // the machine the engine runs on
}

// RunResumed says that an engine took the run up again, after a crash or a stop.
type RunResumed struct {
	By   string `json:"by"`
	Host string `json:"host"`
}

// ConfirmAsked puts a step's question to the crew. The record's number names the question in the answer.
type ConfirmAsked struct {
	Step  string `json:"step"`
	Facts string `json:"facts"` // SHA-256 (hex) of all facts known when it was asked: what the answer is about
}

// Confirmed is a yes.
type Confirmed struct {
	Step    string `json:"step"`
	Asked   int64  `json:"asked"` // number of the ConfirmAsked record
	By      string `json:"by"`
	Reason  string `json:"reason,omitempty"`
	Command string `json:"command"`
}

// NoGo is a no: the rollback begins with it.
type NoGo struct {
	Step    string `json:"step"`
	Asked   int64  `json:"asked"`
	By      string `json:"by"`
	Reason  string `json:"reason"`
	Command string `json:"command"`
}

// StepStarted is the intent: written and synced before the step has any effect.
type StepStarted struct {
	Step    string `json:"step"`
	Attempt int    `json:"attempt"` // 1 for the first
	Memo    Memo   `json:"memo,omitempty"`
}

// StepSucceeded says that a step was done and verified, and that its gate, if it has one, passed.
type StepSucceeded struct {
	Step     string     `json:"step"`
	Printed  Printed    `json:"printed"`
	Facts    expr.Facts `json:"facts,omitempty"`    // by the kind's names: "different"
	Evidence *Evidence  `json:"evidence,omitempty"` // a saved file with more
	Gate     *Gate      `json:"gate,omitempty"`
}

// StepFailed says that a step was not done, or not proven. The crew decides what comes next.
type StepFailed struct {
	Step      string     `json:"step"`
	Stage     Stage      `json:"stage"`
	Reason    string     `json:"reason"`         // in our own words
	Mend      string     `json:"mend,omitempty"` // what would mend it
	Retryable bool       `json:"retryable"`
	Printed   Printed    `json:"printed"`
	Facts     expr.Facts `json:"facts,omitempty"`
	Evidence  *Evidence  `json:"evidence,omitempty"`
	Gate      *Gate      `json:"gate,omitempty"`
}

// StepProbed says what a look at the world told about a step in doubt.
type StepProbed struct {
	Step   string `json:"step"`
	Answer Answer `json:"answer"`
	Reason string `json:"reason,omitempty"` // why it is not known
}

// Retried is the crew's order to try a failed or doubtful step, or its undo, again.
type Retried struct {
	Step    string `json:"step"`
	By      string `json:"by"`
	Reason  string `json:"reason,omitempty"`
	Command string `json:"command"`
}

// Skipped says that a person answers for going on without a failed or doubtful step, or its undo.
type Skipped struct {
	Step    string `json:"step"`
	By      string `json:"by"`
	Reason  string `json:"reason"`
	Command string `json:"command"`
}

// Held says that no further step begins until [Released].
type Held struct {
	By      string `json:"by"`
	Reason  string `json:"reason,omitempty"`
	Command string `json:"command"`
}

// Released ends [Held].
type Released struct {
	By      string `json:"by"`
	Command string `json:"command"`
}

// RollbackStarted turns the run back: what was done is undone, last first.
type RollbackStarted struct {
	By      string `json:"by"`
	Reason  string `json:"reason"`
	Command string `json:"command"`
}

// UndoStarted is the intent to undo a step.
type UndoStarted struct {
	Step string `json:"step"`
}

// UndoDone says that a step's effect is gone.
type UndoDone struct {
	Step    string  `json:"step"`
	Printed Printed `json:"printed"`
}

// UndoFailed says that a step's effect is still there, in whole or in part.
type UndoFailed struct {
	Step    string  `json:"step"`
	Reason  string  `json:"reason"`
	Mend    string  `json:"mend,omitempty"`
	Printed Printed `json:"printed"`
}

// NoteAdded is what a person wants remembered of the night.
type NoteAdded struct {
	Step    string `json:"step,omitempty"`
	By      string `json:"by"`
	Text    string `json:"text"`
	Command string `json:"command"`
}

// RunFinished closes a journal.
type RunFinished struct {
	Outcome Outcome `json:"outcome"`
}

// Outcome is how a run ended.
type Outcome string

// The outcomes of a run.
const (
	Committed  Outcome = "committed"   // every step was done, or skipped by name
	RolledBack Outcome = "rolled-back" // what could be undone was, or was skipped by name
)

// Stage is the part of a step that failed.
type Stage string

// The stages of a step.
const (
	StageCheck  Stage = "check"  // before any effect
	StageDo     Stage = "do"     // the effect may be there, in whole or in part
	StageVerify Stage = "verify" // the effect is there and not as it should be
	StageGate   Stage = "gate"   // it was done, and what it found does not pass
)

// Printed sums up what a step printed. The text itself is never kept.
type Printed struct {
	Exit   *int     `json:"exit,omitempty"` // of the command, where there was one
	Bytes  int64    `json:"bytes"`
	SHA256 string   `json:"sha256,omitempty"` // hex, of all bytes; empty when there were none
	Shown  []string `json:"shown,omitempty"`  // lines that the step's show pattern allows
}

// Evidence names a saved file that holds more than the facts.
type Evidence struct {
	Path   string `json:"path"`   // within the engagement folder
	SHA256 string `json:"sha256"` // hex
}

// Gate is how a step's pass expression was judged, with all it was judged by.
type Gate struct {
	Pass    string       `json:"pass"` // the expression
	Verdict expr.Verdict `json:"verdict"`
	Facts   expr.Facts   `json:"facts"` // the leaves it uses, missing ones too
}

// Type is "run-started".
func (RunStarted) Type() Type { return "run-started" }

// Type is "run-resumed".
func (RunResumed) Type() Type { return "run-resumed" }

// Type is "confirm-asked".
func (ConfirmAsked) Type() Type { return "confirm-asked" }

// Type is "confirmed".
func (Confirmed) Type() Type { return "confirmed" }

// Type is "no-go".
func (NoGo) Type() Type { return "no-go" }

// Type is "step-started".
func (StepStarted) Type() Type { return "step-started" }

// Type is "step-succeeded".
func (StepSucceeded) Type() Type { return "step-succeeded" }

// Type is "step-failed".
func (StepFailed) Type() Type { return "step-failed" }

// Type is "step-probed".
func (StepProbed) Type() Type { return "step-probed" }

// Type is "retried".
func (Retried) Type() Type { return "retried" }

// Type is "skipped".
func (Skipped) Type() Type { return "skipped" }

// Type is "held".
func (Held) Type() Type { return "held" }

// Type is "released".
func (Released) Type() Type { return "released" }

// Type is "rollback-started".
func (RollbackStarted) Type() Type { return "rollback-started" }

// Type is "undo-started".
func (UndoStarted) Type() Type { return "undo-started" }

// Type is "undo-done".
func (UndoDone) Type() Type { return "undo-done" }

// Type is "undo-failed".
func (UndoFailed) Type() Type { return "undo-failed" }

// Type is "note-added".
func (NoteAdded) Type() Type { return "note-added" }

// Type is "run-finished".
func (RunFinished) Type() Type { return "run-finished" }

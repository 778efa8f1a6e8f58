package cutover

import (
	"maps"
	"slices"
	"time"

	"nightferry/internal/expr"
)

// State is where a run stands: a fold over its records and nothing else. Engine, viewers and reports fold alike.
type State struct {
	Run     string
	Wave    string
	Runbook string // SHA-256 (hex)
	By      string
	Host    string // where the engine runs, or ran last
	Seq     int64  // number of the last record
	Started time.Time
	Changed time.Time // time of the last record
	Mode    Mode
	Outcome Outcome // once Mode is ModeFinished
	Turn    Turn    // why it is rolled back
	Notes   []Note

	steps   map[string]*Step
	begun   []string         // steps in the order of their first intent
	handled map[string]int64 // command id → record
}

// Mode is what the run as a whole is doing.
type Mode string

// The modes of a run.
const (
	ModeNew         Mode = ""             // no record yet
	ModeRunning     Mode = "running"      // forward
	ModeHeld        Mode = "held"         // no further step begins
	ModeRollingBack Mode = "rolling-back" // backward
	ModeFinished    Mode = "finished"
)

// Turn is the decision to roll back. Its time is zero while there is none.
type Turn struct {
	At     time.Time
	By     string
	Reason string
	NoGo   string // the step whose question was answered no, if that was it
}

// Note is what a person wants remembered.
type Note struct {
	At   time.Time
	By   string
	Step string // empty: of the run
	Text string
}

// Step is where one step stands. A step that no record names is pending.
type Step struct {
	ID        string
	Status    Status
	Attempt   int       // 0 before the first
	Memo      Memo      // from before the first effect
	Asked     int64     // number of the open question's record, 0 when none is open
	AskedAt   time.Time // when it was asked
	Confirmed string    // who said yes
	Started   time.Time // intent of the last attempt, or of its undo
	Ended     time.Time // outcome of the last attempt, or of its undo
	Effect    bool      // an effect may be there
	Doubt     bool      // an attempt began, and nobody knows yet whether the effect is there: probe before the next
	Stage     Stage     // what failed
	Reason    string    // why it failed, is in doubt or was skipped
	Mend      string
	Retryable bool
	Answer    Answer // of the last probe, empty when none was needed
	SkippedBy string
	Printed   Printed
	Facts     expr.Facts
	Evidence  *Evidence
	Gate      *Gate
}

// Status is what a step is doing.
type Status string

// The statuses of a step.
const (
	StatusPending    Status = "pending"
	StatusAsking     Status = "asking"      // waits for a yes
	StatusRunning    Status = "running"     // intent written, outcome not
	StatusDoubtful   Status = "doubtful"    // a probe could not tell: a person decides
	StatusDone       Status = "done"        //
	StatusFailed     Status = "failed"      // a person decides
	StatusSkipped    Status = "skipped"     // a person answers for it
	StatusUndoing    Status = "undoing"     // intent to undo written, outcome not
	StatusUndone     Status = "undone"      //
	StatusUndoFailed Status = "undo-failed" // a person decides
	StatusLeft       Status = "left"        // its undo was skipped: the effect stays
)

// Settled says that the steps after it may begin.
func (s Status) Settled() bool { return s == StatusDone || s == StatusSkipped }

// Waits says that nothing goes on with the step until a person decides.
func (s Status) Waits() bool {
	return s == StatusAsking || s == StatusDoubtful || s == StatusFailed || s == StatusUndoFailed
}

// NewState is the state before the first record.
func NewState() *State {
	return &State{steps: map[string]*Step{}, handled: map[string]int64{}}
}

// Fold applies all records to a new state.
func Fold(records []Record) (*State, error) {
	s := NewState()
	for _, r := range records {
		if err := s.Apply(r); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Step is where the step stands, as a copy.
func (s *State) Step(id string) Step {
	if step, ok := s.steps[id]; ok {
		return *step
	}
	return Step{ID: id, Status: StatusPending}
}

// Begun lists the steps that may have an effect, in the order of their first intent.
func (s *State) Begun() []string { return slices.Clone(s.begun) }

// Handled is the record that the command led to.
func (s *State) Handled(command string) (seq int64, ok bool) {
	seq, ok = s.handled[command]
	return seq, ok
}

// Waiting lists the steps that wait for a person, by id. On the way back only an undo that failed does, and after the
// end nothing.
func (s *State) Waiting() []string {
	if s.Mode == ModeFinished {
		return nil
	}
	var waiting []string
	for _, id := range slices.Sorted(maps.Keys(s.steps)) {
		status := s.steps[id].Status
		if status == StatusUndoFailed || status.Waits() && s.Mode != ModeRollingBack {
			waiting = append(waiting, id)
		}
	}
	return waiting
}

// Facts are the facts of all steps that are done, by "step.name" in expression form.
func (s *State) Facts() expr.Facts {
	facts := expr.Facts{}
	for id, step := range s.steps {
		if step.Status == StatusDone {
			for name, value := range step.Facts {
				facts[expr.Name(id, name)] = value
			}
		}
	}
	return facts
}

// Clone is an independent copy.
func (s *State) Clone() *State {
	c := *s
	c.Notes = slices.Clone(s.Notes)
	c.begun = slices.Clone(s.begun)
	c.handled = maps.Clone(s.handled)
	c.steps = make(map[string]*Step, len(s.steps))
	for id, step := range s.steps {
		own := *step // what it points to is never changed in place
		c.steps[id] = &own
	}
	return &c
}

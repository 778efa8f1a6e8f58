package discover

import (
	"encoding/json"
	"io"
	"time"

	"nightferry/internal/estate"
)

// EventKind says what happened.
type EventKind string

// The kinds of events. Begun comes first and Done last; between them each target is Skipped, or is Started,
// Noted any number of times, and then Finished or, when the run was interrupted, Stopped. A watch tells of Sampled,
// once a round, and of a target is Finished only when it no longer answers, or does so again.
const (
	Begun    EventKind = "begun"
	Skipped  EventKind = "skipped" // read by an earlier run
	Started  EventKind = "started"
	Noted    EventKind = "noted"
	Finished EventKind = "finished"
	Stopped  EventKind = "stopped" // not saved; the next run asks again
	Sampled  EventKind = "sampled" // a round of a watch is over
	Done     EventKind = "done"
)

// Event is one thing that happened in a run. It holds nothing of a customer's data.
type Event struct {
	Kind     EventKind       `json:"event"`
	At       time.Time       `json:"at"`
	Target   string          `json:"target,omitempty"`  // ID, "host/erp-db"
	Address  string          `json:"address,omitempty"` // of a started target
	Note     string          `json:"note,omitempty"`    // what is being done
	Coverage estate.Coverage `json:"coverage,omitempty"`
	Problem  string          `json:"problem,omitempty"`
	Mend     string          `json:"mend,omitempty"`
	Gaps     int             `json:"gaps,omitempty"`       // of a finished target: sections not known
	Elapsed  int64           `json:"elapsed_ms,omitempty"` // of a finished target, or of the run
	Targets  int             `json:"targets,omitempty"`    // of a run that begins
	Round    int             `json:"round,omitempty"`      // of a watch, from 1
	Rounds   int             `json:"rounds,omitempty"`     // of a watch, in all
	Next     time.Time       `json:"next,omitzero"`        // when the next round is due; zero after the last
	Late     int             `json:"skipped,omitempty"`    // rounds before this one that were due while it was not possible
	Summary  *Summary        `json:"summary,omitempty"`    // of a run that is done, or of a round
}

// Summary is how a run ended.
type Summary struct {
	Read    int          `json:"read"`    // targets known, wholly or in part
	Missing int          `json:"missing"` // targets that could not be read
	Skipped int          `json:"skipped"` // read by an earlier run
	Stopped int          `json:"stopped"` // not read, since the run was interrupted
	Gaps    []estate.Gap `json:"gaps"`    // what is missing of the targets this run read, in order of asset
}

// JSONLines is a listener that writes each event as a line of JSON, whose first field is the version of this form,
// 1. It stops writing at the first error.
func JSONLines(w io.Writer) func(Event) {
	encoder, broken := json.NewEncoder(w), false
	return func(e Event) {
		if !broken {
			broken = encoder.Encode(struct {
				Version int `json:"version"`
				Event
			}{1, e}) != nil
		}
	}
}

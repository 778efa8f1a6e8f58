package cutover

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Record is an event with its place in the run.
type Record struct {
	Seq   int64     // 1 for the first, without gaps
	At    time.Time // UTC
	Prev  string    // SHA-256 (hex) of the journal's previous line; empty in the first
	Event Event
}

// Journal keeps the records of one run. It is the only truth about the run.
type Journal interface {
	// Append stores the event and returns once it is on disk. After an error nothing further can be appended,
	// and the engine must not have any effect.
	Append(at time.Time, e Event) (Record, error)
	// Records are all records so far, in order.
	Records() []Record
}

// line is a Record as JSON.
type line struct {
	Seq  int64           `json:"seq"`
	At   time.Time       `json:"at"`
	Prev string          `json:"prev,omitempty"`
	Type Type            `json:"type"`
	Data json.RawMessage `json:"data"`
}

// MarshalJSON writes {"seq":…,"at":…,"prev":…,"type":…,"data":{…}}.
func (r Record) MarshalJSON() ([]byte, error) {
	if r.Event == nil {
		return nil, fmt.Errorf("record %d has no event", r.Seq)
	}
	data, err := json.Marshal(r.Event)
	if err != nil {
		return nil, err
	}
	return json.Marshal(line{r.Seq, r.At.UTC(), r.Prev, r.Event.Type(), data})
}

// UnmarshalJSON reads what MarshalJSON wrote. Unknown types and fields are refused: a journal that is half
// understood would be folded into a wrong state.
func (r *Record) UnmarshalJSON(data []byte) error {
	var l line
	if err := strictly(data, &l); err != nil {
		return err
	}
	event, err := decode(l.Type, l.Data)
	if err != nil {
		return err
	}
	*r = Record{l.Seq, l.At, l.Prev, event}
	return nil
}

func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func decode(t Type, data []byte) (Event, error) {
	for _, read := range readers() {
		if event, ok, err := read(t, data); ok || err != nil {
			return event, err
		}
	}
	return nil, fmt.Errorf("event type %q is unknown: a newer nightferry may have written it", t)
}

type reader func(Type, []byte) (Event, bool, error)

// readers lists every event once. A type missing here cannot be read back, which a test would see.
func readers() []reader {
	return []reader{
		as[RunStarted], as[RunResumed], as[ConfirmAsked], as[Confirmed], as[NoGo], as[StepStarted], as[StepSucceeded],
		as[StepFailed], as[StepProbed], as[Retried], as[Skipped], as[Held], as[Released], as[RollbackStarted],
		as[UndoStarted], as[UndoDone], as[UndoFailed], as[NoteAdded], as[RunFinished],
	}
}

func as[E Event](t Type, data []byte) (Event, bool, error) {
	var e E
	if e.Type() != t {
		return nil, false, nil
	}
	if err := strictly(data, &e); err != nil {
		return nil, false, fmt.Errorf("event %s: %w", t, err)
	}
	if err := e.check(); err != nil {
		return nil, false, fmt.Errorf("event %s: %w", t, err)
	}
	return e, true, nil
}

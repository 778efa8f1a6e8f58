package cutover

import (
	"context"
	"fmt"
)

// Command is an order of a person to the engine.
type Command struct {
	ID     string `json:"id"` // chosen by the sender; the same id is carried out once, however often it is sent
	Kind   Order  `json:"kind"`
	Step   string `json:"step,omitempty"`
	Asked  int64  `json:"asked,omitempty"` // confirm and no-go: number of the ConfirmAsked record that is answered
	By     string `json:"by"`
	Reason string `json:"reason,omitempty"` // also the text of a note
}

// Order is what a command wants.
type Order string

// The orders.
const (
	OrderConfirm  Order = "confirm"  // yes to an open question
	OrderNoGo     Order = "no-go"    // no to an open question: roll back
	OrderRetry    Order = "retry"    // try a failed or doubtful step, or its undo, again
	OrderSkip     Order = "skip"     // go on without it; needs a reason
	OrderHold     Order = "hold"     // begin no further step
	OrderRelease  Order = "release"  // go on
	OrderRollback Order = "rollback" // undo what was done; needs a reason
	OrderNote     Order = "note"     // remember Reason
	OrderStop     Order = "stop"     // end this engine, not the run: the next engine goes on. Leads to no record
)

// Commander takes commands: the engine itself, or a client at the other end of its socket.
// It returns the number of the record that the command led to, now or when the same id came before.
type Commander interface {
	Command(ctx context.Context, c Command) (int64, error)
}

// RefusedError says why a command was not carried out. The run is as it was.
type RefusedError struct {
	Command Command
	Why     string
}

// Error names the order and why it was refused.
func (e *RefusedError) Error() string {
	if e.Command.Step == "" {
		return fmt.Sprintf("%s refused: %s", e.Command.Kind, e.Why)
	}
	return fmt.Sprintf("%s of step %s refused: %s", e.Command.Kind, e.Command.Step, e.Why)
}

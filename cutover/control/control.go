// Package control joins people to a running engine: the engine's Unix socket, and the client at its other end.
//
// Lines of JSON go both ways. The client says from which record on it wants to see the run; the server says hello with
// the runbook's exact text, sends the records from there, then what happens as it happens, and answers commands.
// A viewer that is slow loses ticks; one that hangs is let go and may come again from the record it last saw.
//
// Only the engine's own user and root are let in: the socket lies in a folder of mode 0700, and where the system can
// tell, the peer is looked at as well.
package control

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"nightferry/cutover"
)

// Version is the protocol that this build speaks. Both ends must speak the same: an engine of a night is not mixed
// with viewers of another release.
const Version = 1

const (
	maxRequest = 64 << 10         // bytes of a line from a client
	maxReply   = 8 << 20          // bytes of a line from the server: a runbook in base64 fits
	patience   = 10 * time.Second // for one line to be taken, and for the first to come
	maxClients = 32
)

// request is a line from a client: exactly one field is set.
type request struct {
	Attach  *attach          `json:"attach,omitempty"` // first
	Command *cutover.Command `json:"command,omitempty"`
}

type attach struct {
	Version int   `json:"version"`
	After   int64 `json:"after"` // number of the last record the client has seen
}

// reply is a line from the server: exactly one field is set.
type reply struct {
	Hello  *Hello          `json:"hello,omitempty"` // first
	Record *cutover.Record `json:"record,omitempty"`
	Tick   *cutover.Tick   `json:"tick,omitempty"`
	Ack    *ack            `json:"ack,omitempty"`
	End    bool            `json:"end,omitempty"` // the engine ended; nothing follows
}

// Hello is what the engine says of itself.
type Hello struct {
	Version int    `json:"version"`
	Run     string `json:"run"`
	Live    int64  `json:"live"`    // number of the last record when the client came: what is older is history
	Runbook []byte `json:"runbook"` // exact text
}

type ack struct {
	ID      string `json:"id"`
	Seq     int64  `json:"seq,omitempty"`
	Refused string `json:"refused,omitempty"` // why the run does not allow it
	Failed  string `json:"failed,omitempty"`  // why the engine could not
}

// wire is one end of a connection. One goroutine may read, many may write.
type wire struct {
	conn  net.Conn
	lines *bufio.Scanner
	mu    sync.Mutex
}

func newWire(conn net.Conn, maxLine int) *wire {
	lines := bufio.NewScanner(conn)
	lines.Buffer(make([]byte, 0, min(maxLine, 4096)), maxLine)
	return &wire{conn: conn, lines: lines}
}

// read takes the next line. What is not understood is refused: guessing is for fairs.
func (w *wire) read(into any) error {
	if !w.lines.Scan() {
		if err := w.lines.Err(); err != nil {
			return err
		}
		return io.ErrUnexpectedEOF
	}
	d := json.NewDecoder(bytes.NewReader(w.lines.Bytes()))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("a line is not understood: %w", err)
	}
	return nil
}

func (w *wire) write(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err = w.conn.Write(append(line, '\n'))
	return err
}

// errLost is a connection that broke without a goodbye.
var errLost = errors.New("the connection to the engine is lost")

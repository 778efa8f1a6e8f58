package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"nightferry/cutover"
	"nightferry/internal/runbook"
)

// maxWaiting is how many updates wait for a client that does not ask; beyond it ticks are lost, records never.
const maxWaiting = 1024

// Client is one viewer's end of the socket. Its methods may be called from many goroutines.
type Client struct {
	wire  *wire
	hello Hello
	book  *runbook.File
	wake  chan struct{}

	mu      sync.Mutex
	updates []cutover.Update
	lost    int64 // ticks that there was no room for, to be told with the next
	pending map[string]chan ack
	end     error // io.EOF after a goodbye
}

var (
	_ cutover.Feed      = (*Client)(nil)
	_ cutover.Commander = (*Client)(nil)
)

// Dial joins the engine behind the socket. The feed begins with the record after the one numbered after: 0 shows all.
func Dial(ctx context.Context, socket string, after int64) (*Client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("no engine answers: %w", err)
	}
	c, err := greet(ctx, conn, after)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	go c.listen()
	return c, nil
}

func greet(ctx context.Context, conn net.Conn, after int64) (*Client, error) {
	deadline := time.Now().Add(patience)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := conn.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	c := &Client{wire: newWire(conn, maxReply), wake: make(chan struct{}, 1), pending: map[string]chan ack{}}
	if err := c.wire.write(request{Attach: &attach{Version: Version, After: after}}); err != nil {
		return nil, fmt.Errorf("greet the engine: %w", err)
	}
	var r reply
	if err := c.wire.read(&r); err != nil {
		return nil, fmt.Errorf("greet the engine: %w", err)
	}
	if r.Hello == nil {
		return nil, errors.New("what answers is no engine of ours")
	}
	if r.Hello.Version != Version {
		return nil, &VersionError{Engine: r.Hello.Version}
	}
	book, err := runbook.Parse("the engine's runbook", r.Hello.Runbook, nil)
	if err != nil {
		return nil, err
	}
	c.hello, c.book = *r.Hello, book
	return c, conn.SetReadDeadline(time.Time{})
}

// VersionError is an engine of another release.
type VersionError struct{ Engine int }

// Error names both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("the engine speaks version %d, this nightferry %d", e.Engine, Version)
}

// Mend says what to use.
func (e *VersionError) Mend() string { return "use the nightferry that the engine was started with" }

// Hello is what the engine said of itself.
func (c *Client) Hello() Hello { return c.hello }

// Runbook is what the engine runs. Its kinds and pass expressions are not checked here: the engine did.
func (c *Client) Runbook() *runbook.File { return c.book }

// Close leaves the engine, which goes on.
func (c *Client) Close() error { return c.wire.conn.Close() }

// Next waits for the next record or tick. It returns io.EOF when the engine has ended, and another error when the
// connection was lost: then the run may still go on, and Dial joins it again.
func (c *Client) Next(ctx context.Context) (cutover.Update, error) {
	for {
		c.mu.Lock()
		if len(c.updates) > 0 {
			update := c.updates[0]
			c.updates = c.updates[1:]
			c.mu.Unlock()
			return update, nil
		}
		end := c.end
		c.mu.Unlock()
		if end != nil {
			return cutover.Update{}, end
		}
		select {
		case <-c.wake:
		case <-ctx.Done():
			return cutover.Update{}, ctx.Err()
		}
	}
}

// Command sends an order and waits for the engine's answer. When the connection is lost before, it is not known
// whether the order was carried out: sending it again with the same id is safe.
func (c *Client) Command(ctx context.Context, order cutover.Command) (int64, error) {
	if order.ID == "" {
		return 0, &cutover.RefusedError{Command: order, Why: "it has no id"}
	}
	answers := make(chan ack, 1)
	c.mu.Lock()
	_, twice := c.pending[order.ID]
	end := c.end
	if !twice && end == nil {
		c.pending[order.ID] = answers
	}
	c.mu.Unlock()
	switch {
	case twice:
		return 0, &cutover.RefusedError{Command: order, Why: "it was sent already and is not answered yet"}
	case end != nil:
		return 0, errLost
	}
	defer c.forget(order.ID)
	if err := c.wire.write(request{Command: &order}); err != nil {
		return 0, fmt.Errorf("send the command: %w", err)
	}
	select {
	case answer, ok := <-answers:
		switch {
		case !ok:
			return 0, errLost
		case answer.Refused != "":
			return 0, &cutover.RefusedError{Command: order, Why: answer.Refused}
		case answer.Failed != "":
			return 0, errors.New(answer.Failed)
		}
		return answer.Seq, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (c *Client) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, id)
}

// listen takes what the engine sends until the end.
func (c *Client) listen() {
	for {
		var r reply
		err := c.wire.read(&r)
		switch {
		case err != nil:
			err = fmt.Errorf("%w: %w", errLost, err)
		case r.End:
			err = io.EOF
		}
		c.take(r, err)
		if err != nil {
			return
		}
	}
}

func (c *Client) take(r reply, end error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case end != nil:
		c.end = end
		for id, answers := range c.pending {
			close(answers)
			delete(c.pending, id)
		}
	case r.Ack != nil:
		if answers, ok := c.pending[r.Ack.ID]; ok {
			answers <- *r.Ack
			delete(c.pending, r.Ack.ID)
		}
	case r.Record != nil:
		c.updates = append(c.updates, cutover.Update{Record: r.Record})
	case r.Tick != nil && len(c.updates) < maxWaiting:
		r.Tick.Lost += c.lost
		c.lost = 0
		c.updates = append(c.updates, cutover.Update{Tick: r.Tick})
	case r.Tick != nil:
		c.lost += r.Tick.Lost + 1
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

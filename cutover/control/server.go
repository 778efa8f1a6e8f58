package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"nightferry/cutover"
)

// Server is the engine's end of the socket.
type Server struct {
	listener net.Listener
	log      *slog.Logger
	slots    chan struct{}
	clients  sync.WaitGroup
}

// Listen opens the socket. The caller holds the journal's lock, so a socket that is there already is what an engine
// left that was killed, and is removed.
func Listen(ctx context.Context, socket string, log *slog.Logger) (*Server, error) {
	if info, err := os.Lstat(socket); err == nil {
		if info.Mode()&fs.ModeSocket == 0 {
			return nil, fmt.Errorf("%s is in the way, and is no socket", socket)
		}
		if err := os.Remove(socket); err != nil {
			return nil, fmt.Errorf("remove the socket of an engine that is gone: %w", err)
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("open the engine's socket: %w", err)
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("close the engine's socket to others: %w", err), listener.Close())
	}
	return &Server{listener: listener, log: log, slots: make(chan struct{}, maxClients)}, nil
}

// Serve joins clients to the engine until ctx ends, and then waits until they have been told. It removes the socket.
func (s *Server) Serve(ctx context.Context, e *cutover.Engine) error {
	stop := context.AfterFunc(ctx, func() { s.listener.Close() })
	defer stop()
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			s.clients.Wait()
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("the engine's socket: %w", err)
		}
		select {
		case s.slots <- struct{}{}:
		default:
			s.log.Warn("too many viewers: one was sent away", "limit", maxClients)
			conn.Close()
			continue
		}
		s.clients.Go(func() {
			defer func() { <-s.slots }()
			defer conn.Close()
			if err := s.client(ctx, e, conn); err != nil {
				s.log.Info("a viewer left", "why", err)
			}
		})
	}
}

// client serves one connection to its end.
func (s *Server) client(ctx context.Context, e *cutover.Engine, conn net.Conn) error {
	if err := isOurs(conn); err != nil {
		return err
	}
	w := newWire(conn, maxRequest)
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	var first request
	if err := w.read(&first); err != nil {
		return err
	}
	if first.Attach == nil {
		return errors.New("it did not say from where on it wants to see the run")
	}
	state := e.State()
	hello := Hello{Version: Version, Run: e.Name(), Live: state.Seq, Runbook: e.Runbook().Text}
	if err := w.write(reply{Hello: &hello}); err != nil {
		return err
	}
	if first.Attach.Version != Version {
		return fmt.Errorf("it speaks version %d", first.Attach.Version)
	}
	if first.Attach.After < 0 || first.Attach.After > state.Seq {
		return fmt.Errorf("it says it has seen record %d, and the run is at %d", first.Attach.After, state.Seq)
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answering := new(sync.Mutex)
	go func() { cancel(commands(ctx, e, w, answering)) }()
	return show(ctx, e, w, first.Attach.After, answering)
}

// show sends the run until the engine ends. An order that is being answered then, such as the one to stop, is answered
// before the goodbye.
func show(ctx context.Context, e *cutover.Engine, w *wire, after int64, answering *sync.Mutex) error {
	feed := e.Subscribe(after)
	defer feed.Close()
	for {
		update, err := feed.Next(ctx)
		if errors.Is(err, io.EOF) {
			answering.Lock()
			defer answering.Unlock()
			return w.write(reply{End: true})
		}
		if err != nil {
			return context.Cause(ctx)
		}
		if err := w.write(reply{Record: update.Record, Tick: update.Tick}); err != nil {
			return err
		}
	}
}

// commands takes orders until the connection ends.
func commands(ctx context.Context, e *cutover.Engine, w *wire, answering *sync.Mutex) error {
	for {
		var r request
		if err := w.read(&r); err != nil {
			return err
		}
		if r.Command == nil {
			return errors.New("it sent a line that is no command")
		}
		if err := answer(ctx, e, w, *r.Command, answering); err != nil {
			return err
		}
	}
}

func answer(ctx context.Context, e *cutover.Engine, w *wire, c cutover.Command, answering *sync.Mutex) error {
	answering.Lock()
	defer answering.Unlock()
	said := ack{ID: c.ID}
	seq, err := e.Command(ctx, c)
	var refused *cutover.RefusedError
	switch {
	case errors.As(err, &refused):
		said.Refused = refused.Why
	case err != nil:
		said.Failed = err.Error()
	default:
		said.Seq = seq
	}
	return w.write(reply{Ack: &said})
}

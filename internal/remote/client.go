package remote

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// Client is the use of a connection to a machine. It is safe for concurrent use.
type Client struct {
	dialer *Dialer
	link   *link
	once   sync.Once
}

// Name is the endpoint's.
func (c *Client) Name() string { return c.link.endpoint.Name }

// Endpoint is what the client is connected to.
func (c *Client) Endpoint() Endpoint { return c.link.endpoint }

// Algorithms tells what the two sides agreed on, such as a key exchange that is a finding.
func (c *Client) Algorithms() (kex, hostKey, cipher string) {
	if meta, ok := c.link.ssh.Conn.(ssh.AlgorithmsConnMetadata); ok {
		agreed := meta.Algorithms()
		return agreed.KeyExchange, agreed.HostKey, agreed.Write.Cipher
	}
	return "", "", ""
}

// Close gives the connection back. Others may still use it.
func (c *Client) Close() error {
	c.release()
	return nil
}

func (c *Client) release() { c.once.Do(func() { c.dialer.leave(c.link) }) }

// Run runs a command and waits for its end. The error is nil whenever the command ran to its end, whatever its exit
// code: see [Result.Err]. When ctx ends first the command is told to stop (SIGTERM) and what it printed so far comes
// with the error. A Stdin that is an io.Closer is closed when Run returns, so that its writer never waits for us.
func (c *Client) Run(ctx context.Context, command Command) (Result, error) {
	began := time.Now()
	if closer, ok := command.Stdin.(io.Closer); ok {
		defer closer.Close()
	}
	line, err := command.line()
	if err != nil {
		return Result{}, err
	}
	session, err := c.session(ctx)
	if err != nil {
		return Result{}, err
	}
	out := newSink(command.Stdout, command.limit(c.dialer.options.Limits.Output))
	errs := newSink(nil, keptStderr)
	errs.drain = true // a program that talks much must not block on it
	if command.Line != nil {
		errs.lines = &lineSplitter{each: func(s string) { command.Line("stderr", s) }}
		if command.Stdout == nil {
			out.lines = &lineSplitter{each: func(s string) { command.Line("stdout", s) }}
		}
	}
	err = c.await(ctx, session, line, command.input(), out, errs)
	result := Result{Stdout: out.stop(), Stderr: errs.stop(), Bytes: out.n, SHA256: hex.EncodeToString(out.sum.Sum(nil)),
		Truncated: out.over, Elapsed: time.Since(began)}
	var exit *ssh.ExitError
	switch {
	case out.err != nil:
		return result, fmt.Errorf("passing on the output of a command on %s: %w", c.Name(), out.err)
	case errors.As(err, &exit):
		result.ExitCode, result.Signal = exit.ExitStatus(), knownSignal(exit.Signal())
	case err != nil && result.Truncated:
		result.ExitCode = -1 // we hung up on it
	case err != nil:
		result.ExitCode = -1
		return result, err
	}
	return result, nil
}

// session opens a session, and does not wait longer than ctx for the answer.
func (c *Client) session(ctx context.Context) (*ssh.Session, error) {
	type answer struct {
		session *ssh.Session
		err     error
	}
	answers := make(chan answer, 1)
	go func() {
		session, err := c.link.ssh.NewSession()
		answers <- answer{session, err}
	}()
	select {
	case a := <-answers:
		var refused *ssh.OpenChannelError
		e := c.link.endpoint
		switch {
		case errors.As(a.err, &refused):
			return nil, &Error{Kind: ChannelRefused, Name: e.Name, Address: e.Address, problem: "it opens no session for " + e.User,
				mend: "look at MaxSessions in its sshd_config, and whether the account may run commands"}
		case a.err != nil:
			return nil, c.dropped()
		}
		return a.session, nil
	case <-ctx.Done():
		go func() {
			if late := <-answers; late.err == nil {
				late.session.Close()
			}
		}()
		return nil, interrupted(ctx, c.link.endpoint)
	}
}

// await starts the command and waits for its end or that of ctx.
func (c *Client) await(ctx context.Context, session *ssh.Session, line string, stdin io.Reader, out, errs *sink) error {
	session.Stdout, session.Stderr = out, errs
	input, err := session.StdinPipe()
	if err != nil {
		return c.dropped()
	}
	done := make(chan error, 1)
	go func() {
		defer session.Close()
		if err := session.Start(line); err != nil {
			done <- c.dropped()
			return
		}
		// Not session.Stdin: Wait would then wait for a reader that may never end.
		go func() {
			if stdin != nil {
				_, _ = io.Copy(input, stdin) // a program need not read it all
			}
			input.Close()
		}()
		err := session.Wait()
		var exit *ssh.ExitError
		if err != nil && !errors.As(err, &exit) {
			err = c.dropped()
		}
		done <- err
	}()
	// An OpenSSH server acknowledges the end of a session only when the command has ended: not waited for.
	select {
	case err := <-done:
		return err
	case <-out.ended:
		go hangUp(session)
		return c.dropped()
	case <-ctx.Done():
		go hangUp(session)
		return interrupted(ctx, c.link.endpoint)
	}
}

// hangUp ends a command. Servers that know no signals (dropbear, or a session of root) leave it running until it
// writes or reads, which is why what must not outlive its deadline runs under timeout(1).
func hangUp(session *ssh.Session) {
	session.Signal(ssh.SIGTERM)
	session.Close()
}

func (c *Client) dropped() error {
	e := c.link.endpoint
	return &Error{Kind: Dropped, Name: e.Name, Address: e.Address, problem: "the connection ended before the command did",
		mend: "look at the machine, its network and its sshd log, then try again"}
}

func knownSignal(name string) string {
	if len(name) > 10 {
		return "unknown"
	}
	for _, r := range name {
		if r < 'A' || r > 'Z' && r != '1' && r != '2' {
			return "unknown"
		}
	}
	return name
}

package action

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"nightferry/internal/remote"
)

// shell runs commands on one machine.
type shell struct {
	machines Machines
	host     string
}

// refusal is an error of ours with its mend. It can be journaled: it quotes nothing that was printed.
type refusal struct{ text, mend string }

func (e *refusal) Error() string { return e.text }
func (e *refusal) Mend() string  { return e.mend }

func refuse(mend, format string, args ...any) error {
	return &refusal{fmt.Sprintf(format, args...), mend}
}

// isRefusal tells an error of ours from the failure of a command that ran.
func isRefusal(err error) bool {
	_, ours := errors.AsType[*refusal](err)
	return ours
}

// asAccount runs argv as another account, without ever asking for a password.
func asAccount(account string, argv ...string) []string {
	return append([]string{"sudo", "-n", "-u", account, "--"}, argv...)
}

func asRoot(argv ...string) []string { return append([]string{"sudo", "-n", "--"}, argv...) }

// run runs argv, shows what it prints, and fails unless it succeeds.
func (s shell) run(ctx context.Context, output io.Writer, what string, argv ...string) (remote.Result, error) {
	return s.stream(ctx, what, remote.Command{Argv: argv, Line: showing(output)})
}

// ask runs argv quietly and returns what it printed, trimmed: for our own questions about state.
func (s shell) ask(ctx context.Context, what string, argv ...string) (string, error) {
	result, err := s.stream(ctx, what, remote.Command{Argv: argv})
	return strings.TrimSpace(string(result.Stdout)), err
}

// stream runs a command and fails unless it succeeds. what is what people call it.
func (s shell) stream(ctx context.Context, what string, command remote.Command) (remote.Result, error) {
	client, err := s.machines.Client(ctx, s.host)
	if err != nil {
		return remote.Result{ExitCode: -1}, err
	}
	defer client.Close() //nolint:errcheck // the connection stays with the dialer
	result, err := client.Run(ctx, command)
	switch {
	case err == nil:
		return result, s.failure(result, client.Endpoint().User, what, command.Argv)
	case ctx.Err() != nil:
		// A session that sudo started takes no signal from its sshd: what runs there ends when it next reads or writes.
		return result, &brokenOff{refusal{fmt.Sprintf("%s on %s was broken off, and may still run there", what, s.host),
			"look whether it still runs there (ps, systemctl status); once it has ended, retry the step"}, ctx.Err()}
	}
	return result, err
}

// brokenOff is a command whose context ended before it did.
type brokenOff struct {
	refusal
	cause error
}

// Unwrap is the context's error.
func (e *brokenOff) Unwrap() error { return e.cause }

// failure is why a command did not succeed, in our words. What sudo prints is looked at for one thing only: that it
// is sudo which refused, and not the program behind it.
func (s shell) failure(result remote.Result, user, what string, argv []string) error {
	err := result.Err(s.host, what)
	switch {
	case err == nil || len(argv) == 0 || argv[0] != "sudo":
		return err
	case result.ExitCode == 127:
		return refuse("install it there, or log in as an account that needs none", "there is no sudo on %s", s.host)
	case result.ExitCode == 1 && bytes.HasPrefix(result.Stderr, []byte("sudo: ")):
		return refuse("on "+s.host+", with visudo: "+sudoers(user, argv), "%s is not allowed to run %s on %s by sudo, or it is not installed there", user, what, s.host)
	}
	return err
}

// sudoers is the line that allows argv, which asRoot or asAccount made. As root it allows these very arguments; as
// another account the program, whose arguments differ from step to step.
func sudoers(user string, argv []string) string {
	account, command := "root", argv[slices.Index(argv, "--")+1:]
	if at := slices.Index(argv, "-u"); at >= 0 && at < len(argv)-len(command) {
		account, command = argv[at+1], command[:1]
	}
	escaped := make([]string, len(command))
	for i, word := range command {
		escaped[i] = strings.NewReplacer(`\`, `\\`, `,`, `\,`, `:`, `\:`, `=`, `\=`).Replace(word)
	}
	if !strings.HasPrefix(escaped[0], "/") {
		escaped[0] = "/usr/bin/" + escaped[0] // where Debian and Red Hat have them
	}
	return fmt.Sprintf("%s ALL=(%s) NOPASSWD: %s", user, account, strings.Join(escaped, " "))
}

// showing passes lines on to the viewers, whole lines at a time.
func showing(output io.Writer) func(stream, line string) {
	if output == nil {
		return nil
	}
	var mu sync.Mutex
	return func(_, line string) {
		mu.Lock()
		defer mu.Unlock()
		io.WriteString(output, line+"\n") //nolint:errcheck // a viewer that is gone must not fail the step
	}
}

// pipe streams the output of one machine's command into another's, through memory: no byte of it is kept.
// Both must succeed. The error is that of the side which failed first: what fails on the other follows from it.
func pipe(ctx context.Context, output io.Writer, from shell, source []string, to shell, sink []string, what string) (remote.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reader, writer := io.Pipe()
	type ending struct {
		result remote.Result
		err    error
	}
	reading := make(chan ending, 1)
	go func() {
		result, err := from.stream(ctx, what+" (reading)", remote.Command{Argv: source, Stdout: writer, Line: showing(output)})
		// The far side must not take a broken stream for a whole one.
		writer.CloseWithError(err)
		reading <- ending{result, err}
	}()
	_, err := to.stream(ctx, what+" (writing)", remote.Command{Argv: sink, Stdin: reader, Line: showing(output)})
	reader.CloseWithError(io.ErrClosedPipe)
	if err == nil {
		read := <-reading
		return read.result, read.err
	}
	select {
	case read := <-reading:
		if read.err != nil && !errors.Is(read.err, io.ErrClosedPipe) {
			err = read.err
		}
		return read.result, err
	default:
		cancel()
		read := <-reading
		return read.result, err
	}
}

package action

import (
	"context"
	"fmt"
	"io"
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

// asAccount runs argv as another account, without ever asking for a password.
func asAccount(account string, argv ...string) []string {
	return append([]string{"sudo", "-n", "-u", account, "--"}, argv...)
}

func asRoot(argv ...string) []string { return append([]string{"sudo", "-n", "--"}, argv...) }

// run runs argv, shows what it prints, and fails unless it succeeds.
func (s shell) run(ctx context.Context, output io.Writer, what string, argv ...string) (remote.Result, error) {
	result, err := s.stream(ctx, remote.Command{Argv: argv, Line: showing(output)})
	if err == nil {
		err = result.Err(s.host, what)
	}
	return result, err
}

// ask runs argv quietly and returns what it printed, trimmed: for our own questions about state.
func (s shell) ask(ctx context.Context, what string, argv ...string) (string, error) {
	result, err := s.stream(ctx, remote.Command{Argv: argv})
	if err == nil {
		err = result.Err(s.host, what)
	}
	return strings.TrimSpace(string(result.Stdout)), err
}

func (s shell) stream(ctx context.Context, command remote.Command) (remote.Result, error) {
	client, err := s.machines.Client(ctx, s.host)
	if err != nil {
		return remote.Result{}, err
	}
	defer client.Close()
	return client.Run(ctx, command)
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
// Both must succeed. The first error cancels the other side.
func pipe(ctx context.Context, output io.Writer, from shell, source []string, to shell, sink []string, what string) (remote.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reader, writer := io.Pipe()
	type ending struct {
		result remote.Result
		err    error
	}
	sent := make(chan ending, 1)
	go func() {
		result, err := from.stream(ctx, remote.Command{Argv: source, Stdout: writer, Line: showing(output)})
		if err == nil {
			err = result.Err(from.host, what+" (reading)")
		}
		// The far side must not take a broken stream for a whole one.
		writer.CloseWithError(err)
		sent <- ending{result, err}
	}()
	result, err := to.stream(ctx, remote.Command{Argv: sink, Stdin: reader, Line: showing(output)})
	if err == nil {
		err = result.Err(to.host, what+" (writing)")
	}
	if err != nil {
		cancel()
	}
	reader.CloseWithError(io.ErrClosedPipe)
	source2 := <-sent
	if source2.err != nil && ctx.Err() == nil {
		return source2.result, source2.err
	}
	if err == nil {
		err = source2.err
	}
	return source2.result, err
}

package remote

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Command is what to run: a script or a program with arguments.
type Command struct {
	Script    string    // read by /bin/sh -s from its standard input; excludes Argv and Stdin
	Argv      []string  // program and arguments, quoted for a POSIX login shell
	Stdin     io.Reader // streamed to the program
	Stdout    io.Writer // takes the output as it comes, without limit; nil: it is kept in Result.Stdout
	MaxOutput int64     // bytes kept without Stdout; the command is ended beyond. 0: the dialer's limit
	// Line is called with each line as it comes, free of control characters and cut at 4 KiB:
	// those of "stderr", and those of "stdout" where Stdout is nil.
	Line func(stream, line string)
}

// Result is how a command ended.
type Result struct {
	ExitCode  int    // -1 if unknown
	Signal    string // "TERM", ... where one ended it
	Stdout    []byte // where Command.Stdout was nil
	Stderr    []byte // at most 64 KiB, for memory only: it can quote patients
	Bytes     int64  // of standard output
	SHA256    string // of standard output, hex
	Truncated bool   // the output went beyond MaxOutput, and the command was ended
	Elapsed   time.Duration
}

const keptStderr = 64 << 10

// Err is nil if the command succeeded, else an [*Error] that tells a missing program from a failed one.
// It quotes nothing that the command printed. name is what people call the command.
func (r Result) Err(endpoint, name string) error {
	failed := &Error{Kind: CommandFailed, Name: endpoint, problem: fmt.Sprintf("%s ended with exit code %d", name, r.ExitCode)}
	switch {
	case r.Truncated:
		failed.problem = name + " printed more than was allowed, and was ended"
	case r.ExitCode == 0 && r.Signal == "":
		return nil
	case r.Signal != "":
		failed.problem = name + " was ended by signal " + r.Signal
	case r.ExitCode == 127:
		failed.Kind, failed.problem, failed.mend = CommandMissing, name+" is not installed there", "install it, or correct the path"
	case r.ExitCode == 126:
		failed.Kind, failed.problem, failed.mend = CommandDenied, name+" may not be run by this account", "grant the account the right to run it"
	}
	return failed
}

// Quote writes arguments so that a POSIX shell reads exactly them.
func Quote(argv ...string) string {
	quoted := make([]string, len(argv))
	for i, arg := range argv {
		quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}

// line is the command line sent to the login shell. `exec` keeps fish, csh and the like out of the rest.
func (c Command) line() (string, error) {
	if c.Script != "" {
		if len(c.Argv) > 0 || c.Stdin != nil {
			return "", &Error{Kind: Misconfigured, problem: "a script takes neither arguments nor input"}
		}
		return "exec /bin/sh -s", nil
	}
	if len(c.Argv) == 0 || c.Argv[0] == "" {
		return "", &Error{Kind: Misconfigured, problem: "there is no command to run"}
	}
	for _, arg := range c.Argv {
		if strings.ContainsRune(arg, 0) {
			return "", &Error{Kind: Misconfigured, problem: "an argument holds a NUL byte"}
		}
	}
	return "exec " + Quote(c.Argv...), nil
}

func (c Command) input() io.Reader {
	if c.Script != "" {
		return strings.NewReader(c.Script)
	}
	return c.Stdin
}

func (c Command) limit(ofDialer int64) int64 {
	if c.MaxOutput > 0 {
		return c.MaxOutput
	}
	return ofDialer
}

package engagement

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// Limits of a secret's source.
const (
	maxSecret     = 64 << 10         // bytes
	secretTimeout = 60 * time.Second // a password manager may ask a person first
	keyringName   = "nightferry"     // service under which the system's keyring holds our entries
)

// SecretError tells why a secret could not be had. It never holds any part of one.
type SecretError struct {
	Secret Secret
	Text   string
	Hint   string
}

// Error names the source and what is wrong with it.
func (e *SecretError) Error() string { return e.Secret.String() + ": " + e.Text }

// Mend is what a person can do about it.
func (e *SecretError) Mend() string { return e.Hint }

// ExitCode is 2, used wrongly: the reference or its source is the user's.
func (e *SecretError) ExitCode() int { return 2 }

// Resolve fetches the secret. Errors are [*SecretError], or the context's own when it ended. A line end behind
// the secret is cut off. The caller keeps the result no longer than needed.
func (s Secret) Resolve(ctx context.Context, env Environ) (string, error) {
	value, err := s.fetch(ctx, env)
	if err != nil {
		return "", err
	}
	value = strings.TrimSuffix(strings.TrimSuffix(value, "\n"), "\r")
	switch {
	case value == "":
		return "", &SecretError{s, "it is empty", "put the secret there"}
	case strings.ContainsAny(value, "\n\r\x00"):
		return "", &SecretError{s, "it has more than one line", "leave only the secret there"}
	}
	return value, nil
}

func (s Secret) fetch(ctx context.Context, env Environ) (string, error) {
	switch {
	case s.Env != "":
		value, set := env(s.Env)
		if !set {
			return "", &SecretError{s, "the variable is not set", "set it in the environment that nightferry is started from"}
		}
		return value, nil
	case s.File != "":
		return s.fromFile()
	case len(s.Exec) > 0:
		return s.fromProgram(ctx)
	case s.Keyring != "":
		return s.fromKeyring(ctx)
	}
	return "", &SecretError{s, "nothing is referred to", "add a reference such as {env: NAME}"}
}

// checkFile tells what keeps a file from being a secret's source, without reading it.
func (s Secret) checkFile() error {
	info, err := os.Stat(s.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &SecretError{s, "there is no such file", "write the secret to it and run: chmod 600 " + s.File}
	case err != nil:
		return &SecretError{s, "the file cannot be reached", "look at the rights of its folders"}
	case !info.Mode().IsRegular():
		return &SecretError{s, "this is not a file", "name a file that holds the secret"}
	case readableByOthers(info):
		return &SecretError{s, "others than its owner can read the file", "chmod 600 " + s.File}
	}
	return nil
}

func (s Secret) fromFile() (string, error) {
	if err := s.checkFile(); err != nil {
		return "", err
	}
	file, err := os.Open(s.File)
	if err != nil {
		return "", &SecretError{s, "the file cannot be read", "make it readable for the account that runs nightferry"}
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err != nil || len(text) > maxSecret {
		return "", &SecretError{s, "the file cannot be read, or is far too large", "leave only the secret there"}
	}
	return string(text), nil
}

// fromProgram runs the program without a shell. What it says on stderr is dropped: it may quote the secret.
func (s Secret) fromProgram(ctx context.Context) (string, error) {
	limited, cancel := context.WithTimeout(ctx, secretTimeout)
	defer cancel()
	var out capped
	cmd := exec.CommandContext(limited, s.Exec[0], s.Exec[1:]...)
	cmd.Stdout = &out
	cmd.WaitDelay = time.Second // a grandchild may hold the pipe open
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case limited.Err() != nil:
		return "", &SecretError{s, fmt.Sprintf("it took longer than %s", secretTimeout), "run it by hand to see what it waits for"}
	case out.over:
		return "", &SecretError{s, "it printed far too much", "make it print the secret and nothing else"}
	case errors.As(err, &exit):
		return "", &SecretError{s, fmt.Sprintf("it ended with exit code %d", exit.ExitCode()), "run it by hand to see why"}
	case err != nil:
		return "", &SecretError{s, "it could not be run", "look whether the program is installed and on PATH"}
	}
	return out.text.String(), nil
}

// capped keeps what fits, and breaks the pipe of a program that prints more.
type capped struct {
	text strings.Builder
	over bool
}

func (c *capped) Write(p []byte) (int, error) {
	if c.text.Len()+len(p) > maxSecret {
		c.over = true
		return 0, errors.New("too much output")
	}
	return c.text.Write(p)
}

// fromKeyring asks the system's keyring, which knows no context and may wait for a person to unlock it.
func (s Secret) fromKeyring(ctx context.Context) (string, error) {
	type answer struct {
		value string
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		value, err := keyring.Get(keyringName, s.Keyring)
		answers <- answer{value, err}
	}()
	deadline := time.NewTimer(secretTimeout)
	defer deadline.Stop()
	select {
	case a := <-answers:
		switch {
		case errors.Is(a.err, keyring.ErrNotFound):
			return "", &SecretError{s, "the keyring has no such entry", fmt.Sprintf("store it under service %s, account %s", keyringName, s.Keyring)}
		case a.err != nil:
			return "", &SecretError{s, "the keyring does not answer", "unlock it, or use {file: PATH} where there is none"}
		}
		return a.value, nil
	case <-deadline.C:
		return "", &SecretError{s, "the keyring does not answer", "unlock it, or use {file: PATH} where there is none"}
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// CheckSecrets tells, before any work begins, of every reference for the purposes named that cannot be followed: a
// variable that is not set, a file that is missing or open to others. Programs and keyrings are not asked:
// they may ask a person in turn. The error is [yamlfile.Problems].
func (e *Engagement) CheckSecrets(ctx context.Context, env Environ, purposes ...Purpose) error {
	for _, s := range e.secrets() {
		if !slices.Contains(purposes, s.purpose) || !e.file.Has(s.path) {
			continue // what is not in the file itself was inherited, and is checked where it stands
		}
		var err error
		switch {
		case s.secret.Env != "":
			_, err = s.secret.Resolve(ctx, env)
		case s.secret.File != "":
			err = s.secret.checkFile()
		}
		if unresolved, ok := errors.AsType[*SecretError](err); ok {
			e.file.Fault(s.path, unresolved.Error(), unresolved.Hint)
		}
	}
	return e.file.Err()
}

package remote

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// Auth says how to log in. What is set is offered in this order: key files, agent, password.
type Auth struct {
	Keys     []Key
	Agent    string                                // socket of an ssh-agent, as in SSH_AUTH_SOCK
	Password func(context.Context) (string, error) // asked at need, at most once a connection, and not kept
}

// Key is a private key in a file.
type Key struct {
	Path       string
	Passphrase func(context.Context) (string, error) // asked only if the file is encrypted
}

// signers opens the keys. The agent's socket stays open until the returned func is called.
func (a Auth) signers(ctx context.Context, e Endpoint) ([]ssh.Signer, func(), error) {
	var signers []ssh.Signer
	for _, key := range a.Keys {
		signer, err := key.open(ctx, e)
		if err != nil {
			return nil, nil, err
		}
		signers = append(signers, signer)
	}
	if a.Agent == "" {
		return signers, func() {}, nil
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", a.Agent)
	if err != nil {
		if len(signers) > 0 || a.Password != nil {
			return signers, func() {}, nil
		}
		return nil, nil, &Error{Kind: AuthFailed, Name: e.Name, Address: e.Address, problem: "the ssh-agent does not answer",
			mend: "start ssh-agent and set SSH_AUTH_SOCK, or name a key file"}
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	held, err := agent.NewClient(conn).Signers()
	if err != nil {
		held = nil // a locked or broken agent holds no key; what remains is tried
	}
	return append(signers, held...), func() { stop(); conn.Close() }, nil
}

func (k Key) open(ctx context.Context, e Endpoint) (ssh.Signer, error) {
	fail := func(problem, mend string) error {
		return &Error{Kind: KeyUnusable, Name: e.Name, Address: e.Address, problem: "key file " + k.Path + ": " + problem, mend: mend}
	}
	text, err := os.ReadFile(k.Path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fail("there is no such file", "correct the path")
	case err != nil:
		return nil, fail("it cannot be read", "make it readable for you, and only you")
	}
	signer, err := ssh.ParsePrivateKey(text)
	var encrypted *ssh.PassphraseMissingError
	switch {
	case err == nil:
		return signer, nil
	case !errors.As(err, &encrypted):
		return nil, fail("it holds no private key of a known format", "name the private key, not its .pub")
	case k.Passphrase == nil:
		return nil, fail("it is encrypted, and no passphrase was given", "add it to an ssh-agent, or give a reference to the passphrase")
	}
	phrase, err := k.Passphrase(ctx)
	if err != nil {
		return nil, fail("its passphrase could not be had", "check the reference to the passphrase")
	}
	signer, err = ssh.ParsePrivateKeyWithPassphrase(text, []byte(phrase))
	if err != nil {
		return nil, fail("the passphrase does not open it", "correct the passphrase")
	}
	return signer, nil
}

// methods joins all keys into one method, since x/crypto tries each method once.
func (a Auth) methods(ctx context.Context, hs *attempt, signers []ssh.Signer) []ssh.AuthMethod {
	var methods []ssh.AuthMethod
	if len(signers) > 0 {
		methods = append(methods, ssh.PublicKeys(signers...))
	}
	if a.Password == nil {
		return methods
	}
	ask := func() (string, error) {
		password, err := a.Password(ctx)
		if err != nil {
			hs.secret = &Error{Kind: AuthFailed, Name: hs.endpoint.Name, Address: hs.endpoint.Address,
				problem: "the password could not be had", mend: "check the reference to the password"}
			return "", hs.secret
		}
		return password, nil
	}
	return append(methods, ssh.PasswordCallback(ask), ssh.KeyboardInteractive(
		func(_, _ string, questions []string, echos []bool) ([]string, error) {
			if len(questions) == 0 {
				return nil, nil
			}
			if len(questions) != 1 || echos[0] {
				return nil, errors.New("more than a password is asked for")
			}
			password, err := ask()
			return []string{password}, err
		}))
}

// refused says that no method let us in.
func (hs *attempt) refused() error {
	e := hs.endpoint
	tried := "nothing: there is neither key nor password"
	var known []string
	for _, method := range hs.tried {
		if method != "none" {
			known = append(known, method)
		}
	}
	if len(known) > 0 {
		tried = strings.Join(known, ", ")
	}
	mend := "check the user, and that its key is in authorized_keys there or its password is right"
	if len(known) == 0 {
		mend = "give a key file, an ssh-agent or a reference to a password"
		if accepted := intersect([]string{"publickey", "password", "keyboard-interactive"}, hs.allowed); len(accepted) > 0 {
			mend = "give what the server takes: " + strings.Join(accepted, ", ")
		}
	}
	return &Error{Kind: AuthFailed, Name: e.Name, Address: e.Address,
		problem: "login as " + e.User + " was refused; tried: " + tried, mend: mend}
}

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
	OnlyKeys bool                                  // of the agent's keys offer only those that Keys names, as IdentitiesOnly does
	Password func(context.Context) (string, error) // asked at need, at most once a connection, and not kept
}

// Key is a private key in a file.
type Key struct {
	Path       string
	Passphrase func(context.Context) (string, error) // asked only if the file is encrypted
	// IfUsable leaves the key out instead of failing where it is missing or cannot be opened: a key that was not
	// named for this machine alone, and whose other half the agent may hold.
	IfUsable bool
}

// signers opens the keys. The agent's socket stays open until the returned func is called.
func (a Auth) signers(ctx context.Context, hs *attempt) ([]ssh.Signer, func(), error) {
	e := hs.endpoint
	var signers []ssh.Signer
	for _, key := range a.Keys {
		signer, err := key.open(ctx, hs)
		switch {
		case err == nil:
			signers = append(signers, signer)
		case !key.IfUsable:
			return nil, nil, err
		}
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
	return a.joined(signers, held), func() { stop(); conn.Close() }, nil
}

// joined adds the agent's keys, each key once: servers count what is offered (MaxAuthTries).
func (a Auth) joined(signers, held []ssh.Signer) []ssh.Signer {
	offered := map[string]bool{}
	for _, signer := range signers {
		offered[string(signer.PublicKey().Marshal())] = true
	}
	named := map[string]bool{}
	for _, key := range a.Keys {
		if public := key.public(); public != nil {
			named[string(public.Marshal())] = true
		}
	}
	for _, mayBeNamed := range []bool{true, false} { // a named key first
		for _, signer := range held {
			id := string(signer.PublicKey().Marshal())
			if named[id] == mayBeNamed && !offered[id] && (named[id] || !a.OnlyKeys) {
				offered[id] = true
				signers = append(signers, signer)
			}
		}
	}
	return signers
}

// public is the public half of a key file, which is readable even where the other is encrypted; nil if it is not.
func (k Key) public() ssh.PublicKey {
	for _, path := range []string{k.Path + ".pub", k.Path} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if public, _, _, _, err := ssh.ParseAuthorizedKey(text); err == nil {
			return public
		}
		signer, err := ssh.ParsePrivateKey(text)
		if err == nil {
			return signer.PublicKey()
		}
		if encrypted, ok := errors.AsType[*ssh.PassphraseMissingError](err); ok && encrypted.PublicKey != nil {
			return encrypted.PublicKey
		}
	}
	return nil
}

func (k Key) open(ctx context.Context, hs *attempt) (ssh.Signer, error) {
	e := hs.endpoint
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
		hs.locked = append(hs.locked, k.Path)
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
	if len(hs.locked) > 0 {
		mend = hs.locked[0] + " is encrypted and was left out: add it to the ssh-agent (ssh-add " + hs.locked[0] + "), or " + mend
	}
	return &Error{Kind: AuthFailed, Name: e.Name, Address: e.Address,
		problem: "login as " + e.User + " was refused; tried: " + tried, mend: mend}
}

package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Limits of a credential plugin.
const (
	pluginTime  = 30 * time.Second
	mostPlugged = 256 << 10 // bytes
)

// plugin is a program that a kubeconfig names and that prints a credential. It runs on this computer, with all the
// rights of whoever runs nightferry, so it is run only where engagement.yaml allows it.
type plugin struct {
	version string // of the API that it speaks, "client.authentication.k8s.io/v1"
	command string
	args    []string
	env     []string // NAME=VALUE
}

// plugin reads an exec entry.
func (k *kubeconfig) plugin(value any, at string) *plugin {
	fields, _ := value.(map[string]any)
	p := &plugin{version: word(fields["apiVersion"]), command: word(fields["command"])}
	if strings.ContainsRune(p.command, filepath.Separator) {
		p.command = k.relative(p.command)
	}
	args, _ := fields["args"].([]any)
	for _, arg := range args {
		p.args = append(p.args, word(arg))
	}
	pairs, _ := fields["env"].([]any)
	for _, pair := range pairs {
		if fields, ok := pair.(map[string]any); ok {
			p.env = append(p.env, word(fields["name"])+"="+word(fields["value"]))
		}
	}
	switch {
	case p.command == "":
		k.say(at, "exec names no command", "")
	case p.version != "client.authentication.k8s.io/v1" && p.version != "client.authentication.k8s.io/v1beta1":
		k.say(at, "exec speaks a version that is not known here", "use client.authentication.k8s.io/v1")
	case word(fields["interactiveMode"]) == "Always":
		k.say(at, "exec wants to ask a person", "log in by hand, then use a kubeconfig with a token")
	}
	return p
}

// credential is what a plugin prints.
type credential struct {
	Status struct {
		Token       string `json:"token"`
		Certificate string `json:"clientCertificateData"`
		Key         string `json:"clientKeyData"`
	} `json:"status"`
}

// run runs the plugin without a shell and takes what it printed. What it says on stderr is dropped: it may quote a
// secret.
func (p *plugin) run(ctx context.Context) (credential, error) {
	ctx, cancel := context.WithTimeout(ctx, pluginTime)
	defer cancel()
	name := filepath.Base(p.command)
	failed := func(words, mend string) (credential, error) {
		return credential{}, &Error{Kind: BadPlugin, words: "the credential plugin " + clean(name) + " " + words, mend: mend}
	}
	var out limited
	cmd := exec.CommandContext(ctx, p.command, p.args...)
	cmd.Stdout = &out
	cmd.WaitDelay = 500 * time.Millisecond // a grandchild may hold the pipe open
	cmd.Env = append(append(os.Environ(), p.env...),
		`KUBERNETES_EXEC_INFO={"apiVersion":"`+p.version+`","kind":"ExecCredential","spec":{"interactive":false}}`)
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return failed("gave no answer in time", "run it by hand to see what it waits for")
	case out.over:
		return failed("printed far too much", "it must print an ExecCredential and nothing else")
	case errors.Is(err, exec.ErrNotFound):
		return failed("is not installed", "install it, or use a kubeconfig with a token")
	case err != nil:
		return failed("failed", "run it by hand to see why")
	}
	var c credential
	if json.Unmarshal(out.text.Bytes(), &c) != nil || c.Status.Token == "" && c.Status.Certificate == "" {
		return failed("printed no credential", "run it by hand: it must print an ExecCredential with a token or a certificate")
	}
	return c, nil
}

// limited keeps what fits, and breaks the pipe of a program that prints more.
type limited struct {
	text bytes.Buffer
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.text.Len()+len(p) > mostPlugged {
		l.over = true
		return 0, errors.New("too much output")
	}
	return l.text.Write(p)
}

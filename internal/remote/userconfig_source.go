package remote

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kevinburke/ssh_config"
)

// The limits of asking ssh. What Match exec runs, and the names it looks up, count.
const (
	askTimeout  = 10 * time.Second
	longestSaid = 1 << 20 // bytes
)

// open chooses who is asked what the file says.
func (u UserConfig) open() (source, error) {
	text, err := os.ReadFile(u.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, u.broken("there is no such file", "correct the path of `ssh: config:` in engagement.yaml, or take the line out")
	case err != nil:
		return nil, u.broken("it cannot be read", "make it readable for the account that runs nightferry")
	}
	if program, err := u.Find("ssh"); err == nil {
		return opensshSource{u, program}, nil
	}
	return u.openLibrary(text)
}

func (u UserConfig) broken(problem, mend string) error {
	return &Error{Kind: Misconfigured, problem: "ssh configuration " + u.File + ": " + problem, mend: mend}
}

// opensshSource asks ssh itself.
type opensshSource struct {
	config  UserConfig
	program string
}

// faultyLine finds where ssh stumbled. No more of what it says is used: it quotes the file.
var faultyLine = regexp.MustCompile(`\bline ([0-9]{1,6})\b`)

func (o opensshSource) ask(ctx context.Context, q question) (said, error) {
	args := []string{"-G", "-T", "-F", o.config.File}
	if q.user != "" {
		args = append(args, "-l", q.user)
	}
	if q.port != "" {
		args = append(args, "-p", q.port)
	}
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	var out, errs capped
	cmd := exec.CommandContext(limited, o.program, append(args, "--", q.alias)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = time.Second // what Match exec started may hold the pipe open
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return said{}, ctx.Err()
	case limited.Err() != nil:
		return said{}, o.config.broken("ssh -G took longer than "+askTimeout.String(), "run by hand to see what it waits for: ssh -G -F "+o.config.File+" "+q.alias)
	case err != nil:
		problem := "ssh -G refuses it"
		if m := faultyLine.FindSubmatch(errs.text.Bytes()); m != nil {
			problem += ", at line " + string(m[1])
		}
		return said{}, o.config.broken(problem, "run by hand to see why: ssh -G -F "+o.config.File+" "+q.alias)
	}
	values := map[string][]string{}
	for line := range strings.Lines(out.text.String()) {
		if key, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), " "); ok {
			values[key] = append(values[key], value)
		}
	}
	return o.config.read(q, func(key string) []string { return values[strings.ToLower(key)] }), nil
}

// capped keeps what fits and forgets the rest.
type capped struct{ text bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	c.text.Write(p[:min(len(p), longestSaid-c.text.Len())])
	return len(p), nil
}

// librarySource is the file as the library reads it.
type librarySource struct {
	config UserConfig
	parsed *ssh_config.Config
}

var matchLine = regexp.MustCompile(`(?im)^[ \t]*match[ \t="]`)

func (u UserConfig) openLibrary(text []byte) (source, error) {
	const mend = "install OpenSSH's client (ssh), which is then asked what the file says"
	if matchLine.Match(text) {
		return nil, u.broken("it has a Match, which only ssh itself can tell, and ssh is not installed here", mend+"; or name a file without Match")
	}
	parsed, err := ssh_config.DecodeBytes(text)
	if err != nil { // its text quotes the file
		return nil, u.broken("it cannot be read without ssh, which is not installed here", mend+"; or look for a mistyped line, or a Match in a file that it includes")
	}
	return librarySource{u, parsed}, nil
}

func (l librarySource) ask(_ context.Context, q question) (said, error) {
	var failed error
	s := l.config.read(q, func(key string) []string {
		values, err := l.parsed.GetAll(q.alias, key)
		failed = errors.Join(failed, err)
		return values
	})
	if failed != nil {
		return said{}, l.config.broken("it cannot be read without ssh, which is not installed here", "install OpenSSH's client (ssh), or look for a mistyped line")
	}
	return s, nil
}

// read makes an answer of the values of keys, of which ssh takes the first, but all of IdentityFile.
func (u UserConfig) read(q question, values func(key string) []string) said {
	first := func(key string) string {
		if all := values(key); len(all) > 0 {
			return strings.Trim(strings.TrimSpace(all[0]), `"`)
		}
		return ""
	}
	s := said{host: q.alias, user: q.user, port: 22, hostKeyAlias: first("HostKeyAlias"), only: strings.EqualFold(first("IdentitiesOnly"), "yes")}
	if name := first("HostName"); name != "" {
		s.host = strings.NewReplacer("%%", "%", "%h", q.alias, "%n", q.alias).Replace(name)
	}
	if s.user == "" {
		s.user = first("User")
	}
	if s.user == "" {
		s.user = localUser()
	}
	for _, port := range []string{first("Port"), q.port} {
		if n, err := strconv.ParseUint(port, 10, 16); err == nil && n > 0 {
			s.port = int(n)
		}
	}
	if jump := first("ProxyJump"); !strings.EqualFold(jump, "none") {
		s.jump = jump
	}
	command := first("ProxyCommand")
	s.command = s.jump == "" && command != "" && !strings.EqualFold(command, "none")
	files := values("IdentityFile")
	if len(files) == 0 {
		files = []string{"~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ed25519"}
	}
	s.keys = u.present(files, q, s)
	s.agent = u.socket(first("IdentityAgent"), q, s)
	s.knownHosts = u.recorded(first("UserKnownHostsFile"), q, s)
	return s
}

// recorded lists the files with host keys; absent ones are empty, so they stay: the first is named to people.
func (u UserConfig) recorded(value string, q question, s said) []string {
	if value == "" {
		value = "~/.ssh/known_hosts"
	}
	files := []string{}
	for file := range strings.FieldsSeq(value) {
		if !strings.EqualFold(file, "none") && file != os.DevNull {
			files = append(files, u.expand(file, q, s))
		}
	}
	return files
}

// socket is where the agent listens that IdentityAgent means.
func (u UserConfig) socket(value string, q question, s said) string {
	name, variable := strings.CutPrefix(value, "$")
	switch {
	case strings.EqualFold(value, "none"):
		return ""
	case value == "" || value == "SSH_AUTH_SOCK":
		name = "SSH_AUTH_SOCK"
	case !variable || strings.HasPrefix(name, "{"):
		return u.expand(value, q, s)
	}
	socket, _ := u.Env(name)
	return socket
}

// localUser is the account that runs us, as ssh would log in where nothing else is said.
func localUser() string {
	if me, err := user.Current(); err == nil {
		return me.Username[strings.LastIndexByte(me.Username, '\\')+1:] // Windows puts the domain in front
	}
	return ""
}

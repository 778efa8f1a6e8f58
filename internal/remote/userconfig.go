package remote

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

// UserConfig is a file of OpenSSH's client, such as ~/.ssh/config. Where ssh is installed it is asked what the file
// says of a host (`ssh -G`), since only ssh knows all of Match, Include and the tokens; elsewhere a library reads the
// file, which knows no Match.
type UserConfig struct {
	File string
	Home string                               // what ~ stands for in the file
	Env  func(name string) (string, bool)     // the environment, for SSH_AUTH_SOCK and ${NAME}
	Find func(program string) (string, error) // exec.LookPath; where it finds no ssh the library reads the file
}

// variable is a reference to the environment, as ssh_config writes it.
var variable = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

// The bounds of what a file can ask of us.
const (
	longestChain = 16 // jump hosts in front of a host
	asksAtOnce   = 4
)

// said is what the file says of one host.
type said struct {
	host, user   string
	port         int
	keys         []string // files that exist
	agent        string   // socket; empty for none
	only         bool     // IdentitiesOnly
	jump         string   // ProxyJump, as it is written
	command      bool     // there is a ProxyCommand
	hostKeyAlias string
	knownHosts   []string
}

// question is whom the file is asked about: an alias or address, with what is stated already, which Match may heed.
type question struct{ alias, user, port string }

type source interface {
	ask(ctx context.Context, q question) (said, error)
}

// Complete takes what endpoints leave open from the file: the address behind an alias, a port (an Address without
// one), User, Auth, Via, HostKeyAlias and KnownHosts. What is stated wins over the file. Jump hosts that only the
// file knows are added, with names that begin with "jump/"; one that is an endpoint already, by address, account and
// way, is that endpoint. The error joins all that is wrong, an [*Error] each.
func (u UserConfig) Complete(ctx context.Context, endpoints []Endpoint) ([]Endpoint, error) {
	from, err := u.open()
	if err != nil {
		return nil, err
	}
	r := &resolver{config: u, from: from, all: slices.Clone(endpoints), chains: make([]string, len(endpoints)), asked: map[question]said{}}
	answers := make([]said, len(endpoints))
	faults := make([]error, len(endpoints))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(asksAtOnce)
	for i, e := range endpoints {
		group.Go(func() error {
			answers[i], faults[i] = from.ask(groupCtx, questionOf(e))
			return groupCtx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, e := range endpoints {
		if faults[i] != nil {
			continue
		}
		if e.Via == "" && answers[i].command {
			faults[i] = u.proxyCommand(e.Name)
			continue
		}
		if e.Via == "" {
			r.chains[i] = answers[i].jump
		}
		r.all[i] = u.fill(e, answers[i])
	}
	for i := range endpoints {
		if faults[i] != nil || r.chains[i] == "" {
			continue
		}
		if r.all[i].Via, faults[i] = r.way(ctx, r.chains[i], 0); faults[i] != nil {
			faults[i] = u.about(r.all[i].Name, faults[i])
		}
	}
	return r.all, errors.Join(slices.CompactFunc(faults, sameFault)...)
}

// sameFault tells whether two hosts met the same fault of the file itself, which is told once.
func sameFault(a, b error) bool { return a != nil && b != nil && a.Error() == b.Error() }

func questionOf(e Endpoint) question {
	host, port, err := net.SplitHostPort(e.Address)
	if err != nil {
		host, port = trimBrackets(e.Address), ""
	}
	return question{host, e.User, port}
}

// fill completes an endpoint. The means of two logins are never mixed: stated ones leave the file's out.
func (u UserConfig) fill(e Endpoint, s said) Endpoint {
	q := questionOf(e)
	port := q.port
	if port == "" {
		port = strconv.Itoa(s.port)
	}
	e.Address = net.JoinHostPort(s.host, port)
	if e.User == "" {
		e.User = s.user
	}
	if len(e.Auth.Keys) == 0 && e.Auth.Agent == "" && e.Auth.Password == nil {
		e.Auth.Agent, e.Auth.OnlyKeys = s.agent, s.only
		for _, file := range s.keys {
			e.Auth.Keys = append(e.Auth.Keys, Key{Path: file, IfUsable: true})
		}
	}
	if e.HostKeyAlias == "" {
		e.HostKeyAlias = s.hostKeyAlias
	}
	if e.KnownHosts == nil {
		e.KnownHosts = s.knownHosts
	}
	return e
}

// resolver adds the jump hosts that only the file knows.
type resolver struct {
	config UserConfig
	from   source
	all    []Endpoint // those that were given, completed, and behind them those that were added
	chains []string   // ProxyJump of those that were given, as long as their Via is not set
	asked  map[question]said
}

// way returns the name of the endpoint that a ProxyJump leads to. As with ssh -J, the first hop is reached as the
// file says, each other one through the hop before it.
func (r *resolver) way(ctx context.Context, chain string, depth int) (string, error) {
	specs := strings.Split(chain, ",")
	if depth+len(specs) > longestChain {
		return "", &Error{Kind: NoSuchHop, problem: "its jump hosts go in a circle, or are far too many", mend: "correct ProxyJump in " + r.config.File}
	}
	via := ""
	for i, spec := range specs {
		q, err := parseJump(spec)
		if err != nil {
			return "", err
		}
		s, known := r.asked[q]
		if !known {
			if s, err = r.from.ask(ctx, q); err != nil {
				return "", err
			}
			r.asked[q] = s
		}
		own := ""
		switch {
		case i > 0: // ssh -J overrides what the file says of its way
		case s.command:
			return "", r.config.proxyCommand(q.alias)
		case s.jump != "":
			if via, err = r.way(ctx, s.jump, depth+len(specs)); err != nil {
				return "", err
			}
			own = s.jump
		}
		e := r.config.fill(Endpoint{Address: q.address(), User: q.user, Via: via}, s)
		via = r.place(e, q, own)
	}
	return via, nil
}

// place returns the name of an endpoint that is the same machine, account and way, or adds e.
func (r *resolver) place(e Endpoint, q question, chain string) string {
	for i, there := range r.all {
		sameWay := there.Via == e.Via
		if i < len(r.chains) && there.Via == "" {
			sameWay = r.chains[i] == chain
		}
		if sameWay && there.Address == e.Address && there.User == e.User && there.HostKeyAlias == e.HostKeyAlias {
			return there.Name
		}
	}
	e.Name = "jump/" + q.alias
	for taken := 2; slices.ContainsFunc(r.all, func(there Endpoint) bool { return there.Name == e.Name }); taken++ {
		e.Name = "jump/" + q.alias + "/" + strconv.Itoa(taken) // the same name by another way or account
	}
	r.all = append(r.all, e)
	return e.Name
}

func (q question) address() string {
	if q.port == "" {
		return q.alias
	}
	return net.JoinHostPort(q.alias, q.port)
}

// parseJump reads one hop of a ProxyJump: [user@]host[:port], or the same as a URL.
func parseJump(spec string) (question, error) {
	var q question
	rest := strings.TrimPrefix(strings.TrimSpace(spec), "ssh://")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		q.user, rest = rest[:i], rest[i+1:]
	}
	q.alias = rest
	if host, port, err := net.SplitHostPort(rest); err == nil {
		q.alias, q.port = host, port
	}
	q.alias = trimBrackets(q.alias)
	_, err := strconv.ParseUint(q.port, 10, 16)
	if q.alias == "" || q.alias[0] == '-' || strings.ContainsAny(q.alias, " /\\") || q.port != "" && err != nil {
		return question{}, &Error{Kind: Misconfigured, problem: "its ProxyJump names no host that can be read", mend: "write it as [USER@]HOST[:PORT], several with commas in between"}
	}
	return q, nil
}

func (u UserConfig) proxyCommand(name string) error {
	return &Error{Kind: Misconfigured, Name: name, problem: u.File + " reaches it by a ProxyCommand, which is not supported",
		mend: "use ProxyJump there, or say `via:` for the host in engagement.yaml"}
}

// about names the host that a fault of the file concerns.
func (u UserConfig) about(name string, err error) error {
	failed, ours := errors.AsType[*Error](err)
	if !ours {
		return err
	}
	named := *failed
	if named.Name != "" && named.Name != name {
		named.problem = "its jump host " + named.Error()
	}
	named.Name, named.Address = name, ""
	return &named
}

// present makes paths of what people write for files, and keeps those that exist.
func (u UserConfig) present(files []string, q question, s said) []string {
	var kept []string
	for _, file := range files {
		path := u.expand(file, q, s)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			kept = append(kept, path)
		}
	}
	return kept
}

// expand replaces ~, ${NAME} and the tokens of ssh_config that concern files. What it does not know it leaves.
func (u UserConfig) expand(path string, q question, s said) string {
	path = strings.Trim(path, `"`)
	if path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`) {
		path = filepath.Join(u.Home, path[1:])
	}
	path = variable.ReplaceAllStringFunc(path, func(reference string) string {
		value, _ := u.Env(reference[2 : len(reference)-1])
		return value
	})
	if !strings.Contains(path, "%") {
		return path
	}
	return strings.NewReplacer("%%", "%", "%d", u.Home, "%h", s.host, "%n", q.alias, "%p", strconv.Itoa(s.port),
		"%r", s.user, "%u", localUser(), "%k", cmp.Or(s.hostKeyAlias, q.alias)).Replace(path)
}

// Package host reads a Linux machine over SSH: one session, one POSIX script on its standard input, no file
// written, no right beyond the account's own. [Explain] prints the script.
//
// The script asks and frames; everything else is done here, by parsers that are pure functions of what a probe
// printed. What a host says is not trusted: it is cut, cleaned, and never becomes a path, a command or a format.
package host

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightferry/discover"
	"nightferry/internal/estate"
	"nightferry/internal/remote"
)

// Options are what the reading of all hosts shares.
type Options struct {
	Clock func() time.Time // the time; required
	Nonce func() string    // a fresh random word of letters and digits for each host; required
	Sudo  bool             // also try `sudo -n` for the commands that --explain --grants prints
	Ours  *discover.Ours   // of looks: the connections that are ours; may be nil
}

// Target makes an endpoint of the dialer a target of discovery.
func Target(dialer *remote.Dialer, e remote.Endpoint, environment estate.Environment, options Options) discover.Target {
	return discover.Target{
		Kind: discover.KindHost, Name: e.Name, Environment: environment, Address: e.Address,
		Collect: func(ctx context.Context, note func(string)) discover.Asset {
			return discover.Asset{Host: Collect(ctx, dialer, e, environment, options, note)}
		},
	}
}

// Collect reads a host. It never fails: what went wrong is in the coverage of the host and its sections.
func Collect(ctx context.Context, dialer *remote.Dialer, e remote.Endpoint, environment estate.Environment, options Options, note func(string)) *estate.Host {
	hops, _ := dialer.Hops(e.Name) // a wrong name fails in Client, with its reason
	c := estate.Collection{At: options.Clock().UTC().Truncate(time.Second), Account: e.User, Via: hops, Address: e.Address, Coverage: estate.Known}
	unread := func(err error) *estate.Host {
		c.Coverage, c.Problem, c.Mend = explain(err)
		h := estate.UnreadHost(e.Name, environment, c)
		return &h
	}
	note("connecting")
	client, err := dialer.Client(ctx, e.Name)
	if err != nil {
		return unread(err)
	}
	defer func() { _ = client.Close() }()
	note("reading the machine")
	nonce := options.Nonce()
	result, err := client.Run(ctx, remote.Command{Script: script(nonce, options.Sudo)})
	t := readTranscript(string(result.Stdout), nonce)
	if !t.hello {
		switch {
		case result.Truncated:
			err = errNoise
		case err == nil:
			err = errNoShell
		}
		return unread(err)
	}
	if !t.bye {
		t.late = errors.Is(err, context.DeadlineExceeded)
		c.Warnings = append(c.Warnings, cutShort(err, result))
	}
	h := estate.UnreadHost(e.Name, environment, c)
	fill(&h, t)
	note("asking for certificates")
	served, failed := handshakes(ctx, client.DialContext, h.Listeners.Value, h.Routes.Value)
	h.Certificates = certificates(t, served, failed)
	return &h
}

// fill makes the sections of what the script printed.
func fill(h *estate.Host, t transcript) {
	passwd := parsePasswd(t.body("passwd"))
	users := userNames(passwd)
	running := tasks(t, users)
	services := parseServices(t.body("commands"))

	h.Identity = section(t, "identity", "", func(body string) estate.Identity { return parseIdentity(t.body("os"), body) })
	h.Capacity = section(t, "capacity", "", parseCapacity)
	h.Interfaces = section(t, "interfaces", "", parseInterfaces)
	h.Processes = section(t, "processes", "", func(string) []estate.Process { return processes(running) })
	if strings.TrimSpace(t.body("hidepid")) != "0" && h.Processes.Coverage == estate.Known && t.body("hidepid") != "" {
		me := pairs(t.body("identity"))["me"]
		h.Processes = estate.Miss[[]estate.Process](estate.Denied, t.source("processes"), "/proc hides other accounts' processes (hidepid)",
			"make "+me+" a member of the group that the gid= option of /proc names")
	}
	h.Packages = section(t, "packages", "", parsePackages)
	h.Units = units(t)
	h.Schedules = schedules(t, passwd, services)
	h.Mounts = section(t, "mounts", "", func(body string) []estate.Mount { return parseMounts(body, t.body("fstab"), t.body("df")) })
	h.Accounts = accounts(t, passwd, running)
	h.Names = section(t, "hosts", "", parseHosts)
	h.Routes = routes(t)
	h.Commands = outbound(t, h.Schedules.Value, services)
	h.Certificates = certificates(t, nil, 0)
	sockets(h, t, newOwners(users, parseSS(t.body("ss")), running))
	h.Applications = applications(h)
	fillSoftware(h, t, running)
	fillPlatform(h, t)
	dropOwn(h)
}

// sockets fills listeners and connections. Without root the programs of others stay unknown, but for their units.
func sockets(h *estate.Host, t transcript, o owners) {
	identity := pairs(t.body("identity"))
	me, err := strconv.Atoi(identity["uid"])
	if err != nil {
		me = 0
	}
	all := withoutOurs(parseSockets(t.body("sockets")), identity["login"], me, o.holders)
	h.Listeners = section(t, "sockets", "", func(string) []estate.Listener { return listeners(all, o) })
	if t.frames["ss"].root {
		h.Listeners.Privilege = privilegeSudo
	}
	h.Connections = section(t, "sockets", "", func(string) []estate.Connection { return connections(all, o) })
	if !h.Listeners.Coverage.IsKnown() {
		return
	}
	unnamed := slices.ContainsFunc(h.Listeners.Value, func(l estate.Listener) bool { return l.Process == "" })
	if unnamed && me != 0 {
		h.Listeners.Problem = "the programs behind some sockets are known to root only"
		h.Listeners.Grant = t.grant([]string{"ss", "-n", "-t", "-u", "-a", "-p", "-e"})
		if coverage, _ := t.coverage("ss"); coverage == estate.Absent {
			h.Listeners.Problem += ", and the machine has no ss to ask with"
			h.Listeners.Grant = "install iproute2 there; then " + h.Listeners.Grant
		}
	}
}

// dropOwn forgets the machine's own addresses among the hosts of its processes, and bare ones among those of its
// units and scripts: that is where they listen.
func dropOwn(h *estate.Host) {
	own := map[string]bool{}
	for _, i := range h.Interfaces.Value {
		for _, prefix := range i.Addresses {
			address, _, _ := strings.Cut(prefix, "/")
			own[address] = true
		}
	}
	for i := range h.Processes.Value {
		h.Processes.Value[i].Hosts = slices.DeleteFunc(h.Processes.Value[i].Hosts, func(host string) bool {
			name, _ := splitPort(host)
			return own[name]
		})
	}
	calls := h.Commands.Value
	for i := range calls {
		calls[i].Hosts = slices.DeleteFunc(calls[i].Hosts, func(host string) bool { return own[host] })
	}
	h.Commands.Value = slices.DeleteFunc(calls, func(c estate.OutboundCall) bool { return len(c.Hosts) == 0 })
}

// errNoShell is an account that is let in, but whose shell does not run what it is sent.
var errNoShell = errors.New("the account runs no commands")

// errNoise is an account that prints without end before it runs anything.
var errNoise = errors.New("the account prints without end")

// explain says in the terms of a collection why a host could not be read.
func explain(err error) (coverage estate.Coverage, problem, mend string) {
	var failed *remote.Error
	switch {
	case errors.Is(err, errNoShell):
		return estate.Denied, "the login works, but the account runs no commands there: a restricted shell or ForceCommand",
			"give the account /bin/sh as its shell and take ForceCommand away, or read the host with another account"
	case errors.Is(err, errNoise):
		return estate.Failed, "the login works, but it printed more than is read of one host before it ran anything",
			"look at what the account's profile prints there, and at ForceCommand, or read the host with another account"
	case !errors.As(err, &failed):
		return estate.Failed, "the reading was stopped", ""
	}
	coverage = estate.Failed
	switch failed.Kind {
	case remote.TimedOut:
		coverage = estate.Timeout
	case remote.AuthFailed, remote.ChannelRefused:
		coverage = estate.Denied
	}
	return coverage, failed.Problem(), failed.Mend()
}

// cutShort says why the last frame is missing.
func cutShort(err error, result remote.Result) string {
	var failed *remote.Error
	switch {
	case result.Truncated:
		return "the host printed more than is read of one host; the rest is missing"
	case errors.As(err, &failed):
		return "the reading ended early: " + failed.Problem()
	case err != nil:
		return "the reading ended early"
	}
	return "the shell on the host ended the script early"
}

package host

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"nightferry/discover"
	"nightferry/internal/estate"
	"nightferry/internal/remote"
)

// LookTarget makes an endpoint a target of a watch. Its connection is kept between looks: to log in costs a machine
// several times what a look does. It ends with the dialer.
func LookTarget(dialer *remote.Dialer, e remote.Endpoint, options Options) discover.Target {
	l := &looker{dialer: dialer, endpoint: e, options: options}
	return discover.Target{Kind: discover.KindHost, Name: e.Name, Address: e.Address, Light: true,
		Collect: func(ctx context.Context, _ func(string)) discover.Asset {
			look := l.look(ctx)
			return discover.Asset{HostLook: &look}
		}}
}

// ExplainLook is the script of a look as it is sent to every host, for people to read beforehand.
func ExplainLook(sudo bool) string { return compose("RANDOM", sudo, lookProbes()) }

// mostLook bounds what a look may print.
const mostLook = 12 * mib

// lookProbes are what a look asks: who talks to whom, and how busy the machine is.
func lookProbes() []probe {
	shared := slices.DeleteFunc(processProbes(), func(p probe) bool { return p.key != "sockets" && p.key != "ss" && p.key != "passwd" })
	return slices.Concat(ownLookProbes(), shared)
}

// ownLookProbes are those that a reading does not have. The kernel's table of connections, where it is kept and may be
// read, remembers some that have ended, those of containers, and UDP.
func ownLookProbes() []probe {
	return []probe{
		{key: "moment", source: "/proc", limit: 256 * kib, shell: `
echo "login=$SSH_CONNECTION"
exec grep -s -E '^cpu |^ |^[0-9]|:' /proc/uptime /proc/loadavg /proc/stat /proc/meminfo /proc/diskstats /proc/net/dev /proc/self/status`},
		{key: "flows", source: "/proc/net/nf_conntrack", limit: 4 * mib, shell: `
[ -e /proc/net/nf_conntrack ] || exit 90
if [ -r /proc/net/nf_conntrack ]; then cat /proc/net/nf_conntrack; else root cat /proc/net/nf_conntrack || exit 91; fi
echo own; exec grep -s -B 1 'host LOCAL' /proc/net/fib_trie`,
			root: []privilege{{"cat /proc/net/nf_conntrack", "with discover --watch: connections that ended a while ago, those of containers, and partners over UDP"}}},
	}
}

// looker takes the looks at one host.
type looker struct {
	dialer   *remote.Dialer
	endpoint remote.Endpoint
	options  Options

	mu     sync.Mutex // held by a look
	client *remote.Client
}

// look never fails: what went wrong is in its coverage.
func (l *looker) look(ctx context.Context) estate.HostLook {
	found := estate.HostLook{Name: l.endpoint.Name, Collected: estate.Collection{At: l.options.Clock().UTC().Truncate(time.Second),
		Account: l.endpoint.User, Address: l.endpoint.Address, Coverage: estate.Known}}
	unread := func(coverage estate.Coverage, problem, mend string) estate.HostLook {
		found.Collected.Coverage, found.Collected.Problem, found.Collected.Mend = coverage, problem, mend
		return found
	}
	if !l.mu.TryLock() { // one that overran its time
		return unread(estate.Timeout, "the look before it is still under way", "look less often, or see why the machine answers slowly")
	}
	defer l.mu.Unlock()
	nonce := l.options.Nonce()
	result, err := l.run(ctx, compose(nonce, l.options.Sudo, lookProbes()))
	t := readTranscript(string(result.Stdout), nonce)
	if !t.hello {
		switch {
		case result.Truncated:
			err = errNoise
		case err == nil:
			err = errNoShell
		}
		return unread(explain(err))
	}
	l.options.Ours.Add(loginEnd(pairs(t.body("moment"))["login"]))
	fillLook(&found, t, l.options.Ours)
	if found.Counters == nil && !found.PeersRead {
		return unread(estate.Failed, cutShort(err, result), "")
	}
	return found
}

// run runs a script over the connection that is there; where it broke since the last look, over a new one.
func (l *looker) run(ctx context.Context, script string) (remote.Result, error) {
	for again := l.client != nil; ; again = false {
		if l.client == nil {
			client, err := l.dialer.Client(ctx, l.endpoint.Name)
			if err != nil {
				return remote.Result{}, err
			}
			l.client = client
		}
		result, err := l.client.Run(ctx, remote.Command{Script: script, MaxOutput: mostLook})
		if err == nil {
			return result, nil
		}
		_ = l.client.Close()
		l.client = nil
		var failed *remote.Error
		if !again || len(result.Stdout) > 0 || !errors.As(err, &failed) || failed.Kind != remote.Dropped {
			return result, err
		}
	}
}

// fillLook makes a look of what the script printed.
func fillLook(l *estate.HostLook, t transcript, ours *discover.Ours) {
	moment := t.body("moment")
	if m := parseLook(moment, 0); m.seconds > 0 {
		l.Counters = counters(m)
	}
	if coverage, _ := t.coverage("sockets"); coverage != estate.Known {
		return
	}
	l.PeersRead = true
	me := 0
	for line := range lines(moment) {
		if words := strings.Fields(strings.TrimPrefix(line, "/proc/self/status:")); len(words) > 1 && words[0] == "Uid:" {
			me, _ = strconv.Atoi(words[1])
		}
	}
	users := userNames(parsePasswd(t.body("passwd")))
	o := newOwners(users, parseSS(t.body("ss")), nil)
	all := parseSockets(t.body("sockets"))
	theirs := slices.DeleteFunc(withoutOurs(slices.Clone(all), pairs(moment)["login"], me, o.holders), func(s socket) bool {
		return ours.Has(s.peer) || ours.Has(s.local) && s.state != stateListen
	})
	l.Peers = peers(theirs, o, parseFlows(t.body("flows")).of(all, theirs, ours))
	for _, key := range []string{"sockets", "flows"} {
		l.PeersCut = l.PeersCut || t.frames[key].cut || strings.Count(t.frames[key].body, "\n") > mostRows
	}
}

func counters(m moment) *estate.HostCounters {
	c := estate.HostCounters{Uptime: m.seconds, MemoryBytes: m.memory["MemTotal:"], AvailableBytes: m.available(),
		SwapUsedBytes: max(m.memory["SwapTotal:"]-m.memory["SwapFree:"], 0), ReadBytes: m.read, WrittenBytes: m.written,
		Operations: m.done, ReceivedBytes: m.received, SentBytes: m.sent}
	if len(m.averages) > 0 {
		c.LoadAverage = m.averages[0]
	}
	for i, ticks := range m.cpu[:min(len(m.cpu), len(c.CPU))] {
		c.CPU[i] = int64(ticks)
	}
	return &c
}

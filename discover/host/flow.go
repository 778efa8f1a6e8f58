package host

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"nightferry/discover"
)

// flow is a connection as the kernel's table of connections has it: from is who began it. Where addresses are
// translated, as for containers, answers come from another than to, or go to another than from.
type flow struct {
	protocol             string
	from, to             netip.AddrPort
	answerFrom, answerTo netip.AddrPort
	ended                bool
}

// translated tells whether a program outside the machine's own network stack speaks.
func (f flow) translated() bool { return f.answerFrom != f.to || f.answerTo != f.from }

// ends are the machine's own end and its peer's; not ok for what is only passed on, and for what its sockets tell
// better: the table keeps a broken connection for days.
func (f flow) ends(own map[netip.Addr]bool) (local, peer netip.AddrPort, ok bool) {
	if f.protocol == "tcp" && !f.ended && !f.translated() {
		return local, peer, false
	}
	switch {
	case own[f.from.Addr()]:
		return f.from, f.to, true
	case own[f.to.Addr()]:
		return f.to, f.from, true
	case own[f.answerTo.Addr()]:
		return f.answerTo, f.to, true
	}
	return local, peer, false
}

// flows is that table, with the machine's own addresses: it also holds what is only passed on.
type flows struct {
	found []flow
	own   map[netip.Addr]bool
}

// parseFlows reads /proc/net/nf_conntrack, a line "own", and of /proc/net/fib_trie the leaves that are the machine's.
// Calls that nobody answered are left out.
func parseFlows(body string) flows {
	f := flows{own: map[netip.Addr]bool{}}
	table := true
	for line := range lines(body) {
		words := strings.Fields(line)
		switch {
		case words[0] == "own":
			table = false
		case table:
			if flow, ok := parseFlow(words); ok {
				f.found = append(f.found, flow)
			}
		case len(words) == 2 && words[0] == "|--":
			if address, err := netip.ParseAddr(words[1]); err == nil {
				f.own[address] = true
			}
		}
	}
	return f
}

// of adds the addresses of sockets to the machine's own, and drops the flows of those that are ours.
func (f flows) of(all, theirs []socket, known *discover.Ours) flows {
	type pair struct{ local, peer netip.AddrPort }
	ours := map[pair]bool{}
	for _, s := range all {
		if !s.local.Addr().IsUnspecified() {
			f.own[s.local.Addr()] = true
		}
		ours[pair{s.local, s.peer}] = true
	}
	for _, s := range theirs {
		delete(ours, pair{s.local, s.peer})
	}
	f.found = slices.DeleteFunc(f.found, func(f flow) bool { return known.Has(f.from) || ours[pair{f.from, f.to}] || ours[pair{f.to, f.from}] })
	return f
}

// parseFlow reads "ipv4 2 tcp 6 86 TIME_WAIT src=10.0.0.5 dst=10.0.0.9 sport=50100 dport=22 src=… [ASSURED] …"; UDP has
// no state. The first of each key is of the direction that began, the second of the answers.
func parseFlow(words []string) (flow, bool) {
	if len(words) < 6 || words[2] != "tcp" && words[2] != "udp" {
		return flow{}, false
	}
	f := flow{protocol: words[2]}
	if f.protocol == "tcp" {
		switch words[5] {
		case "ESTABLISHED":
		case "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE":
			f.ended = true
		default:
			return flow{}, false
		}
	}
	told := map[string][]string{}
	for _, word := range words[5:] {
		if key, value, ok := strings.Cut(word, "="); ok {
			told[key] = append(told[key], value)
		}
		if word == "[UNREPLIED]" {
			return flow{}, false
		}
	}
	for _, key := range []string{"src", "dst", "sport", "dport"} {
		if len(told[key]) != 2 {
			return flow{}, false
		}
	}
	var ok [4]bool
	f.from, ok[0] = end(told["src"][0], told["sport"][0])
	f.to, ok[1] = end(told["dst"][0], told["dport"][0])
	f.answerFrom, ok[2] = end(told["src"][1], told["sport"][1])
	f.answerTo, ok[3] = end(told["dst"][1], told["dport"][1])
	return f, ok == [4]bool{true, true, true, true}
}

func end(address, port string) (netip.AddrPort, bool) {
	at, err := netip.ParseAddr(address)
	number, err2 := strconv.ParseUint(port, 10, 16)
	return netip.AddrPortFrom(at.Unmap().WithZone(""), uint16(number)), err == nil && err2 == nil
}

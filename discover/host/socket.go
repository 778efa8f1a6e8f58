package host

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// socket is one line of /proc/net/{tcp,udp}{,6}.
type socket struct {
	protocol    string // "tcp" or "udp"
	local, peer netip.AddrPort
	state       int64
	uid         int
	inode       string
}

// The states of the kernel that matter here.
const (
	stateEstablished = 1
	stateFinWait1    = 4
	stateFinWait2    = 5
	stateTimeWait    = 6 // ended; remembered for 60 seconds by the side that ended it
	stateUnconnected = 7 // of UDP: may receive from anybody
	stateCloseWait   = 8
	stateLastAck     = 9
	stateListen      = 10
	stateClosing     = 11
)

// firstEphemeral is where clients' own ports begin by Linux's default.
const firstEphemeral = 32768

// parseSockets reads the kernel's tables, each after a line with its name.
func parseSockets(body string) []socket {
	var found []socket
	protocol := ""
	for line := range lines(body) {
		words := strings.Fields(line)
		if len(words) == 1 {
			protocol = strings.TrimSuffix(words[0], "6")
			continue
		}
		if len(words) < 10 || words[0] == "sl" || protocol != "tcp" && protocol != "udp" {
			continue
		}
		local, ok1 := parseHexAddress(words[1])
		peer, ok2 := parseHexAddress(words[2])
		state, err1 := strconv.ParseInt(words[3], 16, 32)
		uid, err2 := strconv.Atoi(words[7])
		if ok1 && ok2 && err1 == nil && err2 == nil {
			found = append(found, socket{protocol: protocol, local: local, peer: peer, state: state, uid: uid, inode: words[9]})
		}
	}
	return found
}

// parseHexAddress reads "0100007F:1538": words of 32 bits in the order of the machine, little-endian on all we meet.
func parseHexAddress(s string) (netip.AddrPort, bool) {
	address, port, ok := strings.Cut(s, ":")
	raw, err := hex.DecodeString(address)
	number, err2 := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil || err2 != nil || len(raw) != 4 && len(raw) != 16 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(raw); i += 4 {
		binary.BigEndian.PutUint32(raw[i:], binary.LittleEndian.Uint32(raw[i:]))
	}
	ip, _ := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(ip.Unmap(), uint16(number)), true
}

// holder is what ss tells of a socket beyond the kernel's table.
type holder struct{ process, unit string }

// parseSS reads `ss -p -e` by inode: users:(("sshd",pid=1,fd=3)) uid:0 ino:123 sk:1 cgroup:/system.slice/ssh.service.
// Versions before 4.0 write users:(("sshd",1,3)), those before 5.10 no cgroup.
func parseSS(body string) map[string]holder {
	found := map[string]holder{}
	for line := range lines(body) {
		var h holder
		inode := ""
		if _, after, ok := strings.Cut(line, `users:(("`); ok {
			name, _, _ := strings.Cut(after, `"`)
			h.process = programName(name)
		}
		for word := range strings.FieldsSeq(line) {
			if value, ok := strings.CutPrefix(word, "ino:"); ok {
				inode = value
			} else if value, ok := strings.CutPrefix(word, "cgroup:"); ok {
				h.unit = unitOf(value)
			}
		}
		if inode != "" && inode != "0" && h != (holder{}) {
			found[inode] = h
		}
	}
	return found
}

// owners names the program behind a socket, as far as this account can know.
type owners struct {
	users   map[int]string
	holders map[string]holder
	units   map[string]string // unit to its one program
	sole    map[string]string // account, but for root, to the one program that it runs
}

func newOwners(users map[int]string, holders map[string]holder, found []task) owners {
	o := owners{users: users, holders: holders, units: map[string]string{}, sole: map[string]string{}}
	for _, p := range found {
		note(o.units, p.unit, p.call.program)
		note(o.sole, p.user, p.call.program)
	}
	delete(o.sole, "root") // also opens sockets for others
	return o
}

// note keeps the one program of a unit or an account; of several, any may hold a socket, and none is named.
func note(one map[string]string, of, program string) {
	switch other, ok := one[of]; {
	case of == "" || ok && other == program:
	case ok:
		one[of] = ""
	default:
		one[of] = program
	}
}

func (o owners) program(s socket) string {
	h := o.holders[s.inode]
	switch {
	case h.process != "":
		return h.process
	case o.units[h.unit] != "":
		return o.units[h.unit]
	case h.unit == "" && o.sole[o.users[s.uid]] != "":
		return o.sole[o.users[s.uid]]
	}
	// systemd listens for the service of that name, until somebody calls.
	if name, ok := strings.CutSuffix(h.unit, ".socket"); ok {
		return cmp.Or(o.units[name+".service"], name)
	}
	return strings.TrimSuffix(h.unit, ".service")
}

// withoutOurs drops the connection we came by, and those that a jump host made for us: they exist because we look.
// login is SSH_CONNECTION: our address and port, and the machine's.
func withoutOurs(sockets []socket, login string, uid int, holders map[string]holder) []socket {
	peer := loginEnd(login)
	return slices.DeleteFunc(sockets, func(s socket) bool {
		h := holders[s.inode]
		forwarded := len(holders) > 0 && uid != 0 && s.uid == uid && h.unit == "" && (h.process == "" || h.process == "sshd")
		return s.state != stateListen && (forwarded || peer.IsValid() && s.peer == peer)
	})
}

// loginEnd is where our login comes from, by SSH_CONNECTION; not valid where that is none.
func loginEnd(login string) netip.AddrPort {
	words := strings.Fields(login)
	if len(words) != 4 {
		return netip.AddrPort{}
	}
	address, err1 := netip.ParseAddr(words[0])
	port, err2 := strconv.ParseUint(words[1], 10, 16)
	if err1 != nil || err2 != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(address.Unmap(), uint16(port))
}

// listeners are the sockets that wait for others, without doubles.
func listeners(sockets []socket, o owners) []estate.Listener {
	seen := map[estate.Listener]bool{}
	for _, s := range sockets {
		waits := s.protocol == "tcp" && s.state == stateListen ||
			s.protocol == "udp" && s.state == stateUnconnected && s.local.Port() < firstEphemeral
		if !waits {
			continue
		}
		address := s.local.Addr().String()
		if s.local.Addr().IsUnspecified() {
			address = "*"
		}
		seen[estate.Listener{Protocol: s.protocol, Address: address, Port: int(s.local.Port()), Process: o.program(s), User: userName(o.users, s.uid)}] = true
	}
	found := make([]estate.Listener, 0, len(seen))
	for l := range seen {
		found = append(found, l)
	}
	slices.SortFunc(found, func(a, b estate.Listener) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Address, b.Address),
			cmp.Compare(a.Process, b.Process), cmp.Compare(a.User, b.User))
	})
	return found
}

// connections counts the established ones that look the same. Clients' own ports differ each time and become 0.
func connections(sockets []socket, o owners) []estate.Connection {
	listening := map[uint16]bool{}
	for _, s := range sockets {
		if s.protocol == "tcp" && s.state == stateListen {
			listening[s.local.Port()] = true
		}
	}
	counts := map[estate.Connection]int{}
	for _, s := range sockets {
		if s.protocol != "tcp" || s.state != stateEstablished {
			continue
		}
		c := estate.Connection{LocalAddress: s.local.Addr().String(), PeerAddress: s.peer.Addr().String(),
			Inbound: listening[s.local.Port()], Process: o.program(s), User: userName(o.users, s.uid)}
		if c.Inbound {
			c.LocalPort = int(s.local.Port())
		} else {
			c.PeerPort = int(s.peer.Port())
		}
		counts[c]++
	}
	found := make([]estate.Connection, 0, len(counts))
	for c, n := range counts {
		c.Count = n
		found = append(found, c)
	}
	slices.SortFunc(found, func(a, b estate.Connection) int {
		return cmp.Or(cmp.Compare(a.LocalAddress, b.LocalAddress), cmp.Compare(a.LocalPort, b.LocalPort), cmp.Compare(a.PeerAddress, b.PeerAddress),
			cmp.Compare(a.PeerPort, b.PeerPort), cmp.Compare(a.Process, b.Process), cmp.Compare(a.User, b.User))
	})
	return found
}

package host

import (
	"net/netip"
	"slices"

	"nightferry/internal/estate"
)

// peers are who this machine speaks with or has just spoken with. A connection that is being made is none yet: nobody
// may answer.
func peers(sockets []socket, o owners, flows flows) []estate.SeenPeer {
	listening := map[listener]server{}
	for _, s := range sockets {
		if s.protocol == "tcp" && s.state == stateListen || s.protocol == "udp" && s.state == stateUnconnected {
			at := listener{s.protocol, s.local.Port()}
			if served, ok := listening[at]; !ok || served.process == "" {
				listening[at] = server{o.program(s), userName(o.users, s.uid)}
			}
		}
	}
	found := map[estate.Counterpart]bool{} // whether only the trace of an end was seen
	see := func(c estate.Counterpart, ended bool) {
		already, seen := found[c]
		found[c] = ended && (already || !seen)
	}
	for _, s := range sockets {
		if open, ended := liveliness(s); (open || ended) && s.local != s.peer { // a program may hold a socket to itself
			c := counterpart(s.protocol, s.local, s.peer, listening)
			if open {
				c.Process, c.User = o.program(s), userName(o.users, s.uid)
			} else if c.Inbound { // a trace has lost whose it was
				served := listening[listener{s.protocol, s.local.Port()}]
				c.Process, c.User = served.process, served.user
			}
			see(c, ended)
		}
	}
	for _, f := range flows.found {
		if local, peer, ok := f.ends(flows.own); ok {
			see(counterpart(f.protocol, local, peer, listening), f.ended)
		}
	}
	list := make([]estate.SeenPeer, 0, len(found))
	for c, ended := range found {
		list = append(list, estate.SeenPeer{Counterpart: c, Ended: ended})
	}
	slices.SortFunc(list, func(a, b estate.SeenPeer) int { return a.Compare(b.Counterpart) })
	return list
}

// listener is where somebody waits for calls, server who.
type (
	listener struct {
		protocol string
		port     uint16
	}
	server struct{ process, user string }
)

// liveliness tells whether a socket is a connection that is open, or the trace of one that has ended.
func liveliness(s socket) (open, ended bool) {
	switch s.state {
	case stateEstablished, stateCloseWait:
		return true, false
	case stateFinWait1, stateFinWait2, stateTimeWait, stateLastAck, stateClosing:
		return false, s.protocol == "tcp"
	}
	return false, false
}

// counterpart says who is at the other end, and who called. Where nobody listens any more, the lower port is a
// service's and the other, out of those that clients are given, is not.
func counterpart(protocol string, local, peer netip.AddrPort, listening map[listener]server) estate.Counterpart {
	_, served := listening[listener{protocol, local.Port()}]
	c := estate.Counterpart{Protocol: protocol, LocalAddress: local.Addr().String(), PeerAddress: peer.Addr().String(),
		Inbound: served || local.Port() < firstEphemeral && peer.Port() >= firstEphemeral}
	if c.Inbound {
		c.LocalPort = int(local.Port())
	} else {
		c.PeerPort = int(peer.Port())
	}
	return c
}

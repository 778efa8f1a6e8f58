package discover

import (
	"net/netip"
	"sync"
	"time"
)

// Ours knows the connections that are there because we look: they are no partners of anybody. Each is known by the
// address and port from which it comes, as the machine or server that is looked at sees them: those of a jump host,
// where there is one. It may be used by several goroutines; a nil one knows none.
type Ours struct {
	began time.Time
	hops  map[string]bool

	mu        sync.Mutex
	ends      map[netip.AddrPort]bool
	addresses map[netip.Addr]bool
}

// remembered is for how long machines keep traces of connections that ended: 60 seconds, and 120 where the kernel has
// a table of connections.
const remembered = 2 * time.Minute

// NewOurs knows of no connection yet. hops names the hosts through which we reach others; began is when we did, for
// before that an earlier run may have looked.
func NewOurs(began time.Time, hops ...string) *Ours {
	o := &Ours{began: began, hops: map[string]bool{}, ends: map[netip.AddrPort]bool{}, addresses: map[netip.Addr]bool{}}
	for _, hop := range hops {
		o.hops[hop] = true
	}
	return o
}

// Add notes where one of our connections comes from.
func (o *Ours) Add(end netip.AddrPort) {
	if o == nil || !end.IsValid() {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	end = netip.AddrPortFrom(end.Addr().Unmap(), end.Port())
	o.ends[end], o.addresses[end.Addr()] = true, true
}

// Has tells whether a connection comes from one of our ends. Connections that ended some time ago are still known.
func (o *Ours) Has(end netip.AddrPort) bool {
	if o == nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ends[end]
}

// MayBeEarlier tells whether the trace of an ended connection on a host may be an earlier run's of ours: soon after we
// began, on a host through which we reach others, or from where we come.
func (o *Ours) MayBeEarlier(now time.Time, host string, peer netip.Addr) bool {
	if o == nil || now.Sub(o.began) >= remembered {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.hops[host] || o.addresses[peer]
}

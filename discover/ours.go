package discover

import (
	"net/netip"
	"sync"
)

// Ours knows the connections that are there because we look: they are no partners of anybody. Each is known by the
// address and port from which it comes, as the machine or server that is looked at sees them: those of a jump host,
// where there is one. It may be used by several goroutines; a nil one knows none.
type Ours struct {
	mu   sync.Mutex
	ends map[netip.AddrPort]bool
}

// Add notes where one of our connections comes from.
func (o *Ours) Add(end netip.AddrPort) {
	if o == nil || !end.IsValid() {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ends == nil {
		o.ends = map[netip.AddrPort]bool{}
	}
	o.ends[netip.AddrPortFrom(end.Addr().Unmap(), end.Port())] = true
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

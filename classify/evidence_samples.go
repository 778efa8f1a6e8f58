package classify

import (
	"fmt"
	"strings"

	"nightferry/internal/estate"
)

// fewHours is up to how many hours of the day are worth naming, at which something was seen.
const fewHours = 4

// samples reads whom repeated looks at hosts and servers showed, also those that spoke for a moment only. It adds to
// the looks of each host.
func (l *ledger) samples(names *atlas, inventory estate.Inventory, looks map[string]int) {
	for _, watched := range inventory.Samples.Hosts {
		v := names.named(inventory, watched.Name)
		looks[v.me] += watched.PeerSamples
		for _, p := range watched.Peers {
			e := l.socket(v, estate.Connection{LocalAddress: p.LocalAddress, LocalPort: p.LocalPort, PeerAddress: p.PeerAddress, PeerPort: p.PeerPort, Inbound: p.Inbound,
				Process: p.Process, User: p.User}, p.Protocol)
			e.samples = p.Samples
			e.evidence = often(p.Sighting, watched.PeerSamples) + e.evidence
			l.add(observed, e)
		}
	}
	for _, watched := range inventory.Samples.Postgres {
		for _, server := range inventory.Postgres {
			if server.Name != watched.Name {
				continue
			}
			s := newSessions(names, inventory, server)
			looks[s.me] = max(looks[s.me], watched.ClientSamples)
			for _, c := range watched.Clients {
				s.add(l, c.Address, c.Application, c.TLS, edge{tied: []string{server.Name + "/" + c.Database}, samples: c.Samples,
					proof:    proofOfSession(server, estate.DatabaseClient{Database: c.Database, Role: c.Role, Address: c.Address, TLS: c.TLS}),
					evidence: often(c.Sighting, watched.ClientSamples) + ": session of " + c.Role + " on " + server.Name + "/" + c.Database})
			}
		}
	}
}

// often says in how many samples something was seen, and at which hours where these are few.
func often(s estate.Sighting, of int) string {
	var hours []string
	for hour, n := range s.Hours {
		if n > 0 {
			hours = append(hours, fmt.Sprintf("%02d", hour))
		}
	}
	text := fmt.Sprintf("in %d of %d samples", s.Samples, of)
	if len(hours) <= fewHours && of >= 24 {
		text += " (at " + strings.Join(hours, ", ") + " h UTC)"
	}
	return text
}

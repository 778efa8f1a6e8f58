package estate

import (
	"cmp"
	"slices"
	"time"
)

// Ports from firstVarying on may be a client's own on Linux. A peer of more than MostVaryingPorts of them is taken for
// one whose port differs each time, as in passive FTP.
const (
	firstVarying     = 32768
	MostVaryingPorts = 8
)

// MayVary tells whether the peer's port may be one that differs each time.
func (c Counterpart) MayVary() bool { return !c.Inbound && c.PeerPort >= firstVarying }

// MergeHost makes of the record of a host's samples what they showed. The same record gives the same result.
func MergeHost(name string, log SampleLog[Counterpart, HostCounters]) HostSamples {
	h := HostSamples{Name: name, Sampling: samplingOf(log.Entries), Peers: []Peer{}}
	known, same := foldCounterparts(log.Known)
	sightings, ended := make([]Sighting, len(known)), make([]int, len(known))
	for _, e := range taken(log.Entries) {
		h.PeersCut = h.PeersCut || e.Cut
		if !e.Blind {
			h.PeerSamples++
		}
		traces := map[int]bool{}
		for _, number := range e.Ended {
			traces[same[number]] = true
		}
		for _, number := range e.Seen {
			who := same[number]
			if !sightings[who].add(e.At) {
				continue
			}
			if traces[who] && !lives(e, same, who) {
				ended[who]++
			}
		}
	}
	for i, who := range known {
		if sightings[i].Samples > 0 {
			h.Peers = append(h.Peers, Peer{Counterpart: who, Sighting: sightings[i], Ended: ended[i]})
		}
	}
	slices.SortFunc(h.Peers, func(a, b Peer) int { return a.Compare(b.Counterpart) })
	h.Load = hostLoad(log.Entries)
	return h
}

// lives tells whether a connection with somebody was open in a sample: of several that are folded into one, some may
// be open and some have ended.
func lives(e SampleEntry[HostCounters], same []int, who int) bool {
	for _, number := range e.Seen {
		if same[number] == who && !slices.Contains(e.Ended, number) {
			return true
		}
	}
	return false
}

// foldCounterparts finds who is one and the same: an ended connection shows no program, and ports that differ each
// time are not kept. same gives for each of known its number in folded.
func foldCounterparts(known []Counterpart) (folded []Counterpart, same []int) {
	varying := map[Counterpart]map[int]bool{}
	party := func(c Counterpart) Counterpart {
		return Counterpart{Protocol: c.Protocol, PeerAddress: c.PeerAddress}
	}
	for _, c := range known {
		if !c.Inbound && (c.PeerPort == 0 || c.MayVary()) {
			if varying[party(c)] == nil {
				varying[party(c)] = map[int]bool{}
			}
			varying[party(c)][c.PeerPort] = true
		}
	}
	settled := make([]Counterpart, len(known))
	named := map[Counterpart][]Counterpart{}
	for i, c := range known {
		if ports := varying[party(c)]; c.MayVary() && (ports[0] || len(ports) > MostVaryingPorts) {
			c.PeerPort = 0
		}
		settled[i] = c
		if bare := c.unnamed(); c != bare && !slices.Contains(named[bare], c) {
			named[bare] = append(named[bare], c)
		}
	}
	numbers := map[Counterpart]int{}
	for _, c := range settled {
		if owners := named[c.unnamed()]; c == c.unnamed() && len(owners) == 1 {
			c = owners[0]
		}
		number, found := numbers[c]
		if !found {
			number = len(folded)
			numbers[c], folded = number, append(folded, c)
		}
		same = append(same, number)
	}
	return folded, same
}

// unnamed is the counterpart without what is known of our side only while a connection is open.
func (c Counterpart) unnamed() Counterpart {
	c.Process, c.User = "", ""
	return c
}

// Compare orders counterparts: those who call first, then by service.
func (c Counterpart) Compare(other Counterpart) int {
	return cmp.Or(boolCompare(other.Inbound, c.Inbound), cmp.Compare(c.Protocol, other.Protocol), cmp.Compare(c.LocalPort, other.LocalPort),
		cmp.Compare(c.PeerAddress, other.PeerAddress), cmp.Compare(c.PeerPort, other.PeerPort), cmp.Compare(c.LocalAddress, other.LocalAddress),
		cmp.Compare(c.Process, other.Process), cmp.Compare(c.User, other.User))
}

// MergePostgres makes of the record of a PostgreSQL server's samples what they showed.
func MergePostgres(name string, log SampleLog[DatabaseCaller, PostgresCounters]) PostgresSamples {
	p := PostgresSamples{Name: name, Sampling: samplingOf(log.Entries), Clients: []SampledClient{}}
	clients := make([]SampledClient, len(log.Known))
	for _, e := range taken(log.Entries) {
		p.ClientsCut = p.ClientsCut || e.Cut
		if !e.Blind {
			p.ClientSamples++
		}
		for i, number := range e.Seen {
			c := &clients[number]
			c.add(e.At)
			if i < len(e.Sessions) {
				c.Most = max(c.Most, e.Sessions[i])
			}
			if i < len(e.Longest) {
				c.LongestSeconds = max(c.LongestSeconds, e.Longest[i])
			}
		}
	}
	for i, c := range clients {
		if c.Samples > 0 {
			c.DatabaseCaller = log.Known[i]
			p.Clients = append(p.Clients, c)
		}
	}
	slices.SortFunc(p.Clients, func(a, b SampledClient) int {
		return cmp.Or(cmp.Compare(a.Database, b.Database), cmp.Compare(a.Role, b.Role), cmp.Compare(a.Application, b.Application), cmp.Compare(a.Address, b.Address), boolCompare(a.Hidden, b.Hidden), boolCompare(a.TLS, b.TLS))
	})
	p.Load = postgresLoad(log.Entries)
	return p
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// taken gives the samples that were answered.
func taken[C any](entries []SampleEntry[C]) []SampleEntry[C] {
	answered := make([]SampleEntry[C], 0, len(entries))
	for _, e := range entries {
		if e.Missed == "" {
			answered = append(answered, e)
		}
	}
	return answered
}

// add counts a sample, once.
func (s *Sighting) add(at time.Time) bool {
	if s.Samples > 0 && s.Last.Equal(at) {
		return false
	}
	if s.Samples == 0 {
		s.First = at
	}
	s.Samples++
	s.Last = at
	s.Hours[at.UTC().Hour()]++
	return true
}

// samplingOf counts what was taken, and what was missed: asked and not answered, or not even asked because a round
// took too long or nobody watched.
func samplingOf[C any](entries []SampleEntry[C]) Sampling {
	var s Sampling
	for i, e := range entries {
		if i > 0 && e.Every > 0 {
			// Not rounded: between two days the schedule moves by a part of an interval.
			s.Missed += max(int(e.At.Sub(entries[i-1].At).Seconds()/float64(e.Every))-1, 0)
		}
		s.EverySeconds = e.Every
		if e.Missed != "" {
			s.Missed++
			s.Problem = e.Problem
			continue
		}
		if s.Taken == 0 {
			s.First = e.At
		}
		s.Taken++
		s.Last = e.At
	}
	return s
}

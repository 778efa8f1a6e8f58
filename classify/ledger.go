package classify

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// sight is one of the three ways in which an integration is seen. What is observed says more of what is done than
// configuration, and that more than what people remember.
type sight int

const (
	observed sight = iota
	configured
	declared
)

// edge is one sign of an integration. What a source does not tell stays empty.
type edge struct {
	from, to   end
	protocol   string
	port       int
	kind       estate.IntegrationKind // where the source knows better than the protocol
	direction  estate.Direction
	encryption estate.Encryption
	proof      estate.Authentication
	owner      string
	schedule   string
	tied       []string // data that crosses, as "SERVER/DATABASE" or "SERVER/DATABASE/SCHEMA.TABLE"
	classes    []estate.DataClass
	planned    bool // it need not be there yet
	evidence   string
	seen       int // 1 where the one look of a discovery showed it
	samples    int // of a watch, in which it was there
}

// key is what makes two edges the same integration.
type key struct{ from, to, family string }

// entry is an integration as its edges tell of it.
type entry struct {
	key

	behind  []string
	sights  [3]*sighting
	tied    []string
	classes []estate.DataClass
	present bool // something says that it is there, and not that it will be
	seen    int
	samples int
}

// sighting is all that one of the three ways says of an integration: sets, since edges come in any order.
type sighting struct {
	evidence, protocols, owners, schedules []string

	ports       []int
	kinds       []estate.IntegrationKind
	directions  []estate.Direction
	encryptions []estate.Encryption
	proofs      []estate.Authentication
}

// ledger gathers edges into integrations.
type ledger struct {
	byKey map[key]*entry
	ends  map[[2]string][]string            // the far ends that are known of one end and a family, in both directions
	kinds map[string]estate.IntegrationKind // of programs

	visits map[[2]string]bool // from the last jump host to what was read through it
}

func newLedger(inventory estate.Inventory) *ledger {
	l := &ledger{byKey: map[key]*entry{}, ends: map[[2]string][]string{}, kinds: map[string]estate.IntegrationKind{}, visits: map[[2]string]bool{}}
	visit := func(c estate.Collection, host string) {
		if n := len(c.Via); n > 0 {
			l.visits[[2]string{"host/" + c.Via[n-1], "host/" + host}] = true
		}
	}
	for _, h := range inventory.Hosts {
		visit(h.Collected, h.Name)
	}
	for _, s := range inventory.Postgres {
		visit(s.Collected, s.Host)
	}
	for _, o := range inventory.Odoo {
		visit(o.Collected, o.Host)
	}
	return l
}

// isVisit tells what looks like our own way in: from a jump host to what is read through it, by what we speak. Others
// that come the same way cannot be told from us.
func (l *ledger) isVisit(e edge) bool {
	switch e.protocol {
	case "ssh", "postgresql", "https", "http", "odoo":
		return l.visits[[2]string{e.from.name, e.to.name}]
	}
	return false
}

// add takes an edge. Of a party outside whose address has several names, a socket tells only the address: it counts
// for each of the names, and the address, that something else says is spoken to from there.
func (l *ledger) add(by sight, e edge) {
	if e.from.name == "" || e.to.name == "" || e.from.name == e.to.name && !matters(e) {
		return
	}
	if by == observed && l.isVisit(e) {
		return
	}
	if by == observed && (len(e.from.names) > 1 || len(e.to.names) > 1) {
		if l.addNamed(e) {
			return
		}
	}
	l.enter(by, e)
}

func (l *ledger) addNamed(e edge) bool {
	family := familyOf(e.protocol)
	far, near, address, names := &e.to, e.from.name, e.to.address.String(), e.to.names
	if len(names) < 2 {
		far, near, address, names = &e.from, e.to.name, e.from.address.String(), e.from.names
	}
	var known []string
	for _, name := range append([]string{address}, names...) {
		if slices.Contains(l.ends[[2]string{near, family}], "outside/"+name) {
			known = append(known, "outside/"+name)
		}
	}
	if len(known) > 1 {
		e.evidence += ": " + address + " is known by several of its names, and no socket tells which is meant"
	}
	for _, name := range known {
		far.name = name
		l.enter(observed, e)
	}
	return len(known) > 0
}

func (l *ledger) enter(by sight, e edge) {
	k := key{e.from.name, e.to.name, familyOf(e.protocol)}
	into := l.byKey[k]
	if into == nil {
		into = &entry{key: k, behind: slices.Concat(e.from.behind, e.to.behind)}
		l.byKey[k] = into
		if by != observed { // only what says a name helps to find it
			l.ends[[2]string{k.from, k.family}] = append(l.ends[[2]string{k.from, k.family}], k.to)
			l.ends[[2]string{k.to, k.family}] = append(l.ends[[2]string{k.to, k.family}], k.from)
		}
	}
	into.seen, into.samples = max(into.seen, e.seen), max(into.samples, e.samples)
	into.present = into.present || !e.planned
	include(&into.classes, e.classes...)
	include(&into.tied, e.tied...)
	if into.sights[by] == nil {
		into.sights[by] = &sighting{}
	}
	into.sights[by].take(e)
}

func (s *sighting) take(e edge) {
	include(&s.evidence, e.evidence)
	include(&s.protocols, e.protocol)
	include(&s.owners, e.owner)
	include(&s.schedules, e.schedule)
	include(&s.ports, e.port)
	include(&s.kinds, e.kind)
	include(&s.directions, e.direction)
	include(&s.encryptions, e.encryption)
	include(&s.proofs, e.proof)
}

// include adds what is not there yet, and is something.
func include[T comparable](list *[]T, values ...T) {
	var nothing T
	for _, value := range values {
		if value != nothing && !slices.Contains(*list, value) {
			*list = append(*list, value)
		}
	}
}

// kindOfProgram remembers what programs are for: few of them hold many sockets.
func (l *ledger) kindOfProgram(program string) estate.IntegrationKind {
	kind, known := l.kinds[program]
	if !known {
		kind = kindOfProgram(program)
		l.kinds[program] = kind
	}
	return kind
}

// matters tells what is worth telling even between two programs of one machine: they may move apart.
func matters(e edge) bool {
	switch cmp.Or(e.kind, kindOf(e.protocol, "")) {
	case estate.KindEHR, estate.KindDatabase, estate.KindMessaging:
		return true
	}
	return false
}

// integrations lists what was gathered, in order of the ends and the protocol.
func (l *ledger) integrations() []estate.Integration {
	entries := slices.Collect(maps.Values(l.byKey))
	slices.SortFunc(entries, func(a, b *entry) int {
		if c := cmp.Or(strings.Compare(a.from, b.from), strings.Compare(a.to, b.to)); c != 0 {
			return c
		}
		return strings.Compare(a.protocol(), b.protocol())
	})
	all := make([]estate.Integration, len(entries))
	for i, e := range entries {
		all[i] = e.integration()
	}
	return all
}

// integration is the entry in the words of the estate, without what services and classes say of it.
func (e *entry) integration() estate.Integration {
	i := estate.Integration{From: e.from, To: e.to, Behind: e.behind, Seen: e.seen + e.samples, Planned: !e.present,
		Configured: e.evidence(configured), Observed: e.evidence(observed), Declared: e.evidence(declared)}
	i.Protocol = e.protocol()
	i.Port = least(e, func(s *sighting) []int { return s.ports })
	if i.Port == 0 {
		i.Port = portOf(i.Protocol)
	}
	i.Kind = last(e, func(s *sighting) []estate.IntegrationKind { return s.kinds })
	if i.Kind == "" {
		i.Kind = kindOf(i.Protocol, i.To)
	}
	i.Owner = last(e, func(s *sighting) []string { return s.owners })
	for _, s := range e.sights {
		if s != nil {
			include(&i.Schedule, s.schedules...)
		}
	}
	slices.Sort(i.Schedule)
	i.Encryption = cmp.Or(merged(e, func(s *sighting) []estate.Encryption { return s.encryptions }, estate.MixedEncryption),
		encryptionOf(i.Protocol, i.Port))
	i.Authentication = cmp.Or(merged(e, func(s *sighting) []estate.Authentication { return s.proofs }, estate.MixedProofs), estate.UnknownProof)
	i.Direction = cmp.Or(merged(e, func(s *sighting) []estate.Direction { return s.directions }, estate.Both), directionOf(i.Protocol))
	return i
}

func (e *entry) evidence(by sight) []string {
	if e.sights[by] == nil {
		return nil
	}
	slices.Sort(e.sights[by].evidence)
	return e.sights[by].evidence
}

// protocol is the closest word that any way gives: a socket only shows the family (ssh), where configuration and
// people say which one it is (sftp).
func (e *entry) protocol() string {
	var closer []string
	for _, s := range e.sights {
		if s != nil {
			include(&closer, s.protocols...)
		}
	}
	slices.Sort(closer)
	for _, protocol := range closer {
		if protocol != e.family {
			return protocol
		}
	}
	return e.family
}

// merged is what the surest of the ways says that says anything; several words of one way are the given one.
func merged[T ~string](e *entry, of func(*sighting) []T, several T) T {
	for _, s := range e.sights {
		if s == nil {
			continue
		}
		if words := of(s); len(words) == 1 {
			return words[0]
		} else if len(words) > 1 {
			return several
		}
	}
	return ""
}

// last is the first word, in alphabetical order, of what people say, else of configuration, else of what is observed.
func last[T ~string](e *entry, of func(*sighting) []T) T {
	for i := len(e.sights) - 1; i >= 0; i-- {
		if s := e.sights[i]; s != nil && len(of(s)) > 0 {
			return slices.Min(of(s))
		}
	}
	return ""
}

// least is the smallest of all numbers that are said, 0 for none.
func least(e *entry, of func(*sighting) []int) int {
	found := 0
	for _, s := range e.sights {
		if s == nil {
			continue
		}
		for _, n := range of(s) {
			if found == 0 || n < found {
				found = n
			}
		}
	}
	return found
}

// outside is a party that is known by what people call it.
func outside(name string) end {
	name = strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(name, "/", " "))), "-")
	if name == "" {
		return end{}
	}
	return end{name: "outside/" + name}
}

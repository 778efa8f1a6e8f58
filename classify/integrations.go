package classify

import (
	"cmp"
	"slices"

	"nightferry/internal/estate"
)

// Assessment is what follows from inventory and classes. It is saved as assessment.json.
type Assessment struct {
	Version      int                  `json:"version"`
	Integrations []estate.Integration `json:"integrations"`
	Gaps         []estate.Gap         `json:"gaps"` // what is not known, and what would mend it
}

// Assess reconciles the integrations from what configuration says, what sockets and sessions show, and what
// people declared, and lists the gaps in what is known.
func Assess(inventory estate.Inventory, declared []estate.Integration) Assessment {
	return Assessment{Version: Version, Integrations: reconcile(inventory, declared), Gaps: inventory.Gaps()}
}

// edge is one sign of an integration.
type edge struct {
	from, to, protocol string
	port               int
	kind               string // where the source knows better than the protocol
	evidence           string
}

type view int

const (
	configured view = iota
	observed
)

// ledger gathers edges into integrations.
type ledger struct {
	names resolver
	byKey map[[3]string]*estate.Integration
}

func reconcile(inventory estate.Inventory, declared []estate.Integration) []estate.Integration {
	l := &ledger{names: newResolver(inventory), byKey: map[[3]string]*estate.Integration{}}
	for _, host := range inventory.Hosts {
		l.sockets(host)
		l.configuration(host)
	}
	for _, server := range inventory.Postgres {
		l.sessions(server)
	}
	for _, server := range inventory.Odoo {
		l.application(server)
	}
	for _, d := range declared {
		d.From, d.To = l.names.endpoint(d.From), l.names.endpoint(d.To)
		entry := l.entry(edge{from: d.From, to: d.To, protocol: d.Protocol, port: d.Port, kind: d.Kind})
		entry.Declared = append(entry.Declared, d.Declared...)
	}
	return l.sorted()
}

// entry finds the integration of an edge, or begins one. A socket only shows the family of a protocol (ssh), where
// configuration and people say which one it is (sftp): the closer word stays.
func (l *ledger) entry(e edge) *estate.Integration {
	key := [3]string{e.from, e.to, familyOf(e.protocol)}
	entry := l.byKey[key]
	if entry == nil {
		entry = &estate.Integration{From: e.from, To: e.to, Protocol: e.protocol, Port: e.port, Kind: kindOf(e.protocol, e.to)}
		l.byKey[key] = entry
	}
	if entry.Protocol == familyOf(entry.Protocol) {
		entry.Protocol = e.protocol
	}
	entry.Port = cmp.Or(entry.Port, e.port, portOf(e.protocol))
	entry.Kind = cmp.Or(e.kind, entry.Kind)
	return entry
}

func (l *ledger) add(seen view, e edge) {
	if e.from == "" || e.to == "" || e.from == e.to && !worthTellingAtHome(e.protocol) {
		return
	}
	entry := l.entry(e)
	if seen == configured {
		entry.Configured = append(entry.Configured, e.evidence)
		return
	}
	entry.Observed = append(entry.Observed, e.evidence)
}

// worthTellingAtHome picks what matters even between two programs of one machine: they may move apart.
func worthTellingAtHome(protocol string) bool {
	kind := kindOf(protocol, "")
	return kind == "ehr" || kind == "database"
}

func (l *ledger) sorted() []estate.Integration {
	all := make([]estate.Integration, 0, len(l.byKey))
	for _, entry := range l.byKey {
		for _, list := range []*[]string{&entry.Configured, &entry.Observed, &entry.Declared} {
			slices.Sort(*list)
			*list = slices.Compact(*list)
		}
		all = append(all, *entry)
	}
	slices.SortFunc(all, func(a, b estate.Integration) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Protocol, b.Protocol))
	})
	return all
}

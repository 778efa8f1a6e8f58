package after

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// Days before the night on which a gate has to be closed. A name's time-to-live is lowered late: it costs the name servers,
// and a week is longer than resolvers keep the old one.
const (
	readyDays = 14
	dnsDays   = 7
)

// Readiness is what partners must have done before the nights.
type Readiness struct {
	Integrations []Partner `yaml:"integrations,omitempty" json:"integrations,omitempty"`
	Unknown      []string  `yaml:"unknown,omitempty" json:"unknown,omitempty"` // where more partners may be that nobody could see
}

// Partner is one integration between a service that moves and somebody outside the estate.
type Partner struct {
	Partner  string `yaml:"partner" json:"partner"`
	Service  string `yaml:"service" json:"service"`
	Wave     string `yaml:"wave" json:"wave"`
	Protocol string `yaml:"protocol" json:"protocol"`
	Port     int    `yaml:"port,omitempty" json:"port,omitempty"` // 0 where it is not known
	Inbound  bool   `yaml:"inbound" json:"inbound"`               // the partner calls the service
	Gates    []Gate `yaml:"gates" json:"gates"`
}

// Gate is one thing that must be so before the night.
type Gate struct {
	Name     string `yaml:"name" json:"name"` // stable
	Ask      string `yaml:"ask" json:"ask"`
	Owner    string `yaml:"owner" json:"owner"` // Nobody where none is stated
	Due      string `yaml:"due" json:"due"`     // last day, 2026-01-31, in the calendar's time zone
	Holds    bool   `yaml:"holds" json:"holds"` // shown by evidence; false says that nothing shows it yet
	Evidence string `yaml:"evidence" json:"evidence"`
}

// Partners lists the integrations that leave the estate from services that move, each with its gates, in order of service
// and partner.
func Partners(in Input) Readiness {
	var all Readiness
	for _, m := range in.byName() {
		if m.From.IsZero() {
			continue
		}
		for _, why := range in.unwatched(m.Service.Name) {
			all.Unknown = append(all.Unknown, m.Service.Name+": "+why)
		}
		for _, i := range in.leaving(m.Service.Name) {
			name, inbound := outsider(i)
			p := Partner{Partner: name, Service: m.Service.Name, Wave: m.Wave, Protocol: i.Protocol, Port: i.Port, Inbound: inbound}
			owner := cmp.Or(i.Owner, owner(m.Service))
			p.Gates = append(gates(p, i, m, owner), in.tested(p, Gate{Name: "connection", Owner: owner, Due: day(m.From, -readyDays)}))
			all.Integrations = append(all.Integrations, p)
		}
	}
	return all
}

// unwatched names a service's hosts whose connections could not be read, or not in full: who else talks to them is not known.
func (in Input) unwatched(service string) []string {
	hosts := in.hosts(service)
	if len(hosts) == 0 {
		return []string{"no host of the service is known"}
	}
	r := Revocation{}
	for _, name := range hosts {
		at := slices.IndexFunc(in.Inventory.Hosts, func(h estate.Host) bool { return h.Name == name })
		if at < 0 {
			r.miss(name + ": not in the inventory")
			continue
		}
		take(&r, name, "connections", in.Inventory.Hosts[at].Connections, func(estate.Connection) []string { return nil })
	}
	return r.Unknown
}

// leaving lists the integrations between a service's hosts and the outside, those of shared addresses with it: any of their
// hosts may be meant.
func (in Input) leaving(service string) []estate.Integration {
	var found []estate.Integration
	for _, i := range in.Assessment.Integrations {
		name, inbound := outsider(i)
		if name != "" && slices.ContainsFunc(near(i, inbound), func(end string) bool { return slices.Contains(in.Hosts[service], end) }) {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b estate.Integration) int {
		left, _ := outsider(a)
		right, _ := outsider(b)
		return cmp.Or(cmp.Compare(left, right), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return found
}

// outsider is the end outside the estate, and whether it is the one that calls; empty where there is none.
func outsider(i estate.Integration) (name string, inbound bool) {
	if name, is := strings.CutPrefix(i.From, "outside/"); is {
		return name, true
	}
	if name, is := strings.CutPrefix(i.To, "outside/"); is {
		return name, false
	}
	return "", false
}

// near is the hosts of the end inside the estate.
func near(i estate.Integration, inbound bool) []string {
	if inbound {
		return i.Hosts(i.To)
	}
	return i.Hosts(i.From)
}

// gates are those that no look at machines can close: each stays open until a person says so.
func gates(p Partner, i estate.Integration, m Move, owner string) []Gate {
	addresses, names := "the landing zone's egress addresses are on the partner's list", "names that the partner admits or resolves have a time-to-live of 5 minutes at most"
	if p.Inbound {
		addresses = "the partner may reach the landing zone's address, and its own addresses are admitted there"
		names = "the name that the partner calls has a time-to-live of 5 minutes at most, or the partner changes an address that night"
	}
	contact := "a person at the partner is named, and reachable in the night"
	if isAnonymous(p.Partner) {
		contact = "it is known who this is, and a person there is named, and reachable in the night"
	}
	today := fmt.Sprintf("today: encryption %s, authentication %s", cmp.Or(i.Encryption, estate.UnknownEncryption), cmp.Or(i.Authentication, estate.UnknownProof))
	const unseen = "nothing that was collected can tell"
	ready := day(m.From, -readyDays)
	return []Gate{
		{Name: "addresses", Ask: addresses, Owner: owner, Due: ready, Evidence: unseen},
		{Name: "line", Ask: "a VPN or line that it goes by ends in the landing zone, or it is stated that there is none", Owner: owner, Due: ready, Evidence: unseen},
		{Name: "certificates", Ask: "certificates and their authorities are trusted on both sides, and outlive the night by 90 days", Owner: owner, Due: ready, Evidence: today},
		{Name: "credentials", Ask: "credentials of the target are issued, in its secret store, and not those of the legacy", Owner: owner, Due: ready, Evidence: today},
		{Name: "dns", Ask: names, Owner: owner, Due: day(m.From, -dnsDays), Evidence: unseen},
		{Name: "contact", Ask: contact, Owner: owner, Due: ready, Evidence: unseen},
	}
}

// many is what the assessment calls partners of which it found too many to name.
const many = "many addresses"

// isAnonymous tells whether all that is known of a partner is where it is.
func isAnonymous(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil || name == many
}

// tested closes the gate of a connection where one was observed between the landing zone and the same partner, the same way
// and by the same protocol. One that is only declared or configured is no test.
func (in Input) tested(p Partner, gate Gate) Gate {
	gate.Ask = "a connection between the landing zone and the partner was made, and seen"
	gate.Evidence = "no connection of a target host to this partner by " + p.Protocol + " was observed"
	if p.Partner == many {
		gate.Evidence = "the partner is not named, so no connection can be told to be its"
		return gate
	}
	var seen []string
	for _, i := range in.Assessment.Integrations {
		name, inbound := outsider(i)
		if name != p.Partner || inbound != p.Inbound || i.Protocol != p.Protocol || len(i.Observed) == 0 {
			continue
		}
		if ends := near(i, inbound); len(ends) > 0 && !slices.ContainsFunc(ends, func(end string) bool { return !in.isTarget(end) }) {
			seen = append(seen, ends...)
		}
	}
	if len(seen) > 0 {
		slices.Sort(seen)
		gate.Holds, gate.Evidence = true, "observed at "+strings.Join(slices.Compact(seen), ", ")
	}
	return gate
}

func (in Input) isTarget(end string) bool {
	return slices.ContainsFunc(in.Inventory.Hosts, func(h estate.Host) bool { return "host/"+h.Name == end && h.Environment == estate.Target })
}

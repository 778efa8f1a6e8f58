package classify

import (
	"net/netip"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// atlas knows which addresses and names lead to which hosts of the estate.
type atlas struct {
	hosts     map[string]string       // by name in lower case, as "host/NAME"
	byAddress map[netip.Addr][]string // hosts that have an address
	byName    map[string]netip.Addr   // as the hosts' own tables resolve it; the zero address where they differ
	byAlias   map[string][]string     // hosts by what they call themselves, and by names that they serve
	names     map[netip.Addr][]string // of an address, by the hosts' tables
	ports     map[string]map[int]port // what hosts listen on
	protocols map[int]string          // by well-known ports, as they were asked for
}

// port is a listening TCP port of a host.
type port struct {
	process string
	tls     bool // a certificate was shown there
}

// end is one end of an edge.
type end struct {
	name    string     // "host/NAME", "outside/NAME" or "shared/ADDRESS"; empty for nobody
	behind  []string   // hosts of a shared address
	address netip.Addr // of a party outside that is known by its address only
	names   []string   // of that address, where it has several: nobody can tell by which it is meant
}

// newAtlas learns from all hosts, and from the addresses at which servers were asked.
func newAtlas(inventory estate.Inventory) *atlas {
	a := &atlas{hosts: map[string]string{}, byAddress: map[netip.Addr][]string{}, byName: map[string]netip.Addr{},
		byAlias: map[string][]string{}, names: map[netip.Addr][]string{}, ports: map[string]map[int]port{}, protocols: map[int]string{}}
	for _, host := range inventory.Hosts {
		a.hosts[strings.ToLower(host.Name)] = "host/" + host.Name
	}
	for i := range inventory.Hosts {
		a.learn(&inventory.Hosts[i])
	}
	for _, s := range inventory.Postgres {
		a.asked(s.Host, s.Collected.Address)
	}
	for _, o := range inventory.Odoo {
		a.asked(o.Host, o.Collected.Address)
	}
	for _, list := range a.byAddress {
		slices.Sort(list)
	}
	for _, list := range a.byAlias {
		slices.Sort(list)
	}
	for address, list := range a.names {
		slices.Sort(list)
		a.names[address] = slices.Compact(list)
	}
	return a
}

func (a *atlas) learn(host *estate.Host) {
	me := "host/" + host.Name
	if name, _ := splitEndpoint(host.Collected.Address); name != "" {
		a.has(me, name)
	}
	for _, i := range host.Interfaces.Value {
		for _, text := range i.Addresses {
			if prefix, err := netip.ParsePrefix(text); err == nil && !isBridge(i.Name) {
				a.has(me, prefix.Addr().String())
			}
		}
	}
	a.calls(me, host.Identity.Value.Hostname)
	for _, domain := range host.Network.Value.Search {
		a.calls(me, host.Name+"."+domain)
	}
	for _, known := range host.Names.Value {
		address, err := netip.ParseAddr(known.Address)
		if err != nil || address.IsLoopback() {
			continue
		}
		for _, name := range known.Names {
			a.resolves(strings.ToLower(name), address.Unmap())
		}
	}
	ports := map[int]port{}
	for _, l := range host.Listeners.Value {
		if l.Protocol == "tcp" && ports[l.Port].process == "" {
			ports[l.Port] = port{process: l.Process}
		}
	}
	for _, c := range host.Certificates.Value {
		where, served := strings.CutPrefix(c.Where, "tls ")
		if !served {
			continue // a file: it may be anybody's
		}
		where, _, _ = strings.Cut(where, " ")
		_, number := splitEndpoint(where)
		ports[number] = port{ports[number].process, true}
		for _, name := range c.Names {
			a.calls(me, name)
		}
	}
	a.ports[me] = ports
}

// has notes an address of a host. Addresses that mean another machine on every link are none.
func (a *atlas) has(host, text string) {
	address, err := netip.ParseAddr(text)
	if err != nil || address.IsLoopback() || address.IsLinkLocalUnicast() || address.IsUnspecified() {
		return
	}
	address = address.Unmap().WithZone("")
	if !slices.Contains(a.byAddress[address], host) {
		a.byAddress[address] = append(a.byAddress[address], host)
	}
}

// calls notes a name of a host. One with a wildcard, or without a point, names no single machine to others.
func (a *atlas) calls(host, name string) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if _, known := a.hosts[name]; known || strings.Contains(name, "*") || !strings.Contains(name, ".") || strings.HasPrefix(name, "localhost") {
		return
	}
	if !slices.Contains(a.byAlias[name], host) {
		a.byAlias[name] = append(a.byAlias[name], host)
	}
}

// asked notes the address at which a server on a host was asked.
func (a *atlas) asked(host, address string) {
	name, _ := splitEndpoint(address)
	if host == "" || name == "" {
		return
	}
	if _, err := netip.ParseAddr(name); err != nil { // an address may be that of a tunnel's end
		a.calls("host/"+host, name)
	}
}

// resolves notes what a host's own table says of a name. Where hosts differ, only each itself can tell.
func (a *atlas) resolves(name string, address netip.Addr) {
	if before, known := a.byName[name]; known && before != address {
		a.byName[name] = netip.Addr{}
		return
	}
	a.byName[name] = address
	if !slices.Contains(a.names[address], name) {
		a.names[address] = append(a.names[address], name)
	}
}

// isBridge tells interfaces behind which a machine keeps containers and guests of its own. Their addresses are the
// same on many machines.
func isBridge(name string) bool {
	for _, prefix := range [...]string{"docker", "br-", "veth", "virbr", "cni", "lxcbr", "lxdbr", "podman", "flannel", "cali"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// view is the atlas as one host sees it: its own table of names comes first, and a loopback address is itself. The
// view of nobody has no host.
type view struct {
	*atlas
	me      string
	names   map[string]netip.Addr
	bridges []netip.Prefix
	search  []string
}

// of gives the view of a host.
func (a *atlas) of(host *estate.Host) view {
	v := view{atlas: a, me: "host/" + host.Name, names: map[string]netip.Addr{}, search: host.Network.Value.Search}
	for _, known := range host.Names.Value {
		if address, err := netip.ParseAddr(known.Address); err == nil {
			for _, name := range known.Names {
				v.names[strings.ToLower(name)] = address.Unmap()
			}
		}
	}
	for _, i := range host.Interfaces.Value {
		for _, text := range i.Addresses {
			if prefix, err := netip.ParsePrefix(text); err == nil && isBridge(i.Name) {
				v.bridges = append(v.bridges, prefix.Masked())
			}
		}
	}
	return v
}

// named gives the view of a host by name, whether or not it is in the inventory.
func (a *atlas) named(inventory estate.Inventory, host string) view {
	i, found := slices.BinarySearchFunc(inventory.Hosts, host, func(h estate.Host, name string) int { return strings.Compare(h.Name, name) })
	if found {
		return a.of(&inventory.Hosts[i])
	}
	for i := range inventory.Hosts {
		if inventory.Hosts[i].Name == host {
			return a.of(&inventory.Hosts[i])
		}
	}
	return view{atlas: a, me: "host/" + host}
}

// end resolves an address or a name, of which a port is wanted (0 where none is said). What is resolved already stays.
func (v view) end(text string, wanted int) end {
	text = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(text), "."))
	if kind, name, ok := strings.Cut(text, "/"); ok {
		return v.stated(kind, name)
	}
	if address, err := netip.ParseAddr(text); err == nil {
		return v.at(address.Unmap().WithZone(""), wanted)
	}
	if text == "" || text == "localhost" || text == "*" {
		return end{name: v.self(text)}
	}
	if host, ok := v.hosts[text]; ok {
		return end{name: host}
	}
	if !isName(text) {
		return end{}
	}
	for _, name := range append([]string{text}, v.searched(text)...) {
		address, known := v.names[name]
		if !known {
			address, known = v.byName[name]
		}
		if known && address.IsLoopback() {
			return end{name: v.self(text)}
		}
		if known && len(v.byAddress[address]) > 0 {
			return v.at(address, wanted)
		}
		if hosts := v.byAlias[name]; !known && len(hosts) > 0 {
			return v.one(hosts, name, wanted)
		}
	}
	return end{name: "outside/" + text}
}

// self is the host itself, for what every host calls itself by.
func (v view) self(text string) string {
	if text == "" {
		return ""
	}
	return v.me
}

// stated is an end that people named as such, or that is resolved already.
func (v view) stated(kind, name string) end {
	host, known := v.hosts[name]
	switch {
	case kind == "host" && known:
		return end{name: host}
	case name != "" && (kind == "host" || kind == "outside" || kind == "shared"):
		return end{name: kind + "/" + name}
	}
	return end{}
}

// isName tells what can be the name of a machine, and not a pattern or a variable.
func isName(text string) bool {
	if len(text) > 253 {
		return false
	}
	for _, r := range text {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_' && r < 0x80 {
			return false
		}
	}
	return true
}

// searched completes a short name by the host's search list.
func (v view) searched(name string) []string {
	var full []string
	for _, domain := range v.search {
		if !strings.Contains(name, ".") {
			full = append(full, name+"."+strings.ToLower(domain))
		}
	}
	return full
}

// at is whoever has an address.
func (v view) at(address netip.Addr, wanted int) end {
	if address.IsLoopback() || address.IsUnspecified() {
		return end{name: v.me}
	}
	for _, bridge := range v.bridges {
		if bridge.Contains(address) {
			return end{name: v.me} // a container or a guest of its own
		}
	}
	if hosts := v.byAddress[address]; len(hosts) > 0 {
		if v.me != "" && slices.Contains(hosts, v.me) {
			return end{name: v.me}
		}
		return v.one(hosts, address.String(), wanted)
	}
	names := whole(v.atlas.names[address])
	if len(names) == 1 {
		return end{name: "outside/" + names[0]}
	}
	return end{name: "outside/" + address.String(), address: address, names: names}
}

// one picks the host that listens on the wanted port; where several do, or none, the end stays shared.
func (v view) one(hosts []string, called string, wanted int) end {
	if len(hosts) == 1 {
		return end{name: hosts[0]}
	}
	var listening []string
	for _, host := range hosts {
		if _, listens := v.ports[host][wanted]; listens {
			listening = append(listening, host)
		}
	}
	if len(listening) == 1 {
		return end{name: listening[0]}
	}
	return end{name: "shared/" + called, behind: slices.Clone(hosts)}
}

// whole leaves out names that another one begins with: "partner" beside "partner.clinic.example".
func whole(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(names, func(other string) bool { return strings.HasPrefix(other, name+".") })
	})
}

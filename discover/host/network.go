package host

import (
	"cmp"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// networkProbe asks for routes and name servers; where there is no ip, the kernel's table of IPv4 routes.
func networkProbe() probe {
	return probe{key: "network", source: "ip route, /etc/resolv.conf", limit: 1 * mib, shell: `
if has ip; then ip route | sed 's/^/route /'; ip -6 route | sed 's/^/route /'; else sed 's/^/hex /' /proc/net/route; fi
[ -r /etc/resolv.conf ] && sed 's/^/resolv /' /etc/resolv.conf
[ -r /run/systemd/resolve/resolv.conf ] && sed 's/^/upstream /' /run/systemd/resolve/resolv.conf
exit 0`}
}

// parseNetwork reads "route LINE", "hex LINE", "resolv LINE" and "upstream LINE". Where a resolver on the machine asks
// others, those are named in its stead.
func parseNetwork(body string) estate.Network {
	n := estate.Network{Routes: []estate.Route{}, Resolvers: []string{}}
	var upstream []string
	previous := ""
	for line := range lines(body) {
		kind, rest, _ := strings.Cut(line, " ")
		words := strings.Fields(rest)
		if len(words) == 1 && kind == "route" {
			previous = words[0] // its hops follow, each on a line
		}
		if len(words) < 2 {
			continue
		}
		switch kind {
		case "route":
			r, ok := parseRoute(words)
			if words[0] == "nexthop" {
				r, ok = parseRoute(append([]string{previous}, words[1:]...))
			}
			if ok {
				n.Routes = append(n.Routes, r)
			}
			if words[0] != "nexthop" {
				previous = words[0]
			}
		case "hex":
			if r, ok := parseHexRoute(words); ok {
				n.Routes = append(n.Routes, r)
			}
		case "resolv":
			readResolver(words, &n.Resolvers, &n.Search)
		case "upstream":
			readResolver(words, &upstream, &n.Search)
		}
	}
	own := func(address string) bool { return strings.HasPrefix(address, "127.") || address == "::1" }
	if len(upstream) > 0 && !slices.ContainsFunc(n.Resolvers, func(a string) bool { return !own(a) }) {
		n.Resolvers = upstream
	}
	slices.SortFunc(n.Routes, func(a, b estate.Route) int {
		return cmp.Or(cmp.Compare(a.Destination, b.Destination), cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Gateway, b.Gateway))
	})
	n.Routes = slices.Compact(n.Routes)
	n.Search = sorted(n.Search)
	return n
}

// parseRoute reads "default via 10.0.0.1 dev eth0 proto dhcp" and "10.0.0.0/24 dev eth0 scope link". What the kernel
// makes for each interface by itself is left out.
func parseRoute(words []string) (estate.Route, bool) {
	r := estate.Route{Destination: words[0]}
	if r.Destination != "default" {
		prefix, err := netip.ParsePrefix(words[0])
		if err != nil {
			address, err := netip.ParseAddr(words[0])
			if err != nil {
				return r, false // unreachable, blackhole, prohibit
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		if a := prefix.Addr(); a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsLoopback() {
			return r, false
		}
		r.Destination = prefix.String()
	}
	for i := 1; i+1 < len(words); i++ {
		switch words[i] {
		case "via":
			gateway := words[i+1]
			if gateway == "inet6" && i+2 < len(words) {
				gateway = words[i+2]
			}
			if address, err := netip.ParseAddr(gateway); err == nil {
				r.Gateway = address.WithZone("").String()
			}
		case "dev":
			r.Interface = clean(words[i+1])
		}
	}
	return r, r.Interface != ""
}

// parseHexRoute reads a row of /proc/net/route: "eth0 00000000 0107070A 0003 0 0 0 00000000 …", in the order of bytes
// of a little-endian machine.
func parseHexRoute(words []string) (estate.Route, bool) {
	if len(words) < 8 {
		return estate.Route{}, false
	}
	destination, ok1 := hexAddress(words[1])
	gateway, ok2 := hexAddress(words[2])
	mask, ok3 := hexAddress(words[7])
	if !ok1 || !ok2 || !ok3 {
		return estate.Route{}, false
	}
	bits := 0
	for _, b := range mask.As4() {
		for ; b&0x80 != 0; b <<= 1 {
			bits++
		}
	}
	r := estate.Route{Destination: netip.PrefixFrom(destination, bits).String(), Interface: clean(words[0])}
	if bits == 0 {
		r.Destination = "default"
	}
	if !gateway.IsUnspecified() {
		r.Gateway = gateway.String()
	}
	return r, true
}

func hexAddress(s string) (netip.Addr, bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 4 {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4([4]byte{b[3], b[2], b[1], b[0]}), true
}

// readResolver reads a line of resolv.conf.
func readResolver(words []string, servers, search *[]string) {
	switch words[0] {
	case "nameserver":
		if address, err := netip.ParseAddr(words[1]); err == nil && !slices.Contains(*servers, address.String()) {
			*servers = append(*servers, address.String()) // in their order: the first is asked first
		}
	case "search", "domain":
		for _, name := range words[1:] {
			if isHostname(name) {
				*search = append(*search, strings.ToLower(name))
			}
		}
	}
}

package host

import (
	"cmp"
	"net"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// endpoint is host:port; empty for what is neither, such as a socket file.
func endpoint(s, port string) string {
	host, given, err := net.SplitHostPort(s)
	if err != nil {
		host, given = strings.Trim(s, "[]"), port
	}
	if _, err := strconv.ParseUint(given, 10, 16); err != nil || !isHostname(host) {
		return ""
	}
	return net.JoinHostPort(strings.ToLower(host), given)
}

func sortedRoutes(found []estate.WebRoute) []estate.WebRoute {
	found = found[:min(len(found), mostRoutes)]
	slices.SortFunc(found, func(a, b estate.WebRoute) int {
		return cmp.Or(cmp.Compare(a.Proxy, b.Proxy), slices.Compare(a.Names, b.Names), slices.Compare(a.Listen, b.Listen))
	})
	return found
}

// A host can write what it likes in these files. Lists in them that multiply with each other end here.
const (
	mostRoutes = 2000 // of one proxy
	mostListed = 100  // servers of a backend, limits and headers of a route
)

// add appends to a list as long as there is room.
func add[T any](list []T, more ...T) []T {
	return append(list, more[:min(len(more), max(mostListed-len(list), 0))]...)
}

// stated is what is said of a route, or for all routes: the part of [estate.WebRoute] that can be inherited.
type stated struct { //nolint:recvcheck // built by limit, and a value from then on
	certificates, protocols, headers []string
	limits                           []estate.Option
}

// limit notes a limit.
func (s *stated) limit(name string, words ...string) {
	s.limits = add(s.limits, estate.Option{Name: name, Value: clean(strings.Join(words, " "))})
}

// under fills what is not said by what is said for all.
func (s stated) under(all stated) stated {
	if len(s.certificates) == 0 {
		s.certificates = all.certificates
	}
	if len(s.protocols) == 0 {
		s.protocols = all.protocols
	}
	if len(s.headers) == 0 {
		s.headers = all.headers
	}
	own := s.limits
	for _, l := range all.limits {
		if !slices.ContainsFunc(own, func(o estate.Option) bool { return o.Name == l.Name }) {
			s.limits = append(slices.Clip(s.limits), l)
		}
	}
	return s
}

// onto writes it to a route. Certificates and versions of TLS matter only where TLS is spoken.
func (s stated) onto(route *estate.WebRoute) {
	if route.TLS {
		route.Certificates, route.Protocols = sorted(slices.Clone(s.certificates)), sorted(slices.Clone(s.protocols))
	}
	route.Headers, route.Limits = sorted(slices.Clone(s.headers)), slices.Clone(s.limits)
	slices.SortFunc(route.Limits, func(a, b estate.Option) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
	})
	route.Limits = slices.Compact(route.Limits)
}

// tlsVersions are the versions of TLS from oldest to newest, as nginx and Apache write them.
func tlsVersions() []string { return []string{"SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"} }

// tlsFrom is the versions from the oldest that is allowed on.
func tlsFrom(oldest string) []string {
	if at := slices.Index(tlsVersions(), strings.Replace(oldest, "TLSv1.0", "TLSv1", 1)); at >= 0 {
		return tlsVersions()[at:]
	}
	return nil
}

// proxy is a reverse proxy whose files are read.
type proxy struct {
	key   string // of its probe
	parse func(string) []estate.WebRoute
}

func proxies() []proxy {
	return []proxy{{"nginx", parseNginx}, {"haproxy", parseHAProxy}, {"apache", parseApache}, {"traefik", parseTraefik}}
}

// routes joins what the proxies' readable files say. A probe prints "denied PATH" for a file that may not be read.
func routes(t transcript) estate.Section[[]estate.WebRoute] {
	joined := estate.Miss[[]estate.WebRoute](estate.Absent, "", "", "")
	var sources, problems, denied []string
	for _, p := range proxies() {
		var closed []string
		s := section(t, p.key, "", func(body string) []estate.WebRoute {
			var rest []string
			for line := range strings.SplitSeq(body, "\n") {
				if file, ok := strings.CutPrefix(line, "denied /"); ok {
					closed = append(closed, clean("/"+file))
				} else {
					rest = append(rest, line)
				}
			}
			return p.parse(strings.Join(rest, "\n"))
		})
		if s.Coverage == estate.Known && len(s.Value) == 0 && len(closed) > 0 {
			s.Coverage = estate.Denied
		}
		if s.Coverage == estate.Absent {
			continue
		}
		sources, denied = append(sources, s.Source), append(denied, closed...)
		if s.Problem != "" {
			problems = append(problems, p.key+": "+s.Problem)
		}
		if joined.Coverage != estate.Known && (s.Coverage == estate.Known || joined.Coverage == estate.Absent) {
			joined.Coverage = s.Coverage
		}
		joined.Truncated = joined.Truncated || s.Truncated
		joined.Privilege = cmp.Or(joined.Privilege, s.Privilege)
		joined.Value = append(joined.Value, s.Value...)
	}
	if denied = sorted(denied); len(denied) > 0 {
		var commands [][]string
		for _, file := range denied[:min(len(denied), 20)] {
			commands = append(commands, []string{catOf(t), file})
		}
		joined.Grant = t.grant(commands...)
		problems = append(problems, "this account may not read "+strings.Join(denied[:min(len(denied), 20)], ", "))
	}
	joined.Source, joined.Problem = strings.Join(sources, ", "), strings.Join(problems, "; ")
	if joined.Coverage == estate.Absent {
		joined.Source = "the files of nginx, haproxy, apache and traefik"
	}
	if joined.Coverage == estate.Known && joined.Value == nil {
		joined.Value = []estate.WebRoute{}
	}
	return joined
}

// catOf is where the host has cat, as the probe of settings says.
func catOf(t transcript) string {
	first, _, _ := strings.Cut(t.body("settings"), "\n")
	if file, ok := strings.CutPrefix(first, "cat /"); ok {
		return clean("/" + file)
	}
	return "/bin/cat"
}

package host

import (
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// haproxyProbe lets the lines through that matter; of headers that are set, their name. Credentials of statistics
// pages and of user lists stay on the host.
func haproxyProbe() probe {
	return probe{key: "haproxy", source: "/etc/haproxy/haproxy.cfg", limit: 1 * mib, shell: `
seen=
for f in /etc/haproxy/haproxy.cfg /usr/local/etc/haproxy/haproxy.cfg /etc/haproxy/conf.d/*.cfg; do
  case $f in *[*]*) continue ;; esac
  text=$(show "$f"); code=$?
  [ "$code" = 91 ] && { seen=1; echo "denied $f"; }
  [ "$code" = 0 ] || continue
  seen=1; printf "%s\n" "$text" |
    grep -E "^(global|defaults|frontend|backend|listen|userlist|peers|resolvers|program)|^[[:space:]]+(bind|server|default-server|default_backend|use_backend|maxconn|timeout|http-response|http-after-response|ssl-default-bind-options|rate-limit)[[:space:]]" |
    sed -E -e "/^[[:space:]]+http-/!b" -e "/(set|add)-header/!d" -e "s/((set|add)-header[[:space:]]+[A-Za-z0-9-]+).*/\1/"
done
[ -n "$seen" ] || exit 90; exit 0`, root: []privilege{{"cat /etc/haproxy/haproxy.cfg", "what HAProxy serves, and where it sends it"}}}
}

// haproxyPart is a section of haproxy.cfg.
type haproxyPart struct {
	kind, name string
	route      estate.WebRoute
	stated
	uses       []string
	servers    []string
	unverified bool // a server by TLS whose certificate is not checked
}

// parseHAProxy reads frontends, listens and backends of haproxy.cfg. A "defaults" section holds for those after it.
func parseHAProxy(body string) []estate.WebRoute {
	parts, versions := haproxyParts(body)
	backends := map[string]*haproxyPart{}
	for _, p := range parts {
		if p.kind == "backend" {
			backends[p.name] = p
		}
	}
	var found []estate.WebRoute
	for _, p := range parts[:min(len(parts), mostRoutes)] {
		if p.kind != "frontend" && p.kind != "listen" {
			continue
		}
		p.route.Upstream = append(p.route.Upstream, p.servers...)
		p.route.Unverified = p.unverified
		said := p.stated
		for _, name := range p.uses {
			if b := backends[name]; b != nil {
				p.route.Upstream = append(p.route.Upstream, b.servers...)
				p.route.Unverified = p.route.Unverified || b.unverified
				said.limits = append(said.limits, b.limits...)
				said.headers = append(said.headers, b.headers...)
			}
		}
		p.route.Upstream = sorted(p.route.Upstream)
		said.under(stated{protocols: versions}).onto(&p.route)
		found = append(found, p.route)
	}
	return sortedRoutes(found)
}

// haproxyParts reads the sections, and the versions of TLS that are allowed for all.
func haproxyParts(body string) (parts []*haproxyPart, versions []string) {
	var current *haproxyPart
	defaults := stated{}
	var servers []string // what "default-server" says
	for line := range lines(body) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if line[0] != ' ' && line[0] != '\t' {
			current = &haproxyPart{kind: words[0]}
			if len(words) > 1 {
				current.name = clean(words[1])
			}
			current.route = estate.WebRoute{Proxy: "haproxy", Names: []string{current.name}, Listen: []string{}, Upstream: []string{}}
			if current.kind == "defaults" {
				defaults = stated{}
			} else {
				current.limits = slices.Clone(defaults.limits)
			}
			parts, servers = append(parts, current), nil
			continue
		}
		switch {
		case current == nil || len(words) < 2:
		case words[0] == "ssl-default-bind-options" && current.kind == "global":
			versions = haproxyVersions(words[1:])
		case words[0] == "default-server":
			servers = words[1:]
		case current.kind == "defaults":
			current.stated = defaults
			current.setting(words)
			defaults = current.stated
		default:
			current.line(words, servers)
		}
	}
	return parts, versions
}

// line takes a line of a frontend, listen or backend.
func (p *haproxyPart) line(words, servers []string) {
	switch {
	case words[0] == "bind":
		p.route.Listen = append(p.route.Listen, clean(words[1]))
		p.route.TLS = p.route.TLS || slices.Contains(words, "ssl")
		for i, word := range words[:len(words)-1] {
			if word == "crt" || word == "crt-list" {
				p.certificates = add(p.certificates, clean(words[i+1]))
			}
		}
		p.protocols = add(p.protocols, haproxyVersions(words[2:])...)
	case words[0] == "server" && len(words) > 2:
		if e := endpoint(words[2], "80"); e != "" {
			p.servers = add(p.servers, e)
		}
		options := strings.Join(append(words[3:], servers...), " ") + " "
		p.unverified = p.unverified || slices.Contains(append(words[3:], servers...), "ssl") && strings.Contains(options, "verify none ")
	case words[0] == "default_backend", words[0] == "use_backend":
		p.uses = add(p.uses, clean(words[1]))
	case strings.HasPrefix(words[0], "http-") && len(words) > 2:
		p.headers = add(p.headers, strings.ToLower(clean(words[2])))
	default:
		p.setting(words)
	}
}

// setting takes a limit; it replaces the one of the defaults.
func (p *haproxyPart) setting(words []string) {
	name, values := words[0], words[1:]
	if name == "timeout" || name == "rate-limit" {
		name, values = clean(name+" "+words[1]), words[2:]
	} else if name != "maxconn" {
		return
	}
	p.limits = slices.DeleteFunc(slices.Clone(p.limits), func(o estate.Option) bool { return o.Name == name })
	p.limit(name, values...)
}

// haproxyVersions reads which versions of TLS the options of a bind allow; nil where they say nothing of it.
func haproxyVersions(options []string) []string {
	versions, said := tlsVersions(), false
	drop := func(version string) {
		said = true
		versions = slices.DeleteFunc(versions, func(v string) bool { return v == version })
	}
	for i, option := range options {
		switch {
		case option == "ssl-min-ver" && i+1 < len(options):
			for _, version := range tlsVersions() {
				if !slices.Contains(tlsFrom(options[i+1]), version) {
					drop(version)
				}
			}
		case option == "no-sslv3":
			drop("SSLv3")
		case strings.HasPrefix(option, "no-tlsv1"):
			digit := strings.TrimPrefix(option, "no-tlsv1")
			drop(map[string]string{"0": "TLSv1", "1": "TLSv1.1", "2": "TLSv1.2", "3": "TLSv1.3"}[digit])
		case strings.HasPrefix(option, "force-tlsv1"):
			return []string{map[string]string{"0": "TLSv1", "1": "TLSv1.1", "2": "TLSv1.2", "3": "TLSv1.3"}[strings.TrimPrefix(option, "force-tlsv1")]}
		}
	}
	if !said {
		return nil
	}
	return versions
}

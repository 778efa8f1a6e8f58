package host

import (
	"cmp"
	"net"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// parseNginx reads the directives that matter from all of nginx's files, one after the other. It is no full parser:
// it follows braces, and knows server, upstream, listen, server_name and the passes.
func parseNginx(body string) []estate.WebRoute {
	var found []estate.WebRoute
	upstreams := map[string][]string{}
	var stack []string // names of open blocks, "upstream NAME" with its name
	var route *estate.WebRoute
	for _, statement := range statements(body) {
		words := strings.Fields(statement)
		switch {
		case statement == "}":
			if len(stack) > 0 {
				if stack[len(stack)-1] == "server" && route != nil {
					found = append(found, *route)
					route = nil
				}
				stack = stack[:len(stack)-1]
			}
		case strings.HasSuffix(statement, "{"):
			name := ""
			if len(words) > 0 {
				name = strings.TrimSuffix(words[0], "{")
			}
			if name == "upstream" && len(words) > 1 {
				name = "upstream " + strings.TrimSuffix(words[1], "{")
			}
			if name == "server" && route == nil {
				route = &estate.WebRoute{Proxy: "nginx", Names: []string{}, Listen: []string{}, Upstream: []string{}}
			}
			if len(stack) < 100 {
				stack = append(stack, name)
			}
		case len(words) >= 2:
			directive(route, upstreams, stack, words)
		}
	}
	for i := range found {
		found[i].Upstream = resolve(found[i].Upstream, upstreams)
	}
	return sortedRoutes(found)
}

// directive takes a simple directive in its place.
func directive(route *estate.WebRoute, upstreams map[string][]string, stack, words []string) {
	if len(stack) > 0 && words[0] == "server" {
		if name, ok := strings.CutPrefix(stack[len(stack)-1], "upstream "); ok {
			upstreams[name] = append(upstreams[name], endpoint(words[1], "80"))
			return
		}
	}
	if route == nil {
		return
	}
	switch words[0] {
	case "listen":
		route.Listen = append(route.Listen, clean(words[1]))
		route.TLS = route.TLS || slices.Contains(words[2:], "ssl")
	case "server_name":
		for _, name := range words[1:] {
			if name != "_" {
				route.Names = append(route.Names, clean(name))
			}
		}
	case "ssl":
		route.TLS = route.TLS || words[1] == "on"
	case "proxy_pass", "uwsgi_pass", "grpc_pass", "fastcgi_pass":
		scheme, rest, ok := strings.Cut(words[1], "://")
		if !ok {
			scheme, rest = "http", words[1]
		}
		rest, _, _ = strings.Cut(rest, "/")
		if rest != "" && !strings.HasPrefix(rest, "unix:") && !strings.HasPrefix(rest, "$") {
			route.Upstream = append(route.Upstream, scheme+"://"+rest)
		}
	}
}

// statements parts nginx's text at semicolons and braces, outside of quotes and comments.
func statements(body string) []string {
	var found []string
	var b strings.Builder
	var quote rune
	comment := false
	emit := func(end string) {
		if s := strings.TrimSpace(b.String()) + end; s != "" && len(found) < mostRows {
			found = append(found, s)
		}
		b.Reset()
	}
	for _, r := range body {
		switch {
		case r == '\n':
			comment, quote = false, 0
			b.WriteRune(' ')
		case comment:
		case quote != 0:
			if r == quote {
				quote = 0
			} else if r != '{' && r != '}' {
				b.WriteRune(r)
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '#':
			comment = true
		case r == ';':
			emit("")
		case r == '{':
			emit("{")
		case r == '}':
			b.Reset()
			emit("}")
		default:
			b.WriteRune(r)
		}
	}
	return found
}

// resolve replaces the names of upstream blocks by their servers, as host:port.
func resolve(passes []string, upstreams map[string][]string) []string {
	found := []string{}
	for _, pass := range passes {
		scheme, name, _ := strings.Cut(pass, "://")
		if servers, ok := upstreams[name]; ok {
			found = append(found, servers...)
			continue
		}
		port := schemePort(scheme)
		if port == "" {
			port = "80"
		}
		found = append(found, endpoint(name, port))
	}
	return sorted(slices.DeleteFunc(found, func(s string) bool { return s == "" }))
}

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

// parseHAProxy reads frontends, listens and backends of haproxy.cfg.
func parseHAProxy(body string) []estate.WebRoute {
	type part struct {
		kind, name string
		route      estate.WebRoute
		uses       []string
		servers    []string
	}
	var parts []*part
	var current *part
	for line := range lines(body) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if line[0] != ' ' && line[0] != '\t' {
			current = &part{kind: words[0]}
			if len(words) > 1 {
				current.name = clean(words[1])
			}
			current.route = estate.WebRoute{Proxy: "haproxy", Names: []string{current.name}, Listen: []string{}, Upstream: []string{}}
			parts = append(parts, current)
			continue
		}
		switch {
		case current == nil || len(words) < 2:
		case words[0] == "bind":
			current.route.Listen = append(current.route.Listen, clean(words[1]))
			current.route.TLS = current.route.TLS || slices.Contains(words, "ssl")
		case words[0] == "server" && len(words) > 2:
			if e := endpoint(words[2], "80"); e != "" {
				current.servers = append(current.servers, e)
			}
		case words[0] == "default_backend", words[0] == "use_backend":
			current.uses = append(current.uses, clean(words[1]))
		}
	}
	var found []estate.WebRoute
	for _, p := range parts {
		if p.kind != "frontend" && p.kind != "listen" {
			continue
		}
		p.route.Upstream = append(p.route.Upstream, p.servers...)
		for _, b := range parts {
			if b.kind == "backend" && slices.Contains(p.uses, b.name) {
				p.route.Upstream = append(p.route.Upstream, b.servers...)
			}
		}
		p.route.Upstream = sorted(p.route.Upstream)
		found = append(found, p.route)
	}
	return sortedRoutes(found)
}

func sortedRoutes(found []estate.WebRoute) []estate.WebRoute {
	slices.SortFunc(found, func(a, b estate.WebRoute) int {
		return cmp.Or(cmp.Compare(a.Proxy, b.Proxy), slices.Compare(a.Names, b.Names), slices.Compare(a.Listen, b.Listen))
	})
	return found
}

// routes joins what the proxies' readable files say.
func routes(t transcript) estate.Section[[]estate.WebRoute] {
	nginx := section(t, "nginx", "group that may read /etc/nginx", parseNginx)
	haproxy := section(t, "haproxy", "group that may read /etc/haproxy/haproxy.cfg", parseHAProxy)
	switch {
	case nginx.Coverage == estate.Absent:
		return haproxy
	case haproxy.Coverage == estate.Absent:
	case haproxy.Coverage != estate.Known:
		nginx.Problem, nginx.Grant = "of haproxy: "+haproxy.Problem, haproxy.Grant
	default:
		nginx.Source += ", " + haproxy.Source
		nginx.Value = append(nginx.Value, haproxy.Value...)
	}
	if strings.Contains(t.body("nginx"), "# unreadable") {
		nginx.Problem = "some of nginx's files may not be read"
	}
	return nginx
}

package host

import (
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// nginxAWK takes nginx's files apart into statements and lets through, one a line, those that matter: of blocks their
// kind, of headers their name. What a location or a condition says in words stays on the host.
const nginxAWK = `
function flush(end,   word, n) {
  gsub(/[ \t]+/, " ", text); sub(/^ /, "", text); sub(/ $/, "", text); n = split(text, word, " "); s = text; text = ""
  if (end == "}") { print "}"; return }
  if (end == "{") { if (word[1] !~ /^[a-z_]+$/) word[1] = "block"; print word[1] (word[1] == "upstream" ? " " word[2] : "") " {"; return }
  if (word[1] == "unreadable_file") { print "denied " word[2]; return }
  if (word[1] == "add_header") { print "add_header " word[2] ";"; return }
  if (word[1] ~ /^(listen|server_name|server|ssl|ssl_certificate|ssl_protocols|proxy_pass|uwsgi_pass|grpc_pass|fastcgi_pass|proxy_ssl_verify|grpc_ssl_verify|client_max_body_size|limit_req|limit_req_zone|limit_conn|limit_rate|client_body_timeout|client_header_timeout|send_timeout|keepalive_timeout|proxy_read_timeout|proxy_connect_timeout|proxy_send_timeout)$/) print s ";"
}
function take(file, depth,   line) {
  if (4 < depth || file ~ /[*$"]/ || file ~ /(mime.types|_params|modules-enabled)/) return
  if (file !~ /^\//) file = "/etc/nginx/" file
  while ((getline line < file) == 1) scan(line, depth)
  close(file)
}
function scan(line, depth,   i, c, n, word) {
  n = length(line); open = ""
  for (i = 1; i <= n; i++) {
    c = substr(line, i, 1)
    if (open != "") { if (c == open) open = ""; else if (index("{};#", c) == 0) text = text c }
    else if (c == "\"" || c == quote) open = c
    else if (c == "#") break
    else if (c == ";") { if (split(text, word, /[ \t]+/) && (word[1] == "include" || word[2] == "include")) { file = text; sub(/^[ \t]*include[ \t]+/, "", file); text = ""; take(file, depth + 1); open = "" } else flush(";") }
    else if (c == "{" || c == "}") flush(c)
    else text = text c
  }
  text = text " "
}
BEGIN { quote = sprintf("%c", 39) }
{ sub(/\r$/, ""); scan($0, 0) }
`

func nginxProbe() probe {
	return probe{key: "nginx", source: "/etc/nginx", limit: 1 * mib, shell: `
[ -d /etc/nginx ] || exit 90; [ -r /etc/nginx ] && [ -x /etc/nginx ] || exit 91
for f in /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf /etc/nginx/http.d/*.conf /etc/nginx/vhosts.d/*.conf /etc/nginx/sites-enabled/*; do
  [ -d "$f" ] || case $f in *[*]*) continue ;; esac
  text=$(show "$f"); code=$?
  [ "$code" = 0 ] && printf "%s\n" "$text"
  [ "$code" = 91 ] && echo "unreadable_file $f;"
done | awk '` + nginxAWK + `'; exit 0`, root: []privilege{{"cat /etc/nginx/nginx.conf, cat /etc/nginx/conf.d/NAME, cat /etc/nginx/sites-enabled/NAME", "what nginx serves, where its files are closed"}}}
}

// nginxRoute is a server block while it is read.
type nginxRoute struct {
	estate.WebRoute
	stated
	verify    []string // values of proxy_ssl_verify
	encrypted bool     // it speaks TLS to an upstream
}

// nginxReader follows the blocks of nginx's files, which the script puts one after the other: what stands outside of
// all blocks in conf.d is inside of http.
type nginxReader struct {
	upstreams map[string][]string
	rates     map[string]string // of zones of limit_req
	stack     []string          // names of open blocks, "upstream NAME" with its name
	route     *nginxRoute
	found     []*nginxRoute
	all       nginxRoute // what is said for all servers
}

// parseNginx reads the directives that matter. It is no full parser: it follows braces, and knows server, upstream,
// listen, server_name, the passes, and what is said of TLS, limits and headers.
func parseNginx(body string) []estate.WebRoute {
	r := nginxReader{upstreams: map[string][]string{}, rates: map[string]string{}}
	for _, statement := range statements(body) {
		words := strings.Fields(statement)
		switch {
		case statement == "}":
			r.close()
		case strings.HasSuffix(statement, "{"):
			r.open(words)
		case len(words) >= 2:
			r.directive(words)
		}
	}
	var found []estate.WebRoute
	for _, route := range r.found[:min(len(r.found), mostRoutes)] {
		route.Upstream = resolve(route.Upstream, r.upstreams)
		verify := route.verify
		if len(verify) == 0 {
			verify = r.all.verify
		}
		route.Unverified = route.encrypted && (!slices.Contains(verify, "on") || slices.Contains(verify, "off"))
		said := route.under(r.all.stated)
		for i, l := range said.limits {
			if zone := zoneOf(l.Value); l.Name == "limit_req" && r.rates[zone] != "" {
				said.limits[i].Value = clean(l.Value + " " + r.rates[zone])
			}
		}
		said.onto(&route.WebRoute)
		found = append(found, route.WebRoute)
	}
	return sortedRoutes(found)
}

func (r *nginxReader) close() {
	if len(r.stack) == 0 {
		return
	}
	if r.stack[len(r.stack)-1] == "server" && r.route != nil {
		r.found = append(r.found, r.route)
		r.route = nil
	}
	r.stack = r.stack[:len(r.stack)-1]
}

func (r *nginxReader) open(words []string) {
	name := ""
	if len(words) > 0 {
		name = strings.TrimSuffix(words[0], "{")
	}
	if name == "upstream" && len(words) > 1 {
		name = "upstream " + strings.TrimSuffix(words[1], "{")
	}
	if name == "server" && r.route == nil {
		r.route = &nginxRoute{WebRoute: estate.WebRoute{Proxy: "nginx", Names: []string{}, Listen: []string{}, Upstream: []string{}}}
	}
	if len(r.stack) < 100 {
		r.stack = append(r.stack, name)
	}
}

// directive takes a simple directive in its place.
func (r *nginxReader) directive(words []string) {
	if len(r.stack) > 0 && words[0] == "server" {
		if name, ok := strings.CutPrefix(r.stack[len(r.stack)-1], "upstream "); ok {
			r.upstreams[name] = add(r.upstreams[name], endpoint(words[1], "80"))
			return
		}
	}
	if words[0] == "limit_req_zone" {
		for _, word := range words {
			if strings.HasPrefix(word, "rate=") {
				r.rates[zoneOf(strings.Join(words, " "))] = word
			}
		}
		return
	}
	switch {
	case r.route != nil:
		r.route.directive(words)
	case len(r.stack) == 0 || len(r.stack) == 1 && r.stack[0] == "http":
		r.all.directive(words)
	}
}

func (route *nginxRoute) directive(words []string) {
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
	case "ssl_certificate":
		route.certificates = add(route.certificates, clean(words[1]))
	case "ssl_protocols":
		for _, version := range words[1:] {
			route.protocols = add(route.protocols, clean(version))
		}
	case "add_header":
		route.headers = add(route.headers, strings.ToLower(clean(words[1])))
	case "proxy_ssl_verify", "grpc_ssl_verify":
		route.verify = add(route.verify, words[1])
	case "client_max_body_size", "limit_req", "limit_conn", "limit_rate", "client_body_timeout", "client_header_timeout", "send_timeout", "keepalive_timeout",
		"proxy_read_timeout", "proxy_connect_timeout", "proxy_send_timeout":
		route.limit(words[0], words[1:]...)
	case "proxy_pass", "uwsgi_pass", "grpc_pass", "fastcgi_pass":
		scheme, rest, ok := strings.Cut(words[1], "://")
		if !ok {
			scheme, rest = "http", words[1]
		}
		rest, _, _ = strings.Cut(rest, "/")
		route.encrypted = route.encrypted || scheme == "https" || scheme == "grpcs"
		if rest != "" && !strings.HasPrefix(rest, "unix:") && !strings.HasPrefix(rest, "$") {
			route.Upstream = add(route.Upstream, scheme+"://"+rest)
		}
	}
}

// zoneOf is the name of the shared zone that a directive speaks of, "zone=NAME:10m".
func zoneOf(text string) string {
	_, rest, _ := strings.Cut(text, "zone=")
	name, _, _ := strings.Cut(rest, " ")
	name, _, _ = strings.Cut(name, ":")
	return name
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

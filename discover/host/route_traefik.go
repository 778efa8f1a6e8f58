package host

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// traefikAWK lets the structure of Traefik's files through, and the values of keys that matter. Users of basic
// authentication, headers with tokens and everything else keep their values on the host. It prints, for YAML,
// "y INDENT KEY<tab>VALUE" with "-" for the items of a list; for TOML "t SECTION" and "k KEY<tab>VALUE".
const traefikAWK = `
function bare(v) { sub(/^[ \t]+/, "", v); sub(/[ \t]+#.*$/, "", v); sub(/[ \t]+$/, "", v); if (v ~ /^".*"$/ || v ~ ("^" quote ".*" quote "$")) v = substr(v, 2, length(v) - 2); return v }
function kept(k, v) { return tolower(k) ~ /^(rule|service|address|url|certfile|minversion|entrypoints|middlewares|insecureskipverify|average|burst|period|maxrequestbodybytes|amount|stsseconds|framedeny|contenttypenosniff|browserxssfilter|serverstransport|options|certresolver|tls|servers|name|readtimeout|writetimeout|idletimeout)$/ ? substr(bare(v), 1, 500) : "" }
function pair(at, k, v) { k = bare(k); if (k ~ /^[A-Za-z0-9_.@\/-]+$/) { printf "y %d %s\t%s\n", at, k, kept(k, v); last = tolower(k); if (bare(v) != "" && index("|\076", substr(bare(v), 1, 1))) skip = at } }
BEGIN { quote = sprintf("%c", 39); skip = -1 }
{ sub(/\r$/, ""); gsub(/\t/, " ") }
/^ *(#|$)/ || /^---/ { next }
toml != "" && /^ *\[/ { s = $0; gsub(/[] []/, "", s); print "t " s; list = tolower(s) ~ /customresponseheaders$/; next }
toml != "" { at = index($0, "="); if (at) { k = bare(substr($0, 1, at - 1)); if (k ~ /^[A-Za-z0-9_.@-]+$/) printf "k %s\t%s\n", k, list ? "" : kept(k, substr($0, at + 1)) } next }
{
  match($0, /^ */); at = RLENGTH; line = substr($0, at + 1)
  if (skip >= 0) { if (skip < at) next; skip = -1 }
  while (line ~ /^- / || line == "-") {
    printf "y %d -\t\n", at; sub(/^-/, "", line); match(line, /^ */); at += 1 + RLENGTH; line = substr(line, RLENGTH + 1)
    if (line !~ /^[^ :]+:( |$)/ && line !~ /^- /) { if (last ~ /^(entrypoints|middlewares)$/) printf "y %d =\t%s\n", at, substr(bare(line), 1, 200); next }
  }
  colon = index(line, ":"); if (colon && (substr(line, colon + 1, 1) == " " || length(line) == colon)) pair(at, substr(line, 1, colon - 1), substr(line, colon + 1))
}
`

func traefikProbe() probe {
	return probe{key: "traefik", source: "/etc/traefik", limit: 1 * mib, shell: programPaths + `
TRAEFIK=$(grep -l -s traefik /proc/[0-9]*/cmdline | while read -r f; do tr "\000" "\n" <"$f"; echo; done)
arguments() { printf "%s\n" "$TRAEFIK" | sed -n "$@"; }
named() { while read -r f; do plain "$f" && echo "$f"; done; }
static=$({ ls -d /etc/traefik/*.yml /etc/traefik/*.yaml /etc/traefik/*.toml; arguments -e "s/^--config[fF]ile=//p"; } | sort -u | named)
dirs=$({ echo /etc/traefik/conf.d; echo /etc/traefik/dynamic; arguments -e "s/^--providers.file.directory=//p"; for f in $static; do show "$f" | sed -n -E "s/^[[:space:]]*directory[[:space:]]*[:=][[:space:]]*[\"]?([^\"[:space:]]+).*/\1/p"; done; } | sort -u | named)
files=$({ arguments -e "s/^--providers.file.filename=//p"; for f in $static; do show "$f" | sed -n -E "s/^[[:space:]]*filename[[:space:]]*[:=][[:space:]]*[\"]?([^\"[:space:]]+).*/\1/p"; done; for d in $dirs; do ls -d "$d"/*.yml "$d"/*.yaml "$d"/*.toml "$d"/*/*.yml "$d"/*/*.yaml; done; } | sort -u | named)
[ -d /etc/traefik ] || [ -n "$static$files" ] || exit 90
arguments -e "s/^--\([eE]ntry[pP]oints\.[A-Za-z0-9_-]*\.address\)=\(.*\)/a \1	\2/p" -e "s/^--\(serverstransport\.insecureskipverify\).*/a \1	true/p"
for d in /etc/traefik $dirs; do [ -d "$d" ] && { [ -r "$d" ] && [ -x "$d" ] || echo "denied $d"; }; done
for f in $(printf "%s\n" $static $files | sort -u); do
  text=$(show "$f"); code=$?
  [ "$code" = 91 ] && echo "denied $f"
  [ "$code" = 0 ] || continue
  toml=; case $f in *.toml) toml=1 ;; esac
  echo "f $f"; printf "%s\n" "$text" | awk -v toml="$toml" '` + traefikAWK + `'
done; exit 0`, root: []privilege{{"cat /etc/traefik/NAME", "what Traefik serves, where its files are closed"}}}
}

// traefikLine is a value with the keys that lead to it; items of lists are numbered.
type traefikLine struct {
	path  []string
	value string
}

// traefikEntries reads what the script made of YAML and TOML.
func traefikEntries(body string) []traefikLine {
	type level struct {
		indent int
		key    string
	}
	var found []traefikLine
	var stack []level
	var section []string
	items := 0
	for line := range lines(body) {
		kind, rest, _ := strings.Cut(line, " ")
		name, value, _ := strings.Cut(rest, "\t")
		value = clean(value)
		switch kind {
		case "f":
			stack, section = nil, nil
		case "a":
			found = append(found, traefikLine{strings.Split(clean(name), "."), value})
		case "t":
			section = append(strings.Split(clean(rest), "."), "#"+strconv.Itoa(items))
			if len(section) > deepestLiteral {
				section = nil
			}
			items++
			found = append(found, traefikLine{slices.Clone(section), ""})
		case "k":
			found = append(found, traefikLine{append(slices.Clone(section), clean(name)), value})
		case "y":
			number, key, _ := strings.Cut(name, " ")
			indent, err := strconv.Atoi(number)
			if err != nil || indent < 0 || key == "" {
				continue
			}
			for len(stack) > 0 && (stack[len(stack)-1].indent > indent || stack[len(stack)-1].indent == indent && (key != "-" || strings.HasPrefix(stack[len(stack)-1].key, "#"))) {
				stack = stack[:len(stack)-1]
			}
			if key == "-" {
				key = "#" + strconv.Itoa(items)
				items++
			}
			if len(stack) >= deepestLiteral {
				continue
			}
			stack = append(stack, level{indent, clean(key)})
			var path []string
			for _, l := range stack {
				path = append(path, l.key)
			}
			found = append(found, traefikLine{path, value})
		}
	}
	return found
}

// under returns the rest of an entry's path below the keys, which are compared without case; "*" is any key and is
// returned first. A number of a list, which TOML's sections also get here, is passed over.
func (e traefikLine) under(keys ...string) (name string, rest []string, ok bool) {
	var path []string
	for _, key := range e.path {
		if !strings.HasPrefix(key, "#") {
			path = append(path, key)
		}
	}
	if len(path) < len(keys) {
		return "", nil, false
	}
	for i, key := range keys {
		if key == "*" {
			name = path[i]
		} else if !strings.EqualFold(key, path[i]) {
			return "", nil, false
		}
	}
	for _, key := range path[len(keys):] {
		rest = append(rest, strings.ToLower(key))
	}
	return name, rest, true
}

// traefik is what its files say, by name.
type traefik struct {
	addresses   map[string]string // of entry points
	encrypted   map[string]bool   // entry points that speak TLS for all
	routers     map[string]*traefikRouter
	services    map[string]*traefikService
	middlewares map[string]*stated
	chains      map[string][]string
	careless    map[string]bool // transports that do not check certificates; "" is the one for all
	oldest      map[string]string
	files       []string // certificates
}

type traefikRouter struct {
	rule, service, options   string
	entryPoints, middlewares []string
	tls                      bool
}

type traefikService struct {
	servers   []string
	others    []string // services it parts its load to
	transport string
}

// named is what a map holds under a name, made where there is nothing yet.
func named[T any](m map[string]*T, name string) *T {
	if m[name] == nil {
		m[name] = new(T)
	}
	return m[name]
}

// parseTraefik reads routers with what they lead to, of static and dynamic files alike.
func parseTraefik(body string) []estate.WebRoute {
	t := traefik{addresses: map[string]string{}, encrypted: map[string]bool{}, routers: map[string]*traefikRouter{}, services: map[string]*traefikService{},
		middlewares: map[string]*stated{}, chains: map[string][]string{}, careless: map[string]bool{}, oldest: map[string]string{}}
	for _, e := range traefikEntries(body) {
		t.take(e)
	}
	found := []estate.WebRoute{}
	for _, name := range slices.Sorted(maps.Keys(t.routers))[:min(len(t.routers), mostRoutes)] {
		router := t.routers[name]
		found = append(found, t.route(router))
	}
	return sortedRoutes(found)
}

// take puts an entry where it belongs.
func (t *traefik) take(e traefikLine) {
	if name, rest, ok := e.under("entryPoints", "*"); ok && len(rest) > 0 {
		switch {
		case rest[0] == "address":
			t.addresses[name] = e.value
		case len(rest) > 1 && rest[0] == "http" && rest[1] == "tls":
			t.encrypted[name] = true
		}
	}
	for _, protocol := range [...]string{"http", "tcp"} {
		if name, rest, ok := e.under(protocol, "routers", "*"); ok && len(rest) > 0 {
			named(t.routers, protocol+" "+name).take(rest, e.value)
		}
		if name, rest, ok := e.under(protocol, "services", "*"); ok && len(rest) > 1 {
			named(t.services, name).take(rest, e.value)
		}
		if name, rest, ok := e.under(protocol, "middlewares", "*"); ok && len(rest) > 1 {
			if rest[0] == "chain" && rest[1] == "middlewares" {
				t.chains[name] = add(t.chains[name], words(e.value)...)
			} else {
				takeMiddleware(named(t.middlewares, name), rest, e.value)
			}
		}
	}
	if name, rest, ok := e.under("http", "serversTransports", "*"); ok && len(rest) == 1 && rest[0] == "insecureskipverify" {
		t.careless[name] = e.value == "true"
	}
	if _, rest, ok := e.under("serversTransport", "insecureSkipVerify"); ok && len(rest) == 0 {
		t.careless[""] = e.value == "true"
	}
	if name, rest, ok := e.under("tls", "options", "*"); ok && len(rest) == 1 && rest[0] == "minversion" {
		t.oldest[name] = e.value
	}
	if _, rest, ok := e.under("tls"); ok && len(rest) > 1 && rest[len(rest)-1] == "certfile" && e.value != "" {
		t.files = add(t.files, e.value)
	}
}

// words reads a list in brackets, or one word, without the name of the provider.
func words(value string) []string {
	var found []string
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(`[]," '`, r) }) {
		name, _, _ := strings.Cut(word, "@")
		found = append(found, name)
	}
	return found
}

func (r *traefikRouter) take(rest []string, value string) {
	switch rest[0] {
	case "rule":
		r.rule = value
	case "service":
		r.service, _, _ = strings.Cut(value, "@")
	case "entrypoints":
		r.entryPoints = add(r.entryPoints, words(value)...)
	case "middlewares":
		r.middlewares = add(r.middlewares, words(value)...)
	case "tls":
		r.tls = value != "false"
		if len(rest) > 1 && rest[1] == "options" {
			r.options, _, _ = strings.Cut(value, "@")
		}
	}
}

func (s *traefikService) take(rest []string, value string) {
	last := rest[len(rest)-1]
	switch {
	case value == "":
	case last == "url", last == "servers":
		for _, link := range urlsIn(value) {
			s.servers = add(s.servers, link.Scheme+"://"+link.Host)
		}
	case last == "address":
		s.servers = add(s.servers, "tcp://"+value)
	case last == "serverstransport":
		s.transport, _, _ = strings.Cut(value, "@")
	case last == "name" && rest[0] == "weighted":
		s.others = add(s.others, words(value)...)
	}
}

func takeMiddleware(m *stated, rest []string, value string) {
	kind, last := rest[0], rest[len(rest)-1]
	switch {
	case kind == "headers" && rest[1] == "customresponseheaders" && len(rest) > 2:
		m.headers = add(m.headers, last)
	case kind == "headers":
		header := map[string]string{"stsseconds": "strict-transport-security", "framedeny": "x-frame-options", "contenttypenosniff": "x-content-type-options", "browserxssfilter": "x-xss-protection",
			"contentsecuritypolicy": "content-security-policy", "referrerpolicy": "referrer-policy", "permissionspolicy": "permissions-policy"}[last]
		if header != "" && value != "false" && value != "0" {
			m.headers = add(m.headers, header)
		}
	case value != "" && (kind == "ratelimit" || kind == "inflightreq" || kind == "buffering"):
		m.limit(kind+"."+last, value)
	}
}

var hostRule = regexp.MustCompile(`Host(?:SNI)?\(([^)]*)\)|Host:([^;|&]*)`)

// quotedNames finds the names in Host(`a`, `b`), HostSNI and the Host: of version 1.
func quotedNames(rule string) []string {
	found := []string{}
	for _, call := range hostRule.FindAllStringSubmatch(rule, 50) {
		for name := range strings.SplitSeq(call[1]+call[2], ",") {
			if name = strings.Trim(name, "`\"' "); name != "" && (name == "*" || isHostname(name)) {
				found = append(found, strings.ToLower(name))
			}
		}
	}
	return sorted(found)
}

func (t *traefik) route(r *traefikRouter) estate.WebRoute {
	route := estate.WebRoute{Proxy: "traefik", Names: quotedNames(r.rule), Listen: []string{}, Upstream: []string{}, TLS: r.tls}
	points := r.entryPoints
	if len(points) == 0 { // then it is heard on all
		points = add(points, slices.Sorted(maps.Keys(t.addresses))...)
	}
	for _, name := range points {
		if address := t.addresses[name]; address != "" {
			address, _, _ = strings.Cut(address, "/") // ":53/udp"
			route.Listen = append(route.Listen, clean(address))
		}
		route.TLS = route.TLS || t.encrypted[name]
	}
	route.Listen = sorted(route.Listen)
	services := []string{r.service}
	if s := t.services[r.service]; s != nil {
		services = append(services, s.others...)
	}
	for _, name := range services {
		s := t.services[name]
		if s == nil {
			continue
		}
		for _, server := range s.servers {
			scheme, authority := cutScheme(server)
			if e := endpoint(authority, schemePort(scheme)); e != "" {
				route.Upstream = append(route.Upstream, e)
			}
			route.Unverified = route.Unverified || scheme == "https" && t.careless[s.transport]
		}
	}
	route.Upstream = sorted(route.Upstream)
	said := stated{certificates: t.files, protocols: t.versions(r.options)}
	names := r.middlewares
	for _, name := range names {
		names = append(names, t.chains[name]...)
	}
	for _, name := range names {
		if m := t.middlewares[name]; m != nil {
			said.headers, said.limits = add(said.headers, m.headers...), add(said.limits, m.limits...)
		}
	}
	said.onto(&route)
	return route
}

// versions are those that the options of a router allow, "VersionTLS12" and newer.
func (t *traefik) versions(options string) []string {
	if options == "" {
		options = "default"
	}
	digits := strings.TrimPrefix(t.oldest[options], "VersionTLS")
	if len(digits) != 2 {
		return nil
	}
	return tlsFrom("TLSv" + digits[:1] + "." + digits[1:])
}

package host

import (
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// apacheAWK joins continued lines and lets the directives through that matter: of headers their name, of rewriting
// rules only where they send to.
const apacheAWK = `
{ sub(/\r$/, ""); if (sub(/\\$/, "")) { held = held $0 " "; next } line = held $0; held = ""; sub(/^[ \t]+/, "", line); n = split(line, word, /[ \t]+/); k = tolower(word[1]) }
k ~ /^<\/?(virtualhost|proxy)/ { print line; next }
k == "header" || k == "requestheader" { a = 2; if (tolower(word[2]) ~ /^(always|onsuccess)$/) a = 3; if (k == "header" && tolower(word[a]) ~ /^(set|add|append|merge|setifempty)$/) print "Header set " word[a + 1]; next }
k == "rewriterule" { if (word[n] ~ /[[,]P[],]/ || word[n] ~ /[[,]proxy[],]/) print "RewriteRule x " word[3] " [P]"; next }
k ~ /^(servername|serveralias|listen|sslengine|sslcertificatefile|sslprotocol|sslproxyengine|sslproxyverify|proxypass|proxypassmatch|balancermember|limitrequestbody|limitrequestfields|timeout|proxytimeout|maxrequestworkers|maxclients|keepalivetimeout|requestreadtimeout)$/ { print line }
`

func apacheProbe() probe {
	return probe{key: "apache", source: "/etc/apache2, /etc/httpd", limit: 1 * mib, shell: `
[ -d /etc/apache2 ] || [ -d /etc/httpd ] || [ -d /usr/local/apache2/conf ] || exit 90
for f in /etc/apache2/apache2.conf /etc/apache2/httpd.conf /etc/apache2/ports.conf /etc/apache2/listen.conf /etc/apache2/ssl-global.conf /etc/apache2/mods-enabled/ssl.conf /etc/apache2/conf-enabled/*.conf \
  /etc/apache2/conf.d/*.conf /etc/apache2/vhosts.d/*.conf /etc/apache2/sites-enabled/* /etc/httpd/conf/httpd.conf /etc/httpd/conf.d/*.conf /etc/httpd/vhosts.d/*.conf /etc/httpd/sites-enabled/*.conf \
  /usr/local/apache2/conf/httpd.conf /usr/local/apache2/conf/extra/*.conf; do
  [ -d "$f" ] && continue; case $f in *[*]*) continue ;; esac
  text=$(show "$f"); code=$?
  [ "$code" = 91 ] && echo "denied $f"
  [ "$code" = 0 ] && printf "%s\n" "$text" | awk '` + apacheAWK + `'
done; exit 0`, root: []privilege{{"cat /etc/apache2/sites-enabled/NAME, cat /etc/httpd/conf.d/NAME", "what Apache serves, where its files are closed"}}}
}

// apacheHost is a virtual host while it is read, or what is said for all.
type apacheHost struct {
	estate.WebRoute
	stated
	passes    []string // URLs
	verify    string   // the last word of SSLProxyVerify
	encrypted bool     // it speaks TLS to an upstream
}

// parseApache reads virtual hosts, the balancers they send to, and what is said for all of them. Without any virtual
// host, the main server is the one.
func parseApache(body string) []estate.WebRoute {
	main := &apacheHost{WebRoute: estate.WebRoute{Proxy: "apache", Names: []string{}, Listen: []string{}, Upstream: []string{}}}
	balancers := map[string][]string{}
	var hosts []*apacheHost
	current, balancer := main, ""
	for line := range lines(body) {
		words := strings.Fields(strings.NewReplacer(`"`, "", "'", "").Replace(line))
		if len(words) == 0 {
			continue
		}
		switch key := strings.ToLower(words[0]); {
		case key == "<virtualhost":
			current = &apacheHost{WebRoute: estate.WebRoute{Proxy: "apache", Names: []string{}, Listen: []string{}, Upstream: []string{}}}
			for _, address := range words[1:] {
				current.Listen = append(current.Listen, clean(strings.TrimSuffix(address, ">")))
			}
			hosts = append(hosts, current)
		case key == "</virtualhost>":
			current = main
		case key == "<proxy" && len(words) > 1:
			balancer = strings.TrimPrefix(strings.TrimSuffix(words[1], ">"), "balancer://")
		case key == "</proxy>":
			balancer = ""
		case key == "balancermember" && len(words) > 1:
			name := balancer
			if rest, ok := strings.CutPrefix(words[1], "balancer://"); ok && len(words) > 2 {
				name, words = rest, words[1:]
			}
			balancers[name] = add(balancers[name], words[1])
		case len(words) > 1:
			current.directive(key, words[1:])
		}
	}
	if len(hosts) == 0 && (len(main.passes) > 0 || len(main.Names) > 0) {
		hosts = append(hosts, main)
	}
	found := []estate.WebRoute{}
	for _, host := range hosts[:min(len(hosts), mostRoutes)] {
		found = append(found, host.finish(main, balancers))
	}
	return sortedRoutes(found)
}

func (host *apacheHost) directive(key string, words []string) {
	switch key {
	case "servername", "serveralias":
		for _, name := range words {
			_, name = cutScheme(name)
			if address, port := splitPort(name); port != "" {
				name = address
			}
			host.Names = append(host.Names, clean(name))
		}
	case "listen":
		host.Listen = append(host.Listen, clean(words[0]))
	case "sslengine":
		host.TLS = strings.EqualFold(words[0], "on")
	case "sslcertificatefile":
		host.certificates = add(host.certificates, clean(words[0]))
	case "sslprotocol":
		host.protocols = apacheVersions(words)
	case "sslproxyverify":
		host.verify = strings.ToLower(words[0])
	case "header":
		host.headers = add(host.headers, strings.ToLower(clean(words[len(words)-1])))
	case "limitrequestbody", "limitrequestfields", "timeout", "proxytimeout", "maxrequestworkers", "maxclients", "keepalivetimeout", "requestreadtimeout":
		host.limit(key, words...)
	case "proxypass", "proxypassmatch", "rewriterule":
		for _, word := range words { // ProxyPass has no path inside of a Location
			if strings.Contains(word, "://") && !strings.HasPrefix(word, "unix:") {
				host.passes = add(host.passes, word)
				return
			}
		}
	}
}

// cutScheme parts "https://host:port/path" into scheme and host:port.
func cutScheme(link string) (scheme, authority string) {
	scheme, rest, ok := strings.Cut(link, "://")
	if !ok {
		scheme, rest = "", link
	}
	authority, _, _ = strings.Cut(rest, "/")
	_, after, hasLogin := strings.Cut(authority, "@")
	if hasLogin {
		authority = after
	}
	return strings.ToLower(scheme), authority
}

func (host *apacheHost) finish(main *apacheHost, balancers map[string][]string) estate.WebRoute {
	var passes []string
	for _, pass := range host.passes {
		scheme, name := cutScheme(pass)
		if scheme == "balancer" {
			passes = append(passes, balancers[name]...)
			continue
		}
		passes = append(passes, pass)
	}
	for _, pass := range passes {
		scheme, authority := cutScheme(pass)
		port := schemePort(scheme)
		if scheme == "ajp" {
			port = "8009"
		}
		authority, _, _ = strings.Cut(authority, "$")
		if e := endpoint(authority, port); e != "" {
			host.Upstream = append(host.Upstream, e)
		}
		host.encrypted = host.encrypted || scheme == "https" || scheme == "wss"
	}
	host.Upstream, host.Names = sorted(host.Upstream), sorted(host.Names)
	verify := host.verify
	if verify == "" {
		verify = main.verify
	}
	host.Unverified = host.encrypted && verify != "require" && verify != "optional"
	host.under(main.stated).onto(&host.WebRoute)
	return host.WebRoute
}

// apacheVersions reads SSLProtocol: "all -SSLv3 -TLSv1", or the versions themselves.
func apacheVersions(words []string) []string {
	var versions []string
	for _, word := range words {
		name := strings.TrimLeft(word, "+-")
		these := []string{clean(name)}
		if strings.EqualFold(name, "all") {
			these = tlsVersions()[1:]
		}
		versions = slices.DeleteFunc(versions, func(v string) bool { return slices.Contains(these, v) })
		if word[0] != '-' {
			versions = append(versions, these...)
		}
	}
	return versions
}

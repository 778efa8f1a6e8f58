package rules

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// place is where a certificate was served.
type place struct {
	address string
	port    int
	name    string // that was asked for; empty where none was
}

// servedAt reads "tls ADDRESS:PORT [NAME]". A certificate in a file that nobody serves is at no place.
func servedAt(c estate.Certificate) (place, bool) {
	words := strings.Fields(c.Where)
	if len(words) < 2 || words[0] != "tls" {
		return place{}, false
	}
	address, port, ok := splitPort(words[1])
	if !ok {
		return place{}, false
	}
	n, err := strconv.Atoi(port)
	p := place{address: address, port: n}
	if len(words) > 2 {
		p.name = words[2]
	}
	return p, err == nil
}

// splitPort parts HOST:PORT or [HOST]:PORT.
func splitPort(text string) (host, port string, ok bool) {
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 {
		return "", "", false
	}
	return strings.Trim(text[:colon], "[]"), text[colon+1:], true
}

// certificateKind is about certificates that are served; those that lie about in files harm nobody.
func certificateKind() kind {
	const section = "certificates"
	of := func(name string, t expr.Type, doc string, of func(*estate.Certificate, place) Fact) Field {
		return about(name, t, doc, func(c *estate.Certificate) Fact {
			at, _ := servedAt(*c)
			return of(c, at)
		})
	}
	served := func(c *estate.Certificate) bool {
		at, served := servedAt(*c)
		return served && !isLoopback(at.address)
	}
	return kind{name: "certificate", doc: "a certificate that a listener serves to others", within: "host",
		groups: entries(section, func(m *machine) estate.Section[[]estate.Certificate] { return m.Certificates }, served),
		fields: []Field{
			about("certificate.where", expr.TypeText, "the listener that serves it", func(c *estate.Certificate) Fact { return word(strings.TrimPrefix(c.Where, "tls ")) }),
			about("certificate.subject", expr.TypeText, "whose it says it is", func(c *estate.Certificate) Fact { return word(c.Subject) }),
			of("certificate.port", expr.TypeInt, "the listener's port", func(_ *estate.Certificate, at place) Fact { return number(at.port) }),
			{"certificate.days_left", expr.TypeInt, "days until it expires; negative when past", func(s *subject) Fact {
				c, _ := s.item.(*estate.Certificate)
				return days(s.host.Collected.At, c.NotAfter, section)
			}},
			about("certificate.lifetime_days", expr.TypeInt, "days that it is valid in all", func(c *estate.Certificate) Fact { return days(c.NotBefore, c.NotAfter, section) }),
			about("certificate.self_signed", expr.TypeBool, "it vouches for itself", func(c *estate.Certificate) Fact { return truth(c.SelfSigned) }),
			about("certificate.placeholder", expr.TypeBool, "a program made it for callers that ask for no name that it knows", func(c *estate.Certificate) Fact {
				return truth(strings.Contains(c.Subject, "TRAEFIK DEFAULT CERT") || strings.Contains(c.Subject, "Kubernetes Ingress Controller Fake Certificate"))
			}),
			about("certificate.key", expr.TypeText, "kind and size of its key", func(c *estate.Certificate) Fact { return word(c.Key) }),
			about("certificate.weak_key", expr.TypeBool, "RSA or DSA below 2048 bits, or a curve below 224", func(c *estate.Certificate) Fact { return truth(isWeak(c.Key)) }),
			about("certificate.weak_signature", expr.TypeBool, "signed with MD5 or SHA-1 by another", func(c *estate.Certificate) Fact {
				old := strings.Contains(c.Signature, "SHA1") || strings.Contains(c.Signature, "MD5") || strings.Contains(c.Signature, "MD2")
				return truth(old && !c.SelfSigned) // nobody checks what a self-signed one is signed with
			}),
		}}
}

func isWeak(key string) bool {
	kind, size, _ := strings.Cut(key, " ")
	bits, err := strconv.Atoi(strings.TrimPrefix(size, "P-"))
	switch kind {
	case "DSA":
		return true
	case "RSA":
		return err == nil && bits < 2048
	case "ECDSA":
		return err == nil && bits < 224
	}
	return false
}

func routeKind() kind {
	header := func(field, doc string, names ...string) Field {
		return about(field, expr.TypeBool, doc, func(r *estate.WebRoute) Fact {
			return truth(slices.ContainsFunc(r.Headers, func(h string) bool { return slices.Contains(names, strings.ToLower(h)) }))
		})
	}
	limit := func(field, doc string, parts ...string) Field {
		return about(field, expr.TypeBool, doc, func(r *estate.WebRoute) Fact {
			return truth(slices.ContainsFunc(r.Limits, func(l estate.Option) bool {
				return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(strings.ToLower(l.Name), p) })
			}))
		})
	}
	return kind{name: "route", doc: "what a reverse proxy serves and where it sends it", within: "host",
		groups: entries("routes", func(m *machine) estate.Section[[]estate.WebRoute] { return m.Routes }, func(r *estate.WebRoute) bool { return len(r.Upstream) > 0 }),
		fields: []Field{
			about("route.proxy", expr.TypeText, "nginx, haproxy, traefik, apache", func(r *estate.WebRoute) Fact { return word(r.Proxy) }),
			about("route.names", expr.TypeText, "the names that it serves", func(r *estate.WebRoute) Fact { return word(strings.Join(r.Names, ", ")) }),
			about("route.listen", expr.TypeText, "where it listens", func(r *estate.WebRoute) Fact { return word(strings.Join(r.Listen, ", ")) }),
			about("route.upstream", expr.TypeText, "where it sends to", func(r *estate.WebRoute) Fact { return word(strings.Join(r.Upstream, ", ")) }),
			about("route.tls", expr.TypeBool, "it is served over TLS", func(r *estate.WebRoute) Fact { return truth(r.TLS) }),
			about("route.loopback", expr.TypeBool, "only the machine itself reaches it", func(r *estate.WebRoute) Fact { return truth(onlyLocal(r.Listen)) }),
			about("route.old_protocols", expr.TypeText, "versions of TLS before 1.2 that are allowed; empty where none is stated", func(r *estate.WebRoute) Fact {
				old := slices.DeleteFunc(slices.Clone(r.Protocols), func(p string) bool {
					return !slices.Contains([]string{"sslv2", "sslv3", "tlsv1", "tlsv1.0", "tlsv1.1"}, strings.ToLower(p))
				})
				return word(strings.Join(old, ", "))
			}),
			about("route.unverified", expr.TypeBool, "an upstream by TLS whose certificate is not checked", func(r *estate.WebRoute) Fact { return truth(r.Unverified) }),
			about("route.upstream_elsewhere", expr.TypeText, "an upstream on another machine that is spoken to without TLS; empty where none is", func(r *estate.WebRoute) Fact { return word(clearUpstream(*r)) }),
			header("route.hsts", "browsers are told to come back by TLS alone", "strict-transport-security"),
			header("route.nosniff", "browsers are told not to guess types", "x-content-type-options"),
			header("route.frames", "other sites may not frame its pages", "x-frame-options", "content-security-policy"),
			limit("route.rate_limit", "requests or connections a caller are limited", "limit_req", "limit_conn", "ratelimit", "rate-limit", "inflightreq", "sc_", "http_req_rate", "conn_rate", "stick-table", "maxconn"),
			limit("route.size_limit", "the size of a request is limited", "body", "size", "buffering"),
		}}
}

// onlyLocal tells whether all addresses that are listened on are loopback's.
func onlyLocal(listen []string) bool {
	for _, l := range listen {
		host, _, ok := splitPort(l)
		if !ok || !isLoopback(host) {
			return false
		}
	}
	return len(listen) > 0
}

// clearUpstream finds an upstream that traffic leaves the machine for without TLS. Names without a dot are upstreams
// that are defined elsewhere, and nobody can tell.
func clearUpstream(r estate.WebRoute) string {
	for _, u := range r.Upstream {
		bare, secured := strings.CutPrefix(u, "https://")
		bare = strings.TrimPrefix(bare, "http://")
		host, port, ok := splitPort(bare)
		if !ok || secured || isLoopback(host) || port == "443" || port == "8443" || strings.HasPrefix(u, "unix:") {
			continue
		}
		return u
	}
	return ""
}

// configured makes the groups of a product's configuration on the machines that have the product.
func configured(product string) func(*world) iter.Seq[group] {
	return func(w *world) iter.Seq[group] {
		return func(yield func(group) bool) {
			for _, m := range w.machines {
				there := has("applications", m.Applications, func(a *estate.Application) bool { return a.Kind == product })
				g := on(m, "configurations", m.Configurations, func(c *estate.Configuration) bool { return c.Product == product })
				if len(g.subjects) == 0 && there.Value.String() == "false" {
					continue
				}
				if !yield(g) {
					return
				}
			}
		}
	}
}

func odooConfigurationKind() kind {
	setting := func(field string, t expr.Type, doc, option string, of func(value string, stated bool) Fact) Field {
		return about(field, t, doc, func(c *estate.Configuration) Fact {
			value, stated := c.Value(option)
			return of(strings.TrimSpace(value), stated)
		})
	}
	return kind{name: "odoo-configuration", doc: "odoo.conf on a machine", within: "host", groups: configured("odoo"), fields: []Field{
		about("odoo_conf.file", expr.TypeText, "the file", func(c *estate.Configuration) Fact { return word(c.File) }),
		setting("odoo_conf.list_db", expr.TypeBool, "the database manager is open", "list_db", func(v string, stated bool) Fact { return truth(!stated || isTrue(v)) }),
		setting("odoo_conf.master_password", expr.TypeText, "how it is kept: set (in clear), hashed, empty or none", "admin_passwd", func(v string, stated bool) Fact {
			if !stated {
				return word("none")
			}
			return word(v)
		}),
		setting("odoo_conf.workers", expr.TypeInt, "processes that serve; 0 for one with threads", "workers", func(v string, _ bool) Fact { return wholeNumber(v) }),
		setting("odoo_conf.dbfilter", expr.TypeText, "which databases a name may reach; empty for all", "dbfilter", func(v string, _ bool) Fact { return word(v) }),
		setting("odoo_conf.db_name", expr.TypeText, "the one database that is served; empty for any", "db_name", func(v string, _ bool) Fact { return word(strings.TrimSuffix(v, "False")) }),
		setting("odoo_conf.db_elsewhere", expr.TypeText, "the database's machine, where that is another", "db_host", func(v string, _ bool) Fact {
			if v == "False" || strings.HasPrefix(v, "/") || isLoopback(v) {
				return word("")
			}
			return word(v)
		}),
		setting("odoo_conf.db_sslmode", expr.TypeText, "how TLS to the database is asked for", "db_sslmode", func(v string, stated bool) Fact {
			if !stated {
				return word("prefer")
			}
			return word(v)
		}),
		setting("odoo_conf.proxy_mode", expr.TypeBool, "it believes the proxy who the caller is", "proxy_mode", func(v string, _ bool) Fact { return truth(isTrue(v)) }),
		setting("odoo_conf.dev_mode", expr.TypeText, "aids for developers that are on; empty for none", "dev_mode", func(v string, _ bool) Fact { return word(strings.TrimSuffix(v, "False")) }),
		setting("odoo_conf.log_sql", expr.TypeBool, "what is asked of the database is logged, with values", "log_level", func(v string, _ bool) Fact {
			return truth(v == "debug_sql" || v == "debug_rpc" || v == "debug_rpc_answer")
		}),
		setting("odoo_conf.memory_limit", expr.TypeBool, "a worker that grows is ended", "limit_memory_hard", func(v string, stated bool) Fact { return truth(!stated || v != "0") }), // stated or not, Odoo has a default
	}}
}

func redisConfigurationKind() kind {
	return kind{name: "redis-configuration", doc: "redis.conf on a machine", within: "host", groups: configured("redis"), fields: []Field{
		about("redis.file", expr.TypeText, "the file", func(c *estate.Configuration) Fact { return word(c.File) }),
		about("redis.password", expr.TypeBool, "callers must show a password or be a user of its list", func(c *estate.Configuration) Fact {
			value, _ := c.Value("requirepass")
			_, users := c.Value("user")
			_, list := c.Value("aclfile")
			return truth(value != "" && value != "empty" || users || list)
		}),
		about("redis.exposed", expr.TypeBool, "it listens beyond the machine itself", func(c *estate.Configuration) Fact {
			bind, stated := c.Value("bind")
			return truth(!stated || slices.ContainsFunc(strings.Fields(bind), func(a string) bool { return !isLoopback(strings.TrimPrefix(a, "-")) }))
		}),
		about("redis.protected", expr.TypeBool, "without a password it answers the machine itself alone", func(c *estate.Configuration) Fact {
			value, stated := c.Value("protected-mode")
			_, bound := c.Value("bind")
			return truth((!stated || value == "yes") && !bound)
		}),
		about("redis.tls", expr.TypeBool, "it has a port with TLS, and none without", func(c *estate.Configuration) Fact {
			port, _ := c.Value("tls-port")
			plain, stated := c.Value("port")
			return truth(port != "" && port != "0" && stated && plain == "0")
		}),
		about("redis.bounded", expr.TypeBool, "its memory is bounded", func(c *estate.Configuration) Fact {
			value, _ := c.Value("maxmemory")
			return truth(value != "" && value != "0")
		}),
		about("redis.kept", expr.TypeText, "what it writes to disk: snapshots, log, both or nothing", func(c *estate.Configuration) Fact {
			save, stated := c.Value("save")
			log, _ := c.Value("appendonly")
			snapshots := !stated || strings.Trim(save, `" `) != ""
			return word(map[[2]bool]string{{true, true}: "both", {true, false}: "snapshots", {false, true}: "log", {false, false}: "nothing"}[[2]bool{snapshots, log == "yes"}])
		}),
		about("redis.renamed_commands", expr.TypeInt, "dangerous commands that were renamed or taken away", func(c *estate.Configuration) Fact {
			value, _ := c.Value("rename-command")
			return wholeNumber(value)
		}),
	}}
}

func isTrue(value string) bool {
	return slices.Contains([]string{"true", "1", "yes", "on"}, strings.ToLower(value))
}

// wholeNumber is a number as a file states it; 0 where it states none.
func wholeNumber(value string) Fact {
	if value == "" {
		return number(0)
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return missing(estate.Gap{Section: "configurations", Coverage: estate.Failed, Problem: "a number was expected"})
	}
	return number(n)
}

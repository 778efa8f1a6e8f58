package host

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// onTheHost runs a filter of the script over a text, with an awk. No secret may come through.
func onTheHost(t *testing.T, awk []string, program, text string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), awk[0], append(append(append([]string{}, awk[1:]...), args...), program)...)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NotContains(t, string(out), "Kw7Zr0pLm", "a secret left the host")
	return string(out)
}

func eachAWK(t *testing.T, test func(t *testing.T, awk []string)) {
	t.Helper()
	for _, awk := range [][]string{{"mawk"}, {"gawk"}, {"busybox", "awk"}, {"original-awk"}} {
		if _, err := exec.LookPath(awk[0]); err == nil {
			t.Run(awk[0], func(t *testing.T) {
				t.Parallel()
				test(t, awk)
			})
		}
	}
}

func TestNginxRoutes(t *testing.T) {
	t.Parallel()
	snippet := filepath.Join(t.TempDir(), "tls.conf")
	require.NoError(t, os.WriteFile(snippet, []byte("ssl_certificate /etc/ssl/erp.pem; ssl_certificate_key /etc/ssl/Kw7Zr0pLm;\nssl_protocols TLSv1.2 TLSv1.3;\n"), 0o600))
	text := `user www-data;
http {
    include mime.types;
    ssl_protocols TLSv1 TLSv1.2; # old
    client_max_body_size 1m;
    proxy_read_timeout 60s;
    limit_req_zone $binary_remote_addr zone=login:10m rate=5r/m;
    add_header X-Frame-Options SAMEORIGIN;
    map $http_x_token $ok { "Kw7Zr0pLm" 1; default 0; }
}
upstream odoo { server 127.0.0.1:8069 weight=2; server "erp-2:8069"; }
server {
    listen 443 ssl; server_name erp.clinic.example "~^x{3}\.example$";
    include ` + snippet + `;
    client_max_body_size 200m;
    add_header Strict-Transport-Security "max-age=1; Kw7Zr0pLm" always;
    if ($arg_key = "Kw7Zr0pLm") { return 403; }
    location /web/login { limit_req zone=login burst=3; proxy_set_header Authorization "Basic Kw7Zr0pLm"; proxy_pass http://odoo; }
    location ~ "^/patient/[0-9]{3};Kw7Zr0pLm" { proxy_pass https://fhir.partner.example; }
}
server { listen 80; server_name old.example; location / { proxy_ssl_verify on; proxy_pass https://user:pw@b.example:8443/x; } }
`
	want := []estate.WebRoute{
		{Proxy: "nginx", Names: []string{"erp.clinic.example", `~^x3\.example$`}, Listen: []string{"443"}, Upstream: []string{"127.0.0.1:8069", "erp-2:8069", "fhir.partner.example:443"}, TLS: true,
			Certificates: []string{"/etc/ssl/erp.pem"}, Protocols: []string{"TLSv1.2", "TLSv1.3"}, Headers: []string{"strict-transport-security"}, Unverified: true,
			Limits: []estate.Option{{Name: "client_max_body_size", Value: "200m"}, {Name: "limit_req", Value: "zone=login burst=3 rate=5r/m"}, {Name: "proxy_read_timeout", Value: "60s"}}},
		{Proxy: "nginx", Names: []string{"old.example"}, Listen: []string{"80"}, Upstream: []string{}, Headers: []string{"x-frame-options"},
			Limits: []estate.Option{{Name: "client_max_body_size", Value: "1m"}, {Name: "proxy_read_timeout", Value: "60s"}}},
	}
	eachAWK(t, func(t *testing.T, awk []string) {
		t.Helper()
		out := onTheHost(t, awk, nginxAWK, text)
		require.Equal(t, want, parseNginx(out))
	})
	require.Equal(t, "denied /etc/nginx/sites-enabled/x\n", onTheHost(t, []string{"awk"}, nginxAWK, "unreadable_file /etc/nginx/sites-enabled/x;\n"))
}

func TestHAProxyRoutes(t *testing.T) {
	t.Parallel()
	require.Equal(t, []estate.WebRoute{
		{Proxy: "haproxy", Names: []string{"api"}, Listen: []string{"10.0.0.25:443"}, Upstream: []string{"fhir.partner.example:443"}, TLS: true, Certificates: []string{"/etc/haproxy/api.pem"},
			Protocols: []string{"TLSv1.2", "TLSv1.3"}, Headers: []string{"strict-transport-security"}, Unverified: true,
			Limits: []estate.Option{{Name: "maxconn", Value: "200"}, {Name: "timeout client", Value: "30s"}, {Name: "timeout server", Value: "2m"}, {Name: "timeout server", Value: "30s"}}},
		{Proxy: "haproxy", Names: []string{"old"}, Listen: []string{":8443"}, Upstream: []string{"10.0.0.9:80"}, TLS: true, Certificates: []string{"/x.pem"}, Protocols: []string{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"},
			Limits: []estate.Option{{Name: "timeout client", Value: "30s"}, {Name: "timeout server", Value: "30s"}}},
	}, parseHAProxy("global\n  maxconn 500\n  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets\ndefaults\n  timeout client 30s\n  timeout server 30s\nfrontend api\n  bind 10.0.0.25:443 ssl crt /etc/haproxy/api.pem\n  maxconn 200\n"+
		"  http-response set-header Strict-Transport-Security\n  default_backend fhir\nbackend fhir\n  timeout server 2m\n  default-server ssl verify none\n  server one fhir.partner.example:443\nlisten old\n  bind :8443 ssl crt /x.pem no-sslv3\n  server two 10.0.0.9 check\n"))
	for options, want := range map[string][]string{"": nil, "ssl alpn h2": nil, "ssl-min-ver TLSv1.3": {"TLSv1.3"}, "ssl-min-ver TLSv1.0": {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"},
		"no-sslv3 no-tlsv10 no-tlsv11": {"TLSv1.2", "TLSv1.3"}, "force-tlsv12": {"TLSv1.2"}} {
		require.Equal(t, want, haproxyVersions(strings.Fields(options)), options)
	}
}

func TestApacheRoutes(t *testing.T) {
	t.Parallel()
	const text = `Listen 80
Timeout 300
SSLProtocol all -SSLv3
Header always set X-Token "Kw7Zr0pLm"
<Proxy "balancer://odoo">
    BalancerMember "http://10.0.0.5:8069" loadfactor=1
    BalancerMember http://10.0.0.6:8069
</Proxy>
<VirtualHost *:443 [::]:443>
    ServerName https://erp.clinic.example:443
    ServerAlias www.clinic.example \
      old.clinic.example
    SSLEngine on
    SSLProtocol -all +TLSv1.2 TLSv1.3
    SSLCertificateFile "/etc/ssl/erp.crt"
    SSLCertificateKeyFile /etc/ssl/Kw7Zr0pLm
    LimitRequestBody 1048576
    RequestHeader set Authorization "Basic Kw7Zr0pLm"
    Header set Strict-Transport-Security "max-age=1"
    SSLProxyEngine on
    RewriteRule ^/Kw7Zr0pLm/(.*)$ https://fhir.partner.example/$1 [P,L]
    RewriteRule ^/x$ /Kw7Zr0pLm [R]
    <Location /x>
      ProxyPass balancer://odoo/x timeout=60
    </Location>
    ProxyPassReverse / http://Kw7Zr0pLm/
</VirtualHost>
<VirtualHost 10.0.0.1:80>
  ServerName plain.example
  ProxyPass /a ajp://tomcat.example
  ProxyPass /b unix:/run/x.sock|fcgi://localhost
  ProxyPass /c !
</VirtualHost>
`
	want := []estate.WebRoute{
		{Proxy: "apache", Names: []string{"erp.clinic.example", "old.clinic.example", "www.clinic.example"}, Listen: []string{"*:443", "[::]:443"},
			Upstream: []string{"10.0.0.5:8069", "10.0.0.6:8069", "fhir.partner.example:443"}, TLS: true, Certificates: []string{"/etc/ssl/erp.crt"}, Protocols: []string{"TLSv1.2", "TLSv1.3"},
			Limits: []estate.Option{{Name: "limitrequestbody", Value: "1048576"}, {Name: "timeout", Value: "300"}}, Headers: []string{"strict-transport-security"}, Unverified: true},
		{Proxy: "apache", Names: []string{"plain.example"}, Listen: []string{"10.0.0.1:80"}, Upstream: []string{"tomcat.example:8009"}, Limits: []estate.Option{{Name: "timeout", Value: "300"}}, Headers: []string{"x-token"}},
	}
	eachAWK(t, func(t *testing.T, awk []string) {
		t.Helper()
		require.Equal(t, want, parseApache(onTheHost(t, awk, apacheAWK, text)))
	})
	require.Equal(t, []estate.WebRoute{{Proxy: "apache", Names: []string{"crm.example"}, Listen: []string{"80"}, Upstream: []string{"10.0.0.7:80"}}},
		parseApache("Listen 80\nServerName crm.example\nProxyPass / http://10.0.0.7/\n"))
	require.Empty(t, parseApache("Listen 80\n"))
}

const traefikYAML = `# static
entryPoints:
  web:
    address: ":80"
  websecure:
    address: :443
serversTransport:
  insecureSkipVerify: true
---
http:
  routers:
    erp:
      rule: "Host(` + "`erp.clinic.example`, `www.clinic.example`" + `) && PathPrefix(` + "`/web`" + `)"
      entryPoints:
      - websecure
      middlewares: [secure@file, slow]
      service: odoo
      tls:
        options: modern
    plain:
      entryPoints: ["web"]
      rule: Host('old.example')
      service: fhir@file
  services:
    odoo:
      loadBalancer:
        servers:
        - url: "http://10.0.0.5:8069"
        - url: http://10.0.0.6:8069 # second
    fhir:
      loadBalancer:
        servers: [{url: "https://fhir.partner.example/"}]
  middlewares:
    secure:
      headers:
        stsSeconds: 31536000
        customResponseHeaders:
          X-Token: Kw7Zr0pLm
        customRequestHeaders:
          Authorization: "Basic Kw7Zr0pLm"
    login:
      basicAuth:
        users:
          - "admin:Kw7Zr0pLm"
    file:
      plugin:
        secret: |
          token: Kw7Zr0pLm
          Kw7Zr0pLm: x
    slow:
      rateLimit:
        average: 100
        burst: 50
tls:
  certificates:
    - certFile: /etc/traefik/erp.crt
      keyFile: /etc/traefik/Kw7Zr0pLm
  options:
    modern:
      minVersion: VersionTLS12
    default:
      minVersion: VersionTLS10
`

const traefikTOML = `[entryPoints]
  [entryPoints.web]
  address = ":80"
  [entryPoints.websecure]
    address = ":443"
[serversTransport]
  insecureSkipVerify = true
[http.routers]
  [http.routers.erp]
    rule = "Host(` + "`erp.clinic.example`, `www.clinic.example`" + `)"
    entryPoints = ["websecure"]
    middlewares = ["secure", "slow"]
    service = "odoo"
    [http.routers.erp.tls]
      options = "modern"
  [http.routers.plain]
    rule = "Host(` + "`old.example`" + `)"
    entryPoints = ["web"]
    service = "fhir"
[http.services]
  [[http.services.odoo.loadBalancer.servers]]
    url = "http://10.0.0.5:8069"
  [[http.services.odoo.loadBalancer.servers]]
    url = "http://10.0.0.6:8069"
  [[http.services.fhir.loadBalancer.servers]]
    url = "https://fhir.partner.example/"
[http.middlewares.secure.headers]
  stsSeconds = 31536000
  [http.middlewares.secure.headers.customResponseHeaders]
    X-Token = "Kw7Zr0pLm"
[http.middlewares.slow.rateLimit]
  average = 100
  burst = 50
[http.middlewares.login.basicAuth]
  users = ["admin:Kw7Zr0pLm"]
[[tls.certificates]]
  certFile = "/etc/traefik/erp.crt"
  keyFile = "/etc/traefik/Kw7Zr0pLm"
[tls.options.modern]
  minVersion = "VersionTLS12"
[tls.options.default]
  minVersion = "VersionTLS10"
`

func TestTraefikRoutes(t *testing.T) {
	t.Parallel()
	want := []estate.WebRoute{
		{Proxy: "traefik", Names: []string{"erp.clinic.example", "www.clinic.example"}, Listen: []string{":443"}, Upstream: []string{"10.0.0.5:8069", "10.0.0.6:8069"}, TLS: true,
			Certificates: []string{"/etc/traefik/erp.crt"}, Protocols: []string{"TLSv1.2", "TLSv1.3"}, Headers: []string{"strict-transport-security", "x-token"},
			Limits: []estate.Option{{Name: "ratelimit.average", Value: "100"}, {Name: "ratelimit.burst", Value: "50"}}},
		{Proxy: "traefik", Names: []string{"old.example"}, Listen: []string{":80"}, Upstream: []string{"fhir.partner.example:443"}, Unverified: true},
	}
	eachAWK(t, func(t *testing.T, awk []string) {
		t.Helper()
		require.Equal(t, want, parseTraefik("f /etc/traefik/x.yml\n"+onTheHost(t, awk, traefikAWK, traefikYAML)))
		require.Equal(t, want, parseTraefik("f /etc/traefik/x.toml\n"+onTheHost(t, awk, traefikAWK, traefikTOML, "-v", "toml=1")))
	})
	require.Equal(t, []estate.WebRoute{{Proxy: "traefik", Names: []string{"a.example"}, Listen: []string{":8443"}, Upstream: []string{}, TLS: true}},
		parseTraefik("a entryPoints.s.address\t:8443/tcp\nf /x.yml\ny 0 http\t\ny 2 routers\t\ny 4 r\t\ny 6 rule\tHost:A.example;PathPrefix:/x\ny 6 tls\t{}\n"))
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	read := func(frames map[string]frame) estate.Section[[]estate.WebRoute] {
		for _, p := range proxies() {
			if _, ok := frames[p.key]; !ok {
				frames[p.key] = frame{code: exitAbsent}
			}
		}
		frames["identity"], frames["settings"] = frame{body: "me=assess"}, frame{body: "cat /usr/bin/cat\n"}
		return routes(transcript{bye: true, frames: frames})
	}
	require.Equal(t, estate.Absent, read(map[string]frame{}).Coverage)
	denied := read(map[string]frame{"haproxy": {body: "denied /etc/haproxy/haproxy.cfg\n"}})
	require.Equal(t, estate.Denied, denied.Coverage)
	require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /usr/bin/cat /etc/haproxy/haproxy.cfg", denied.Grant)
	require.Equal(t, "/etc/haproxy/haproxy.cfg", denied.Source)
	partly := read(map[string]frame{"haproxy": {body: "denied /etc/haproxy/haproxy.cfg\n"}, "nginx": {body: "server {\nlisten 80;\n}\ndenied /etc/nginx/x\n"}, "apache": {code: exitDenied}})
	require.Equal(t, estate.Known, partly.Coverage)
	require.Len(t, partly.Value, 1)
	require.Contains(t, partly.Grant, "/usr/bin/cat /etc/nginx/x")
	require.Contains(t, partly.Problem, "apache: this account may not read it")
	empty := read(map[string]frame{"nginx": {}})
	require.Equal(t, estate.Known, empty.Coverage)
	require.NotNil(t, empty.Value)
	require.Equal(t, estate.Timeout, read(map[string]frame{"nginx": {code: exitTimeout}}).Coverage)
}

package host

import (
	"testing"

	"nightferry/internal/estate"
)

// FuzzSoftware feeds one text to each parser of what runs on a machine.
func FuzzSoftware(f *testing.F) {
	f.Add(modulesBody)
	f.Add("cat /usr/bin/cat\nfile odoo /etc/odoo/odoo.conf\nset options.admin_passwd\tset\nset limit_x\t1\ndenied redis /etc/x\n")
	f.Add("find /x\nstored /a\nstore /a\x1b\nfiles 1 2 /a\nfiles 99999999999999999999 2 /a\ndenied /a/b\n")
	f.Add("/proc/1/cgroup:0::/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n/proc/7/cgroup:1:x:/lxc/\u202ea/kubepods/pod1/x\n")
	f.Add("Listen 80\n<VirtualHost *:443\nProxyPass / balancer://x\n<Proxy balancer://x>\nBalancerMember balancer://y http://z\nSSLProtocol all -a +\nServerName x://y:1\nHeader x\n")
	f.Add("global\n ssl-default-bind-options ssl-min-ver x\ndefaults\n timeout x\nlisten a\n bind :1 ssl crt\n server a b:1 ssl verify none\n http-response set-header\n")
	f.Add("f /x\ny 0 http\ny 2 routers\ny 4 a\ny 6 rule\tHost(`a`,`*`)\ny 6 middlewares\t[a,b@c]\ny 6 -\ny 8 =\tx\nt http.services..x\nk url\thttp://[\na entryPoints.x.address\t:1\ny 0 tls\ny 2 options\ny 4 default\ny 6 minVersion\tVersionTLS9\n")
	f.Add("http { limit_req_zone zone= rate=1 ; server { limit_req zone=x; proxy_ssl_verify off; proxy_pass https://a; add_header a; } ssl_protocols x")
	f.Fuzz(func(t *testing.T, body string) {
		h := estate.Host{}
		h.Configurations.Value = parseSettings(body).found
		h.Code.Value = parseModules(body).modules
		h.Filestores.Value = parseFilestores(body).stores
		h.Containers.Value = joinPlaces(parsePlaces(body), []task{{pid: 7, user: "x"}})
		for _, p := range proxies() {
			h.Routes.Value = append(h.Routes.Value, p.parse(body)...)
		}
		requireClean(t, h)
	})
}

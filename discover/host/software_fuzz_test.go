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
	f.Fuzz(func(t *testing.T, body string) {
		h := estate.Host{}
		h.Configurations.Value = parseSettings(body).found
		h.Code.Value = parseModules(body).modules
		h.Filestores.Value = parseFilestores(body).stores
		h.Containers.Value = joinPlaces(parsePlaces(body), []task{{pid: 7, user: "x"}})
		requireClean(t, h)
	})
}

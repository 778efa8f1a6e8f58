package host

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestParseIdentity(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		os, id string
		want   estate.Identity
	}{
		"debian": {
			"PRETTY_NAME=\"Debian GNU/Linux 11 (bullseye)\"\nVERSION_ID=\"11\"\nID=debian\n",
			"hostname=erp-db\nkernel=5.10.0-28-amd64\nmachine=x86_64\nid=15dc51b3a92e497697a6be37a5b68a2d\nvirt=kvm\ninit=systemd\ninitexe=\nboot=1767225600\n",
			estate.Identity{Hostname: "erp-db", MachineID: "15dc51b3a92e497697a6be37a5b68a2d", OS: "debian", OSVersion: "11", OSName: "Debian GNU/Linux 11 (bullseye)",
				Kernel: "5.10.0-28-amd64", Architecture: "x86_64", Virtualisation: "kvm", Init: "systemd", Booted: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}},
		"busybox":     {"ID=alpine\nVERSION_ID=3.12.0", "init=init\ninitexe=/bin/busybox", estate.Identity{OS: "alpine", OSVersion: "3.12.0", OSName: "alpine 3.12.0", Init: "busybox"}},
		"centos 6":    {"ID=rhel\nPRETTY_NAME=\"CentOS release 6.10 (Final)\"", "init=init\ninitexe=/sbin/init", estate.Identity{OS: "rhel", OSName: "CentOS release 6.10 (Final)", Init: "sysv"}},
		"openrc":      {"", "init=init\ninitexe=/sbin/init\ninit=openrc", estate.Identity{Init: "openrc"}},
		"escapes":     {"ID=de\x1b[31mbian\u202e\nVERSION_ID=\xff11", "hostname=a\x07b", estate.Identity{Hostname: "ab", OS: "de[31mbian", OSVersion: "\ufffd11", OSName: "de[31mbian \ufffd11"}},
		"silly boots": {"", "boot=-5", estate.Identity{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, parseIdentity(tt.os, tt.id))
		})
	}
}

func TestParseCapacity(t *testing.T) {
	t.Parallel()
	require.Equal(t, estate.Capacity{CPUs: 4, MemoryBytes: 8 << 30, SwapBytes: 0, CPUModel: "Intel(R) Xeon(R) CPU"},
		parseCapacity("cpus=4\nmodel=Intel(R) Xeon(R) CPU\nmemory=8388608\nswap=0\n"))
	require.Equal(t, estate.Capacity{}, parseCapacity("cpus=x\nmemory=99999999999999999999\nswap=-1"))
}

func TestParseInterfaces(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"iproute2": "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever\n2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0\\ x\n2: eth0    inet6 fe80::1/64 scope link \\ x\n",
		"net-tools": "eth0: flags=4163<UP,BROADCAST>  mtu 1500\n        inet 10.0.0.5  netmask 255.255.255.0  broadcast 10.0.0.255\n        inet6 fe80::1  prefixlen 64  scopeid 0x20<link>\n\n" +
			"lo: flags=73<UP,LOOPBACK>  mtu 65536\n        inet 127.0.0.1  netmask 255.0.0.0\n",
		"busybox": "eth0      Link encap:Ethernet  HWaddr 02:42:0A:00:00:05\n          inet addr:10.0.0.5  Bcast:10.0.0.255  Mask:255.255.255.0\n          inet6 addr: fe80::1/64 Scope:Link\n\n" +
			"lo        Link encap:Local Loopback\n          inet addr:127.0.0.1  Mask:255.0.0.0\n",
	}
	want := []estate.Interface{{Name: "eth0", Addresses: []string{"10.0.0.5/24", "fe80::1/64"}}, {Name: "lo", Addresses: []string{"127.0.0.1/8"}}}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, want, parseInterfaces(body))
		})
	}
	require.Equal(t, []estate.Interface{{Name: "dummy0", Addresses: []string{}}}, parseInterfaces("dummy0: flags=1\n"))
}

func TestTasks(t *testing.T) {
	t.Parallel()
	t1 := transcript{self: 500, frames: map[string]frame{
		"identity":  {body: "me=assess\nuid=1000"},
		"processes": {body: "/proc/1/cmdline:/sbin/init\t\n/proc/20/cmdline:/usr/sbin/sshd\t-D\t\n/proc/30/cmdline:nginx: worker process\n/proc/31/cmdline:nginx: worker process\n/proc/32/cmdline:second\n/proc/400/cmdline:sshd: assess [priv]\n/proc/401/cmdline:sshd: assess@notty\n/proc/500/cmdline:/bin/sh\t-s\n/proc/501/cmdline:grep\t-a\n/proc/32/cmdline:line of an argument\n/proc/999/cmdline:gone\n"},
		"owners":    {body: "/proc/1/status:Uid:\t0\t0\t0\t0\n/proc/1/status:PPid:\t0\n/proc/20/status:PPid:\t1\n/proc/20/status:Uid:\t0\t0\t0\t0\n/proc/30/status:Uid:\t33\t33\t33\t33\n/proc/31/status:Uid:\t33\t33\t33\t33\n/proc/32/status:Uid:\t7\t7\n/proc/400/status:PPid:\t20\n/proc/400/status:Uid:\t0\n/proc/401/status:PPid:\t400\n/proc/401/status:Uid:\t1000\n/proc/500/status:PPid:\t401\n/proc/500/status:Uid:\t1000\n/proc/501/status:PPid:\t500\n/proc/501/status:Uid:\t1000\n"},
		"cgroups":   {body: "/proc/20/cgroup:0::/system.slice/ssh.service\n/proc/30/cgroup:1:name=systemd:/system.slice/nginx.service\n/proc/30/cgroup:2:cpu:/other.service\n/proc/31/cgroup:0::/system.slice/nginx.service\n"},
	}}
	found := processes(tasks(t1, map[int]string{0: "root", 33: "www-data", 1000: "assess"}))
	require.Equal(t, []estate.Process{
		{Program: "init", User: "root", Count: 1},
		{Program: "nginx", User: "www-data", Unit: "nginx.service", Count: 2},
		{Program: "second", User: "7", Count: 1},
		{Program: "sshd", User: "root", Flags: []string{"-D"}, Unit: "ssh.service", Count: 1},
	}, found, "what exists because we look is left out, the daemon is not")
}

func TestUnitOf(t *testing.T) {
	t.Parallel()
	for cgroup, want := range map[string]string{
		"/system.slice/ssh.service":                                        "ssh.service",
		"/system.slice/system-postgresql.slice/postgresql@13-main.service": "postgresql@13-main.service",
		"/user.slice/user-1000.slice/session-3.scope":                      "",
		"/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope":  "x.scope",
		"/init.scope": "", "/": "", "": "",
		"/docker/0123abcd": "docker container", "/system.slice/docker-0123abcd.scope": "docker container",
		"/kubepods.slice/pod1/cri-containerd-99.scope": "cri container",
	} {
		require.Equal(t, want, unitOf(cgroup), cgroup)
	}
}

const procNet = `tcp
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   105        0 111 1 0 100 0
   1: 17074D0A:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   105        0 112 1 0 100 0
   2: 17074D0A:1538 15074D0A:C351 01 00000000:00000000 00:00000000 00000000   105        0 113 1 0 100 0
   3: 17074D0A:1538 15074D0A:C352 01 00000000:00000000 00:00000000 00000000   105        0 114 1 0 100 0
   4: 17074D0A:D431 16074D0A:01BB 01 00000000:00000000 00:00000000 00000000   999        0 115 1 0 100 0
   5: 17074D0A:0016 0A074D0A:ABCD 01 00000000:00000000 00:00000000 00000000     0        0 116 1 0 100 0
   6: 17074D0A:1538 15074D0A:C353 06 00000000:00000000 00:00000000 00000000     0        0 0 1 0 100 0
tcp6
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 120 1 0 100 0
   1: 0000000000000000FFFF000017074D0A:0050 0000000000000000FFFF000019074D0A:9999 01 00000000:00000000 00:00000000 00000000    33        0 121 1 0 100 0
udp
   0: 00000000:007B 00000000:0000 07 00000000:00000000 00:00000000 00000000   106        0 130 2 0 0
   1: 00000000:D123 00000000:0000 07 00000000:00000000 00:00000000 00000000   106        0 131 2 0 0
`

func TestSockets(t *testing.T) {
	t.Parallel()
	users := map[int]string{0: "root", 33: "www-data", 105: "postgres"}
	holders := parseSS(`Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp LISTEN 0 244 127.0.0.1:5432 0.0.0.0:* uid:105 ino:111 sk:1 cgroup:/system.slice/postgresql@13-main.service <->
tcp LISTEN 0 128 *:80 *:* users:(("nginx",pid=5,fd=6),("nginx",pid=6,fd=6)) ino:120 sk:2
`)
	o := newOwners(users, holders, []task{{unit: "postgresql@13-main.service", call: invocation{program: "postgres"}}})
	all := withoutOurs(parseSockets(procNet), "10.77.7.10 43981 10.77.7.23 22", 1000, holders)
	require.Equal(t, []estate.Listener{
		{Protocol: "tcp", Address: "*", Port: 80, Process: "nginx", User: "root"},
		{Protocol: "tcp", Address: "10.77.7.23", Port: 5432, User: "postgres"},
		{Protocol: "tcp", Address: "127.0.0.1", Port: 5432, Process: "postgres", User: "postgres"},
		{Protocol: "udp", Address: "*", Port: 123, User: "106"},
	}, listeners(all, o))
	require.Equal(t, []estate.Connection{
		{LocalAddress: "10.77.7.23", PeerAddress: "10.77.7.22", PeerPort: 443, User: "999", Count: 1},
		{LocalAddress: "10.77.7.23", LocalPort: 80, PeerAddress: "10.77.7.25", Inbound: true, User: "www-data", Count: 1},
		{LocalAddress: "10.77.7.23", LocalPort: 5432, PeerAddress: "10.77.7.21", Inbound: true, User: "postgres", Count: 2},
	}, connections(all, o), "the connection we came by is not the estate's")
}

func TestParsePackages(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		want []estate.Package
	}{
		"dpkg": {"ii \todoo-14\t14.0.0+dfsg.2-7\nrc \tnginx\t1.18\nhi \tpostgresql-13\t13.16\n", []estate.Package{{Name: "odoo-14", Version: "14.0.0+dfsg.2-7"}, {Name: "postgresql-13", Version: "13.16"}}},
		"rpm":  {"ii\tkernel\t2.6.32-754\nii\tkernel\t2.6.32-755\nii\tkernel\t2.6.32-755\n", []estate.Package{{Name: "kernel", Version: "2.6.32-754"}, {Name: "kernel", Version: "2.6.32-755"}}},
		"apk":  {"P:musl\nV:1.1.24-r9\nP:nginx\nV:1.18.0-r0\n", []estate.Package{{Name: "musl", Version: "1.1.24-r9"}, {Name: "nginx", Version: "1.18.0-r0"}}},
		"none": {"nonsense\n", []estate.Package{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, parsePackages(tt.body))
		})
	}
}

func TestParseUnits(t *testing.T) {
	t.Parallel()
	require.Equal(t, []estate.Unit{
		{Name: "backup.timer", Kind: "timer", Active: "inactive", Enabled: "disabled"},
		{Name: "odoo.service", Kind: "service", Active: "failed", Enabled: "enabled"},
		{Name: "postgresql@13-main.service", Kind: "service", Active: "active"},
	}, parseUnits("● odoo.service loaded failed\npostgresql@13-main.service loaded active\nexim4.service not-found inactive\nx.slice loaded active\nuser@1000.service loaded active\nrun-user-1000.mount loaded active\n",
		"odoo.service enabled\nbackup.timer disabled\npostgresql@.service disabled\n"))
	require.Equal(t, []estate.Unit{{Name: "odoo", Kind: "init.d", Active: "unknown", Enabled: "enabled"}}, parseInitScripts("odoo enabled\n"))
}

func TestParseCron(t *testing.T) {
	t.Parallel()
	require.Equal(t, []estate.Schedule{
		{Kind: "cron", Where: "/etc/cron.d/fhir", When: "*/15 * * * *", User: "hl7", Program: "curl", Hosts: []string{"fhir.partner.example:443"}},
		{Kind: "cron", Where: "/etc/cron.daily", When: "@daily", User: "root", Program: "logrotate"},
		{Kind: "cron", Where: "/etc/crontabs/root", When: "15 3 * * *", User: "root", Program: "crm-export"},
	}, parseCron("/etc/cron.d/fhir:PATH=/usr/bin\n/etc/cron.d/fhir:# curl http://x.example\n/etc/cron.d/fhir:*/15 * * * * hl7 curl -s -u *** https://fhir.partner.example/Patient?name=Hjalvardt\n"+
		"/etc/cron.daily:@daily root /etc/cron.daily/logrotate\n/etc/crontabs/root:15 3 * * * /usr/local/bin/crm-export\n/etc/cron.d/bad:1 2 3\nnonsense\n"))
	require.Equal(t, []estate.Schedule{{Kind: "cron", Where: "crontab of odoo", When: "@reboot", User: "odoo", Program: "run"}}, parseCrontab("@reboot /opt/run\nMAILTO=x@y.example\n", "odoo"))
}

func TestParseTimers(t *testing.T) {
	t.Parallel()
	services := parseServices("Id=labor-push.service\nUser=hl7\nExecStart={ path=/usr/bin/sftp ; argv[]=/usr/bin/sftp -b - labdrop@lab.labor-nord.example ; ignore_errors=no ; start_time=[n/a] ; pid=0 }\n\nId=apt.service\nUser=\n")
	require.Equal(t, []estate.Schedule{
		{Kind: "timer", Where: "labor-push.timer", When: "*-*-* 01:30:00, OnBootUSec=2min", User: "hl7", Program: "sftp", Hosts: []string{"lab.labor-nord.example"},
			LastRun: time.Date(2026, 3, 2, 22, 0, 0, 0, time.UTC)},
		{Kind: "timer", Where: "other.timer", When: "", User: "", Program: "unknown"},
	}, parseTimers("Id=labor-push.timer\nUnit=labor-push.service\nTimersCalendar={ OnCalendar=*-*-* 01:30:00 ; next_elapse=x }\nTimersMonotonic={ OnBootUSec=2min ; next_elapse=1min }\n"+
		"LastTriggerUSec=Mon 2026-03-02 22:00:00 UTC\nNextElapseUSecRealtime=n/a\n\nId=other.timer\n", "", services))
}

func TestParseScripts(t *testing.T) {
	t.Parallel()
	require.Equal(t, []estate.OutboundCall{
		{Where: "/usr/local/bin/push", Program: "sftp", Hosts: []string{"lab.example"}},
		{Where: "/usr/local/bin/pull.py", Program: "pull.py", Hosts: []string{"fhir.partner.example:443"}},
	}, parseScripts("/usr/local/bin/push:# sftp x@commented.example\n/usr/local/bin/push:  sftp -b - drop@lab.example\n/usr/local/bin/pull.py:URL = \"https://fhir.partner.example/Patient?name=Hjalvardt\"\n/usr/local/bin/x:curl http://localhost/\n"))
}

func TestParseMounts(t *testing.T) {
	t.Parallel()
	require.Equal(t, []estate.Mount{
		{Source: "/dev/sda1", Target: "/", Type: "ext4", Mounted: true, InFstab: true, SizeBytes: 1024 << 10, UsedBytes: 512 << 10},
		{Source: "//nas.clinic.example/scans", Target: "/mnt/my scans", Type: "cifs", InFstab: true, RemoteHost: "nas.clinic.example"},
		{Source: "10.0.0.9:/export", Target: "/mnt/nfs", Type: "nfs4", ReadOnly: true, Mounted: true, RemoteHost: "10.0.0.9"},
		{Source: "host.example:/x", Target: "/mnt/ssh", Type: "fuse.sshfs", Mounted: true, RemoteHost: "host.example"},
	}, parseMounts("/dev/sda1 / ext4 rw,relatime 0 0\nproc /proc proc rw 0 0\n10.0.0.9:/export /mnt/nfs nfs4 ro,addr=10.0.0.9 0 0\nward@host.example:/x /mnt/ssh fuse.sshfs rw 0 0\n",
		"# fstab\nUUID=1 / ext4 defaults 0 1\n//user:pw@nas.clinic.example/scans /mnt/my\\040scans cifs noauto,password=*** 0 0\nUUID=2 none swap sw 0 0\n",
		"Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 1024 512 512 50% /\n"))
}

func TestParseHosts(t *testing.T) {
	t.Parallel()
	require.Equal(t, []estate.HostName{
		{Address: "10.77.7.22", Names: []string{"erp-db", "erp-db.clinic.example"}},
		{Address: "127.0.1.1", Names: []string{"erp-app"}},
	}, parseHosts("127.0.0.1 localhost\n127.0.1.1 erp-app\n10.77.7.22\tERP-DB.clinic.example erp-db # database\n::1 localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nbad line\n"))
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	t1 := transcript{frames: map[string]frame{
		"identity": {body: "me=assess"},
		"passwd":   {body: "root:0:0:/root:/bin/bash\nodoo:105:110:/var/lib/odoo:/usr/sbin/nologin\ngames:5:60:/usr/games:/usr/sbin/nologin\nferry:1001:1001:/home/ferry:/bin/bash\nbroken:x\n"},
		"group":    {body: "root:0:\nodoo:110:\nsudo:27:ferry,root\n"},
		"keys":     {body: "root -1\nodoo 0\nferry 2\ngames 0\n"},
	}}
	s := accounts(t1, parsePasswd(t1.body("passwd")), []task{{user: "odoo"}})
	require.Equal(t, []estate.Account{
		{Name: "root", UID: 0, Shell: "/bin/bash", Groups: []string{"root", "sudo"}, Keys: -1},
		{Name: "odoo", UID: 105, Shell: "/usr/sbin/nologin", Groups: []string{"odoo"}, Keys: 0},
		{Name: "ferry", UID: 1001, Shell: "/bin/bash", Groups: []string{"sudo"}, Keys: 2},
	}, s.Value)
	require.Contains(t, s.Problem, "root")
	require.NotContains(t, s.Problem, "ferry")
	require.NotEmpty(t, s.Grant)
}

func TestParseNginx(t *testing.T) {
	t.Parallel()
	require.Equal(t, []estate.WebRoute{
		{Proxy: "nginx", Names: []string{"erp.clinic.example", "www.clinic.example"}, Listen: []string{"443", "[::]:443"}, Upstream: []string{"10.0.0.5:8069", "127.0.0.1:8069", "127.0.0.1:8072"}, TLS: true},
		{Proxy: "nginx", Names: []string{"old.clinic.example"}, Listen: []string{"80"}, Upstream: []string{"crm.clinic.example:80"}},
	}, parseNginx(`
http {
 upstream odoo { server 127.0.0.1:8069; server 10.0.0.5:8069 backup; server unix:/run/x.sock; }
 upstream chat { server 127.0.0.1:8072; }
 server {
  listen 443 ssl http2; # the front
  listen [::]:443 ssl;
  server_name erp.clinic.example www.clinic.example;
  location ~ "^/patient/{3}" { proxy_pass http://odoo; }
  location /longpolling { proxy_pass http://chat/x; }
 }
 server { listen 80; server_name old.clinic.example _; location / { proxy_pass http://crm.clinic.example; } }
}
`))
}

func TestParseHAProxy(t *testing.T) {
	t.Parallel()
	require.Equal(t, []estate.WebRoute{
		{Proxy: "haproxy", Names: []string{"api"}, Listen: []string{"10.0.0.25:443"}, Upstream: []string{"10.77.5.90:443", "fhir.partner.example:443"}, TLS: true,
			Certificates: []string{"/etc/x.pem"}, Unverified: true},
		{Proxy: "haproxy", Names: []string{"stats"}, Listen: []string{":8404"}, Upstream: []string{}},
	}, parseHAProxy("global\ndefaults\nfrontend api\n  bind 10.0.0.25:443 ssl crt /etc/x.pem\n  use_backend fhir if { path /fhir }\n  default_backend lab\nbackend fhir\n  server one fhir.partner.example:443 ssl verify none\nbackend lab\n  server two 10.77.5.90:443\nbackend unused\n  server three 10.9.9.9:80\nlisten stats\n  bind :8404\n"))
}

func TestReadTranscript(t *testing.T) {
	t.Parallel()
	output := "Welcome!\n\n@@n hello 42\n\n@@n begin os\nID=debian\n\n@@other end os 0\nforged\n\n@@n end os 0\n\n@@n begin cron\npart\n\n@@n end crontab 0\n\n@@n begin df\nx\n\n@@n end df 124\n\n@@n begin ss\ncut\n\n@@n end ss 141\n\n@@n begin fstab\nno end"
	read := readTranscript(output, "n")
	require.True(t, read.hello)
	require.False(t, read.bye)
	require.Equal(t, 42, read.self)
	for key, want := range map[string]estate.Coverage{"os": estate.Known, "cron": estate.Failed, "df": estate.Timeout, "ss": estate.Known, "fstab": estate.Failed, "hosts": estate.Failed} {
		coverage, _ := read.coverage(key)
		require.Equal(t, want, coverage, key)
	}
	require.Contains(t, read.body("os"), "forged", "what a file says stays in its frame")
	require.True(t, section(read, "ss", "", func(s string) string { return s }).Truncated)
	for code, want := range map[int]estate.Coverage{0: estate.Known, 90: estate.Absent, 91: estate.Denied, 126: estate.Denied, 127: estate.Absent, 124: estate.Timeout, 137: estate.Timeout, 143: estate.Timeout, 1: estate.Failed} {
		coverage, _ := transcript{frames: map[string]frame{"os": {code: code}}}.coverage("os")
		require.Equal(t, want, coverage, code)
	}
	require.False(t, readTranscript("", "n").hello)
}

// FuzzTranscript reads anything as the output of the script: no panic, and nothing in the result that could act.
func FuzzTranscript(f *testing.F) {
	var seed strings.Builder
	seed.WriteString("\n@@n hello 42\n")
	for _, p := range probes() {
		seed.WriteString("\n@@n begin " + p.key + "\n/proc/1/cmdline:x\ta\n/etc/x:1 * * * * root curl http://a.example\nID=x\x1b[2J\na 1 2 b c d\n\n@@n end " + p.key + " 0\n")
	}
	f.Add(seed.String() + "\n@@n bye\n")
	f.Add("\n@@n hello 1\n\n@@n begin sockets\n" + procNet + "\n@@n end sockets 0\n")
	f.Add("\n@@n hello 1\n\n@@n begin certificates\nfile /a\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\ndenied /b\n\n@@n end certificates 0\n")
	f.Add("\n@@n hello 1\n\n@@n begin nginx\nserver { listen 1 ssl; } } {\n\n@@n end nginx 0\n\n@@n begin haproxy\n server a\nfrontend\n bind\n\n@@n end haproxy 141\n")
	f.Add("\n@@n hello 1\n\n@@n begin timers\nId=a\nTimersCalendar={\n\n@@n end timers 0\n\n@@n begin keys\na -1\n\n@@n end keys 0\n\n@@n begin passwd\na:1:2:/:sh\n\n@@n end passwd 0\n")
	for _, output := range corpus(f) {
		f.Add(strings.ReplaceAll(output, "\n@@corpus ", "\n@@n "))
	}
	f.Fuzz(func(t *testing.T, output string) {
		h := estate.UnreadHost("x", estate.UnknownEnv, estate.Collection{Coverage: estate.Known})
		fill(&h, readTranscript(output, "n"))
		requireClean(t, h)
	})
}

// FuzzParsers feeds one text to each parser.
func FuzzParsers(f *testing.F) {
	f.Add("a:b:c:d:e\n\x1b[31m=\u202e\n1: eth0 inet 1.2.3.4/99\nP:\nV:")
	f.Add("ExecStart={ argv[]= ; ignore_errors=\n\nId=\n//a@b/c d e f")
	f.Add(procNet)
	f.Fuzz(func(t *testing.T, body string) {
		h := estate.Host{}
		h.Identity.Value, h.Capacity.Value, h.Interfaces.Value = parseIdentity(body, body), parseCapacity(body), parseInterfaces(body)
		h.Packages.Value, h.Units.Value = parsePackages(body), append(append(parseUnits(body, withoutAliases(body, body)), parseInitScripts(body)...), parseUpstart(body)...)
		h.Schedules.Value = append(append(parseCron(readByCron(body, body)), parseCrontab(body, "x")...), parseTimers(body, body, parseServices(body))...)
		h.Commands.Value, h.Mounts.Value, h.Names.Value = parseScripts(body), parseMounts(body, body, body), parseHosts(body)
		h.Routes.Value = append(parseNginx(body), parseHAProxy(body)...)
		h.Certificates.Value, _, _ = parseCertificates(body)
		parseSS(body)
		parseKeys(body)
		requireClean(t, h)
	})
}

// TestHiddenProcesses: what hidepid leaves to see is not taken for all there is.
func TestHiddenProcesses(t *testing.T) {
	t.Parallel()
	for hidden, want := range map[string]estate.Coverage{"0\n": estate.Known, "1\n": estate.Denied} {
		h := estate.UnreadHost("x", estate.UnknownEnv, estate.Collection{Coverage: estate.Known})
		fill(&h, transcript{hello: true, bye: true, frames: map[string]frame{
			"hidepid": {body: hidden}, "processes": {body: "/proc/7/cmdline:mine\n"}, "owners": {body: "/proc/7/status:Uid:\t5\n"}, "identity": {body: "me=assess\n"}}})
		require.Equal(t, want, h.Processes.Coverage)
		require.Equal(t, want == estate.Denied, len(h.Processes.Value) == 0 && strings.Contains(h.Processes.Grant, "assess"))
	}
}

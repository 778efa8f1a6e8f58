package host

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReduce(t *testing.T) {
	t.Parallel()
	tests := map[string]invocation{
		"/usr/sbin/nginx\t-g\tdaemon on;":                           {program: "nginx", flags: []string{"-g"}},
		"nginx: worker process":                                     {program: "nginx"},
		"postgres: 13/main: odoo clinic 10.77.7.21(40822) idle":     {program: "postgres"},
		"sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups":   {program: "sshd"},
		"/usr/bin/redis-server 10.77.7.23:6379":                     {program: "redis-server", hosts: []string{"10.77.7.23:6379"}},
		"/usr/bin/redis-server 127.0.0.1:6379":                      {program: "redis-server"},
		"python3\t/usr/bin/odoo\t--config\t/etc/odoo/odoo.conf":     {program: "odoo", flags: []string{"--config"}},
		"/usr/bin/python3.9\t-u\t/opt/x/odoo-bin\t--db_host=erp-db": {program: "odoo-bin", hosts: []string{"erp-db"}},
		"python3\t-m\thttp.server":                                  {program: "python3", flags: []string{"-m"}},
		"python3\t/srv/scans/Hjalvardt_Nemi.py":                     {program: "python3"},
		"sh\t-c\techo Hjalvardt":                                    {program: "sh", flags: []string{"-c"}},
		"busybox\thttpd\t-p\t80":                                    {program: "httpd", flags: []string{"-p"}},
		"-bash":                                                     {program: "bash"},
		"ehr-sim\t--token=x\t--to\t10.0.0.9:2575":                   {program: "ehr-sim", flags: []string{"--to", "--token"}, hosts: []string{"10.0.0.9:2575"}},
		"scan-watch\t--patient-Hjalvardt\t/srv/scans/Hjalvardt":     {program: "scan-watch"},
		"curl\t-s\thttps://fhir.partner.example/Patient/123":        {program: "curl", flags: []string{"-s"}, hosts: []string{"fhir.partner.example:443"}},
		"sftp\t-b\t-\tlabdrop@lab.labor-nord.example:/in":           {program: "sftp", flags: []string{"-b"}, hosts: []string{"lab.labor-nord.example"}},
		"scp\treport.pdf\tward@10.0.0.7:/tmp":                       {program: "scp", flags: nil, hosts: []string{"10.0.0.7"}},
		"psql\t-h\terp-db.clinic.example\t-U\todoo":                 {program: "psql", flags: []string{"-U", "-h"}, hosts: []string{"erp-db.clinic.example"}},
		"psql\tpostgresql://odoo:***@erp-db/clinic":                 {program: "psql", hosts: []string{"erp-db:5432"}},
		"slapd\t-h\tldap://10.0.0.3/ ldapi:///":                     {program: "slapd", flags: []string{"-h"}, hosts: []string{"10.0.0.3:389"}},
		"smtp-sink\t--listen\t10.0.0.3:25":                          {program: "smtp-sink", flags: []string{"--listen"}},
		"/opt/Müller Anna/run":                                      {program: "unknown"},
		"/usr/bin/java\t-Xmx2g\t-Dkey=Hjalvardt\t-jar\t/opt/mirthconnect/mirth-server-launcher.jar\t--x": {program: "mirth-server-launcher.jar", flags: []string{"--x"}},
		"java\t-cp\t/srv/Hjalvardt.jar:x\torg.apache.catalina.startup.Bootstrap\tstart":                  {program: "org.apache.catalina.startup.Bootstrap"},
		"java\t-jar\t/home/x/Hjalvardt.jar":                                                              {program: "java"},
		"java\t-jar\tmain.war":                                                                           {program: "main.war"},
		"java\tHjalvardt":                                                                                {program: "java"},
		"java\t-version":                                                                                 {program: "java", flags: []string{"-v"}},
		"mail\t-s\tresult of Hjalvardt\tdoctor@ward.example":                                             {program: "mail", flags: []string{"-s"}},
	}
	for line, want := range tests {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			got := reduce(strings.Split(line, "\t"))
			require.Equal(t, want.program, got.program)
			require.ElementsMatch(t, want.flags, got.flags)
			require.ElementsMatch(t, want.hosts, got.hosts)
			require.NotContains(t, got.program+strings.Join(got.flags, "")+strings.Join(got.hosts, ""), "jalvardt")
		})
	}
}

func FuzzReduce(f *testing.F) {
	f.Add("python3\t/usr/bin/odoo\t--config=x\thttps://a:b@c.example:443/d")
	f.Add("postgres: 13/main: a b 10.0.0.1(1) idle")
	f.Add("000 -=")
	f.Add("\t\t://[::1]:70000\t-\t--\t@:\t//")
	f.Fuzz(func(t *testing.T, line string) {
		got := reduce(strings.Split(line, "\t"))
		for _, host := range got.hosts {
			name, _ := splitPort(host)
			require.True(t, isHostname(name), host)
		}
		for _, flag := range got.flags {
			require.Regexp(t, `^(-[A-Za-z]|--[a-z0-9-]+)$`, flag)
		}
		require.Regexp(t, `^[A-Za-z0-9._+\-()@]{1,60}$`, got.program)
		commandsIn(line)
	})
}

func TestCommandsIn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		programs []string
		hosts    []string
	}{
		"curl -s https://a.example/x | logger":                                                       {[]string{"curl", "logger"}, []string{"a.example:443"}},
		"A=b sudo -u odoo nice -n 10 /usr/local/bin/run --x && rsync -a /srv nas.clinic.example:/in": {[]string{"run", "rsync"}, []string{"nas.clinic.example"}},
		"test -e /run/systemd/system || /usr/lib/x/e2scrub_all -A -r":                                {[]string{"e2scrub_all"}, nil},
		"[ -x /usr/sbin/anacron ] || run-parts --report /etc/cron.daily":                             {[]string{"run-parts"}, nil},
		"cd / && flock /tmp/my.lock timeout 60 sftp ward@lab.example":                                {[]string{"sftp"}, []string{"lab.example"}},
		"if ! curl -u a:*** 'https://b.example:8443/p'; then exit 1; fi":                             {[]string{"curl"}, []string{"b.example:8443"}},
		"": {nil, nil},
	}
	for line, want := range tests {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			calls := commandsIn(line)
			var programs []string
			for _, call := range calls {
				programs = append(programs, call.program)
			}
			require.Equal(t, want.programs, programs)
			require.ElementsMatch(t, want.hosts, hostsOf(calls))
		})
	}
}

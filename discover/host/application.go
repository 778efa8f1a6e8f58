package host

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// product says by which signs an application is known. A name ending in "*" stands for all that begin so.
type product struct {
	kind     string
	programs []string // of processes
	packages []string
	units    []string // without .service
	ports    []int    // that are its own by custom: enough as a sign only with no other product on the port
}

// products is the catalogue. Order does not matter.
func products() []product {
	return []product{
		{"odoo", []string{"odoo", "odoo-bin", "odoo.py", "openerp-server"}, []string{"odoo", "odoo-*", "openerp*"}, []string{"odoo*", "openerp*"}, []int{8069, 8072}},
		{"postgresql", []string{"postgres", "postmaster"}, []string{"postgresql-[0-9]*", "postgresql*-server"}, []string{"postgresql*"}, []int{5432}},
		{"pgbouncer", []string{"pgbouncer"}, []string{"pgbouncer"}, []string{"pgbouncer"}, []int{6432}},
		{"mysql", []string{"mysqld", "mariadbd"}, []string{"mysql-server*", "mariadb-server*"}, []string{"mysql*", "mariadb"}, []int{3306}},
		{"nginx", []string{"nginx"}, []string{"nginx", "nginx-core", "nginx-full", "nginx-light", "nginx-extras"}, []string{"nginx"}, nil},
		{"apache", []string{"apache2", "httpd"}, []string{"apache2", "httpd"}, []string{"apache2", "httpd"}, nil},
		{"haproxy", []string{"haproxy"}, []string{"haproxy"}, []string{"haproxy"}, nil},
		{"traefik", []string{"traefik"}, []string{"traefik"}, []string{"traefik"}, nil},
		{"redis", []string{"redis-server"}, []string{"redis-server", "redis"}, []string{"redis*"}, []int{6379}},
		{"memcached", []string{"memcached"}, []string{"memcached"}, []string{"memcached"}, []int{11211}},
		{"rabbitmq", []string{"beam.smp"}, []string{"rabbitmq-server"}, []string{"rabbitmq*"}, []int{5672}},
		{"lighttpd", []string{"lighttpd"}, []string{"lighttpd"}, []string{"lighttpd"}, nil},
		{"slapd", []string{"slapd"}, []string{"slapd", "openldap-servers", "openldap"}, []string{"slapd"}, []int{389, 636}},
		{"sssd", []string{"sssd"}, []string{"sssd"}, []string{"sssd"}, nil},
		{"sshd", []string{"sshd"}, []string{"openssh-server"}, []string{"ssh", "sshd"}, nil},
		{"dropbear", []string{"dropbear"}, []string{"dropbear", "dropbear-bin"}, []string{"dropbear"}, nil},
		{"telnetd", []string{"telnetd", "in.telnetd"}, []string{"telnetd"}, []string{"telnetd"}, []int{23}},
		{"ftpd", []string{"vsftpd", "proftpd", "pure-ftpd"}, []string{"vsftpd", "proftpd*", "pure-ftpd*"}, []string{"vsftpd", "proftpd", "pure-ftpd"}, []int{21}},
		{"hl7-listener", []string{"hl7-listener", "hl7_listener*", "mllp*"}, nil, []string{"hl7*", "mllp*"}, []int{2575}},
		{"dicom", []string{"storescp", "dcmqrscp", "Orthanc"}, []string{"dcmtk", "orthanc"}, []string{"dicom*", "storescp*", "dcmqrscp*", "orthanc"}, []int{104, 11112, 4242}},
		{"mirth", []string{"mcserver", "mirth*"}, nil, []string{"mirth*", "mcservice"}, []int{8661}},
		{"mail", []string{"master", "postfix", "exim4", "sendmail"}, []string{"postfix", "exim4-daemon*", "sendmail"}, []string{"postfix", "exim4", "sendmail"}, []int{25, 465, 587}},
		{"smtp-sink", []string{"smtp-sink"}, nil, []string{"smtp-sink", "mailhog", "mailpit"}, nil},
		{"wkhtmltopdf", []string{"wkhtmltopdf"}, []string{"wkhtmltopdf", "wkhtmltox"}, nil, nil},
		{"dovecot", []string{"dovecot"}, []string{"dovecot-core"}, []string{"dovecot"}, []int{143, 993}},
		{"samba", []string{"smbd"}, []string{"samba"}, []string{"smbd", "smb"}, []int{445}},
		{"nfs", []string{"rpc.mountd", "nfsd"}, []string{"nfs-kernel-server"}, []string{"nfs-server", "nfs-kernel-server"}, []int{2049}},
		{"docker", []string{"dockerd"}, []string{"docker.io", "docker-ce"}, []string{"docker"}, nil},
		{"containerd", []string{"containerd"}, []string{"containerd*"}, []string{"containerd"}, nil},
		{"podman", []string{"podman"}, []string{"podman"}, []string{"podman"}, nil},
		{"kubernetes", []string{"kubelet", "k3s", "k3s-server", "k3s-agent"}, []string{"kubelet"}, []string{"kubelet", "k3s*"}, []int{10250}},
		{"cron", []string{"cron", "crond"}, []string{"cron", "cronie", "busybox-initscripts"}, []string{"cron", "crond"}, nil},
		{"time-sync", []string{"chronyd", "ntpd", "systemd-timesyncd"}, []string{"chrony", "ntp", "systemd-timesyncd"}, []string{"chrony*", "ntp*", "systemd-timesyncd"}, []int{123}},
		{"monitoring", []string{"node_exporter", "prometheus-node-exporter", "zabbix_agentd", "zabbix_agent2", "check_mk_agent", "telegraf", "snmpd", "nrpe", "netdata"},
			[]string{"prometheus-node-exporter", "zabbix-agent*", "check-mk-agent", "telegraf", "snmpd", "nagios-nrpe-server", "netdata"},
			[]string{"prometheus-node-exporter", "node_exporter", "zabbix-agent*", "check_mk*", "telegraf", "snmpd", "netdata"}, []int{9100, 10050, 6556}},
		{"log-shipping", []string{"filebeat", "fluentd", "fluent-bit", "promtail", "vector"}, []string{"filebeat", "fluent-bit", "td-agent", "promtail", "vector"},
			[]string{"filebeat", "fluent-bit", "td-agent", "promtail", "vector"}, nil},
		{"backup", []string{"pgbackrest", "barman", "wal-g", "borg", "restic", "bacula-fd", "veeamservice"}, []string{"pgbackrest", "barman", "borgbackup", "restic", "bacula-fd", "veeam"},
			[]string{"pgbackrest*", "barman*", "borg*", "restic*", "bacula-fd", "veeamservice"}, []int{9102}},
		{"fail2ban", []string{"fail2ban-server"}, []string{"fail2ban"}, []string{"fail2ban"}, nil},
		{"configuration-management", []string{"puppet", "salt-minion", "chef-client"}, []string{"puppet-agent", "salt-minion", "chef"}, []string{"puppet", "salt-minion", "chef-client"}, nil},
	}
}

// applications recognises products by their signs. What is installed but has no process and no listener is there, not running.
func applications(h *estate.Host) estate.Section[[]estate.Application] {
	source := "processes, packages, units and listeners"
	if !h.Processes.Coverage.IsKnown() && !h.Packages.Coverage.IsKnown() && !h.Units.Coverage.IsKnown() && !h.Listeners.Coverage.IsKnown() {
		return estate.Miss[[]estate.Application](estate.Failed, source, "none of them could be read", "")
	}
	found := []estate.Application{}
	for _, p := range products() {
		if a := p.recognise(h); len(a.Signs) > 0 {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, func(a, b estate.Application) int { return cmp.Compare(a.Kind, b.Kind) })
	s := estate.Know(source, found)
	if !h.Processes.Coverage.IsKnown() {
		s.Problem = "what runs is not known: processes could not be read"
	}
	return s
}

func (p product) recognise(h *estate.Host) estate.Application {
	a := estate.Application{Kind: p.kind}
	sign := func(format string, args ...any) { a.Signs = append(a.Signs, fmt.Sprintf(format, args...)) }
	for _, process := range h.Processes.Value {
		service := strings.TrimSuffix(process.Unit, ".service")
		if matches(p.programs, process.Program) || service != "" && matches(p.units, service) {
			a.Running = true
			sign("process %s", process.Program)
		}
	}
	for _, pkg := range h.Packages.Value {
		if matches(p.packages, pkg.Name) {
			if a.Version == "" {
				a.Version = pkg.Version
			}
			sign("package %s", pkg.Name)
		}
	}
	for _, unit := range h.Units.Value {
		if unit.Enabled == "masked" {
			continue
		}
		if unit.Kind == "service" && matches(p.units, strings.TrimSuffix(unit.Name, ".service")) || unit.Kind == "init.d" && matches(p.units, unit.Name) {
			sign("unit %s", unit.Name)
		}
	}
	for _, l := range h.Listeners.Value {
		own := l.Process != "" && matches(p.programs, l.Process)
		if l.Protocol == "tcp" && (own || slices.Contains(p.ports, l.Port) && (l.Process == "" || isInterpreter(l.Process))) {
			a.Running = true
			sign("listener tcp/%d", l.Port)
		}
	}
	a.Signs = sorted(a.Signs)
	return a
}

// matches knows "name", "name*" and "name[0-9]*".
func matches(patterns []string, name string) bool {
	for _, pattern := range patterns {
		if name == "" || pattern[0] != name[0] { // thousands of packages against all products
			continue
		}
		stem, open := strings.CutSuffix(pattern, "*")
		stem, digit := strings.CutSuffix(stem, "[0-9]")
		rest, ok := strings.CutPrefix(name, stem)
		switch {
		case !ok, !open && rest != "":
		case digit && (rest == "" || rest[0] < '0' || rest[0] > '9'):
		default:
			return true
		}
	}
	return false
}

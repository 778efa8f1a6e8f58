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
	return slices.Concat(businessProducts(), webProducts(), dataProducts(), directoryProducts(), platformProducts(), upkeepProducts())
}

// businessProducts are what the estate is there for.
func businessProducts() []product {
	return []product{
		{"odoo", []string{"odoo", "odoo-bin", "odoo.py", "openerp-server"}, []string{"odoo", "odoo-*", "openerp*"}, []string{"odoo*", "openerp*"}, []int{8069, 8072}},
		{"wkhtmltopdf", []string{"wkhtmltopdf"}, []string{"wkhtmltopdf", "wkhtmltox"}, nil, nil},
		{"hl7-listener", []string{"hl7-listener", "hl7_listener*", "mllp*"}, nil, []string{"hl7*", "mllp*"}, []int{2575}},
		{"mirth", []string{"mcserver", "mcservice", "mirth*", "com.mirth*", "oieserver", "bridgelink*"}, []string{"mirth*"}, []string{"mirth*", "mcservice", "oie", "oieserver", "bridgelink*"}, []int{8661}},
		{"dicom", []string{"storescp", "dcmqrscp", "dcmrecv", "Orthanc", "orthanc", "dcm4chee*", "dgate"}, []string{"dcmtk", "orthanc"}, []string{"dicom*", "storescp*", "dcmqrscp*", "orthanc*", "dcm4chee*", "conquest*"},
			[]int{104, 11112, 4242}},
		{"fhir-server", []string{"hapi*", "fhir-server*", "ca.uhn.fhir*", "blaze*"}, nil, []string{"hapi*", "fhir", "fhir-server*", "ibm-fhir*", "blaze"}, nil},
	}
}

// webProducts serve and relay what people and partners call.
func webProducts() []product {
	return []product{
		{"nginx", []string{"nginx"}, []string{"nginx", "nginx-core", "nginx-full", "nginx-light", "nginx-extras"}, []string{"nginx"}, nil},
		{"apache", []string{"apache2", "httpd"}, []string{"apache2", "httpd"}, []string{"apache2", "httpd"}, nil},
		{"haproxy", []string{"haproxy"}, []string{"haproxy"}, []string{"haproxy"}, nil},
		{"traefik", []string{"traefik"}, []string{"traefik"}, []string{"traefik"}, nil},
		{"caddy", []string{"caddy"}, []string{"caddy"}, []string{"caddy"}, nil},
		{"lighttpd", []string{"lighttpd"}, []string{"lighttpd"}, []string{"lighttpd"}, nil},
		{"varnish", []string{"varnishd"}, []string{"varnish"}, []string{"varnish"}, nil},
		{"squid", []string{"squid", "squid3"}, []string{"squid", "squid3"}, []string{"squid*"}, []int{3128}},
		{"keepalived", []string{"keepalived"}, []string{"keepalived"}, []string{"keepalived"}, nil},
		{"tomcat", []string{"org.apache.catalina*", "bootstrap.jar"}, []string{"tomcat[0-9]*", "tomcat"}, []string{"tomcat*"}, nil},
		{"wildfly", []string{"jboss-modules.jar", "org.jboss*"}, []string{"wildfly*", "jbossas*"}, []string{"wildfly*", "jboss*"}, []int{9990}},
		{"sshd", []string{"sshd"}, []string{"openssh-server"}, []string{"ssh", "sshd"}, nil},
		{"dropbear", []string{"dropbear"}, []string{"dropbear", "dropbear-bin"}, []string{"dropbear"}, nil},
		{"telnetd", []string{"telnetd", "in.telnetd"}, []string{"telnetd"}, []string{"telnetd"}, []int{23}},
		{"ftpd", []string{"vsftpd", "proftpd", "pure-ftpd"}, []string{"vsftpd", "proftpd*", "pure-ftpd*"}, []string{"vsftpd", "proftpd", "pure-ftpd"}, []int{21}},
		{"vpn", []string{"openvpn", "charon", "pluto", "ocserv"}, []string{"openvpn", "strongswan", "libreswan", "wireguard-tools", "ocserv"}, []string{"openvpn*", "wg-quick*", "strongswan*", "ipsec", "ocserv"}, []int{1194}},
		{"mail", []string{"master", "postfix", "exim4", "exim", "sendmail", "smtpd"}, []string{"postfix", "exim4-daemon*", "exim", "sendmail", "nullmailer", "msmtp-mta", "ssmtp", "opensmtpd"},
			[]string{"postfix*", "exim4", "exim", "sendmail", "nullmailer", "opensmtpd"}, []int{25, 465, 587}},
		{"smtp-sink", []string{"smtp-sink"}, nil, []string{"smtp-sink", "mailhog", "mailpit"}, nil},
		{"dovecot", []string{"dovecot"}, []string{"dovecot-core", "dovecot"}, []string{"dovecot"}, []int{143, 993}},
	}
}

// dataProducts keep data.
func dataProducts() []product {
	return []product{
		{"postgresql", []string{"postgres", "postmaster"}, []string{"postgresql-[0-9]*", "postgresql*-server"}, []string{"postgresql*"}, []int{5432}},
		{"pgbouncer", []string{"pgbouncer"}, []string{"pgbouncer"}, []string{"pgbouncer"}, []int{6432}},
		{"mysql", []string{"mysqld", "mariadbd"}, []string{"mysql-server*", "mariadb-server*"}, []string{"mysql*", "mariadb"}, []int{3306}},
		{"mongodb", []string{"mongod"}, []string{"mongodb-org-server", "mongodb-server*"}, []string{"mongod", "mongodb"}, []int{27017}},
		{"elasticsearch", []string{"elasticsearch", "org.elasticsearch*", "org.opensearch*"}, []string{"elasticsearch", "opensearch"}, []string{"elasticsearch", "opensearch"}, []int{9200}},
		{"redis", []string{"redis-server", "valkey-server", "redis-sentinel"}, []string{"redis-server", "redis", "valkey*"}, []string{"redis*", "valkey*"}, []int{6379}},
		{"memcached", []string{"memcached"}, []string{"memcached"}, []string{"memcached"}, []int{11211}},
		{"rabbitmq", []string{"beam.smp"}, []string{"rabbitmq-server"}, []string{"rabbitmq*"}, []int{5672}},
		{"activemq", []string{"activemq.jar", "org.apache.activemq*"}, []string{"activemq"}, []string{"activemq", "artemis"}, []int{61616}},
		{"kafka", []string{"kafka.Kafka"}, nil, []string{"kafka*"}, []int{9092}},
		{"mosquitto", []string{"mosquitto"}, []string{"mosquitto"}, []string{"mosquitto"}, []int{1883, 8883}},
		{"samba", []string{"smbd", "samba"}, []string{"samba"}, []string{"smbd", "smb", "samba-ad-dc"}, []int{445}},
		{"nfs", []string{"rpc.mountd", "nfsd"}, []string{"nfs-kernel-server"}, []string{"nfs-server", "nfs-kernel-server"}, []int{2049}},
		{"object-storage", []string{"minio", "radosgw", "garage", "weed"}, []string{"minio", "radosgw", "ceph-radosgw"}, []string{"minio*", "ceph-radosgw*", "garage", "seaweedfs*"}, nil},
	}
}

// directoryProducts know who people and machines are, and keep secrets.
func directoryProducts() []product {
	return []product{
		{"slapd", []string{"slapd"}, []string{"slapd", "openldap-servers", "openldap"}, []string{"slapd"}, []int{389, 636}},
		{"389-ds", []string{"ns-slapd"}, []string{"389-ds-base"}, []string{"dirsrv*"}, nil},
		{"freeipa", []string{"ipa-custodia"}, []string{"ipa-server", "freeipa-server", "ipa-client", "freeipa-client"}, []string{"ipa"}, nil},
		{"sssd", []string{"sssd"}, []string{"sssd"}, []string{"sssd"}, nil},
		{"winbind", []string{"winbindd"}, []string{"winbind", "samba-winbind"}, []string{"winbind"}, nil},
		{"ldap-client", []string{"nslcd"}, []string{"nslcd", "libnss-ldap", "libnss-ldapd", "nss-pam-ldapd", "libpam-ldap"}, []string{"nslcd"}, nil},
		{"kerberos", []string{"krb5kdc", "kadmind"}, []string{"krb5-kdc", "krb5-server"}, []string{"krb5-kdc", "krb5kdc", "krb5-admin-server", "kadmin"}, []int{88}},
		{"keycloak", []string{"keycloak*", "io.quarkus.bootstrap*"}, []string{"keycloak"}, []string{"keycloak*"}, nil},
		{"secrets-manager", []string{"vault", "bao", "openbao"}, []string{"vault", "openbao"}, []string{"vault", "vault-agent", "openbao"}, []int{8200}},
		{"consul", []string{"consul"}, []string{"consul"}, []string{"consul"}, []int{8500}},
		{"dns", []string{"named", "unbound", "dnsmasq", "pdns_server"}, []string{"bind9", "bind", "unbound", "dnsmasq", "pdns-server"}, []string{"named", "bind9", "unbound", "dnsmasq", "pdns"}, nil},
	}
}

// platformProducts run other programs.
func platformProducts() []product {
	return []product{
		{"docker", []string{"dockerd"}, []string{"docker.io", "docker-ce"}, []string{"docker"}, nil},
		{"containerd", []string{"containerd"}, []string{"containerd*"}, []string{"containerd"}, nil},
		{"podman", []string{"podman", "conmon"}, []string{"podman"}, []string{"podman"}, nil},
		{"cri-o", []string{"crio"}, []string{"cri-o"}, []string{"crio"}, nil},
		{"lxc", []string{"lxc-start", "lxcfs", "lxd", "incusd"}, []string{"lxc", "lxd", "incus"}, []string{"lxc", "lxc@*", "lxd*", "snap.lxd*", "incus*"}, nil},
		{"kubernetes", []string{"kubelet", "kube-apiserver", "kube-proxy", "k3s", "k3s-server", "k3s-agent", "rke2", "kubelite"}, []string{"kubelet", "rke2-*", "k3s*"}, []string{"kubelet", "k3s*", "rke2*", "snap.microk8s*"}, []int{10250}},
		{"etcd", []string{"etcd"}, []string{"etcd", "etcd-server"}, []string{"etcd*"}, []int{2379}},
		{"gitops", []string{"argocd*", "flux", "source-controller", "kustomize-controller", "helm-controller", "fleetagent"}, nil, []string{"argocd*", "flux*"}, nil},
		{"ci-runner", []string{"gitlab-runner", "Runner.Listener", "jenkins.war", "agent.jar"}, []string{"gitlab-runner", "jenkins"}, []string{"gitlab-runner", "actions.runner*", "jenkins*"}, nil},
		{"hypervisor", []string{"libvirtd", "virtqemud", "pvedaemon", "xenstored"}, []string{"libvirt-daemon-system", "proxmox-ve"}, []string{"libvirtd", "virtqemud", "pvedaemon"}, nil},
	}
}

// upkeepProducts keep machines in order and watch them.
func upkeepProducts() []product {
	return []product{
		{"cron", []string{"cron", "crond"}, []string{"cron", "cronie", "busybox-initscripts"}, []string{"cron", "crond"}, nil},
		{"time-sync", []string{"chronyd", "ntpd", "systemd-timesyncd"}, []string{"chrony", "ntp", "systemd-timesyncd"}, []string{"chrony*", "ntp*", "systemd-timesyncd"}, []int{123}},
		{"monitoring", []string{"node_exporter", "prometheus-node-exporter", "zabbix_agentd", "zabbix_agent2", "check_mk_agent", "cmk-agent-ctl", "telegraf", "snmpd", "nrpe", "netdata", "icinga2", "nagios", "nagios4", "collectd",
			"munin-node", "sensu-agent", "newrelic-infra", "oneagent*", "prometheus", "zabbix_server"},
			[]string{"prometheus-node-exporter", "zabbix-agent*", "check-mk-agent", "telegraf", "snmpd", "net-snmp", "nagios-nrpe-server", "nrpe", "netdata", "icinga2", "nagios", "nagios[0-9]*", "collectd", "datadog-agent", "munin-node",
				"sensu-go-agent", "newrelic-infra", "prometheus", "zabbix-server*"},
			[]string{"prometheus-node-exporter", "node_exporter", "zabbix-agent*", "check_mk*", "check-mk-agent*", "cmk-agent*", "telegraf", "snmpd", "netdata", "icinga2", "nagios*", "nrpe", "collectd", "datadog-agent*", "munin-node",
				"sensu-agent", "newrelic-infra", "oneagent", "prometheus", "zabbix-server"}, []int{9100, 10050, 6556, 5666}},
		{"log-shipping", []string{"filebeat", "fluentd", "fluent-bit", "promtail", "vector", "syslog-ng", "nxlog", "splunkd", "alloy", "grafana-agent", "otelcol*", "org.logstash*", "graylog-sidecar"},
			[]string{"filebeat", "fluent-bit", "td-agent", "promtail", "vector", "syslog-ng", "syslog-ng-core", "nxlog-ce", "splunkforwarder", "alloy", "grafana-agent", "otelcol*", "logstash", "graylog-sidecar"},
			[]string{"filebeat", "fluent-bit", "td-agent", "promtail", "vector", "syslog-ng", "nxlog", "SplunkForwarder", "alloy", "grafana-agent", "otelcol*", "logstash", "graylog-sidecar"}, nil},
		{"security-agent", []string{"wazuh-agentd", "ossec-agentd", "osqueryd", "falcon-sensor", "auditbeat", "clamd", "wdavdaemon", "aide"}, []string{"wazuh-agent", "ossec-hids*", "osquery", "falcon-sensor", "auditbeat", "clamav-daemon", "clamd", "mdatp", "aide"},
			[]string{"wazuh-agent", "ossec*", "osqueryd", "falcon-sensor", "auditbeat", "clamav-daemon", "clamd*", "mdatp"}, nil},
		{"backup", []string{"pgbackrest", "barman", "wal-g", "borg", "restic", "bacula-fd", "bareos-fd", "veeamservice", "veeamagent*", "dsmcad", "dsmc", "bpcd", "amandad", "urbackupclientbackend"},
			[]string{"pgbackrest", "barman", "barman-cli", "borgbackup", "borgmatic", "restic", "bacula-fd", "bacula-client", "bareos-filedaemon", "veeam", "veeam-*", "rsnapshot", "duplicity", "rdiff-backup", "amanda-client", "TIVsm-BA",
				"urbackup-client", "proxmox-backup-client", "backuppc"},
			[]string{"pgbackrest*", "barman*", "borg*", "restic*", "bacula-fd", "bareos-fd", "bareos-filedaemon", "veeamservice", "dsmcad", "urbackup*", "backuppc", "rsnapshot*", "walg*", "wal-g*"}, []int{9102}},
		{"fail2ban", []string{"fail2ban-server", "crowdsec"}, []string{"fail2ban", "crowdsec"}, []string{"fail2ban", "crowdsec"}, nil},
		{"configuration-management", []string{"puppet", "salt-minion", "salt-master", "chef-client", "cinc-client", "cf-agent", "cf-execd", "ansible-pull", "rudder-agent"},
			[]string{"puppet-agent", "puppet", "salt-minion", "salt-master", "chef", "cinc", "cfengine*", "ansible", "ansible-core", "rudder-agent"},
			[]string{"puppet*", "salt-minion", "salt-master", "chef-client", "cfengine*", "ansible-pull*", "rudder-agent"}, nil},
		{"updates", []string{"unattended-upgrade"}, []string{"unattended-upgrades", "dnf-automatic", "yum-cron"}, []string{"unattended-upgrades", "dnf-automatic*", "yum-cron"}, nil},
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
		if unit.Kind == "service" && matches(p.units, strings.TrimSuffix(unit.Name, ".service")) || (unit.Kind == "init.d" || unit.Kind == "upstart") && matches(p.units, unit.Name) {
			sign("unit %s", unit.Name)
		}
	}
	for _, l := range h.Listeners.Value {
		own := l.Process != "" && matches(p.programs, l.Process)
		if l.Protocol == "tcp" && (own || slices.Contains(p.ports, l.Port) && (l.Process == "" || l.Process == "java" || isInterpreter(l.Process))) {
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

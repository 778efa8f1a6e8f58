package host

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

// keptHost is a host of which processes, units and packages are known.
func keptHost(change func(*estate.Host)) *estate.Host {
	h := estate.UnreadHost("erp", estate.Production, estate.Collection{Coverage: estate.Known})
	h.Processes, h.Units, h.Packages = estate.Know("", []estate.Process{}), estate.Know("", []estate.Unit{}), estate.Know("", []estate.Package{})
	h.Schedules, h.Applications = estate.Know("", []estate.Schedule{}), estate.Know("", []estate.Application{})
	change(&h)
	return &h
}

func guardOf(t *testing.T, h *estate.Host, body, kind string) estate.Safeguard {
	t.Helper()
	s := safeguards(h, transcript{frames: map[string]frame{"safeguards": {body: body}, "identity": {body: "me=assess"}, "programs": {body: "auditctl=/sbin/auditctl\n"}}})
	for _, g := range s.Value {
		if g.Kind == kind {
			return g
		}
	}
	t.Fatalf("no %s in %v", kind, s)
	return estate.Safeguard{}
}

func TestSafeguards(t *testing.T) {
	t.Parallel()
	process := func(names ...string) func(*estate.Host) {
		return func(h *estate.Host) {
			for _, name := range names {
				h.Processes.Value = append(h.Processes.Value, estate.Process{Program: name})
			}
		}
	}
	unit := func(name, active string) func(*estate.Host) {
		return func(h *estate.Host) {
			h.Units.Value = append(h.Units.Value, estate.Unit{Name: name, Kind: unitKind(name), Active: active})
		}
	}
	tracking := "chrony Reference ID    : 0A4D0719 (10.77.7.25)\nchrony Stratum         : 11\nchrony Leap status     : Normal\n"
	tests := map[string]struct {
		host func(*estate.Host)
		body string
		want estate.Safeguard
	}{
		"chrony in step":     {process("chronyd"), tracking, estate.Safeguard{Kind: "time", State: "on", By: []string{"chrony", "10.77.7.25"}}},
		"chrony out of step": {process("chronyd"), "chrony Reference ID    : 00000000 ()\nchrony Leap status     : Not synchronised\n", estate.Safeguard{Kind: "time", State: "off", By: []string{"chrony"}, Problem: "it runs, and the clock is not in step with any source"}},
		"ntpd": {process("ntpd"), "ntpq      remote           refid      st t when poll reach\nntpq ====\nntpq *10.0.0.1        .GPS.            1 u   36   64  377\nntpq +10.0.0.2 .x. 2 u\n",
			estate.Safeguard{Kind: "time", State: "on", By: []string{"ntpd", "10.0.0.1"}}},
		"timesyncd is installed": {unit("systemd-timesyncd.service", "inactive"), "", estate.Safeguard{Kind: "time", State: "off", By: []string{"systemd-timesyncd"}}},
		"no time":                {process("sshd"), "", estate.Safeguard{Kind: "time", State: "none"}},
		"neither is known": {func(h *estate.Host) {
			h.Processes, h.Units = estate.Miss[[]estate.Process](estate.Denied, "", "", ""), estate.Miss[[]estate.Unit](estate.Failed, "", "", "")
		}, "", estate.Safeguard{Kind: "time", State: "unknown", Problem: "neither processes nor units could be read"}},
		"nftables":          {unit("nftables.service", "active"), "tool nft list ruleset\n", estate.Safeguard{Kind: "firewall", State: "on", By: []string{"nftables"}}},
		"firewall unknown":  {process(), "tool nft list ruleset\ntool iptables -S\n", estate.Safeguard{Kind: "firewall", State: "unknown", Problem: "no firewall service is at work; rules set by hand are known to root only", Grant: "sudo: assess ALL=(root) NOPASSWD: /usr/sbin/nft list ruleset, /usr/sbin/iptables -S"}},
		"ufw is off":        {unit("ufw.service", "active"), "ufw ENABLED=no\ntool nft list ruleset\nnft type filter hook input priority 0; policy accept;\n", estate.Safeguard{Kind: "firewall", State: "off", By: []string{"ufw"}, Problem: "its rules keep nothing out"}},
		"rules by hand":     {process(), "tool iptables -S\niptables -P INPUT DROP\niptables -A INPUT -i lo -j ACCEPT\n", estate.Safeguard{Kind: "firewall", State: "on", By: []string{"netfilter"}}},
		"no tool":           {process(), "", estate.Safeguard{Kind: "firewall", State: "none"}},
		"auditd":            {process("auditd"), "audit auditctl -l\n", estate.Safeguard{Kind: "audit", State: "on", By: []string{"auditd"}, Problem: "what it watches is known to root only", Grant: "sudo: assess ALL=(root) NOPASSWD: /sbin/auditctl -l"}},
		"auditd, no rules":  {process("auditd"), "audit auditctl -l\nrules 0\n", estate.Safeguard{Kind: "audit", State: "off", By: []string{"auditd"}, Problem: "it runs without any rule"}},
		"SELinux":           {process(), "selinux 1\n", estate.Safeguard{Kind: "confinement", State: "on", By: []string{"SELinux"}}},
		"permissive":        {process(), "selinux 0\n", estate.Safeguard{Kind: "confinement", State: "off", By: []string{"SELinux"}, Problem: "it is permissive: it reports, and stops nothing"}},
		"AppArmor":          {process(), "apparmor Y\n", estate.Safeguard{Kind: "confinement", State: "on", By: []string{"AppArmor"}}},
		"rsyslog forwards":  {process("rsyslogd"), "conf /etc/rsyslog.d/90-forward.conf\n*.* @@logs.clinic.example:514\n", estate.Safeguard{Kind: "log-forwarding", State: "on", By: []string{"rsyslog"}, To: []estate.LogTarget{{Host: "logs.clinic.example", Port: 514}}}},
		"rsyslog, omfwd":    {process("rsyslogd"), "conf /etc/rsyslog.conf\nmodule(load=\"imuxsock\")\n*.* action(type=\"omfwd\" target=\"10.0.0.9\" port=\"514\" protocol=\"tcp\")\n", estate.Safeguard{Kind: "log-forwarding", State: "on", By: []string{"rsyslog"}, To: []estate.LogTarget{{Host: "10.0.0.9", Port: 514}}}},
		"rsyslog local":     {process("rsyslogd"), "conf /etc/rsyslog.conf\n*.emerg :omusrmsg:*\nmail.* -/var/log/mail.log # ask it@clinic.example\n", estate.Safeguard{Kind: "log-forwarding", State: "none"}},
		"rsyslog is closed": {process("rsyslogd"), "closed /etc/rsyslog.d/x.conf\n", estate.Safeguard{Kind: "log-forwarding", State: "unknown", By: []string{"rsyslog"}, Problem: "where it sends logs to may not be read"}},
		"syslog-ng":         {process("syslog-ng"), "conf /etc/syslog-ng/syslog-ng.conf\ndestination d { tcp(\"logs.example\" port(514)); };\n", estate.Safeguard{Kind: "log-forwarding", State: "on", By: []string{"syslog-ng"}, To: []estate.LogTarget{{Host: "logs.example", Port: 514}}}},
		"filebeat is off":   {process(), "conf /etc/filebeat/filebeat.yml\n  hosts: [\"logs.example:5044\", \"localhost:5044\"]\n", estate.Safeguard{Kind: "log-forwarding", State: "off", By: []string{"filebeat"}, To: []estate.LogTarget{{Host: "logs.example", Port: 5044}}}},
		"monitoring":        {process("zabbix_agentd"), "", estate.Safeguard{Kind: "monitoring", State: "on", By: []string{"zabbix"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, guardOf(t, keptHost(tt.host), tt.body, tt.want.Kind))
		})
	}
}

package host

import (
	"regexp"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// firewallRule is the form of a firewall's rule that keeps something out.
var firewallRule = regexp.MustCompile(`policy drop|\b(drop|reject|DROP|REJECT)\b`)

// safeguardProbe asks what units and processes do not tell: whether the clock is in step, the rules of the firewall
// and of the audit, confinement, and where logs go to.
func safeguardProbe() probe {
	return probe{key: "safeguards", source: "units, processes, chronyc, ntpq, /sys, logging configuration", limit: 1 * mib, secret: true, shell: `
[ -e /run/systemd/timesync/synchronized ] && echo timesync=yes
has chronyc && chronyc -n tracking | sed 's/^/chrony /'
has ntpq && ntpq -pn | sed 's/^/ntpq /'
has nft && echo "tool nft list ruleset"
has iptables && echo "tool iptables -S"
has auditctl && echo "audit auditctl -l"
if [ "$SUDO" ]; then
  has nft && root nft list ruleset | grep -E 'hook|policy|drop|reject' | head -n 2000 | sed 's/^/nft /'
  has iptables && root iptables -S | head -n 2000 | sed 's/^/iptables /'
  has auditctl && root auditctl -l | grep -c '^-' | sed 's/^/rules /'
fi
[ -r /etc/ufw/ufw.conf ] && grep '^ENABLED' /etc/ufw/ufw.conf | sed 's/^/ufw /'
[ -r /sys/fs/selinux/enforce ] && echo "selinux $(cat /sys/fs/selinux/enforce)"
[ -r /selinux/enforce ] && echo "selinux $(cat /selinux/enforce)"
[ -r /sys/module/apparmor/parameters/enabled ] && echo "apparmor $(cat /sys/module/apparmor/parameters/enabled)"
for f in /etc/rsyslog.conf /etc/rsyslog.d/*.conf /etc/syslog.conf /etc/syslog-ng/syslog-ng.conf /etc/syslog-ng/conf.d/*.conf /etc/systemd/journal-upload.conf /etc/filebeat/filebeat.yml \
  /etc/fluent-bit/*.conf /etc/td-agent/td-agent.conf /etc/promtail/*.y*ml /etc/vector/*.toml /etc/vector/*.y*ml; do
  [ -f "$f" ] || continue
  if [ -r "$f" ]; then echo "conf $f"; grep -E '@|omfwd|omrelp|target|tcp\(|udp\(|network\(|syslog\(|URL|host|Host|url|endpoint|address|[Pp]ort|StreamDriver|ssl|tls|TLS' "$f" | grep -v '^[[:space:]]*[#;]' | head -n 100; else echo "closed $f"; fi
done; exit 0`, root: []privilege{{"nft list ruleset, iptables -S", "whether a firewall keeps anything out"}, {"auditctl -l", "whether the audit watches anything"}}}
}

// guardFacts is what the probe of safeguards says.
type guardFacts struct {
	inStep  string              // "yes", "no", or nothing said
	sources []string            // time servers in use
	tools   []string            // commands that would tell the firewall's rules
	audit   string              // likewise of the audit
	rules   map[string]bool     // of "nft" and "iptables": something is kept out
	audits  string              // number of the audit's rules
	words   map[string]string   // of ufw, selinux, apparmor
	logging map[string][]string // lines of a file that may say where logs go to
	closed  []string
}

func parseGuards(body string) guardFacts {
	g := guardFacts{rules: map[string]bool{}, words: map[string]string{}, logging: map[string][]string{}}
	file := ""
	for line := range lines(body) {
		kind, rest, _ := strings.Cut(line, " ")
		switch kind {
		case "timesync=yes":
			g.inStep = "yes"
		case "chrony", "ntpq":
			g.time(kind, rest)
		case "tool":
			g.tools = append(g.tools, rest)
		case "audit":
			g.audit = rest
		case "rules":
			g.audits = clean(rest)
		case "nft", "iptables":
			g.rules[kind] = g.rules[kind] || firewallRule.MatchString(rest)
		case "ufw", "selinux", "apparmor":
			g.words[kind] = clean(rest)
		case "conf":
			file = clean(rest)
		case "closed":
			g.closed = append(g.closed, clean(rest))
		default:
			g.logging[file] = append(g.logging[file], line)
		}
	}
	return g
}

// time reads chrony's "Reference ID    : 0A4D0701 (10.77.7.1)" and "Leap status     : Normal", and the peers of ntpq,
// of which the one in use has a star before it.
func (g *guardFacts) time(kind, line string) {
	if kind == "ntpq" {
		if g.inStep == "" && !strings.Contains(line, "===") {
			g.inStep = "no"
		}
		if address, found := strings.CutPrefix(line, "*"); found {
			g.inStep = "yes"
			g.sources = append(g.sources, clean(strings.Fields(address + " ?")[0]))
		}
		return
	}
	key, value, _ := strings.Cut(line, ":")
	switch value = strings.TrimSpace(value); strings.TrimSpace(key) {
	case "Leap status":
		g.inStep = "yes"
		if value == "Not synchronised" {
			g.inStep = "no"
		}
	case "Reference ID":
		_, inside, _ := strings.Cut(value, "(")
		if name := strings.TrimSuffix(inside, ")"); isHostname(name) {
			g.sources = append(g.sources, name)
		}
	}
}

// presence is how far a product is there.
type presence struct {
	there   []string // what is installed
	running []string // what is at work
}

// look finds a product among processes, units and packages. An init script says that it is there, no more.
func (p *presence) look(h *estate.Host, name string, programs, packages, units []string) {
	there, running := false, false
	for _, process := range h.Processes.Value {
		running = running || matches(programs, process.Program)
	}
	for _, u := range h.Units.Value {
		stem := u.Name
		for _, ending := range [...]string{".service", ".socket", ".timer"} {
			stem = strings.TrimSuffix(stem, ending)
		}
		if u.Kind != "mount" && u.Enabled != "masked" && matches(units, stem) {
			there, running = true, running || u.Active == "active"
		}
	}
	for _, pkg := range h.Packages.Value {
		there = there || matches(packages, pkg.Name)
	}
	if running {
		p.running = append(p.running, name)
	}
	if there || running {
		p.there = append(p.there, name)
	}
}

// guard makes a safeguard of what is there, where nothing else decides.
func (p *presence) guard(kind string, h *estate.Host) estate.Safeguard {
	g := estate.Safeguard{Kind: kind}
	switch {
	case len(p.running) > 0:
		g.State, g.By = "on", sorted(p.running)
	case !h.Processes.Coverage.IsKnown() && !h.Units.Coverage.IsKnown():
		g.State, g.Problem = "unknown", "neither processes nor units could be read"
	case len(p.there) > 0:
		g.State, g.By = "off", sorted(p.there)
	default:
		g.State = "none"
	}
	return g
}

// safeguards says of each kind whether it is there and at work.
func safeguards(h *estate.Host, t transcript) estate.Section[[]estate.Safeguard] {
	return section(t, "safeguards", "", func(body string) []estate.Safeguard {
		facts := parseGuards(body)
		return []estate.Safeguard{auditGuard(h, t, facts), confinementGuard(facts), firewallGuard(h, t, facts), logGuard(h, facts), monitoringGuard(h), timeGuard(h, facts)}
	})
}

func timeGuard(h *estate.Host, facts guardFacts) estate.Safeguard {
	var p presence
	p.look(h, "chrony", []string{"chronyd"}, []string{"chrony"}, []string{"chrony", "chronyd"})
	p.look(h, "ntpd", []string{"ntpd"}, []string{"ntp", "ntpsec", "openntpd"}, []string{"ntp", "ntpd", "ntpsec", "openntpd"})
	p.look(h, "systemd-timesyncd", []string{"systemd-timesyncd", "systemd-timesyn"}, []string{"systemd-timesyncd"}, []string{"systemd-timesyncd"})
	p.look(h, "ptp", []string{"ptp4l", "phc2sys"}, nil, []string{"ptp4l*", "phc2sys*"})
	g := p.guard("time", h)
	if g.State == "on" && facts.inStep == "no" {
		g.State, g.Problem = "off", "it runs, and the clock is not in step with any source"
	}
	g.By = append(g.By, sorted(facts.sources)...)
	return g
}

func auditGuard(h *estate.Host, t transcript, facts guardFacts) estate.Safeguard {
	var p presence
	p.look(h, "auditd", []string{"auditd"}, []string{"auditd", "audit"}, []string{"auditd"})
	g := p.guard("audit", h)
	switch {
	case g.State == "on" && facts.audits == "0":
		g.State, g.Problem = "off", "it runs without any rule"
	case g.State == "on" && facts.audits == "" && facts.audit != "":
		g.Problem, g.Grant = "what it watches is known to root only", t.grant(strings.Fields(facts.audit))
	}
	return g
}

func confinementGuard(facts guardFacts) estate.Safeguard {
	g := estate.Safeguard{Kind: "confinement", State: "none"}
	switch selinux, apparmor := facts.words["selinux"], facts.words["apparmor"]; {
	case selinux == "1":
		g.State, g.By = "on", []string{"SELinux"}
	case apparmor == "Y":
		g.State, g.By = "on", []string{"AppArmor"}
	case selinux == "0":
		g.State, g.By, g.Problem = "off", []string{"SELinux"}, "it is permissive: it reports, and stops nothing"
	case apparmor != "":
		g.State, g.By = "off", []string{"AppArmor"}
	}
	return g
}

// firewallGuard: rules are root's to see. A service that is at work is a sign that there are some; without any tool to
// set them there are none; between the two it stays unknown.
func firewallGuard(h *estate.Host, t transcript, facts guardFacts) estate.Safeguard {
	var p presence
	p.look(h, "ufw", nil, []string{"ufw"}, []string{"ufw"})
	p.look(h, "firewalld", []string{"firewalld"}, []string{"firewalld"}, []string{"firewalld"})
	p.look(h, "nftables", nil, nil, []string{"nftables"})
	p.look(h, "iptables", nil, []string{"iptables-persistent", "iptables-services"}, []string{"iptables", "ip6tables", "netfilter-persistent"})
	p.look(h, "shorewall", nil, []string{"shorewall"}, []string{"shorewall"})
	p.running = slices.DeleteFunc(p.running, func(name string) bool { return name == "ufw" && facts.words["ufw"] == "ENABLED=no" })
	g := p.guard("firewall", h)
	_, asked1 := facts.rules["nft"]
	_, asked2 := facts.rules["iptables"]
	switch {
	case facts.rules["nft"] || facts.rules["iptables"]:
		g.State, g.Problem = "on", ""
		if len(g.By) == 0 {
			g.By = []string{"netfilter"}
		}
	case asked1 || asked2:
		g.State, g.Problem = "off", "its rules keep nothing out"
	case g.State != "on" && len(facts.tools) > 0:
		g.State, g.Problem = "unknown", "no firewall service is at work; rules set by hand are known to root only"
		var commands [][]string
		for _, tool := range facts.tools {
			commands = append(commands, strings.Fields(tool))
		}
		g.Grant = t.grant(commands...)
	}
	return g
}

func logGuard(h *estate.Host, facts guardFacts) estate.Safeguard {
	var p presence
	shippers := []struct{ name, file string }{{"rsyslog", "/etc/rsyslog"}, {"syslog-ng", "/etc/syslog-ng"}, {"syslogd", "/etc/syslog.conf"}, {"systemd-journal-upload", "/etc/systemd/journal-upload"},
		{"filebeat", "/etc/filebeat"}, {"fluent-bit", "/etc/fluent-bit"}, {"td-agent", "/etc/td-agent"}, {"promtail", "/etc/promtail"}, {"vector", "/etc/vector"}}
	for _, s := range shippers {
		p.look(h, s.name, []string{s.name, s.name + "d"}, nil, []string{s.name})
	}
	g := estate.Safeguard{Kind: "log-forwarding", State: "none"}
	unread := []string{}
	for _, s := range shippers {
		var goes []estate.LogTarget
		for file, text := range facts.logging {
			if strings.HasPrefix(file, s.file) {
				goes = append(goes, logTargets(file, text)...)
			}
		}
		for _, process := range h.Processes.Value { // busybox syslogd -R HOST
			if process.Program == s.name {
				goes = append(goes, syslogArguments(process)...)
			}
		}
		closed := slices.ContainsFunc(facts.closed, func(file string) bool { return strings.HasPrefix(file, s.file) })
		running := slices.Contains(p.running, s.name)
		switch {
		case len(goes) > 0 && running:
			g.State, g.By, g.To = "on", append(g.By, s.name), sortedTargets(append(g.To, goes...))
		case len(goes) > 0 && g.State == "none":
			g.State, g.By, g.To = "off", []string{s.name}, sortedTargets(goes)
		case running && closed, running && len(goes) == 0 && isShipper(s.name):
			unread = append(unread, s.name)
		}
	}
	if g.State == "none" && len(unread) > 0 {
		g.State, g.By, g.Problem = "unknown", unread, "where it sends logs to may not be read"
	}
	if g.State == "none" && !h.Processes.Coverage.IsKnown() && !h.Units.Coverage.IsKnown() {
		g.State, g.Problem = "unknown", "neither processes nor units could be read"
	}
	return g
}

// isShipper tells the programs that do nothing but send logs elsewhere.
func isShipper(name string) bool {
	return name != "rsyslog" && name != "syslog-ng" && name != "syslogd"
}

func monitoringGuard(h *estate.Host) estate.Safeguard {
	var p presence
	for _, a := range [...]struct {
		name                      string
		programs, packages, units []string
	}{
		{"node-exporter", []string{"node_exporter", "prometheus-node-exporter"}, []string{"prometheus-node-exporter"}, []string{"node_exporter", "node-exporter", "prometheus-node-exporter"}},
		{"zabbix", []string{"zabbix_agentd", "zabbix_agent2"}, []string{"zabbix-agent*"}, []string{"zabbix-agent*"}},
		{"checkmk", []string{"check_mk_agent", "cmk-agent-ctl"}, []string{"check-mk-agent"}, []string{"check-mk-agent", "check_mk", "cmk-agent-ctl-daemon"}},
		{"nagios-nrpe", []string{"nrpe"}, []string{"nagios-nrpe-server", "nrpe"}, []string{"nagios-nrpe-server", "nrpe"}},
		{"icinga", []string{"icinga2"}, []string{"icinga2"}, []string{"icinga2"}},
		{"telegraf", []string{"telegraf"}, []string{"telegraf"}, []string{"telegraf"}},
		{"netdata", []string{"netdata"}, []string{"netdata"}, []string{"netdata"}},
		{"snmpd", []string{"snmpd"}, []string{"snmpd", "net-snmp"}, []string{"snmpd"}},
		{"munin", []string{"munin-node"}, []string{"munin-node"}, []string{"munin-node"}},
		{"collectd", []string{"collectd"}, []string{"collectd", "collectd-core"}, []string{"collectd"}},
		{"monit", []string{"monit"}, []string{"monit"}, []string{"monit"}},
		{"datadog", []string{"datadog-agent"}, []string{"datadog-agent"}, []string{"datadog-agent"}},
		{"new-relic", []string{"newrelic-infra"}, []string{"newrelic-infra"}, []string{"newrelic-infra"}},
		{"dynatrace", []string{"oneagentos", "oneagentwatchdog"}, nil, []string{"oneagent"}},
		{"cloud-agent", []string{"amazon-cloudwatch-agent", "google_cloud_ops_agent_engine", "mdsd"}, []string{"amazon-cloudwatch-agent", "google-cloud-ops-agent", "azuremonitoragent"}, []string{"amazon-cloudwatch-agent", "google-cloud-ops-agent", "azuremonitoragent"}},
		{"wazuh", []string{"wazuh-agentd", "ossec-agentd"}, []string{"wazuh-agent", "ossec-hids-agent"}, []string{"wazuh-agent", "ossec"}},
		{"sensu", []string{"sensu-agent"}, []string{"sensu-go-agent"}, []string{"sensu-agent"}},
		{"alloy", []string{"alloy", "grafana-agent"}, []string{"alloy", "grafana-agent"}, []string{"alloy", "grafana-agent"}},
		{"pcp", []string{"pmcd"}, []string{"pcp"}, []string{"pmcd"}},
	} {
		p.look(h, a.name, a.programs, a.packages, a.units)
	}
	return p.guard("monitoring", h)
}

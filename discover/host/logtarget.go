package host

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// The forms in which a logging configuration names where it sends to: rsyslog's in its old and its new language,
// syslog-ng's and fluent-bit's; then those of the port and of TLS, which may stand on lines of their own.
var (
	rsyslogTarget  = regexp.MustCompile(`^[^#@]*[.;=][^#@]*\s@@?(?:\([^)]*\))?(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9_.-]+)(?::(\d+))?`)
	rainerTarget   = regexp.MustCompile(`(?i)\btarget\s*=\s*"([^"]+)"`)
	syslogNGTarget = regexp.MustCompile(`\b(?:tcp6?|udp6?|network|syslog)\s*\(\s*"([^"]+)"`)
	agentTarget    = regexp.MustCompile(`^\s*Host\s+(\S+)\s*$`)

	targetPort = regexp.MustCompile(`(?i)\bport\s*(?:=\s*"?|\(\s*"?|\s)(\d+)`)
	targetTLS  = regexp.MustCompile(`(?i)StreamDriverMode\s*=?\s*"?1|transport\s*\(\s*"?tls|\btls\s*\(|^\s*tls\s+on\b|^\s*(ssl|tls)\.(enabled\s*:\s*true|c\w+\s*:)|^\s*ssl\s*:|omrelp.*\btls\s*=\s*"on"`)
)

// syslogPort is what is meant where a syslog daemon's target names no port.
const syslogPort = 514

// logTargets reads the lines of one logging configuration: "*.* @@logs.example:514" and `target="logs.example"` of
// rsyslog, tcp("logs.example") of syslog-ng, URLs, `hosts: ["logs.example:5044"]`. A port or TLS on a line of its own
// belongs to the target before it; rsyslog's old language sets TLS before the target.
func logTargets(file string, text []string) []estate.LogTarget {
	var found []estate.LogTarget
	ahead := false
	current := 0 // where the targets of the last line that has any begin
	for _, line := range text {
		here := targetsIn(line)
		if strings.HasPrefix(strings.TrimSpace(line), "$ActionSendStreamDriverMode") {
			ahead = targetTLS.MatchString(line)
			continue
		}
		if len(here) > 0 {
			current = len(found)
			for _, t := range here {
				if ahead {
					t.TLS = true
				}
				found = append(found, t)
			}
		}
		port, tls := 0, targetTLS.MatchString(line)
		if parts := targetPort.FindStringSubmatch(line); parts != nil {
			port = portNumber(parts[1])
		}
		for i := current; i < len(found); i++ {
			found[i].Port = cmp.Or(found[i].Port, port)
			if tls {
				found[i].TLS = true
			}
		}
	}
	if strings.Contains(file, "syslog") {
		for i := range found {
			found[i].Port = cmp.Or(found[i].Port, syslogPort)
		}
	}
	return found
}

// targetsIn finds the hosts that one line sends to. What says nothing of TLS is in clear.
func targetsIn(line string) []estate.LogTarget {
	var found []estate.LogTarget
	keep := func(value, port string, tls bool) {
		host, behind := splitPort(strings.Trim(value, `[]"'(), `))
		if isHostname(host) && !isThisMachine(host) && (strings.ContainsAny(host, ".:") || len(host) > 2) {
			found = append(found, estate.LogTarget{Host: strings.ToLower(host), Port: portNumber(cmp.Or(port, behind)), TLS: tls})
		}
	}
	for _, u := range urlsIn(line) {
		keep(u.Hostname(), u.Port(), strings.HasSuffix(u.Scheme, "s") || strings.Contains(u.Scheme, "tls"))
	}
	if len(found) > 0 {
		return found
	}
	for _, form := range [...]*regexp.Regexp{rsyslogTarget, rainerTarget, syslogNGTarget, agentTarget} {
		if parts := form.FindStringSubmatch(line); parts != nil {
			keep(parts[1], strings.Join(parts[2:], ""), false)
			return found
		}
	}
	if _, list, ok := strings.Cut(line, "hosts:"); ok {
		for one := range strings.SplitSeq(list, ",") {
			keep(one, "", false)
		}
	}
	return found
}

// portNumber is 0 for what is no port.
func portNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n > 65535 {
		return 0
	}
	return n
}

// sortedTargets are in order, each once.
func sortedTargets(targets []estate.LogTarget) []estate.LogTarget {
	slices.SortFunc(targets, func(a, b estate.LogTarget) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Port, b.Port), byTLS(a, b))
	})
	return slices.Compact(targets)
}

// syslogArguments are the hosts on the command line of a syslog daemon, which knows no TLS.
func syslogArguments(p estate.Process) []estate.LogTarget {
	var found []estate.LogTarget
	for _, value := range p.Hosts {
		host, port := splitPort(value)
		found = append(found, estate.LogTarget{Host: host, Port: cmp.Or(portNumber(port), syslogPort)})
	}
	return found
}

func byTLS(a, b estate.LogTarget) int {
	switch {
	case a.TLS == b.TLS:
		return 0
	case a.TLS:
		return 1
	}
	return -1
}

package classify

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// sockets reads a host's established connections. Our own login is no integration.
func (l *ledger) sockets(v view, host *estate.Host) {
	for _, c := range host.Connections.Value {
		e := l.socket(v, c, "tcp")
		if e.protocol == "ssh" && c.Inbound && host.Collected.Account == c.User {
			continue
		}
		e.seen = 1
		e.evidence = "socket" + e.evidence
		l.add(observed, e)
	}
}

// socket is the edge that a connection of a host shows. Its evidence is where it was seen.
func (l *ledger) socket(v view, c estate.Connection, transport string) edge {
	number := c.PeerPort
	e := edge{from: end{name: v.me}, to: v.end(c.PeerAddress, number), kind: l.kindOfProgram(c.Process)}
	if c.Inbound {
		number = c.LocalPort
		e.from, e.to, e.kind = e.to, e.from, "" // the program is the one that serves
	}
	e.port, e.protocol = number, v.protocolAt(e.to.name, number)
	if transport == "udp" {
		e.protocol = strings.Replace(protocolOf(number), "tcp/", "udp/", 1)
	}
	if number >= firstEphemeral && strings.HasPrefix(e.protocol, "tcp/") || number == 0 {
		e.protocol, e.port = transport, 0 // one of many that belong together, as those of FTP's data
	}
	if v.ports[e.to.name][number].tls && !startsInClear(e.protocol) {
		e.encryption = estate.TLSEncryption
	}
	if e.kind == estate.KindBackup && e.protocol == "postgresql" {
		e.direction = estate.Pull
	}
	if c.Process != "" {
		e.evidence = " of " + c.Process
	}
	e.evidence += " on " + strings.TrimPrefix(v.me, "host/")
	if number > 0 {
		e.evidence += ", port " + strconv.Itoa(number)
	}
	return e
}

// firstEphemeral is where clients' own ports begin by Linux's default.
const firstEphemeral = 32768

// startsInClear tells the protocols in which TLS is asked for: a certificate says that it is offered, not that it is used.
func startsInClear(protocol string) bool {
	switch protocol {
	case "postgresql", "mysql", "smtp", "imap", "pop", "ldap", "ftp", "mssql":
		return true
	}
	return false
}

// configuration reads what a host's files and units say about other systems.
func (l *ledger) configuration(v view, host *estate.Host) {
	l.routes(v, host)
	l.commands(v, host)
	l.mounts(v, host)
	l.safeguards(v, host)
	l.settings(v, host)
	for _, resolver := range host.Network.Value.Resolvers {
		l.add(configured, edge{from: end{name: v.me}, to: v.end(resolver, 53), protocol: "dns", port: 53, evidence: "name server of " + host.Name})
	}
	for _, c := range host.Containers.Value {
		if registry, named := registryOf(c.Image); named {
			l.add(configured, edge{from: end{name: v.me}, to: v.end(registry, 443), protocol: "registry", direction: estate.Pull,
				evidence: "image of a container on " + host.Name})
		}
	}
}

// registryOf is the registry that an image names. One without is the runtime's default, or made on the machine itself.
func registryOf(image string) (string, bool) {
	first, _, parted := strings.Cut(image, "/")
	if !parted || !strings.ContainsAny(first, ".:") {
		return "", false
	}
	name, _ := splitEndpoint(first)
	return name, true
}

func (l *ledger) routes(v view, host *estate.Host) {
	for _, route := range host.Routes.Value {
		for _, upstream := range route.Upstream {
			if strings.HasPrefix(upstream, "unix:") || strings.HasPrefix(upstream, "/") {
				continue
			}
			name, number := splitEndpoint(upstream)
			scheme := schemeOf(upstream)
			if number == 0 {
				number = 80
			}
			to := v.end(name, number)
			e := edge{from: end{name: v.me}, to: to, port: number, encryption: schemeEncryption(scheme), protocol: v.protocolAt(to.name, number),
				evidence: route.Proxy + " upstream on " + host.Name}
			if strings.HasPrefix(e.protocol, "tcp/") {
				e.protocol = cmp.Or(schemeProtocol(scheme), "http")
			}
			if route.Unverified {
				e.evidence += ", whose certificate may not be checked"
			}
			l.add(configured, e)
		}
	}
}

// commands reads crontabs, units, scripts and the arguments of what runs.
func (l *ledger) commands(v view, host *estate.Host) {
	for _, call := range host.Commands.Value {
		for _, target := range call.Hosts {
			e := v.command(call.Program, target)
			e.schedule = scheduleOf(host.Schedules.Value, call.Where)
			e.direction = cmp.Or(call.Direction, e.direction)
			if directionOf(e.protocol) == estate.UnknownDirection {
				e.direction = cmp.Or(e.direction, directionByName(path.Base(call.Where)))
			}
			e.evidence = call.Program + " in " + call.Where + " on " + host.Name
			l.add(configured, unattended(e))
		}
	}
	for _, s := range host.Schedules.Value {
		for _, target := range s.Hosts {
			e := v.command(s.Program, target)
			e.schedule = s.When + " (" + s.Where + ")"
			e.evidence = s.Program + " in " + s.Where + " on " + host.Name
			l.add(configured, unattended(e))
		}
	}
	for _, p := range host.Processes.Value {
		for _, target := range p.Hosts {
			e := v.command(p.Program, target)
			e.direction = cmp.Or(e.direction, directionOfFlags(p.Flags))
			e.evidence = "arguments of " + p.Program + " on " + host.Name
			l.add(configured, e)
		}
	}
}

// command is what a program that names a host does there.
func (v view) command(program, target string) edge {
	name, number := splitEndpoint(target)
	to := v.end(name, number)
	e := edge{from: end{name: v.me}, to: to, port: number, kind: kindOfProgram(program), direction: directionOfProgram(program)}
	e.protocol = protocolOfProgram(program, number)
	if e.protocol == protocolOf(number) && number > 0 {
		e.protocol = v.protocolAt(to.name, number)
	}
	return e
}

// unattended: where nobody is there to type a password, and the program takes none, a key is shown.
func unattended(e edge) edge {
	switch e.protocol {
	case "sftp", "scp", "ssh":
		e.proof = estate.KeyProof
	case "rsync":
		if e.port != 873 {
			e.proof = estate.KeyProof
		}
	}
	return e
}

// scheduleOf finds when a script, a unit or a crontab is run. What is read twice, from the spool and by crontab, is one.
func scheduleOf(schedules []estate.Schedule, where string) string {
	stem := strings.TrimSuffix(path.Base(where), ".service")
	var when, text []string
	for _, s := range schedules {
		timer := s.Kind == "timer" && strings.TrimSuffix(s.Where, ".timer") == stem
		if (s.Where == where || timer || s.Program == stem) && !slices.Contains(when, s.When) {
			when, text = append(when, s.When), append(text, s.When+" ("+s.Where+")")
		}
	}
	return strings.Join(text, ", ")
}

// directionOfProgram is what a program alone tells of who gives and who takes.
func directionOfProgram(program string) estate.Direction {
	switch program {
	case "ftpput", "ncftpput", "mail", "mailx", "sendmail", "msmtp", "swaks", "storescu", "syslogd":
		return estate.Push
	case "ftpget", "wget", "pg_dump", "pg_dumpall", "pg_basebackup", "pg_receivewal", "mysqldump", "ldapsearch", "getscu", "findscu":
		return estate.Pull
	}
	return ""
}

// directionByName reads what people call their scripts: "labor-push", "fhir-pull", "export-contacts".
func directionByName(name string) estate.Direction {
	parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r < 'a' || r > 'z' })
	for _, part := range parts {
		switch part {
		case "push", "upload", "export", "send", "put", "publish":
			return estate.Push
		case "pull", "download", "import", "fetch", "get", "receive":
			return estate.Pull
		}
	}
	return ""
}

// directionOfFlags reads the flags of curl, which give.
func directionOfFlags(flags []string) estate.Direction {
	for _, flag := range flags {
		switch flag {
		case "-T", "--upload-file", "--data", "--data-binary", "--data-raw", "--form":
			return estate.Push
		}
	}
	return ""
}

// mounts reads shares. One that is mounted is in use. Backups that lie on a share say what it is for.
func (l *ledger) mounts(v view, host *estate.Host) {
	for _, m := range host.Mounts.Value {
		kind := strings.TrimPrefix(m.Type, "fuse.")
		e := edge{from: end{name: v.me}, to: v.end(m.RemoteHost, 0), protocol: kind, direction: estate.Both, evidence: "mount " + m.Target + " on " + host.Name}
		switch kind {
		case "sshfs":
			e.protocol = "sftp"
		case "davfs":
			e.protocol = "webdav"
		case "s3fs", "goofys", "mountpoint-s3", "gcsfuse", "blobfuse", "blobfuse2", "rclone":
			e.protocol = "s3"
			if m.RemoteHost == "" {
				e.to = outside(kind + " " + m.Source)
			}
		}
		if m.ReadOnly {
			e.direction = estate.Pull
		}
		for _, b := range host.Backups.Value {
			if strings.HasPrefix(b.Where, strings.TrimSuffix(m.Target, "/")+"/") {
				e.kind = estate.KindBackup
			}
		}
		l.add(configured, e)
		if m.Mounted {
			e.seen = 1
			l.add(observed, e)
		}
	}
}

// safeguards reads where logs are sent to and where the time comes from. Monitoring is known by its program alone: who
// asks it, only sockets show.
func (l *ledger) safeguards(v view, host *estate.Host) {
	for _, g := range host.Safeguards.Value {
		protocol := map[string]string{"log-forwarding": "syslog", "time": "ntp"}[g.Kind]
		if protocol == "" || len(g.By) == 0 {
			continue
		}
		for _, target := range g.By {
			to := v.end(target, 0)
			if !strings.ContainsAny(target, ".:") && strings.HasPrefix(to.name, "outside/") {
				continue // the product
			}
			e := edge{from: end{name: v.me}, to: to, protocol: protocol, evidence: g.By[0] + " on " + host.Name}
			if g.State != "on" {
				e.evidence += ", which is not at work"
			}
			l.add(configured, e)
		}
	}
}

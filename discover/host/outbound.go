package host

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// isCaller tells the programs by which scripts speak to other systems.
func isCaller(program string) bool {
	switch program {
	case "curl", "wget", "sftp", "scp", "ssh", "rsync", "lftp", "ftp", "ftpput", "ftpget", "telnet", "psql", "pg_dump",
		"pg_basebackup", "mysql", "mysqldump", "smbclient", "rclone", "aws", "mail", "mailx", "sendmail", "msmtp", "swaks", "nc",
		"ncat", "redis-cli", "ldapsearch":
		return true
	}
	return false
}

// isWrapper tells the programs that run the one that follows them.
func isWrapper(program string) bool {
	switch program {
	case "sudo", "nice", "ionice", "timeout", "env", "flock", "nohup", "chronic", "time", "exec", "command", "setsid",
		"systemd-cat", "runuser", "su":
		return true
	}
	return false
}

// isBuiltin tells the words of shells, and programs, that do nothing that matters here. A word of the shell has no
// path: /opt/ris/export is a program.
func isBuiltin(word, program string) bool {
	switch program {
	case "test", "[", "[[", "true", "false", "echo", "printf", "sleep", "mkdir", "rm", "mv", "cat", "chmod", "date":
		return true
	case "cd", ":", ".", "source", "export", "set", "umask", "exit", "return", "fi", "done", "esac", "local", "read", "shift", "trap",
		"unset", "case", "for", "break", "continue":
		return word == program
	}
	return false
}

// commandsIn takes a shell's line apart into its commands, roughly: what a shell would do with quotes and variables
// does not change which program and which hosts are named.
func commandsIn(line string) []invocation {
	var found []invocation
	for _, part := range strings.FieldsFunc(line, func(r rune) bool { return r == ';' || r == '|' || r == '&' || r == '(' || r == ')' || r == '`' }) {
		words := strings.Fields(strings.NewReplacer(`"`, " ", "'", " ", "{", " ", "}", " ").Replace(part))
		for len(words) > 0 && (isAssignment(words[0]) || words[0] == "$" || slices.Contains([]string{"if", "then", "do", "else", "while", "!", "until"}, words[0])) {
			words = words[1:]
		}
		for len(words) > 1 && isWrapper(path.Base(words[0])) {
			words = afterWrapper(words)
		}
		if len(words) == 0 || strings.HasPrefix(words[0], "-") { // the rest of a test: "-le 7 ]"
			continue
		}
		call := reduce(words)
		if call.program != "" && call.program != "unknown" && !isBuiltin(words[0], call.program) {
			found = append(found, call)
		}
	}
	return found
}

// afterWrapper skips a wrapper with its flags and the plain values they take: numbers, users, lock files.
func afterWrapper(words []string) []string {
	wrapper := path.Base(words[0])
	words = words[1:]
	for len(words) > 1 {
		w := words[0]
		takesValue := w == "-u" || w == "-n" || w == "-c" && wrapper == "ionice" || w == "-g" || w == "-w" || w == "-k" || w == "-s"
		switch {
		case takesValue:
			words = words[2:]
			continue
		case strings.HasPrefix(w, "-"), isAssignment(w), wrapper == "timeout" && w[0] >= '0' && w[0] <= '9', wrapper == "flock" && strings.Contains(w, "lock"):
			words = words[1:]
			continue
		}
		break
	}
	return words
}

func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	return ok && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

func hostsOf(calls []invocation) []string {
	var hosts []string
	for _, call := range calls {
		hosts = append(hosts, call.hosts...)
	}
	return sorted(hosts)
}

// parseScripts reads "FILE:LINE", the lines of scripts that name a caller or a URL.
func parseScripts(body string) []estate.OutboundCall {
	var found []estate.OutboundCall
	for line := range lines(body) {
		file, text, ok := strings.Cut(line, ":")
		if !ok || !strings.HasPrefix(file, "/") || strings.HasPrefix(strings.TrimSpace(text), "#") {
			continue
		}
		hosts := map[string]bool{}
		for _, call := range commandsIn(text) {
			if isCaller(call.program) && len(call.hosts) > 0 {
				found = append(found, estate.OutboundCall{Where: clean(file), Program: call.program, Hosts: call.hosts, Direction: call.direction})
				for _, host := range call.hosts {
					hosts[host] = true
				}
			}
		}
		// A URL in a variable or in another language: the script itself is what speaks.
		var others []string
		for _, host := range hostsIn("", "://"+strings.TrimPrefix(text, "://"), "") {
			if !hosts[host] {
				others = append(others, host)
			}
		}
		if len(others) > 0 {
			found = append(found, estate.OutboundCall{Where: clean(file), Program: programName(path.Base(file)), Hosts: sorted(others)})
		}
	}
	return found
}

// outbound joins what crontabs, units and scripts say about other systems.
func outbound(t transcript, plans []estate.Schedule, services map[string]service) estate.Section[[]estate.OutboundCall] {
	s := section(t, "scripts", "", parseScripts)
	s.Source = "crontabs, units, and the scripts they name as far as all may read them"
	if s.Coverage != estate.Known {
		return s
	}
	for _, plan := range plans {
		if len(plan.Hosts) > 0 {
			s.Value = append(s.Value, estate.OutboundCall{Where: plan.Where, Program: plan.Program, Hosts: plan.Hosts})
		}
	}
	for _, unit := range services {
		for _, call := range unit.calls {
			if len(call.hosts) > 0 {
				s.Value = append(s.Value, estate.OutboundCall{Where: unit.name, Program: call.program, Hosts: call.hosts, Direction: call.direction})
			}
		}
	}
	slices.SortFunc(s.Value, func(a, b estate.OutboundCall) int {
		return cmp.Or(cmp.Compare(a.Where, b.Where), cmp.Compare(a.Program, b.Program), slices.Compare(a.Hosts, b.Hosts), cmp.Compare(a.Direction, b.Direction))
	})
	s.Value = slices.CompactFunc(s.Value, func(a, b estate.OutboundCall) bool {
		return a.Where == b.Where && a.Program == b.Program && slices.Equal(a.Hosts, b.Hosts) && a.Direction == b.Direction
	})
	if s.Value == nil {
		s.Value = []estate.OutboundCall{}
	}
	if coverage, problem := t.coverage("commands"); coverage != estate.Known && coverage != estate.Absent {
		s.Problem = "what units run is not known: " + problem
	}
	return s
}

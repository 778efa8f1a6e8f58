package host

import (
	"net"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// Arguments can hold patients and secrets. What is kept of a command line is the program, the names of its flags
// and the hosts it speaks of; everything else is forgotten here.

// invocation is a command line reduced to that.
type invocation struct {
	program string
	flags   []string
	hosts   []string

	direction estate.Direction // what it tells of who gives and who takes
}

// reduce reduces a command line.
func reduce(argv []string) invocation {
	if len(argv) == 0 {
		return invocation{}
	}
	program, args := programOf(argv)
	found := invocation{program: program, direction: directionOf(program, args)}
	for i, arg := range args[:min(len(args), mostArgument)] {
		if flag := flagName(arg); flag != "" {
			found.flags = append(found.flags, flag)
		}
		after := ""
		if i > 0 {
			after = args[i-1]
		}
		found.hosts = append(found.hosts, hostsIn(program, arg, after)...)
	}
	found.flags, found.hosts = sorted(found.flags), sorted(found.hosts)
	return found
}

func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// interprets tells the programs that run a script, which is the program people know.
func interprets(program string) bool {
	switch program {
	case "python", "perl", "ruby", "node", "php", "sh", "bash", "dash", "ash", "ksh", "busybox":
		return true
	}
	return false
}

// programOf names the program, and that of an interpreter's script where it stands in a folder for programs:
// elsewhere its name could be anybody's.
func programOf(argv []string) (string, []string) {
	// Servers that rewrite their title put everything in one argument: "postgres: 13/main: clinic clinic 10.0.0.4 idle".
	if title, _, ok := strings.Cut(argv[0], ":"); ok && !strings.Contains(title, "/") && strings.Contains(argv[0], ": ") {
		return programName(title), nil
	}
	first := argv[0]
	if len(argv) == 1 && strings.Contains(first, " ") {
		fields := strings.Fields(first)
		if len(fields) == 0 {
			return "unknown", nil
		}
		first, argv = fields[0], fields
	}
	name := programName(strings.TrimPrefix(path.Base(first), "-"))
	if name == "java" {
		return javaProgram(argv)
	}
	if !isInterpreter(name) {
		return name, argv[1:]
	}
	for i, arg := range argv[1:] {
		if name == "busybox" && i == 0 {
			return programName(arg), argv[2:]
		}
		if strings.HasPrefix(arg, "-") {
			if arg == "-c" || arg == "-e" || arg == "-m" {
				break // what follows is code, or a module that is not a file
			}
			continue
		}
		if isProgramFile(arg) {
			return programName(path.Base(arg)), argv[i+2:]
		}
		break
	}
	return name, argv[1:]
}

// javaProgram names the archive or the class that java runs. After -jar stands a program and nothing else; where it
// lies in a folder that is not one for programs, its name could be anybody's.
func javaProgram(argv []string) (string, []string) {
	for i := 1; i < len(argv) && i < mostArgument; i++ {
		arg := argv[i]
		switch {
		case arg == "-jar" && i+1 < len(argv):
			file := argv[i+1]
			archive := strings.HasSuffix(file, ".jar") || strings.HasSuffix(file, ".war")
			if archive && (isProgramFile(file) || !strings.Contains(file, "/")) {
				if name := programName(path.Base(file)); name != "unknown" {
					return name, argv[i+2:]
				}
			}
			return "java", argv[i+2:]
		case arg == "-cp", arg == "-classpath", arg == "--class-path", arg == "-p", arg == "--module-path", arg == "--add-opens", arg == "--add-exports", arg == "--add-modules":
			i++
		case strings.HasPrefix(arg, "-"), strings.HasPrefix(arg, "@"):
		case strings.Contains(arg, ".") && !strings.Contains(arg, "/") && programName(arg) != "unknown":
			return programName(arg), argv[i+1:]
		default:
			return "java", argv[i+1:]
		}
	}
	return "java", argv[1:]
}

func isInterpreter(name string) bool {
	return interprets(strings.TrimRight(name, "0123456789."))
}

func isProgramFile(file string) bool {
	for _, folder := range [...]string{"/usr/", "/bin/", "/sbin/", "/opt/", "/etc/", "/lib/"} {
		if strings.HasPrefix(file, folder) {
			return true
		}
	}
	return false
}

// programName admits names as programs have them.
func programName(s string) string {
	s = clean(s)
	if s == "" || len(s) > 60 {
		return "unknown"
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._+-()@", r) {
			return "unknown"
		}
	}
	return s
}

// flagName keeps the name of a flag: "--name" of "--name=value", and one letter of "-pvalue".
func flagName(arg string) string {
	if len(arg) < 2 || arg[0] != '-' {
		return ""
	}
	name, _, _ := strings.Cut(arg, "=")
	if len(name) < 2 {
		return ""
	}
	if name[:2] != "--" {
		if c := name[1]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return name[:2]
		}
		return ""
	}
	if len(name) < 3 || len(name) > 40 {
		return ""
	}
	for _, r := range name[2:] {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return ""
		}
	}
	return name
}

// namesPeer tells the flags that name a host in the argument that follows.
func namesPeer(flag string) bool {
	switch flag {
	case "-h", "-H", "--host", "--hostname", "--server", "--remote", "--url", "--connect", "--smtp", "--db_host", "--db-host",
		"--target", "--relay", "--peer":
		return true
	}
	return false
}

// namesOwn tells the flags that name an address of the machine itself: where it listens, not whom it speaks to.
func namesOwn(flag string) bool {
	switch flag {
	case "--bind", "--listen", "--address", "--interface", "--listen-address", "--http-interface", "-b", "-l":
		return true
	}
	return false
}

// connects tells the programs that name a host as a plain argument.
func connects(program string) bool {
	switch program {
	case "ssh", "sftp", "scp", "rsync", "curl", "wget", "ftp", "ftpput", "ftpget", "lftp", "nc", "ncat", "telnet", "psql",
		"pg_dump", "autossh", "ping":
		return true
	}
	return false
}

// hostsIn finds the hosts that an argument names: host or host:port.
func hostsIn(program, arg, before string) []string {
	var found []string
	add := func(host, port string) {
		host = strings.ToLower(strings.Trim(host, "[]"))
		if !isHostname(host) || isThisMachine(host) {
			return
		}
		if n, err := strconv.Atoi(port); err == nil && n > 0 && n < 1<<16 {
			host = net.JoinHostPort(host, port)
		}
		found = append(found, host)
	}
	if strings.Contains(arg, "://") {
		for _, link := range urlsIn(arg) {
			port := link.Port()
			if port == "" {
				port = schemePort(link.Scheme)
			}
			add(link.Hostname(), port)
		}
		return found
	}
	if name, _, _ := strings.Cut(arg, "="); namesOwn(before) || namesOwn(name) {
		return nil
	}
	value, isFlag := arg, strings.HasPrefix(arg, "-")
	byFlag := namesPeer(before)
	if name, after, ok := strings.Cut(arg, "="); ok {
		value = after
		key := strings.ToLower(strings.Trim(name, "-"))
		byFlag = namesPeer(name) || strings.HasSuffix(key, "host") || strings.HasSuffix(key, "server")
		isFlag = false
	}
	switch host, port := splitPort(value); {
	case isFlag || value == "":
	case byFlag:
		add(host, port)
	case port != "" && (strings.Contains(host, ".") || strings.Contains(host, ":")):
		add(host, port)
	case isAddress(value):
		add(value, "")
	default:
		found = append(found, remoteOperand(program, value)...)
	}
	return found
}

// remoteOperand reads user@host, user@host:path, host:path and //host/share of the programs that connect.
func remoteOperand(program, value string) []string {
	if !connects(program) && program != "mount.cifs" && program != "smbclient" {
		return nil
	}
	if share, ok := strings.CutPrefix(value, "//"); ok {
		host, _, _ := strings.Cut(share, "/")
		return onlyHosts(host)
	}
	_, host, hasUser := strings.Cut(value, "@")
	if !hasUser {
		host = value
	}
	host, _, hasPath := strings.Cut(host, ":")
	hasPath = hasPath && (program == "scp" || program == "rsync" || program == "sftp")
	if !hasUser && !hasPath && (!strings.Contains(host, ".") || strings.ContainsAny(value, "/*")) {
		return nil // a file or a word
	}
	return onlyHosts(host)
}

func onlyHosts(host string) []string {
	host = strings.ToLower(host)
	last := host[strings.LastIndexByte(host, '.')+1:]
	if !isHostname(host) || isThisMachine(host) || fileEnding(last) && !isAddress(host) {
		return nil
	}
	return []string{host}
}

// fileEnding tells the commonest endings of files from top-level domains.
func fileEnding(s string) bool {
	return slices.Contains([]string{"sh", "py", "pl", "txt", "csv", "json", "xml", "sql", "gz", "tar", "zip", "log", "conf", "cfg", "hl7", "pdf", "jpg", "dump", "bak", "tmp", "pem", "key", "crt", "dcm", "html", "jar"}, s)
}

func isAddress(s string) bool {
	return net.ParseIP(strings.Trim(s, "[]")) != nil
}

func splitPort(value string) (host, port string) {
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		return value, ""
	}
	if _, err := strconv.Atoi(port); err != nil {
		return value, ""
	}
	return host, port
}

// urlsIn finds the URLs in a piece of text.
func urlsIn(text string) []*url.URL {
	var found []*url.URL
	for {
		at := strings.Index(text, "://")
		if at < 0 || len(found) > 20 {
			return found
		}
		start := at
		for start > 0 && (text[start-1] >= 'a' && text[start-1] <= 'z' || text[start-1] >= 'A' && text[start-1] <= 'Z' || text[start-1] == '+') {
			start--
		}
		end := at + 3
		for end < len(text) && !strings.ContainsRune(" \t\"'`<>(){}|;,\\$?#", rune(text[end])) {
			end++
		}
		// Only scheme and authority are looked at; the rest can hold anything.
		scheme := text[start:at]
		authority, _, _ := strings.Cut(text[at+3:end], "/")
		if _, host, ok := strings.Cut(authority, "@"); ok {
			authority = host
		}
		if link, err := url.Parse(scheme + "://" + authority); err == nil && link.Hostname() != "" {
			found = append(found, link)
		}
		text = text[end:]
	}
}

func schemePort(scheme string) string {
	switch strings.ToLower(scheme) {
	case "http", "ws":
		return "80"
	case "https", "wss":
		return "443"
	case "ftp":
		return "21"
	case "sftp", "ssh":
		return "22"
	case "ldap":
		return "389"
	case "ldaps":
		return "636"
	case "smtp":
		return "25"
	case "smtps":
		return "465"
	case "postgres", "postgresql":
		return "5432"
	case "redis":
		return "6379"
	case "mysql":
		return "3306"
	case "amqp":
		return "5672"
	}
	return ""
}

package host

import (
	"regexp"
	"slices"
	"strings"
)

// privilege is a command that a probe runs as root, where --sudo allows it and the machine's sudoers do.
type privilege struct {
	// command is what is run, or several parted by ", ". HOME, ACCOUNT and other words in capitals stand for each such
	// name on the machine.
	command string
	adds    string // what is known with it, and not without
}

// Grants is the list of what may be run with --sudo, as lines of sudoers for an account. Lines that name a word in
// capitals cannot be used as they are: what is found missing on a machine names its own.
func Grants(account string) string {
	var b strings.Builder
	for _, p := range slices.Concat(probes(), ownLookProbes()) {
		for _, allowed := range p.root {
			var commands []string
			for command := range strings.SplitSeq(allowed.command, ", ") {
				program, arguments, _ := strings.Cut(command, " ")
				commands = append(commands, programPath(nil, program)+" "+arguments)
			}
			b.WriteString("# " + p.key + ": " + allowed.adds + "\n")
			b.WriteString(account + " ALL=(root) NOPASSWD: " + strings.Join(commands, ", ") + "\n")
		}
	}
	return b.String()
}

// programPath is where a machine has a program, or where most have it.
func programPath(known map[string]string, program string) string {
	usual := "/usr/bin/" + program
	switch program {
	case "auditctl", "iptables", "nft", "sshd":
		usual = "/usr/sbin/" + program
	}
	if strings.HasPrefix(known[program], "/") { // BusyBox calls its own by name
		return known[program]
	}
	return usual
}

// grant is the line of sudoers that lets the account of a reading run exactly these commands, by the paths at which
// the machine's sudo finds their programs.
func (t transcript) grant(commands ...[]string) string {
	known := pairs(t.body("programs"))
	var full [][]string
	for _, words := range commands {
		name := words[0][strings.LastIndexByte(words[0], '/')+1:]
		full = append(full, append([]string{programPath(known, name)}, words[1:]...))
	}
	return sudoLine(pairs(t.body("identity"))["me"], full...)
}

// mostGrants bounds the commands of one line: a machine can have thousands of accounts.
const mostGrants = 10

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)

// sudoLine is the line of sudoers that lets an account run exactly these commands. There is no wildcard in it, ever:
// in sudoers a star also matches blanks and slashes, so "cat /home/*/x" would show every file of the machine.
//
// Names come from the machine and may be made to be pasted. Commands with a part that is not plain are left out;
// the line is empty when nothing is left.
func sudoLine(account string, commands ...[]string) string {
	if !plainWord.MatchString(account) {
		return ""
	}
	var lines []string
	for _, words := range commands[:min(len(commands), mostGrants)] {
		line := strings.Join(words, " ")
		if plainWord.MatchString(strings.ReplaceAll(line, " ", "")) && len(strings.Fields(line)) == len(words) {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return "sudo: " + account + " ALL=(root) NOPASSWD: " + strings.Join(lines, ", ")
}

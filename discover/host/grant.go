package host

import (
	"regexp"
	"strings"
)

// sudoLine is the line of sudoers that lets an account run exactly these commands. There is no wildcard in it, ever:
// in sudoers a star also matches blanks and slashes, so "cat /home/*/x" would show every file of the machine.
//
// Names come from the machine and may be made to be pasted. Commands with a part that is not plain are left out;
// the line is empty when nothing is left.
func sudoLine(account string, commands ...[]string) string {
	plain := regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)
	if !plain.MatchString(account) {
		return ""
	}
	var lines []string
	for _, words := range commands {
		line := strings.Join(words, " ")
		if plain.MatchString(strings.ReplaceAll(line, " ", "")) && len(strings.Fields(line)) == len(words) {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return "sudo: " + account + " ALL=(root) NOPASSWD: " + strings.Join(lines, ", ")
}

package host

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

var (
	betweenColons  = regexp.MustCompile(`\s:\s`)
	sudoersComment = regexp.MustCompile(`(^|\s)#($|[^0-9])`) // #123 is a user id
	aroundComma    = regexp.MustCompile(`\s*,\s*`)
)

// sudoProbe reads the rules of sudo, and with --sudo what this account may do by its own words. The tag NOPASSWD is
// written in another way, since the mask of secrets would take what follows "PASSWD:" for a password.
func sudoProbe() probe {
	return probe{key: "sudoers", source: "/etc/sudoers, /etc/sudoers.d, sudo -l", limit: 1 * mib, secret: true, shell: `
[ -e /etc/sudoers ] || [ -e /usr/local/etc/sudoers ] || exit 90
tags() { sed -e 's/NOPASSWD:/NOPW:/g' -e 's/PASSWD:/PW:/g'; }
[ "$SUDO" ] && root -l | tags | sed 's/^/own /'
if [ ! -r /etc/sudoers ] && [ -z "$SUDO" ]; then exit 91; fi
show /etc/sudoers | tags; [ -r /etc/sudoers ] || [ "$SUDO" ] || exit 91
if [ -d /etc/sudoers.d ]; then
  if [ -r /etc/sudoers.d ] && [ -x /etc/sudoers.d ]; then ls /etc/sudoers.d; else root ls /etc/sudoers.d || echo @closed; fi | while read -r f; do
    case $f in @closed) echo "@closed /etc/sudoers.d" ;; *.*|*~) ;; *) show "/etc/sudoers.d/$f" | tags; [ -r "/etc/sudoers.d/$f" ] || [ "$SUDO" ] || echo "@closed /etc/sudoers.d/$f" ;; esac
    echo
  done
fi; exit 0`, root: []privilege{{"cat /etc/sudoers, ls /etc/sudoers.d, cat /etc/sudoers.d/NAME", "who may become root"}}}
}

// sudoers is what was read of the rules.
type sudoers struct {
	rules  []estate.SudoRule
	closed []string // files that may not be read
	any    bool     // something of the rules themselves was read
}

// aliases of sudoers, by kind and name.
type aliases map[string][]string

// parseSudoers reads the grammar of sudoers(5), as far as it says who may run what: Defaults and hosts are left out,
// included files are read where they lie, arguments of programs are dropped.
func parseSudoers(body, me string) sudoers {
	var s sudoers
	known := aliases{}
	var rules []string
	for _, line := range sudoLines(body) {
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case word == "@closed":
			s.closed = append(s.closed, clean(rest))
		case word == "own":
			if strings.HasPrefix(rest, "(") {
				s.rules = append(s.rules, commandRules(me, rest, nil)...)
			}
		case strings.HasPrefix(word, "Defaults"), strings.HasPrefix(word, "@include"):
			s.any = true
		case strings.HasSuffix(word, "_Alias"):
			s.any = true
			for _, one := range betweenColons.Split(rest, -1) {
				if name, members, ok := strings.Cut(one, "="); ok {
					known[strings.TrimSpace(name)] = commaList(members)
				}
			}
		default:
			s.any = true
			rules = append(rules, line)
		}
	}
	for _, line := range rules {
		s.rules = append(s.rules, lineRules(line, known)...)
	}
	for i := range s.rules {
		s.rules[i].Programs = sorted(s.rules[i].Programs)
	}
	slices.SortFunc(s.rules, func(a, b estate.SudoRule) int {
		return cmp.Or(cmp.Compare(a.Who, b.Who), cmp.Compare(a.As, b.As), slices.Compare(a.Programs, b.Programs))
	})
	s.rules = slices.CompactFunc(s.rules, func(a, b estate.SudoRule) bool {
		return a.Who == b.Who && a.As == b.As && a.NoPassword == b.NoPassword && slices.Equal(a.Programs, b.Programs)
	})
	return s
}

// sudoLines joins lines that go on, and takes comments out. "own" lines that `sudo -l` broke are joined, too.
func sudoLines(body string) []string {
	var found []string
	open := ""
	for line := range lines(body) {
		if own, ok := strings.CutPrefix(line, "own "); ok {
			text := strings.TrimSpace(own)
			if last := len(found) - 1; last >= 0 && strings.HasPrefix(own, "        ") && strings.HasPrefix(found[last], "own (") {
				found[last] += " " + text
			} else {
				found = append(found, "own "+text)
			}
			continue
		}
		line = open + strings.TrimSpace(line)
		open = ""
		if rest, ok := strings.CutSuffix(line, `\`); ok {
			open = rest + " "
			continue
		}
		if at := sudoersComment.FindStringIndex(line); at != nil {
			line = line[:at[0]]
		}
		if line = strings.Join(strings.Fields(line), " "); line != "" && len(line) <= longestLine {
			found = append(found, line)
		}
		if len(found) >= 5000 {
			break
		}
	}
	return found
}

// commaList splits at commas that are not escaped.
func commaList(s string) []string {
	var found []string
	for one := range strings.SplitSeq(strings.ReplaceAll(s, `\,`, "\x00"), ",") {
		if one = strings.TrimSpace(strings.ReplaceAll(one, "\x00", ",")); one != "" {
			found = append(found, one)
		}
	}
	return found
}

// expand replaces aliases by their members.
func (a aliases) expand(names []string, depth int) []string {
	var found []string
	for _, name := range names {
		members, known := a[strings.TrimPrefix(name, "!")]
		if known && depth > 0 && !strings.HasPrefix(name, "!") {
			found = append(found, a.expand(members, depth-1)...)
		} else {
			found = append(found, name)
		}
		if len(found) > 500 {
			break
		}
	}
	return found
}

// lineRules reads "alice, %ops HOSTS = (root) NOPW: /bin/a, /bin/b : HOSTS2 = …".
func lineRules(line string, known aliases) []estate.SudoRule {
	who, rest, ok := strings.Cut(line, "=")
	if !ok {
		return nil
	}
	users := strings.Fields(aroundComma.ReplaceAllString(who, ","))
	if len(users) < 2 { // whom, and on which hosts
		return nil
	}
	var found []estate.SudoRule
	for i, part := range betweenColons.Split(rest, 20) {
		if i > 0 {
			if _, part, ok = strings.Cut(part, "="); !ok {
				continue
			}
		}
		for _, user := range known.expand(commaList(users[0]), 8) {
			if user = clean(strings.Trim(user, `"`)); user != "" && !strings.HasPrefix(user, "!") && len(found) < 2000 {
				found = append(found, commandRules(user, part, known)...)
			}
		}
	}
	return found
}

// commandRules reads "(root) NOPW: /bin/a x, PW: /bin/b". The account and the tags hold until others are named.
func commandRules(who, list string, known aliases) []estate.SudoRule {
	as, free := "root", false
	byRight := map[string]*estate.SudoRule{}
	var order []string
	// Inside of brackets a comma parts accounts, not commands.
	list = regexp.MustCompile(`\([^)]*\)`).ReplaceAllStringFunc(list, func(s string) string { return strings.ReplaceAll(s, ",", `\,`) })
	for _, command := range commaList(list) {
		if strings.HasPrefix(command, "(") {
			inside, after, _ := strings.Cut(command[1:], ")")
			account, _, _ := strings.Cut(inside, ":")
			as = cmp.Or(clean(strings.Join(known.expand(commaList(account), 8), ",")), who)
			command = strings.TrimSpace(after)
		}
		for {
			tag, after, ok := strings.Cut(command, ":")
			if !ok || tag == "" || strings.Trim(tag, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
				break
			}
			free = tag == "NOPW" || tag == "NOPASSWD" || free && tag != "PW" && tag != "PASSWD"
			command = strings.TrimSpace(after)
		}
		key := as + "\x00" + map[bool]string{true: "free"}[free]
		for _, one := range known.expand([]string{command}, 8) {
			program := sudoProgram(one)
			if program == "" {
				continue
			}
			if byRight[key] == nil {
				byRight[key] = &estate.SudoRule{Who: who, As: as, NoPassword: free}
				order = append(order, key)
			}
			byRight[key].Programs = append(byRight[key].Programs, program)
		}
	}
	found := make([]estate.SudoRule, 0, len(order))
	for _, key := range order {
		found = append(found, *byRight[key])
	}
	return found
}

// sudoProgram is the program of a command without its arguments, and without a checksum before it.
func sudoProgram(command string) string {
	words := strings.Fields(command)
	for len(words) > 0 && (strings.HasPrefix(words[0], "sha") && strings.Contains(words[0], ":") || strings.Contains(words[0], "=")) {
		words = words[1:] // sha256:…, ROLE=…, TIMEOUT=…
	}
	if len(words) == 0 {
		return ""
	}
	return clean(words[0])
}

// sudoRules says who may become whom. Without the right to read them, that is denied, with what `sudo -l` told.
func sudoRules(t transcript) estate.Section[[]estate.SudoRule] {
	me := pairs(t.body("identity"))["me"]
	grant := t.grant([]string{"cat", "/etc/sudoers"}, []string{"ls", "/etc/sudoers.d"})
	var read sudoers
	s := section(t, "sudoers", grant, func(body string) []estate.SudoRule { read = parseSudoers(body, me); return read.rules })
	if s.Coverage != estate.Known {
		return s
	}
	if s.Value == nil {
		s.Value = []estate.SudoRule{}
	}
	switch {
	case !read.any:
		s.Coverage, s.Problem, s.Grant = estate.Denied, "this account may not read it; what is here is only what this account itself may do", grant
	case len(read.closed) > 0:
		s.Problem = "may not be read: " + strings.Join(read.closed[:min(len(read.closed), 8)], ", ")
		commands := [][]string{}
		for _, file := range read.closed[:min(len(read.closed), 8)] {
			program := "cat"
			if file == "/etc/sudoers.d" {
				program = "ls"
			}
			commands = append(commands, []string{program, file})
		}
		s.Grant = t.grant(commands...)
	}
	return s
}

package host

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// entry is a line of /etc/passwd as the script sends it: name, user id, group id, home, shell.
type entry struct {
	name     string
	uid, gid int
	home     string
	shell    string
}

func parsePasswd(body string) []entry {
	var found []entry
	for line := range lines(body) {
		fields := strings.Split(line, ":")
		if len(fields) != 5 {
			continue
		}
		uid, err1 := strconv.Atoi(fields[1])
		gid, err2 := strconv.Atoi(fields[2])
		if name := clean(fields[0]); err1 == nil && err2 == nil && name != "" {
			found = append(found, entry{name: name, uid: uid, gid: gid, home: clean(fields[3]), shell: clean(fields[4])})
		}
	}
	return found
}

// userNames maps ids to names; the first name of an id wins, as for the system itself.
func userNames(entries []entry) map[int]string {
	names := map[int]string{0: "root"}
	for _, e := range entries {
		if _, taken := names[e.uid]; !taken {
			names[e.uid] = e.name
		}
	}
	return names
}

// parseGroups reads "NAME:GID:MEMBER,MEMBER" as groups by member, and names by id.
func parseGroups(body string) (byMember map[string][]string, names map[int]string) {
	byMember, names = map[string][]string{}, map[int]string{}
	for line := range lines(body) {
		fields := strings.Split(line, ":")
		if len(fields) != 3 {
			continue
		}
		group := clean(fields[0])
		if gid, err := strconv.Atoi(fields[1]); err == nil {
			names[gid] = group
		}
		for member := range strings.SplitSeq(fields[2], ",") {
			if member = clean(member); member != "" {
				byMember[member] = append(byMember[member], group)
			}
		}
	}
	return byMember, names
}

// parseKeys reads "NAME COUNT" of authorised keys; -1 where the account may not look.
func parseKeys(body string) map[string]int {
	found := map[string]int{}
	for line := range lines(body) {
		words := strings.Fields(line)
		if len(words) != 2 {
			continue
		}
		if n, err := strconv.Atoi(words[1]); err == nil && n >= -1 && n < 1<<20 {
			found[clean(words[0])] = n
		}
	}
	return found
}

// accounts keeps those that can log in, and those that run something.
func accounts(t transcript, entries []entry, running []task) estate.Section[[]estate.Account] {
	s := section(t, "passwd", "", func(string) []estate.Account { return []estate.Account{} })
	if s.Coverage != estate.Known {
		return s
	}
	s.Source = "/etc/passwd, /etc/group, authorized_keys"
	if t.frames["keys"].root {
		s.Privilege = privilegeSudo
	}
	runs := map[string]bool{}
	for _, p := range running {
		runs[p.user] = true
	}
	members, groups := parseGroups(t.body("group"))
	keys := parseKeys(t.body("keys"))
	var hidden []string
	var reading [][]string
	for _, e := range entries {
		if !canLogIn(e.shell) && !runs[e.name] {
			continue
		}
		in := slices.Clone(members[e.name])
		if group, ok := groups[e.gid]; ok {
			in = append(in, group)
		}
		n, told := keys[e.name]
		if !told {
			n = -1
		}
		if n < 0 && canLogIn(e.shell) {
			hidden = append(hidden, e.name)
			reading = append(reading, []string{"cat", e.home + "/.ssh/authorized_keys"})
		}
		s.Value = append(s.Value, estate.Account{Name: e.name, UID: e.uid, Shell: e.shell, Groups: sorted(in), Keys: n})
	}
	slices.SortFunc(s.Value, func(a, b estate.Account) int { return cmp.Or(cmp.Compare(a.UID, b.UID), cmp.Compare(a.Name, b.Name)) })
	if len(hidden) > 0 {
		s.Problem = "authorised keys may not be read of: " + strings.Join(hidden[:min(len(hidden), 10)], ", ")
		s.Grant = t.grant(reading...)
	}
	return s
}

func canLogIn(shell string) bool {
	return !strings.HasSuffix(shell, "/nologin") && !strings.HasSuffix(shell, "/false") && !strings.HasSuffix(shell, "/sync") &&
		!strings.HasSuffix(shell, "/shutdown") && !strings.HasSuffix(shell, "/halt")
}

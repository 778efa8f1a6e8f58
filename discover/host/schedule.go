package host

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// parseCron reads "FILE:LINE" as grep prints crontabs. Lines of /etc/crontab and /etc/cron.d name a user in their
// sixth field, those of a user's own crontab do not: there the file is named after the user.
func parseCron(body string) []estate.Schedule {
	var found []estate.Schedule
	for line := range lines(body) {
		file, entry, ok := strings.Cut(line, ":")
		if !ok || !strings.HasPrefix(file, "/") {
			continue
		}
		user := ""
		if !strings.HasPrefix(file, "/etc/cron") || strings.HasPrefix(file, "/etc/crontabs/") {
			user = file[strings.LastIndexByte(file, '/')+1:]
		}
		if s, ok := cronLine(entry, clean(user)); ok {
			s.Where = clean(file)
			found = append(found, s)
		}
	}
	return found
}

// parseCrontab reads the crontab of one user.
func parseCrontab(body, user string) []estate.Schedule {
	var found []estate.Schedule
	for line := range lines(body) {
		if s, ok := cronLine(line, user); ok {
			s.Where = "crontab of " + user
			found = append(found, s)
		}
	}
	return found
}

// parseCrontabs reads the crontabs of other accounts, as root sees them: "ACCOUNT:LINE", and "ACCOUNT" alone for one
// that sudo does not let us read. read names the accounts whose crontab is known, also where there is none.
func parseCrontabs(t transcript, entries []entry) (found []estate.Schedule, read map[string]bool) {
	read = map[string]bool{}
	coverage, _ := t.coverage("crontabs")
	if coverage != estate.Known {
		return nil, read
	}
	for _, e := range entries {
		read[e.name] = true
	}
	for line := range lines(t.body("crontabs")) {
		name, entry, ok := strings.Cut(line, ":")
		if !ok {
			delete(read, clean(name))
			continue
		}
		found = append(found, parseCrontab(entry, clean(name))...)
	}
	return found, read
}

// cronLine reads a line of a crontab; user is empty where the line names it.
func cronLine(line, user string) (estate.Schedule, bool) {
	words := strings.Fields(line)
	if len(words) == 0 || strings.HasPrefix(words[0], "#") {
		return estate.Schedule{}, false
	}
	n := 5
	if strings.HasPrefix(words[0], "@") {
		n = 1
	}
	if len(words) <= n || !isCronField(words[0]) {
		return estate.Schedule{}, false // an assignment, or not a crontab
	}
	when := strings.Join(words[:n], " ")
	words = words[n:]
	if user == "" {
		user, words = words[0], words[1:]
	}
	command := strings.Join(words, " ")
	calls := commandsIn(command)
	s := estate.Schedule{Kind: "cron", When: clean(when), User: clean(user), Program: "unknown", Hosts: hostsOf(calls)}
	if len(calls) > 0 {
		s.Program = calls[0].program
	}
	return s, len(words) > 0
}

func isCronField(s string) bool {
	return s[0] == '@' || strings.Trim(s, "0123456789*/,-~") == ""
}

// properties reads the blocks of `systemctl show`, each a unit, parted by empty lines.
func properties(body string) []map[string][]string {
	var found []map[string][]string
	for block := range strings.SplitSeq(body, "\n\n") {
		unit := map[string][]string{}
		for line := range lines(block) {
			if key, value, ok := strings.Cut(line, "="); ok {
				unit[strings.TrimSpace(key)] = append(unit[strings.TrimSpace(key)], value)
			}
		}
		if len(unit["Id"]) > 0 {
			found = append(found, unit)
		}
	}
	return found
}

// service is what a unit runs, and as whom.
type service struct {
	name  string
	user  string
	calls []invocation
}

// parseServices reads "ExecStart={ path=/usr/bin/curl ; argv[]=/usr/bin/curl -s URL ; ignore_errors=no ; … }".
func parseServices(body string) map[string]service {
	found := map[string]service{}
	for _, unit := range properties(body) {
		s := service{name: clean(unit["Id"][0]), user: "root"}
		if len(unit["User"]) > 0 && unit["User"][0] != "" {
			s.user = clean(unit["User"][0])
		}
		for _, key := range [...]string{"ExecStart", "ExecStartPre", "ExecStartPost"} {
			for _, value := range unit[key] {
				_, after, ok := strings.Cut(value, "argv[]=")
				command, _, _ := strings.Cut(after, " ; ignore_errors=")
				if ok {
					s.calls = append(s.calls, commandsIn(command)...)
				}
			}
		}
		found[s.name] = s
	}
	return found
}

// parseTimers reads the timers, joined with the services they start. Times were asked for in UTC.
func parseTimers(body string, services map[string]service) []estate.Schedule {
	var found []estate.Schedule
	one := func(unit map[string][]string, key string) string {
		if len(unit[key]) == 0 {
			return ""
		}
		return unit[key][0]
	}
	for _, unit := range properties(body) {
		runs := services[clean(one(unit, "Unit"))]
		s := estate.Schedule{Kind: "timer", Where: clean(one(unit, "Id")), User: runs.user, Program: "unknown", Hosts: hostsOf(runs.calls),
			LastRun: systemdTime(one(unit, "LastTriggerUSec")), NextRun: systemdTime(one(unit, "NextElapseUSecRealtime"))}
		if len(runs.calls) > 0 {
			s.Program = runs.calls[0].program
		}
		var when []string
		for _, key := range [...]string{"TimersCalendar", "TimersMonotonic"} {
			for _, value := range unit[key] {
				value, _, _ = strings.Cut(strings.TrimPrefix(value, "{ "), " ;")
				when = append(when, clean(strings.TrimPrefix(value, "OnCalendar=")))
			}
		}
		s.When = strings.Join(when, ", ")
		found = append(found, s)
	}
	return found
}

// systemdTime reads "Mon 2026-03-02 22:00:00 UTC". Anything else, such as "n/a", is no time.
func systemdTime(s string) time.Time {
	t, err := time.Parse("Mon 2006-01-02 15:04:05 MST", strings.TrimSpace(s))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// schedules joins crontabs and timers. Other users' crontabs need root: then what is here is right, and not all.
func schedules(t transcript, entries []entry, services map[string]service) estate.Section[[]estate.Schedule] {
	me := pairs(t.body("identity"))["me"]
	s := section(t, "cron", "", parseCron)
	s.Source = "crontabs, systemctl show"
	if s.Coverage != estate.Known {
		return s
	}
	if len(me) > 0 {
		s.Value = append(s.Value, parseCrontab(t.body("crontab"), me)...)
	}
	others, read := parseCrontabs(t, entries)
	s.Value = append(s.Value, others...)
	if len(read) > 0 {
		s.Privilege = privilegeSudo
	}
	s.Value = append(s.Value, parseTimers(t.body("timers"), services)...)
	slices.SortFunc(s.Value, func(a, b estate.Schedule) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Where, b.Where), cmp.Compare(a.When, b.When),
			cmp.Compare(a.User, b.User), cmp.Compare(a.Program, b.Program), slices.Compare(a.Hosts, b.Hosts))
	})
	s.Value = slices.CompactFunc(s.Value, func(a, b estate.Schedule) bool {
		return a.Where == b.Where && a.When == b.When && a.User == b.User && a.Program == b.Program && slices.Equal(a.Hosts, b.Hosts)
	})
	if s.Value == nil {
		s.Value = []estate.Schedule{}
	}
	if coverage, _ := t.coverage("spool"); coverage == estate.Denied {
		var listing [][]string
		for _, e := range entries {
			if canLogIn(e.shell) && e.name != me && !read[e.name] {
				listing = append(listing, []string{"crontab", "-l", "-u", e.name})
			}
		}
		if len(listing) > 0 {
			s.Problem, s.Grant = "other users' crontabs may not be read", t.grant(listing...)
		}
	}
	if coverage, problem := t.coverage("timers"); coverage == estate.Failed || coverage == estate.Timeout {
		s.Problem = strings.TrimPrefix(s.Problem+"; timers: "+problem, "; ")
	}
	return s
}

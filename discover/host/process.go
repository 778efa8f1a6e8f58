package host

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// task is a process with its id, which is needed to join what is known of it and then forgotten.
type task struct {
	pid, parent int
	user        string
	unit        string
	call        invocation
}

// tasks joins command lines, owners and cgroups by process id. Kernel threads have no command line and are left out,
// and so is what exists only because we look: the script, its children and the login it runs in.
func tasks(t transcript, users map[int]string) []task {
	owners, parents := parseOwners(t.body("owners"))
	units := parseCgroups(t.body("cgroups"))
	ours := family(t.self, parents)
	me := pairs(t.body("identity"))["me"]
	var found []task
	for pid, argv := range parseCommandLines(t.body("processes")) {
		uid, known := owners[pid]
		if !known || ours[pid] {
			continue
		}
		found = append(found, task{pid: pid, parent: parents[pid], user: userName(users, uid), unit: units[pid], call: reduce(argv)})
	}
	return slices.DeleteFunc(found, func(p task) bool {
		// The login's own manager, and the watchdogs that timeout of BusyBox leaves for a second.
		return p.user == me && (strings.HasPrefix(p.unit, "user@") || p.call.program == "timeout" || p.call.program == "(sd-pam)")
	})
}

// family is the script's shell, everything it started, and the processes of its login up to the daemon.
func family(self int, parents map[int]int) map[int]bool {
	ours := map[int]bool{}
	if self <= 1 {
		return ours
	}
	for pid := range parents {
		at := pid
		for range 64 {
			if at == self {
				ours[pid] = true
				break
			}
			at = parents[at]
		}
	}
	for at := parents[self]; at > 1 && parents[at] > 1 && !ours[at]; at = parents[at] {
		ours[at] = true
	}
	return ours
}

// processes counts the tasks that look the same.
func processes(found []task) []estate.Process {
	type row struct{ program, user, flags, hosts, unit string }
	counts := map[row]estate.Process{}
	for _, p := range found {
		key := row{p.call.program, p.user, strings.Join(p.call.flags, " "), strings.Join(p.call.hosts, " "), p.unit}
		process := counts[key]
		process = estate.Process{Program: p.call.program, User: p.user, Flags: p.call.flags, Hosts: p.call.hosts, Unit: p.unit, Count: process.Count + 1}
		counts[key] = process
	}
	rows := make([]estate.Process, 0, len(counts))
	for _, p := range counts {
		rows = append(rows, p)
	}
	slices.SortFunc(rows, func(a, b estate.Process) int {
		return cmp.Or(cmp.Compare(a.Program, b.Program), cmp.Compare(a.User, b.User), cmp.Compare(a.Unit, b.Unit),
			slices.Compare(a.Flags, b.Flags), slices.Compare(a.Hosts, b.Hosts))
	})
	return rows
}

// ofPID splits "/proc/123/cmdline:rest" as grep prints it.
func ofPID(line, file string) (pid int, rest string, ok bool) {
	number, rest, ok := strings.Cut(strings.TrimPrefix(line, "/proc/"), "/"+file+":")
	if !ok || !strings.HasPrefix(line, "/proc/") {
		return 0, "", false
	}
	pid, err := strconv.Atoi(number)
	return pid, rest, err == nil && pid > 0
}

// parseCommandLines reads the argument lists, whose NULs were made tabs.
func parseCommandLines(body string) map[int][]string {
	found := map[int][]string{}
	for line := range lines(body) {
		pid, rest, ok := ofPID(line, "cmdline")
		if _, again := found[pid]; !ok || again { // again: an argument with a line break; the first line names the program
			continue
		}
		if rest = strings.TrimRight(rest, "\t "); rest != "" {
			found[pid] = strings.Split(rest, "\t")
		}
	}
	return found
}

// parseOwners reads the real user ids and the parents.
func parseOwners(body string) (owners, parents map[int]int) {
	owners, parents = map[int]int{}, map[int]int{}
	for line := range lines(body) {
		pid, rest, ok := ofPID(line, "status")
		words := strings.Fields(rest)
		if !ok || len(words) < 2 {
			continue
		}
		n, err := strconv.Atoi(words[1])
		switch {
		case err != nil:
		case words[0] == "Uid:":
			owners[pid] = n
		case words[0] == "PPid:":
			parents[pid] = n
		}
	}
	return owners, parents
}

// parseCgroups reads "/proc/1/cgroup:0::/system.slice/ssh.service", or of cgroup v1 the hierarchy of the init system.
func parseCgroups(body string) map[int]string {
	found := map[int]string{}
	for line := range lines(body) {
		pid, rest, ok := ofPID(line, "cgroup")
		parts := strings.SplitN(rest, ":", 3)
		if !ok || len(parts) != 3 {
			continue
		}
		if parts[1] == "name=openrc" {
			parts[1], parts[2] = "", "/openrc."+strings.TrimPrefix(parts[2], "/")
		}
		if parts[1] != "" && parts[1] != "name=systemd" {
			continue
		}
		if unit := unitOf(parts[2]); unit != "" {
			found[pid] = unit
		}
	}
	return found
}

// unitOf is the innermost unit of a cgroup path that means something to people: sessions come and go, and the id of
// a container is not its name.
func unitOf(cgroup string) string {
	if at, inside := containerOf(cgroup); inside {
		return at.runtime + " container"
	}
	parts := strings.Split(cgroup, "/")
	for i, part := range slices.Backward(parts) {
		switch {
		case strings.HasPrefix(part, "session-"):
			return ""
		case strings.HasPrefix(part, "docker-"), strings.HasPrefix(part, "libpod-"), strings.HasPrefix(part, "cri-"):
			runtime, _, _ := strings.Cut(part, "-")
			return runtime + " container"
		case strings.HasPrefix(part, "openrc."):
			return clean(strings.TrimPrefix(part, "openrc."))
		case part == "docker" && i < len(parts)-1:
			return "docker container"
		case strings.HasSuffix(part, ".service"), strings.HasSuffix(part, ".socket"), strings.HasSuffix(part, ".scope") && part != "init.scope":
			return clean(path.Base(part))
		}
	}
	return ""
}

func userName(users map[int]string, uid int) string {
	if name, ok := users[uid]; ok {
		return name
	}
	return strconv.Itoa(uid)
}

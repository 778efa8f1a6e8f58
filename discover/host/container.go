package host

import (
	"cmp"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// place is the container a control group belongs to.
type place struct{ runtime, id, pod string }

// containerOf finds the innermost container in a path of control groups, as the runtimes name them:
//
//	/docker/ID                                        docker, cgroupfs
//	/system.slice/docker-ID.scope                     docker, systemd; nerdctl likewise
//	/machine.slice/libpod-ID.scope                    podman, also below a user's slice
//	/kubepods/burstable/podUID/ID                     the kubelet, cgroupfs
//	/kubepods.slice/…-podUID.slice/crio-ID.scope      the kubelet, systemd; cri-containerd-ID.scope, docker-ID.scope
//	…/kubepods-burstable-podUID.slice:cri-containerd:ID
//	/default/NAME                                     containerd's ctr, in its usual namespace
//	/lxc/NAME, /lxc.payload.NAME, /lxc.payload/NAME   lxc, lxd
//	/machine.slice/machine-NAME.scope                 systemd-nspawn
func containerOf(cgroup string) (place, bool) {
	found, pod := place{}, ""
	parts := strings.Split(strings.Trim(cgroup, "/"), "/")
	for i, part := range parts[:min(len(parts), 64)] {
		before := ""
		if i > 0 {
			before = parts[i-1]
		}
		if uid := podUID(part); uid != "" {
			pod = uid
		}
		if runtime, id := partContainer(before, part, pod, i); id != "" {
			found = place{runtime: runtime, id: id, pod: pod}
		}
	}
	return found, found.id != ""
}

// partContainer reads one part of a path, with the one before it.
func partContainer(before, part, pod string, depth int) (runtime, id string) {
	if pieces := strings.Split(part, ":"); len(pieces) == 3 && pieces[1] == "cri-containerd" {
		return "containerd", shortID(pieces[2])
	}
	scope, isScope := strings.CutSuffix(part, ".scope")
	for _, known := range [...]struct{ prefix, runtime string }{
		{"docker-", "docker"}, {"libpod-", "podman"}, {"crio-", "cri-o"}, {"cri-containerd-", "containerd"}, {"nerdctl-", "containerd"},
	} {
		if rest, ok := strings.CutPrefix(scope, known.prefix); ok {
			return known.runtime, shortID(rest)
		}
	}
	switch {
	case before == "docker", before == "libpod_parent":
		return map[string]string{"docker": "docker", "libpod_parent": "podman"}[before], shortID(part)
	case pod != "" && strings.Contains(before, pod) || pod != "" && strings.Contains(before, strings.ReplaceAll(pod, "-", "_")):
		return "kubernetes", shortID(part)
	case before == "default" && depth == 1:
		return "containerd", nameOrID(part)
	case before == "lxc", before == "lxc.payload":
		return "lxc", nameOrID(part)
	case strings.HasPrefix(part, "lxc.payload."):
		return "lxc", nameOrID(strings.TrimPrefix(part, "lxc.payload."))
	case isScope && strings.HasPrefix(scope, "machine-") && !strings.HasPrefix(scope, `machine-qemu`):
		return "nspawn", nameOrID(strings.ReplaceAll(strings.TrimPrefix(scope, "machine-"), `\x2d`, "-"))
	}
	return "", ""
}

// shortID is the first 12 digits of a container's id, as runtimes show it.
func shortID(s string) string {
	if len(s) < 32 || len(s) > 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return ""
	}
	return s[:12]
}

// nameOrID is the name of a container that is not known by an id.
func nameOrID(s string) string {
	if id := shortID(s); id != "" {
		return id
	}
	if name := programName(s); name != "unknown" {
		return name
	}
	return ""
}

// podUID reads the uid of "pod1b2c…", "kubepods-burstable-pod1b2c_….slice" and the like.
func podUID(part string) string {
	if !strings.HasPrefix(part, "pod") && !strings.HasPrefix(part, "kubepods") {
		return ""
	}
	_, uid, ok := strings.Cut(strings.TrimPrefix(part, "kubepods"), "pod")
	uid, _, _ = strings.Cut(uid, ".slice")
	uid = strings.ReplaceAll(uid, "_", "-")
	if !ok || len(uid) < 32 || len(uid) > 36 || strings.Trim(uid, "0123456789abcdef-") != "" {
		return ""
	}
	return uid
}

// parsePlaces reads which container each process lies in, of any hierarchy. Where the machine's first process lies in
// one itself, the machine is that container, and its processes are the machine's.
func parsePlaces(body string) map[int]place {
	found := map[int]place{}
	for line := range lines(body) {
		pid, rest, ok := ofPID(line, "cgroup")
		parts := strings.SplitN(rest, ":", 3)
		if !ok || len(parts) != 3 || found[pid].id != "" && found[pid].pod != "" {
			continue
		}
		if at, inside := containerOf(parts[2]); inside && (found[pid].id == "" || at.pod != "") {
			found[pid] = at
		}
	}
	whole := found[1]
	for pid, at := range found {
		if at == whole {
			delete(found, pid)
		}
	}
	return found
}

// containers tells the containers that run, by the control groups of their processes.
func containers(h *estate.Host, t transcript, running []task) estate.Section[[]estate.Container] {
	s := section(t, "cgroups", "", func(body string) []estate.Container { return joinPlaces(parsePlaces(body), running) })
	hasRuntime := slices.ContainsFunc(h.Applications.Value, func(a estate.Application) bool {
		return slices.Contains([]string{"docker", "containerd", "podman", "cri-o", "kubernetes", "lxc"}, a.Kind)
	})
	switch {
	case s.Coverage != estate.Known:
	case !h.Processes.Coverage.IsKnown():
		return estate.Miss[[]estate.Container](h.Processes.Coverage, s.Source, h.Processes.Problem, h.Processes.Grant)
	case len(s.Value) > 0:
		nameContainers(&s, t)
	case !hasRuntime:
		return estate.Miss[[]estate.Container](estate.Absent, s.Source, "no process lies in a container, and no runtime is there", "")
	}
	return s
}

// runtimeProbe asks the runtimes themselves, which is root's alone. Commands, which can hold secrets, stay there.
func runtimeProbe() probe {
	return probe{key: "runtimes", source: "docker ps, podman ps", limit: 256 * kib, shell: `
[ "$SUDO" ] || exit 127
for r in docker podman; do has $r && root $r ps | awk -v r=$r 'NR != 1 { print r, $1, $2, $NF }'; done; exit 0`,
		root: []privilege{{"docker ps", "names and images of Docker's containers"}, {"podman ps", "names and images of Podman's containers"}}}
}

// nameContainers adds what the runtimes say to what the control groups show, or the right that would let them say it.
func nameContainers(s *estate.Section[[]estate.Container], t transcript) {
	said := map[string][]string{}
	for line := range lines(t.body("runtimes")) {
		if words := strings.Fields(line); len(words) == 4 {
			said[words[0]+" "+words[1]] = words[2:]
		}
	}
	var ask [][]string
	for i, c := range s.Value {
		if words, ok := said[c.Runtime+" "+c.ID]; ok {
			s.Value[i].Image, s.Value[i].Name = clean(words[0]), clean(words[1])
			s.Privilege = privilegeSudo
			continue
		}
		s.Problem = "names and images are known to the runtime only"
		if c.Runtime == "docker" || c.Runtime == "podman" {
			ask = append(ask, []string{c.Runtime, "ps"})
		}
	}
	if ask = slices.CompactFunc(ask, slices.Equal); len(ask) > 0 {
		s.Grant = t.grant(ask...)
	}
}

func joinPlaces(places map[int]place, running []task) []estate.Container {
	byPlace := map[place]*estate.Container{}
	for _, p := range running {
		at, inside := places[p.pid]
		if !inside {
			continue
		}
		c := byPlace[at]
		if c == nil {
			c = &estate.Container{Runtime: at.runtime, ID: at.id, Pod: at.pod}
			byPlace[at] = c
		}
		c.Programs, c.Users = append(c.Programs, p.call.program), append(c.Users, p.user)
	}
	found := []estate.Container{}
	for _, c := range byPlace {
		c.Programs, c.Users = sorted(c.Programs), sorted(c.Users)
		found = append(found, *c)
	}
	slices.SortFunc(found, func(a, b estate.Container) int {
		return cmp.Or(cmp.Compare(a.Runtime, b.Runtime), cmp.Compare(a.Pod, b.Pod), cmp.Compare(a.ID, b.ID))
	})
	return found
}

package host

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func TestContainerOf(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("0123456789abcdef", 4)
	const short, uid = "0123456789ab", "1b2c3d4e-0000-4444-8888-99990000aaaa"
	under := strings.ReplaceAll(uid, "-", "_")
	tests := map[string]place{
		"/docker/" + id:                                    {"docker", short, ""},
		"/docker/" + id + "/init.scope":                    {"docker", short, ""},
		"/system.slice/docker-" + id + ".scope":            {"docker", short, ""},
		"/machine.slice/libpod-" + id + ".scope/container": {"podman", short, ""},
		"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + id + ".scope": {"podman", short, ""},
		"/libpod_parent/libpod-" + id:                   {"podman", short, ""},
		"/machine.slice/libpod-conmon-" + id + ".scope": {},
		"/kubepods/burstable/pod" + uid + "/" + id:      {"kubernetes", short, uid},
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + under + ".slice/docker-" + id + ".scope": {"docker", short, uid},
		"/kubepods.slice/kubepods-pod" + under + ".slice/cri-containerd-" + id + ".scope":                            {"containerd", short, uid},
		"/kubepods.slice/kubepods-pod" + under + ".slice/crio-" + id + ".scope":                                      {"cri-o", short, uid},
		"/kubepods.slice/kubepods-pod" + under + ".slice/crio-conmon-" + id + ".scope":                               {},
		"/system.slice/containerd.service/kubepods-besteffort-pod" + under + ".slice:cri-containerd:" + id:           {"containerd", short, uid},
		"/docker/" + strings.Repeat("f", 64) + "/kubelet/kubepods/besteffort/pod" + uid + "/" + id:                   {"kubernetes", short, uid},
		"/default/redis":                             {"containerd", "redis", ""},
		"/lxc/web/ns/init.scope":                     {"lxc", "web", ""},
		"/lxc.payload.web/system.slice":              {"lxc", "web", ""},
		"/lxc.monitor.web":                           {},
		`/machine.slice/machine-old\x2dcrm.scope`:    {"nspawn", "old-crm", ""},
		`/machine.slice/machine-qemu\x2d1\x2d.scope`: {},
		"/system.slice/docker.service":               {},
		"/../d533beb08bc078fdcd3fe646abfaf6ff":       {},
		"/docker/buildx":                             {},
		"/default/\x1b[31m":                          {},
		"/":                                          {}, "": {},
	}
	for cgroup, want := range tests {
		got, inside := containerOf(cgroup)
		require.Equal(t, want, got, cgroup)
		require.Equal(t, want.id != "", inside, cgroup)
	}
}

func TestContainers(t *testing.T) {
	t.Parallel()
	id, self := strings.Repeat("0123456789abcdef", 4), strings.Repeat("ab", 32)
	running := []task{{pid: 1, user: "root", call: invocation{program: "init"}}, {pid: 7, user: "root", call: invocation{program: "nginx"}}, {pid: 8, user: "www-data", call: invocation{program: "nginx"}}}
	read := func(cgroups string, kinds ...string) estate.Section[[]estate.Container] {
		h := estate.Host{Processes: estate.Know("/proc", []estate.Process{})}
		for _, kind := range kinds {
			h.Applications.Value = append(h.Applications.Value, estate.Application{Kind: kind})
		}
		return containers(&h, transcript{bye: true, frames: map[string]frame{"cgroups": {body: cgroups}}}, running)
	}
	found := read("/proc/1/cgroup:0::/init.scope\n/proc/7/cgroup:9:name=systemd:/docker/"+id+"\n/proc/7/cgroup:1:cpu:/docker/"+id+"\n/proc/8/cgroup:0::/docker/"+id+"\n/proc/99/cgroup:0::/lxc/gone\n", "docker")
	require.Equal(t, []estate.Container{{Runtime: "docker", ID: "0123456789ab", Programs: []string{"nginx"}, Users: []string{"root", "www-data"}}}, found.Value)
	require.Contains(t, found.Problem, "names and images")
	require.Equal(t, estate.Absent, read("/proc/1/cgroup:0::/\n").Coverage)
	none := read("/proc/1/cgroup:0::/\n", "podman")
	require.Equal(t, estate.Known, none.Coverage)
	require.Equal(t, []estate.Container{}, none.Value)
	require.Equal(t, estate.Absent, read("/proc/1/cgroup:0::/docker/"+self+"\n/proc/7/cgroup:0::/docker/"+self+"/x\n").Coverage, "a machine that is a container itself")
	hidden := estate.Host{Processes: estate.Miss[[]estate.Process](estate.Denied, "/proc", "hidepid", "the group")}
	s := containers(&hidden, transcript{bye: true, frames: map[string]frame{"cgroups": {body: ""}}}, nil)
	require.Equal(t, estate.Denied, s.Coverage)
	require.Equal(t, "the group", s.Grant)
}

// TestRuntimesName: what a runtime says is added to what control groups show; where it may not be asked, the right is
// named that would let it speak.
func TestRuntimesName(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("ab12", 16)
	frames := map[string]frame{
		"cgroups":  {body: "/proc/7/cgroup:0::/system.slice/docker-" + id + ".scope\n"},
		"identity": {body: "me=assess\n"}, "programs": {body: "docker=/usr/bin/docker\n"},
	}
	h := estate.UnreadHost("h", estate.Production, estate.Collection{})
	h.Processes = estate.Know("", []estate.Process{{}})
	running := []task{{pid: 7, user: "root"}}
	closed := containers(&h, transcript{bye: true, frames: frames}, running)
	require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /usr/bin/docker ps", closed.Grant)
	frames["runtimes"] = frame{body: "docker ab12ab12ab12 clinic/tools:1.4 hl7-archiver\n", root: true}
	open := containers(&h, transcript{bye: true, frames: frames}, running)
	require.Equal(t, []estate.Container{{Runtime: "docker", ID: "ab12ab12ab12", Name: "hl7-archiver", Image: "clinic/tools:1.4", Programs: open.Value[0].Programs, Users: []string{"root"}}}, open.Value)
	require.Equal(t, privilegeSudo, open.Privilege)
	require.Empty(t, open.Grant)
}

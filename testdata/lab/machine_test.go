package lab_test

import (
	"fmt"
	"net"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/remote"
	"nightferry/testdata/lab"
)

// TestSafeguardsAreAsStated looks, with root's eyes, at each of the four on each machine.
func TestSafeguardsAreAsStated(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	p := &prober{T: t, lab: l, dialer: dialer(t, l, "assess")}
	for _, m := range l.Truth().Machines {
		looks := map[string]probe{
			"time":           runs(m.Name, "chronyd", "ntpd", "systemd-timesyncd"),
			"firewall":       shell(m.Name, `nft list ruleset | grep -q 'policy drop'`),
			"log-forwarding": shell(m.Name, `grep -rqs omfwd /etc/rsyslog.d`),
			"monitoring":     runs(m.Name, "prometheus-node-exporter"),
		}
		for _, safeguard := range m.Safeguards {
			look, ok := looks[safeguard.Kind]
			require.True(t, ok, "%s: %s is stated twice, or nobody looks for it", m.Name, safeguard.Kind)
			delete(looks, safeguard.Kind)
			require.Contains(t, []string{"on", "none"}, safeguard.State)
			require.Equal(t, safeguard.State == "on", look(p), "%s: %s", m.Name, safeguard.Kind)
			if safeguard.State == "on" {
				l.Exec(t, m.Name, "dpkg", "-s", safeguard.By)
			}
		}
		require.Empty(t, looks, "%s: not stated", m.Name)
	}
}

// runs is a probe that finds one of the programs running.
func runs(machine string, names ...string) probe {
	none := noProgram(machine, names...)
	return func(p *prober) bool { return !none(p) }
}

// TestLogsArriveAtTheLogHost writes a line on each machine that is said to send its logs on, and waits for it there.
func TestLogsArriveAtTheLogHost(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	word := fmt.Sprintf("lab-test-%d", time.Now().UnixNano())
	sending := map[string]lab.TrueSafeguard{}
	for _, m := range l.Truth().Machines {
		for _, safeguard := range m.Safeguards {
			if safeguard.To != "" {
				sending[m.Name] = safeguard
				l.Exec(t, m.Name, "logger", word)
			}
		}
	}
	require.NotEmpty(t, sending)
	for name, safeguard := range sending {
		require.Eventually(t, func() bool {
			_, err := l.Try(t, "edge", "grep", "-q", word, "/var/log/estate/"+name+".log")
			return err == nil
		}, 20*time.Second, 200*time.Millisecond, name)
		_, port, err := net.SplitHostPort(safeguard.To)
		require.NoError(t, err)
		require.NotEmpty(t, l.Exec(t, name, "ss", "-Htn", "state", "established", "( dport = :"+port+" )"), name)
		require.Equal(t, port == "6514", safeguard.TLS, name)
	}
}

// undocumented is what the images leave out of every package, or cut down.
var undocumented = regexp.MustCompile(`^/usr/share/(doc|man|locale|info|lintian)/`)

// TestChangedFilesAreAsStated compares truth.yaml with dpkg's own word, both ways.
func TestChangedFilesAreAsStated(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	for _, m := range l.Truth().Machines {
		if m.Init == "busybox" {
			continue // there, BusyBox took the place of all tools
		}
		var want, got []string
		for _, file := range m.ChangedFiles {
			want = append(want, fmt.Sprint(file.Path, file.Config))
			if file.Config {
				_, err := l.Try(t, m.Name, "setpriv", "--reuid", "assess", "--regid", "assess", "--clear-groups", "head", "-c", "1", file.Path)
				require.Equal(t, file.Reader == "", err == nil, "%s:%s", m.Name, file.Path)
			}
		}
		report := l.Exec(t, m.Name, "sh", "-c", "dpkg -V 2>/dev/null || true")
		for line := range strings.Lines(report) {
			flags, file, _ := strings.Cut(strings.TrimSpace(line), " /")
			if strings.HasPrefix(flags, "??5") && !undocumented.MatchString("/"+file) {
				got = append(got, fmt.Sprint("/"+file, strings.HasSuffix(flags, " c")))
			}
		}
		require.ElementsMatch(t, want, got, m.Name)
	}
}

// TestContainersAreAsStated compares truth.yaml with Docker's own word.
func TestContainersAreAsStated(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	for _, m := range l.Truth().Machines {
		if len(m.Containers) == 0 {
			continue
		}
		var want, got []string
		for _, c := range m.Containers {
			user := map[string]string{"root": "", "nobody": "65534:65534"}[c.User]
			want = append(want, strings.Join([]string{"/" + c.Name, c.Image, "running", user, c.Network, strings.Join(c.Programs, " ")}, "|"))
		}
		ids := strings.Fields(l.Exec(t, m.Name, "docker", "ps", "-aq", "--no-trunc"))
		for line := range strings.Lines(l.Exec(t, m.Name, append([]string{"docker", "inspect", "--format",
			"{{.Name}}|{{.Config.Image}}|{{.State.Status}}|{{.Config.User}}|{{.HostConfig.NetworkMode}}|{{.Path}}"}, ids...)...)) {
			cut := strings.LastIndex(line, "|")
			got = append(got, line[:cut+1]+path.Base(strings.TrimSpace(line[cut+1:])))
		}
		require.ElementsMatch(t, want, got)
		for _, id := range ids { // by which others tell them, without asking Docker
			l.Exec(t, m.Name, "sh", "-c", "grep -qs docker-"+id+".scope /proc/[0-9]*/cgroup")
		}
	}
}

// setting finds "name = value" and "name value".
var setting = regexp.MustCompile(`(?m)^([a-z_-]+)(?: *= *| +)(.*)$`)

func TestConfigurationsAreAsStated(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	for _, m := range l.Truth().Machines {
		for _, c := range m.Configurations {
			stated := map[string]string{}
			for _, match := range setting.FindAllStringSubmatch(l.Exec(t, m.Name, "cat", c.File), -1) {
				stated[match[1]] = match[2]
			}
			for name, want := range c.Settings {
				got := stated[name]
				if strings.Contains(name, "passw") {
					got = map[bool]string{true: "hashed", false: "set"}[strings.HasPrefix(got, "$")]
				}
				require.Equal(t, want, got, "%s:%s %s", m.Name, c.File, name)
			}
			for _, name := range c.Absent {
				require.NotContains(t, stated, name, "%s:%s", m.Name, c.File)
			}
		}
	}
}

func TestOdooOnDiskIsAsStated(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	number := func(machine, script string) int {
		n, err := strconv.Atoi(strings.TrimSpace(l.Exec(t, machine, "sh", "-c", script)))
		require.NoError(t, err, script)
		return n
	}
	for _, m := range l.Truth().Machines {
		for _, want := range m.ModulesOnDisk {
			lines := func(kind string) int {
				return number(m.Name, "find "+want.Path+" -name '*."+kind+"' -exec cat {} + | wc -l")
			}
			got := want
			got.PythonLines, got.XMLLines, got.JSLines = lines("py"), lines("xml"), lines("js")
			got.Controllers = number(m.Name, "grep -rE '@(http\\.)?route\\(' "+want.Path+" | wc -l")
			manifest := l.Exec(t, m.Name, "cat", want.Path+"/__manifest__.py")
			got.Installable = !strings.Contains(manifest, `"installable": False`)
			_, err := l.Try(t, m.Name, "ls", want.Path+"/tests")
			got.Tests = err == nil
			require.Equal(t, want, got)
			require.Contains(t, manifest, `"version": "`+want.Version+`"`)
		}
		for _, want := range m.Filestores {
			find := "find " + want.Path + " -type f ! -path '*/checklist/*' "
			require.GreaterOrEqual(t, number(m.Name, find+"| wc -l"), want.Files, want.Path)
			require.GreaterOrEqual(t, number(m.Name, find+`-printf '%s\n' | awk '{ s += $1 } END { print s }'`), int(want.Bytes), want.Path)
		}
	}
}

// TestClustersAreAsStated compares truth.yaml with what Debian's own tools say of the clusters.
func TestClustersAreAsStated(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	for _, want := range l.Truth().Postgres {
		fields := strings.Fields(l.Exec(t, want.Machine, "pg_lsclusters", "-h"))
		require.Equal(t, []string{strconv.Itoa(want.Version), want.Cluster, strconv.Itoa(want.Port), "online", "postgres", want.Data}, fields[:6])
	}
}

// TestLoadIsRecorded: sysstat has written down how busy the machine was.
func TestLoadIsRecorded(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	for _, m := range l.Truth().Machines {
		if m.RecordedLoad != "" {
			require.Equal(t, "sysstat", m.RecordedLoad)
			require.Contains(t, l.Exec(t, m.Name, "sh", "-c", "for day in /var/log/sysstat/sa??; do sar -f $day; done"), "Average:")
		}
	}
}

// TestOtherShells logs in, by the key of assess, where the login shell is not POSIX.
func TestOtherShells(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	auth := remote.Auth{Keys: []remote.Key{{Path: l.Key("assess")}}}
	for _, m := range l.Truth().Machines {
		for _, account := range m.Accounts {
			if account.Shell == "" {
				continue
			}
			d, err := remote.New([]remote.Endpoint{
				{Name: "bastion", Address: l.Machine(t, "bastion").Front, User: "assess", Auth: auth},
				{Name: m.Name, Address: l.Machine(t, m.Name).SSH(), User: account.Name, Auth: auth, Via: "bastion"},
			}, remote.Options{KnownHosts: []string{l.KnownHosts()}})
			require.NoError(t, err)
			client, err := d.Client(t.Context(), m.Name)
			require.NoError(t, err)
			result, err := client.Run(t.Context(), remote.Command{Script: "id -un"})
			require.NoError(t, err)
			require.Equal(t, account.Name+"\n", string(result.Stdout))
			require.NoError(t, d.Close())
			require.Contains(t, l.Exec(t, m.Name, "getent", "passwd", account.Name), ":"+account.Shell+"\n")
		}
	}
}

// TestTraefikServes: both names answer with the same page, and the headers that are stated.
func TestTraefikServes(t *testing.T) {
	t.Parallel()
	l := lab.Shared(t)
	client := l.HTTPClient(t)
	for _, m := range l.Truth().Machines {
		for _, route := range m.WebRoutes {
			response, err := client.Get("https://" + route.Name + ":8443/")
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, 200, response.StatusCode, route.Name)
			var added []string
			for _, name := range []string{"strict-transport-security", "x-content-type-options", "x-frame-options"} {
				if response.Header.Get(name) != "" {
					added = append(added, name)
				}
			}
			require.ElementsMatch(t, route.Headers, added, route.Name)
		}
	}
}

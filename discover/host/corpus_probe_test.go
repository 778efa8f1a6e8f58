package host

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// oldHost is a made-up tree of files: a name ending in "/" is a folder, one with "->" in its text a link, one in bin/ a
// program that comes before those of this machine.
type oldHost map[string]string

func (o oldHost) plant(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range o {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		to, isLink := strings.CutPrefix(text, "-> ")
		switch {
		case strings.HasSuffix(name, "/"):
			require.NoError(t, os.MkdirAll(path, 0o700))
		case isLink:
			require.NoError(t, os.Symlink(filepath.Join(root, to), path))
		default:
			require.NoError(t, os.WriteFile(path, []byte(text), 0o700))
		}
	}
	return root
}

// ask runs one probe in that tree, as the script would.
func ask(t *testing.T, key, root string, shell ...string) (string, int) {
	t.Helper()
	functions, _, _ := strings.Cut(prelude[strings.Index(prelude, "F='")+3:], "'\n")
	for _, p := range probes() {
		if p.key != key {
			continue
		}
		moved := strings.NewReplacer("/etc/", root+"/etc/", "/run/", root+"/run/", "/var/", root+"/var/", "/usr/lib/", root+"/usr/lib/",
			"/lib/", root+"/lib/", "/sys/", root+"/sys/", "/proc/", root+"/proc/").Replace(p.shell)
		cmd := exec.CommandContext(t.Context(), shell[0], append(shell[1:], "-c", functions+moved)...)
		cmd.Env = []string{"LC_ALL=C", "PATH=" + root + "/bin:/usr/sbin:/usr/bin:/sbin:/bin", "CALLS=(^|[^a-z])(curl|wget)[^a-z]"}
		out, err := cmd.Output()
		var failed *exec.ExitError
		if err != nil {
			require.ErrorAs(t, err, &failed)
			return strings.ReplaceAll(string(out), root, ""), failed.ExitCode()
		}
		return strings.ReplaceAll(string(out), root, ""), 0
	}
	require.NoError(t, errors.New("no probe "+key))
	return "", 0
}

// TestProbesOnOldHosts: what the shell itself makes of old tools and of other distributions' folders.
func TestProbesOnOldHosts(t *testing.T) {
	t.Parallel()
	const script, systemd = "#!/bin/sh\n", "run/systemd/system/"
	tests := map[string]struct {
		key  string
		host oldHost
		want string
		code int
	}{
		"the release of CentOS 6": {"os", oldHost{"etc/centos-release": "CentOS release 6.10 (Final)\n", "etc/redhat-release": "CentOS release 6.10 (Final)\n"}, "RELEASE=CentOS release 6.10 (Final)\n", 0},
		"the release of SLES 11": {"os", oldHost{"etc/SuSE-release": "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n"},
			"RELEASE=SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n", 0},
		"run levels of CentOS 6": {"initd", oldHost{"etc/inittab": "# comment\nid:3:initdefault:\n", "etc/init.d/httpd": script, "etc/init.d/cron": script, "etc/init.d/anacron": script, "etc/init.d/vsftpd": script,
			"etc/rc3.d/S85httpd": "-> etc/init.d/httpd", "etc/rc3.d/S25anacron": "-> etc/init.d/anacron", "etc/rc5.d/S60vsftpd": "-> etc/init.d/vsftpd", "var/lock/subsys/httpd": ""},
			"anacron enabled unknown\ncron disabled unknown\nhttpd enabled active\nvsftpd disabled unknown\n", 0},
		"run levels of SUSE": {"initd", oldHost{"etc/inittab": "id:5:initdefault:\n", "etc/init.d/ris": script, "etc/init.d/rc5.d/S10ris": "-> etc/init.d/ris"}, "ris enabled unknown\n", 0},
		"OpenRC": {"initd", oldHost{"etc/init.d/sshd": script, "etc/init.d/hwclock": script, "etc/init.d/ntpd": script, "etc/init.d/netmount": script, "etc/runlevels/boot/hwclock": "-> etc/init.d/hwclock",
			"etc/runlevels/default/sshd": "-> etc/init.d/sshd", "etc/runlevels/default/ntpd": "-> etc/init.d/ntpd", "run/openrc/started/sshd": "-> etc/init.d/sshd", "run/openrc/started/hwclock": "-> etc/init.d/hwclock", "run/openrc/failed/ntpd": "-> etc/init.d/ntpd"},
			"hwclock enabled active\nnetmount disabled inactive\nntpd enabled failed\nsshd enabled active\n", 0},
		"Upstart": {"upstart", oldHost{"etc/init/ssh.conf": "start on runlevel [2345]\nexec /usr/sbin/sshd\n", "etc/init/hl7.conf": "start  on started network\n", "etc/init/hl7.override": "manual\n", "etc/init/tty.conf": "instance $TTY\n",
			"etc/init/back.conf": "manual\n", "etc/init/back.override": "start on runlevel 2\n", "bin/initctl": script + "echo 'ssh start/running, process 845'\n"},
			"conf back enabled\nconf hl7 disabled\nconf ssh enabled\nconf tty disabled\njob ssh start/running, process 845\n", 0},
		"Upstart without a bus":  {"upstart", oldHost{"etc/init/ssh.conf": "start on x\n", "bin/initctl": script + "echo 'initctl: Unable to connect to system bus' >&2; exit 1\n"}, "conf ssh enabled\n", 0},
		"Upstart beside systemd": {"upstart", oldHost{systemd: "", "etc/init/ssh.conf": "start on x\n", "bin/initctl": script}, "", 90},
		"bullets of systemctl": {"units", oldHost{systemd: "", "bin/systemctl": script + "printf '%s\\n' '* odoo.service   loaded failed failed  Odoo' '  cron.service loaded active running Cron' '\xe2\x97\x8f x.service not-found inactive dead x' '-.mount loaded active mounted /' 'dev-disk-by\\x2dlabel-x.mount loaded active mounted x'\n"},
			"odoo.service loaded failed\ncron.service loaded active\nx.service not-found inactive\n-.mount loaded active\ndev-disk-by\\x2dlabel-x.mount loaded active\n", 0},
		"no bus is not no units":                {"units", oldHost{systemd: "", "bin/systemctl": script + "echo 'Failed to get D-Bus connection: No such file or directory' >&2; exit 1\n"}, "", 1},
		"unit files without a bus":              {"unitfiles", oldHost{systemd: "", "bin/systemctl": script + "case $1 in --root=*) echo 'ssh.service   enabled  enabled' ;; *) exit 1 ;; esac\n"}, "ssh.service enabled\n", 0},
		"rpm where dpkg is only a tool":         {"packages", oldHost{"var/lib/dpkg/status": "", "bin/dpkg-query": script, "bin/rpm": script + "printf 'ii\\tbash\\t4.1.2-48\\n'\n"}, "ii\tbash\t4.1.2-48\n", 0},
		"df of BusyBox":                         {"df", oldHost{"bin/df": script + "case \"$*\" in *-l*) echo 'df: invalid option -- l' >&2; exit 1 ;; esac\necho '/dev/sda1 10 5 5 50% /'\n"}, "/dev/sda1 10 5 5 50% /\n", 0},
		"df that meets a folder it may not see": {"df", oldHost{"bin/df": script + "case \"$*\" in *-l*) echo '/dev/sda1 10 5 5 50% /'; exit 1 ;; esac\necho 'remote ones hang'\n"}, "/dev/sda1 10 5 5 50% /\n", 0},
		"crontabs": {"cron", oldHost{"etc/crontabs/root": "0 1 * * * run\n", "var/spool/cron/crontabs": "-> etc/crontabs", "etc/anacrontab": "1 5 daily run\n", "etc/periodic/15min/ping": script, "etc/cron.daily/x": script, "etc/cron.daily/sub/": ""},
			"/etc/anacrontab:1 5 daily run\n/etc/crontabs/root:0 1 * * * run\n/etc/cron.daily:@daily root /etc/cron.daily/x\n/etc/periodic/15min:*/15 * * * * root /etc/periodic/15min/ping\n", 0},
		"crontabs of SUSE": {"cron", oldHost{"var/spool/cron/tabs/ris": "0 1 * * * run\n", "var/spool/cron/lastrun/": ""}, "/var/spool/cron/tabs/ris:0 1 * * * run\n", 0},
		"calls of Upstart": {"scripts", oldHost{"etc/init/hl7.conf": "exec wget -q http://hl7.alder.example/\nstop on x\n"}, "/etc/init/hl7.conf:exec wget -q http://hl7.alder.example/\n", 0},
	}
	for _, shell := range [][]string{{"dash"}, {"bash"}, {"busybox", "sh"}, {"ksh"}} {
		if _, err := exec.LookPath(shell[0]); err != nil {
			continue // TestShells tells which are missing
		}
		for name, tt := range tests {
			t.Run(shell[0]+"/"+name, func(t *testing.T) {
				t.Parallel()
				got, code := ask(t, tt.key, tt.host.plant(t), shell...)
				require.Equal(t, tt.want, got)
				require.Equal(t, tt.code, code)
			})
		}
	}
}

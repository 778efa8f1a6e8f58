package host

import "slices"

// probe is one thing the script asks: a piece of POSIX shell, run on its own, that reads and never writes.
type probe struct {
	key    string // of its frame
	source string // as the inventory names where the fact is from
	limit  int    // bytes of its output before masking
	secret bool   // free text of people: secrets in it are masked on the host before bytes leave it
	shell  string
	root   []privilege // what the shell runs by `root` and `show`, which is nothing without --sudo
}

// How a probe ends when it has nothing to say. 124, 126 and 127 are the shell's and timeout's own.
const (
	exitAbsent = 90 // there is no such thing
	exitDenied = 91 // it is there, and this account may not read it
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

// probes lists everything that is asked of a host, in this order. Functions used here are in the script's prelude.
func probes() []probe {
	return slices.Concat(machineProbes(), processProbes(), softwareProbes(), scheduleProbes(), fileProbes(), configurationProbes(), platformProbes())
}

// machineProbes ask what the machine is.
func machineProbes() []probe {
	return []probe{
		{key: "os", source: "/etc/os-release and what came before it", limit: 16 * kib, shell: `
for f in /etc/os-release /usr/lib/os-release; do [ -r "$f" ] && exec cat "$f"; done
[ -r /etc/alpine-release ] && { echo ID=alpine; echo "VERSION_ID=$(cat /etc/alpine-release)"; exit 0; }
for f in /etc/oracle-release /etc/centos-release /etc/redhat-release /etc/SuSE-release /etc/system-release; do
  [ -r "$f" ] && { echo "RELEASE=$(head -n 1 "$f")"; grep = "$f"; exit 0; }; done
[ -r /etc/debian_version ] && { echo ID=debian; echo "VERSION_ID=$(cat /etc/debian_version)"; exit 0; }
exit 90`},
		{key: "identity", source: "uname, /proc, /etc/machine-id, systemd-detect-virt, DMI", limit: 16 * kib, shell: `
echo "hostname=$(cat /proc/sys/kernel/hostname || hostname || uname -n)"
echo "kernel=$(uname -r)"; echo "machine=$(uname -m)"
echo "id=$(cat /etc/machine-id || cat /var/lib/dbus/machine-id)"
echo "virt=$(systemd-detect-virt || { grep -q '^flags.* hypervisor' /proc/cpuinfo && echo vm-other; })"
echo "vendor=$(cat /sys/class/dmi/id/sys_vendor)"; echo "product=$(cat /sys/class/dmi/id/product_name)"
echo "init=$(cat /proc/1/comm || sed -n 's/^Name:[[:space:]]*//p' /proc/1/status)"; echo "initexe=$(readlink /proc/1/exe || readlink -f /sbin/init)"
[ -d /etc/init ] && has initctl && initctl --version | grep -q upstart && echo init=upstart
[ -d /run/systemd/system ] && echo init=systemd
[ -d /run/openrc ] && echo init=openrc
echo "boot=$(sed -n 's/^btime //p' /proc/stat)"; echo "me=$(id -un)"; echo "uid=$(id -u)"; echo "login=$SSH_CONNECTION"; exit 0`},
		{key: "capacity", source: "/proc/cpuinfo, /proc/meminfo", limit: 16 * kib, shell: `
echo "cpus=$(grep -c '^processor' /proc/cpuinfo)"
sed -n 's/^model name[^:]*: */model=/p' /proc/cpuinfo | head -n 1
sed -n 's/^MemTotal: *\([0-9]*\) kB/memory=\1/p;s/^SwapTotal: *\([0-9]*\) kB/swap=\1/p' /proc/meminfo`},
		{key: "programs", source: "the PATH", limit: 16 * kib, shell: `
for c in auditctl cat crontab docker find iptables ls md5sum nft podman ss tail; do p=$(command -v "$c") && echo "$c=$p"; done; exit 0`},
		{key: "interfaces", source: "ip addr", limit: 256 * kib, shell: `
has ip && exec ip -o addr show
has ifconfig && exec ifconfig -a
exit 127`},
	}
}

// processProbes ask what runs and who talks to whom.
func processProbes() []probe {
	return []probe{
		{key: "hidepid", source: "/proc", limit: 4 * kib, shell: `cat /proc/1/status >/dev/null && echo 0 || echo 1`}, // under hidepid only our own processes show
		{key: "owners", source: "/proc/PID/status", limit: 4 * mib, shell: `grep -s -E '^(Uid|PPid):' /proc/[0-9]*/status; exit 0`},
		{key: "cgroups", source: "/proc/PID/cgroup", limit: 4 * mib, shell: `grep -s -v ':/$' /proc/[0-9]*/cgroup; exit 0`},
		{key: "processes", source: "/proc/PID/cmdline", limit: 4 * mib, secret: true, shell: `
if [ "$(printf 'a\000b\n' | grep -a -c b)" = 1 ]; then grep -a -s '' /proc/[0-9]*/cmdline | tr '\000' '\t'; exit 0; fi
for d in /proc/[0-9]*; do echo "$d/cmdline:$(tr '\000' '\t' <"$d/cmdline")"; done; exit 0`},
		{key: "sockets", source: "/proc/net/tcp, tcp6, udp, udp6", limit: 4 * mib, shell: `
[ -r /proc/net/tcp ] || exit 91
for p in tcp tcp6 udp udp6; do [ -r /proc/net/$p ] && { echo "$p"; cat /proc/net/$p; }; done; exit 0`},
		{key: "ss", source: "ss", limit: 4 * mib, shell: `has ss || exit 127; root ss -n -t -u -a -p -e || ss -n -t -u -a -p -e`,
			root: []privilege{{"ss -n -t -u -a -p -e", "the programs behind all sockets"}}},
		{key: "passwd", source: "/etc/passwd", limit: 1 * mib, shell: `need /etc/passwd; exec cut -d: -f1,3,4,6,7 /etc/passwd`},
		{key: "group", source: "/etc/group", limit: 1 * mib, shell: `need /etc/group; exec cut -d: -f1,3,4 /etc/group`},
		{key: "keys", source: "authorized_keys", limit: 256 * kib, shell: `
cut -d: -f1,6 /etc/passwd | while IFS=: read -r name home; do
  if [ ! -d "$home" ]; then echo "$name 0"; continue; fi
  f=$home/.ssh/authorized_keys
  if [ -r "$f" ]; then echo "$name $(grep -c '^[^#]*[a-z]' "$f")"
  elif [ -x "$home" ] && [ ! -e "$home/.ssh" ]; then echo "$name 0"
  elif [ -x "$home/.ssh" ] && [ ! -e "$f" ]; then echo "$name 0"
  elif k=$(root cat "$f"); then echo "$name $(echo "$k" | grep -c '^[^#]*[a-z]')"
  elif may cat "$f"; then echo "$name 0"
  else echo "$name -1"; fi
done; exit 0`, root: []privilege{{"cat HOME/.ssh/authorized_keys", "how many keys let in as an account (they are counted on the machine)"}}},
	}
}

// softwareProbes ask what is installed and what starts.
func softwareProbes() []probe {
	return []probe{
		{key: "packages", source: "the package database", limit: 8 * mib, shell: `
[ -s /var/lib/dpkg/status ] && has dpkg-query && exec dpkg-query -W -f='${db:Status-Abbrev}\t${Package}\t${Version}\n'
has rpm && exec rpm -qa --qf 'ii\t%{NAME}\t%{VERSION}-%{RELEASE}\n'
for f in /lib/apk/db/installed /usr/lib/apk/db/installed; do [ -r "$f" ] && exec sed -n 's/^P:/P:/p;s/^V:/V:/p' "$f"; done
exit 90`},
		{key: "units", source: "systemctl list-units", limit: 4 * mib, shell: `
[ -d /run/systemd/system ] || exit 90
systemctl list-units --all --full --plain --no-legend --no-pager --type=service,timer,socket,mount | sed 's/^[^-A-Za-z0-9_:.@\]*//' | {
  n=1; while read -r unit load active _; do echo "$unit $load $active"; n=0; done; exit $n; }`},
		{key: "unitfiles", source: "systemctl list-unit-files", limit: 4 * mib, shell: `
[ -d /run/systemd/system ] || exit 90
list() { systemctl "$@" list-unit-files --full --no-legend --no-pager --type=service,timer,socket,mount; }
{ list || list --root=/; } | { n=1; while read -r unit state _; do echo "$unit $state"; n=0; done; exit $n; }`},
		{key: "initd", source: "/etc/init.d", limit: 256 * kib, shell: `
[ -d /etc/init.d ] || exit 90
l=$(sed -n 's/^id:\([2-5]\):initdefault:.*/\1/p' /etc/inittab | head -n 1); [ -n "$l" ] || l='[2345]'
for f in /etc/init.d/*; do [ -f "$f" ] && [ -x "$f" ] || continue
  n=${f##*/}; on=disabled; is=unknown
  for w in /etc/rc$l.d/S[0-9][0-9]"$n" /etc/init.d/rc$l.d/S[0-9][0-9]"$n" /etc/runlevels/sysinit/"$n" /etc/runlevels/boot/"$n" /etc/runlevels/default/"$n"; do
    [ -e "$w" ] && on=enabled; done
  [ -e /var/lock/subsys/"$n" ] && is=active
  [ -x /run/openrc/started ] && { is=inactive; [ -e /run/openrc/started/"$n" ] && is=active; [ -e /run/openrc/failed/"$n" ] && is=failed; }
  echo "$n $on $is"; done; exit 0`},
		{key: "upstart", source: "/etc/init, initctl list", limit: 256 * kib, shell: `
[ -d /run/systemd/system ] && exit 90
[ -d /etc/init ] && has initctl || exit 90
for f in /etc/init/*.conf; do [ -f "$f" ] || continue
  n=${f##*/}; n=${n%.conf}; on=disabled
  case $(grep -h -s -o -E '^[[:space:]]*(start[[:space:]]+on|manual)' "$f" "${f%.conf}.override" | tail -n 1) in *on) on=enabled ;; esac
  echo "conf $n $on"; done
initctl list | sed 's/^/job /'; exit 0`},
	}
}

// scheduleProbes ask what runs by itself, and whom it calls.
func scheduleProbes() []probe {
	return []probe{
		{key: "commands", source: "systemctl show", limit: 4 * mib, secret: true, shell: `
[ -d /run/systemd/system ] || exit 90
systemctl show --no-pager -p Id -p Names -p User -p ExecStart -p ExecStartPre -p ExecStartPost '*.service' \
  $(systemctl show --no-pager -p Unit '*.timer' | sed -n 's/^Unit=\(.*\.service\)$/\1/p')`},
		{key: "timers", source: "systemctl show", limit: 1 * mib, shell: `
[ -d /run/systemd/system ] || exit 90
TZ=UTC systemctl show --no-pager -p Id -p Unit -p TimersCalendar -p TimersMonotonic -p Persistent -p LastTriggerUSec -p NextElapseUSecRealtime '*.timer'`},
		{key: "timerfiles", source: "files of timers", limit: 1 * mib, shell: `
[ -d /run/systemd/system ] || exit 90
for d in /etc /run /usr/local/lib /usr/lib /lib; do
  grep -s -E '^[[:space:]]*On[A-Za-z]+[[:space:]]*=' $d/systemd/system/*.timer $d/systemd/system/*.timer.d/*.conf /dev/null; done; exit 0`}, // before 238, show does not tell when
		{key: "cron", source: "/etc/crontab, /etc/anacrontab, /etc/cron.d, /etc/crontabs", limit: 1 * mib, secret: true, shell: `
grep -s '' /etc/crontab /etc/anacrontab /etc/cron.d/* /dev/null
for d in /etc/crontabs /var/spool/cron/crontabs /var/spool/cron/tabs /var/spool/cron; do
  [ -L "$d" ] || for f in "$d"/*; do [ -f "$f" ] && grep -s '' "$f" /dev/null; done; done
for d in hourly daily weekly monthly; do for f in /etc/cron.$d/*; do [ -f "$f" ] && [ -x "$f" ] && echo "/etc/cron.$d:@$d root $f"; done; done
for f in /etc/periodic/*/*; do [ -f "$f" ] && [ -x "$f" ] || continue
  d=${f%/*}; w=@${d##*/}; [ $w = @15min ] && w='*/15 * * * *'; echo "$d:$w root $f"; done
exit 0`},
		{key: "crontab", source: "crontab -l", limit: 256 * kib, secret: true, shell: `has crontab || exit 90; crontab -l || exit 90`},
		{key: "spool", source: "/var/spool/cron", limit: 4 * kib, shell: `
for d in /var/spool/cron/crontabs /var/spool/cron/tabs /var/spool/cron /etc/crontabs; do
  [ -d "$d" ] && { [ -r "$d" ] && [ -x "$d" ] || exit 91; for f in "$d"/*; do [ -f "$f" ] && { [ -r "$f" ] || exit 91; }; done; exit 0; }
done; exit 90`},
		{key: "crontabs", source: "crontab -l -u", limit: 1 * mib, secret: true, shell: `
[ -n "$SUDO" ] && has crontab || exit 91
cut -d: -f1,7 /etc/passwd | grep -v -E '/(nologin|false|sync|shutdown|halt)$' | cut -d: -f1 | while read -r u; do
  if c=$(root crontab -l -u "$u"); then echo "$c" | while IFS= read -r l; do printf '%s:%s\n' "$u" "$l"; done
  else may crontab -l -u "$u" || echo "$u"; fi
done; exit 0`, root: []privilege{{"crontab -l -u ACCOUNT", "the jobs in the crontabs of other accounts"}}},
		{key: "scripts", source: "scripts named by schedules and units", limit: 1 * mib, secret: true, shell: `
{ grep -h -o -E '/[A-Za-z0-9_./-]+' /etc/crontab /etc/cron.d/* /etc/crontabs/* /etc/init/*.conf /etc/inittab /etc/rc.local /etc/systemd/system/*.service /etc/systemd/system/*/*.conf /usr/local/lib/systemd/system/*.service
  ls -d /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* /etc/periodic/*/* /usr/local/bin/* /usr/local/sbin/*; } | sort -u | head -n 400 | while read -r f; do
  [ -f "$f" ] && [ -r "$f" ] && read -r first <"$f" || continue
  case $first in '#!'*) grep -E "$CALLS" "$f" /dev/null | head -n 50 ;; esac
done; grep -s -E "$CALLS" /etc/init/*.conf /dev/null | head -n 100; exit 0`},
	}
}

// fileProbes ask what the configuration says.
func fileProbes() []probe {
	return []probe{
		{key: "mounts", source: "/proc/mounts", limit: 1 * mib, secret: true, shell: `need /proc/mounts; exec cat /proc/mounts`},
		{key: "fstab", source: "/etc/fstab", limit: 256 * kib, secret: true, shell: `need /etc/fstab; exec cat /etc/fstab`},
		{key: "df", source: "df", limit: 1 * mib, shell: `o=$(df -P -k -l); [ -n "$o" ] && { echo "$o"; exit 0; }; df -P -k; exit 0`},
		{key: "hosts", source: "/etc/hosts", limit: 1 * mib, shell: `need /etc/hosts; exec cat /etc/hosts`},
		{key: "certificates", source: "files in the usual places", limit: 4 * mib, shell: `
find /etc/nginx /etc/haproxy /etc/apache2 /etc/httpd /etc/ssl /etc/pki/tls /etc/letsencrypt /etc/postgresql /etc/ldap /etc/openldap /etc/postfix /etc/dovecot \
  /etc/exim4 /etc/odoo /etc/stunnel /etc/traefik /opt /srv /usr/local/etc /var/lib/postgresql -maxdepth 5 -type f \( -name '*.pem' -o -name '*.crt' -o -name '*.cer' -o -name '*.cert' \) \
  | grep -v -e '^/etc/ssl/certs/ca-certificates' -e '/site-packages/' -e '/dist-packages/' -e '/node_modules/' | sort | head -n 200 | while read -r f; do
  if [ -r "$f" ]; then echo "file $f"; sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/{p;/-----END/q;}' "$f"; else echo "denied $f"; fi
done; exit 0`},
		nginxProbe(),
		haproxyProbe(),
	}
}

package host

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// maskOnHost is the script's own function that masks secrets, for a probe that needs it before the end of its pipe.
func maskOnHost() string {
	begin := strings.Index(prelude, "secrets() {")
	end := strings.Index(prelude, "\np() {")
	return prelude[begin:end] + "\n"
}

// maybeSecret finds more than the mask of secrets would change: files without a hit are hashed as they are, all by one
// command, and get the hash that they would have after masking.
const maybeSecret = `://|auth|pass|pwd|secret|token|key|cred|bearer|-u|--proxy|--login|mysql|mariadb|ldap|redis-cli|smbclient|lftp|mongo|zip|7z|openssl|swaks|[a-f0-9]{32}`

// driftProbe lists configuration files and local programs: at most 400, hashed up to 256 KiB each, and of those that may
// hold secrets at most 150. Lines: "s PATH BYTES MODIFIED OWNER MODE", "h HASH PATH", "denied PATH".
func driftProbe() probe {
	return probe{key: "drift", source: "find, stat, sha256sum of what is left after masking", limit: 1 * mib, shell: maskOnHost() + `
if has sha256sum; then sum() { sha256sum; }; sums() { xargs sha256sum; }; elif has shasum; then sum() { shasum -a 256; }; sums() { xargs shasum -a 256; }; else exit 127; fi
has xargs || exit 127
files=$(find /etc/ssh/sshd_config /etc/ssh/sshd_config.d /etc/nginx /etc/haproxy /etc/apache2 /etc/httpd/conf /etc/httpd/conf.d /etc/lighttpd /etc/traefik /etc/odoo /etc/odoo.conf /etc/odoo-server.conf /etc/openerp \
  /etc/postgresql /etc/pgbouncer /etc/pgbackrest /etc/pgbackrest.conf /etc/redis /etc/redis.conf /etc/crontab /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly \
  /etc/systemd/system /etc/hosts /etc/fstab /etc/resolv.conf /etc/nsswitch.conf /etc/sudoers /etc/sudoers.d /etc/rsyslog.conf /etc/rsyslog.d /etc/logrotate.conf /etc/logrotate.d /etc/sysctl.conf /etc/sysctl.d \
  /etc/security/limits.conf /etc/security/limits.d /etc/chrony.conf /etc/chrony /etc/ntp.conf /etc/nftables.conf /etc/ufw /etc/docker/daemon.json /etc/ldap/ldap.conf /etc/sssd/sssd.conf /etc/inittab \
  /etc/network/interfaces /etc/netplan /etc/postfix/main.cf /etc/postfix/master.cf /usr/local/bin /usr/local/sbin /usr/local/etc -xdev -maxdepth 5 \( -path /etc/apache2/mods-available -o -name '.?*' \) -prune \
  -o -type f ! -name '*.key' ! -name '*.keys' ! -name '*.keytab' ! -name README ! -name '*.pem' ! -name '*.crt' ! -name '*~' ! -name '*.dpkg-*' ! -name '*.rpm*' ! -name '*.swp' -print | sort -u)
odd=$(echo "$files" | grep -c '[^A-Za-z0-9._@+:,/-]')
files=$(echo "$files" | grep '^/[A-Za-z0-9._@+:,/-]*$'); all=$(echo "$files" | grep -c .)
files=$(echo "$files" | head -n 400); echo "n $all $odd"
[ "$files" ] || exit 0
echo "$files" | xargs stat -c 's %n %s %Y %U:%G %a'
short=$(find $files -size -513 -print)
hidden=$(for f in $short; do [ -r "$f" ] || echo "$f"; done)
open=$(for f in $short; do [ -r "$f" ] && echo "$f"; done)
risky=; [ "$open" ] && risky=$(echo "$open" | xargs grep -l -i -E -e '` + maybeSecret + `' | head -n 150)
for f in $open; do case "
$risky
" in *"
$f
"*) ;; *) echo "$f" ;; esac; done | if has sha256sum; then xargs -r sha256sum; else xargs shasum -a 256; fi | sed 's/^/h /'
for f in $risky; do h=$(secrets <"$f" | sum) && echo "h ${h%% *} $f"; done
for f in $hidden; do
  if [ "$SUDO" ]; then h=$(root cat "$f" | secrets | sum); case $h in e3b0c44298fc1c14*) echo "denied $f" ;; *) echo "h ${h%% *} $f" ;; esac; else echo "denied $f"; fi
done; exit 0`, root: []privilege{{"cat CONFIGURATION_FILE", "hashes of configuration files that are closed (their content stays on the machine)"}}}
}

// drift is what the probe of files says.
type drift struct {
	files  []estate.File
	denied []string
	all    int
	odd    int // files whose names cannot be printed safely
}

func parseDrift(body string) drift {
	var d drift
	hashes := map[string]string{}
	for line := range lines(body) {
		words := strings.Fields(line)
		switch {
		case words[0] == "s" && len(words) == 6:
			size, err := strconv.ParseInt(words[2], 10, 64)
			if err == nil && size >= 0 && strings.HasPrefix(words[1], "/") {
				d.files = append(d.files, estate.File{Path: clean(words[1]), Bytes: size, Modified: unixTime(words[3]), Owner: clean(words[4]), Mode: clean(words[5])})
			}
		case words[0] == "h" && len(words) == 3:
			if sum, err := hex.DecodeString(words[1]); err == nil && len(sum) == 32 {
				hashes[clean(words[2])] = words[1]
			}
		case words[0] == "denied" && len(words) == 2:
			d.denied = append(d.denied, clean(words[1]))
		case words[0] == "n" && len(words) == 3:
			d.all, _ = strconv.Atoi(words[1])
			d.odd, _ = strconv.Atoi(words[2])
		}
	}
	for i := range d.files {
		d.files[i].SHA256 = hashes[d.files[i].Path]
	}
	slices.SortFunc(d.files, func(a, b estate.File) int { return cmp.Compare(a.Path, b.Path) })
	d.files = slices.CompactFunc(d.files, func(a, b estate.File) bool { return a.Path == b.Path })
	return d
}

// configurationFiles says by hash what people wrote on the machine.
func configurationFiles(t transcript) estate.Section[[]estate.File] {
	var d drift
	s := section(t, "drift", "", func(body string) []estate.File { d = parseDrift(body); return d.files })
	if s.Coverage != estate.Known {
		return s
	}
	if s.Value == nil {
		s.Value = []estate.File{}
	}
	s.Truncated = s.Truncated || d.all > len(d.files)
	var problems []string
	if len(d.denied) > 0 {
		problems = append(problems, fmt.Sprintf("%d of %d files may not be read, and have no hash", len(d.denied), len(d.files)))
		var commands [][]string
		for _, file := range d.denied[:min(len(d.denied), 8)] {
			commands = append(commands, []string{"cat", file})
		}
		s.Grant = t.grant(commands...)
	}
	if d.odd > 0 {
		problems = append(problems, fmt.Sprintf("%d files with odd names are left out", d.odd))
	}
	s.Problem = strings.Join(problems, "; ")
	return s
}

// changedProbe compares files with what the packages brought. Of Debian's: all configuration files, units, the programs
// that matter most, and Odoo's own Python code, which people patch in place. rpm is asked for configuration files.
// Lines: "content conf|file PATH", "missing conf|file PATH", or those of rpm -V and apk audit after a word.
func changedProbe() probe {
	return probe{key: "changed", source: "checksums of packages: configuration, units, chosen programs, Odoo's code", limit: 1 * mib, shell: `
if [ -r /var/lib/dpkg/status ] && has dpkg; then
  has md5sum || exit 127
  { awk '/^Status:/ { ok = /installed$/ && !/not-installed/ && !/deinstall/ } /^Conffiles:/ { c = 1; next } c && /^ / { if (ok && NF == 2 && $2 != "newconffile") print $2 " conf " $1; next } { c = 0 }' /var/lib/dpkg/status
    grep -h -E '  ((usr/)?s?bin/(sshd|ssh|sudo|su|login|passwd|bash|dash|ls|ps|ss|netstat|find|top|cron|systemctl|curl|wget|openssl|nginx|haproxy|redis-server|psql|python3\.[0-9]+|odoo)|usr/lib/postgresql/[0-9]+/bin/postgres|(usr/)?lib/systemd/system/[^ ]*)$' /var/lib/dpkg/info/*.md5sums | sed 's#^\([0-9a-f]*\)  #\1 file /#'
    grep -h '\.py$' /var/lib/dpkg/info/odoo*.md5sums | head -n 6000 | sed 's#^\([0-9a-f]*\)  #\1 file /#'
  } | awk 'NF == 3 && length($1) == 32 && $3 !~ /[^A-Za-z0-9._@+:,\/-]/' | {
    list=$(cat); { echo "$list"; echo "$list" | cut -d ' ' -f 3 | sort -u | tr '\n' '\0' | xargs -0 md5sum
      [ "$SUDO" ] && echo "$list" | cut -d ' ' -f 3 | while read -r f; do [ -e "$f" ] && [ ! -r "$f" ] && root md5sum "$f" </dev/null; done; } | awk '
      NF == 3 { want[$3] = $1; kind[$3] = $2; next }
      NF == 2 { have[$2] = $1 }
      END { for (f in want) if (!(f in have)) print "gone " kind[f] " " f; else if (have[f] != want[f]) print "content " kind[f] " " f }' | while read -r what kind f; do
      if [ "$what" = content ]; then echo "content $kind $f"; elif [ -e "$f" ] || [ -L "$f" ]; then echo "denied $kind $f"; elif hidden "$f"; then echo "denied $kind $f"; else echo "missing $kind $f"; fi
    done; }
elif has rpm; then rpm -Vac --nodeps --noscripts --nodigest --nosignature | grep -E '^(missing|[S.?][M.?][5.?])' | head -n 2000 | sed 's/^/rpm /'
elif has apk; then apk --no-network audit | sed 's/^/apk /'
else exit 90; fi; exit 0`, root: []privilege{{"md5sum PACKAGE_FILE", "whether closed files of packages were changed"}}}
}

// changes is what differs from the packages, and how many files could not be compared.
type changes struct {
	files  []estate.ChangedFile
	denied []string
}

func parseChanged(body string) changes {
	var c changes
	add := func(file, change string, config bool) {
		if strings.HasPrefix(file, "/") {
			c.files = append(c.files, estate.ChangedFile{Path: clean(file), Change: change, Config: config})
		}
	}
	for line := range lines(body) {
		words := strings.Fields(line)
		if len(words) < 3 {
			continue
		}
		file := words[len(words)-1]
		switch words[0] {
		case "content", "missing":
			add(file, words[0], words[1] == "conf")
		case "denied":
			c.denied = append(c.denied, clean(file))
		case "rpm": // "S.5....T.  c /etc/ssh/sshd_config", "missing   c /etc/x"
			config := len(words) > 3 && words[2] == "c"
			if words[1] == "missing" {
				add(file, "missing", config)
			} else if strings.Contains(words[1], "5") {
				add(file, "content", config)
			}
		case "apk": // "U etc/ssh/sshd_config"
			if change := map[string]string{"U": "content", "X": "missing"}[words[1]]; change != "" {
				add("/"+strings.TrimPrefix(file, "/"), change, strings.HasPrefix(file, "etc/"))
			}
		}
	}
	slices.SortFunc(c.files, func(a, b estate.ChangedFile) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Change, b.Change))
	})
	c.files = slices.Compact(c.files)
	return c
}

// changedFiles says what differs from what the packages brought.
func changedFiles(t transcript) estate.Section[[]estate.ChangedFile] {
	var c changes
	s := section(t, "changed", "", func(body string) []estate.ChangedFile { c = parseChanged(body); return c.files })
	if s.Coverage != estate.Known {
		return s
	}
	if s.Value == nil {
		s.Value = []estate.ChangedFile{}
	}
	if len(c.denied) > 0 {
		s.Problem = fmt.Sprintf("%d files may not be read, and were not compared", len(c.denied))
		var commands [][]string
		for _, file := range c.denied[:min(len(c.denied), 8)] {
			commands = append(commands, []string{"md5sum", file})
		}
		s.Grant = t.grant(commands...)
	}
	return s
}

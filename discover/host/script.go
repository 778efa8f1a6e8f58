package host

import (
	"fmt"
	"strconv"
	"strings"
)

// The script: a prelude, a call of p for each probe, and a last frame whose absence means that it was cut short.
// It writes nothing: no here-documents (shells keep them in files), no redirection but to /dev/null.
// Frames carry a random word of the run, so that nothing on the host can forge one by chance or by file. The end of one
// goes out with the begin of the next: each write is a packet, and packets are what reading costs on our side.
const prelude = `LC_ALL=C; export LC_ALL
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH; export PATH
unset ENV BASH_ENV; umask 077
N='@@NONCE@@'
CALLS='(^|[^A-Za-z0-9_-])(curl|wget|sftp|scp|ssh|rsync|lftp|ftp|ftpput|ftpget|telnet|psql|pg_dump|pg_basebackup|mysql|mysqldump|smbclient|rclone|aws|mail|mailx|sendmail|msmtp|swaks|nc|ncat|redis-cli|ldapsearch)[^A-Za-z0-9_-]|[a-z]+://'
export CALLS
SUDO='@@SUDO@@'; [ -z "$SUDO" ] || command -v sudo >/dev/null || SUDO=; export SUDO
F='has() { command -v "$1" >/dev/null; }
hidden() { d=$1; while d=${d%/*}; [ -n "$d" ]; do if [ -d "$d" ]; then [ ! -x "$d" ]; return; fi; done; return 1; }
need() { if [ ! -e "$1" ]; then hidden "$1" && exit 91; exit 90; fi; [ -r "$1" ] || exit 91; }
root() { [ -n "$SUDO" ] && sudo -n "$@" && echo sudo >&5; }
may() { [ -n "$SUDO" ] && sudo -n -l "$@" >/dev/null; }
show() {
  if [ -r "$1" ]; then cat "$1"; return; fi
  [ -e "$1" ] || hidden "$1" || return 90
  root cat "$1" && return; may cat "$1" && return 90; return 91
}
'
T=
if timeout 9 true; then T='timeout 15'; elif timeout -t 9 true; then T='timeout -t 15'; fi 2>/dev/null
logins() { sed -E -e 's#(://[^:/@[:space:]]+):[^@[:space:]]+@#\1:***@#g' -e 's#://[^/@[:space:]:]+@#://***@#g'; }
secrets() {
  sed -E -e 's#(://)[^@/[:space:]]*:[^@[:space:]]+@#\1***@#g' -e 's#://[^/@[:space:]:]+@#://***@#g' \
    -e 's/(sshpass[[:space:]]+-p)[[:space:]]*[^[:space:]]+/\1 ***/g' \
    -e 's/([Aa][Uu][Tt][Hh][Oo][Rr][Ii][Zz][Aa][Tt][Ii][Oo][Nn][:=]?[[:space:]]*)[^[:space:]]+([[:space:]]+[^[:space:]]+)?/\1***/g' \
    -e 's/(([Pp][Aa][Ss][Ss]|[Pp][Ww][Dd]|[Ss][Ee][Cc][Rr][Ee][Tt]|[Tt][Oo][Kk][Ee][Nn]|[Aa][Pp][Ii][-_]?[Kk][Ee][Yy]|[A-Za-z]*[-_][Kk][Ee][Yy]|[Cc][Rr][Ee][Dd][Ee][Nn][Tt][Ii][Aa][Ll]|[Bb][Ee][Aa][Rr][Ee][Rr])[-_A-Za-z0-9]*["]?([[:space:]]*[:=][[:space:]]*|[[:space:]]+))("[^"]*"|[^[:space:],;&]+)/\1***/g' \
    -e 's/((^|[[:space:]])(-u|-U|--user|--proxy-user|--login-path)[[:space:]=]*)[^[:space:]]*[:%][^[:space:]]*/\1***/g' \
    -e ':a' -e 's/((sshpass|mysql[a-z]*|mariadb[-a-z]*|ldap[a-z]+|redis-cli|smbclient|lftp|mongo[a-z]*|zip|7z|openssl|swaks)[[:space:]].*[[:space:]]-(p|w|a|ap|au|P))[[:space:]]*[^[:space:]*-][^[:space:]]*/\1 ***/' -e 'ta' \
    -e 's/[A-Fa-f0-9]{32,}/***/g'
}
E=
p() {
  printf '%s\n%s begin %s\n' "$E" "$N" "$1"
  r=$({ { if [ -n "$SUDO" ]; then $T sh -c "$F$4" 5>&3 3>&- 4>&-; else $T sh -c "$F$4" 3>&- 4>&-; fi </dev/null 2>/dev/null; echo $? >&3; } |
    { head -c "$2"; if read -r more || [ -n "$more" ]; then echo cut >&3; fi; } | "$3" >&4; } 3>&1)
  E="
$N end $1 $(echo $r)
"
}
{
printf '\n%s hello %s\n' "$N" "$$"
`

const epilogue = `printf '%s\n%s bye\n' "$E" "$N"
} 4>&1 2>/dev/null
exit 0
`

// script is everything a host is sent for a reading of it.
func script(nonce string, sudo bool) string { return compose(nonce, sudo, probes()) }

// compose makes a script of probes. nonce is a word of letters and digits; sudo lets `root` of the prelude try the
// commands of the allow-list.
func compose(nonce string, sudo bool, asked []probe) string {
	allowed := ""
	if sudo {
		allowed = "1"
	}
	var b strings.Builder
	b.WriteString(strings.NewReplacer("@@NONCE@@", "@@"+nonce, "@@SUDO@@", allowed).Replace(prelude))
	for _, p := range asked {
		mask := "logins"
		if p.secret {
			mask = "secrets"
		}
		b.WriteString("p " + p.key + " " + strconv.Itoa(p.limit) + " " + mask + " '" +
			strings.ReplaceAll(strings.TrimSpace(p.shell), "'", `'\''`) + "'\n")
	}
	b.WriteString(epilogue)
	return b.String()
}

// Explain is the script as it is sent to every host, for people to read beforehand, and what follows it. Only the
// random word differs.
func Explain(sudo bool) string {
	return script("RANDOM", sudo) + fmt.Sprintf(`
# Afterwards, through the same SSH connection, a TLS handshake with the listeners that look like TLS: ports on which it
# is the custom, and those of web servers and proxies. Nothing is sent but the greeting, and PostgreSQL's question for
# TLS; %d handshakes of %s at most.
`, mostHandshakes, handshakeLimit)
}

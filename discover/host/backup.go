package host

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// backupTools are the programs that make backups, with the longer of two names first.
const backupTools = `pg_basebackup|pg_dumpall|pg_dump|pgbackrest|barman|wal-g|wal-e|restic|borgmatic|borg|duplicity|duply|rsnapshot|rdiff-backup|tarsnap|kopia|xtrabackup|mariabackup|mysqldump|slapcat`

// backupNames are the words by which people name what makes backups.
const backupNames = `backup|bkp|pg_?dump|sqldump|dbdump|dump[-_]|[-_]dump|basebackup|pgbackrest|barman|wal-?[eg]$|restic|borg|duplicity|duply|rsnapshot|rdiff|tarsnap|kopia|bacula|bareos|veeam|amanda|sicherung|sauvegarde`

var (
	backupTool   = regexp.MustCompile(backupTools)
	backupName   = regexp.MustCompile(`(?i)` + backupNames)
	firstWord    = regexp.MustCompile(`^[a-z]+(-[ge]\b)?`)
	backupFolder = regexp.MustCompile(`(?i)(^|[/._-])(backups?|bak|dumps?|bkp|basebackups?|base|pg_?dump|pgbackrest|barman|restic|borg|sicherung|wals?|wal_?archive|archivelog|archived?_?wal)([/._*-]|\d|$)`)
	ofPostgres   = regexp.MustCompile(`(?i)pg|postgres`)
	ofBase       = regexp.MustCompile(`(?i)base`)
	ofArchive    = regexp.MustCompile(`(?i)wal|archive`)
)

// logLines is the program that judges the lines of a log: what tells of success, and when.
const logLines = `
      $0 == "@denied@" { print "closed " f " " at; no = 1; exit }
      { l = tolower($0); gsub(/(^|[^0-9])(0|no) (errors?|failures?|failed)/, "", l)
        ok = l ~ /done|complete|success|finished|snapshot [0-9a-f]+ saved/ && l !~ /nothing|not |never|already running|fail|error|abort|unsuccess|incomplete|could not|cannot/
        if (ok) { n++; t = "-"; if (match($0, /[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][T ][0-9][0-9]:[0-9][0-9]:[0-9][0-9]/)) { t = substr($0, RSTART, RLENGTH); sub(/ /, "T", t) }
          if (n == 1) first = t
          last = t } }
      END { if (!no) print "log " f " " at " " n + 0 " " (n ? first : "-") " " (n ? last : "-") " " ok + 0 }`

// backupProbe looks for configuration, scripts, logs and units of backups. Of a log it tells how many lines speak of
// success, and the times of the first and the last: the lines themselves stay there.
func backupProbe() probe {
	return probe{key: "backups", source: "folders, logs, timers, crontabs, configuration of backup programs", limit: 512 * kib, shell: `
echo "zone $(date +%z)"
for f in /etc/pgbackrest.conf /etc/pgbackrest/pgbackrest.conf /etc/barman.conf /etc/wal-g.yaml /etc/wal-g.json /etc/wal-g.d/server.conf /etc/borgmatic/config.yaml /etc/borgmatic.d/*.yaml /etc/restic \
  /etc/rsnapshot.conf /etc/duply /etc/bacula/bacula-fd.conf /etc/bareos/bareos-fd.d /etc/backupninja.conf /etc/veeam/veeam.ini /etc/amanda; do [ -e "$f" ] && echo "conf $f"; done
for f in /usr/local/bin/* /usr/local/sbin/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.hourly/* /opt/*/bin/*.sh; do
  [ -f "$f" ] && [ -r "$f" ] && read -r first <"$f" || continue
  case $first in '#!'*) t=$(grep -v '^[[:space:]]*#' "$f" | grep -o -E '(` + backupTools + `)([[:space:]]|$)' | head -n 1) && [ "$t" ] && echo "script ${f##*/} $t" ;; esac
done
set --
for f in /var/log/*backup* /var/log/*bkp* /var/log/*dump* /var/log/*sicherung* /var/log/*sauvegarde* /var/log/*restic* /var/log/*borg* /var/log/*rsnapshot* /var/log/*duplicity* /var/log/*duply* \
  /var/log/pgbackrest/*.log /var/log/barman/*.log /var/log/wal-g/*.log /var/log/bacula/*.log /var/log/bareos/*.log /var/log/veeam/*.log /var/log/backup/*.log /var/log/backups/*.log; do
  case $f in *tcpdump*|*kdump*|*.gz|*.xz|*.[0-9]) continue ;; *[!A-Za-z0-9._/-]*) continue ;; esac
  [ -f "$f" ] && [ $# -lt 20 ] && set -- "$@" "$f"
done
for f; do
  at=$(stat -c %Y "$f")
  if [ -r "$f" ] || [ "$SUDO" ]; then
    { if [ -r "$f" ]; then tail -n 2000 "$f"; else root tail -n 2000 "$f" || echo '@denied@'; fi; } | awk -v f="$f" -v at="$at" '` + logLines + `'
  else echo "closed $f $at"; fi
done
[ -d /run/systemd/system ] || exit 0
set -- $(systemctl show --no-pager -p Unit '*.timer' | sed -n 's/^Unit=//p' | grep -i -E '` + backupNames + `' | grep -v dpkg | head -n 40)
[ $# -gt 0 ] && { echo; TZ=UTC systemctl show --no-pager -p Id -p Result -p ExecMainStatus -p ExecMainExitTimestamp "$@"; }
exit 0`, root: []privilege{{"tail -n 2000 BACKUP_LOG", "when a backup last said that it worked (lines of the log stay on the machine)"}}}
}

// backupFacts is what the probe of backups says.
type backupFacts struct {
	zone    *time.Location
	conf    []string
	tools   map[string]string // of a script, by its name
	logs    []backupLog
	results map[string]result // of a unit
}

type backupLog struct {
	file        string
	closed      bool
	changed     time.Time
	count       int // lines that tell of success
	first, last time.Time
	good        bool // the last line is one of them
}

type result struct {
	code string
	at   time.Time
}

func parseBackups(body string) backupFacts {
	f := backupFacts{zone: time.UTC, tools: map[string]string{}, results: map[string]result{}}
	for line := range lines(body) {
		words := strings.Fields(line)
		switch {
		case words[0] == "zone" && len(words) == 2:
			if t, err := time.Parse("-0700", words[1]); err == nil {
				f.zone = t.Location()
			}
		case words[0] == "conf" && len(words) == 2:
			f.conf = append(f.conf, clean(words[1]))
		case words[0] == "script" && len(words) == 3:
			f.tools[clean(words[1])] = clean(words[2])
		case words[0] == "closed" && len(words) == 3:
			f.logs = append(f.logs, backupLog{file: clean(words[1]), closed: true, changed: unixTime(words[2])})
		case words[0] == "log" && len(words) == 7:
			n, err := strconv.Atoi(words[3])
			if err != nil || n < 0 {
				continue
			}
			f.logs = append(f.logs, backupLog{file: clean(words[1]), changed: unixTime(words[2]), count: n, first: f.localTime(words[4]), last: f.localTime(words[5]), good: words[6] == "1"})
		}
	}
	for _, unit := range properties(body) {
		r := result{}
		for _, v := range unit["ExecMainStatus"] {
			r.code = clean(v)
		}
		for _, v := range unit["ExecMainExitTimestamp"] {
			r.at = systemdTime(v)
		}
		f.results[clean(unit["Id"][0])] = r
	}
	return f
}

// localTime reads a time of a log, which is in the machine's own zone.
func (f backupFacts) localTime(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02T15:04:05", s, f.zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// toolOf names the program behind a script, a unit or a log of that name.
func (f backupFacts) toolOf(name string) string {
	for _, stem := range [...]string{name, strings.TrimSuffix(name, path.Ext(name))} {
		if tool := f.tools[stem]; tool != "" {
			return tool
		}
	}
	return cmp.Or(backupTool.FindString(strings.ToLower(name)), "backup")
}

// backups joins all traces. Where folders or logs are closed and no fresh sign is to be seen elsewhere, the section is
// denied, with what is known in it: a rule must not take that for "no backup".
func backups(h *estate.Host, t transcript, w walked) estate.Section[[]estate.Backup] {
	var facts backupFacts
	s := section(t, "backups", "", func(body string) []estate.Backup {
		facts = parseBackups(body)
		return slices.Concat(facts.fromLogs(), facts.fromSchedules(h), facts.fromConfiguration(), fromFolders(h, w), fromClosed(w))
	})
	if s.Coverage != estate.Known {
		return s
	}
	if s.Value == nil {
		s.Value = []estate.Backup{}
	}
	slices.SortFunc(s.Value, func(a, b estate.Backup) int {
		return cmp.Or(cmp.Compare(a.Where, b.Where), cmp.Compare(a.Tool, b.Tool), cmp.Compare(a.Sign, b.Sign))
	})
	var commands [][]string
	for _, l := range facts.logs {
		if l.closed {
			commands = append(commands, []string{"tail", "-n", "2000", l.file})
		}
	}
	closed := len(commands) > 0
	for _, c := range w.closed {
		if inBackups(c.path) {
			closed = true
			commands = append(commands, c.listing())
		}
	}
	if !closed {
		return s
	}
	s.Grant = t.grant(commands[:min(len(commands), 8)]...)
	s.Problem = "folders or logs of backups are closed to this account"
	if !slices.ContainsFunc(s.Value, func(b estate.Backup) bool { return !b.Newest.IsZero() }) {
		s.Coverage = estate.Denied
	}
	return s
}

func (f backupFacts) fromLogs() []estate.Backup {
	var found []estate.Backup
	for _, l := range f.logs {
		b := estate.Backup{Tool: f.toolOf(path.Base(l.file)), Where: l.file, Sign: "log", Count: l.count, Oldest: l.first, Newest: l.last}
		switch {
		case l.closed:
			b.Problem = "closed to this account; last written to on " + l.changed.Format(time.DateOnly)
		case l.count == 0:
			b.Problem = "no line in it tells of success"
		case l.last.IsZero() && l.good:
			b.Newest = l.changed // its lines carry no date; the last one is of success
		case l.last.IsZero():
			b.Problem = "its lines carry no date"
		case !l.good:
			b.Problem = "its last line does not tell of success"
		}
		found = append(found, b)
	}
	return found
}

// fromSchedules are the timers and cron lines that look like backups.
func (f backupFacts) fromSchedules(h *estate.Host) []estate.Backup {
	var found []estate.Backup
	for _, s := range h.Schedules.Value {
		tool := f.toolOf(s.Program)
		if strings.HasPrefix(s.Where, "dpkg-") || s.Program == "tcpdump" || tool == "backup" && !backupName.MatchString(s.Program) && (s.Kind != "timer" || !backupName.MatchString(s.Where)) {
			continue
		}
		b := estate.Backup{Tool: tool, Where: s.Where, Sign: "schedule"}
		if r, ok := f.results[strings.TrimSuffix(s.Where, ".timer")+".service"]; ok && s.Kind == "timer" {
			b.Sign = "timer"
			switch {
			case r.at.IsZero() && s.LastRun.IsZero():
				b.Problem = "it has not run since the machine was started"
			case r.at.IsZero():
				b.Problem = "how its last run ended is not known: the machine was started again since"
			case r.code != "0":
				b.Problem = "its last run, on " + r.at.Format(time.DateOnly) + ", ended with exit code " + r.code
			default:
				b.Newest, b.Count = r.at, 1
			}
		}
		found = append(found, b)
	}
	return found
}

func (f backupFacts) fromConfiguration() []estate.Backup {
	var found []estate.Backup
	for _, file := range f.conf {
		stem := strings.TrimPrefix(file, "/etc/")
		tool := firstWord.FindString(stem)
		found = append(found, estate.Backup{Tool: cmp.Or(tool, "backup"), Where: file, Sign: "configuration"})
	}
	return found
}

// inBackups tells whether a part of a path is where backups are put.
func inBackups(folder string) bool {
	return backupFolder.MatchString(folder)
}

// fromFolders are files that look like backups, by their endings, in folders that look like it.
func fromFolders(h *estate.Host, w walked) []estate.Backup {
	labels := map[string]bool{}
	for _, f := range w.files {
		labels[f.folder] = labels[f.folder] || f.pattern.Pattern == "*.backup"
	}
	postgres := slices.ContainsFunc(h.Applications.Value, func(a estate.Application) bool { return a.Kind == "postgresql" })
	var found []estate.Backup
	for _, f := range w.files {
		tool := fileTool(f.folder, f.pattern.Pattern, postgres)
		if tool == "" {
			continue
		}
		b := estate.Backup{Tool: tool, Where: f.folder + "/" + f.pattern.Pattern, Newest: f.pattern.Newest, Oldest: f.pattern.Oldest, Count: f.pattern.Count, Bytes: f.last, Sign: "file"}
		if tool == "wal-archive" && !labels[f.folder] {
			b.Problem = "no label of a base backup lies beside it"
		}
		if f.last == 0 {
			b.Problem = "the newest file is empty"
		}
		found = append(found, b)
	}
	return found
}

// fileTool is what made files of an ending in a folder; empty where they are no backup.
func fileTool(folder, pattern string, postgres bool) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(pattern, "*."), ".")
	switch {
	case pattern == walSegments:
		return "wal-archive"
	case !inBackups(folder):
		return ""
	}
	switch first {
	case "sql", "dump", "dmp":
		if postgres || ofPostgres.MatchString(folder) {
			return "pg_dump"
		}
		return "dump"
	case "tar", "tgz":
		if ofBase.MatchString(folder) {
			return "pg_basebackup"
		}
		return "tar"
	case "bak", "gz", "zst", "xz", "bz2", "zip", "7z", "gpg", "age", "enc", "ldif":
		return "backup"
	}
	return ""
}

// fromClosed are folders of backups that may not be looked into. The time at which a file was last added or removed
// there is the most that can be said.
func fromClosed(w walked) []estate.Backup {
	var found []estate.Backup
	for _, c := range w.closed {
		if !inBackups(c.path) {
			continue
		}
		tool := cmp.Or(backupTool.FindString(c.path), "backup")
		if ofArchive.MatchString(path.Base(c.path)) {
			tool = "wal-archive"
		}
		b := estate.Backup{Tool: tool, Where: c.path, Sign: "file", Problem: "closed to this account"}
		if !c.changed.IsZero() {
			b.Problem += "; a file was last added or removed there on " + c.changed.Format(time.DateOnly)
		}
		found = append(found, b)
	}
	return found
}

package host

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightferry/internal/estate"
)

// Names of files and folders can name patients, so the host itself makes patterns of them: what leaves it are endings
// and parts of paths that this file lists, names that belong to programs, accounts and mounts there, and years.
// A wrong guess shows a star where a name would have been harmless.

// fileEndings are the endings that are shown. Of programs' own folders, only the second list makes a folder of data.
const (
	commonEndings = `xml json txt log jpg jpeg png gif bmp gz bz2 xz zst lz4 db dat img ps lst asc html doc ics prn wav mp3 mp4 iso key`
	dataEndings   = `hl7 adt oru orm mdm dcm dicom pdf csv tsv xls xlsx xlsm ods docx odt rtf ndjson jsonl sql dump dmp backup bak bck tar tgz tbz2 txz zip 7z rar tif tiff heic
edi x12 edifact fhir cda ccd ccda ldif mdb accdb dbf sqlite sqlite3 fdb gdb pst mbox eml msg parquet avro gpg pgp p7m enc age qcow2 vmdk vhd vhdx ova edf nii gdt ldt bdt kvdt
hprim hpr vcf pcl sav wal arc lzo`
)

// folderWords are the ordinary parts of folder names, in the languages of the clinics that we know.
const folderWords = `srv var opt home mnt media data daten datos dati donnees lib spool local www usr tmp temp work cache backup backups bak dump dumps export exports import imports
exporte importe interface interfaces schnittstelle schnittstellen interfaz in out inbox outbox incoming outgoing input output eingang ausgang entrada salida entree sortie done sent
send received receive recv error errors err fehler failed fail reject rejected bad invalid quarantine pending queue queued new old alt neu current archive archives archived archiv archivo
archivio ok ready process processed processing retry dead hold test tests testing prod production staging stage stg dev live demo sample samples hl7 adt oru orm mdm mllp fhir dicom dcm
pacs ris lis his kis pvs pis ehr emr edi x12 cda ccd gdt ldt bdt kv kvdt mirth rhapsody cloverleaf ensemble orthanc lab labs labor laboratory labo laboratorio radiology radiologie rad imaging
images image img bilder imagenes pictures photos fotos photo foto video videos audio scan scans scanner scanned scanning ocr fax faxes print printer printing label labels etiketten
document documents doc docs dokumente documentos letters briefe arztbriefe befunde reports report berichte result results ergebnisse order orders auftraege bestellungen pharmacy apotheke
prescription prescriptions rezepte billing abrechnung invoice invoices rechnung rechnungen factures facturas claims claim payment payments zahlungen bank sepa finance finanzen hr personal
payroll crm erp odoo openerp filestore sessions session addons sql pg postgres postgresql pgsql mysql mariadb oracle db database databases dbs base wal wals xlog archivelog redo
basebackup pgdump pgbackrest barman restic borg duplicity bacula bareos veeam amanda rsnapshot snapshot snapshots daily weekly monthly hourly yearly day week month year full incr
incremental diff differential latest last log logs logging audit share shares shared common public private users user group groups team transfer transfers upload uploads uploaded download
downloads ftp sftp ftproot web html htdocs sites app apps application applications service services server servers client clients customer customers kunden partner partners vendor vendors
supplier suppliers lieferanten stock store storage volume volumes vol disk disks raid nas san nfs smb samba cifs s3 bucket buckets minio object objects blob blobs file files dateien
attachment attachments anlagen mail mails email smtp imap queue1 spooler cups config conf etc bin sbin src scripts script tools templates template reference master stammdaten catalog
katalog icd loinc snomed atc mapping mappings xml json csv pdf txt zip tar gz site main default repo repos git release releases version versions migration migrate legacy retired
ward wards station stations stationen clinic klinik clinics hospital krankenhaus practice praxis ambulance emergency icu surgery onkologie oncology cardiology kardiologie neurology pathology
patho patients patient patienten pazienti pacientes encounter encounters visits visit cases case faelle device devices geraete monitor monitors modality modalities worklist worklists
ecg ekg eeg holter spiro ultrasound sono ct mri mr mrt xray endo vitals`

// folderPatterns is the program that makes them. No name that it did not list, and no character outside of [A-Za-z0-9._-],
// gets past part.
const folderPatterns = `
BEGIN {
  n = split(words, w, " "); for (i = 1; i <= n; i++) ok[w[i]] = 1
  n = split(common, w, " "); for (i = 1; i <= n; i++) ext[w[i]] = 1
  n = split(data, w, " "); for (i = 1; i <= n; i++) ext[w[i]] = 2
  n = split("gz bz2 xz zst lz4 lzo gpg pgp age enc zip", w, " "); for (i = 1; i <= n; i++) pack[w[i]] = 1
}
function part(p, level,   t, a, k, i, c, seen) {
  if (p !~ /^[A-Za-z0-9._-]+$/) return "*"
  if (p ~ /^(19|20)[0-9][0-9]$/) return p
  if (level && (p in known)) return p
  t = tolower(p); gsub(/[^a-z0-9]+/, " ", t); k = split(t, a, " ")
  for (i = 1; i <= k; i++) {
    if (a[i] ~ /^[0-9]+$/) continue
    c = a[i]; sub(/[0-9]+$/, "", c)
    if (!(a[i] in ok) && (!(c in ok) || 2 < length(a[i]) - length(c))) return "*"
    seen = 1
  }
  if (!seen) return "*"
  while (match(p, /[-_.][0-9]+[-_.]/)) p = substr(p, 1, RSTART) "*" substr(p, RSTART + RLENGTH - 1)
  if (match(p, /[-_.][0-9]+$/)) p = substr(p, 1, RSTART) "*"
  if (match(p, /^[0-9]+[-_.]/)) p = "*" substr(p, RLENGTH)
  while (match(p, /\*[-_.]\*/)) p = substr(p, 1, RSTART) substr(p, RSTART + RLENGTH)
  return p
}
function show(d,   a, k, i, r, q, was) {
  k = split(d, a, "/"); r = ""; was = ""
  for (i = 2; i <= k; i++) {
    q = part(a[i], i <= 3 || i == 4 && a[2] == "var")
    if (q != "*" || was != "*") r = r "/" q
    was = q
  }
  return r
}
function pattern(f,   a, k, e) {
  k = split(f, a, ".")
  if (length(a[1]) == 24 && a[1] ~ /^[0-9A-F]+$/) return a[k] == "backup" ? "*.backup" : "WAL"
  if (k < 2) return "*"
  e = tolower(a[k])
  if (!(e in ext)) return "*"
  if (e in pack && 2 < k && (tolower(a[k-1]) in ext)) { strong = ext[tolower(a[k-1])]; return "*." tolower(a[k-1]) "." e }
  strong = ext[e]; return "*." e
}
function add(size, at, d, f,   p, key) {
  if (d == "/var/backups" && f ~ /^(dpkg|apt|alternatives|aptitude|group|passwd|shadow|gshadow)\./) return
  if (!(d in shown)) shown[d] = show(d)
  strong = 0; p = pattern(f)
  if (1 < strong || p == "WAL" || p == "*.backup" || d !~ /^\/(home|opt|var\/lib|var\/www|var\/local|var\/opt)(\/|$)/) if (p != "*" || d !~ /^\/var\//) data_[shown[d]] = 1
  key = shown[d] "\t" p
  if (!(key in n_)) { n_[key] = 0; old[key] = at; new[key] = at; last[key] = size }
  n_[key]++; sum[key] += size
  if (at < old[key]) old[key] = at
  if (at >= new[key]) { new[key] = at; last[key] = size }
}
function epoch(day, clock, zone,   a, b, y, m, z) {
  split(day, a, "-"); split(clock, b, ":"); y = a[1]; m = a[2]
  if (m <= 2) { y--; m += 12 }
  z = 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * (m - 3) + 2) / 5) + a[3] - 719469
  return z * 86400 + b[1] * 3600 + b[2] * 60 + int(b[3]) - (substr(zone, 1, 1) "1") * (substr(zone, 2, 2) * 3600 + substr(zone, 4, 2) * 60)
}
$1 == "w" && NF == 2 { if ($2 ~ /^[a-z][a-z0-9._-]*$/) known[$2] = 1; next }
$1 == "f" && NF == 5 { entries++; add($2 + 0, int($3), $4, $5); next }
$1 == "f" && NF == 4 && match($4, /\/[^\/]*$/) { entries++; add($2 + 0, $3 + 0, substr($4, 1, RSTART - 1), substr($4, RSTART + 1)); next }
$1 == "d" && NF == 3 {
  if (listed[$3]++) next
  if ($3 ~ /^\/var\/lib\/(postgresql|pgsql)\/([0-9.]+\/)?(main|data)$/ || $3 ~ /lost\+found$/) next
  if ($3 ~ /^\/(home|opt|var\/www|var\/local|var\/opt)\// || $3 ~ /^\/(var\/lib|var\/spool)\// && $3 !~ /(backup|archive|dump|wal|hl7|dicom|barman|pgbackrest)/) { own++; next }
  printf "d\t%.0f\t%s\n", $2, show($3); next
}
$1 == "l" && NF == 2 { at_ = $2; next }
$1 == "e" { rc = $2; next }
at_ != "" && $0 ~ /^\// { at_ = $0; sub(/:$/, "", at_); next }
at_ != "" && $0 ~ /^-/ && split($0, l, /[ ]+/) >= 9 { f = $0; for (i = 1; i <= 8; i++) sub(/^[^ ]+ +/, "", f); entries++; add(l[5] + 0, epoch(l[6], l[7], l[8]), at_, f) }
END {
  for (key in n_) {
    split(key, a, "\t")
    if (a[1] in data_) printf "f\t%d\t%.0f\t%.0f\t%.0f\t%.0f\t%s\n", n_[key], sum[key], old[key], new[key], last[key], key
  }
  if (own) print "n\t" own
  print "e\t" entries + 0 "\t" rc
}`

// plainWords puts a list on one line: awk takes no line break in a variable.
func plainWords(list string) string { return strings.Join(strings.Fields(list), " ") }

// folderProbe walks over the data on local file systems: at most 6 levels, 100,000 files and 8 seconds.
//
// What awk makes of it are lines parted by tabs: "f COUNT BYTES OLDEST NEWEST BYTES-OF-NEWEST PATH PATTERN", "d MTIME PATH"
// of a closed folder, "n COUNT" of closed folders that belong to people and programs, "e ENTRIES RC" at the end.
func folderProbe() probe {
	return probe{key: "folders", source: "find, as patterns with counts", limit: 1 * mib, shell: `
lim=; if timeout 9 true; then lim='timeout 8'; elif timeout -t 9 true; then lim='timeout -t 8'; fi
has awk || exit 127; has find || exit 127
starts() {
  for d in /*; do case $d in /bin|/boot|/dev|/etc|/lib|/lib?*|/lost+found|/proc|/root|/run|/sbin|/sys|/tmp|/usr|/var|/snap|/init|/initrd*|/selinux|/cgroup|/afs|/net) ;; *) [ -d "$d" ] && [ ! -L "$d" ] && echo "$d" ;; esac; done
  for d in /var/backups /var/spool /var/lib /var/opt /var/local /var/www /var/data /var/archive /usr/local/share/data; do [ -d "$d" ] && [ ! -L "$d" ] && echo "$d"; done
  awk '$3 ~ /^(ext[234]|xfs|btrfs|zfs|f2fs|jfs|reiserfs|vfat|exfat|ntfs3?)$/ && $2 !~ /^\/(boot|usr|proc|sys|dev|run|snap|tmp)(\/|$)|^\/$|^\/(etc|var|var\/log|var\/tmp|var\/cache)$|docker|kubelet|containers/ && !seen[$1]++ { print $2 }' /proc/mounts
}
far=$(awk '$3 ~ /^(nfs|cifs|smb|ncp|afs|9p|ceph|gluster|fuse)/ { print $2 }' /proc/mounts)
set --; nl='
'
for d in $(starts | sort -u); do case "$nl$far$nl" in *"$nl$d$nl"*) ;; *) set -- "$@" "$d" ;; esac; done
[ $# -gt 0 ] || exit 90
walk() {
  if find / -maxdepth 0 -readable -printf ''; then
    $lim find "$@" -xdev -maxdepth 6 \( -name '.?*' -o -name node_modules -o -name site-packages -o -name dist-packages -o -name __pycache__ -o -name addons -o -name static \
      -o -name venv -o -name filestore -o -name sessions -o -name overlay2 -o -path '/var/lib/dpkg' -o -path '/var/lib/apt' -o -path '/var/lib/rpm' -o -path '/var/lib/dnf' -o -path '/var/lib/docker' \
      -o -path '/var/lib/containerd' -o -path '/var/lib/containers' -o -path '/var/lib/lx[cd]' -o -path '/var/lib/kubelet' -o -path '/var/lib/snapd' -o -path '/var/lib/flatpak' -o -path '/var/lib/systemd' \
      -o -path '/var/lib/mysql' -o -path '/var/lib/yum' -o -path '/var/lib/private' -o -path '/var/spool/cron' -o -path '/var/spool/at' -o -path '/var/spool/postfix' -o -path '/var/spool/exim*' -o -path '/var/spool/mail' \
      -o -path '/var/spool/cups' -o -path '/var/spool/rsyslog' -o -path '/opt/*/lib' -o -path '/opt/*/share' \) -prune \
      -o -type d \( ! -readable -o ! -executable \) -printf 'd\t%T@\t%p\n' -prune -o -type f -printf 'f\t%s\t%T@\t%h\t%f\n'
  else
    skip='-name .?* -o -name node_modules -o -name site-packages -o -name addons -o -name static -o -name filestore -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/lib/rpm -o -path /var/lib/docker -o -path /var/spool/cron -o -path /var/spool/mail'
    set -f
    $lim find "$@" -xdev -maxdepth 6 \( $skip \) -prune -o -type d ! -perm -5 -exec sh -c 'for d; do [ -r "$d" ] && [ -x "$d" ] || stat -c "d	%Y	%n" "$d"; done' - {} +
    $lim find "$@" -xdev -maxdepth 6 \( $skip \) -prune -o -type f -exec stat -c 'f	%s	%Y	%n' {} +
  fi
  echo "e	$?"
}
closed() { find "$@" -xdev -maxdepth 5 -name '.?*' -prune -o -type d ! -perm -5 -exec sh -c 'for d; do [ -r "$d" ] && [ -x "$d" ] || echo "$d"; done' - {} + | head -n 20; }
{ { ls /etc /usr/share; ls /etc/systemd/system /usr/local/bin /usr/local/sbin | sed 's/\.[a-z]*$//'; cut -d: -f1 /etc/passwd; awk '{ n = split($2, a, "/"); for (i = 2; i <= n; i++) print a[i] }' /proc/mounts; } | sed 's/^/w	/'
  walk "$@" | head -n 100000
  [ -n "$SUDO" ] && closed "$@" | while read -r d; do echo "l	$d"; root ls -lnR --full-time "$d"; done | head -n 50000
} | awk -F '\t' -v words='` + plainWords(folderWords) + `' -v common='` + plainWords(commonEndings) + `' -v data='` + plainWords(dataEndings) + `' '` + folderPatterns + `'
exit 0`, root: []privilege{{"ls -lnR --full-time FOLDER", "the kinds, counts and ages of data files in folders that are closed (names stay on the machine)"}}}
}

// files are those of one pattern in one folder, with the size of the newest.
type files struct {
	folder  string
	pattern estate.FilePattern
	last    int64
}

// closedFolder is one that this account may not look into.
type closedFolder struct {
	path    string
	changed time.Time // when an entry of it was last made or removed; its parent tells
}

// walked is what the probe of folders says.
type walked struct {
	files  []files
	closed []closedFolder
	others int // closed folders of people and programs
	cut    bool
}

func parseWalk(body string) walked {
	w := walked{cut: true}
	for line := range lines(body) {
		words := strings.Split(line, "\t")
		switch {
		case words[0] == "f" && len(words) == 8:
			f, ok := filesOf(words)
			if ok {
				w.files = append(w.files, f)
			}
		case words[0] == "d" && len(words) == 3:
			w.closed = append(w.closed, closedFolder{path: clean(words[2]), changed: unixTime(words[1])})
		case words[0] == "n" && len(words) == 2:
			w.others, _ = strconv.Atoi(words[1])
		case words[0] == "e" && len(words) == 3:
			w.cut = words[2] != "0" && words[2] != "1" // find ends by 1 where a folder is closed or just gone
		}
	}
	slices.SortFunc(w.closed, func(a, b closedFolder) int { return cmp.Compare(a.path, b.path) })
	w.closed = slices.CompactFunc(w.closed, func(a, b closedFolder) bool { return a.path == b.path })
	return w
}

// filesOf reads "f COUNT BYTES OLDEST NEWEST BYTES-OF-NEWEST PATH PATTERN".
func filesOf(words []string) (files, bool) {
	count, err1 := strconv.Atoi(words[1])
	bytes, err2 := strconv.ParseInt(words[2], 10, 64)
	last, err3 := strconv.ParseInt(words[5], 10, 64)
	f := files{folder: clean(words[6]), last: last, pattern: estate.FilePattern{Pattern: clean(words[7]), Count: count, Bytes: bytes, Oldest: unixTime(words[3]), Newest: unixTime(words[4])}}
	if f.pattern.Pattern == "WAL" {
		f.pattern.Pattern = walSegments
	}
	return f, err1 == nil && err2 == nil && err3 == nil && count > 0 && bytes >= 0 && last >= 0 && strings.HasPrefix(f.folder, "/")
}

// walSegments is the pattern of archived write-ahead log: 24 hexadecimal digits.
const walSegments = "WAL segments"

// unixTime reads seconds since 1970. What is no time of a computer is none.
func unixTime(s string) time.Time {
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil || seconds <= 0 || seconds > 1<<33 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// folders joins the patterns of a folder, and says what is closed.
func folders(t transcript) (estate.Section[[]estate.DataFolder], walked) {
	var w walked
	s := section(t, "folders", "", func(body string) []estate.DataFolder {
		w = parseWalk(body)
		byPath := map[string]*estate.DataFolder{}
		for _, f := range w.files {
			if byPath[f.folder] == nil {
				byPath[f.folder] = &estate.DataFolder{Path: f.folder}
			}
			byPath[f.folder].Patterns = append(byPath[f.folder].Patterns, f.pattern)
		}
		found := make([]estate.DataFolder, 0, len(byPath))
		for _, folder := range byPath {
			slices.SortFunc(folder.Patterns, func(a, b estate.FilePattern) int { return cmp.Compare(a.Pattern, b.Pattern) })
			found = append(found, *folder)
		}
		slices.SortFunc(found, func(a, b estate.DataFolder) int { return cmp.Compare(a.Path, b.Path) })
		return found
	})
	if s.Coverage != estate.Known {
		return s, w
	}
	s.Truncated = s.Truncated || w.cut
	if s.Problem = closedWords(w); len(w.closed) > 0 {
		var commands [][]string
		for _, c := range w.closed {
			commands = append(commands, c.listing())
		}
		s.Grant = t.grant(commands...)
	}
	return s, w
}

// closedWords names the closed folders.
func closedWords(w walked) string {
	var said []string
	for _, c := range w.closed[:min(len(w.closed), 8)] {
		said = append(said, c.path)
	}
	words := strings.Join(said, ", ")
	if len(w.closed) > 8 {
		words += fmt.Sprintf(" and %d more", len(w.closed)-8)
	}
	if words != "" {
		words = "closed to this account: " + words
	}
	if w.others > 0 {
		words = strings.TrimPrefix(fmt.Sprintf("%s; %d folders of people and programs are closed, too", words, w.others), "; ")
	}
	return words
}

// listing is the command that lists a closed folder: names, sizes and times, not what is in the files.
func (c closedFolder) listing() []string { return []string{"ls", "-lnR", "--full-time", c.path} }

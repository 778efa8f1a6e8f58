package host

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// filestoreProbe counts the files of Odoo's attachments, database by database, and their bytes. Their names, which
// are hashes, stay on the host. First it names all, so that what a limit of time leaves out is not taken for none.
func filestoreProbe() probe {
	return probe{key: "filestores", source: "find in the folders of Odoo's attachments", limit: 1 * mib, shell: odooPlaces + `
dirs=$({ stated data_dir; odoo_arguments -e "s/^--data-dir=//p" -e "/^--data-dir$/{n;p;}" -e "s/^-D\//\//p" -e "/^-D$/{n;p;}"; } | sort -u)
if [ -n "$dirs" ]; then echo stated; else
  dirs="/var/lib/odoo /opt/odoo/.local/share/Odoo /home/odoo/.local/share/Odoo /var/lib/odoo/.local/share/Odoo $(for h in $(odoo_homes); do echo "$h/.local/share/Odoo"; done | sort -u)"
fi
listed() { awk -v top="$1/" -v one="$2" '
  index($11, top) == 1 { p = substr($11, length(top) + 1); split(p, part, "/"); if (part[2] == "checklist" || p !~ /\//) next; n[part[1]]++; b[part[1]] += $7 }
  END { for (p in n) if (one == "" || one == p) printf "store %s%s\nfiles %.0f %.0f %s%s\n", top, p, n[p], b[p], top, p }'; }
asroot() { got=$(root find "$1" -type f -ls | listed "$1" "$2"); [ -n "$got" ] && echo "$got"; }
seen=" " stores=
for d in $dirs; do
  d=${d%/}; plain "$d" || continue
  s=$d/filestore; case $seen in *" $s "*) continue ;; esac; seen="$seen$s "
  if [ -d "$s" ] && [ -r "$s" ] && [ -x "$s" ]; then
    for db in "$s"/*; do [ -d "$db" ] && plain "$db" && { echo "store $db"; stores="$stores $db"; }; done
  elif [ -e "$s" ] || hidden "$s"; then asroot "$s" || echo "denied $s"; fi
done
find /dev/null -printf x >/dev/null && GNU=1
for db in $stores; do
  { if [ -n "$GNU" ]; then find "$db/" -name checklist -prune -o -type f -printf "%s\n"; else find "$db/" -name checklist -prune -o -type f -exec ls -ln {} +; fi; echo "rc $?"; } |
    awk -v db="$db" '$1 == "rc" { code = $2; next } { n++; b += NF == 1 ? $1 : $5 } END { if (code == 0) printf "files %.0f %.0f %s\n", n, b, db; else print "unread " db }' |
    while read -r word rest; do
      [ "$word" = files ] && { echo "$word $rest"; continue; }
      asroot "${db%/*}" "${db##*/}" || echo "denied $db"
    done
done
exit 0`, root: []privilege{{"cat ODOO_CONF, find DATA_DIR/filestore -type f -ls", "how many attachments there are, and their size (their names stay on the machine)"}}}
}

// storesRead is what the probe printed.
type storesRead struct {
	stores []estate.Filestore
	denied []string // folders
	stated bool     // Odoo's configuration or arguments say where its data lies
}

// parseFilestores reads "store PATH", "files COUNT BYTES PATH" and "denied PATH". What is named and not counted ran
// out of time.
func parseFilestores(body string) storesRead {
	read := storesRead{stores: []estate.Filestore{}}
	at := func(file string) *estate.Filestore {
		file = clean(file)
		for i := range read.stores {
			if read.stores[i].Path == file {
				return &read.stores[i]
			}
		}
		if !strings.HasPrefix(file, "/") || len(read.stores) >= mostModules {
			return nil
		}
		read.stores = append(read.stores, estate.Filestore{Database: clean(path.Base(file)), Path: file, Coverage: estate.Timeout})
		return &read.stores[len(read.stores)-1]
	}
	for line := range lines(body) {
		words := strings.SplitN(line, " ", 4)
		switch {
		case words[0] == "stated":
			read.stated = true
		case words[0] == "store" && len(words) == 2:
			at(words[1])
		case words[0] == "denied" && len(words) == 2 && strings.HasPrefix(words[1], "/"):
			if file := clean(words[1]); path.Base(file) == "filestore" {
				read.denied = append(read.denied, file)
			} else if store := at(file); store != nil {
				store.Coverage = estate.Denied
				read.denied = append(read.denied, path.Dir(file))
			}
		case words[0] == "files" && len(words) == 4:
			files, err := strconv.ParseInt(words[1], 10, 64)
			bytes, err2 := strconv.ParseInt(words[2], 10, 64)
			if store := at(words[3]); store != nil && err == nil && err2 == nil && files >= 0 && bytes >= 0 {
				store.Coverage, store.Files, store.Bytes = estate.Known, files, bytes
			}
		}
	}
	slices.SortFunc(read.stores, func(a, b estate.Filestore) int { return cmp.Compare(a.Path, b.Path) })
	read.denied = sorted(read.denied)
	return read
}

// filestores is the section of Odoo's attachments.
func filestores(h *estate.Host, t transcript) estate.Section[[]estate.Filestore] {
	var read storesRead
	if f := t.frames["filestores"]; f.code == exitTimeout && strings.Contains(f.body, "\nstore /") {
		f.code = 0
		t = transcript{bye: t.bye, frames: map[string]frame{"filestores": f, "identity": t.frames["identity"]}}
	}
	s := section(t, "filestores", "", func(body string) []estate.Filestore {
		read = parseFilestores(body)
		return read.stores
	})
	if s.Coverage != estate.Known {
		return s
	}
	var problems []string
	if len(read.denied) > 0 {
		var commands [][]string
		for _, folder := range read.denied {
			commands = append(commands, []string{"find", folder, "-type", "f", "-ls"})
		}
		s.Grant = t.grant(commands...)
		problems = append(problems, "this account may not read "+strings.Join(read.denied, ", "))
	}
	if slices.ContainsFunc(read.stores, func(f estate.Filestore) bool { return f.Coverage == estate.Timeout }) {
		problems = append(problems, "to count all files took longer than 15 seconds")
	}
	s.Problem = strings.Join(problems, "; ")
	switch {
	case len(read.stores) > 0:
	case len(read.denied) > 0:
		s.Coverage, s.Value = estate.Denied, nil
	case !hasOdoo(h):
		return estate.Miss[[]estate.Filestore](estate.Absent, s.Source, "there is no Odoo here", "")
	case !read.stated:
		return estate.Miss[[]estate.Filestore](estate.Denied, s.Source, "where Odoo keeps its files is in its configuration, which this account may not read; the usual places are empty", h.Configurations.Grant)
	}
	return s
}

package host

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"nightferry/internal/estate"
)

// odooPlaces is shell that finds where Odoo's modules and attachments lie: as its configuration and its arguments
// say, as far as they may be read.
const odooPlaces = odooFiles + settingsShell + "SETTINGS='" + settingsAWK + `'
stated() { conf odoo 1 "$1" "" "" "" "" $(odoo_files) | awk -v name="set $1" '{ at = index($0, "	") } at && substr($0, 1, at - 1) == name { print substr($0, at + 1) }'; }
`

// codeAWK counts lines by kind of file, and what in Python tells how deep a module reaches. A model that a class
// inherits under another name of its own is used, not changed.
const codeAWK = `
function flush() { if (name == "") all = all inherits; else if (index(inherits " ", " " name " ")) all = all " " name; inherits = ""; name = "" }
function quoted(s,   found) { while (match(s, word)) { found = found " " substr(s, RSTART + 1, RLENGTH - 2); s = substr(s, RSTART + RLENGTH) } return found }
BEGIN { quote = sprintf("%c", 39); word = "[\"" quote "][a-z0-9_.]+[\"" quote "]" }
FNR == 1 { flush(); open = 0; kind = FILENAME; sub(/.*[.]/, "", kind); if (FILENAME ~ /[.]min[.]js$/) kind = "min"; if (FILENAME ~ /\/tests\/test[^\/]*[.]py$/) tests = 1 }
{ n[kind]++ }
kind != "py" { next }
/^class[ \t]/ { flush(); open = 0 }
/@(http[.])?route *\(/ { routes++ }
/cr[.]execute *\(/ { sql++ }
/^[ \t]+_name *=/ { name = substr(quoted($0), 2) }
open { inherits = inherits quoted($0); if ($0 ~ /[])]/) open = 0 }
/^[ \t]+_inherit *=/ { text = $0; sub(/^[^=]*=/, "", text); inherits = inherits quoted(text); open = text ~ /^[ \t]*[[(]/ && text !~ /[])]/ }
END { flush(); printf "py %d\nxml %d\njs %d\ntests %d\nroutes %d\nsql %d\ninherits%s\n", n["py"], n["xml"], n["js"], tests, routes, sql, all }
`

// mostModules is how many modules of a host are looked at.
const mostModules = 500

// codeProbe looks for modules: in the addons folders that are stated, and in the usual ones. A folder of Odoo's own
// modules is known by those that only it has.
func codeProbe() probe {
	return probe{key: "modules", source: "manifests in addons folders", limit: 8 * mib, shell: odooPlaces + "COUNT='" + codeAWK + `'
own() { [ -e "$1/base_setup" ] && [ -e "$1/web" ] || [ -e "$1/base/__manifest__.py" ] || [ -e "$1/base/__openerp__.py" ] || [ -e "$1/web_enterprise" ]; }
look() {
  echo "module $1"
  find "$1/" \( -path "*/static/lib" -o -path "*/static/src/lib" -o -name node_modules -o -name .git \) -prune -o -type f \( -name "*.py" -o -name "*.xml" -o -name "*.js" \) -exec awk "$COUNT" {} + || echo partial
  for f in "$1/__manifest__.py" "$1/__openerp__.py"; do [ -e "$f" ] || continue; [ -r "$f" ] && { echo manifest; head -c 32768 "$f" | sed "s/^/|/"; echo; }; break; done
}
seen=" " n=0
search() {
  top=$1; shift
  plain "$top/" || return
  if [ ! -d "$top" ]; then hidden "$top" && echo "denied $top"; return; fi
  if [ ! -r "$top" ] || [ ! -x "$top" ]; then echo "denied $top"; return; fi
  list=$("$@" \( -name node_modules -o -name .git -o -name filestore -o -name sessions -o -name site-packages -o -name dist-packages \) -prune -o \( -name __manifest__.py -o -name __openerp__.py \) -print) || echo "partly $top"
  for f in $(echo "$list" | sort); do
    m=${f%/*}; folder=${m%/*}
    case $seen in *" $m "*) continue ;; esac
    seen="$seen$m "
    [ "$folder" = "$last" ] || { last=$folder; core=; own "$folder" && core=1; }
    [ -n "$core" ] && continue
    n=$((n + 1)); [ "$n" -gt 500 ] && { echo more; return; }
    look "$m"
  done
}
for top in $({ stated addons_path; odoo_arguments -e "s/^--addons-path=//p" -e "/^--addons-path$/{n;p;}"; } | tr "," "\n"); do
  own "$top" || search "$top" find -L "$top/" -maxdepth 2
done
search /mnt/extra-addons find /mnt/extra-addons/ -xdev -maxdepth 4
search /var/lib/odoo/addons find /var/lib/odoo/addons/ -xdev -maxdepth 4
for top in /opt /home/odoo* /srv; do [ -r "$top" ] && search "$top" find "$top/" -xdev -maxdepth 5; done
exit 0`, root: []privilege{{"cat ODOO_CONF", "in which folders Odoo looks for modules"}}}
}

// codeRead is what the probe printed.
type codeRead struct {
	modules []estate.CodeModule
	denied  []string // folders that may not be read
	partly  int      // modules or folders that could be read in part
	broken  int      // manifests that are no literal
	more    bool     // there are more modules than are looked at
}

// parseModules reads "module PATH" each with its counts and the lines of its manifest after "|".
func parseModules(body string) codeRead {
	read := codeRead{modules: []estate.CodeModule{}}
	var m *estate.CodeModule
	var manifest strings.Builder
	finish := func() {
		if m != nil && !fillManifest(m, manifest.String()) {
			read.broken++
		}
		manifest.Reset()
	}
	for line := range strings.SplitSeq(body, "\n") { // a host of many modules prints more rows than lines admits; the probe is capped in bytes
		word, rest, _ := strings.Cut(line, " ")
		n, _ := strconv.Atoi(rest)
		n = max(n, 0)
		switch {
		case word == "module" && strings.HasPrefix(rest, "/") && len(read.modules) < mostModules:
			finish()
			read.modules = append(read.modules, estate.CodeModule{Path: clean(path.Clean(rest)), Name: clean(path.Base(rest))})
			m = &read.modules[len(read.modules)-1]
		case word == "denied" && strings.HasPrefix(rest, "/"):
			read.denied = append(read.denied, clean(rest))
		case word == "partly", word == "partial":
			read.partly++
		case word == "more":
			read.more = true
		case m == nil:
		case strings.HasPrefix(line, "|"):
			manifest.WriteString(line[1:] + "\n")
		case word == "py":
			m.PythonLines += n
		case word == "xml":
			m.XMLLines += n
		case word == "js":
			m.JSLines += n
		case word == "tests":
			m.Tests = m.Tests || n > 0
		case word == "routes":
			m.Controllers += n
		case word == "sql":
			m.RawSQL += n
		case word == "inherits":
			for model := range strings.FieldsSeq(rest) {
				m.Inherits = append(m.Inherits, clean(model))
			}
			m.Inherits = sorted(m.Inherits)
		}
	}
	finish()
	slices.SortFunc(read.modules, func(a, b estate.CodeModule) int { return cmp.Compare(a.Path, b.Path) })
	read.modules = slices.CompactFunc(read.modules, func(a, b estate.CodeModule) bool { return a.Path == b.Path })
	read.denied = sorted(read.denied)
	return read
}

// fillManifest takes what matters of a manifest, and tells whether it is one.
func fillManifest(m *estate.CodeModule, text string) bool {
	value, err := literal(text)
	fields, ok := value.(map[string]any)
	if err != nil || !ok {
		return false
	}
	word := func(key string) string {
		switch v := fields[key].(type) {
		case string:
			return clean(v)
		case []any: // authors are sometimes a list
			var all []string
			for _, one := range v[:min(len(v), 20)] {
				if s, ok := one.(string); ok {
					all = append(all, s)
				}
			}
			return clean(strings.Join(all, ", "))
		case float64: // a version without quotes
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return ""
	}
	m.Version, m.Author, m.Licence = word("version"), word("author"), word("license")
	depends, _ := fields["depends"].([]any)
	for _, one := range depends[:min(len(depends), 200)] {
		if s, ok := one.(string); ok && clean(s) != "" {
			m.Depends = append(m.Depends, clean(s))
		}
	}
	m.Depends = sorted(m.Depends)
	installable, stated := fields["installable"]
	m.Installable = !stated || installable == true || installable == 1.0
	return true
}

// odooModules is the section of the code beside Odoo's own.
func odooModules(h *estate.Host, t transcript) estate.Section[[]estate.CodeModule] {
	var read codeRead
	late := t.frames["modules"].code == exitTimeout && strings.Contains(t.frames["modules"].body, "module /")
	if late { // what was found until then is right, and not all
		f := t.frames["modules"]
		f.code, f.cut = 0, true
		t = transcript{bye: t.bye, frames: map[string]frame{"modules": f, "identity": t.frames["identity"]}}
	}
	s := section(t, "modules", "", func(body string) []estate.CodeModule {
		read = parseModules(body)
		return read.modules
	})
	if s.Coverage != estate.Known {
		return s
	}
	s.Truncated = s.Truncated || read.more
	var problems []string
	if late {
		problems = append(problems, "looking for modules took longer than 15 seconds")
	}
	if len(read.denied) > 0 {
		problems = append(problems, "this account may not read "+strings.Join(read.denied, ", "))
		s.Grant = "read access of " + pairs(t.body("identity"))["me"] + " to " + strings.Join(read.denied, ", ")
	}
	for _, p := range []struct {
		n    int
		what string
	}{{read.partly, "folders or modules could be read in part only"}, {read.broken, "manifests are not what Odoo could read"}} {
		if p.n > 0 {
			problems = append(problems, strconv.Itoa(p.n)+" "+p.what)
		}
	}
	s.Problem = strings.Join(problems, "; ")
	switch {
	case len(read.modules) > 0:
	case len(read.denied) > 0:
		s.Coverage, s.Value = estate.Denied, nil
	case !hasOdoo(h):
		return estate.Miss[[]estate.CodeModule](estate.Absent, s.Source, "there is no Odoo here", "")
	}
	return s
}

func hasOdoo(h *estate.Host) bool {
	return slices.ContainsFunc(h.Applications.Value, func(a estate.Application) bool { return a.Kind == "odoo" })
}

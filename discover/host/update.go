package host

import (
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// updateProbe asks for updates where that is cheap and writes nothing: apt with a cache that is newer than its lists,
// and apk. Measured: with its cache apt takes 0.3 s, without it 2 to 6 s of processor time, and as root it would write
// one. dnf, yum and zypper write caches of their own even for an ordinary account, so they are not asked.
func updateProbe() probe {
	return probe{key: "updates", source: "apt list --upgradable, apk version, /run/reboot-required", limit: 1 * mib, shell: `
if has apt-get; then
  echo manager=apt; lists=/var/lib/apt/lists; cache=/var/cache/apt/pkgcache.bin
  echo "lists=$(stat -c %Y $lists $lists/partial /var/lib/apt/periodic/update-success-stamp | sort -n | tail -n 1)"
  found=; for f in $lists/*Packages*; do [ -e "$f" ] && found=1; done
  if [ -z "$found" ]; then echo why=nolists
  elif [ "$(id -u)" = 0 ]; then echo why=root
  elif [ ! -r $cache ] || [ ! $cache -nt /var/lib/dpkg/status ] || [ ! $cache -nt $lists ]; then echo why=stale
  else apt list --upgradable -o Debug::NoLocking=1 -o Dir::Log::Planner= | sed 's/^/apt /'; fi
elif has apk; then
  echo manager=apk; echo "lists=$(stat -c %Y /var/cache/apk/APKINDEX* /etc/apk/cache/APKINDEX* | sort -n | tail -n 1)"
  found=; for f in /var/cache/apk/APKINDEX* /etc/apk/cache/APKINDEX*; do [ -e "$f" ] && found=1; done
  if [ -z "$found" ]; then echo why=nolists; else apk --no-network version -l '<' | sed 's/^/apk /'; fi
elif has dnf; then echo manager=dnf; echo why=cache
elif has zypper; then echo manager=zypper; echo why=cache
elif has yum; then echo manager=yum; echo why=cache
else exit 90; fi
{ [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; } && echo reboot=1
[ -r /var/lib/update-notifier/updates-available ] && head -n 8 /var/lib/update-notifier/updates-available | grep -o -E '^[0-9]+ (packages|updates|of these updates|additional security)' | sed 's/^/counted /'
exit 0`}
}

// pending is what the machine's lists say, or why they were not asked.
type pending struct {
	updates estate.Updates
	why     string
	counted []string // by Ubuntu's update-notifier
}

func parseUpdates(body string) pending {
	facts := pairs(body)
	p := pending{why: facts["why"], updates: estate.Updates{Manager: facts["manager"], Pending: []string{}, Security: []string{},
		ListsAt: unixTime(facts["lists"]), RebootRequired: facts["reboot"] == "1"}}
	for line := range lines(body) {
		kind, rest, _ := strings.Cut(line, " ")
		words := strings.Fields(rest)
		if len(words) == 0 {
			continue
		}
		switch kind {
		case "apt": // "bash/oldstable-updates,oldstable-security 5.2-2 amd64 [upgradable from: 5.1-6]"
			name, suites, ok := strings.Cut(words[0], "/")
			if !ok || len(words) < 3 {
				continue
			}
			p.updates.Pending = append(p.updates.Pending, clean(name))
			if strings.Contains(suites, "-security") || strings.Contains(suites, "esm") {
				p.updates.Security = append(p.updates.Security, clean(name))
			}
		case "apk": // "busybox-1.36.1-r2 < 1.36.1-r5"
			if len(words) >= 3 && words[1] == "<" {
				p.updates.Pending = append(p.updates.Pending, clean(apkName(words[0])))
			}
		case "counted":
			p.counted = append(p.counted, clean(rest))
		}
	}
	p.updates.Pending, p.updates.Security = sorted(p.updates.Pending), sorted(p.updates.Security)
	return p
}

// apkName takes the version and the release off "busybox-1.36.1-r2".
func apkName(s string) string {
	for range 2 {
		if i := strings.LastIndexByte(s, '-'); i > 0 {
			s = s[:i]
		}
	}
	return s
}

// updates says what is to be had, or in words why that is not known.
func updates(t transcript, os estate.Identity) estate.Section[estate.Updates] {
	var p pending
	s := section(t, "updates", "", func(body string) estate.Updates { p = parseUpdates(body); return p.updates })
	if s.Coverage != estate.Known {
		return s
	}
	reason := map[string]string{
		"nolists": "the machine keeps no lists of packages",
		"root":    p.updates.Manager + " asked by root would write its cache: ask with an ordinary account",
		"stale":   "apt's cache is older than its lists or its database: asking would cost the machine seconds of work",
		"cache":   "asking " + p.updates.Manager + " would write a cache on the machine",
	}[p.why]
	if reason == "" {
		if p.updates.Manager == "apk" || p.updates.Manager == "apt" && os.OS == "debian" && slices.Contains([]string{"7", "8", "9", "10"}, os.OSVersion) {
			s.Problem = "which updates are for security is not told by this system's lists"
		}
		return s
	}
	if len(p.counted) > 0 {
		reason += "; the machine itself counted: " + strings.Join(p.counted, ", ")
	}
	if p.updates.RebootRequired {
		reason += "; it says that it has to be restarted"
	}
	coverage := estate.NotAsked
	if p.why == "nolists" {
		coverage = estate.Absent
	}
	return estate.Miss[estate.Updates](coverage, s.Source, reason, "")
}

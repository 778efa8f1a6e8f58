package host

import (
	"cmp"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// parsePackages reads "STATUS\tNAME\tVERSION" of dpkg-query and rpm, or the P: and V: lines of apk's database.
func parsePackages(body string) []estate.Package {
	found := []estate.Package{}
	name := ""
	for line := range lines(body) {
		if value, ok := strings.CutPrefix(line, "P:"); ok {
			name = clean(value)
			continue
		}
		if value, ok := strings.CutPrefix(line, "V:"); ok {
			if name != "" {
				found = append(found, estate.Package{Name: name, Version: clean(value)})
			}
			name = ""
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) == 3 && len(fields[0]) > 1 && fields[0][1] == 'i' { // wanted or not, it is installed
			found = append(found, estate.Package{Name: clean(fields[1]), Version: clean(fields[2])})
		}
	}
	slices.SortFunc(found, func(a, b estate.Package) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return slices.Compact(found)
}

// parseUnits joins the units that are loaded ("NAME LOAD ACTIVE") with the unit files ("NAME STATE").
// The description, which is free text, was left on the host.
func parseUnits(units, files string) []estate.Unit {
	byName := map[string]estate.Unit{}
	for line := range lines(units) {
		words := strings.Fields(strings.TrimLeft(line, "●* "))
		if len(words) < 3 || words[1] == "not-found" {
			continue
		}
		name := clean(words[0])
		if kind := unitKind(name); kind != "" && !ofLogin(name) {
			byName[name] = estate.Unit{Name: name, Kind: kind, Active: clean(words[2])}
		}
	}
	for line := range lines(files) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		name := clean(words[0])
		unit, loaded := byName[name]
		if !loaded {
			unit = estate.Unit{Name: name, Kind: unitKind(name), Active: "inactive"}
		}
		if unit.Enabled = clean(words[1]); unit.Kind != "" && !strings.HasSuffix(strings.TrimSuffix(name, "."+unit.Kind), "@") {
			byName[name] = unit
		}
	}
	return sortedUnits(byName)
}

func sortedUnits(byName map[string]estate.Unit) []estate.Unit {
	found := make([]estate.Unit, 0, len(byName))
	for _, unit := range byName {
		found = append(found, unit)
	}
	slices.SortFunc(found, func(a, b estate.Unit) int { return cmp.Compare(a.Name, b.Name) })
	return found
}

// ofLogin tells the units that come and go with each login.
func ofLogin(name string) bool {
	return strings.HasPrefix(name, "user@") || strings.HasPrefix(name, "user-runtime-dir@") || strings.HasPrefix(name, "run-user-")
}

func unitKind(name string) string {
	for _, kind := range [...]string{"service", "timer", "socket", "mount"} {
		if strings.HasSuffix(name, "."+kind) {
			return kind
		}
	}
	return ""
}

// parseInitScripts reads "NAME enabled|disabled" of hosts without systemd. Whether it runs, the processes tell.
func parseInitScripts(body string) []estate.Unit {
	byName := map[string]estate.Unit{}
	for line := range lines(body) {
		words := strings.Fields(line)
		if len(words) == 2 {
			name := clean(words[0])
			byName[name] = estate.Unit{Name: name, Kind: "init.d", Active: "unknown", Enabled: clean(words[1])}
		}
	}
	return sortedUnits(byName)
}

// units reads systemd's units, or the init scripts where there is no systemd.
func units(t transcript) estate.Section[[]estate.Unit] {
	loaded := section(t, "units", "", func(body string) []estate.Unit { return parseUnits(body, t.body("unitfiles")) })
	if loaded.Coverage != estate.Absent {
		if coverage, problem := t.coverage("unitfiles"); loaded.Coverage == estate.Known && coverage != estate.Known {
			loaded.Problem = "which units are enabled is not known: " + problem
		}
		return loaded
	}
	return section(t, "initd", "", parseInitScripts)
}

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
		if len(fields) == 3 && len(fields[0]) > 1 && fields[0][1] == 'i' && fields[1] != "gpg-pubkey" { // wanted or not, it is installed; rpm lists keys too
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

// withoutAliases drops the unit files that are further names of a loaded unit: they look as if they were units that
// do not run. Versions from 248 on say "alias", older ones "enabled".
func withoutAliases(files, commands string) string {
	another := map[string]bool{}
	for _, unit := range properties(commands) {
		for _, names := range unit["Names"] {
			for name := range strings.FieldsSeq(names) {
				another[name] = another[name] || name != unit["Id"][0]
			}
		}
	}
	var kept strings.Builder
	for line := range lines(files) {
		words := strings.Fields(line)
		if len(words) < 2 || another[words[0]] || words[1] == "alias" {
			continue
		}
		kept.WriteString(line + "\n")
	}
	return kept.String()
}

// parseInitScripts reads "NAME enabled|disabled STATE" of hosts without systemd. Only OpenRC tells what runs, and Red
// Hat's scripts what was started; elsewhere the processes tell.
func parseInitScripts(body string) []estate.Unit {
	byName := map[string]estate.Unit{}
	for line := range lines(body) {
		words := strings.Fields(line)
		if len(words) < 2 || len(words) > 3 {
			continue
		}
		unit := estate.Unit{Name: clean(words[0]), Kind: "init.d", Active: "unknown", Enabled: clean(words[1])}
		if len(words) == 3 {
			unit.Active = clean(words[2])
		}
		byName[unit.Name] = unit
	}
	return sortedUnits(byName)
}

// parseUpstart reads "conf NAME enabled|disabled" of /etc/init and "job NAME (INSTANCE) GOAL/STATE, process PID" of
// initctl. Without the bus of the system, initctl tells an ordinary account nothing: then nothing is known of what runs.
func parseUpstart(body string) []estate.Unit {
	byName := map[string]estate.Unit{}
	for line := range lines(body) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		words := strings.Fields(rest)
		if len(words) < 2 {
			continue
		}
		name := clean(words[0])
		unit, ok := byName[name]
		if !ok {
			unit = estate.Unit{Name: name, Kind: "upstart", Active: "unknown"}
		}
		switch kind {
		case "conf":
			unit.Enabled = clean(words[1])
		case "job":
			if state := jobState(words[1:]); unit.Active != "active" { // of several instances, one that runs
				unit.Active = state
			}
		default:
			continue
		}
		byName[name] = unit
	}
	return sortedUnits(byName)
}

// jobState says in systemd's words what "start/running, process 554" and its like mean.
func jobState(words []string) string {
	for _, word := range words {
		goal, state, ok := strings.Cut(strings.TrimSuffix(word, ","), "/")
		switch {
		case !ok || goal != "start" && goal != "stop":
		case goal == "start" && state == "running":
			return "active"
		case goal == "stop" && state == "waiting":
			return "inactive"
		case goal == "start":
			return "activating"
		default:
			return "deactivating"
		}
	}
	return "unknown"
}

// units reads systemd's units, or Upstart's jobs and the init scripts where there is no systemd.
func units(t transcript) estate.Section[[]estate.Unit] {
	files := withoutAliases(t.body("unitfiles"), t.body("commands"))
	loaded := section(t, "units", "", func(body string) []estate.Unit { return parseUnits(body, files) })
	switch coverage, problem := t.coverage("unitfiles"); {
	case loaded.Coverage == estate.Absent:
		return oldUnits(t)
	case loaded.Coverage == estate.Known && coverage != estate.Known:
		loaded.Problem = "which units are enabled is not known: " + problem
	case loaded.Coverage != estate.Known && coverage == estate.Known:
		problem = loaded.Problem
		loaded = section(t, "unitfiles", "", func(string) []estate.Unit { return parseUnits("", files) })
		loaded.Problem = "which units run is not known: " + problem
		for i := range loaded.Value {
			loaded.Value[i].Active = "unknown"
		}
	}
	return loaded
}

// oldUnits are those of Upstart and of init scripts. A script that only hands on to the job of its name is that job.
func oldUnits(t transcript) estate.Section[[]estate.Unit] {
	scripts, jobs := section(t, "initd", "", parseInitScripts), section(t, "upstart", "", parseUpstart)
	switch {
	case jobs.Coverage == estate.Absent:
		return scripts
	case scripts.Coverage != estate.Known && scripts.Coverage != estate.Absent:
		jobs.Problem = strings.TrimPrefix(jobs.Problem+"; init scripts: "+scripts.Problem, "; ")
		return jobs
	case jobs.Coverage != estate.Known:
		scripts.Problem = "jobs of Upstart: " + jobs.Problem
		return scripts
	}
	byName := map[string]estate.Unit{}
	for _, unit := range slices.Concat(scripts.Value, jobs.Value) {
		byName[unit.Name] = unit
	}
	jobs.Value = sortedUnits(byName)
	jobs.Source = "/etc/init.d, " + jobs.Source
	return jobs
}

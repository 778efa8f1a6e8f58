package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// version describes this build, such as
// "v1.2.0 (commit 0123456789ab, 2026-01-31T12:00:00Z) go1.26.8 linux/amd64".
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return fmt.Sprintf("%s %s %s/%s", describe(info), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// describe names the module's version, or "devel" where it was not built from
// a release, and the commit where the build knew it.
func describe(info *debug.BuildInfo) string {
	name := info.Main.Version
	// Go makes v0.0.0-TIME-COMMIT up where there is no tag; the commit says that better.
	if name == "" || name == "(devel)" || strings.HasPrefix(name, "v0.0.0-") {
		name = "devel"
	}
	var commit, when, dirty string
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value[:min(12, len(s.Value))]
		case "vcs.time":
			when = ", " + s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = ", with changes that are not committed"
			}
		}
	}
	if commit == "" {
		return name
	}
	return fmt.Sprintf("%s (commit %s%s%s)", name, commit, when, dirty)
}

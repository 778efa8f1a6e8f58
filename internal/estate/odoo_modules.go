package estate

import (
	"cmp"
	"slices"
	"strings"
)

// ModuleVerdict says how an Odoo module in a database and its code on disk relate.
type ModuleVerdict string

// The verdicts on a module.
const (
	ModuleInPlace      ModuleVerdict = "in place"       // installed, and its code is on disk in the same version
	ModuleOtherVersion ModuleVerdict = "other version"  // installed, and the code on disk is of another version: an upgrade was begun, or forgotten
	ModuleWithoutCode  ModuleVerdict = "without code"   // installed, and its code is not there: the server will not start elsewhere
	ModuleLeftOnDisk   ModuleVerdict = "left on disk"   // code that this database does not use
	ModuleNotToBeTold  ModuleVerdict = "cannot be told" // not all code could be looked through
)

// ModuleMatch is a module of an Odoo database laid beside the code on the host that runs it.
type ModuleMatch struct {
	Name      string        `json:"name"`
	Verdict   ModuleVerdict `json:"verdict"`
	State     string        `json:"state,omitempty"`     // in the database; empty where it does not know the module
	Installed string        `json:"installed,omitempty"` // version in the database
	OnDisk    string        `json:"on_disk,omitempty"`   // version in the manifest, in full
	Path      string        `json:"path,omitempty"`
}

// MatchModules lays the modules of an Odoo database beside the code that was found on its host, by name. Odoo's own
// modules come with Odoo and are left out; those of others are listed where they are installed, or on disk. Where
// several databases share a host, code that one does not use may be another's. Nothing is said where either side is
// unknown.
func (o OdooServer) MatchModules(code Section[[]CodeModule]) Section[[]ModuleMatch] {
	const source = "modules of the database, manifests on the host"
	if !o.Modules.Coverage.IsKnown() {
		return Miss[[]ModuleMatch](o.Modules.Coverage, source, o.Modules.Problem, o.Modules.Grant)
	}
	if !code.Coverage.IsKnown() {
		return Miss[[]ModuleMatch](code.Coverage, source, code.Problem, code.Grant)
	}
	whole := !code.Truncated && code.Grant == "" && code.Problem == ""
	known := map[string]Module{}
	for _, m := range o.Modules.Value {
		known[m.Name] = m
	}
	s := Know(source, []ModuleMatch{})
	s.Problem, s.Grant, s.Truncated = code.Problem, code.Grant, code.Truncated || o.Modules.Truncated
	there := map[string]bool{}
	for _, c := range code.Value {
		if there[c.Name] {
			continue // Odoo loads the first it finds; which that is, only its configuration tells
		}
		there[c.Name] = true
		m := known[c.Name]
		match := ModuleMatch{Name: c.Name, State: m.State, Installed: m.Version, OnDisk: o.fullVersion(c.Version), Path: c.Path}
		switch {
		case !m.IsInstalled():
			match.Verdict = ModuleLeftOnDisk
		case m.Version == "" || match.OnDisk == m.Version:
			match.Verdict = ModuleInPlace
		default:
			match.Verdict = ModuleOtherVersion
		}
		s.Value = append(s.Value, match)
	}
	for _, m := range o.Modules.Value {
		if !m.IsInstalled() || there[m.Name] || m.Origin == "core" {
			continue
		}
		match := ModuleMatch{Name: m.Name, State: m.State, Installed: m.Version, Verdict: ModuleWithoutCode}
		if !whole {
			match.Verdict = ModuleNotToBeTold
		}
		s.Value = append(s.Value, match)
	}
	slices.SortFunc(s.Value, func(a, b ModuleMatch) int { return cmp.Compare(a.Name, b.Name) })
	return s
}

// IsInstalled tells whether a database runs a module, also one that waits for an upgrade or removal.
func (m Module) IsInstalled() bool {
	return m.State == "installed" || m.State == "to upgrade" || m.State == "to remove"
}

// fullVersion is a manifest's version as Odoo writes it into the database: with the series in front, and 1.0 where
// the manifest says none.
func (o OdooServer) fullVersion(version string) string {
	version = cmp.Or(version, "1.0")
	series := o.Version.Value
	if series == "" || version == series || strings.HasPrefix(version, series+".") {
		return version
	}
	return series + "." + version
}

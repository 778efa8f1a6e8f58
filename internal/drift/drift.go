// Package drift compares two discoveries of the same estate: what came, what went, what is not as it was, and what
// can no longer be seen. What moves by itself, such as load, connections and sizes, is no drift.
package drift

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"nightferry/internal/estate"
)

// Kind says what happened to a thing between two discoveries.
type Kind string

// The kinds of changes.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
	Hidden  Kind = "no longer known" // it was known, and is not: nobody can tell whether it changed
	Shown   Kind = "known now"       // it was not known: what it was before, nobody can tell
)

// Change is one difference.
type Change struct {
	Asset   string  `json:"asset"`             // "host/erp-db"
	Section string  `json:"section,omitempty"` // "listeners"; empty for the asset as a whole
	Kind    Kind    `json:"change"`
	Thing   string  `json:"thing,omitempty"`  // what is meant within the section, by its key
	Fields  []Field `json:"fields,omitempty"` // of a changed thing
}

// Field is one property that differs. A list is joined by ", "; what was not stated is empty.
type Field struct {
	Name string `json:"name"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Compare lists what differs, in order of asset, section and thing.
func Compare(before, after estate.Inventory) ([]Change, error) {
	old, err := assetsOf(before)
	if err != nil {
		return nil, err
	}
	now, err := assetsOf(after)
	if err != nil {
		return nil, err
	}
	changes := []Change{}
	for _, name := range slices.Sorted(maps.Keys(union(old, now))) {
		was, is := old[name], now[name]
		switch {
		case was == nil:
			changes = append(changes, Change{Asset: name, Kind: Added})
		case is == nil:
			changes = append(changes, Change{Asset: name, Kind: Removed})
		case coverageOf(was["collected"]) != coverageOf(is["collected"]):
			changes = append(changes, seen(Change{Asset: name}, coverageOf(was["collected"]), coverageOf(is["collected"]))...)
		default:
			changes = append(changes, compareSections(name, was, is)...)
		}
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Asset, b.Asset), cmp.Compare(a.Section, b.Section), cmp.Compare(a.Thing, b.Thing))
	})
	return changes, nil
}

// asset is an asset as JSON has it: sections by name.
type asset = map[string]any

func assetsOf(in estate.Inventory) (map[string]asset, error) {
	found := map[string]asset{}
	add := func(kind, name string, value any) error {
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		var a asset
		if err := json.Unmarshal(text, &a); err != nil {
			return err
		}
		found[kind+"/"+name] = a
		return nil
	}
	for _, h := range in.Hosts {
		if err := add("host", h.Name, h); err != nil {
			return nil, err
		}
	}
	for _, p := range in.Postgres {
		if err := add("postgres", p.Name, p); err != nil {
			return nil, err
		}
	}
	for _, o := range in.Odoo {
		if err := add("odoo", o.Name, o); err != nil {
			return nil, err
		}
	}
	for _, c := range in.Clusters {
		if err := add("cluster", c.Name, c); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// compareSections compares everything in an asset, or in a part of one, that has a coverage.
func compareSections(name string, was, is asset) []Change {
	var changes []Change
	for _, section := range slices.Sorted(maps.Keys(union(was, is))) {
		if ignored(section, "") {
			continue
		}
		before, after := coverageOf(was[section]), coverageOf(is[section])
		change := Change{Asset: name, Section: section}
		switch {
		case before == "" && after == "": // no section: a property of the asset itself
			if section != "collected" && section != "name" {
				change.Kind = Changed
				if change.Fields = differences(section, flat(was[section]), flat(is[section])); len(change.Fields) > 0 {
					changes = append(changes, change)
				}
			}
		case section == "collected":
		case isKnown(before) != isKnown(after):
			changes = append(changes, seen(change, before, after)...)
		case isKnown(before):
			changes = append(changes, compareValues(change, valueOf(was[section]), valueOf(is[section]))...)
		}
	}
	return changes
}

// seen tells that knowledge was lost or won.
func seen(change Change, before, after string) []Change {
	change.Fields = []Field{{"coverage", before, after}}
	switch {
	case isKnown(before) == isKnown(after):
		return nil
	case isKnown(before):
		change.Kind = Hidden
	default:
		change.Kind = Shown
	}
	return []Change{change}
}

// compareValues compares the values of a section: lists by the keys of their things, anything else by its fields.
func compareValues(change Change, was, is any) []Change {
	before, wasList := was.([]any)
	after, isList := is.([]any)
	if !wasList && !isList {
		change.Kind, change.Fields = Changed, differences(change.Section, flat(was), flat(is))
		if len(change.Fields) == 0 {
			return nil
		}
		return []Change{change}
	}
	old, now := byKey(change.Section, before), byKey(change.Section, after)
	var changes []Change
	for _, key := range slices.Sorted(maps.Keys(union(old, now))) {
		one := change
		one.Thing = key
		was, wasThere := old[key]
		is, isThere := now[key]
		switch {
		case !wasThere:
			one.Kind = Added
			changes = append(changes, one)
		case !isThere:
			one.Kind = Removed
			changes = append(changes, one)
		default:
			changes = append(changes, compareThings(one, was, is)...)
		}
	}
	return changes
}

// compareThings compares two things of the same key. Such a thing can hold sections of its own: a database does.
func compareThings(change Change, was, is any) []Change {
	plainWas, sectionsWas := parts(was)
	plainIs, sectionsIs := parts(is)
	var changes []Change
	for _, inner := range compareSections(change.Asset, sectionsWas, sectionsIs) {
		inner.Section = change.Section + " " + change.Thing + " " + inner.Section
		changes = append(changes, inner)
	}
	change.Kind, change.Fields = Changed, differences(change.Section, flat(plainWas), flat(plainIs))
	if len(change.Fields) > 0 {
		changes = append(changes, change)
	}
	return changes
}

// parts takes the sections out of a thing.
func parts(thing any) (plain any, sections asset) {
	fields, ok := thing.(map[string]any)
	if !ok {
		return thing, nil
	}
	rest := map[string]any{}
	sections = asset{}
	for name, value := range fields {
		if coverageOf(value) != "" {
			sections[name] = value
		} else {
			rest[name] = value
		}
	}
	return rest, sections
}

func coverageOf(section any) string {
	fields, _ := section.(map[string]any)
	coverage, _ := fields["coverage"].(string)
	return coverage
}

func valueOf(section any) any {
	fields, _ := section.(map[string]any)
	return fields["value"]
}

// isKnown: that there is none is knowledge, too.
func isKnown(coverage string) bool {
	return coverage == string(estate.Known) || coverage == string(estate.Absent)
}

func union[V any](a, b map[string]V) map[string]bool {
	keys := map[string]bool{}
	for key := range a {
		keys[key] = true
	}
	for key := range b {
		keys[key] = true
	}
	return keys
}

// Report is what changed between two discoveries.
type Report struct {
	Before  string   `json:"before"` // day of the earlier one, 2026-01-31
	After   string   `json:"after"`
	Changes []Change `json:"changes"`
}

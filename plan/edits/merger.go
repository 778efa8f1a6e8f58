package edits

import (
	"reflect"
	"slices"

	"github.com/goccy/go-yaml"

	"nightferry/internal/runbook"
)

// absent is the value of what is not there.
type absent struct{}

// merger joins three trees and remembers what it did.
type merger struct {
	taken, kept []string
	conflicts   []runbook.Conflict
}

// merge gives what shall stand at a path: the planner's where only it changed something, the person's everywhere else.
func (m *merger) merge(path []string, was, mine, now any) any {
	switch {
	case reflect.DeepEqual(mine, now):
		return mine
	case reflect.DeepEqual(was, mine):
		m.taken = append(m.taken, pathOf(path))
		return now
	case reflect.DeepEqual(was, now):
		m.kept = append(m.kept, pathOf(path))
		return mine
	}
	if joined, could := m.parts(path, was, mine, now); could {
		return joined
	}
	m.kept = append(m.kept, pathOf(path))
	m.conflicts = append(m.conflicts, runbook.Conflict{Path: pathOf(path), Planner: snippet(now), Was: snippet(was)})
	return mine
}

// parts merges what has parts: mappings by key, lists of steps and the like by id, lists of ids as sets.
func (m *merger) parts(path []string, was, mine, now any) (any, bool) {
	a, isMap := mine.(yaml.MapSlice)
	b, alsoMap := now.(yaml.MapSlice)
	base, _ := was.(yaml.MapSlice)
	if isMap && alsoMap {
		return m.mapping(path, base, a, b), true
	}
	list, isList := mine.([]any)
	other, alsoList := now.([]any)
	before, _ := was.([]any)
	if !isList || !alsoList {
		return nil, false
	}
	if len(path) > 0 && isSet(path[len(path)-1]) && texts(before) && texts(list) && texts(other) {
		m.taken, m.kept = append(m.taken, pathOf(path)), append(m.kept, pathOf(path))
		return set(before, list, other), true
	}
	key := keyOf(before, list, other)
	if key == "" {
		return nil, false
	}
	joined := m.mapping(path, keyed(before, key), keyed(list, key), keyed(other, key))
	items := make([]any, 0, len(joined))
	for _, item := range joined {
		items = append(items, item.Value)
	}
	return items, true
}

// mapping merges key by key. Keys stand in the person's order; new ones of the planner stand behind the one that they
// follow there.
func (m *merger) mapping(path []string, was, mine, now yaml.MapSlice) yaml.MapSlice {
	var joined yaml.MapSlice
	for _, item := range mine {
		key, _ := item.Key.(string)
		value := m.merge(append(slices.Clone(path), key), get(was, key), item.Value, get(now, key))
		if value != (any)(absent{}) {
			joined = append(joined, yaml.MapItem{Key: key, Value: value})
		}
	}
	behind := ""
	for _, item := range now {
		key, _ := item.Key.(string)
		if get(mine, key) == (any)(absent{}) {
			if value := m.merge(append(slices.Clone(path), key), get(was, key), absent{}, item.Value); value != (any)(absent{}) {
				joined = insert(joined, behind, yaml.MapItem{Key: key, Value: value})
			}
		}
		behind = key
	}
	return joined
}

// insert puts an item behind the one with a key, or first where that is not there.
func insert(tree yaml.MapSlice, behind string, item yaml.MapItem) yaml.MapSlice {
	at := slices.IndexFunc(tree, func(i yaml.MapItem) bool { return i.Key == behind }) + 1
	return slices.Insert(tree, at, item)
}

// get is the value of a key, or absent.
func get(tree yaml.MapSlice, key string) any {
	for _, item := range tree {
		if item.Key == key {
			return item.Value
		}
	}
	return absent{}
}

// isSet names lists whose order means nothing.
func isSet(key string) bool { return key == "needs" || key == "at" || key == "services" }

func texts(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool { _, is := v.(string); return !is })
}

// set is the person's list with what the planner added and without what it removed, since it last wrote.
func set(was, mine, now []any) []any {
	joined := slices.DeleteFunc(slices.Clone(mine), func(v any) bool { return slices.Contains(was, v) && !slices.Contains(now, v) })
	for _, v := range now {
		if !slices.Contains(was, v) && !slices.Contains(joined, v) {
			joined = append(joined, v)
		}
	}
	return joined
}

// keyOf is the key by which the entries of lists can be told apart, each having it once in its list; "" where there is none.
func keyOf(lists ...[]any) string {
	for _, key := range []string{"id", "role", "service", "to", "assurance"} {
		if !slices.ContainsFunc(lists, func(list []any) bool { return !hasKey(list, key) }) {
			return key
		}
	}
	return ""
}

func hasKey(list []any, key string) bool {
	seen := map[string]bool{}
	for _, item := range list {
		entry, _ := item.(yaml.MapSlice)
		name, is := get(entry, key).(string)
		if !is || name == "" || seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

func keyed(list []any, key string) yaml.MapSlice {
	tree := make(yaml.MapSlice, 0, len(list))
	for _, item := range list {
		entry, _ := item.(yaml.MapSlice)
		tree = append(tree, yaml.MapItem{Key: get(entry, key), Value: item})
	}
	return tree
}

// snippet is a value as YAML, for people to read and to copy; empty for what is not there.
func snippet(value any) string {
	if value == (any)(absent{}) {
		return ""
	}
	text, err := encode(value)
	if err != nil {
		return "a value that cannot be written as YAML"
	}
	return string(text)
}

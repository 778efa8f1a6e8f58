// Package edits keeps what people changed in a runbook when the planner writes it anew: a three-way merge of what the
// planner wrote last, what people made of it, and what it would write now. Steps are told apart by their ids, fields by
// their names. No edit is ever lost: where both changed the same thing in different ways, the person's stands in its place
// and the planner's under conflicts. It is pure.
package edits

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"nightferry/internal/runbook"
	"nightferry/internal/yamlfile"
)

// Merged is a runbook in which both sides' changes stand.
type Merged struct {
	Text      []byte
	Taken     []string           // paths of the planner's changes that were taken over: "steps.erp-stop.expected"
	Kept      []string           // paths of people's edits
	Conflicts []runbook.Conflict // new in this merge
}

// Merge takes over what the planner changed between written and now into edited. It fails where one of the three is no
// YAML that can be merged; then edited is to be left as it is. Where there was no such runbook, edits of steps that came from
// another are all there is to merge.
func Merge(book Book, now []byte, moved Moved) (Merged, error) {
	name, written, edited := book.Name, book.Written, book.Edited
	if len(edited) == 0 && len(written) == 0 {
		written, edited = now, now
	}
	if moved.none() {
		switch {
		case bytes.Equal(edited, now), bytes.Equal(written, now):
			return Merged{Text: edited}, nil
		case bytes.Equal(written, edited):
			return Merged{Text: now}, nil
		}
	}
	var trees [3]yaml.MapSlice
	for i, side := range []struct {
		name string
		text []byte
	}{{name + ", as the planner wrote it", written}, {name, edited}, {name + ", as the planner writes it now", now}} {
		tree, err := parse(side.name, side.text)
		if err != nil {
			return Merged{}, err
		}
		trees[i] = tree
	}
	if !moved.none() {
		order := steps(now)
		trees[0] = moved.settle(trees[0], order, func(p pair) any { return p.written })
		trees[1] = moved.settle(trees[1], order, func(p pair) any { return p.edited })
	}
	m := merger{}
	whole, _ := m.merge(nil, trees[0], trees[1], trees[2]).(yaml.MapSlice)
	if reflect.DeepEqual(whole, trees[2]) && len(orphans(remarks(edited), nil, remarks(written))) == 0 {
		return Merged{Text: now, Taken: m.taken}, nil // nothing of a person's is in it
	}
	whole = m.withConflicts(whole)
	text, err := render(whole, edited, written)
	if err != nil {
		return Merged{}, fmt.Errorf("%s: %w", name, err)
	}
	return Merged{Text: text, Taken: m.taken, Kept: m.kept, Conflicts: m.conflicts}, nil
}

// parse reads a mapping as runbooks are written: strictly, and not nested without end.
func parse(name string, text []byte) (yaml.MapSlice, error) {
	file := yamlfile.Parse(name, text)
	var loose map[string]any
	file.Bind(&loose)
	if err := file.Err(); err != nil {
		return nil, err
	}
	var tree yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(text, &tree, yaml.UseOrderedMap()); err != nil || len(tree) == 0 {
		return nil, fmt.Errorf("%s: it is not a runbook", name)
	}
	if !named(tree) {
		return nil, fmt.Errorf("%s: it has a key that is not a text", name)
	}
	return tree, nil
}

// named tells whether every key is a text: others cannot be told apart by path.
func named(value any) bool {
	switch v := value.(type) {
	case yaml.MapSlice:
		return !slices.ContainsFunc(v, func(item yaml.MapItem) bool { _, text := item.Key.(string); return !text || !named(item.Value) })
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !named(item) })
	}
	return true
}

// withConflicts lists this merge's conflicts in the runbook, in place of older ones about the same things.
func (m *merger) withConflicts(tree yaml.MapSlice) yaml.MapSlice {
	if len(m.conflicts) == 0 {
		return tree
	}
	var list []any
	older, _ := get(tree, "conflicts").([]any)
	for _, c := range older {
		fresh := false
		if entry, is := c.(yaml.MapSlice); is {
			for _, now := range m.conflicts {
				fresh = fresh || get(entry, "path") == now.Path
			}
		}
		if !fresh {
			list = append(list, c)
		}
	}
	for _, c := range m.conflicts {
		entry := yaml.MapSlice{{Key: "path", Value: c.Path}}
		for _, field := range []yaml.MapItem{{Key: "planner", Value: c.Planner}, {Key: "was", Value: c.Was}} {
			if field.Value != "" {
				entry = append(entry, field)
			}
		}
		list = append(list, entry)
	}
	conflicts := yaml.MapItem{Key: "conflicts", Value: list}
	for i, item := range tree {
		if item.Key == "conflicts" {
			tree[i] = conflicts
			return tree
		}
	}
	for i, item := range tree {
		if item.Key == "steps" {
			return append(tree[:i:i], append(yaml.MapSlice{conflicts}, tree[i:]...)...)
		}
	}
	return append(tree, conflicts)
}

func pathOf(path []string) string { return strings.Join(path, ".") }

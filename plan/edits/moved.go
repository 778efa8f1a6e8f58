package edits

import (
	"slices"

	"github.com/goccy/go-yaml"
)

// Book is one runbook with what the planner wrote last. Both are empty where there was none.
type Book struct {
	Name            string // what problems call it
	Written, Edited []byte
}

// Moved is what the merge of one runbook must know of the others: a service that goes on another night takes people's edits
// of its steps along.
type Moved struct {
	came map[string]pair
	gone map[string]bool
}

// pair is a step as it was written and as people left it; absent where they took it out.
type pair struct{ written, edited any }

// Find tells, for each runbook by its place in books, which steps came from another and which went there. Now holds what the
// planner writes in each place. A text that is no YAML gives nothing: its own merge tells.
func Find(books []Book, now [][]byte) []Moved {
	written, edited, planned := make([]yaml.MapSlice, len(books)), make([]yaml.MapSlice, len(books)), make([]yaml.MapSlice, len(books))
	was, will := map[string]int{}, map[string]int{}
	for i, b := range books {
		written[i], edited[i], planned[i] = steps(b.Written), steps(b.Edited), steps(now[i])
		for _, s := range written[i] {
			was[textOf(s.Key)] = i
		}
		for _, s := range planned[i] {
			will[textOf(s.Key)] = i
		}
	}
	moved := make([]Moved, len(books))
	for i := range moved {
		moved[i] = Moved{map[string]pair{}, map[string]bool{}}
	}
	for id, from := range was {
		if to, goes := will[id]; goes && to != from {
			moved[to].came[id] = pair{get(written[from], id), get(edited[from], id)}
			moved[from].gone[id] = true
		}
	}
	return moved
}

func textOf(key any) string {
	text, _ := key.(string)
	return text
}

// steps gives the steps of a text by id; none where they cannot be told apart.
func steps(text []byte) yaml.MapSlice {
	tree, err := parse("", text)
	if err != nil {
		return nil
	}
	list, _ := get(tree, "steps").([]any)
	if !hasKey(list, "id") {
		return nil
	}
	return keyed(list, "id")
}

// none tells whether nothing came or went.
func (m Moved) none() bool { return len(m.came) == 0 && len(m.gone) == 0 }

// settle gives a tree the steps that came, in the order in which the planner has them, and takes out those that went.
func (m Moved) settle(tree yaml.MapSlice, order yaml.MapSlice, side func(pair) any) yaml.MapSlice {
	tree = slices.Clone(tree)
	at := slices.IndexFunc(tree, func(item yaml.MapItem) bool { return item.Key == "steps" })
	if at < 0 {
		return tree
	}
	list, _ := tree[at].Value.([]any)
	if !hasKey(list, "id") {
		return tree
	}
	had := slices.DeleteFunc(keyed(list, "id"), func(s yaml.MapItem) bool {
		_, came := m.came[textOf(s.Key)]
		return came || m.gone[textOf(s.Key)]
	})
	behind := ""
	for _, s := range order {
		id := textOf(s.Key)
		if p, came := m.came[id]; came && side(p) != (any)(absent{}) {
			had = insert(had, behind, yaml.MapItem{Key: id, Value: side(p)})
		}
		behind = id
	}
	values := make([]any, 0, len(had))
	for _, s := range had {
		values = append(values, s.Value)
	}
	tree[at].Value = values
	return tree
}

package edits

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

func encode(value any, options ...yaml.EncodeOption) ([]byte, error) {
	return yaml.MarshalWithOptions(value, append(options, yaml.Indent(2), yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))...)
}

// render writes the merged tree with the comments of the edited text. Each comment stands where it stood; one whose place
// is gone stands at the top. What was rendered is read back: it says exactly what was merged, or nothing is written.
func render(tree yaml.MapSlice, edited, written []byte) ([]byte, error) {
	comments := yaml.CommentMap{}
	var old yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(edited, &old, yaml.UseOrderedMap(), yaml.CommentToMap(comments)); err != nil {
		return nil, errors.New("the edited runbook cannot be read with its comments")
	}
	moved := yaml.CommentMap{}
	for path, list := range comments {
		if to, there := follow(path, old, tree); there {
			moved[to] = append(moved[to], list...)
		}
	}
	wanted := remarks(edited)
	for _, attempt := range []yaml.CommentMap{moved, {}} {
		body, err := encode(tree, yaml.WithComment(attempt))
		if err != nil {
			continue
		}
		text := append(orphans(wanted, remarks(body), remarks(written)), body...)
		var back yaml.MapSlice
		if err := yaml.UnmarshalWithOptions(text, &back, yaml.UseOrderedMap()); err == nil && reflect.DeepEqual(plain(back), plain(tree)) {
			return text, nil
		}
	}
	return nil, errors.New("the merged runbook cannot be written as YAML")
}

// follow finds the path of a comment's place in the merged tree: entries of lists that have ids may stand elsewhere now.
func follow(path string, old, tree any) (string, bool) {
	var to strings.Builder
	to.WriteByte('$')
	for _, part := range regexp.MustCompile(`\.[^.\[]+|\[\d+\]`).FindAllString(strings.TrimPrefix(path, "$"), -1) {
		if name, key := strings.CutPrefix(part, "."); key {
			a, _ := old.(yaml.MapSlice)
			b, _ := tree.(yaml.MapSlice)
			name = strings.Trim(name, "'")
			old, tree = get(a, name), get(b, name)
			if tree == (any)(absent{}) {
				return "", false
			}
			to.WriteString(part)
			continue
		}
		a, _ := old.([]any)
		b, _ := tree.([]any)
		i, err := strconv.Atoi(strings.Trim(part, "[]"))
		if err != nil || i >= len(a) {
			return "", false
		}
		j := sameEntry(a, b, i)
		if j < 0 {
			return "", false
		}
		old, tree = a[i], b[j]
		fmt.Fprintf(&to, "[%d]", j)
	}
	return to.String(), true
}

// sameEntry finds an entry of a list in another: by its key, or by being the same.
func sameEntry(a, b []any, i int) int {
	if key := keyOf(a, b); key != "" {
		entry, _ := a[i].(yaml.MapSlice)
		return slices.IndexFunc(b, func(v any) bool {
			other, _ := v.(yaml.MapSlice)
			return get(other, key) == get(entry, key)
		})
	}
	return slices.IndexFunc(b, func(v any) bool { return reflect.DeepEqual(v, a[i]) })
}

// remarks counts the comments of a text.
func remarks(text []byte) map[string]int {
	found := map[string]int{}
	for _, t := range lexer.Tokenize(string(text)) {
		if t.Type == token.CommentType {
			found[strings.TrimSpace(t.Value)]++
		}
	}
	delete(found, "")
	return found
}

// orphans are the comments of people that have lost their place. The planner's own are not missed.
func orphans(wanted, there, planner map[string]int) []byte {
	var lines []byte
	for _, text := range slices.Sorted(maps.Keys(wanted)) {
		if n := wanted[text] - there[text]; n > 0 && wanted[text] > planner[text] {
			for range min(n, wanted[text]-planner[text]) {
				lines = append(lines, "# "+text+"\n"...)
			}
		}
	}
	return lines
}

// plain makes numbers comparable: what is written is read back, perhaps as another type of the same number.
func plain(value any) any {
	switch v := value.(type) {
	case yaml.MapSlice:
		out := make(yaml.MapSlice, len(v))
		for i, item := range v {
			out[i] = yaml.MapItem{Key: item.Key, Value: plain(item.Value)}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = plain(item)
		}
		return out
	case int64:
		if v >= 0 {
			return uint64(v)
		}
	}
	return value
}

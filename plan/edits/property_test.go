package edits_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
	"github.com/stretchr/testify/require"

	"nightferry/internal/runbook"
	"nightferry/plan/edits"
)

func tree(t testing.TB, text []byte) yaml.MapSlice {
	t.Helper()
	var m yaml.MapSlice
	require.NoError(t, yaml.UnmarshalWithOptions(text, &m, yaml.UseOrderedMap()), "%s", text)
	return m
}

// flat lists every field of a runbook by its path; steps go by their ids, other lists are one value.
func flat(value any, path string, into map[string]any) {
	switch v := value.(type) {
	case yaml.MapSlice:
		for _, item := range v {
			if item.Key != "conflicts" {
				flat(item.Value, path+"/"+fmt.Sprint(item.Key), into)
			}
		}
	case []any:
		if path != "/steps" {
			into[path] = v
			return
		}
		for _, item := range v {
			step, _ := item.(yaml.MapSlice)
			for _, field := range step {
				if field.Key == "id" {
					flat(step, path+"/"+fmt.Sprint(field.Value), into)
				}
			}
		}
	default:
		into[path] = v
	}
}

func fields(t testing.TB, text []byte) map[string]any {
	t.Helper()
	into := map[string]any{}
	flat(tree(t, text), "", into)
	return into
}

// scribble changes a runbook as people or a new plan would: fields, steps that go, come and move, and comments.
func scribble(r *rand.Rand, text []byte, mark string, times int) []byte {
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for n := range times {
		switch r.IntN(5) {
		case 0, 1: // another duration
			i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "    expected: ") && r.IntN(8) == 0 })
			if i >= 0 {
				lines[i] = fmt.Sprintf("    expected: %d%s", 1+r.IntN(5), "m")
			}
		case 2: // a step goes
			if at := starts(lines); len(at) > 3 {
				k := r.IntN(len(at) - 1)
				lines = slices.Delete(lines, at[k], at[k+1])
			}
		case 3: // a step comes
			if at := starts(lines); len(at) > 0 {
				k := at[r.IntN(len(at))]
				lines = slices.Insert(lines, k, fmt.Sprintf("  - id: %s-%d", mark, n), "    title: \"new: step\"", "    owner: dba", "    expected: 1m", "    with:", "      words: |-", "        one", "        two")
			}
		case 4: // a comment
			i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "    deadline: ") && r.IntN(8) == 0 })
			if i >= 0 && r.IntN(2) == 0 {
				lines[i] += fmt.Sprintf(" # %s says %d", mark, n)
			} else if i >= 0 {
				lines = slices.Insert(lines, i, fmt.Sprintf("    # %s notes %d", mark, n))
			}
		}
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

func starts(lines []string) []int {
	var at []int
	for i, l := range lines {
		if strings.HasPrefix(l, "  - id: ") && !strings.Contains(l, "validate") {
			at = append(at, i)
		}
	}
	i := slices.Index(lines, "steps:")
	return slices.DeleteFunc(at, func(n int) bool { return n < i })
}

func commentsOf(text []byte) map[string]int {
	found := map[string]int{}
	for _, tk := range lexer.Tokenize(string(text)) {
		if tk.Type == token.CommentType {
			found[strings.TrimSpace(tk.Value)]++
		}
	}
	return found
}

// TestNoEditIsLost holds over random edits by people and by the planner, told apart by a reading of its own.
func TestNoEditIsLost(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile("../night/testdata/production.golden.yaml")
	require.NoError(t, err)
	conflicts, merges := 0, 0
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 5))
		mine, now := scribble(r, whole, "person", 1+r.IntN(9)), scribble(r, whole, "planner", 1+r.IntN(9))
		m, err := merge(whole, mine, now)
		require.NoError(t, err, "seed %d", seed)
		held(t, seed, whole, mine, now, m)
		conflicts += len(m.Conflicts)
		if len(m.Taken) > 0 && len(m.Kept) > 0 {
			merges++
		}
		again, err := merge(whole, mine, now)
		require.NoError(t, err)
		require.Equal(t, string(m.Text), string(again.Text), "the same input, the same bytes")
		settled, err := merge(now, m.Text, now)
		require.NoError(t, err)
		require.Equal(t, string(m.Text), string(settled.Text), "a second plan changes nothing")
	}
	require.Greater(t, conflicts, 10, "the test has met conflicts")
	require.Greater(t, merges, 25, "the test has met both sides' changes at once")
}

// held checks one merge: what a person changed stands as they changed it, what the planner changed stands or is told.
func held(t *testing.T, seed uint64, whole, mine, now []byte, m edits.Merged) {
	t.Helper()
	was, edited, planned, got := fields(t, whole), fields(t, mine), fields(t, now), fields(t, m.Text)
	told := func(path string) bool {
		return slices.ContainsFunc(m.Conflicts, func(c runbook.Conflict) bool {
			at := "/" + strings.ReplaceAll(c.Path, ".", "/")
			return path == at || strings.HasPrefix(path, at+"/")
		})
	}
	for path, value := range edited {
		if before, there := was[path]; !there || !reflect.DeepEqual(before, value) {
			require.Equal(t, value, got[path], "seed %d: %s was edited", seed, path)
		}
	}
	for path := range was {
		if _, there := edited[path]; !there && !told(path) {
			require.NotContains(t, got, path, "seed %d: a person took it out", seed)
		}
		if _, there := planned[path]; !there && !told(path) {
			require.NotContains(t, got, path, "seed %d: the planner took it out", seed)
		}
	}
	for path, value := range planned {
		if before, there := was[path]; (!there || !reflect.DeepEqual(before, value)) && !told(path) {
			require.Equal(t, value, got[path], "seed %d: the planner changed %s", seed, path)
		}
	}
	kept, base := commentsOf(m.Text), commentsOf(whole)
	for comment, n := range commentsOf(mine) {
		if base[comment] == 0 {
			require.GreaterOrEqual(t, kept[comment], n, "seed %d: the comment %q", seed, comment)
		}
	}
}

func FuzzMerge(f *testing.F) {
	f.Add([]byte(written), []byte(strings.Replace(written, "5m", "7m # mine", 1)), []byte(strings.Replace(written, "5m", "9m", 1)))
	f.Add([]byte("a: 1\n"), []byte("a: 2 # c\n"), []byte("b: {x: 1}\n"))
	f.Add([]byte("steps: [{id: a, x: 1}, {id: b}]\n"), []byte("# top\nsteps: [{id: a, x: 2}, {id: b}]\n"), []byte("steps:\n  - id: a\n    x: 1\n    needs: [b]\n"))
	f.Add([]byte("a: |\n  one\n"), []byte("a: |\n  two\n# end\n"), []byte("a: \"x: y\"\nb: ~\n"))
	f.Fuzz(func(t *testing.T, was, mine, now []byte) {
		m, err := merge(was, mine, now)
		if err != nil || slices.Equal(mine, was) {
			return
		}
		base, kept := commentsOf(was), commentsOf(m.Text)
		for comment, n := range commentsOf(mine) {
			if comment != "" && base[comment] == 0 {
				require.GreaterOrEqual(t, kept[comment], n, "the comment %q is lost in\n%s", comment, m.Text)
			}
		}
		settled, err := merge(now, m.Text, now)
		require.NoError(t, err)
		require.Equal(t, string(m.Text), string(settled.Text))
	})
}

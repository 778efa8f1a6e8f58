package runbook

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightferry/internal/yamlfile"
)

// needs checks what one step says it needs.
func (c *checker) needs(i int) {
	s := c.book.Steps[i]
	seen := map[string]bool{}
	for n, id := range s.Needs {
		path := fmt.Sprintf("%s.needs[%d]", at(i), n)
		other, known := c.index[id]
		switch {
		case !known:
			c.y.Fault(path, fmt.Sprintf("it needs the step %q, which does not exist", id), yamlfile.Mend(id, slices.Sorted(maps.Keys(c.index))))
		case seen[id]:
			c.y.Fault(path, fmt.Sprintf("it needs %s twice", id), "keep one of the two")
		case other == i:
			c.y.Fault(path, "it needs itself", "remove it")
		case slices.Contains(Phases(), s.Phase) && s.Phase.Before(c.book.Steps[other].Phase):
			c.y.Fault(path, fmt.Sprintf("it needs %s, which comes later: %s after %s", id, c.book.Steps[other].Phase, s.Phase), "move one of the two to another phase")
		}
		seen[id] = true
	}
}

// cycles tells each circle of needs once, at the step of it that stands first in the file.
func (c *checker) cycles() {
	const white, grey, black = 0, 1, 2
	colour := make([]int, len(c.book.Steps))
	var path []int
	var visit func(i int)
	visit = func(i int) {
		colour[i] = grey
		path = append(path, i)
		for _, id := range c.book.Steps[i].Needs {
			next, known := c.index[id]
			switch {
			case !known || next == i: // told by needs
			case colour[next] == grey:
				c.cycle(path[slices.Index(path, next):])
			case colour[next] == white:
				visit(next)
			}
		}
		path = path[:len(path)-1]
		colour[i] = black
	}
	for i := range c.book.Steps {
		if colour[i] == white {
			visit(i)
		}
	}
}

func (c *checker) cycle(circle []int) {
	first := slices.Index(circle, slices.Min(circle))
	turned := append(slices.Clone(circle[first:]), circle[:first]...)
	names := make([]string, 0, len(turned)+1)
	for _, i := range turned {
		names = append(names, c.book.Steps[i].ID)
	}
	names = append(names, names[0])
	c.y.Fault(at(turned[0])+".needs", "steps need each other in a circle: "+strings.Join(names, " needs "), "remove one of these needs")
}

// settled finds which steps are settled before each step begins: those of earlier phases, and what it needs, directly
// or through others. A runbook with circles is refused anyway; each step is visited once.
func (c *checker) settled() {
	c.done = map[int]map[string]bool{}
	for i, s := range c.book.Steps {
		done := map[string]bool{}
		var need func(ids []string)
		need = func(ids []string) {
			for _, id := range ids {
				if j, known := c.index[id]; known && !done[id] {
					done[id] = true
					need(c.book.Steps[j].Needs)
				}
			}
		}
		need(s.Needs)
		for _, other := range c.book.Steps {
			if other.Phase.Before(s.Phase) {
				done[other.ID] = true
			}
		}
		c.done[i] = done
	}
}

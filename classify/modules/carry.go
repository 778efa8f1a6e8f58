package modules

import (
	"fmt"

	"nightferry/internal/estate"
)

// carry reckons what it takes to carry code over, with what becomes of the modules and models that it rests on.
func (c *server) carry(j *Judgement, code estate.CodeModule) {
	if len(c.way) == 0 {
		j.Reasons = append(j.Reasons, fmt.Sprintf("no way from %s to %s is known: its effort is not known", c.from, c.target))
		return
	}
	if len(c.way) == 1 {
		j.Reasons = append(j.Reasons, "the version stays: nothing has to be carried")
		j.Effort = &Effort{}
		return
	}
	counts := countCode(code)
	for _, name := range code.Depends {
		measure, reason := c.dependency(name)
		if measure != "" {
			counts[measure]++
		}
		if reason != "" {
			j.Reasons = append(j.Reasons, reason)
		}
	}
	for _, model := range code.Inherits {
		if becomes, steps := c.facts.modelBecomes(model, c.from, c.target); len(steps) > 0 {
			counts["renamed_models"]++
			j.Reasons = append(j.Reasons, fmt.Sprintf("it changes the model %s, which becomes %s", model, becomes))
			for _, s := range steps {
				j.Sureness = weaker(j.Sureness, s.Sureness)
			}
		}
	}
	if !code.Tests {
		j.Reasons = append(j.Reasons, "it has no tests")
	}
	e := c.policy.reckon(counts, len(c.way)-1, code.Tests)
	e.Rewrites = c.policy.rewrites(c.way, counts)
	j.Effort = &e
}

// dependency says what becomes of a module that custom code needs, and how that is measured.
func (c *server) dependency(name string) (Measure, string) {
	if _, ships := c.facts.Ships(c.from, name); !ships {
		if _, runs := c.installed[name]; runs {
			return "", "" // judged by itself
		}
		return "lost_dependencies", fmt.Sprintf("it needs %s, which Odoo %s does not ship and the database does not run", name, c.from)
	}
	p := c.facts.Follow(name, c.from, c.target)
	switch p.Verdict {
	case Renamed, Merged:
		return "moved_dependencies", fmt.Sprintf("it needs %s, which is %s", name, map[Verdict]string{Renamed: "renamed to ", Merged: "merged into "}[p.Verdict]+p.Becomes)
	case Removed, Replaced:
		return "lost_dependencies", fmt.Sprintf("it needs %s: %s", name, p.Reason)
	case Unknown:
		return "", fmt.Sprintf("it needs %s: %s", name, p.Reason)
	case Kept, Custom, Unused:
	}
	return "", ""
}

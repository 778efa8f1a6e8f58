package modules

import (
	"fmt"
	"maps"
	"slices"

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

// customisation counts what was made in the database. It is nil where nothing of it could be read.
func (c *server) customisation() *Customisation {
	made := &Customisation{Counts: map[Measure]int{}}
	o, read := c.odoo, 0
	count := func(what string, coverage estate.Coverage, fill func()) {
		if !coverage.IsKnown() {
			made.Unread = append(made.Unread, what+": "+string(coverage))
			return
		}
		read++
		fill()
	}
	count("views", o.Views.Coverage, func() {
		for _, v := range o.Views.Value {
			made.Counts["database_views"] += v.Made + v.Changed
		}
	})
	count("fields", o.Fields.Coverage, func() {
		for _, f := range o.Fields.Value.Custom {
			made.Counts["database_fields"]++
			made.Counts["database_code"] += one(f.Code != nil)
		}
	})
	count("models", o.Models.Coverage, func() {
		for _, m := range o.Models.Value {
			made.Counts["database_models"] += one(m.Custom)
		}
	})
	count("server actions", o.Actions.Coverage, func() {
		for _, a := range o.Actions.Value {
			made.Counts["database_code"] += one(a.Made && a.Code != nil)
		}
	})
	count("scheduled actions", o.Crons.Coverage, func() {
		for _, cron := range o.Crons.Value {
			made.Counts["database_code"] += one(cron.Made && cron.Code != nil)
		}
	})
	count("automations", o.Automations.Coverage, func() {
		for _, a := range o.Automations.Value {
			made.Counts["database_automations"] += one(a.Made)
		}
	})
	count("reports", o.Reports.Coverage, func() {
		for _, r := range o.Reports.Value {
			made.Counts["database_reports"] += one(r.Made)
		}
	})
	if read == 0 {
		return nil
	}
	maps.DeleteFunc(made.Counts, func(_ Measure, n int) bool { return n == 0 })
	slices.Sort(made.Unread)
	if len(c.way) > 1 {
		made.Effort = c.policy.reckon(made.Counts, len(c.way)-1, true)
	}
	return made
}

// one counts what holds.
func one(holds bool) int {
	if holds {
		return 1
	}
	return 0
}

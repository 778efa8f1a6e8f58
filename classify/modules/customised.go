package modules

import (
	"fmt"
	"maps"

	"nightferry/internal/estate"
)

// customisation counts what was made in the database. It is nil where nothing of it could be read.
func (c *server) customisation() *Customisation {
	o := c.odoo
	m := made{Customisation: Customisation{Counts: map[Measure]int{}}}
	if m.read("views", o.Views.Coverage) {
		for _, v := range o.Views.Value {
			m.Counts["database_views"] += v.Made + v.Changed
		}
	}
	if m.read("fields", o.Fields.Coverage) {
		for _, f := range o.Fields.Value.Custom {
			m.Counts["database_fields"]++
			m.Counts["database_code"] += one(f.Code != nil)
		}
	}
	if m.read("models", o.Models.Coverage) {
		for _, model := range o.Models.Value {
			m.Counts["database_models"] += one(model.Custom)
		}
	}
	// A user may see that an action is code, and not the code.
	tally(&m, "server actions", o.Actions, "database_code", func(a estate.ServerAction) (string, bool, bool) { return a.Module, a.Made, a.Kind == "code" })
	tally(&m, "scheduled actions", o.Crons, "database_code", func(cron estate.Cron) (string, bool, bool) { return cron.Module, cron.Made, cron.Function == "" })
	tally(&m, "automations", o.Automations, "database_automations", func(a estate.Automation) (string, bool, bool) { return a.Module, a.Made, true })
	tally(&m, "reports", o.Reports, "database_reports", func(r estate.OdooReport) (string, bool, bool) { return r.Module, r.Made, true })
	if m.sections == 0 {
		return nil
	}
	maps.DeleteFunc(m.Counts, func(_ Measure, n int) bool { return n == 0 })
	if len(c.way) > 1 {
		m.Effort = c.policy.reckon(m.Counts, len(c.way)-1, true)
	}
	return &m.Customisation
}

// made gathers counts, and how many sections they are from.
type made struct {
	Customisation
	sections int
}

// read tells whether a section can be counted.
func (m *made) read(what string, coverage estate.Coverage) bool {
	if !coverage.IsKnown() {
		m.Unread = append(m.Unread, what+": "+string(coverage))
		return false
	}
	m.sections++
	return true
}

// tally counts the records of a section that were made in the database and matter. ask tells which module brought a
// record, whether it was made, and whether it matters; a record of which nobody can tell is neither.
func tally[T any](m *made, what string, s estate.Section[[]T], measure Measure, ask func(T) (module string, made, matters bool)) {
	if !m.read(what, s.Coverage) {
		return
	}
	open := 0
	for _, record := range s.Value {
		module, made, matters := ask(record)
		m.Counts[measure] += one(made && matters)
		open += one(!made && module == "" && matters)
	}
	if open > 0 {
		m.Unread = append(m.Unread, fmt.Sprintf("%s: of %d nobody can tell whether they were made here", what, open))
	}
}

// one counts what holds.
func one(holds bool) int {
	if holds {
		return 1
	}
	return 0
}

package workload

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"nightferry/internal/estate"
	"nightferry/internal/expr"
	"nightferry/internal/yamlfile"
)

// Fact is something that the tables of a policy can ask of a workload.
type Fact struct {
	Name string
	Type expr.Type
	Doc  string
}

// Facts lists what can be asked of a workload. One that is not known is neither true nor false.
func Facts() []Fact {
	return []Fact{
		{"data.phi", expr.TypeBool, "it holds or passes on patients' data"},
		{"data.hr", expr.TypeBool, "the same of data on employees"},
		{"data.financial", expr.TypeBool, "the same of financial data"},
		{"data.pii", expr.TypeBool, "the same of other personal data"},
		{"data.credential", expr.TypeBool, "the same of secrets"},
		{"data.regulated", expr.TypeBool, "the same of any class but secrets"},
		{"data.unmasked", expr.TypeBool, "a copy is said to be masked or summarised, and its rows name people"},
		{"data.role_known", expr.TypeBool, "its role with regulated data is known"},
		{"workload.role", expr.TypeText, "its role with regulated data"},
		{"workload.environment", expr.TypeText, "production, non-production, shared"},
		{"workload.criticality", expr.TypeText, "as stated"},
		{"workload.critical", expr.TypeBool, "it is life-critical or business-critical"},
		{"workload.service", expr.TypeBool, "it is a business service"},
		{"workload.owned", expr.TypeBool, "an owner is stated"},
		{"workload.machines", expr.TypeInt, "machines that it needs"},
		{"workload.databases", expr.TypeInt, "databases that it holds"},
		{"workload.neighbours", expr.TypeInt, "other workloads that need one of its machines"},
		{"workload.parties", expr.TypeInt, "integrations with other parties that are known"},
		{"workload.undeclared", expr.TypeInt, "integrations in use that nobody declared"},
		{"workload.custom_modules", expr.TypeInt, "installed Odoo modules that are neither Odoo's nor OCA's"},
		{"workload.size_gb", expr.TypeFloat, "decimal gigabytes of its databases"},
		{"findings.critical", expr.TypeInt, "open critical findings on its assets"},
		{"findings.high", expr.TypeInt, "open high findings on its assets"},
	}
}

// Schema declares the facts for expressions.
func Schema() expr.Schema {
	schema := expr.Schema{}
	for _, f := range Facts() {
		schema[f.Name] = f.Type
	}
	return schema
}

// Fact is one fact of the workload.
func (w *Workload) Fact(name string) expr.Value { return w.facts[name] }

// Compile reads an expression of a policy's table over the facts of schema. A mistake is told where it stands in the file.
func Compile(f *yamlfile.File, path, source string, schema expr.Schema) *expr.Program {
	if strings.TrimSpace(source) == "" {
		if !f.Faulty(path) {
			f.Fault(path, "it does not say when it holds", "add when: with an expression; true holds always")
		}
		return nil
	}
	program, err := expr.Compile(source, schema)
	if mistake, is := errors.AsType[*expr.Error](err); is {
		f.FaultWithin(path, mistake.Offset(source), source, mistake.Text, "what can be asked for: "+strings.Join(slices.Sorted(maps.Keys(schema)), ", "))
	} else if err != nil {
		f.Fault(path, err.Error(), "")
	}
	return program
}

// weigh settles each role and gathers the facts.
func (g *gatherer) weigh(views []view) {
	counts := make([]counts, len(g.list))
	for _, f := range g.in.Findings {
		for _, at := range g.by[f.Asset] {
			counts[at].finding(f)
		}
	}
	for i := range g.in.Integrations {
		in := &g.in.Integrations[i]
		ends := slices.Concat(in.Hosts(in.From), in.Hosts(in.To))
		slices.Sort(ends)
		for _, host := range slices.Compact(ends) {
			for _, at := range g.by[host] {
				if strings.HasPrefix(in.From, "outside/") || strings.HasPrefix(in.To, "outside/") {
					counts[at].parties++
				}
				if len(in.Declared) == 0 && len(in.Observed) > 0 && !in.IsInside() {
					counts[at].undeclared++
				}
			}
		}
	}
	for i := range views {
		views[i].settle()
		g.facts(&views[i], counts[i])
	}
}

type counts struct{ critical, high, parties, undeclared int }

func (c *counts) finding(f estate.Finding) {
	switch {
	case !f.IsOpen():
	case f.Severity == estate.CriticalSeverity:
		c.critical++
	case f.Severity == estate.HighSeverity:
		c.high++
	}
}

func (g *gatherer) facts(v *view, c counts) {
	w := v.w
	known := len(v.open) == 0
	truth := func(is bool) expr.Value {
		if !is && !known {
			return expr.Missing(estate.NotAsked)
		}
		return expr.Bool(is)
	}
	word := func(s string) expr.Value {
		if s == "" || s == string(Unknown) {
			return expr.Missing(estate.NotAsked)
		}
		return expr.Text(s)
	}
	neighbours := map[int]bool{}
	for _, host := range w.Hosts {
		for _, at := range g.by["host/"+host] {
			if g.list[at].Name != w.Name {
				neighbours[at] = true
			}
		}
	}
	w.facts = expr.Facts{
		"data.phi": truth(w.Holds(estate.PHI)), "data.hr": truth(w.Holds(estate.HR)), "data.financial": truth(w.Holds(estate.Financial)),
		"data.pii": truth(w.Holds(estate.PII)), "data.credential": truth(w.Holds(estate.Credential)), "data.regulated": truth(w.Role == Processes),
		"data.unmasked": expr.Bool(v.unmasked), "data.role_known": expr.Bool(w.Role != Unknown), "workload.role": word(string(w.Role)), "workload.environment": word(string(w.Environment)),
		"workload.criticality": word(string(w.Criticality)), "workload.critical": critical(w.Criticality), "workload.service": expr.Bool(w.parts.service != nil),
		"workload.owned": expr.Bool(w.Owner != ""), "workload.machines": expr.Int(int64(len(w.Hosts))), "workload.databases": databaseCount(w),
		"workload.neighbours": expr.Int(int64(len(neighbours))), "workload.parties": expr.Int(int64(c.parties)), "workload.undeclared": expr.Int(int64(c.undeclared)),
		"workload.custom_modules": customModules(w), "workload.size_gb": size(w),
		"findings.critical": expr.Int(int64(c.critical)), "findings.high": expr.Int(int64(c.high)),
	}
}

func critical(c estate.Criticality) expr.Value {
	if c == "" {
		return expr.Missing(estate.NotAsked)
	}
	return expr.Bool(c == estate.LifeCritical || c == estate.BusinessCritical)
}

func databaseCount(w *Workload) expr.Value {
	for _, p := range w.parts.servers {
		if !p.Databases.Coverage.IsKnown() {
			return expr.Missing(p.Databases.Coverage)
		}
	}
	return expr.Int(int64(len(w.Databases)))
}

func customModules(w *Workload) expr.Value {
	n := 0
	for _, o := range w.parts.odoo {
		if !o.Modules.Coverage.IsKnown() {
			return expr.Missing(o.Modules.Coverage)
		}
		for _, m := range o.Modules.Value {
			if m.Origin == "custom" && m.State == "installed" {
				n++
			}
		}
	}
	return expr.Int(int64(n))
}

// size adds up the databases; missing where one does not tell.
func size(w *Workload) expr.Value {
	bytes := int64(0)
	for _, name := range w.Databases {
		n, known := w.SizeOf(name)
		if !known {
			return expr.Missing(estate.NotAsked)
		}
		bytes += n
	}
	return expr.Float(float64(bytes) / 1e9)
}

// SizeOf is the size of one of its databases in bytes, where it is known.
func (w *Workload) SizeOf(database string) (bytes int64, known bool) {
	for _, p := range w.parts.servers {
		for i := range p.Databases.Value {
			if d := &p.Databases.Value[i]; p.Name+"/"+d.Name == database {
				return max(0, d.SizeBytes), d.SizeBytes >= 0
			}
		}
	}
	return 0, false
}

package classify

import (
	"strings"

	"nightferry/classify/modules"
	"nightferry/classify/readiness"
	"nightferry/classify/recovery"
	"nightferry/classify/tenancy"
	"nightferry/classify/workload"
	"nightferry/internal/estate"
	"nightferry/internal/expr"
)

// Policies are the tables by which it is said what follows for workloads. They are saved with what follows from them.
type Policies struct {
	Tenancy   *tenancy.Rules    `json:"tenancy"`
	Controls  *tenancy.Controls `json:"controls"`
	Recovery  *recovery.Policy  `json:"recovery"`
	Readiness *readiness.Policy `json:"readiness"`
}

// PolicyTable is the embedded text of a table, by the name of its file.
type PolicyTable struct{ Name, Text string }

// PolicyTables lists the embedded tables.
func PolicyTables() []PolicyTable {
	return []PolicyTable{{"tenancy.yaml", tenancy.DefaultRules()}, {"controls.yaml", tenancy.DefaultControls()},
		{"recovery.yaml", recovery.DefaultPolicy()}, {"readiness.yaml", readiness.DefaultPolicy()}}
}

// LoadPolicies reads the tables. read gives each, by the name of its file, and what its faults shall call it.
func LoadPolicies(read func(embedded PolicyTable) (PolicyTable, error)) (*Policies, error) {
	var p Policies
	var texts []PolicyTable
	for _, embedded := range PolicyTables() {
		table, err := read(embedded)
		if err != nil {
			return nil, err
		}
		texts = append(texts, table)
	}
	var err error
	if p.Tenancy, err = tenancy.LoadRules(texts[0].Name, texts[0].Text); err != nil {
		return nil, err
	}
	if p.Controls, err = tenancy.LoadControls(texts[1].Name, texts[1].Text); err != nil {
		return nil, err
	}
	if p.Recovery, err = recovery.LoadPolicy(texts[2].Name, texts[2].Text); err != nil {
		return nil, err
	}
	p.Readiness, err = readiness.LoadPolicy(texts[3].Name, texts[3].Text)
	return &p, err
}

// Demands is what follows from inventory, classes and findings for each workload and each business service.
type Demands struct {
	Policies  Policies          `json:"policies"`
	Workloads []Placed          `json:"workloads"` // in order of name
	Recovery  []recovery.Result `json:"recovery"`  // of business services, the same
}

// Placed is a workload with what it demands.
type Placed struct {
	workload.Workload

	Tenancy   tenancy.Result   `json:"tenancy"`
	Controls  []tenancy.Demand `json:"controls"`
	Readiness readiness.Result `json:"readiness"`
}

func demands(in Input, a *Assessment, copies []estate.Copy) *Demands {
	p := in.Policies
	all := workload.Gather(workload.Input{Inventory: &in.Inventory, Services: in.Services, Integrations: a.Integrations,
		Databases: in.Classification.forWorkloads(), Files: in.Classification.filesForWorkloads(), Copies: copies, Findings: a.Findings})
	d := &Demands{Policies: *p, Workloads: []Placed{}, Recovery: p.Recovery.Judge(all, in.Restores, a.Findings)}
	recovered := map[string]*recovery.Result{}
	for i := range d.Recovery {
		recovered["service/"+d.Recovery[i].Service] = &d.Recovery[i]
	}
	approvals := map[string]estate.TenancyApproval{}
	for _, approval := range in.Approvals {
		approvals[approval.Workload] = approval
	}
	tallies, stuck, days := in.Inventory.Tallies(), stuckModules(a.Modules), map[string]float64{}
	for _, h := range in.Inventory.Samples.Hosts {
		days[h.Name] = h.Last.Sub(h.First).Hours() / 24
	}
	for i := range all {
		w := &all[i]
		placed := Placed{Workload: *w, Tenancy: p.Tenancy.Judge(w, approvals), Controls: p.Controls.Demand(w)}
		placed.Readiness = p.Readiness.Judge(w, standingOf(w, placed.Tenancy, recovered[w.Name], stuck), tallies, days)
		d.Workloads = append(d.Workloads, placed)
	}
	return d
}

// standing tells the table of readiness what the others said. What is no business service has no recovery to meet.
func standingOf(w *workload.Workload, t tenancy.Result, r *recovery.Result, stuck map[string]int) readiness.Standing {
	s := readiness.Standing{"tenancy.known": expr.Bool(t.Tenancy != estate.UnknownTenancy), "tenancy.approved": expr.Bool(t.Approved != nil),
		"recovery.rto": expr.Text(""), "recovery.rpo": expr.Text(""), "recovery.lost": expr.Bool(false), "recovery.proven": expr.Bool(true), "modules.stuck": expr.Int(0)}
	if r != nil {
		proven := true
		for _, part := range r.Parts {
			proven = proven && part.Proven != nil
		}
		s["recovery.rto"], s["recovery.rpo"] = expr.Text(string(r.RTO.Verdict)), expr.Text(string(r.RPO.Verdict))
		s["recovery.proven"], s["recovery.lost"] = expr.Bool(proven), expr.Bool(r.RPO.Supports.All)
		if !r.RPO.Supports.All && r.RPO.Verdict == recovery.Unknown {
			s["recovery.lost"] = expr.Missing(estate.NotAsked)
		}
	}
	sum := 0
	for _, name := range w.Odoo {
		n, judged := stuck[name]
		if !judged {
			s["modules.stuck"] = expr.Missing(estate.NotAsked)
			return s
		}
		sum += n
	}
	s["modules.stuck"] = expr.Int(int64(sum))
	return s
}

// stuckModules counts the modules of each Odoo server that stand in the way of the target. Servers whose modules nobody
// could list are not in it.
func stuckModules(report *modules.Report) map[string]int {
	counts := map[string]int{}
	if report == nil {
		return counts
	}
	for _, s := range report.Servers {
		if !s.Coverage.IsKnown() {
			continue
		}
		counts[s.Odoo] = 0
		for _, j := range s.Modules {
			if j.IsStuck() {
				counts[s.Odoo]++
			}
		}
	}
	return counts
}

func (c Classification) forWorkloads() map[string]workload.Database {
	found := make(map[string]workload.Database, len(c.Databases))
	for _, d := range c.Databases {
		found[d.Server+"/"+d.Database] = workload.Database{Coverage: d.Coverage, Classes: d.Columns}
	}
	return found
}

// byForm is the confidence from which on files are of a class by their form, as HL7 and DICOM are, and not by their place.
const byForm = 0.9

// filesForWorkloads takes the files outside of databases.
func (c Classification) filesForWorkloads() []workload.Files {
	var list []workload.Files
	for _, f := range c.Files {
		list = append(list, workload.Files{Asset: f.Where, What: strings.TrimSuffix(f.Path, "/") + "/" + f.Pattern, Class: f.Class, Sure: f.Confidence >= byForm})
	}
	return list
}

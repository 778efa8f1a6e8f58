package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nightferry/classify/modules"
	"nightferry/classify/rules"
	"nightferry/internal/drift"
	"nightferry/internal/estate"
)

// Assessment is what follows from inventory and classes. It is saved as assessment.json.
type Assessment struct {
	Version      int                  `json:"version"`
	Integrations []estate.Integration `json:"integrations"`
	Findings     []estate.Finding     `json:"findings"`
	Modules      *modules.Report      `json:"modules,omitempty"` // what becomes of Odoo's modules; nil where nobody asked
	Gaps         []estate.Gap         `json:"gaps"`              // what is not known, and what would mend it

	Unknown []estate.UnknownFinding `json:"unknown,omitempty"` // rules that could not be judged, and what would tell

	Accountability Accountability `json:"accountability"`    // who answers for what
	Demands        *Demands       `json:"demands,omitempty"` // what follows for each workload; nil where nobody asked
	Progress       Progress       `json:"progress,omitzero"` // against the assessment before
}

// Input is what an assessment rests on.
type Input struct {
	Inventory      estate.Inventory
	Services       []estate.Service
	Declared       []estate.Integration // by people, in engagement.yaml
	Classification Classification
	Advisor        *modules.Advisor // judges Odoo's modules; nil leaves them out
	Target         string           // Odoo version that the advisor judges for

	Rules    *rules.Set          // of findings; none are judged where there are none
	Accepted []estate.Acceptance // by people, in overrides.yaml
	Today    string              // 2026-01-31, by which acceptances expire and evidence ages
	Word     estate.Word         // of people: duties, practices, vendors, changes
	Drift    *drift.Report       // since an earlier discovery; nil where none was compared with

	Policies  *Policies                // of what follows for workloads; nil leaves it out
	Copies    []estate.Copy            // by people, in engagement.yaml
	Restores  []estate.Restore         // the same
	Approvals []estate.TenancyApproval // by people, in overrides.yaml
	Previous  *Assessment              // the assessment before; nil where there was none
}

// AssessmentMemory is what an assessment of 10,000 machines fits into, in bytes; the collector is kept to it.
const AssessmentMemory = 900 << 20

// Assess reconciles the integrations from what configuration says, what sockets and sessions show, and what
// people declared, tells how these differ, judges Odoo's modules, lists the gaps in what is known, says what follows for
// each workload, and what has changed since the assessment before. The order of the input changes nothing.
func Assess(in Input) Assessment {
	integrations := reconcile(in)
	copies := held(in)
	a := Assessment{Version: Version, Integrations: integrations, Findings: differences(integrations), Gaps: in.Inventory.Gaps(),
		Accountability: Account(in.Word, in.Services, in.Today)}
	if in.Rules != nil {
		judged := in.Rules.Evaluate(rules.Estate{Inventory: in.Inventory, Services: in.Services, Integrations: integrations, Classes: in.Classification.byDatabase(),
			Word: in.Word, Drift: in.Drift, Today: in.Today, Copies: copies, Restores: in.Restores})
		a.Findings, a.Unknown = append(a.Findings, judged.Findings...), judged.Unknown
		estate.SortFindings(a.Findings)
	}
	Accept(a.Findings, in.Accepted, in.Today)
	if in.Advisor != nil {
		report := in.Advisor.Assess(in.Inventory, in.Target)
		a.Modules = &report
	}
	if in.Policies != nil {
		a.Demands = demands(in, &a, copies)
	}
	a.follow(in.Previous, in.Today)
	return a
}

// byDatabase is the class of each database that somebody could judge.
func (c Classification) byDatabase() map[string]estate.DataClass {
	classes := map[string]estate.DataClass{}
	for _, d := range c.Databases {
		if d.Coverage.IsKnown() {
			classes[d.Server+"/"+d.Database] = d.Class
		}
	}
	return classes
}

// Accept notes who bears the risk of findings, as of today (2026-01-31). What has expired stays noted, and the finding is
// open again.
func Accept(findings []estate.Finding, accepted []estate.Acceptance, today string) {
	byPlace := map[[2]string]estate.Acceptance{}
	for _, a := range accepted {
		byPlace[[2]string{a.Code, a.Asset}] = a
	}
	for i := range findings {
		findings[i].Accepted = nil
		if a, borne := byPlace[[2]string{findings[i].Code, findings[i].Asset}]; borne {
			a.Expired = today > a.Until
			findings[i].Accepted = &a
		}
	}
}

// reconcile gathers what says a name first: then an address in a socket can be told by it.
//
// Of what the inventory knows, these name no system that is spoken to: gateways (a way, no partner), the issuers of
// certificates, package managers (their mirrors are not read), folders of backups unless they lie on a share (where a
// program keeps its repository is not read), accounts and sudo rules, publications and slots without their reader, the
// primary of a standby and the remote of a subscription (they stand beside a password, and are not read), installed
// modules of Odoo (installed is not used), and names of parameters.
func reconcile(in Input) []estate.Integration {
	names := newAtlas(in.Inventory)
	l := newLedger(in.Inventory)
	looks := map[string]int{}
	for i := range in.Inventory.Hosts {
		l.configuration(names.of(&in.Inventory.Hosts[i]), &in.Inventory.Hosts[i])
	}
	l.databases(names, in.Inventory)
	l.applications(names, in.Inventory, in.Classification)
	for _, d := range in.Declared {
		l.declaration(names, d)
	}
	for i := range in.Inventory.Hosts {
		host := &in.Inventory.Hosts[i]
		if host.Connections.Coverage.IsKnown() {
			looks["host/"+host.Name] = 1
		}
		l.sockets(names.of(host), host)
	}
	l.sessions(names, in.Inventory)
	l.samples(names, in.Inventory, looks)
	all := crowded(l.integrations())
	terms := newTerms(in, l)
	for n := range all {
		terms.settle(&all[n])
		if showsInSockets(all[n].Protocol) || all[n].Seen > 0 {
			all[n].Looks = max(looks[all[n].From], looks[all[n].To], all[n].Seen)
		}
		for _, host := range all[n].Behind {
			all[n].Looks = max(all[n].Looks, looks[host])
		}
	}
	return all
}

// declaration takes what people say.
func (l *ledger) declaration(names *atlas, d estate.Integration) {
	nobody := view{atlas: names}
	e := edge{from: nobody.end(d.From, 0), to: nobody.end(d.To, d.Port), protocol: d.Protocol, port: d.Port, kind: d.Kind, direction: d.Direction,
		encryption: d.Encryption, proof: d.Authentication, owner: d.Owner, planned: d.Planned}
	for _, c := range d.Classes {
		include(&e.classes, c.Class)
	}
	if len(d.Schedule) > 0 {
		e.schedule = strings.Join(d.Schedule, ", ")
	}
	for _, evidence := range d.Declared {
		e.evidence = evidence
		l.add(declared, e)
	}
}

// mostBrowsers is how many nameless addresses may come to one web server before they are told as one: people's
// computers, which are no systems that talk.
const mostBrowsers = 10

// crowded joins the nameless addresses outside that come to a web server and are known by their sockets alone, where
// they are many.
func crowded(all []estate.Integration) []estate.Integration {
	crowds := map[[2]string][]estate.Integration{}
	for _, i := range all {
		if isBrowser(i) {
			at := [2]string{i.To, i.Protocol}
			crowds[at] = append(crowds[at], i)
		}
	}
	joined := false
	all = slices.DeleteFunc(all, func(i estate.Integration) bool {
		return isBrowser(i) && len(crowds[[2]string{i.To, i.Protocol}]) > mostBrowsers
	})
	for _, crowd := range crowds {
		if len(crowd) <= mostBrowsers {
			continue
		}
		var some []string
		for _, i := range crowd[:mostBrowsers] {
			some = append(some, strings.TrimPrefix(i.From, "outside/"))
		}
		one := crowd[0]
		one.From, one.Kind = "outside/many addresses", estate.KindWeb
		one.Observed = []string{fmt.Sprintf("sockets from %d addresses, such as %s", len(crowd), strings.Join(some, ", "))}
		all, joined = append(all, one), true
	}
	if !joined {
		return all
	}
	slices.SortFunc(all, func(a, b estate.Integration) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Protocol, b.Protocol))
	})
	return all
}

func isBrowser(i estate.Integration) bool {
	address, isOutside := strings.CutPrefix(i.From, "outside/")
	if !isOutside || len(i.Configured)+len(i.Declared) > 0 {
		return false
	}
	switch i.Protocol {
	case "https", "http", "odoo":
		return isAddress(address)
	}
	return false
}

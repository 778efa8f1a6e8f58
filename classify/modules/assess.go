package modules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

// Advisor judges modules by the embedded facts and a table of hours.
type Advisor struct {
	facts  *Facts
	policy *Policy
}

// New makes an advisor. It fails only where the embedded facts are damaged.
func New(policy *Policy) (*Advisor, error) {
	facts, err := LoadFacts()
	if err != nil {
		return nil, err
	}
	return &Advisor{facts: facts, policy: policy}, nil
}

// Facts are those that the advisor judges by.
func (a *Advisor) Facts() *Facts { return a.facts }

// Assess judges the modules of every Odoo server for a target version, one of [estate.OdooTargets].
func (a *Advisor) Assess(inventory estate.Inventory, target string) Report {
	r := Report{Target: target, Facts: FactsSource, Policy: a.policy.Version, Assumptions: a.policy.Assumptions, Servers: []Server{}}
	code := map[string]estate.Section[[]estate.CodeModule]{}
	for i := range inventory.Hosts {
		code[inventory.Hosts[i].Name] = inventory.Hosts[i].Code
	}
	seen := map[[2]string]bool{}
	for i := range inventory.Odoo {
		odoo := &inventory.Odoo[i]
		found, ok := code[odoo.Host]
		if !ok {
			found = estate.Miss[[]estate.CodeModule](estate.NotAsked, "", "no host of the inventory runs it", "")
		}
		s := a.server(odoo, found, target)
		for _, j := range s.Modules {
			key := [2]string{j.Name, j.Version}
			if j.Effort != nil && !seen[key] {
				r.Effort = r.Effort.plus(*j.Effort)
				seen[key] = true
			}
		}
		if s.Database != nil && odoo.Environment != estate.NonProduction && odoo.Environment != estate.Target {
			r.Effort = r.Effort.plus(s.Database.Effort)
		}
		r.Servers = append(r.Servers, s)
	}
	return r
}

// Shipped judges the modules that Odoo ships in a version, or those named, by the facts alone.
func (a *Advisor) Shipped(from, target string, names ...string) []Judgement {
	if len(names) == 0 {
		names = a.facts.Shipped(from)
	}
	all := make([]Judgement, 0, len(names))
	for _, name := range names {
		j := Judgement{Name: name, Origin: Nobodys}
		if _, ships := a.facts.Ships(from, name); ships {
			j.Origin = FromOdoo
		}
		j.follow(a.facts.Follow(name, from, target))
		all = append(all, j)
	}
	inOrder(all)
	return all
}

// inOrder sorts by what people have to look at first, then by name.
func inOrder(all []Judgement) {
	order := Verdicts()
	slices.SortFunc(all, func(a, b Judgement) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Verdict), slices.Index(order, b.Verdict)), cmp.Compare(a.Name, b.Name))
	})
}

func (a *Advisor) server(odoo *estate.OdooServer, code estate.Section[[]estate.CodeModule], target string) Server {
	s := Server{Odoo: odoo.Name, Host: odoo.Host, Environment: odoo.Environment, From: odoo.Version.Value, Coverage: odoo.Modules.Coverage}
	switch {
	case !odoo.Collected.Coverage.IsKnown():
		s.Coverage, s.Problem, s.Mend = odoo.Collected.Coverage, odoo.Collected.Problem, odoo.Collected.Mend
		return s
	case !s.Coverage.IsKnown():
		s.Problem, s.Mend = odoo.Modules.Problem, odoo.Modules.Grant
		return s
	case !odoo.Version.Coverage.IsKnown():
		s.Problem = "its version is not known, so no verdict on Odoo's own modules can be told"
	case !a.facts.Knows(s.From):
		s.Problem = fmt.Sprintf("what Odoo %s ships is not listed; known are %s", s.From, strings.Join(a.facts.versions, ", "))
	case compareVersions(s.From, target) > 0:
		s.Problem = fmt.Sprintf("it runs %s already, which is newer than %s", s.From, target)
	case !code.Coverage.IsKnown():
		s.Problem, s.Mend = strings.TrimSuffix("the code on its host is "+string(code.Coverage)+": "+code.Problem, ": "), code.Grant
	case code.Problem != "":
		s.Problem, s.Mend = code.Problem, code.Grant
	}
	c := newServer(a, odoo, code, target)
	s.Modules = c.judgements()
	s.Verdicts = map[Verdict]int{}
	for _, j := range s.Modules {
		s.Verdicts[j.Verdict]++
		if j.Effort != nil {
			s.Effort = s.Effort.plus(*j.Effort)
		}
	}
	if s.Database = c.customisation(); s.Database != nil {
		s.Effort = s.Effort.plus(s.Database.Effort)
	}
	return s
}

// server is one database being judged: what is installed beside what lies on disk, and the way to go.
type server struct {
	*Advisor
	odoo      *estate.OdooServer
	from      string
	target    string
	way       []string                      // versions; empty where the facts know none
	installed map[string]estate.Module      // by name
	matches   map[string]estate.ModuleMatch // of code and installed modules, by name
	code      map[string]estate.CodeModule  // by folder
}

func newServer(a *Advisor, odoo *estate.OdooServer, code estate.Section[[]estate.CodeModule], target string) *server {
	c := &server{Advisor: a, odoo: odoo, from: odoo.Version.Value, target: target, installed: map[string]estate.Module{},
		matches: map[string]estate.ModuleMatch{}, code: map[string]estate.CodeModule{}}
	c.way = a.facts.way(c.from, target)
	for _, m := range odoo.Modules.Value {
		if m.IsInstalled() {
			c.installed[m.Name] = m
		}
	}
	for _, m := range odoo.MatchModules(code).Value {
		c.matches[m.Name] = m
	}
	for _, m := range code.Value {
		c.code[m.Path] = m
	}
	return c
}

// judgements judges what is installed and what lies on disk, in the order of [Verdicts], then by name.
func (c *server) judgements() []Judgement {
	var all []Judgement
	for _, m := range c.installed {
		all = append(all, c.judge(m))
	}
	for name, match := range c.matches {
		if _, runs := c.installed[name]; !runs {
			all = append(all, c.unused(match))
		}
	}
	inOrder(all)
	return all
}

// Package plan orders the estate's services into waves: foundation first, then non-production, then
// production, and says for each placement why. It is pure: the same input gives the same bytes.
package plan

import (
	"nightferry/classify"
	"nightferry/internal/estate"
)

// Version is the format of [Plan].
const Version = 1

// Plan is the order of the move. It is saved as plan.yaml.
type Plan struct {
	Version      int          `yaml:"version" json:"version"`
	Waves        []Wave       `yaml:"waves" json:"waves"`
	Retained     []Placement  `yaml:"retained,omitempty" json:"retained,omitempty"` // services that stay, with the reason
	Dependencies []Dependency `yaml:"dependencies,omitempty" json:"dependencies,omitempty"`
	Warnings     []string     `yaml:"warnings,omitempty" json:"warnings,omitempty"`
}

// Wave is a set of services that move in one night, or a checklist that must hold before any may.
type Wave struct {
	Name      string      `yaml:"name" json:"name"`
	Title     string      `yaml:"title" json:"title"`
	Phase     Phase       `yaml:"phase" json:"phase"`
	Checklist []Item      `yaml:"checklist,omitempty" json:"checklist,omitempty"`
	Members   []Placement `yaml:"members,omitempty" json:"members,omitempty"`
	Crossing  []string    `yaml:"crossing,omitempty" json:"crossing,omitempty"` // dependencies that cross sites after this wave
	Runbook   string      `yaml:"runbook,omitempty" json:"runbook,omitempty"`   // file, when one was written
}

// Phase of the roadmap.
type Phase string

// The phases that hold waves, in order.
const (
	Foundation    Phase = "foundation"
	NonProduction Phase = "non-production"
	Production    Phase = "production"
)

// Item is one thing that must hold in the landing zone before a wave may leave.
type Item struct {
	Name     string          `yaml:"name" json:"name"`
	Coverage estate.Coverage `yaml:"coverage" json:"coverage"` // whether discovery could tell
	Holds    bool            `yaml:"holds" json:"holds"`
	Evidence string          `yaml:"evidence" json:"evidence"`
}

// Placement is one service's place, with the reasons that bound it.
type Placement struct {
	Service     string             `yaml:"service" json:"service"`
	Environment estate.Environment `yaml:"environment" json:"environment"`
	Class       estate.DataClass   `yaml:"class" json:"class"`
	SizeBytes   int64              `yaml:"size_bytes" json:"size_bytes"` // of its databases; -1 where not known
	Reasons     []Reason           `yaml:"reasons" json:"reasons"`
}

// Reason is one constraint that bound a placement.
type Reason struct {
	Constraint string `yaml:"constraint" json:"constraint"` // stable name, such as "dependency"
	Text       string `yaml:"text" json:"text"`
}

// Dependency is one service needing another, from a reconciled integration.
type Dependency struct {
	From     string `yaml:"from" json:"from"`
	To       string `yaml:"to" json:"to"`
	Protocol string `yaml:"protocol" json:"protocol"`
	Seen     string `yaml:"seen" json:"seen"` // which of configured, observed, declared
}

// Input is all that a plan is made of.
type Input struct {
	Inventory      estate.Inventory
	Classification classify.Classification
	Assessment     classify.Assessment
	Services       []estate.Service
	Policy         estate.Policy
}

// Make orders the services into waves.
func Make(in Input) Plan {
	g := newGraph(in)
	p := Plan{Version: Version, Dependencies: g.dependencies, Waves: []Wave{foundation(in.Inventory)}}
	n := 1
	for _, phase := range []Phase{NonProduction, Production} {
		for _, members := range g.waves(phase, in.Policy) {
			p.Waves = append(p.Waves, Wave{Name: waveName(n), Title: title(phase, members), Phase: phase, Members: members})
			n++
		}
	}
	p.Retained = g.retained()
	p.Warnings = g.warnings
	g.crossings(p.Waves)
	return p
}

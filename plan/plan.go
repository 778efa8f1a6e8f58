// Package plan orders the estate's services into waves: foundation first, then non-production, then
// production, and says for each placement why. It is pure: the same input gives the same bytes.
package plan

import (
	"time"

	"nightferry/classify"
	"nightferry/internal/estate"
	"nightferry/plan/after"
	"nightferry/plan/method"
	"nightferry/plan/solve"
)

// Version is the format of [Plan].
const Version = 1

// Plan is the order of the move. It is saved as plan.yaml.
type Plan struct {
	Version      int          `yaml:"version" json:"version"`
	Waves        []Wave       `yaml:"waves" json:"waves"`
	Retained     []Placement  `yaml:"retained,omitempty" json:"retained,omitempty"` // services that stay, with the reason
	Dependencies []Dependency `yaml:"dependencies,omitempty" json:"dependencies,omitempty"`
	Score        *Score       `yaml:"score,omitempty" json:"score,omitempty"` // nil where no wave moves anything
	Broken       []Breach     `yaml:"broken,omitempty" json:"broken,omitempty"`
	Unproven     []string     `yaml:"unproven,omitempty" json:"unproven,omitempty"` // constraints that nobody can judge, and what is missing
	Assumptions  []string     `yaml:"assumptions,omitempty" json:"assumptions,omitempty"`
	Warnings     []string     `yaml:"warnings,omitempty" json:"warnings,omitempty"`
	Conflict     *Conflict    `yaml:"conflict,omitempty" json:"conflict,omitempty"` // why there is no plan; nil where there is one

	// What [Plan.Follow] adds.
	Partners   *after.Readiness   `yaml:"partners,omitempty" json:"partners,omitempty"` // nil in a plan of which nobody asked for it
	After      []after.Item       `yaml:"after,omitempty" json:"after,omitempty"`
	Retirement []after.Retirement `yaml:"retirement,omitempty" json:"retirement,omitempty"`
	Effort     []after.Effort     `yaml:"effort,omitempty" json:"effort,omitempty"`
}

// Score is what the plan costs, and how far from the best it can be at most.
type Score struct {
	Crossing      int64 `yaml:"crossing" json:"crossing"`             // weight of each dependency × days on which its ends are on different sites
	CrossingBound int64 `yaml:"crossing_bound" json:"crossing_bound"` // no plan crosses less
	Days          int64 `yaml:"days" json:"days"`                     // from the first possible night to the last wave
	DaysBound     int64 `yaml:"days_bound" json:"days_bound"`         // no plan is done earlier
	Optimal       bool  `yaml:"optimal" json:"optimal"`               // proven: nothing is better
}

// Breach is a constraint that the plan breaks, by a person's leave.
type Breach struct {
	Constraint string   `yaml:"constraint" json:"constraint"`
	Services   []string `yaml:"services" json:"services"`
	Cost       string   `yaml:"cost" json:"cost"`
	By         string   `yaml:"by" json:"by"`
	Reason     string   `yaml:"reason" json:"reason"`
}

// Conflict is a smallest set of constraints that cannot hold together, with what giving each up would buy.
type Conflict struct {
	Proven      bool         `yaml:"proven" json:"proven"` // no plan exists; false where none was found
	Constraints []Relaxation `yaml:"constraints" json:"constraints"`
	MoreNights  int          `yaml:"more_nights,omitempty" json:"more_nights,omitempty"` // so many more at the end would do as well; 0 where none would
}

// Relaxation is one constraint of a conflict.
type Relaxation struct {
	Constraint string `yaml:"constraint" json:"constraint"`
	Asks       string `yaml:"asks" json:"asks"`
	Source     string `yaml:"source,omitempty" json:"source,omitempty"` // file and line
	Buys       string `yaml:"buys" json:"buys"`
}

// Wave is a set of services that move in one night, or a checklist that must hold before any may.
type Wave struct {
	Name      string      `yaml:"name" json:"name"`
	Title     string      `yaml:"title" json:"title"`
	Phase     Phase       `yaml:"phase" json:"phase"`
	From      time.Time   `yaml:"from,omitempty" json:"from,omitzero"` // of the night, in the calendar's time zone
	To        time.Time   `yaml:"to,omitempty" json:"to,omitzero"`
	Checklist []Item      `yaml:"checklist,omitempty" json:"checklist,omitempty"`
	Members   []Placement `yaml:"members,omitempty" json:"members,omitempty"`
	Crossing  []string    `yaml:"crossing,omitempty" json:"crossing,omitempty"` // dependencies that cross sites after this wave
	Runbook   string      `yaml:"runbook,omitempty" json:"runbook,omitempty"`   // file, when one was written
	Ahead     string      `yaml:"ahead,omitempty" json:"ahead,omitempty"`       // file of what is done in an earlier window, when there is such a thing
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
	Disposition estate.Disposition `yaml:"disposition,omitempty" json:"disposition,omitempty"`
	SizeBytes   int64              `yaml:"size_bytes" json:"size_bytes"`                 // of its databases; -1 where not known
	Downtime    string             `yaml:"downtime,omitempty" json:"downtime,omitempty"` // estimated, as a range; empty where nothing moves
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
	PolicyWhere    map[string]string // file and line of the policy's keys, such as "start"
	Dates          estate.Calendar
	Choices        []method.Choice // how each service moves, and how long its people are without it
	Pins           []estate.Pin
	Waivers        []estate.ConstraintWaiver
}

// Make orders the services into waves. A plan without waves but the foundation has a conflict that says why. The error
// tells what in the input cannot be read.
func Make(in Input) (Plan, error) {
	g := newGraph(in)
	p := Plan{Version: Version, Dependencies: g.dependencies, Waves: []Wave{foundation(in.Inventory)}}
	asked, assumed, err := Problem(in)
	if err != nil {
		return p, err
	}
	p.Assumptions, p.Retained = assumed, g.retained()
	if len(asked.Workloads) > 0 {
		answer, err := solve.Solve(asked, solve.Steps)
		if err != nil {
			return p, err
		}
		if answer.Conflict != nil {
			p.Conflict = conflict(asked, *answer.Conflict)
		} else {
			g.take(&p, asked, *answer.Solution, in.Choices)
		}
	}
	g.circles()
	p.Warnings = g.warnings
	g.crossings(p.Waves)
	return p, nil
}

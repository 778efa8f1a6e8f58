// Package problem states, without an inventory and without a solver, what a plan of waves has to satisfy:
// workloads that depend on each other, the nights on which they may move, the constraints between them, and what
// an answer looks like. The solver and the checker share these nouns and nothing else.
//
// A slot is a night (or any span) in which one wave may move; a wave is the workloads placed in one slot. Slots
// are in order of time and never overlap. An assignment gives each workload one slot. It is valid when every
// constraint holds that is not waived:
//
//   - environment: no slot holds both production and non-production workloads.
//   - dependency:FROM→TO: TO moves in the same slot as FROM or an earlier one, unless the dependency may cross. A
//     circle of such dependencies therefore moves together.
//   - group:NAME: the workloads of a group move in one slot.
//   - proof:NON-PRODUCTION→PRODUCTION: the production workload's slot is at least so many days later.
//   - freeze:NAME, calendar:NAME: none of the closure's workloads is in a slot that overlaps one of its spans.
//   - window:WORKLOAD: the workload is in a slot of one of its windows.
//   - downtime:WORKLOAD: the high end of its estimated downtime is within the length of its slot.
//   - rto:WORKLOAD: the high end of its estimated downtime is within its service's RTO.
//   - limit:workloads, limit:bytes, limit:crews: no slot holds more.
//   - regulated:WORKLOAD, smallest:WORKLOAD: a regulated production workload moves in a later slot than all of
//     the vanguard ([Problem.Vanguard]).
//   - pin:WORKLOAD…: the workload's slot starts within the bounds that a person set.
//
// Among valid assignments the best has the least [Objective].
package problem

import (
	"time"

	"nightferry/internal/estate"
)

// Problem is what has to be solved. [Problem.Check] says whether it can be read at all.
type Problem struct {
	Workloads    []Workload
	Dependencies []Dependency
	Proofs       []Proof
	Slots        []Slot // in order of time
	Closures     []Closure
	Limits       Limits
	Pins         []Pin
	Waivers      []Waiver
}

// Workload is what moves as one: a component of a service in one environment.
type Workload struct {
	Name        string // unique
	Service     string
	Environment estate.Environment // Production or NonProduction
	Regulated   bool               // holds regulated data, or nobody could tell
	SizeBytes   int64              // -1 where not known: counts as Limits.UnknownBytes
	Downtime    Minutes            // estimated, as a range
	RTOMinutes  int                // of its service; 0 where none is stated
	Crews       int                // crews it occupies for the night
	Risk        int                // 0 and up: the riskier, the later
	Group       string             // workloads of the same group move together; empty for none
	Windows     []string           // of the slots it may move in; empty for any
}

// Minutes is an estimated span. High is -1 where it is not known: what it cannot show to fit is listed as
// unproven, never as fitting.
type Minutes struct{ Low, High int }

// Dependency is one workload needing another.
type Dependency struct {
	From, To string
	Weight   int    // what a day costs on which its ends are on different sites; 0 and up
	MayCross bool   // by policy: TO may move later than FROM
	Source   string // file and line of the policy or the integration that says so
}

// Proof asks that a service's non-production is proven for some days before its production moves.
type Proof struct {
	NonProduction, Production string // workloads
	Days                      int
}

// Slot is one night on which a wave may move.
type Slot struct {
	Name       string // unique, such as "2027-03-06"
	Start, End time.Time
	Day        int    // days since an origin of the maker's choice, in the engagement's own time zone; never falls from slot to slot
	Window     string // the maintenance window it comes from
}

// Minutes is the length of the slot.
func (s Slot) Minutes() int { return int(s.End.Sub(s.Start) / time.Minute) }

// Closure is time in which workloads may not move.
type Closure struct {
	Kind      Kind   // Freeze or Calendar
	Name      string // unique in its kind
	Spans     []Span
	Workloads []string // those it binds; empty for all
	Source    string   // file and line
}

// Span is a piece of time, without its end.
type Span struct{ Start, End time.Time }

// Overlaps says whether the slot and the span have time in common.
func (s Span) Overlaps(slot Slot) bool { return slot.Start.Before(s.End) && s.Start.Before(slot.End) }

// Limits is what one slot can hold; 0 is no limit.
type Limits struct {
	Workloads    int
	Bytes        int64
	Crews        int
	UnknownBytes int64         // what a workload of unknown size counts for: a stated assumption, not its size
	Sources      map[ID]string // file and line of each
}

// Pin is a person's bound on where a workload moves.
type Pin struct {
	Workload            string
	NotBefore, NotAfter time.Time // of the slot's start, both within; zero for no bound, equal for one slot
	By, Reason          string
	Source              string // file and line
}

// Waiver lets a constraint be broken. The answer says where it is.
type Waiver struct {
	Constraint ID
	By, Reason string
	Source     string // file and line
}

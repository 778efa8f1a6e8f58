// Package runbook holds the script of one cutover night: steps with owners, times, gates and their way back.
// The planner writes it, people edit it, and the cutover runs exactly this text.
package runbook

import (
	"slices"
	"time"

	"nightferry/internal/estate"
)

// Version is the format of runbook files that this build reads and writes.
const Version = 1

// Runbook is the whole night of one wave. The file's SHA-256 is its identity in journals and approvals.
type Runbook struct {
	Version     int             `yaml:"version"`
	Wave        string          `yaml:"wave"`        // "wave-1"
	Title       string          `yaml:"title"`       // for people
	Environment string          `yaml:"environment"` // as estate.Environment
	Services    []string        `yaml:"services"`    // business services that move; none where all is done ahead of a night
	Contacts    []Contact       `yaml:"contacts,omitempty"`
	Rollback    *Rollback       `yaml:"rollback,omitempty"`  // when and how to go back; a production night always has one
	Waivers     []estate.Waiver `yaml:"waivers,omitempty"`   // what the night goes without, and who bears it
	Conflicts   []Conflict      `yaml:"conflicts,omitempty"` // between a person's edit and the planner's: to be settled before the night
	Steps       []Step          `yaml:"steps"`
}

// Contact is a person who is needed on the night.
type Contact struct {
	Role string `yaml:"role"` // "conductor", "dba", "approver", ...
	Name string `yaml:"name"`
	How  string `yaml:"how,omitempty"` // telephone or chat
}

// Conflict is where a person and the planner changed the same thing in different ways. The person's stands in its place;
// what the planner wanted stands here. A runbook with conflicts is not run.
type Conflict struct {
	Path    string `yaml:"path"`              // "steps.erp-stop.expected"
	Planner string `yaml:"planner,omitempty"` // what the planner wrote now, as YAML; empty where it has taken the thing away
	Was     string `yaml:"was,omitempty"`     // what it wrote before
}

// Phase groups steps as people speak of the night.
type Phase string

// The phases in order. Everything up to PhaseDecide can be undone without loss.
const (
	PhasePrepare Phase = "prepare"
	PhaseFreeze  Phase = "freeze"
	PhaseCopy    Phase = "copy"
	PhaseVerify  Phase = "verify"
	PhaseDecide  Phase = "decide"
	PhaseSwitch  Phase = "switch"
	PhaseProve   Phase = "prove"
	PhaseCommit  Phase = "commit"
)

// Phases lists the phases in order.
func Phases() []Phase {
	return []Phase{PhasePrepare, PhaseFreeze, PhaseCopy, PhaseVerify, PhaseDecide, PhaseSwitch, PhaseProve, PhaseCommit}
}

// Before says that p comes earlier in the night than q.
func (p Phase) Before(q Phase) bool {
	return slices.Index(Phases(), p) < slices.Index(Phases(), q)
}

// Step is one act of the night. Kind chooses the action; With holds that kind's own fields, checked at load.
type Step struct {
	ID       string           `yaml:"id"`
	Title    string           `yaml:"title"`
	Phase    Phase            `yaml:"phase"`
	Owner    string           `yaml:"owner"`
	Kind     string           `yaml:"kind"`
	Service  string           `yaml:"service,omitempty"` // that it is for; empty for all of the wave
	Assures  estate.Assurance `yaml:"assures,omitempty"` // what a production night must hold, and this step gives
	Needs    []string         `yaml:"needs,omitempty"`   // ids of steps that must be done first
	Confirm  bool             `yaml:"confirm,omitempty"` // a person says yes before it is done
	Expected time.Duration    `yaml:"expected"`          // from rehearsal or estimate
	Deadline time.Duration    `yaml:"deadline"`          // it has failed after this long
	With     map[string]any   `yaml:"with,omitempty"`    // the kind's fields
	Pass     string           `yaml:"pass,omitempty"`    // must hold over the facts once it is done, else it has failed: "validation.different == 0"
	Show     string           `yaml:"show,omitempty"`    // lines of output that match may be journaled; else none
	Reason   string           `yaml:"reason,omitempty"`  // why the planner put it there
}

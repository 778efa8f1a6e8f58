package problem

import (
	"cmp"
	"time"
)

// Assignment gives workloads their slots: name → index in Problem.Slots.
type Assignment map[string]int

// Objective is what an assignment costs, the weightier first; less is better.
type Objective struct {
	Crossing int64 // weight of each dependency × days between the slots of its ends, added up
	Finish   int64 // days from the first slot of the problem to the last that is used
	Risk     int64 // risk of each workload × days from its slot to the last slot of the problem, added up
}

// Compare orders objectives: negative where o is better.
func (o Objective) Compare(other Objective) int {
	return cmp.Or(cmp.Compare(o.Crossing, other.Crossing), cmp.Compare(o.Finish, other.Finish), cmp.Compare(o.Risk, other.Risk))
}

// Minus is the difference of each goal.
func (o Objective) Minus(other Objective) Objective {
	return Objective{o.Crossing - other.Crossing, o.Finish - other.Finish, o.Risk - other.Risk}
}

// Answer is either a solution or the conflict that rules one out.
type Answer struct {
	Solution *Solution
	Conflict *Conflict
}

// Solution is a valid assignment with what it costs and why it is as it is.
type Solution struct {
	Waves     []Wave // in order; a slot without members is no wave
	Objective Objective
	Bound     Objective // no valid assignment has a smaller crossing, nor a smaller finish, nor a smaller risk
	Optimal   bool      // proven: nothing is better
	Broken    []Broken  // waived constraints that this solution breaks, by ID
	Unproven  []Unproven
	Reasons   []Reason // one a workload, by name
	Vanguard  Vanguard
}

// Wave is the workloads of one slot.
type Wave struct {
	Number  int // from 1
	Slot    int // index in Problem.Slots
	Members []string
}

// Assignment of the solution.
func (s Solution) Assignment() Assignment {
	a := Assignment{}
	for _, w := range s.Waves {
		for _, name := range w.Members {
			a[name] = w.Slot
		}
	}
	return a
}

// Broken is a waived constraint that does not hold.
type Broken struct {
	Constraint ID
	Waiver     Waiver
	Workloads  []string // that break it, sorted
	Cost       string   // how far it is broken, in words and numbers: "14 of 7 days short", "3 workloads over 10"
}

// Unproven is a constraint that cannot be judged, since a figure is missing.
type Unproven struct {
	Constraint ID
	Workload   string
	Missing    string // what would prove it
}

// Reason says why a workload is where it is: what stands against the slots around it.
type Reason struct {
	Workload string
	With     []string // those that have to move with it (circle, group), sorted, without itself
	Earlier  *Refusal // the nearest earlier wave, or slot where it is in the first; nil where there is none
	Later    *Refusal // the nearest later wave; nil where there is none
}

// Refusal is what stands against moving a workload, with those that have to move with it, to another slot.
type Refusal struct {
	Slot   int       // index in Problem.Slots
	Breaks []ID      // constraints that would no longer hold, sorted; empty where it is only worse
	Costs  Objective // what each goal would lose (negative: win)
}

// Conflict is a smallest set of constraints that cannot hold together: without any one of them, the others can,
// or another conflict shows.
type Conflict struct {
	Relaxations []Relaxation // one for each constraint of the set, by ID
	Proven      bool         // false: no plan was found within the budget, but none was ruled out; Relaxations are what would have helped
	MoreSlots   int          // so many more slots after the last, repeating the calendar, would also do; -1 where none tried would
}

// Relaxation is what giving up one constraint of a conflict would buy.
type Relaxation struct {
	Constraint ID
	Meaning    Meaning
	Objective  *Objective // of the plan that becomes possible; nil where another conflict shows, or no plan was found
	Finish     time.Time  // start of that plan's last wave; zero where there is none
}

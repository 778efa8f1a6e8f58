package rules

import "nightferry/internal/estate"

// stake is what would be lost on an asset: the data that it holds and the services that need it.
type stake struct {
	class    estate.DataClass // that harms most when it leaks; empty where nothing is known
	critical bool             // a service that needs it is life-critical or business-critical
	served   bool             // the criticality of a service that needs it is known
}

func (s *stake) hold(class estate.DataClass) {
	if s.class == "" || harmOf(class) > harmOf(s.class) {
		s.class = class
	}
}

func (s *stake) serve(c estate.Criticality) {
	s.served = s.served || c != ""
	s.critical = s.critical || c == estate.LifeCritical || c == estate.BusinessCritical
}

// harmOf orders classes by what their leak does to people. What nobody assessed counts as sensitive.
func harmOf(class estate.DataClass) int {
	order := []estate.DataClass{estate.Public, estate.Operational, estate.NotAssessed, estate.Credential, estate.PII, estate.Financial, estate.HR, estate.PHI}
	for i, known := range order {
		if class == known {
			return i + 1
		}
	}
	return 0
}

// isRegulated tells whether the data is of a class that a law protects.
func isRegulated(class estate.DataClass) bool {
	return class.IsSensitive() && class != estate.Credential
}

// isMild tells whether it is known that little is at stake: no class of data that needs protection, and no critical
// service. What is not known never makes it mild.
func (s *stake) isMild() bool {
	harmless := s.class == estate.Operational || s.class == estate.Public
	return harmless && s.served && !s.critical
}

// Harm is what can come of a fault where regulated data or a critical service is at stake.
type Harm string

// The harms, the worst first.
const (
	Severe Harm = "severe" // data of many people is disclosed, altered or lost, or a service stands still
	Major  Harm = "major"  // a safeguard is missing that others rely upon
	Minor  Harm = "minor"  // something makes faults likelier, or harder to see and to mend
)

// Exposure is who can make use of a fault.
type Exposure string

// The exposures, the widest first.
const (
	Open    Exposure = "open"    // whoever reaches the machine by the network; or chance alone suffices, as when a disk fails
	Login   Exposure = "login"   // somebody who may log in, or reads traffic or backups on the way
	Guarded Exposure = "guarded" // only together with another fault
)

// severityOf is the stated method: impact by what is at stake, likelihood by exposure.
func severityOf(h Harm, e Exposure, s *stake) estate.Severity {
	order := estate.Severities()
	rank := map[Harm]int{Severe: 0, Major: 1, Minor: 2}[h] + map[Exposure]int{Open: 0, Login: 1, Guarded: 2}[e]
	if s.isMild() {
		rank++
	}
	return order[min(rank, len(order)-1)]
}

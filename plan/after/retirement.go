package after

import (
	"fmt"
	"slices"

	"nightferry/internal/estate"
)

// keepDays is how long the legacy stays after the night, read-only and cut off; keepYears how long documentation is kept.
const (
	keepDays  = 30
	keepYears = 6
)

// Retirement is how the legacy of one service ends.
type Retirement struct {
	Service       string       `yaml:"service" json:"service"`
	Wave          string       `yaml:"wave,omitempty" json:"wave,omitempty"`
	Owner         string       `yaml:"owner" json:"owner"`
	ReadOnlyUntil string       `yaml:"read_only_until,omitempty" json:"read_only_until,omitempty"` // day up to which it stays, read-only and isolated; empty where no night ends it
	EvidenceUntil string       `yaml:"evidence_until,omitempty" json:"evidence_until,omitempty"`   // day up to which the move's evidence is kept, at least
	Retention     string       `yaml:"retention" json:"retention"`
	Hold          string       `yaml:"legal_hold" json:"legal_hold"`
	Shared        []string     `yaml:"shared,omitempty" json:"shared,omitempty"` // hosts that other services are on: these end with the last of them
	Revoke        []Revocation `yaml:"revoke" json:"revoke"`
	Media         Sanitisation `yaml:"media" json:"media"`
}

// Revocation is a kind of thing that must not outlive the legacy. Where something is unknown, the names are not all.
type Revocation struct {
	Kind    string   `yaml:"kind" json:"kind"`
	Names   []string `yaml:"names,omitempty" json:"names,omitempty"`
	Unknown []string `yaml:"unknown,omitempty" json:"unknown,omitempty"` // what could not be read, and why
}

// Sanitisation is what is done to the disks and backups that held the data, in the words of NIST SP 800-88.
type Sanitisation struct {
	Method Method `yaml:"method" json:"method"`
	Why    string `yaml:"why" json:"why"`
	Proof  string `yaml:"proof" json:"proof"`
}

// Method of sanitisation.
type Method string

// The methods of NIST SP 800-88, from mildest.
const (
	Clear   Method = "clear"   // overwritten by ordinary means
	Purge   Method = "purge"   // not to be had back by a laboratory: cryptographic erase, or the device's own purge
	Destroy Method = "destroy" // the medium itself is gone
)

// Retirements lists the end of each legacy, in order of service.
func Retirements(in Input) []Retirement {
	var all []Retirement
	for _, m := range in.byName() {
		r := Retirement{
			Service: m.Service.Name, Wave: m.Wave, Owner: owner(m.Service), ReadOnlyUntil: day(m.To, keepDays),
			Retention: fmt.Sprintf("documentation of safeguards and of the move: %d years from when it was made or last held (45 CFR 164.316(b)(2)(i)); records themselves by state law and contract, which nothing here states", keepYears),
			Hold:      "nothing states whether a legal hold is on it: the owner asks the counsel before anything is erased",
			Shared:    in.shared(m.Service.Name), Revoke: in.revocations(m), Media: sanitisation(m.Class),
		}
		if !m.To.IsZero() {
			r.EvidenceUntil = day(m.To.AddDate(keepYears, 0, 0), keepDays)
		}
		all = append(all, r)
	}
	return all
}

// shared names the hosts that must outlive the service, because others are on them.
func (in Input) shared(service string) []string {
	var all []string
	for other := range in.Hosts {
		if other == service {
			continue
		}
		for _, host := range in.hosts(other) {
			if slices.Contains(in.hosts(service), host) {
				all = append(all, fmt.Sprintf("%s also carries %s%s", host, other, in.leaves(other)))
			}
		}
	}
	slices.Sort(all)
	return all
}

// leaves says when another service lets go of what it shares.
func (in Input) leaves(service string) string {
	for _, m := range in.Moves {
		switch {
		case m.Service.Name != service:
		case m.Wave != "":
			return " (" + m.Wave + ")"
		default:
			return ", which is retired without a date"
		}
	}
	return ", which stays"
}

// sanitisation goes by the most sensitive class: no one can tell on which block of a disk it lay. Nobody's class counts as
// sensitive.
func sanitisation(class estate.DataClass) Sanitisation {
	s := Sanitisation{Method: Clear, Why: fmt.Sprintf("holds %s only (assumed for that class; NIST SP 800-88 leaves the choice to the organisation)", class),
		Proof: "a record for each medium: serial number, method, tool, who, when, and how it was verified"}
	switch class {
	case estate.Public, estate.Operational:
	case estate.Credential, estate.PHI:
		s.Method, s.Why = Purge, fmt.Sprintf("holds %s: purge, and %s where a medium cannot be purged, or leaves the hospital's hands", class, Destroy)
	case estate.PII, estate.HR, estate.Financial:
		s.Method, s.Why = Purge, fmt.Sprintf("holds %s: purge before a medium is used for anything else", class)
	case estate.NotAssessed:
		s.Method, s.Why = Purge, "nobody could tell what it holds: treated as sensitive"
	default:
		s.Method, s.Why = Purge, fmt.Sprintf("class %q is not one that is known: treated as sensitive", class)
	}
	return s
}

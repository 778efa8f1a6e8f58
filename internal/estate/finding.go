package estate

import (
	"cmp"
	"slices"
)

// Finding is something that is wrong, or may be, with what shows it and what would mend it. Codes are stable: they
// never change their meaning.
type Finding struct {
	Code     string   `json:"code"`  // "integration-not-declared"
	Title    string   `json:"title"` // what is wrong with what, in one line
	Severity Severity `json:"severity"`
	Asset    string   `json:"asset"`    // "host/erp-db", or "outside/NAME" where no asset of the estate is concerned
	Evidence []string `json:"evidence"` // what shows it, and how far that can be relied upon
	Fix      string   `json:"fix"`      // what a person can do

	HIPAA  []string `json:"hipaa,omitempty"`  // paragraphs of the Security Rule, 45 CFR, that it concerns
	ISO    []string `json:"iso,omitempty"`    // controls of ISO/IEC 27001:2022, Annex A, that it concerns
	Effort string   `json:"effort,omitempty"` // to mend it: "minutes", "hours", "days", "weeks"
	Note   string   `json:"note,omitempty"`   // what it does not say, and when it may be wrong

	Accepted *Acceptance `json:"accepted,omitempty"` // somebody answers for leaving it; also one that has expired

	FirstSeen string `json:"first_seen,omitempty"` // day of the assessment that found it first, 2026-01-31
}

// Acceptance is a person's word that a risk is borne, for some time.
type Acceptance struct {
	Code    string `yaml:"code" json:"code"`
	Asset   string `yaml:"asset" json:"asset"`
	Until   string `yaml:"until" json:"until"` // last day, 2026-01-31
	By      string `yaml:"by" json:"by"`       // who answers for it
	Reason  string `yaml:"reason" json:"reason"`
	Date    string `yaml:"date" json:"date"` // when it was accepted
	Expired bool   `yaml:"-" json:"expired,omitempty"`
}

// IsOpen tells whether nobody bears the risk: it was not accepted, or not for so long.
func (f Finding) IsOpen() bool { return f.Accepted == nil || f.Accepted.Expired }

// UnknownFinding is a rule that could not be judged on some assets, and what would tell.
type UnknownFinding struct {
	Code     string   `json:"code"`
	Title    string   `json:"title"`
	Section  string   `json:"section,omitempty"` // that is not known; empty for the asset as a whole
	Coverage Coverage `json:"coverage"`
	Problem  string   `json:"problem,omitempty"`
	Grant    string   `json:"grant,omitempty"` // the right, or the deed, that would tell
	Assets   []string `json:"assets"`
}

// SortFindings orders findings: the worst first, then by code, title and asset.
func SortFindings(findings []Finding) {
	order := Severities()
	slices.SortFunc(findings, func(a, b Finding) int {
		if a.Severity != b.Severity {
			return cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity))
		}
		if a.Code != b.Code {
			return cmp.Compare(a.Code, b.Code)
		}
		return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Asset, b.Asset))
	})
}

// Severity is how much a finding matters.
type Severity string

// The severities, the worst first.
const (
	CriticalSeverity Severity = "critical"
	HighSeverity     Severity = "high"
	MediumSeverity   Severity = "medium"
	LowSeverity      Severity = "low"
	InfoSeverity     Severity = "info" // worth knowing, and no fault
)

// Severities lists them, the worst first.
func Severities() []Severity {
	return []Severity{CriticalSeverity, HighSeverity, MediumSeverity, LowSeverity, InfoSeverity}
}

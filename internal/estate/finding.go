package estate

// Finding is something that is wrong, or may be, with what shows it and what would mend it. Codes are stable: they
// never change their meaning.
type Finding struct {
	Code     string   `json:"code"`  // "integration-not-declared"
	Title    string   `json:"title"` // what is wrong with what, in one line
	Severity Severity `json:"severity"`
	Asset    string   `json:"asset"`    // "host/erp-db", or "outside/NAME" where no asset of the estate is concerned
	Evidence []string `json:"evidence"` // what shows it, and how far that can be relied upon
	Fix      string   `json:"fix"`      // what a person can do
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

package estate

// DataClass is the class of data, which decides tenancy, encryption, logging and recovery.
type DataClass string

// The data classes, most specific first. NotAssessed is not Operational: nobody could tell.
const (
	Credential  DataClass = "CREDENTIAL"
	PHI         DataClass = "PHI"
	HR          DataClass = "HR"
	Financial   DataClass = "FINANCIAL"
	PII         DataClass = "PII"
	Operational DataClass = "OPERATIONAL"
	Public      DataClass = "PUBLIC"
	NotAssessed DataClass = "NOT-ASSESSED"
)

// DataClasses lists all classes, most specific first, NotAssessed last.
func DataClasses() []DataClass {
	return []DataClass{Credential, PHI, HR, Financial, PII, Operational, Public, NotAssessed}
}

// Rank orders classes for roll-up: the lower, the more specific. Unknown names rank last.
func (c DataClass) Rank() int {
	for i, known := range DataClasses() {
		if c == known {
			return i
		}
	}
	return len(DataClasses())
}

// IsSensitive tells whether a class needs protection.
func (c DataClass) IsSensitive() bool { return c.Rank() < Operational.Rank() }

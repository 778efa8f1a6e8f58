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

// ClassOverride is a person's word on the class of a column, which wins over the evidence.
type ClassOverride struct {
	Database string    `yaml:"database" json:"database"` // SERVER/DATABASE
	Table    string    `yaml:"table" json:"table"`       // schema.name
	Column   string    `yaml:"column" json:"column"`
	Class    DataClass `yaml:"class" json:"class"`
	By       string    `yaml:"by" json:"by"`
	Reason   string    `yaml:"reason" json:"reason"`
	Date     string    `yaml:"date" json:"date"` // 2026-01-31
	// Evidence is the fingerprint of the evidence that was looked at; empty where nobody noted it.
	Evidence string `yaml:"evidence,omitempty" json:"evidence,omitempty"`
}

// Place tells which column is meant.
func (o ClassOverride) Place() [3]string { return [3]string{o.Database, o.Table, o.Column} }

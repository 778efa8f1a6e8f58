package estate

import "time"

// Copy is a person's word on what a database is a copy of, and what became of people's data on the way.
type Copy struct {
	Database string      `json:"database"` // SERVER/DATABASE
	Of       string      `json:"of"`       // SERVER/DATABASE
	Content  CopyContent `json:"content"`
	By       string      `json:"by"`
	Date     string      `json:"date"`  // 2026-01-31
	Where    string      `json:"where"` // line of engagement.yaml

	// What classification saw when it held the word against rows.
	Sampled     bool     `json:"sampled"`     // rows of it were read
	Identifiers []string `json:"identifiers"` // columns whose values have the form of numbers that one person alone has: TABLE.COLUMN (KIND)
}

// CopyContent is what a copy holds of the people that its origin is about.
type CopyContent string

// The contents of copies.
const (
	MaskedCopy     CopyContent = "masked"     // rows of people who cannot be told any more
	SummarisedCopy CopyContent = "summarised" // sums and counts, no row of a person
	FullCopy       CopyContent = "full"       // the same as the origin
)

// Restore is a person's word that a backup was brought back, and how that went. It is what proves a backup.
type Restore struct {
	Database string        `json:"database,omitempty"` // SERVER/DATABASE; empty where a machine's files were restored
	Host     string        `json:"host,omitempty"`     // whose files were restored; empty where it was a database
	Date     string        `json:"date"`               // 2026-01-31
	Took     time.Duration `json:"took"`               // nanoseconds, from the order until it could be used
	Bytes    int64         `json:"bytes,omitempty"`    // that were restored; 0 where nobody stated it
	By       string        `json:"by"`
	Evidence string        `json:"evidence"` // protocol, ticket
	Where    string        `json:"where"`    // line of engagement.yaml
}

// Tenancy is whom a workload shares its platform with.
type Tenancy string

// The tenancies.
const (
	Dedicated      Tenancy = "dedicated" // its own machines, database server and keys
	Hybrid         Tenancy = "hybrid"    // its data is dedicated; what holds none of it is shared
	Shared         Tenancy = "shared"    // with other workloads of the same kind
	UnknownTenancy Tenancy = "unknown"   // what would decide is not known
)

// Tenancies lists those that a person can decide for.
func Tenancies() []Tenancy { return []Tenancy{Dedicated, Hybrid, Shared} }

// TenancyApproval is a person's decision on the tenancy of a workload, which wins over the rules.
type TenancyApproval struct {
	Workload string  `yaml:"workload" json:"workload"` // "service/erp", as nightferry assess shows it
	Tenancy  Tenancy `yaml:"tenancy" json:"tenancy"`
	By       string  `yaml:"by" json:"by"`
	Reason   string  `yaml:"reason" json:"reason"`
	Date     string  `yaml:"date" json:"date"` // 2026-01-31
}

// IsReduced tells whether the copy is said to hold no person who can be told apart.
func (c Copy) IsReduced() bool { return c.Content == MaskedCopy || c.Content == SummarisedCopy }

// IsUnmasked tells whether the word is not true: rows name people.
func (c Copy) IsUnmasked() bool { return c.IsReduced() && len(c.Identifiers) > 0 }

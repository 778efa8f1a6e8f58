package estate

import "time"

// Environment is what a system is for.
type Environment string

// The environments.
const (
	Production    Environment = "production"
	NonProduction Environment = "non-production"
	Target        Environment = "target" // part of the landing zone
	SharedEnv     Environment = "shared" // used by several environments: directory, mail, bastion
	UnknownEnv    Environment = "unknown"
)

// Criticality is how badly the hospital needs a service.
type Criticality string

// The criticalities, from worst to mildest.
const (
	LifeCritical     Criticality = "life-critical"
	BusinessCritical Criticality = "business-critical"
	Important        Criticality = "important"
	Deferrable       Criticality = "deferrable"
)

// Service is a business service: what the hospital would miss. RTO and RPO are zero where nobody stated them.
type Service struct {
	Name        string        `json:"name"`
	Owner       string        `json:"owner,omitempty"`
	Contact     string        `json:"contact,omitempty"`
	Criticality Criticality   `json:"criticality,omitempty"`
	Environment Environment   `json:"environment"`
	RTO         time.Duration `json:"rto,omitempty"` // nanoseconds
	RPO         time.Duration `json:"rpo,omitempty"` // nanoseconds
	Workaround  string        `json:"workaround,omitempty"`
	// Communication is how wards and staff learn that it is down, and back.
	Communication string `json:"communication,omitempty"`
	// Authority is who decides to go without it, to switch over and to come back.
	Authority   string      `json:"authority,omitempty"`
	Vendors     []string    `json:"vendors,omitzero"` // whose failure takes it down; nil where nobody stated it, empty where it is none's
	Hosts       []string    `json:"hosts,omitempty"`
	Databases   []string    `json:"databases,omitempty"` // "SERVER/DATABASE", or "SERVER" for all its databases
	Odoo        []string    `json:"odoo,omitempty"`
	Disposition Disposition `json:"disposition,omitempty"` // what becomes of it; it moves when not stated
	Proves      []string    `json:"proves,omitempty"`      // production services that this one is the rehearsal of
	People      []Person    `json:"people,omitempty"`      // of its cutover night
	Waivers     []Waiver    `json:"waivers,omitempty"`     // of assurances of that night
}

// Person finds who has a duty for the service. Its owner speaks for the business where nobody else is named.
func (s Service) Person(duty Duty) (Person, bool) {
	for _, p := range s.People {
		if p.Duty == duty {
			return p, true
		}
	}
	if duty == BusinessOwner && s.Owner != "" && s.Contact != "" {
		return Person{Duty: duty, Name: s.Owner, Contact: s.Contact}, true
	}
	return Person{}, false
}

// Inventory is everything that discovery found, in order of name.
type Inventory struct {
	Hosts    []Host           `json:"hosts"`
	Postgres []PostgresServer `json:"postgres"`
	Odoo     []OdooServer     `json:"odoo"`
	Clusters []Cluster        `json:"clusters,omitempty"`
	Columns  []SampledServer  `json:"columns,omitempty"` // what row sampling counted; empty where none was authorised
	Samples  Samples          `json:"samples,omitzero"`  // what `discover --watch` added
}

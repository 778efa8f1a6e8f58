package modules

import "nightferry/internal/estate"

// Report says what becomes of the Odoo modules of an estate on the way to a target version.
type Report struct {
	Target      string   `json:"target"` // "19.0"
	Facts       string   `json:"facts"`  // what the verdicts rest on
	Policy      string   `json:"policy"` // version of the table of hours
	Assumptions []string `json:"assumptions,omitempty"`
	Servers     []Server `json:"servers"`
	// Effort is that of all custom code, each module once by name and version, and of what was made in databases that
	// are neither non-production nor the target, whose copies they are.
	Effort Effort `json:"effort"`
}

// Server is one Odoo database with its modules.
type Server struct {
	Odoo        string             `json:"odoo"`
	Host        string             `json:"host,omitempty"`
	Environment estate.Environment `json:"environment"`
	From        string             `json:"from,omitempty"` // "14.0"; empty where nobody knows
	Coverage    estate.Coverage    `json:"coverage"`       // of the list of modules; only known ones are judged
	Problem     string             `json:"problem,omitempty"`
	Mend        string             `json:"mend,omitempty"`
	Verdicts    map[Verdict]int    `json:"verdicts,omitempty"`
	Modules     []Judgement        `json:"modules,omitempty"` // those that need people first
	Database    *Customisation     `json:"in_database,omitempty"`
	Effort      Effort             `json:"effort"` // of its custom code and of what was made in the database
}

// Origin says whose a module is.
type Origin string

// The origins.
const (
	FromOdoo   Origin = "odoo"     // a list of its version has it
	FromOCA    Origin = "oca"      // its author is the Odoo Community Association
	FromVendor Origin = "vendor"   // bought: by its licence
	Ours       Origin = "custom"   // made for this estate, or by others for it
	Nobodys    Origin = "not told" // neither author nor code is known
)

// Judgement is what becomes of one module of a server.
type Judgement struct {
	Name     string   `json:"name"`
	Verdict  Verdict  `json:"verdict"`
	Origin   Origin   `json:"origin"`
	Edition  Edition  `json:"edition,omitempty"` // of Odoo's modules: at the target
	Version  string   `json:"version,omitempty"` // in the database, else in the manifest
	Path     string   `json:"path,omitempty"`    // of its code, where that was found beside Odoo's own
	Becomes  string   `json:"becomes,omitempty"` // name at the target
	Sureness Sureness `json:"how_sure"`          // of the weakest step
	Steps    []Step   `json:"steps,omitempty"`
	Reasons  []string `json:"reasons,omitempty"`
	Advice   string   `json:"advice,omitempty"`
	Effort   *Effort  `json:"effort,omitempty"` // nil where there is nothing to carry, or the code was not seen: Reasons say which
}

// IsStuck tells whether a module stands in the way of the target until somebody has looked.
func (j *Judgement) IsStuck() bool {
	return j.Verdict == Removed || j.Verdict == Unknown || j.Verdict == Custom && j.Effort == nil
}

// Customisation counts what people made in a database, past all modules. A count that could not be read is not there,
// and Unread says so.
type Customisation struct {
	Counts map[Measure]int `json:"counts"`
	Unread []string        `json:"unread,omitempty"`
	Effort Effort          `json:"effort"`
}

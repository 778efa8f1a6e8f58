package estate

import (
	"slices"
	"strings"
	"time"
)

// Move pairs one piece of a legacy service with its place in the landing zone, as people declared it.
type Move struct {
	Service string  `json:"service"`
	From    MoveEnd `json:"from"`
	To      MoveEnd `json:"to"`
}

// MoveEnd is one side of a move: where an Odoo, its database and its filestore live.
type MoveEnd struct {
	Host         string `json:"host"`          // estate's name of the host that runs Odoo
	Unit         string `json:"unit"`          // its systemd unit
	Filestore    string `json:"filestore"`     // folder of the database's filestore on that host
	FileOwner    string `json:"file_owner"`    // account that owns the filestore
	Server       string `json:"server"`        // estate's name of the PostgreSQL server
	DatabaseHost string `json:"database_host"` // estate's name of the host that runs it
	Database     string `json:"database"`
	Owner        string `json:"owner"` // role that owns the database
	URL          string `json:"url"`   // where people reach the service
	Odoo         string `json:"odoo"`  // estate's name of the Odoo server

	Open  []string `json:"open,omitempty"`  // command on Host that lets users in
	Close []string `json:"close,omitempty"` // command on Host that shuts them out again
}

// Calendar says when people may work on the estate.
type Calendar struct {
	Timezone string   `json:"timezone,omitempty"` // IANA name
	Freezes  []Freeze `json:"freezes,omitempty"`
	Windows  []Window `json:"windows,omitempty"`
}

// Freeze is a time in which nothing may change, ends included.
type Freeze struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Reason string    `json:"reason"`
	Where  string    `json:"where,omitempty"` // file and line
}

// Window is a weekly time in which services may be down.
type Window struct {
	Days []string `json:"days"` // "mon" … "sun"
	From string   `json:"from"` // "22:00"
	To   string   `json:"to"`   // "04:00" on the next day when earlier than From
}

// On lays the window on a day, given by its first moment, in that moment's time zone: false where it does not begin on that
// day of the week. A window that ends no later than it begins ends on the next day.
func (w Window) On(day time.Time) (from, to time.Time, begins bool) {
	if !slices.Contains(w.Days, strings.ToLower(day.Weekday().String()[:3])) {
		return time.Time{}, time.Time{}, false
	}
	if from, to = clock(day, w.From), clock(day, w.To); !to.After(from) {
		to = clock(day.AddDate(0, 0, 1), w.To)
	}
	return from, to, true
}

// clock is a time of day ("22:00") on a day; the day's first moment where the text is none.
func clock(day time.Time, text string) time.Time {
	at, err := time.Parse("15:04", text)
	if err != nil {
		return day
	}
	return time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), 0, 0, day.Location())
}

// Policy is what the engagement demands of the plan.
type Policy struct {
	Start                   string    `json:"start,omitempty"`                  // first day on which a wave may move, 2026-01-31; two weeks after discovery when not stated
	HorizonDays             int       `json:"horizon_days,omitempty"`           // nights are looked for so long from there; 0 for a year
	MaxServicesPerWave      int       `json:"max_services_per_wave"`            // 0 for no limit
	MaxGigabytesPerWave     int       `json:"max_gigabytes_per_wave,omitempty"` // decimal; 0 for no limit
	MaxCrewsPerWave         int       `json:"max_crews_per_wave,omitempty"`     // a service takes one; 0 for no limit
	NonProductionDaysBefore int       `json:"non_production_days_before"`       // proven so long before its production
	MayCross                []Passage `json:"may_cross,omitempty"`
}

// Passage is a dependency that may reach from one site to the other for a while, and who says so.
type Passage struct {
	From   string `json:"from"` // service
	To     string `json:"to"`   // service that it needs
	By     string `json:"by"`
	Reason string `json:"reason"` // why that bears the way between the sites
}

// Disposition is what becomes of a service.
type Disposition string

// The dispositions. A service without one moves.
const (
	MoveAsIs       Disposition = "move"
	MoveAndUpgrade Disposition = "move-and-upgrade"
	Replace        Disposition = "replace" // by something else: its wave ends it
	Retain         Disposition = "retain"  // it stays where it is
	Retire         Disposition = "retire"  // it ends, and nothing takes its place
)

// Dispositions lists them.
func Dispositions() []Disposition {
	return []Disposition{MoveAsIs, MoveAndUpgrade, Replace, Retain, Retire}
}

// Pin is a person's word on when a service moves: not before a day, not after one, or both.
type Pin struct {
	Service   string `yaml:"service" json:"service"`
	NotBefore string `yaml:"not_before,omitempty" json:"not_before,omitempty"` // first day, 2026-01-31
	NotAfter  string `yaml:"not_after,omitempty" json:"not_after,omitempty"`   // last day
	By        string `yaml:"by" json:"by"`
	Reason    string `yaml:"reason" json:"reason"`
	Date      string `yaml:"date" json:"date"` // when it was said
	Where     string `yaml:"-" json:"-"`       // file and line
}

// ConstraintWaiver lets a constraint of the plan be broken: the plan names it with its cost.
type ConstraintWaiver struct {
	Constraint string `yaml:"constraint" json:"constraint"` // as plan why shows it, such as "freeze:end of year"
	By         string `yaml:"by" json:"by"`
	Reason     string `yaml:"reason" json:"reason"`
	Date       string `yaml:"date" json:"date"`
	Where      string `yaml:"-" json:"-"` // file and line
}

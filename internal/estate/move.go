package estate

import "time"

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
}

// Window is a weekly time in which services may be down.
type Window struct {
	Days []string `json:"days"` // "mon" … "sun"
	From string   `json:"from"` // "22:00"
	To   string   `json:"to"`   // "04:00" on the next day when earlier than From
}

// Policy is what the engagement demands of the plan.
type Policy struct {
	MaxServicesPerWave      int `json:"max_services_per_wave"`      // 0 for no limit
	NonProductionDaysBefore int `json:"non_production_days_before"` // proven so long before its production
}

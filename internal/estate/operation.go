package estate

import "time"

// Disk is a block device of a machine, or what is built on one.
type Disk struct {
	Name       string `json:"name"` // "sda", "sda1", "vg0-root"
	Kind       string `json:"kind"` // as lsblk: "disk", "part", "crypt", "lvm", "raid1", "loop", ...
	SizeBytes  int64  `json:"size_bytes"`
	Rotational bool   `json:"rotational"`
	Parent     string `json:"parent,omitempty"` // the device it is a part of, or lies on
	Encrypted  bool   `json:"encrypted"`        // it is LUKS or dm-crypt, or lies on such
	Target     string `json:"target,omitempty"` // where it is mounted
	Type       string `json:"fstype,omitempty"` // file system, or "crypto_LUKS", "LVM2_member"
}

// Network is how a machine finds others.
type Network struct {
	Routes    []Route  `json:"routes"`
	Resolvers []string `json:"resolvers"` // addresses of name servers
	Search    []string `json:"search,omitempty"`
}

// Route is a line of the routing table.
type Route struct {
	Destination string `json:"destination"` // CIDR, or "default"
	Gateway     string `json:"gateway,omitempty"`
	Interface   string `json:"interface"`
}

// Updates is what the package manager's own lists, as they lie on the machine, say is to be had.
type Updates struct {
	Manager        string    `json:"manager"` // "apt", "dnf", "yum", "zypper", "apk"
	Pending        []string  `json:"pending"` // names of packages
	Security       []string  `json:"security"`
	ListsAt        time.Time `json:"lists_at,omitzero"` // how old the lists are
	RebootRequired bool      `json:"reboot_required"`
}

// Safeguard is one of the things a machine should have so that it can be trusted and watched.
type Safeguard struct {
	Kind    string   `json:"kind"`              // "time", "firewall", "audit", "confinement", "log-forwarding", "monitoring"
	State   string   `json:"state"`             // "on", "off" (there, and not at work), "none", "unknown"
	By      []string `json:"by,omitempty"`      // products; of the time also its sources
	Problem string   `json:"problem,omitempty"` // why the state is unknown
	Grant   string   `json:"grant,omitempty"`   // what would tell it

	To []LogTarget `json:"to,omitempty"` // where logs are forwarded to
}

// LogTarget is where a machine's logs are sent to.
type LogTarget struct {
	Host string `json:"host"`
	Port int    `json:"port,omitempty"` // 0 where neither the configuration nor custom says it
	TLS  bool   `json:"tls"`
}

// Load is how busy a machine is: two looks in one reading, the average since boot, and what sysstat has recorded.
// It is a snapshot: no advice to make a machine smaller can rest on it.
type Load struct {
	Seconds         float64      `json:"seconds"` // between the two looks
	CPUBusyPercent  float64      `json:"cpu_busy_percent"`
	CPUStealPercent float64      `json:"cpu_steal_percent"`
	CPUWaitPercent  float64      `json:"cpu_wait_percent"` // for disks
	CPUBusyBoot     float64      `json:"cpu_busy_percent_since_boot"`
	LoadAverage     []float64    `json:"load_average"` // over 1, 5 and 15 minutes
	AvailableBytes  int64        `json:"memory_available_bytes"`
	SwapUsedBytes   int64        `json:"swap_used_bytes"`
	DiskReadRate    int64        `json:"disk_read_bytes_per_second"`
	DiskWriteRate   int64        `json:"disk_written_bytes_per_second"`
	ReceiveRate     int64        `json:"network_received_bytes_per_second"`
	SendRate        int64        `json:"network_sent_bytes_per_second"`
	History         *LoadHistory `json:"history,omitempty"` // nil where nothing was recorded
}

// LoadHistory is what sysstat recorded of the processors.
type LoadHistory struct {
	Days    int     `json:"days"`
	Samples int     `json:"samples"`
	Median  float64 `json:"cpu_busy_percent_median"`
	P95     float64 `json:"cpu_busy_percent_p95"`
	Most    float64 `json:"cpu_busy_percent_max"`
}

// Backup is a trace of a backup: what made it, and the newest sign that it worked.
type Backup struct {
	Tool    string    `json:"tool"`            // "pg_dump", "pg_basebackup", "wal-archive", "pgbackrest", "barman", "restic", "borg", ...
	Where   string    `json:"where"`           // folder with a pattern, configuration file, log or unit
	Newest  time.Time `json:"newest,omitzero"` // the newest sign of success; zero where there is none
	Oldest  time.Time `json:"oldest,omitzero"`
	Count   int       `json:"count"` // files, or successful runs
	Bytes   int64     `json:"bytes"` // of the newest file
	Sign    string    `json:"sign"`  // what tells of success: "file", "log", "timer"; or only of the wish: "schedule", "configuration"
	Problem string    `json:"problem,omitempty"`
}

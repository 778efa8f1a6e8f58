package estate

import "time"

// ClusterState is what a cluster is and does as a whole.
type ClusterState struct {
	SystemID  string    `json:"system_id"` // of the cluster and all its physical copies
	Standby   bool      `json:"standby"`   // it follows another server
	Started   time.Time `json:"started"`
	WALLevel  string    `json:"wal_level"`
	Checksums bool      `json:"checksums"`
	// Restarts are settings that wait for a restart: their names.
	Restarts []string `json:"restarts,omitempty"`
}

// WALFolder is the write-ahead log that lies on the server's disk.
type WALFolder struct {
	Files int64 `json:"files"`
	Bytes int64 `json:"bytes"`
}

// PasswordForm says how the password of a role is kept, and nothing of the password.
type PasswordForm struct {
	Role string `json:"role"`
	Form string `json:"form"` // "scram-sha-256", "md5", "none", "other"
}

// RoleSetting names the settings that are made for a role, a database, or a role in a database. Their values can hold
// anything, secrets too, and stay where they are.
type RoleSetting struct {
	Database string   `json:"database,omitempty"` // empty for all
	Role     string   `json:"role,omitempty"`     // empty for all
	Settings []string `json:"settings"`           // names
}

// AccessRule is a line of pg_hba.conf. Of its options only names are kept: values hold secrets of directories.
type AccessRule struct {
	Line      int      `json:"line"`
	File      string   `json:"file,omitempty"` // its base name, where the server tells (16)
	Type      string   `json:"type"`           // local, host, hostssl, hostnossl, hostgssenc, hostnogssenc
	Databases []string `json:"databases"`
	Roles     []string `json:"roles"`
	Address   string   `json:"address,omitempty"`
	Netmask   string   `json:"netmask,omitempty"`
	Method    string   `json:"method"`
	Options   []string `json:"options,omitempty"` // names
	Broken    bool     `json:"broken,omitempty"`  // the server cannot read this line
}

// ReplicationSlot holds back WAL until its reader has taken it.
type ReplicationSlot struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"` // "physical" or "logical"
	Plugin   string `json:"plugin,omitempty"`
	Database string `json:"database,omitempty"`
	Active   bool   `json:"active"`
	// RetainedBytes is the WAL it holds back; -1 where it holds back none yet.
	RetainedBytes int64  `json:"retained_bytes"`
	Status        string `json:"status,omitempty"` // reserved, extended, unreserved, lost (13)
	Temporary     bool   `json:"temporary,omitempty"`
}

// Standby is a reader of the server's replication stream: a standby, a subscriber, or a backup that runs.
type Standby struct {
	Role        string `json:"role"`
	Address     string `json:"address,omitempty"` // empty for a local socket
	Application string `json:"application,omitempty"`
	State       string `json:"state,omitempty"` // streaming, catchup, backup
	Sync        string `json:"sync,omitempty"`  // async, sync, quorum, potential
	// LagBytes is WAL that it has not replayed; -1 where it does not tell.
	LagBytes int64 `json:"lag_bytes"`
	TLS      bool  `json:"tls"`
}

// PreparedTransaction is the first half of a two-phase commit that waits for the second. It holds locks and holds back
// vacuum until then, also over a restart.
type PreparedTransaction struct {
	Database string    `json:"database"`
	Owner    string    `json:"owner"`
	Prepared time.Time `json:"prepared"`
}

// Tablespace is a place for files outside the data folder.
type Tablespace struct {
	Name      string `json:"name"`
	Owner     string `json:"owner"`
	Location  string `json:"location,omitempty"` // empty for the data folder itself
	SizeBytes int64  `json:"size_bytes"`         // -1 where the role may not know it
}

package estate

import "time"

// HostLook is one light look at a host.
type HostLook struct {
	Name      string
	Collected Collection
	PeersRead bool       // the machine showed its sockets; without, no peers means nothing
	PeersCut  bool       // a limit cut them
	Peers     []SeenPeer // each counterpart once
	Counters  *HostCounters
}

// SeenPeer is a counterpart in one look.
type SeenPeer struct {
	Counterpart
	Ended bool // only the trace of a connection that has ended
}

// HostCounters is what the kernel of a host says of its work: what counts up does so from its start.
type HostCounters struct {
	Uptime         float64  `json:"uptime_seconds"`
	CPU            [8]int64 `json:"cpu_ticks"` // user, nice, system, idle, iowait, irq, softirq, steal
	LoadAverage    float64  `json:"load_average"`
	MemoryBytes    int64    `json:"memory_bytes"`
	AvailableBytes int64    `json:"memory_available_bytes"`
	SwapUsedBytes  int64    `json:"swap_used_bytes"`
	ReadBytes      int64    `json:"disk_read_bytes"`
	WrittenBytes   int64    `json:"disk_written_bytes"`
	Operations     int64    `json:"disk_operations"`
	ReceivedBytes  int64    `json:"network_received_bytes"`
	SentBytes      int64    `json:"network_sent_bytes"`
}

// PostgresLook is one light look at a PostgreSQL server.
type PostgresLook struct {
	Name        string
	Collected   Collection
	ClientsRead bool // the server showed its sessions
	ClientsCut  bool // a limit cut them
	Clients     []SeenClient
	Counters    *PostgresCounters
}

// SeenClient is a caller in one look.
type SeenClient struct {
	DatabaseCaller
	Sessions       int
	LongestSeconds int // age of its oldest session; 0 where it is hidden
}

// PostgresCounters is what a PostgreSQL server says of its work. What it does not tell to this role, or in this
// version, is -1.
type PostgresCounters struct {
	Uptime         float64 `json:"uptime_seconds"`
	Sessions       int64   `json:"sessions"`
	Active         int64   `json:"active"`
	Transactions   int64   `json:"transactions"`
	Begun          int64   `json:"sessions_begun"`
	BlocksHit      int64   `json:"blocks_hit"`
	BlocksRead     int64   `json:"blocks_read"`
	TemporaryBytes int64   `json:"temporary_bytes"`
	WALBytes       int64   `json:"wal_bytes"` // position in the write-ahead log
}

// SampleLog is the record of one asset's samples: who was seen is told once, and from then on by number.
type SampleLog[Who comparable, Counters any] struct {
	Known   []Who
	Entries []SampleEntry[Counters] // as they were taken
}

// SampleEntry is one sample that was due.
type SampleEntry[Counters any] struct {
	At       time.Time `json:"at"` // when it was due; UTC, whole seconds
	Every    int       `json:"-"`  // seconds between two samples
	Missed   Coverage  `json:"missed,omitempty"`
	Problem  string    `json:"problem,omitempty"`
	Counters *Counters `json:"counters,omitempty"`
	// Seen holds numbers of SampleLog.Known, each once. The lists that follow it are empty where all are 0.
	Seen     []int `json:"seen,omitempty"`
	Ended    []int `json:"ended,omitempty"`    // numbers, among Seen
	Sessions []int `json:"sessions,omitempty"` // of each Seen
	Longest  []int `json:"longest,omitempty"`  // seconds, of each Seen
	Blind    bool  `json:"blind,omitempty"`    // who was there could not be read
	Cut      bool  `json:"cut,omitempty"`      // there were more
}

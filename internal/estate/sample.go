package estate

import (
	"slices"
	"time"
)

// Samples is what repeated light looks at the estate showed, merged: who spoke, however briefly, and how busy it was.
// Assets are in order of name. An asset that nobody watched is not among them, which says nothing about its partners.
type Samples struct {
	Hosts    []HostSamples     `json:"hosts,omitempty"`
	Postgres []PostgresSamples `json:"postgres,omitempty"`
}

// Host returns what was seen of a host, and whether it was watched.
func (s Samples) Host(name string) (HostSamples, bool) {
	i := slices.IndexFunc(s.Hosts, func(h HostSamples) bool { return h.Name == name })
	if i < 0 {
		return HostSamples{}, false
	}
	return s.Hosts[i], true
}

// PostgresServer returns what was seen of a PostgreSQL server, and whether it was watched.
func (s Samples) PostgresServer(name string) (PostgresSamples, bool) {
	i := slices.IndexFunc(s.Postgres, func(p PostgresSamples) bool { return p.Name == name })
	if i < 0 {
		return PostgresSamples{}, false
	}
	return s.Postgres[i], true
}

// Sampling is how often an asset was looked at, and when.
type Sampling struct {
	Taken        int       `json:"taken"`                  // samples that were answered
	Missed       int       `json:"missed"`                 // samples that were due, and are not there
	EverySeconds int       `json:"every_seconds"`          // between two samples; the last interval, where there were several
	First        time.Time `json:"first,omitzero"`         // UTC, whole seconds; of the samples taken
	Last         time.Time `json:"last,omitzero"`          // the same
	Problem      string    `json:"last_problem,omitempty"` // why the last missed sample was not answered; empty where none was asked
}

// Sighting is how often one of many things was seen among the samples of an asset.
type Sighting struct {
	Samples int       `json:"samples"`      // in which it was seen
	First   time.Time `json:"first"`        // UTC, whole seconds
	Last    time.Time `json:"last"`         // the same
	Hours   [24]int   `json:"hours_of_day"` // samples in which it was seen, by hour of the day in UTC; they add up to Samples
}

// HostSamples is what the samples of one host showed. Identity by name: that of [Host].
type HostSamples struct {
	Name string `json:"name"`
	Sampling
	PeerSamples int      `json:"peer_samples"` // samples in which the sockets could be read: 0 means that nothing is known of peers
	Peers       []Peer   `json:"peers"`
	Load        HostLoad `json:"load"`
	// PeersCut: there were more peers than are kept. Those that are here are right, and not all.
	PeersCut bool `json:"peers_cut,omitempty"`
}

// Counterpart is somebody a host speaks with over TCP, or UDP where the kernel remembers it: who, by which service's
// port, in which direction. Clients' own ports are not kept: they differ each time, and are 0.
type Counterpart struct {
	Protocol     string `json:"protocol"` // "tcp" or "udp"
	LocalAddress string `json:"local_address"`
	LocalPort    int    `json:"local_port,omitempty"` // the service's, where Inbound
	PeerAddress  string `json:"peer_address"`
	PeerPort     int    `json:"peer_port,omitempty"` // the service's, where not Inbound; 0 also for one whose port differs each time
	Inbound      bool   `json:"inbound"`             // the peer called
	Process      string `json:"process,omitempty"`   // the program on this host; empty where it is not known
	User         string `json:"user,omitempty"`      // the account it runs as; the same
}

// Peer is a counterpart with how often it was seen.
type Peer struct {
	Counterpart
	Sighting
	// Ended counts those of Samples in which only the trace of a connection that had ended was seen: a peer of which
	// that is nearly all speaks briefly.
	Ended int `json:"ended,omitempty"`
}

// Percentiles are of figures that were sampled. All are 0 where Samples is: nothing is known then.
type Percentiles struct {
	Samples int     `json:"samples"` // figures behind them
	P50     float64 `json:"p50"`
	P90     float64 `json:"p90"`
	P95     float64 `json:"p95"`
	P99     float64 `json:"p99"`
	Max     float64 `json:"max"`
}

// HostLoad is how busy a host was. What counts up is averaged between two samples that follow one another, so its
// figures are one fewer than the samples, and fewer where samples were missed or the machine was restarted.
type HostLoad struct {
	CPUBusyPercent  Percentiles `json:"cpu_busy_percent"`
	CPUWaitPercent  Percentiles `json:"cpu_wait_percent"` // for disks
	CPUStealPercent Percentiles `json:"cpu_steal_percent"`
	LoadAverage     Percentiles `json:"load_average"` // over one minute
	MemoryUsedBytes Percentiles `json:"memory_used_bytes"`
	SwapUsedBytes   Percentiles `json:"swap_used_bytes"`
	DiskReadRate    Percentiles `json:"disk_read_bytes_per_second"`
	DiskWriteRate   Percentiles `json:"disk_written_bytes_per_second"`
	DiskOperations  Percentiles `json:"disk_operations_per_second"`
	ReceiveRate     Percentiles `json:"network_received_bytes_per_second"`
	SendRate        Percentiles `json:"network_sent_bytes_per_second"`
}

// PostgresSamples is what the samples of one PostgreSQL server showed. Identity by name: that of [PostgresServer].
type PostgresSamples struct {
	Name string `json:"name"`
	Sampling
	ClientSamples int             `json:"client_samples"` // samples in which the sessions could be read
	Clients       []SampledClient `json:"clients"`
	Load          PostgresLoad    `json:"load"`
	// ClientsCut: there were more clients than are kept.
	ClientsCut bool `json:"clients_cut,omitempty"`
}

// DatabaseCaller is sessions of a PostgreSQL server that look the same: an integration seen from the database.
type DatabaseCaller struct {
	Database    string `json:"database"`
	Role        string `json:"role"`
	Address     string `json:"address,omitempty"`        // empty for a local socket, and where it is hidden
	Hidden      bool   `json:"address_hidden,omitempty"` // the reading role may not see where this role's sessions come from
	Application string `json:"application,omitempty"`    // its numbers, such as process ids, are "#"
	TLS         bool   `json:"tls,omitempty"`            // false also where it is hidden
}

// SampledClient is a caller with how often it was seen.
type SampledClient struct {
	DatabaseCaller
	Sighting
	Most           int `json:"most_sessions"`                     // at once
	LongestSeconds int `json:"longest_session_seconds,omitempty"` // age of the oldest session that was seen
}

// PostgresLoad is how busy a PostgreSQL server was; what counts up is averaged as in [HostLoad].
type PostgresLoad struct {
	Sessions        Percentiles `json:"sessions"`        // of clients, our own not counted
	Active          Percentiles `json:"active_sessions"` // of these, at work at that moment; none where the role may not see it
	TransactionRate Percentiles `json:"transactions_per_second"`
	SessionRate     Percentiles `json:"new_sessions_per_second"` // since PostgreSQL 14
	CacheHitPercent Percentiles `json:"cache_hit_percent"`       // blocks found in shared buffers
	TemporaryRate   Percentiles `json:"temporary_bytes_per_second"`
	WALRate         Percentiles `json:"wal_bytes_per_second"`
}

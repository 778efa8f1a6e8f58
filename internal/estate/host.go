package estate

import "time"

// Host is one machine as an account on it could see it. Identity by name: the name in engagement.yaml.
type Host struct {
	Name           string                   `json:"name"`
	Environment    Environment              `json:"environment"`
	Collected      Collection               `json:"collected"`
	Identity       Section[Identity]        `json:"identity"`
	Capacity       Section[Capacity]        `json:"capacity"`
	Interfaces     Section[[]Interface]     `json:"interfaces"`
	Processes      Section[[]Process]       `json:"processes"`
	Listeners      Section[[]Listener]      `json:"listeners"`
	Connections    Section[[]Connection]    `json:"connections"`
	Packages       Section[[]Package]       `json:"packages"`
	Units          Section[[]Unit]          `json:"units"`
	Schedules      Section[[]Schedule]      `json:"schedules"`
	Mounts         Section[[]Mount]         `json:"mounts"`
	Accounts       Section[[]Account]       `json:"accounts"`
	Certificates   Section[[]Certificate]   `json:"certificates"`
	Names          Section[[]HostName]      `json:"names"`
	Applications   Section[[]Application]   `json:"applications"`
	Routes         Section[[]WebRoute]      `json:"routes"`
	Containers     Section[[]Container]     `json:"containers"`
	Folders        Section[[]DataFolder]    `json:"folders"`
	Commands       Section[[]OutboundCall]  `json:"commands"`
	Disks          Section[[]Disk]          `json:"disks"`
	Network        Section[Network]         `json:"network"`
	Updates        Section[Updates]         `json:"updates"`
	Safeguards     Section[[]Safeguard]     `json:"safeguards"`
	Load           Section[Load]            `json:"load"`
	Backups        Section[[]Backup]        `json:"backups"`
	SudoRules      Section[[]SudoRule]      `json:"sudo_rules"`
	Configurations Section[[]Configuration] `json:"configurations"`
	Files          Section[[]File]          `json:"files"`
	Changed        Section[[]ChangedFile]   `json:"changed_files"`
	Code           Section[[]CodeModule]    `json:"odoo_modules"`
	Filestores     Section[[]Filestore]     `json:"filestores"`
}

// Identity is what a machine says it is.
type Identity struct {
	Hostname       string    `json:"hostname"`
	MachineID      string    `json:"machine_id,omitempty"`
	OS             string    `json:"os"`         // os-release ID, such as "debian"
	OSVersion      string    `json:"os_version"` // os-release VERSION_ID
	OSName         string    `json:"os_name"`    // os-release PRETTY_NAME
	Kernel         string    `json:"kernel"`
	Architecture   string    `json:"architecture"`             // as uname -m
	Virtualisation string    `json:"virtualisation,omitempty"` // as systemd-detect-virt
	Init           string    `json:"init,omitempty"`           // "systemd", "sysv", "openrc", "busybox"
	Booted         time.Time `json:"booted,omitzero"`          // whole seconds, UTC
}

// Capacity is what a machine has. Zero means not told; the section's coverage says whether it was asked.
type Capacity struct {
	CPUs        int    `json:"cpus"`
	MemoryBytes int64  `json:"memory_bytes"`
	SwapBytes   int64  `json:"swap_bytes"`
	CPUModel    string `json:"cpu_model,omitempty"`
}

// Interface is one network interface with its addresses in CIDR form.
type Interface struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
}

// Process is a running program: its flags without their values, and the hosts its arguments name,
// since arguments can hold patients and secrets.
type Process struct {
	Program string   `json:"program"`
	User    string   `json:"user"`
	Flags   []string `json:"flags,omitempty"`
	Hosts   []string `json:"hosts,omitempty"` // host or host:port named by an argument
	Unit    string   `json:"unit,omitempty"`  // from the cgroup
	Count   int      `json:"count"`           // processes that look the same
}

// Listener is a listening socket. Process is empty where the account may not see it.
type Listener struct {
	Protocol string `json:"protocol"` // "tcp" or "udp"
	Address  string `json:"address"`  // bound address; "*" for all
	Port     int    `json:"port"`
	Process  string `json:"process,omitempty"`
	User     string `json:"user,omitempty"` // owner of the socket, known without seeing the process
}

// IsLoopback tells whether only the machine itself can reach the listener.
func (l Listener) IsLoopback() bool {
	return l.Address == "::1" || l.Address == "localhost" || len(l.Address) > 4 && l.Address[:4] == "127."
}

// Connection is an established TCP connection, with equal ones counted. Ephemeral ports are 0.
type Connection struct {
	LocalAddress string `json:"local_address"`
	LocalPort    int    `json:"local_port"`
	PeerAddress  string `json:"peer_address"`
	PeerPort     int    `json:"peer_port"`
	Inbound      bool   `json:"inbound"` // the local port is one this host listens on
	Process      string `json:"process,omitempty"`
	User         string `json:"user,omitempty"`
	Count        int    `json:"count"`
}

// Package is an installed package of the distribution.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Unit is a service the init system knows.
type Unit struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`              // "service", "timer", "socket", "mount", "init.d", "upstart"
	Active  string `json:"active"`            // as systemctl: active, inactive, failed, ...
	Enabled string `json:"enabled,omitempty"` // as systemctl: enabled, disabled, masked, static, ...
}

// Schedule is a recurring job: a crontab line or a timer.
type Schedule struct {
	Kind    string    `json:"kind"`    // "cron" or "timer"
	Where   string    `json:"where"`   // file or unit that defines it
	When    string    `json:"when"`    // the five fields, "@daily", or OnCalendar
	User    string    `json:"user"`    // account it runs as
	Program string    `json:"program"` // program without arguments
	Hosts   []string  `json:"hosts,omitempty"`
	LastRun time.Time `json:"last_run,omitzero"`
	NextRun time.Time `json:"next_run,omitzero"`
	// CatchesUp: what was missed while the machine was down is run when it is up again (Persistent= of a timer, anacron).
	CatchesUp bool `json:"catches_up,omitempty"`
}

// Mount is a mounted file system, or one that fstab promises.
type Mount struct {
	Source     string `json:"source"` // device or remote share, credentials removed
	Target     string `json:"target"`
	Type       string `json:"type"`
	ReadOnly   bool   `json:"read_only"`
	Mounted    bool   `json:"mounted"`
	InFstab    bool   `json:"in_fstab"`
	SizeBytes  int64  `json:"size_bytes,omitempty"` // 0 where df did not say
	UsedBytes  int64  `json:"used_bytes,omitempty"`
	RemoteHost string `json:"remote_host,omitempty"`
}

// Account is a local account that can log in, or owns processes.
type Account struct {
	Name   string   `json:"name"`
	UID    int      `json:"uid"`
	Shell  string   `json:"shell"`
	Groups []string `json:"groups,omitempty"`
	Keys   int      `json:"keys"` // authorised keys; -1 where the file could not be read
}

// Certificate is an X.509 certificate, served by a listener or found in a file. Public parts only.
type Certificate struct {
	Where      string    `json:"where"` // "tls 10.0.0.1:443 erp.example" or a path
	Subject    string    `json:"subject"`
	Names      []string  `json:"names,omitempty"`
	Issuer     string    `json:"issuer"`
	SelfSigned bool      `json:"self_signed"`
	NotBefore  time.Time `json:"not_before"`
	NotAfter   time.Time `json:"not_after"`
	Key        string    `json:"key"`       // "RSA 2048", "ECDSA P-256"
	Signature  string    `json:"signature"` // "SHA256-RSA"
	SHA256     string    `json:"sha256"`    // fingerprint, hex
}

// HostName is a name that the machine resolves by itself, from /etc/hosts.
type HostName struct {
	Address string   `json:"address"`
	Names   []string `json:"names"`
}

// Application is a product recognised on a host, with the signs that gave it away.
type Application struct {
	Kind    string   `json:"kind"` // "odoo", "postgresql", "nginx", "redis", "hl7-listener", ...
	Version string   `json:"version,omitempty"`
	Running bool     `json:"running"`
	Signs   []string `json:"signs"` // "process odoo", "package odoo-14", "listener tcp/8069"
}

// WebRoute is what a reverse proxy serves and where it sends it.
type WebRoute struct {
	Proxy    string   `json:"proxy"`
	Names    []string `json:"names"`
	Listen   []string `json:"listen"`
	Upstream []string `json:"upstream"`
	TLS      bool     `json:"tls"`
	// What is stated for this route, or for all of the proxy's; empty where nothing is.
	Certificates []string `json:"certificates,omitempty"` // files
	Protocols    []string `json:"protocols,omitempty"`    // versions of TLS that are allowed, "TLSv1.2"
	Limits       []Option `json:"limits,omitempty"`       // of size, rate, connections and time
	Headers      []string `json:"headers,omitempty"`      // names of headers that are added, in lower case
	Unverified   bool     `json:"unverified,omitempty"`   // an upstream by TLS whose certificate is not checked
}

// Container is a container seen from the host by the control groups of its processes, without its runtime's socket.
type Container struct {
	Runtime  string   `json:"runtime"`         // "docker", "podman", "containerd", "cri-o", "kubernetes", "lxc", "nspawn"
	ID       string   `json:"id"`              // the first 12 digits, or its name where that is all that shows
	Pod      string   `json:"pod,omitempty"`   // uid of the Kubernetes pod it belongs to
	Name     string   `json:"name,omitempty"`  // where the runtime may be asked
	Image    string   `json:"image,omitempty"` // likewise
	Programs []string `json:"programs"`        // that run in it
	Users    []string `json:"users"`           // accounts they run as; "root" is the host's root unless ids are remapped
}

// DataFolder is a folder with data files, as patterns with counts: file names can name patients.
type DataFolder struct {
	Path     string        `json:"path"`
	Patterns []FilePattern `json:"patterns"`
}

// FilePattern counts the files of one kind in a folder.
type FilePattern struct {
	Pattern string    `json:"pattern"` // "*.hl7"
	Count   int       `json:"count"`
	Bytes   int64     `json:"bytes"`
	Oldest  time.Time `json:"oldest,omitzero"`
	Newest  time.Time `json:"newest,omitzero"`
}

// OutboundCall is a command line in a script, cron line or unit that talks to another system.
type OutboundCall struct {
	Where   string   `json:"where"`   // file or unit
	Program string   `json:"program"` // "curl", "sftp", "rsync", "psql", ...
	Hosts   []string `json:"hosts"`
	// Direction is what its arguments tell of who gives and who takes; empty where they do not.
	Direction Direction `json:"direction,omitempty"`
}

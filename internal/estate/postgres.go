package estate

import (
	"math"
	"time"
)

// PostgresServer is one PostgreSQL cluster as a role on it could see it.
type PostgresServer struct {
	Name        string                    `json:"name"`
	Environment Environment               `json:"environment"`
	Host        string                    `json:"host,omitempty"` // name of the estate's host it runs on, where known
	Collected   Collection                `json:"collected"`
	Version     Section[PostgresVersion]  `json:"version"`
	Settings    Section[[]Setting]        `json:"settings"` // those that differ from their default, and those that matter
	Roles       Section[[]Role]           `json:"roles"`
	Clients     Section[[]DatabaseClient] `json:"clients"`
	Archiver    Section[Archiver]         `json:"archiver"`
	Databases   Section[[]Database]       `json:"databases"`

	State         Section[ClusterState]          `json:"state"`
	WAL           Section[WALFolder]             `json:"wal"`
	PasswordForms Section[[]PasswordForm]        `json:"password_forms"`
	RoleSettings  Section[[]RoleSetting]         `json:"role_settings"`
	Access        Section[[]AccessRule]          `json:"access_rules"`
	Slots         Section[[]ReplicationSlot]     `json:"slots"`
	Standbys      Section[[]Standby]             `json:"standbys"`
	Prepared      Section[[]PreparedTransaction] `json:"prepared_transactions"`
	Tablespaces   Section[[]Tablespace]          `json:"tablespaces"`
}

// PostgresVersion is the version of a server.
type PostgresVersion struct {
	Number int    `json:"number"` // as server_version_num, 130014
	Text   string `json:"text"`   // "13.14 (Debian 13.14-0+deb11u1)"

	EndOfLife time.Time `json:"end_of_life,omitzero"` // day of the last release of its major version; zero where it is not known
}

// Major is the major version, 13 for 130014.
func (v PostgresVersion) Major() int { return v.Number / 10000 }

// Setting is a server setting, with its unit and where it was set.
type Setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Unit   string `json:"unit,omitempty"`
	Source string `json:"source"`
}

// Role is a PostgreSQL role.
type Role struct {
	Name        string    `json:"name"`
	Superuser   bool      `json:"superuser"`
	Login       bool      `json:"login"`
	CreateDB    bool      `json:"create_db"`
	CreateRole  bool      `json:"create_role"`
	Replication bool      `json:"replication"`
	BypassRLS   bool      `json:"bypass_rls"`
	ValidUntil  time.Time `json:"valid_until,omitzero"`
	MemberOf    []string  `json:"member_of,omitempty"`
}

// DatabaseClient is a group of sessions that look the same: an integration seen from the database.
type DatabaseClient struct {
	Database    string `json:"database"`
	Role        string `json:"role"`
	Address     string `json:"address,omitempty"` // empty for a local socket
	Application string `json:"application,omitempty"`
	TLS         bool   `json:"tls"`
	Count       int    `json:"count"`
}

// Archiver is what the server knows of its WAL archiving, which is no proof that it can be restored.
type Archiver struct {
	Mode         string    `json:"mode"`
	Archived     int64     `json:"archived"`
	LastArchived time.Time `json:"last_archived,omitzero"`
	Failed       int64     `json:"failed"`
	LastFailed   time.Time `json:"last_failed,omitzero"`
}

// Database is one database of a cluster.
type Database struct {
	Name       string               `json:"name"`
	Owner      string               `json:"owner"`
	Encoding   string               `json:"encoding"`
	Collation  string               `json:"collation"`
	SizeBytes  int64                `json:"size_bytes"` // -1 where the role may not connect
	Extensions Section[[]Extension] `json:"extensions"`
	Tables     Section[[]Table]     `json:"tables"`
	Sequences  Section[[]Sequence]  `json:"sequences"`

	Template        bool     `json:"template,omitempty"`
	Tablespace      string   `json:"tablespace,omitempty"`
	ConnectionLimit int      `json:"connection_limit,omitempty"` // 0 for none
	XIDAge          int64    `json:"xid_age"`                    // transactions since its oldest row was frozen; at 2,000 million it stops
	MultiXactAge    int64    `json:"multixact_age"`              // the same of row locks held by several
	PublicRights    []string `json:"public_rights,omitempty"`    // what everyone may: CONNECT, TEMPORARY, CREATE

	Locale            Section[Locale]             `json:"locale"`
	Indexes           Section[Indexes]            `json:"indexes"`
	Types             Section[[]CustomType]       `json:"types"`
	LargeObjects      Section[LargeObjects]       `json:"large_objects"`
	PublicGrants      Section[[]PublicGrant]      `json:"public_grants"`
	DefaultPrivileges Section[[]DefaultPrivilege] `json:"default_privileges"`
	Publications      Section[[]Publication]      `json:"publications"`
	Subscriptions     Section[[]Subscription]     `json:"subscriptions"`
	ForeignServers    Section[[]ForeignServer]    `json:"foreign_servers"`
	EventTriggers     Section[[]EventTrigger]     `json:"event_triggers"`
	Routines          Section[[]RoutineGroup]     `json:"routines"`
	Features          Section[[]VersionFeature]   `json:"features"` // what an older version would not take
}

// Extension is an installed extension.
type Extension struct {
	Name    string `json:"name"`
	Version string `json:"version"`

	Available string `json:"available,omitempty"` // the version that the server's packages would install now; empty where its files are gone
}

// Table is a table, partition, foreign table, view or materialised view.
type Table struct {
	Schema          string       `json:"schema"`
	Name            string       `json:"name"`
	Kind            string       `json:"kind"`  // "table", "partitioned", "view", "materialized view", "foreign"
	RowEstimate     int64        `json:"rows"`  // the planner's estimate; -1 when never analysed
	TotalBytes      int64        `json:"bytes"` // with indexes and TOAST
	Unlogged        bool         `json:"unlogged,omitempty"`
	ReplicaIdentity string       `json:"replica_identity,omitempty"` // "default", "nothing", "full", "index"
	PrimaryKey      []string     `json:"primary_key,omitempty"`
	UniqueKeys      [][]string   `json:"unique_keys,omitempty"` // columns of each unique index that is not partial or by expression
	Columns         []Column     `json:"columns"`
	References      []ForeignKey `json:"references,omitempty"`
	Comment         string       `json:"comment,omitempty"`

	HeapBytes     int64    `json:"heap_bytes,omitempty"`     // TotalBytes without indexes and TOAST
	IndexBytes    int64    `json:"index_bytes,omitempty"`    // of TotalBytes
	ToastBytes    int64    `json:"toast_bytes,omitempty"`    // of TotalBytes, with TOAST's index
	XIDAge        int64    `json:"xid_age,omitempty"`        // transactions since its oldest row was frozen
	IdentityKey   []string `json:"identity_key,omitempty"`   // columns of the index named as replica identity; empty where it is gone or invalid
	Deferrable    bool     `json:"deferrable,omitempty"`     // the primary key is checked late, so replication cannot use it
	Partition     bool     `json:"partition,omitempty"`      // it is part of a partitioned table
	Unpopulated   bool     `json:"unpopulated,omitempty"`    // a materialised view that holds nothing yet
	RowSecurity   bool     `json:"row_security,omitempty"`   // policies decide which rows a role sees
	WithOIDs      bool     `json:"with_oids,omitempty"`      // made WITH OIDS, which ended with 12
	ForeignServer string   `json:"foreign_server,omitempty"` // of a foreign table
}

// QualifiedName is schema.name, unquoted, for people.
func (t Table) QualifiedName() string { return t.Schema + "." + t.Name }

// Column is a column of a table.
type Column struct {
	Name      string `json:"name"`
	Type      string `json:"type"` // as format_type
	NotNull   bool   `json:"not_null,omitempty"`
	Generated bool   `json:"generated,omitempty"`
}

// ForeignKey ties columns to a table's key.
type ForeignKey struct {
	Columns    []string `json:"columns"`
	Table      string   `json:"table"` // schema.name
	RefColumns []string `json:"ref_columns"`
}

// Sequence is a sequence. LastValue is nil where it was never used, or the role may not read it: the section says which.
type Sequence struct {
	Schema    string `json:"schema"`
	Name      string `json:"name"`
	OwnedBy   string `json:"owned_by,omitempty"` // table.column; empty for the unowned ones that are easily forgotten
	LastValue *int64 `json:"last_value,omitempty"`
	Increment int64  `json:"increment"`

	Min        int64  `json:"min,omitempty"`
	Max        int64  `json:"max,omitempty"`
	Cycle      bool   `json:"cycle,omitempty"`
	ColumnType string `json:"column_type,omitempty"` // of the column that it fills, owned or by default; the narrower of both ends first
}

// End is the last value that the sequence, and the column that it fills, can take.
func (s Sequence) End() int64 {
	end := s.Max
	if s.Increment < 0 {
		end = s.Min
	}
	switch s.ColumnType {
	case "smallint":
		return max(math.MinInt16, min(math.MaxInt16, end))
	case "integer":
		return max(math.MinInt32, min(math.MaxInt32, end))
	}
	return end
}

// Used is the share of its values that is used up, 0 to 1. It is not known where the last value is not, and of no
// meaning where the sequence starts again by itself.
func (s Sequence) Used() (share float64, known bool) {
	end := s.End()
	if s.LastValue == nil || s.Cycle || end == 0 {
		return 0, false
	}
	return max(0, min(1, float64(*s.LastValue)/float64(end))), true
}

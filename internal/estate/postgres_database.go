package estate

import "time"

// Locale is how a database sorts. Another version of the library sorts otherwise, and then indexes are wrong.
type Locale struct {
	Provider string `json:"provider"` // libc, icu, builtin
	Collate  string `json:"collate"`
	CType    string `json:"ctype"`
	ICU      string `json:"icu,omitempty"` // locale of icu or builtin
	// Recorded and Actual are the version that the database was made with, and the library's now. Empty where the server
	// keeps none: before 15, and for C and POSIX, which never change.
	Recorded string `json:"recorded,omitempty"`
	Actual   string `json:"actual,omitempty"`
	// Differing are collations of columns whose recorded version is not the library's.
	Differing []string `json:"differing,omitempty"`
}

// Indexes is what is wrong with the indexes of a database, and which are not used.
type Indexes struct {
	Count      int       `json:"count"`
	StatsReset time.Time `json:"stats_reset,omitzero"` // use is counted since then; zero where never reset
	Invalid    []Index   `json:"invalid,omitempty"`    // left by a failed CREATE INDEX CONCURRENTLY: not used, yet kept up
	Unused     []Index   `json:"unused,omitempty"`     // never scanned since, and enforcing nothing
}

// Index is an index of a table.
type Index struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
	Table  string `json:"table"`
	Bytes  int64  `json:"bytes"` // as of the last vacuum or analyse
}

// CustomType is a type that was made in the database and belongs to no extension.
type CustomType struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
	Kind   string `json:"kind"` // enum, composite, domain, range, multirange, base
	Owner  string `json:"owner"`
	Labels int    `json:"labels,omitempty"` // of an enum
}

// LargeObjects are values in pg_largeobject, which logical replication leaves behind.
type LargeObjects struct {
	Count int64 `json:"count"`
	Bytes int64 `json:"bytes"` // of the table that holds them
}

// PublicGrant is a right that everyone who may connect has, and was not given by the system's default alone.
type PublicGrant struct {
	Kind   string   `json:"kind"` // schema, table, view, sequence, foreign server, function (of its owner's rights)
	Name   string   `json:"name"`
	Rights []string `json:"rights"`
}

// DefaultPrivilege is what is granted on objects that a role will make.
type DefaultPrivilege struct {
	Role   string   `json:"role"`             // who makes them
	Schema string   `json:"schema,omitempty"` // empty for all
	Kind   string   `json:"kind"`             // tables, sequences, functions, types, schemas, large objects
	Grants []string `json:"grants"`           // "grantee: SELECT, INSERT"; PUBLIC for everyone
}

// Publication is what logical replication offers.
type Publication struct {
	Name       string   `json:"name"`
	Owner      string   `json:"owner"`
	AllTables  bool     `json:"all_tables"`
	Operations []string `json:"operations"` // insert, update, delete, truncate
	Tables     []string `json:"tables,omitempty"`
}

// Subscription takes what another server publishes. Where it connects to holds a password and is not read.
type Subscription struct {
	Name         string   `json:"name"`
	Owner        string   `json:"owner"`
	Enabled      bool     `json:"enabled"`
	Slot         string   `json:"slot,omitempty"` // at the other server
	Publications []string `json:"publications"`
}

// ForeignServer is another system that queries of this database reach into.
type ForeignServer struct {
	Name     string   `json:"name"`
	Wrapper  string   `json:"wrapper"` // postgres_fdw, oracle_fdw
	Owner    string   `json:"owner"`
	Host     string   `json:"host,omitempty"`
	Port     string   `json:"port,omitempty"`
	Database string   `json:"database,omitempty"`
	Options  []string `json:"options,omitempty"` // names
	Mapped   []string `json:"mapped,omitempty"`  // roles with a login there; the logins are never read
}

// EventTrigger runs at changes of the schema.
type EventTrigger struct {
	Name     string `json:"name"`
	Event    string `json:"event"`
	Owner    string `json:"owner"`
	Enabled  string `json:"enabled"` // always, origin, replica, disabled
	Function string `json:"function"`
}

// RoutineGroup counts functions and procedures of a language that belong to no extension.
type RoutineGroup struct {
	Language        string `json:"language"`
	Trusted         bool   `json:"trusted"` // anyone may write in it
	Count           int    `json:"count"`
	SecurityDefiner int    `json:"security_definer"` // run with the rights of their owner
	Triggers        int    `json:"triggers"`         // trigger functions
}

// VersionFeature is something in a schema that came with a version, so that an older one fails at it.
type VersionFeature struct {
	Since   int      `json:"since"` // major version that it came with
	What    string   `json:"what"`
	Perhaps bool     `json:"perhaps,omitempty"` // an older version takes it, and may understand it otherwise
	Count   int      `json:"count"`
	Objects []string `json:"objects"` // the first of them
}

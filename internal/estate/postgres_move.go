package estate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Answer is yes, no, or that nobody can tell from what was read. The zero value is the last.
type Answer string

// The answers.
const (
	Yes    Answer = "yes"
	No     Answer = "no"
	NoIdea Answer = ""
)

// Obstacle is one thing in the way of a move, with what mends it.
type Obstacle struct {
	Code   string `json:"code"`             // stable, "no-identity"
	Object string `json:"object,omitempty"` // schema.table, or another name
	Why    string `json:"why"`
	Mend   string `json:"mend,omitempty"`
	// Hard obstacles stop the method; of the others something must be done beside it.
	Hard bool `json:"hard"`
}

// MoveMethod is a way to bring a database over.
type MoveMethod string

// The methods.
const (
	DumpRestore         MoveMethod = "dump-restore"
	LogicalReplication  MoveMethod = "logical-replication"
	PhysicalReplication MoveMethod = "physical-standby"
)

// MethodChoice says whether a method is open to a database, and at what price.
type MethodChoice struct {
	Method MoveMethod `json:"method"`
	// Open tells whether it can be done, once the preconditions are met and the obstacles mended.
	Open Answer `json:"open"`
	// Restart tells whether the legacy server must be restarted first: an own step, in an own earlier window.
	Restart       Answer     `json:"restart"`
	Preconditions []string   `json:"preconditions"`
	Obstacles     []Obstacle `json:"obstacles,omitempty"`
	Unknown       []string   `json:"unknown,omitempty"` // what could not be read and would have to be known
}

// LogicalObstacles lists what logical replication of a database would stumble over or leave behind, table by table. It
// is complete only where known says so: tables, types and large objects were all read.
func LogicalObstacles(d Database) (found []Obstacle, known bool) {
	for _, t := range d.Tables.Value {
		found = append(found, tableObstacles(t)...)
	}
	for _, t := range d.Types.Value {
		if t.Kind == "base" {
			found = append(found, Obstacle{Code: "base-type", Object: t.Schema + "." + t.Name, Hard: true,
				Why: "a type with code of its own in C", Mend: "install the same library on the target first"})
		}
	}
	if n := d.LargeObjects.Value.Count; n > 0 {
		found = append(found, Obstacle{Code: "large-objects", Why: fmt.Sprintf("%d large objects are not replicated", n),
			Mend: "copy them after the freeze, or move this database by dump and restore"})
	}
	if n := len(d.Sequences.Value); n > 0 {
		found = append(found, Obstacle{Code: "sequences", Why: fmt.Sprintf("%d sequences are not replicated", n),
			Mend: "set each on the target after the freeze, before it is opened"})
	}
	return found, d.Tables.Coverage.IsKnown() && d.Types.Coverage.IsKnown() && d.LargeObjects.Coverage.IsKnown()
}

// tableObstacles lists what is wrong with one table.
func tableObstacles(t Table) []Obstacle {
	one := func(code, why, mend string, hard bool) Obstacle {
		return Obstacle{Code: code, Object: t.QualifiedName(), Why: why, Mend: mend, Hard: hard}
	}
	switch t.Kind {
	case "materialized view":
		return []Obstacle{one("materialized-view", "its rows are not replicated", "REFRESH MATERIALIZED VIEW on the target after the freeze", false)}
	case "foreign":
		return []Obstacle{one("foreign-table", "its rows are on another server", "make the foreign server and its logins on the target", false)}
	case "table":
	default: // views have no rows, and the rows of a partitioned table are in its partitions
		return nil
	}
	var found []Obstacle
	if t.Unlogged {
		found = append(found, one("unlogged", "it is unlogged, so nothing of it is in the write-ahead log",
			"copy it after the freeze, or ALTER TABLE … SET LOGGED before, which writes all of it", true))
	}
	if usable, why := t.Identity(); !usable {
		found = append(found, one("no-identity", why+": published as it is, it refuses UPDATE and DELETE at once", t.identityMend(), true))
	} else if t.ReplicaIdentity == "full" {
		for _, c := range t.Columns {
			if lacksEquality(c.Type) {
				found = append(found, one("full-without-equality", "its identity is the whole row, and column "+c.Name+" of type "+c.Type+" cannot be compared",
					"give it a primary key or a unique index as identity", true))
				break
			}
		}
	}
	for _, c := range t.Columns {
		if c.Type == "oid" || c.Type == "lo" {
			found = append(found, one("object-reference", "column "+c.Name+" of type "+c.Type+" may point to a large object, which is not replicated",
				"find out what it points to", false))
			break
		}
	}
	return found
}

// Identity tells whether logical replication can tell the rows of the table apart, and why not.
func (t Table) Identity() (usable bool, why string) {
	switch t.ReplicaIdentity {
	case "full":
		return true, ""
	case "nothing":
		return false, "its replica identity is NOTHING"
	case "index":
		if len(t.IdentityKey) == 0 {
			return false, "the index of its replica identity is gone or invalid"
		}
		return true, ""
	}
	switch {
	case len(t.PrimaryKey) == 0:
		return false, "it has no primary key"
	case t.Deferrable:
		return false, "its primary key is deferrable"
	}
	return true, ""
}

// identityMend says how a table without identity gets one. Odoo's older relation tables have a unique index on columns
// that are never null: that one serves.
func (t Table) identityMend() string {
	if len(t.PrimaryKey) > 0 && !t.Deferrable {
		return "ALTER TABLE … REPLICA IDENTITY DEFAULT: its primary key serves"
	}
	never := map[string]bool{}
	for _, c := range t.Columns {
		never[c.Name] = c.NotNull
	}
	for _, key := range t.UniqueKeys {
		if len(key) > 0 && !slices.ContainsFunc(key, func(name string) bool { return !never[name] }) {
			return "ALTER TABLE … REPLICA IDENTITY USING INDEX: its unique index on " + strings.Join(key, ", ") + " serves, if it is not deferrable"
		}
	}
	return "add a primary key, or REPLICA IDENTITY FULL, with which each change reads the whole table on the target"
}

// lacksEquality tells types whose values PostgreSQL cannot compare to find a row.
func lacksEquality(kind string) bool {
	switch strings.TrimSuffix(kind, "[]") {
	case "json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle":
		return true
	}
	return false
}

// MoveMethods says which methods are open to a database of a server, for a target of this major version (0 where that is
// not decided). It reads nothing but its arguments.
func MoveMethods(server PostgresServer, d Database, target int) []MethodChoice {
	return []MethodChoice{dumpRestore(server, d, target), logicalReplication(server, d, target), physicalStandby(server, d, target)}
}

func dumpRestore(server PostgresServer, d Database, target int) MethodChoice {
	m := MethodChoice{Method: DumpRestore, Open: Yes, Restart: No, Preconditions: []string{
		"a role that may read everything, large objects too: the owner of all of it, or a superuser",
		"pg_dump of the target's version", "room for the dump and time for all of it, within the downtime",
		"the roles and settings of roles that a dump of one database leaves out",
	}}
	for _, e := range d.Extensions.Value {
		if e.Name != "plpgsql" {
			m.Preconditions = append(m.Preconditions, "extension "+e.Name+" on the target")
		}
	}
	if !d.Tables.Coverage.IsKnown() {
		m.Unknown = append(m.Unknown, "the tables of the database: "+d.Tables.Problem)
	}
	if server.Version.Coverage.IsKnown() && target != 0 && target < server.Version.Value.Major() {
		back := GoingBack(d, server.Version.Value.Major(), target)
		m.Open = map[Answer]Answer{Yes: No, No: Yes, NoIdea: NoIdea}[back.Fails]
		for _, f := range back.Hazards {
			m.Obstacles = append(m.Obstacles, Obstacle{Code: "newer-feature", Object: strings.Join(f.Objects, ", "), Hard: !f.Perhaps,
				Why: fmt.Sprintf("%s came with %d", f.What, f.Since), Mend: "take it out of the schema, or choose a newer target"})
		}
	}
	return m
}

func logicalReplication(server PostgresServer, d Database, target int) MethodChoice {
	m := MethodChoice{Method: LogicalReplication, Open: Yes, Restart: No, Preconditions: []string{
		"a role with REPLICATION on the legacy server, SELECT on each table, and a line of pg_hba.conf for it",
		"the owner of the tables, or a superuser, to publish them by name: never FOR ALL TABLES",
		"the schema on the target first, and no change of the schema until the end: it is not replicated",
		"sequences set on the target after the freeze", "a watch on the disk of the legacy server: a slot holds back WAL",
	}}
	if target == 0 || target < 16 {
		m.Preconditions = append(m.Preconditions, "a superuser on the target, before 16, to subscribe")
	}
	m.needWAL(server, "logical", "logical")
	m.needRoom(server)
	if s := server.State; s.Coverage.IsKnown() && s.Value.Standby && server.Version.Value.Major() < 16 {
		m.Open = No
		m.Obstacles = append(m.Obstacles, Obstacle{Code: "standby", Hard: true, Why: "the server is a standby, which cannot publish before 16", Mend: "ask its primary"})
	}
	obstacles, known := LogicalObstacles(d)
	m.Obstacles = append(m.Obstacles, obstacles...)
	if !known {
		m.Unknown = append(m.Unknown, "all tables, types and large objects of the database")
	}
	m.settle()
	return m
}

func physicalStandby(server PostgresServer, d Database, target int) MethodChoice {
	m := MethodChoice{Method: PhysicalReplication, Open: Yes, Restart: No, Preconditions: []string{
		"the same architecture, and the same major version of PostgreSQL", "a role with REPLICATION and a line of pg_hba.conf for replication",
		"the same C library's or ICU's sort order, or a REINDEX of everything that is sorted by it",
		"the libraries of all extensions on the target", "all databases of the cluster move together, in one cutover",
	}}
	if !server.Version.Coverage.IsKnown() {
		m.Unknown = append(m.Unknown, "the version of the server")
	} else if major := server.Version.Value.Major(); target != 0 && target != major {
		m.Open = No
		m.Obstacles = append(m.Obstacles, Obstacle{Code: "other-version", Hard: true, Why: fmt.Sprintf("a standby of %d can only be %d, and the target is %d", major, major, target),
			Mend: "move first and upgrade after, or choose another method"})
	}
	if others := len(server.Databases.Value); server.Databases.Coverage.IsKnown() && others > 1 {
		m.Obstacles = append(m.Obstacles, Obstacle{Code: "whole-cluster", Why: fmt.Sprintf("%d databases move with it", others-1), Mend: "plan them into the same wave"})
	}
	for _, t := range server.Tablespaces.Value {
		if t.Location != "" {
			m.Obstacles = append(m.Obstacles, Obstacle{Code: "tablespace", Object: t.Name, Why: "its folder must exist on the target, too", Mend: "map it with pg_basebackup --tablespace-mapping"})
		}
	}
	for _, t := range d.Tables.Value {
		if t.Unlogged {
			m.Obstacles = append(m.Obstacles, Obstacle{Code: "unlogged", Object: t.QualifiedName(), Why: "it is empty on a standby", Mend: "copy it after the switch"})
		}
	}
	m.needWAL(server, "replica", "replica", "logical")
	m.needRoom(server)
	m.settle()
	return m
}

// needWAL checks wal_level, which only a restart changes.
func (m *MethodChoice) needWAL(server PostgresServer, least string, enough ...string) {
	level, known := server.setting("wal_level")
	switch {
	case !known:
		m.Restart = NoIdea
		m.Unknown = append(m.Unknown, "wal_level")
	case !slices.Contains(enough, level):
		m.Restart = Yes
		m.Preconditions = append(m.Preconditions, "wal_level = "+least+" instead of "+level+", and a restart of the legacy server")
	}
}

// needRoom checks that there is a sender and a slot left. Slots in use are known; senders are counted by what shows.
func (m *MethodChoice) needRoom(server PostgresServer) {
	m.needOne(server, "max_replication_slots", server.Slots.Coverage, len(server.Slots.Value))
	m.needOne(server, "max_wal_senders", server.Standbys.Coverage, len(server.Standbys.Value))
}

func (m *MethodChoice) needOne(server PostgresServer, name string, coverage Coverage, used int) {
	text, known := server.setting(name)
	most, err := strconv.Atoi(text)
	switch {
	case !known || err != nil || !coverage.IsKnown() && coverage != Denied: // denied hides their details, not their number
		m.Unknown = append(m.Unknown, "whether one of "+name+" is left")
		if m.Restart == No {
			m.Restart = NoIdea
		}
	case used >= most:
		m.Restart = Yes
		m.Preconditions = append(m.Preconditions, fmt.Sprintf("%s above %d, of which %d are in use, and a restart of the legacy server", name, most, used))
	}
}

// settle draws the conclusion: what is not known makes an open method uncertain, never a closed one open.
func (m *MethodChoice) settle() {
	if m.Open == Yes && len(m.Unknown) > 0 {
		m.Open = NoIdea
	}
}

// setting is the value of a setting of the server, where it was read.
func (p PostgresServer) setting(name string) (value string, known bool) {
	if !p.Settings.Coverage.IsKnown() {
		return "", false
	}
	for _, s := range p.Settings.Value {
		if s.Name == name {
			return s.Value, true
		}
	}
	return "", false
}

// BackWay is what the catalogue can tell about going back to an older version.
type BackWay struct {
	// Fails is yes where something is in the schema that the older version cannot have, no where nothing was found, and
	// empty where the catalogue could not be read or leaves it open. No is not a proof: see Unchecked.
	Fails     Answer           `json:"fails"`
	Hazards   []VersionFeature `json:"hazards,omitempty"`
	Checked   []string         `json:"checked"`
	Unchecked []string         `json:"unchecked"`
}

// GoingBack says whether a schema on version from would come through to an older version.
func GoingBack(d Database, from, to int) BackWay {
	b := BackWay{Fails: No,
		Checked: []string{
			"kinds of tables, columns, keys, constraints, indexes, types, collations, publications and the locale by the version they came with",
			"views, defaults, checks, index expressions and SQL-form functions by the functions and clauses they use",
		},
		Unchecked: []string{
			"bodies of functions in plpgsql, in SQL as text and in other languages", "what applications ask",
			"operators whose types changed between versions", "versions of extensions", "settings of the server, of roles and of databases",
		}}
	if to >= from {
		return b
	}
	if !d.Features.Coverage.IsKnown() {
		b.Fails = NoIdea
		return b
	}
	for _, f := range d.Features.Value {
		if f.Since <= to {
			continue
		}
		b.Hazards = append(b.Hazards, f)
		if !f.Perhaps {
			b.Fails = Yes
		} else if b.Fails == No {
			b.Fails = NoIdea
		}
	}
	return b
}

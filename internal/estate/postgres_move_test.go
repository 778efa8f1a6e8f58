package estate_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func codes(obstacles []estate.Obstacle) string {
	var out []string
	for _, o := range obstacles {
		out = append(out, o.Code)
	}
	return strings.Join(out, " ")
}

func TestTableObstacles(t *testing.T) {
	t.Parallel()
	columns := []estate.Column{{Name: "a", Type: "integer", NotNull: true}, {Name: "b", Type: "integer", NotNull: true}, {Name: "c", Type: "text"}}
	tests := []struct {
		name  string
		table estate.Table
		codes string
		mend  string
	}{
		{"primary key", estate.Table{Kind: "table", ReplicaIdentity: "default", PrimaryKey: []string{"a"}}, "", ""},
		{"none", estate.Table{Kind: "table", ReplicaIdentity: "default", Columns: columns}, "no-identity", "REPLICA IDENTITY FULL"},
		{"Odoo's relation", estate.Table{Kind: "table", ReplicaIdentity: "default", Columns: columns, UniqueKeys: [][]string{{"a", "c"}, {"a", "b"}}}, "no-identity", "on a, b serves"},
		{"deferrable", estate.Table{Kind: "table", ReplicaIdentity: "default", PrimaryKey: []string{"a"}, Deferrable: true}, "no-identity", "add a primary key"},
		{"nothing", estate.Table{Kind: "table", ReplicaIdentity: "nothing", PrimaryKey: []string{"a"}}, "no-identity", "DEFAULT"},
		{"index", estate.Table{Kind: "table", ReplicaIdentity: "index", IdentityKey: []string{"a"}}, "", ""},
		{"index that is gone", estate.Table{Kind: "table", ReplicaIdentity: "index"}, "no-identity", "add a primary key"},
		{"full", estate.Table{Kind: "table", ReplicaIdentity: "full", Columns: columns}, "", ""},
		{"full of json", estate.Table{Kind: "table", ReplicaIdentity: "full", Columns: []estate.Column{{Name: "j", Type: "json"}}}, "full-without-equality", "primary key"},
		{"full of jsonb", estate.Table{Kind: "table", ReplicaIdentity: "full", Columns: []estate.Column{{Name: "j", Type: "jsonb"}}}, "", ""},
		{"unlogged without key", estate.Table{Kind: "table", Unlogged: true, ReplicaIdentity: "default"}, "unlogged no-identity", "SET LOGGED"},
		{"large objects", estate.Table{Kind: "table", ReplicaIdentity: "default", PrimaryKey: []string{"a"}, Columns: []estate.Column{{Name: "scan", Type: "oid"}}}, "object-reference", "points to"},
		{"view", estate.Table{Kind: "view"}, "", ""},
		{"partitioned", estate.Table{Kind: "partitioned", ReplicaIdentity: "default"}, "", ""},
		{"materialised", estate.Table{Kind: "materialized view"}, "materialized-view", "REFRESH"},
		{"foreign", estate.Table{Kind: "foreign"}, "foreign-table", "foreign server"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := whole(estate.Database{Tables: estate.Know("q", []estate.Table{test.table})})
			found, known := estate.LogicalObstacles(d)
			require.True(t, known)
			require.Equal(t, test.codes, codes(found))
			if test.mend != "" {
				require.Contains(t, found[0].Mend, test.mend)
			}
		})
	}
}

// whole is a database of which everything else was read, and is not there.
func whole(d estate.Database) estate.Database {
	if d.Tables.Coverage == "" {
		d.Tables = estate.Know("q", []estate.Table{})
	}
	if d.Types.Coverage == "" {
		d.Types = estate.Know("q", []estate.CustomType{})
	}
	if d.LargeObjects.Coverage == "" {
		d.LargeObjects = estate.Know("q", estate.LargeObjects{})
	}
	return d
}

func TestDatabaseObstacles(t *testing.T) {
	t.Parallel()
	d := whole(estate.Database{LargeObjects: estate.Know("q", estate.LargeObjects{Count: 3}),
		Types:     estate.Know("q", []estate.CustomType{{Schema: "public", Name: "mood", Kind: "enum"}, {Schema: "public", Name: "odd", Kind: "base"}}),
		Sequences: estate.Miss[[]estate.Sequence](estate.Denied, "q", "", "")})
	d.Sequences.Value = make([]estate.Sequence, 4)
	found, known := estate.LogicalObstacles(d)
	require.True(t, known)
	require.Equal(t, "base-type large-objects sequences", codes(found))
	for _, hide := range []func(*estate.Database){
		func(d *estate.Database) { d.Tables.Coverage = estate.Denied },
		func(d *estate.Database) { d.Types.Coverage = estate.Failed },
		func(d *estate.Database) { d.LargeObjects.Coverage = estate.Denied },
	} {
		hidden := d
		hide(&hidden)
		_, known := estate.LogicalObstacles(hidden)
		require.False(t, known)
	}
}

func serverWith(settings map[string]string) estate.PostgresServer {
	p := estate.PostgresServer{Version: estate.Know("q", estate.PostgresVersion{Number: 130014}), State: estate.Know("q", estate.ClusterState{}),
		Slots: estate.Know("q", []estate.ReplicationSlot{}), Standbys: estate.Know("q", []estate.Standby{}),
		Tablespaces: estate.Know("q", []estate.Tablespace{}), Databases: estate.Know("q", []estate.Database{{}, {}})}
	p.Settings = estate.Know("q", []estate.Setting{})
	for _, name := range []string{"wal_level", "max_replication_slots", "max_wal_senders"} {
		if value, given := settings[name]; given {
			p.Settings.Value = append(p.Settings.Value, estate.Setting{Name: name, Value: value})
		}
	}
	return p
}

func TestMoveMethods(t *testing.T) {
	t.Parallel()
	usual := map[string]string{"wal_level": "replica", "max_replication_slots": "10", "max_wal_senders": "10"}
	ready := map[string]string{"wal_level": "logical", "max_replication_slots": "10", "max_wal_senders": "10"}
	none := map[string]string{"wal_level": "minimal", "max_replication_slots": "0", "max_wal_senders": "0"}
	tests := []struct {
		name         string
		server       estate.PostgresServer
		target       int
		open, begins [3]estate.Answer // dump and restore, logical, physical
	}{
		{"as installed", serverWith(usual), 15, [3]estate.Answer{estate.Yes, estate.Yes, estate.No}, [3]estate.Answer{estate.No, estate.Yes, estate.No}},
		{"same version", serverWith(usual), 13, [3]estate.Answer{estate.Yes, estate.Yes, estate.Yes}, [3]estate.Answer{estate.No, estate.Yes, estate.No}},
		{"logical already", serverWith(ready), 15, [3]estate.Answer{estate.Yes, estate.Yes, estate.No}, [3]estate.Answer{estate.No, estate.No, estate.No}},
		{"minimal", serverWith(none), 13, [3]estate.Answer{estate.Yes, estate.Yes, estate.Yes}, [3]estate.Answer{estate.No, estate.Yes, estate.Yes}},
		{"no setting read", serverWith(nil), 13, [3]estate.Answer{estate.Yes, estate.NoIdea, estate.NoIdea}, [3]estate.Answer{estate.No, estate.NoIdea, estate.NoIdea}},
		{"target not decided", serverWith(usual), 0, [3]estate.Answer{estate.Yes, estate.Yes, estate.Yes}, [3]estate.Answer{estate.No, estate.Yes, estate.No}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			methods := estate.MoveMethods(test.server, whole(estate.Database{}), test.target)
			require.Len(t, methods, 3)
			for i, m := range methods {
				require.Equal(t, test.open[i], m.Open, "%s: %v", m.Method, m.Unknown)
				require.Equal(t, test.begins[i], m.Restart, "%s: %v", m.Method, m.Preconditions)
				require.NotEmpty(t, m.Preconditions)
			}
		})
	}
	full := serverWith(ready)
	full.Slots.Value = make([]estate.ReplicationSlot, 10)
	require.Equal(t, estate.Yes, estate.MoveMethods(full, whole(estate.Database{}), 15)[1].Restart, "no slot is left")
	closed := estate.Database{}
	closed.Miss(estate.Denied, "may not connect", "")
	require.Equal(t, estate.NoIdea, estate.MoveMethods(serverWith(ready), closed, 15)[1].Open, "nobody saw its tables")
	standby := serverWith(ready)
	standby.State.Value.Standby = true
	require.Equal(t, estate.No, estate.MoveMethods(standby, whole(estate.Database{}), 15)[1].Open)
}

func TestGoingBack(t *testing.T) {
	t.Parallel()
	features := func(f ...estate.VersionFeature) estate.Database {
		return whole(estate.Database{Features: estate.Know("q", f)})
	}
	extract := estate.VersionFeature{Since: 14, What: "extract()", Perhaps: true, Count: 1, Objects: []string{"public.v"}}
	nulls := estate.VersionFeature{Since: 15, What: "unique keys with NULLS NOT DISTINCT", Count: 1, Objects: []string{"public.i"}}
	tests := []struct {
		name     string
		d        estate.Database
		from, to int
		want     estate.Answer
		hazards  int
	}{
		{"forward", features(nulls), 13, 15, estate.No, 0},
		{"nothing of it", features(), 15, 13, estate.No, 0},
		{"one that must fail", features(extract, nulls), 15, 13, estate.Yes, 2},
		{"one that may", features(extract, nulls), 16, 15, estate.No, 0},
		{"only what may", features(extract), 15, 13, estate.NoIdea, 1},
		{"not read", whole(estate.Database{Features: estate.Miss[[]estate.VersionFeature](estate.Timeout, "q", "", "")}), 15, 13, estate.NoIdea, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := estate.GoingBack(test.d, test.from, test.to)
			require.Equal(t, test.want, b.Fails)
			require.Len(t, b.Hazards, test.hazards)
			require.NotEmpty(t, b.Unchecked, "no is never a proof")
		})
	}
	p := serverWith(nil)
	p.Version.Value.Number = 150004
	dump := estate.MoveMethods(p, features(nulls), 13)[0]
	require.Equal(t, estate.No, dump.Open)
	require.Equal(t, "newer-feature", codes(dump.Obstacles))
}

func TestSequenceUse(t *testing.T) {
	t.Parallel()
	at := func(n int64) *int64 { return &n }
	tests := []struct {
		name  string
		s     estate.Sequence
		share float64
		known bool
	}{
		{"int4 key behind a bigint sequence", estate.Sequence{LastValue: at(1 << 30), Increment: 1, Min: 1, Max: 1<<63 - 1, ColumnType: "integer"}, 0.5, true},
		{"bigint", estate.Sequence{LastValue: at(1 << 30), Increment: 1, Min: 1, Max: 1<<63 - 1, ColumnType: "bigint"}, 0, true},
		{"own end", estate.Sequence{LastValue: at(90), Increment: 1, Min: 1, Max: 100}, 0.9, true},
		{"downwards", estate.Sequence{LastValue: at(-16384), Increment: -1, Min: -1 << 63, Max: -1, ColumnType: "smallint"}, 0.5, true},
		{"starts again", estate.Sequence{LastValue: at(90), Increment: 1, Max: 100, Cycle: true}, 0, false},
		{"hidden", estate.Sequence{Increment: 1, Max: 100}, 0, false},
	}
	for _, test := range tests {
		share, known := test.s.Used()
		require.Equal(t, test.known, known, test.name)
		require.InDelta(t, test.share, share, 0.001, test.name)
	}
}

// TestMissMarksEverySection: also one that is added later.
func TestMissMarksEverySection(t *testing.T) {
	t.Parallel()
	var d estate.Database
	d.Miss(estate.Denied, "closed", "GRANT")
	v := reflect.ValueOf(d)
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.Struct {
			require.Equal(t, estate.Denied, v.Field(i).FieldByName("Coverage").Interface(), v.Type().Field(i).Name)
		}
	}
	p := estate.PostgresServer{Name: "p", Collected: estate.Collection{Coverage: estate.Known}}
	p.Databases = estate.Know("q", []estate.Database{d})
	gaps := 0
	for _, gap := range (estate.Inventory{Postgres: []estate.PostgresServer{p}}).Gaps() {
		if strings.HasSuffix(gap.Asset, "/") {
			gaps++
		}
	}
	require.Equal(t, 3, gaps, "what keeps the tables closed is told once, not of every section")
}

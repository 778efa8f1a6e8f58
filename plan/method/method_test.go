package method_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
	"nightferry/plan/method"
)

const giga = 1_000_000_000

// clinic is a legacy server of 13 and a target of 15, both read in full, and a service of one Odoo on them.
func clinic() method.Input {
	locale := func(version string) estate.Section[estate.Locale] {
		return estate.Know("q", estate.Locale{Provider: "libc", Collate: "de_DE.UTF-8", Actual: version})
	}
	database := estate.Database{Name: "clinic", SizeBytes: 20 * giga, Locale: locale("2.31"), Tables: estate.Know("q", []estate.Table{
		{Schema: "public", Name: "res_partner", Kind: "table", ReplicaIdentity: "default", PrimaryKey: []string{"id"}}}),
		Types: estate.Know("q", []estate.CustomType{}), LargeObjects: estate.Know("q", estate.LargeObjects{}), Features: estate.Know("q", []estate.VersionFeature{})}
	settings := func(level string) estate.Section[[]estate.Setting] {
		return estate.Know("q", []estate.Setting{{Name: "wal_level", Value: level}, {Name: "max_replication_slots", Value: "10"}, {Name: "max_wal_senders", Value: "10"}})
	}
	server := func(name, host string, number int, d ...estate.Database) estate.PostgresServer {
		return estate.PostgresServer{Name: name, Host: host, Version: estate.Know("q", estate.PostgresVersion{Number: number}), Settings: settings("replica"),
			Databases: estate.Know("q", d), Slots: estate.Know("q", []estate.ReplicationSlot{}), Standbys: estate.Know("q", []estate.Standby{})}
	}
	host := func(name string) estate.Host {
		return estate.Host{Name: name, Identity: estate.Know("uname", estate.Identity{Architecture: "x86_64"}),
			Mounts: estate.Know("df", []estate.Mount{{Source: "/dev/sda1", Target: "/", Mounted: true, SizeBytes: 100 * giga, UsedBytes: 60 * giga}})}
	}
	app := host("app")
	app.Filestores = estate.Know("find", []estate.Filestore{{Database: "clinic", Path: "/srv/filestore/clinic", Coverage: estate.Known, Bytes: 2 * giga}})
	return method.Input{
		Inventory: estate.Inventory{Hosts: []estate.Host{app, host("db"), host("cloud-db")},
			Postgres: []estate.PostgresServer{server("erp", "db", 130014, database), server("cloud", "cloud-db", 150004, estate.Database{Name: "postgres", Locale: locale("2.36")})}},
		Services: []estate.Service{{Name: "erp", Environment: estate.Production, RTO: 4 * time.Hour, Databases: []string{"erp/clinic"}}},
		Moves: []estate.Move{{Service: "erp", From: estate.MoveEnd{Host: "app", Server: "erp", DatabaseHost: "db", Database: "clinic", Filestore: "/srv/filestore/clinic"},
			To: estate.MoveEnd{Server: "cloud", DatabaseHost: "cloud-db", Database: "clinic"}}},
		Rates: method.RatesFrom(estate.Rates{Copy: 40, Files: 60, Compare: 100, Basis: "rehearsal"}, nil),
	}
}

func only(t *testing.T, in method.Input) method.Choice {
	t.Helper()
	choices := method.Choose(in)
	require.Len(t, choices, 1)
	return choices[0]
}

func option(c method.Choice, m estate.MoveMethod) method.Option {
	for _, o := range c.Pieces[0].Options {
		if o.Method == m {
			return o
		}
	}
	return method.Option{}
}

func TestTheSimplestMethodThatMeetsTheRTO(t *testing.T) {
	t.Parallel()
	in := clinic()
	c := only(t, in)
	require.Equal(t, estate.DumpRestore, c.Pieces[0].Method)
	require.Equal(t, estate.Yes, c.Meets, c.Why)
	require.Equal(t, method.Medium, c.Downtime.Confidence)
	require.Contains(t, c.Downtime.Basis, "postgres.copy: stated (rehearsal), half of it in the worst case, 20 to 40 MB/s")
	require.Equal(t, estate.Yes, c.FallBack.Promised, c.FallBack.Why)

	in.Services[0].RTO = 150 * time.Minute // too short for a dump, long enough for replication
	in.Rates.Copy.Slow, in.Rates.Copy.Fast = 2_000_000, 4_000_000
	in.Rates.Compare.Slow = 100_000_000
	c = only(t, in)
	require.Equal(t, estate.LogicalReplication, c.Pieces[0].Method, c.Pieces[0].Why)
	logical := option(c, estate.LogicalReplication)
	require.Equal(t, estate.Yes, logical.Restart, "wal_level is replica")
	require.True(t, logical.Ahead[0].Outage)
	require.Contains(t, logical.Ahead[0].What, "restart")
	require.NotEmpty(t, logical.Ahead[0].Undo)
	require.Empty(t, option(c, estate.DumpRestore).Ahead)
}

func TestNoMethodMeetsTheRTO(t *testing.T) {
	t.Parallel()
	in := clinic()
	in.Services[0].RTO = 5 * time.Minute
	c := only(t, in)
	require.Equal(t, estate.No, c.Meets)
	require.Contains(t, c.Why, "no method meets the RTO of 5m")
	require.Contains(t, c.Pieces[0].Why, "no method meets the RTO of 5m")

	in.Services[0].RTO = 0
	c = only(t, in)
	require.Equal(t, estate.NoIdea, c.Meets)
	require.Contains(t, c.Unknown, "the RTO of erp")
}

func TestUnknownSizesWiden(t *testing.T) {
	t.Parallel()
	known := only(t, clinic())
	in := clinic()
	in.Inventory.Postgres[0].Databases.Value[0].SizeBytes = -1
	bounded := only(t, in)
	require.Equal(t, int64(60*giga), bounded.Pieces[0].AtMost, "what the disks of its host hold")
	require.Less(t, bounded.Downtime.Low, known.Downtime.Low)
	require.Greater(t, bounded.Downtime.High, known.Downtime.High)
	require.Equal(t, method.Low, bounded.Downtime.Confidence)
	require.Contains(t, bounded.Unknown, "the size of erp/clinic")

	in.Inventory.Hosts[1].Mounts = estate.Section[[]estate.Mount]{Coverage: estate.Denied}
	in.Services[0].RTO = 0 // then the simplest method is taken
	boundless := only(t, in)
	require.True(t, boundless.Downtime.Unbounded)
	require.Zero(t, boundless.Downtime.High)
	require.NotZero(t, boundless.Downtime.Low)
	require.Contains(t, boundless.Downtime.String(), "at least")
	require.Equal(t, estate.NoIdea, boundless.Downtime.Within(1000*time.Hour), "never within what it may exceed")
}

func TestFilestoresByTheirAttachments(t *testing.T) {
	t.Parallel()
	in := clinic()
	in.Inventory.Hosts[0].Filestores = estate.Section[[]estate.Filestore]{Coverage: estate.Denied}
	require.Equal(t, int64(60*giga), only(t, in).Pieces[1].AtMost, "the disk")
	in.Moves[0].From.Odoo, in.Moves[0].To.Odoo = "clinic", "clinic"
	in.Inventory.Odoo = []estate.OdooServer{{Name: "clinic", Version: estate.Know("rpc", "14.0"), Attachments: estate.Know("rpc", estate.AttachmentSums{Files: 600, FileBytes: -1})}}
	counted := only(t, in)
	require.Equal(t, int64(6*giga), counted.Pieces[1].AtMost)
	require.Contains(t, counted.Pieces[1].Bound, "600 attachments")
	require.Equal(t, int64(-1), counted.Pieces[1].SizeBytes, "a guess is no size")
	require.Equal(t, method.Low, counted.Downtime.Confidence)
	in.Inventory.Odoo[0].Attachments.Value.FileBytes = giga
	require.Equal(t, int64(giga), only(t, in).Pieces[1].SizeBytes)
}

func TestNothingIsKnownOfAService(t *testing.T) {
	t.Parallel()
	c := only(t, method.Input{Services: []estate.Service{{Name: "pacs", Environment: estate.Production, RTO: time.Hour}, {Name: "mail", Environment: estate.SharedEnv}}})
	require.True(t, c.Downtime.Unbounded)
	require.Equal(t, estate.NoIdea, c.Meets)
	require.NotEqual(t, estate.Yes, c.FallBack.Promised)
	require.Equal(t, method.Low, c.Downtime.Confidence)
}

func TestPhysicalStandby(t *testing.T) {
	t.Parallel()
	in := clinic()
	physical := option(only(t, in), estate.PhysicalReplication)
	require.Equal(t, estate.Yes, physical.Open, "a standby of 13, upgraded to 15 after")
	require.Equal(t, estate.No, physical.FallBack.Promised)
	require.Equal(t, "after pg_upgrade only the source is left", physical.FallBack.Why)
	require.Contains(t, physical.FallBack.DataLoss, "everything")
	var codes []string
	for _, o := range physical.Obstacles {
		codes = append(codes, o.Code)
	}
	require.Contains(t, codes, "pg-upgrade")
	require.Contains(t, codes, "collation", "2.31 against 2.36")

	in.Inventory.Postgres[1].Version.Value.Number = 130020
	same := option(only(t, in), estate.PhysicalReplication)
	require.Equal(t, estate.Yes, same.Open)
	require.Less(t, same.Downtime.High, physical.Downtime.High, "nothing to upgrade")
	require.Equal(t, estate.Yes, same.FallBack.Promised)

	in.Inventory.Hosts[2].Identity.Value.Architecture = "aarch64"
	require.Equal(t, estate.No, option(only(t, in), estate.PhysicalReplication).Open)
	in.Inventory.Hosts[2].Identity = estate.Section[estate.Identity]{Coverage: estate.Failed}
	require.Equal(t, estate.NoIdea, option(only(t, in), estate.PhysicalReplication).Open)
}

func TestFallBackIsPromisedOnlyWhereItWasRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*method.Input)
		want   estate.Answer
		why    string
	}{
		"a table without identity": {func(in *method.Input) { in.Inventory.Postgres[0].Databases.Value[0].Tables.Value[0].PrimaryKey = nil }, estate.No, "no primary key"},
		"tables not read": {func(in *method.Input) {
			in.Inventory.Postgres[0].Databases.Value[0].Tables = estate.Section[[]estate.Table]{Coverage: estate.Denied}
		}, estate.NoIdea, "was not read"},
		"large objects":   {func(in *method.Input) { in.Inventory.Postgres[0].Databases.Value[0].LargeObjects.Value.Count = 3 }, estate.No, "large objects"},
		"an old server":   {func(in *method.Input) { in.Inventory.Postgres[0].Version.Value.Number = 90624 }, estate.No, "cannot subscribe"},
		"unknown target":  {func(in *method.Input) { in.Inventory.Postgres = in.Inventory.Postgres[:1] }, estate.NoIdea, "versions"},
		"features unread": {func(in *method.Input) { in.Inventory.Postgres[0].Databases.Value[0].Features.Coverage = estate.Timeout }, estate.NoIdea, "exists in version 13"},
		"a newer Odoo": {func(in *method.Input) {
			in.Moves[0].From.Odoo, in.Moves[0].To.Odoo = "old", "new"
			in.Inventory.Odoo = []estate.OdooServer{{Name: "old", Version: estate.Know("rpc", "14.0")}, {Name: "new", Version: estate.Know("rpc", "16.0")}}
		}, estate.No, "from 14.0 to 16.0"},
		"an unread Odoo": {func(in *method.Input) { in.Moves[0].From.Odoo = "old" }, estate.NoIdea, "same version of Odoo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := clinic()
			tt.change(&in)
			c := only(t, in)
			require.Equal(t, tt.want, c.FallBack.Promised, c.FallBack.Why)
			require.Contains(t, c.FallBack.Why, tt.why)
			require.Contains(t, c.FallBack.DataLoss, "everything")
		})
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	sample := func(run string, mb int64, took time.Duration) method.Sample {
		return method.Sample{Work: method.CopyWork, Bytes: mb * 1_000_000, Took: took, Run: run}
	}
	stated := estate.Rates{Copy: 40, Basis: "promise"}
	r := method.RatesFrom(stated, []method.Sample{sample("a", 1000, 50*time.Second), sample("b", 1000, 25*time.Second), sample("c", 1, time.Minute)})
	require.Equal(t, method.Rate{Slow: 20_000_000, Fast: 40_000_000, Confidence: method.High, Basis: "postgres.copy: measured in 2 runs, 20 to 40 MB/s"}, r.Copy)
	require.Equal(t, method.Low, r.Files.Confidence)
	require.Contains(t, r.Files.Basis, "assumed")

	one := method.RatesFrom(stated, []method.Sample{sample("a", 900, 30*time.Second)})
	require.Equal(t, method.Medium, one.Copy.Confidence, "one run shows no spread")
	require.Less(t, one.Copy.Slow, one.Copy.Fast)

	small := method.RatesFrom(stated, []method.Sample{sample("a", 1, time.Minute)})
	require.Equal(t, method.Medium, small.Copy.Confidence)
	require.Contains(t, small.Copy.Basis, "stated (promise)", "a small copy tells nothing of a rate")
}

// TestMoreIsNeverShorter holds over random estates: a larger database, a slower rate or less knowledge never promises less.
func TestMoreIsNeverShorter(t *testing.T) {
	t.Parallel()
	source := rand.New(rand.NewPCG(7, 11))
	for range 300 {
		in := clinic()
		size := source.Int64N(500 * giga)
		in.Inventory.Postgres[0].Databases.Value[0].SizeBytes = size
		in.Services[0].RTO = 0 // one method, whatever the size
		c := only(t, in)
		require.False(t, c.Downtime.Unbounded)
		require.LessOrEqual(t, c.Downtime.Low, c.Downtime.High)

		in.Inventory.Postgres[0].Databases.Value[0].SizeBytes = size + 1 + source.Int64N(100*giga)
		larger := only(t, in)
		require.GreaterOrEqual(t, larger.Downtime.Low, c.Downtime.Low)
		require.GreaterOrEqual(t, larger.Downtime.High, c.Downtime.High)
		require.Equal(t, larger, only(t, in), "the same input, the same choice")
	}
}
